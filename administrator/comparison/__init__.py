"""What would each answer to an open legal question give to whom? One case, several terms, side by side."""

from __future__ import annotations
