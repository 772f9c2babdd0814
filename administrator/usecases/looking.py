"""Look at a computed case: what each screen asks for, in pages of at most 500 rows.

Everything is text as it stands in the outputs, so that what a person reads on a screen, in a file and in the command
line is the same figure. Nothing here changes the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from administrator import __version__
from administrator.errors import StaleError
from administrator.notes import changed_input, stats_of
from administrator.plans.exports.seal import rows_of_account
from administrator.stages import STAGES
from administrator.terms import parameters_of, regime_of
from administrator.usecases.running import AssetResult, asset_results
from administrator.views import view
from ledgers.configuration import CaseConfiguration, read_case
from ledgers.storage.books import MEMORY_LIMIT, NAMES, Books

if TYPE_CHECKING:
    from administrator.usecases.tracing import Tracer

PAGE_ROWS_MAX = 500


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a longer list."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Text as in the outputs; empty where nothing is known."""
    offset: int
    total: int
    """Rows of the whole list."""


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage of the run, done."""

    name: str
    question: str
    made: str
    """What it made, with counts: `5 000 balances`."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The case at a glance."""

    title: str
    court: str
    reference: str
    regime: str
    commencement_at: str
    currency: str
    round: int
    projection: bool
    out: str
    findings: tuple[tuple[str, int], ...]
    """Severity and count, the gravest first."""
    stages: tuple[StageLine, ...]
    assets: tuple[AssetResult, ...]


@dataclass(frozen=True, slots=True)
class HolderView:
    """One account: who, what it claims, what it gets and why."""

    account: str
    facts: tuple[tuple[str, str], ...]
    """Name and value: holder, kind, hold, recovery ..."""
    claims: Page
    schedule: Page
    bases: Page
    postings: Page
    why: tuple[str, ...]
    """The arithmetic, line by line, as `administrator explain` prints it."""


@dataclass(frozen=True, slots=True)
class BridgeView:
    """One asset's shortfall, line by line."""

    asset: str
    owed: str
    held: str
    shortfall: str
    coverage: str
    lines: tuple[tuple[str, str, str], ...]
    """Line, quantity, running total from nothing to the shortfall."""


@dataclass(frozen=True, slots=True)
class TraceView:
    """What one rule finds of what was taken, place by place."""

    rule: str
    says: str
    """The rule in words."""
    sums: str
    """What was started, found and lost, in one line."""
    found: Page
    said: tuple[str, ...]
    """What the records contradict or leave open."""


@dataclass(frozen=True, slots=True)
class FlowView:
    """The flows of one asset, for a screen of some width."""

    picture: tuple[str, ...]
    """Drawn as text."""
    said: tuple[str, ...]
    """In words: who took how much, over whom, where it lies."""


class Matter:
    """A case that was run, open for looking."""

    def __init__(self, case: CaseConfiguration, books: Books) -> None:
        self._case = case
        self._books = books
        self._tracer: Tracer | None = None

    @classmethod
    def open(cls, folder: Path, *, memory_limit: str = MEMORY_LIMIT) -> Matter:
        """Open what the last run of a case left.

        Raises:
            StorageError: the case was never run, or another program has its books open.
            StaleError: case.toml changed since, or another version made the books.
        """
        case = read_case(folder)
        books = Books.read_only(case.folder, memory_limit=memory_limit)
        try:
            notes = dict(books.rows("select name, value from run_note")) if _has(books, "run_note") else {}
            if notes.get("case_sha256") != case.sha256:
                raise StaleError(
                    f"{folder}: case.toml changed since the last run, or the run was not finished. "
                    "Run `administrator run` again."
                )
            if notes.get("version") != __version__:
                raise StaleError(
                    f"{folder}: another version of the program made these books. Run `administrator run` again."
                )
            changed = changed_input(books, case, stats_of(case), lambda _: None)
            if changed is not None:
                raise StaleError(f"{changed}: changed since the last run. Run `administrator run` again.")
        except BaseException:
            books.close()
            raise
        return cls(case, books)

    def close(self) -> None:
        """Let go of the books."""
        self._books.close()

    def __enter__(self) -> Matter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def case(self) -> CaseConfiguration:
        """What case.toml says."""
        return self._case

    @property
    def books(self) -> Books:
        """The relations, for other use cases."""
        return self._books

    @property
    def is_planned(self) -> bool:
        """Whether the run came to a plan, or was stopped by blocking findings before."""
        return _has(self._books, "plan_units") and not self._books.value(
            "select count(*) from finding where severity = 'blocking'"
        )

    @property
    def is_guarantee_in_pool(self) -> bool:
        """Whether the plan counts the guarantee wallets among what holders share."""
        return parameters_of(self._case, regime_of(self._case))["guarantee_in_pool"] == "true"

    def overview(self) -> Overview:
        """The case at a glance: stages, findings, recovery per asset."""
        case = self._case
        order = {"blocking": 0, "warning": 1, "note": 2}
        counts = self._books.rows("select severity, count(*) from finding group by severity")
        return Overview(
            title=case.title,
            court=case.case.court or "",
            reference=case.case.reference or "",
            regime=case.case.regime,
            commencement_at=case.commencement_at.isoformat(),
            currency=case.currency,
            round=case.plan.round,
            projection=case.plan.projection,
            out=str(self._books.value("select value from run_note where name = 'out'")),
            findings=tuple(sorted(counts, key=lambda pair: order[pair[0]])),
            stages=self._stages(),
            assets=asset_results(self._books) if self.is_planned else (),
        )

    def _stages(self) -> tuple[StageLine, ...]:
        lines = []
        for stage in STAGES:
            made = [
                f"{self._count(relation)} rows of {relation}" for relation in stage.makes if _has(self._books, relation)
            ]
            lines.append(StageLine(stage.name, stage.question, ", ".join(made) if made else "not reached"))
        return tuple(lines)

    def _count(self, relation: str) -> int:
        assert NAMES.fullmatch(relation), f"{relation!r} is no name of ours"
        return int(self._books.value(f"select count(*) from {relation}"))  # noqa: S608  the name was checked

    def findings(self, offset: int, limit: int) -> Page:
        """What is wrong or worth knowing, the gravest first."""
        return self._page("findings", offset, limit, self._count("finding"))

    def accounts(self, search: str, offset: int, limit: int) -> Page:
        """Accounts whose id or holder's name contains a text, by id."""
        total = int(self._books.value(view("account_count"), {"search": search}))
        name = "accounts_planned" if self.is_planned else "accounts"
        return self._page(name, offset, limit, total, search=search)

    def bridge_assets(self) -> tuple[str, ...]:
        """Assets that occur, those with a shortfall first, then by name."""
        return tuple(asset for (asset,) in self._books.rows(view("bridge_assets")))

    def bridge(self, asset: str) -> BridgeView:
        """One asset's way from what is held to what is owed."""
        head = self._books.rows(view("bridge_head"), {"asset": asset})
        lines = self._books.rows(view("bridge_lines"), {"asset": asset})
        owed, held, shortfall, coverage = (cell or "" for cell in head[0])
        return BridgeView(asset, owed, held, shortfall, coverage, tuple((a, b, c) for a, b, c in lines))

    def behind(self, asset: str, line: str, offset: int, limit: int) -> Page:
        """The postings and transfers one line of a bridge rests on."""
        name, _, tail = line.partition(":")
        page = self._page("behind", offset, limit, 0, asset=asset, name=name, tail=tail)
        total = int(page.rows[0][-1]) if page.rows else 0
        return Page(page.columns[:-1], tuple(row[:-1] for row in page.rows), offset, total)

    def destinations(self, party: str) -> Page:
        """Where the units that a party took lie, hop by hop."""
        total = int(self._books.value("select count(*) from destination where taker = $party", {"party": party}))
        return self._page("destinations", 0, PAGE_ROWS_MAX, total, party=party)

    def tracer(self, asset: str) -> Tracer:
        """The transfers of an asset until commencement, loaded once as long as no other asset is asked for."""
        from administrator.usecases.tracing import Tracer

        if self._tracer is None or self._tracer.asset != asset:
            self._tracer = Tracer(self, asset, is_whole=False)
        return self._tracer

    def trace_starts(self, asset: str) -> Page:
        """What was taken of an asset and can be followed: by declared event, the rest by party."""
        return self.tracer(asset).starts_page()

    def traced(self, asset: str, start: str, rule: str) -> TraceView:
        """Where a start lies under a rule; an empty one is all of them."""
        return self.tracer(asset).view(start, rule)

    def trace_steps(self, asset: str, start: str, rule: str, place: str) -> Page:
        """One place transfer by transfer, with what of a start each carries under a rule."""
        return self.tracer(asset).steps_page(start, rule, place)

    def flows(self, asset: str, cells: int) -> FlowView:
        """The flows of an asset, drawn and told in so many cells."""
        from administrator.pictures.text import diagram_lines
        from administrator.usecases.flows import flows

        answer = flows(self, asset)
        return FlowView(tuple(diagram_lines(answer.diagram, cells, "utf-8")), tuple(answer.lines(cells)))

    def flow_edges(self, asset: str, offset: int, limit: int, sort: str) -> Page:
        """Who paid whom, in the order of one column, figures and instants the greatest first."""
        from administrator.usecases.flows import edge_page

        return edge_page(self, asset, offset, limit, sort=sort, descending=sort not in ("sender", "recipient"))

    def flow_behind(self, asset: str, sender: str, recipient: str, offset: int, limit: int) -> Page:
        """The transfers behind one edge; the customers' wallets are the empty name."""
        from administrator.usecases.flows import transfers_behind

        return transfers_behind(self, asset, sender, recipient, offset, limit)

    def history(self, asset: str, cells: int) -> tuple[str, ...]:
        """How an asset's shortfall came about, in lines of so many cells: in words, then as bars."""
        from administrator.pictures.plot_text import chart_lines
        from administrator.usecases.history import chart, history

        told = history(self, asset).lines(cells)
        return (*told, "", *chart_lines(chart(self, asset), cells, "utf-8"))

    def history_days(self, asset: str, offset: int, limit: int) -> Page:
        """Owed, held and shortfall of an asset at the end of each day on which something changed."""
        from administrator.usecases.history import days_page

        return days_page(self, asset, offset, limit)

    def history_moves(self, asset: str, offset: int, limit: int) -> Page:
        """What moved the shortfall of an asset, by day and line of the bridge."""
        from administrator.usecases.history import moves_page

        return moves_page(self, asset, offset, limit)

    def red_flag_kinds(self) -> tuple[tuple[str, int], ...]:
        """Every kind of red flag with how many there are; empty where none were looked for."""
        from administrator.usecases.screening import red_flag_kinds

        return red_flag_kinds(self)

    def red_flags(self, kind: str, offset: int, limit: int) -> Page:
        """Red flags of a kind, or of all where it is empty, the highest scores first."""
        from administrator.usecases.screening import red_flags

        return red_flags(self, kind, offset, limit)

    def red_flag_rows(self, flag_no: int, offset: int, limit: int) -> Page:
        """The rows of the files that one red flag rests on."""
        from administrator.usecases.screening import red_flag_rows

        return red_flag_rows(self, flag_no, offset, limit)

    def net_investment(self, account: str) -> Page:
        """What an account put in and took out, asset by asset, beside its balance."""
        from administrator.usecases.screening import net_investment

        return net_investment(self, account).assets

    def cover(self, offset: int, limit: int) -> Page:
        """What each policy says to each event and each reserve pays, in the order in which they are asked."""
        return self._page("cover", offset, limit, self._count("coverage"))

    def cover_steps(self, source: str, event: str, cells: int) -> tuple[str, ...]:
        """The steps of a policy's answer to an event, or of a reserve's, in lines of so many cells."""
        from administrator.usecases.insurance import step_lines

        return step_lines(self, source, event, cells)

    def holder(self, account: str) -> HolderView:
        """One account, with the why."""
        from administrator.usecases.explaining import explain_account, facts_of

        facts = facts_of(self, account)
        pages = {
            name: self._of_account(name, account) if self.is_planned else Page((), (), 0, 0)
            for name in ("claims", "schedule", "bases")
        }
        count = "select count(*) from journal join account using (account_no) where account.account = $account"
        postings = self._page(
            "postings", 0, PAGE_ROWS_MAX, int(self._books.value(count, {"account": account})), account=account
        )
        why = explain_account(self, account).lines() if self.is_planned else ()
        return HolderView(account, facts, pages["claims"], pages["schedule"], pages["bases"], postings, tuple(why))

    def plan(self, offset: int, limit: int, *, withheld_only: bool) -> Page:
        """The distribution schedule, line by line."""
        total = (
            self._count("plan_units")
            if not withheld_only
            else int(self._books.value("select count(*) from plan_units where reason_no is not null"))
        )
        return self._page("plan_lines", offset, limit, total, withheld_only=withheld_only)

    def pools(self) -> Page:
        """Every pool, from gross to dividend, with what is paid and withheld of it this round."""
        return self._page("pools", 0, PAGE_ROWS_MAX, self._count("pool") + self._count("estate_pool"))

    def _of_account(self, name: str, account: str) -> Page:
        """The rows of one output that are of one account, as the output has them."""
        columns, rows = rows_of_account(self._books, name, account)
        return Page(columns, rows, 0, len(rows))

    def _page(self, view_name: str, offset: int, limit: int, total: int, **parameters: object) -> Page:
        assert 0 <= limit <= PAGE_ROWS_MAX
        columns, rows = self._books.table(view(view_name), {**parameters, "limit": limit, "offset": offset})
        return Page(columns, rows, offset, total)


def _has(books: Books, relation: str) -> bool:
    sql = "select count(*) from information_schema.tables where table_name = $name"
    return bool(books.value(sql, {"name": relation}))
