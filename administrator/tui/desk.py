"""Who asks the use cases, and from which thread? One desk, one question at a time.

A database connection serves one thread at a time, and the screens load in workers: `Desk.ask` is the only door.
`Looking` says what the screens need of a case, so that they can be tried on one that was made up.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TypeVar

from administrator.errors import StaleError
from ledgers.errors import StorageError

if TYPE_CHECKING:
    from administrator.usecases.looking import BridgeView, FlowView, HolderView, Overview, Page, TraceView
    from administrator.usecases.stopping import Stop
    from ledgers.models import ProgressListener
    from ledgers.storage.books import Books

Answer = TypeVar("Answer")

PAGE_ROWS = 200
"""Rows loaded at once; a use case gives at most 500."""


class Looking(Protocol):
    """What the screens ask of a case; `administrator.usecases.looking.Matter` answers."""

    @property
    def is_planned(self) -> bool:
        """Whether the run came to a plan."""

    def overview(self) -> Overview:
        """The case at a glance."""

    def findings(self, offset: int, limit: int) -> Page:
        """What is wrong or worth knowing."""

    def accounts(self, search: str, offset: int, limit: int) -> Page:
        """Accounts by id or holder's name."""

    def holder(self, account: str) -> HolderView:
        """One account, with the why."""

    def bridge_assets(self) -> tuple[str, ...]:
        """Assets that occur."""

    def bridge(self, asset: str) -> BridgeView:
        """One asset's way from held to owed."""

    def behind(self, asset: str, line: str, offset: int, limit: int) -> Page:
        """What a line of a bridge rests on."""

    def destinations(self, party: str) -> Page:
        """Where lies what a party took."""

    def trace_starts(self, asset: str) -> Page:
        """What was taken of an asset."""

    def traced(self, asset: str, start: str, rule: str) -> TraceView:
        """Where it lies under a rule."""

    def trace_steps(self, asset: str, start: str, rule: str, place: str) -> Page:
        """One place transfer by transfer."""

    def flows(self, asset: str, cells: int) -> FlowView:
        """The flows of an asset, drawn in so many cells."""

    def flow_edges(self, asset: str, offset: int, limit: int, sort: str) -> Page:
        """Who paid whom."""

    def flow_behind(self, asset: str, sender: str, recipient: str, offset: int, limit: int) -> Page:
        """The transfers behind an edge."""

    def history(self, asset: str, cells: int) -> tuple[str, ...]:
        """How a shortfall came about, in lines of so many cells."""

    def history_days(self, asset: str, offset: int, limit: int) -> Page:
        """Its days."""

    def history_moves(self, asset: str, offset: int, limit: int) -> Page:
        """What moved it."""

    def red_flag_kinds(self) -> tuple[tuple[str, int], ...]:
        """Kinds of red flags with how many there are."""

    def red_flags(self, kind: str, offset: int, limit: int) -> Page:
        """Red flags of a kind."""

    def red_flag_rows(self, flag_no: int, offset: int, limit: int) -> Page:
        """What one rests on."""

    def net_investment(self, account: str) -> Page:
        """What an account put in and took out."""

    def cover(self, offset: int, limit: int) -> Page:
        """What policies and reserves owe."""

    def cover_steps(self, source: str, event: str, cells: int) -> tuple[str, ...]:
        """The steps of one answer, in lines of so many cells."""

    def plan(self, offset: int, limit: int, *, withheld_only: bool) -> Page:
        """The distribution schedule."""

    def pools(self) -> Page:
        """Every pool."""

    def close(self) -> None:
        """Let go of the books."""


class Source(Protocol):
    """Where a case to look at comes from."""

    def look(self) -> Looking | None:
        """Give the case as its last run left it; None where there is no run, or it is stale."""

    def compute(self, listen: ProgressListener) -> None:
        """Run the case."""

    def interrupt(self) -> None:
        """Stop what is being computed or asked."""


class CaseFolder:
    """A case on disk."""

    def __init__(self, folder: Path, memory_limit: str | None = None) -> None:
        from ledgers.storage.books import MEMORY_LIMIT

        self._folder = folder
        self._memory_limit = memory_limit or MEMORY_LIMIT
        self._books: Books | None = None
        self._stop: Stop | None = None
        self._is_stopped = False

    def look(self) -> Looking | None:
        """Give the case as its last run left it; None where there is no run, or it is stale.

        Books that do not open count as none: they can be made again, and where another run is making them, the run
        that would follow is refused and says so.

        Raises:
            CaseError: case.toml cannot be followed.
        """
        from administrator.usecases.looking import Matter

        try:
            matter = Matter.open(self._folder, memory_limit=self._memory_limit)
        except (StaleError, StorageError):
            return None
        self._books = matter.books
        return matter

    def compute(self, listen: ProgressListener) -> None:
        """Run the case into a folder of its own, as `administrator run` does."""
        from administrator.usecases.running import run_case
        from administrator.usecases.stopping import Stop, waited_for

        stop = self._stop = Stop(listen)
        if self._is_stopped:
            stop.now()
        waited_for(
            lambda: run_case(
                self._folder,
                None,
                stop.listen,
                memory_limit=self._memory_limit,
                opened=stop.opened,
                leaving=stop.leaving,
            ),
            stop,
        )

    def interrupt(self) -> None:
        """Stop what is being computed or asked."""
        self._is_stopped = True
        if self._stop is not None:
            self._stop.now()
        if self._books is not None:
            self._books.interrupt()


class Desk:
    """An open case, asked by one at a time."""

    def __init__(self, matter: Looking, overview: Overview) -> None:
        self.overview = overview
        self._matter = matter
        self._lock = Lock()

    def ask(self, question: Callable[[Looking], Answer]) -> Answer:
        """Put a question and wait for its answer; for worker threads only."""
        with self._lock:
            return question(self._matter)

    def close(self) -> None:
        """Let go of the books, when whoever asks has done."""
        with self._lock:
            self._matter.close()
