"""The run, as a list: what each stage asks, in the order a court's accountant would.

load -> books -> reconcile -> flows -> claims -> pools -> compensation -> plan. Each stage makes relations from
relations and asserts what must be equal on both sides; findings are collected in one relation on the way. A blocking
finding stops the run after the stage that found it, when that stage has said all it has to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from administrator import findings
from administrator.estate import Pools
from administrator.events import Losses, find_losses
from administrator.terms import Scales, Terms, resolve_terms
from administrator.valuation import Rates, make_rates
from administrator.waterfall import compensate, share_pools
from ledgers import reconciliation
from ledgers.configuration import CaseConfiguration
from ledgers.flows import Edge, destinations
from ledgers.ingestion.load import load
from ledgers.models import Progress, ProgressListener

if TYPE_CHECKING:
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"
TAKERS_FOLLOWED_MAX = 1000
"""Of parties of unknown kind; those of kind house, affiliate, insider and thief are followed always."""


@dataclass(slots=True)
class Run:
    """What the stages of one run hand to each other beside the relations."""

    case: CaseConfiguration
    books: Books
    listen: ProgressListener
    rates: Rates
    terms: Terms | None = None
    losses: Losses | None = None
    pools: Pools | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the run."""

    name: str
    question: str
    makes: tuple[str, ...]
    """The relations that say what it found, the most telling first."""
    act: Callable[[Run], None]


def _load(run: Run) -> None:
    load(run.case, run.books, run.listen)


def _books(run: Run) -> None:
    books, case = run.books, run.case
    books.run(RELATIONS / "terms.sql")
    known = books.rows("select asset, asset_no, decimals from asset")
    numbers = {asset: number for asset, number, _ in known}
    run.rates = make_rates(books, numbers[case.currency], case.currency_decimals)
    decimals = {asset: places for asset, _, places in known}
    has_payees = bool(books.value("select count(*) from payee"))
    terms = resolve_terms(case, Scales(numbers, decimals, run.rates, has_payees))
    run.terms = terms
    books.insert(
        "term",
        terms.commencement_at,
        terms.bar_at,
        terms.has_balance,
        terms.has_journal,
        terms.has_transfers,
        terms.has_payees,
        terms.round,
        terms.currency_no,
        terms.currency_decimals,
        terms.minimum_minor,
        terms.late.value,
        terms.insiders.value,
    )
    for event in terms.events:
        books.insert("declared_event", event.event_no, event.event, event.from_at, event.until_at)
        for party in event.parties:
            books.insert("declared_event_party", event.event_no, party)
    reconciliation.make_books(books)


def _reconcile(run: Run) -> None:
    reconciliation.reconcile(run.books)


def _flows(run: Run) -> None:
    books = run.books
    reconciliation.make_flows(books)
    edges = (
        Edge(sender, recipient, asset_no, int(units))
        for sender, recipient, asset_no, units in books.rows(
            "select sender, recipient, asset_no, units::varchar from edge order by sender, recipient, asset_no"
        )
    )
    for found in destinations(edges):
        books.insert(
            "destination",
            found.taker,
            found.asset_no,
            found.party,
            found.hops,
            " > ".join(found.path),
            found.lies_units,
        )
    run.losses = find_losses(books, resolved(run), run.rates)
    findings.add(books, findings.about_terms(run.case, resolved(run)))
    findings.add(books, findings.about_losses(books, resolved(run), run.losses))


def _claims(run: Run) -> None:
    books = run.books
    for name in ("claim_row", "share_line", "finding_claims"):
        books.run(RELATIONS / f"{name}.sql")
    rows, lines = books.rows(
        "select (select coalesce(sum(allowed + disputed + unclaimed), 0) from claim_row where tier >= 0), "
        "(select coalesce(sum(claim_units), 0) from share_line)"
    )[0]
    assert rows == lines, f"claims of {rows} units make lines of {lines}"


def _pools(run: Run) -> None:
    run.pools = share_pools(run.books, resolved(run), run.rates)
    findings.add(run.books, findings.about_pools(run.books, run.case, resolved(run), run.pools))


def _compensation(run: Run) -> None:
    assert run.pools is not None
    assert run.losses is not None
    compensate(run.books, resolved(run), run.pools, run.losses)
    findings.add(run.books, findings.about_compensation(run.books, run.case, resolved(run)))
    over = run.books.value("select count(*) from base where met > base or met < 0")
    assert over == 0, f"{over} bases are met beyond what was lost"


def _plan(run: Run) -> None:
    books = run.books
    for name in ("plan_line", "holder"):
        books.run(RELATIONS / f"{name}.sql")
    findings.add(books, findings.about_plan(books, resolved(run)))
    awarded, planned = books.rows(
        "select (select coalesce(sum(entitled), 0) from award) "
        "+ (select coalesce(sum(entitled), 0) from compensation), "
        "(select coalesce(sum(entitled), 0) from plan_line)"
    )[0]
    assert awarded == planned, f"awards of {awarded} units make plan lines of {planned}"


STAGES = (
    Stage("load", "What were we handed?", ("source",), _load),
    Stage("books", "What do the books say was owed?", ("book",), _books),
    Stage("reconcile", "Is it there, and what explains the difference?", ("bridge_line",), _reconcile),
    Stage("flows", "Who had it, and where does it lie?", ("flow", "loss_item"), _flows),
    Stage("claims", "Who may share, for how much?", ("claim_row",), _claims),
    Stage("pools", "What is there of each asset, and what does each line get of it?", ("award",), _pools),
    Stage("compensation", "What do policies and reserves pay?", ("compensation",), _compensation),
    Stage("plan", "What is paid now, and what is withheld?", ("plan_line",), _plan),
)


def resolved(run: Run) -> Terms:
    """The terms of a run whose books stage is done."""
    assert run.terms is not None, "the books stage comes first"
    return run.terms


def run_stages(run: Run, stages: Iterable[Stage]) -> Iterator[Stage]:
    """Do the stages in order and give each when it is done; stop after one that left a blocking finding."""
    for stage in stages:
        run.listen(Progress(stage.name, 0, 0))
        # The small relations are filled row by row: each alone on the disk would cost more than the stage.
        with run.books.transaction() if stage.act is not _load else nullcontext():
            stage.act(run)
        yield stage
        if blocking(run.books):
            return


def blocking(books: Books) -> int:
    """How many blocking findings there are."""
    return int(books.value("select count(*) from finding where severity = 'blocking'"))
