"""Which errors can an operator act on, and with what exit code does the program end?

Wrong data is a `Finding`, not an error; a wrong program is an `assert`. This module says nothing about law, approval or
staleness: `administrator.errors` adds those.

CaseError                     exit 1
├── ConfigurationError        exit 2    case.toml cannot be followed
├── SourceError               exit 3    a file is not what it was said to be
├── LedgerError               exit 4    the books contradict themselves
├── StorageError              exit 8    case file, books or disk damaged, locked or full
│   └── DamageError           exit 8    the books are damaged; they can be made again
└── Interruption              exit 130  somebody stopped the run
    └── AbandonedError        exit 130  and it had not cleared up in time; the process must end
"""

from __future__ import annotations

STOPPED = "interrupted; nothing half-made was kept. Run it again: it goes on behind the last stage that was done."


class CaseError(Exception):
    """Root of every error here. `exit_code` is the CLI's contract and never changes meaning."""

    exit_code = 1

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
        """One line a fault: where, what, why, and what to do."""


class ConfigurationError(CaseError):
    """case.toml cannot be followed; every fault in it is a line."""

    exit_code = 2


class SourceError(CaseError):
    """A file cannot be read as what it was said to be; nothing was stored."""

    exit_code = 3


class LedgerError(CaseError):
    """The books contradict themselves."""

    exit_code = 4


class StorageError(CaseError):
    """The case file, the books or the disk under them is damaged, locked, full or of another version."""

    exit_code = 8


class DamageError(StorageError):
    """The books are damaged; they can be made again from the inputs."""


class Interruption(CaseError):
    """Somebody stopped the run; what it had half made is thrown away."""

    exit_code = 130


class AbandonedError(Interruption):
    """The run was stopped and had not cleared up in time: its thread goes on, and the process must end at once."""
