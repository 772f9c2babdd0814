"""Which values travel between the rooms?

Frozen values of the records: an asset, a finding, what a source gave, how far a stage is. Bulk rows (balances,
postings, transfers) are not here: they are columns in the books and never become objects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class AssetKind(StrEnum):
    """What an asset is."""

    CRYPTO = "crypto"
    FIAT = "fiat"
    NFT = "nft"


class Severity(StrEnum):
    """How far a finding reaches."""

    NOTE = "note"
    """Said, because somebody may want to know."""
    WARNING = "warning"
    """A figure may not mean what it seems to; the run goes on."""
    BLOCKING = "blocking"
    """A figure would be wrong for somebody; after everything is collected the run stops."""


@dataclass(frozen=True, slots=True)
class Asset:
    """What is counted in units of its own."""

    asset_no: int
    """Dense from 0 in byte order of `asset`."""
    asset: str
    """The case's own code for it."""
    decimals: int
    """One whole asset is ten to this power of base units."""
    kind: AssetKind


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the data that somebody should know, and what to do about it."""

    code: str
    """Stable, kebab-case noun."""
    severity: Severity
    message: str
    """One line: where, what with numbers, why."""
    remedy: str
    """What to do."""
    subject: str = ""
    """Whom or what it is about: an account, a posting, a wallet."""
    asset: str = ""
    quantity: str = ""
    """Plain decimal in whole assets."""
    source: str = ""
    """The file as case.toml names it."""
    row: int | None = None
    """The record of the file, counted from 1 with the header."""
    column: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is."""

    stage: str
    done: int
    total: int
    """In the same unit as `done`; 0 where it is not known."""
    unit: str = ""
    """What is counted: `bytes`, or nothing worth naming."""


ProgressListener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What became of the rows of one file: `rows = accepted + rejected + ignored`."""

    source_no: int
    source: str
    """The path as case.toml names it."""
    table_name: str
    sha256: str
    rows: int
    """Records after the header, as an independent count of the bytes gives them."""
    accepted: int
    rejected: int
    ignored: int
    """Those that the source's `ignore` matches, blank lines, and all rows of a file that was read before."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What the loader left in the books."""

    sources: tuple[SourceCount, ...]
    findings_count: int
    blocking: int
    """How many of the findings are blocking."""
