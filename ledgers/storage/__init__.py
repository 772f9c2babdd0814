"""Where records are kept: the books in bulk. Decisions of people are kept elsewhere."""

from __future__ import annotations
