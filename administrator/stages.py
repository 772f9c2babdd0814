"""The run, as a list: what each stage asks, in the order a court's accountant would.

load -> books -> reconcile -> flows -> screen -> claims -> pools -> compensation -> estate -> plan. Each stage makes
relations from relations and asserts what must be equal on both sides; findings are collected in one relation on the
way. A blocking finding stops the run after the stage that found it, when that stage has said all it has to say.

Nothing goes from stage to stage but relations, and a stage is given only those sections of case.toml that it declares,
the others blank. So a run that was stopped, or whose case.toml changed in a section that only later stages are given,
goes on behind the stages that are done and comes to the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from administrator import findings
from administrator.accruals import check_accruals, store_accruals
from administrator.advances import about_advances
from administrator.deliveries import make_deliveries, store_payouts
from administrator.elections import about_elected, find_elected
from administrator.estate import share_estate
from administrator.events import find_losses, store_losses
from administrator.insurance import cover_all
from administrator.insurance_findings import about_policies
from administrator.law.regime import SetOff
from administrator.notes import note_inputs, note_stage, program_digest, stats_of
from administrator.payment_findings import about_plan
from administrator.red_flags import find_red_flags, screening_of
from administrator.reserve import about_reserves
from administrator.subrogation import about_recoveries, share_recoveries
from administrator.terms import Scales, Terms, check_asked, resolve_terms
from administrator.titles import make_title_lines, make_titles
from administrator.traced_recoveries import about_traced, make_traced_recoveries
from administrator.valuation import make_rates, rates_of
from administrator.waterfall import compensate, share_pools
from ledgers import reconciliation
from ledgers.configuration import CaseConfiguration
from ledgers.configuration_plan import PlanSection
from ledgers.flows import Edge, destinations
from ledgers.identity import find_identities
from ledgers.ingestion.load import load
from ledgers.models import Progress, ProgressListener

if TYPE_CHECKING:
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"
TAKERS_FOLLOWED_MAX = 1000
"""Of parties of unknown kind; those of kind house, affiliate, insider and thief are followed always."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a stage is given: what case.toml says, the relations of the stages before, and who listens."""

    case: CaseConfiguration
    books: Books
    listen: ProgressListener


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the run."""

    name: str
    question: str
    makes: tuple[str, ...]
    """The relations that say what it found, the most telling first."""
    reads: tuple[str, ...]
    """Sections of case.toml it is given beside [case], [assets] and [[sources]]; of [plan] `plan.round` stands for the
    round and the prices that claims are valued at."""
    act: Callable[[Run], None]


def _load(run: Run) -> None:
    load(run.case, run.books, run.listen)


def _books(run: Run) -> None:
    books, case = run.books, run.case
    books.run(RELATIONS / "terms.sql")
    currency_no = books.value("select asset_no from asset where asset = $currency", {"currency": case.currency})
    make_rates(books, currency_no, case.currency_decimals, case.plan.price_set)
    terms = resolved(run)
    _store_terms(books, terms)
    for event in terms.events:
        books.insert("declared_event", event.event_no, event.event, event.from_at, event.until_at)
        for party in event.parties:
            books.insert("declared_event_party", event.event_no, party)
    store_accruals(books, terms.accruals)
    reconciliation.make_books(books)
    find_identities(books)


def _store_terms(books: Books, terms: Terms) -> None:
    books.execute("delete from term")
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
        terms.price_set,
        terms.set_off is not SetOff.NONE,
    )


def _reconcile(run: Run) -> None:
    reconciliation.reconcile(run.books)


def _flows(run: Run) -> None:
    books = run.books
    reconciliation.make_flows(books)
    edges = (
        Edge(sender, recipient, asset_no, int(units), int(fees))
        for sender, recipient, asset_no, units, fees in books.rows(
            "select sender, recipient, asset_no, units::varchar, fee_units::varchar from edge "
            "order by sender, recipient, asset_no"
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
    terms = resolved(run)
    losses = find_losses(books, terms, rates_of(books))
    store_losses(books, terms, losses)
    findings.add(books, findings.about_losses(books, terms, losses))


def _screen(run: Run) -> None:
    find_red_flags(run.books, screening_of(run.case))


def _claims(run: Run) -> None:
    books, terms = run.books, resolved(run)
    # Until here [plan] was blank, but for the round and the prices.
    _store_terms(books, terms)
    books.execute("delete from trust_term")
    for accepted in terms.trust_terms:
        books.insert("trust_term", accepted)
    findings.add(books, findings.about_terms(run.case, terms))
    findings.add(books, find_elected(books, terms.elections))
    books.run(RELATIONS / "counted_claim.sql")
    claimed = "claim_units_booked" if _is_all_booked(books) else "claim_units"
    books.run(RELATIONS / f"{claimed}.sql")
    if _is_accruing(books):
        check_accruals(books)
        books.run(RELATIONS / "accrued_claim.sql")
    books.run(RELATIONS / "holder_of.sql")
    if terms.set_off is not SetOff.NONE:
        books.run(RELATIONS / "set_off.sql", of_holder=terms.set_off is SetOff.HOLDER)
    for name in ("claim_row", "share_line", "finding_claims", "paid_sum"):
        books.run(RELATIONS / f"{name}.sql")
    findings.add(books, findings.about_trust(books, terms))
    findings.add(books, make_titles(books, terms.record_until))
    rows, lines = books.rows(
        "select (select coalesce(sum(allowed + disputed + unclaimed), 0) from claim_units where tier >= 0), "
        "(select coalesce(sum(claim_units), 0) from share_line)"
    )[0]
    assert rows == lines, f"claims of {rows} units make lines of {lines}"


def _is_all_booked(books: Books) -> bool:
    """Whether every claim is a balance as it was handed over: nobody filed, assigned or chose, all are customers', and
    nothing accrued or is set off.
    """
    filed, others = books.rows(
        "select (select count(*) from claim) + (select count(*) from assignment) + (select count(*) from elected), "
        "(select count(*) from account where kind <> 'customer')"
    )[0]
    has_balance, is_plain = books.rows(
        "select has_balance, not is_set_off and not exists (select 1 from trust_term) from term"
    )[0]
    return has_balance and is_plain and filed == others == 0 and not _is_accruing(books)


def _is_accruing(books: Books) -> bool:
    """Whether holders claim anything that came after commencement."""
    return bool(books.value("select count(*) from accrual where is_holders"))


def _pools(run: Run) -> None:
    books, terms = run.books, resolved(run)
    findings.add(books, about_traced(books, terms, make_traced_recoveries(books, terms)))
    _subrogate(books, terms)
    pools = share_pools(books, terms, rates_of(books), is_all_booked=_is_all_booked(books))
    for excess in pools.excesses:
        books.insert("cost_excess", excess.name, excess.asset_no, excess.minor)
    findings.add(books, findings.about_pools(books, run.case, terms, pools))
    findings.add(books, about_advances(books))
    findings.add(books, about_elected(books))


def _subrogate(books: Books, terms: Terms) -> None:
    """Take out of recoveries what insurers have of them, where any names its event."""
    if not books.value("select count(*) from recovery where event <> ''"):
        return
    rates = rates_of(books)
    losses = find_losses(books, terms, rates)
    covers = tuple(chain.from_iterable(cover_all(terms.policies, losses.events, terms.projection)))
    share_recoveries(books, terms.subrogation, losses.items, covers, rates)
    declared = frozenset(event.event for event in terms.events)
    findings.add(books, about_recoveries(books, terms.subrogation, declared, covers))


def _compensation(run: Run) -> None:
    books, terms = run.books, resolved(run)
    losses = find_losses(books, terms, rates_of(books))
    compensate(books, terms, losses)
    findings.add(books, findings.about_compensation(books, run.case, terms))
    covers = cover_all(terms.policies, losses.events, terms.projection)
    findings.add(books, about_policies(terms, run.case.currency, covers))
    findings.add(books, about_reserves(books, terms.reserves))
    over = books.value("select count(*) from base where met > base or met < 0")
    assert over == 0, f"{over} bases are met beyond what was lost"


def _estate(run: Run) -> None:
    books, terms = run.books, resolved(run)
    if terms.estate is not None:
        share_estate(books, terms, rates_of(books))


def _plan(run: Run) -> None:
    books = run.books
    terms = resolved(run)
    books.run(RELATIONS / "plan_line.sql")
    store_payouts(books, terms.payouts)
    if books.is_bulk and _is_all_booked(books) and _is_first_in_kind(books):
        from administrator import plan_columns

        plan_columns.make_plan(books, terms.minimum_minor)
    else:
        books.run(RELATIONS / "plan_units.sql")
        if terms.minimum_minor > 0:
            books.run(RELATIONS / "plan_minimum.sql")
        books.run(RELATIONS / "holder.sql")
    make_title_lines(books)
    findings.add(books, make_deliveries(books, terms))
    findings.add(books, about_plan(books, terms))
    awarded, planned = books.rows(
        "select (select coalesce(sum(awarded), 0) from pool_award) "
        "+ (select coalesce(sum(entitled), 0) from compensation) "
        "+ (select coalesce(sum(entitled), 0) from estate_award), "
        "(select coalesce(sum(entitled), 0) from plan_units)"
    )[0]
    assert awarded == planned, f"awards of {awarded} units make plan lines of {planned}"


def _is_first_in_kind(books: Books) -> bool:
    """Whether nothing is shared out but the pools, rounded down, and nothing was paid before."""
    return not any(
        books.rows(
            "select (select count(*) from compensation), (select count(*) from pool_tier where is_largest_remainder), "
            "(select count(*) from paid_sum), (select count(*) from estate_award), "
            "(select count(*) from pool where pool_no = -1), (select count(*) from omnibus_member), "
            "(select count(*) from payout)"
        )[0]
    )


RATED = 2
"""Stages after which every sum of case.toml can be resolved."""
ALL = ("reserves", "policies", "events", "costs", "advances", "accruals", "elections", "payouts", "estate",
       "subrogation", "plan")
LOSSES = ("reserves", "policies", "events", "plan.round")

STAGES = (
    Stage("load", "What were we handed?", ("source",), (), _load),
    Stage("books", "What do the books say was owed?", ("book",), ("events", "accruals", "plan.round"), _books),
    Stage("reconcile", "Is it there, and what explains the difference?", ("bridge_line",), (), _reconcile),
    Stage("flows", "Who had it, and where does it lie?", ("flow", "loss_item"), LOSSES, _flows),
    Stage("screen", "What looks wrong, and should be asked about?", ("red_flag",), (), _screen),
    Stage("claims", "Who may share, for how much?", ("claim_units",), ALL, _claims),
    Stage("pools", "What is there of each asset, and what does each line get of it?", ("award",), ALL, _pools),
    Stage("compensation", "What do policies and reserves pay?", ("compensation",), ALL, _compensation),
    Stage("estate", "What does the estate pay on what is still owed?", ("estate_award",), ALL, _estate),
    Stage("plan", "What is paid now, and what is withheld?", ("plan_units",), ALL, _plan),
)


def resolved(run: Run) -> Terms:
    """The terms of a run whose rates are made, of those sections of case.toml that it is given."""
    books = run.books
    known = books.rows("select asset, asset_no, decimals from asset")
    numbers = {asset: number for asset, number, _ in known}
    decimals = {asset: places for asset, _, places in known}
    has_payees = bool(books.value("select count(*) from payee"))
    return resolve_terms(run.case, Scales(numbers, decimals, rates_of(books), has_payees, numbers[run.case.currency]))


def given(case: CaseConfiguration, stage: Stage) -> CaseConfiguration:
    """What a stage is given of case.toml: every section that it does not declare is blank."""
    known_early = PlanSection(round=case.plan.round, price_set=case.plan.price_set)
    plan = known_early if "plan.round" in stage.reads else PlanSection()
    return replace(
        case,
        reserves=case.reserves if "reserves" in stage.reads else (),
        policies=case.policies if "policies" in stage.reads else (),
        events=case.events if "events" in stage.reads else (),
        costs=case.costs if "costs" in stage.reads else (),
        advances=case.advances if "advances" in stage.reads else (),
        accruals=case.accruals if "accruals" in stage.reads else (),
        elections=case.elections if "elections" in stage.reads else (),
        payouts=case.payouts if "payouts" in stage.reads else (),
        estate=case.estate if "estate" in stage.reads else None,
        subrogation=case.subrogation if "subrogation" in stage.reads else None,
        plan=case.plan if "plan" in stage.reads else plan,
        requirement=None,
        sha256="",
    )


def stage_keys(case: CaseConfiguration, bulk: bool) -> list[tuple[str, str]]:
    """Name of each stage and a digest of all it rests on but the inputs: program, and what case.toml says up to it."""
    keys = []
    key = hashlib.sha256(f"{program_digest()} {bulk}".encode()).hexdigest()
    for stage in STAGES:
        told = replace(given(case, stage), folder=Path())
        key = hashlib.sha256(f"{key} {stage.name} {told!r}".encode()).hexdigest()
        keys.append((stage.name, key))
    return keys


def run_stages(run: Run, done: int, until: int | None = None) -> Iterator[Stage]:
    """Do the stages behind those that are done and give each when it is; stop after one that left a blocking finding.

    Args:
        done: how many stages the books hold already.
        until: how many they shall hold; None for all.
    """
    books = run.books
    keys = stage_keys(run.case, books.is_bulk)
    for number, stage in enumerate(STAGES[done:until], done):
        if number and blocking(books):
            return
        if until is None and number == max(done, RATED):
            # Terms that cannot be are said before the long work, though the next stage is not given all of them.
            check_asked(run.case)
            resolved(run)
        run.listen(Progress(stage.name, 0, 0))
        own = replace(run, case=given(run.case, stage))
        if stage.act is _load:
            # Each of its statements stands for itself; the note comes last, and without it nothing is believed.
            before = stats_of(run.case)
            _load(own)
            with books.transaction():
                note_inputs(books, run.case, before)
                note_stage(books, number, *keys[number])
        else:
            with books.transaction():
                stage.act(own)
                note_stage(books, number, *keys[number])
        yield stage


def run_on(run: Run, done: int, until: int | None = None) -> bool:
    """Do the stages behind the first few within a transaction of the caller, and without notes.

    Args:
        run: its books hold the first stages and nothing behind them.
        done: how many they are.
        until: how many the books shall hold; None for all.

    Returns:
        Whether all were done: a blocking finding stops them.
    """
    for stage in STAGES[done:until]:
        if blocking(run.books):
            return False
        run.listen(Progress(stage.name, 0, 0))
        stage.act(replace(run, case=given(run.case, stage)))
    return blocking(run.books) == 0


def blocking(books: Books) -> int:
    """How many blocking findings there are."""
    return int(books.value("select count(*) from finding where severity = 'blocking'"))
