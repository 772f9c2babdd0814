"""The administration of one failed exchange: claims, pools, waterfall, plans."""

from __future__ import annotations

__version__ = "0.1.0"
