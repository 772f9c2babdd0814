"""How a file becomes a relation: receipt, reader, typing, relation. See README.md here."""

from __future__ import annotations
