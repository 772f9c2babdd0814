"""In which omnibus account do an account's assets lie? accounts.csv, read beside a file that is sorted by account."""

from __future__ import annotations

from pathlib import Path

from administrator.plans.verification.tables import Tables
from administrator.plans.verification.verdict import Faults

ACCOUNTS = "accounts.csv"


class Whereabouts:
    """One passage over accounts.csv: asked for accounts that rise, it holds one row."""

    def __init__(self, folder: Path) -> None:
        self._rows = Tables(folder, Faults()).records(ACCOUNTS)
        self._row = next(self._rows, None)

    def omnibus(self, account: str) -> str:
        """The omnibus account, or nothing."""
        while self._row is not None and self._row[0] < account:
            self._row = next(self._rows, None)
        return self._row[1] if self._row is not None and self._row[0] == account else ""
