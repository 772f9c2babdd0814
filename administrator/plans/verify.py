"""Does a run's output folder prove itself? Reads DIR without the case and checks all that its files let anybody check.

Shares no code with what made the files: standard library alone, and of this package only `verification`, which imports
nothing else of ours. It does not judge whether the inputs were true; its last lines say what it cannot see.

    python -m administrator.plans.verify DIR
"""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from administrator.plans.verification.accounts import Walk
from administrator.plans.verification.books import Books, bridged, cell, flowed, lost, reconciled, segregated
from administrator.plans.verification.compensation import Compensation, covered_by, is_plain
from administrator.plans.verification.estate import STEPS, estate_of
from administrator.plans.verification.folder import MANIFEST, Plan, Seal, declared, sealed
from administrator.plans.verification.levelling import Levelled, levelled, sharing_of
from administrator.plans.verification.numbers import read
from administrator.plans.verification.pools import (
    ESTATE,
    FIRST,
    Pool,
    StepTotals,
    is_asked,
    pooled,
    tiered,
    tiers_of,
)
from administrator.plans.verification.sharing import Sharing
from administrator.plans.verification.tables import HEADERS, Tables
from administrator.plans.verification.verdict import Faults, Verdict, display
from administrator.plans.verification.whereabouts import Whereabouts

RETURNABLE = "returnable.csv"
SHARED = frozenset({"return", "dividend", "estate"})
"""Families of steps that divide a pool or the estate."""
UNSEEN = (
    "That the balances, wallets, transfers and prices are true.",
    "That the inputs named in the manifest are those that were handed over, and that none was left out.",
    "Which accounts are of the house, and so belong in no claim.",
    "Why a claim has its standing, and what a ruling allowed or set as provisional.",
    "That a hold or a missing payee is right: only that it falls on a whole account, or on all it is paid in an asset.",
    "What lies in house wallets, beyond what a shortfall makes of it, and what part of fiat money is in hot custody.",
    "What guarantee wallets hold of an asset that is no crypto-asset, where the plan does not share it out.",
    "That an account whose claims are all zero was left out of claims.csv and holders.csv.",
    "Quantities, messages and row numbers of findings and rejects.",
    "That costs, recoveries, advances, insurers' parts of recoveries and what earlier rounds paid are as printed.",
    "What came to the estate from outside, and what its other creditors claim.",
    "Whose deposits came after commencement, and that none is missing.",
    "That the cause of a bridge line, the peril of an event and the dates of a policy are right.",
    "That the totals, control totals, overrides and warnings in plan.json say what the tables say.",
    "Who approved the plan, and whether it was carried out.",
)


def step_totals(folder: Path, plan: Plan, books: Books) -> dict[tuple[str, str], StepTotals]:
    """The sums of claim and entitled per pool and step, in a passage of its own before the certificates."""
    totals: dict[tuple[str, str], StepTotals] = {}
    where = Whereabouts(folder)
    for row in Tables(folder, Faults()).records("schedule.csv"):
        asset = books.assets.get(row[4])
        if asset is None or row[3].split(":")[0] not in SHARED:
            continue
        claim, entitled, paid = (read(text, asset.decimals) or 0 for text in row[5:8])
        is_estate = row[3].split(":")[0] == ESTATE
        key = ESTATE if is_estate else plan.pool_of(where.omnibus(row[0]), row[4]), row[3]
        before = totals.get(key, StepTotals(0, 0, False))
        totals[key] = StepTotals(before.claim + claim, before.entitled + entitled, before.overpaid or paid > entitled)
    return totals


def sharings_of(plan: Plan, pools: dict[str, Pool], totals: dict[tuple[str, str], StepTotals],
                levels: dict[str, Levelled]) -> dict[tuple[str, str], Sharing]:
    """What every pool and tier divides, by pool and step."""
    largest = plan.parameters.get("rounding") == "largest_remainder"
    steps = tiers_of(plan)
    made: dict[tuple[str, str], Sharing] = {}
    is_mixed = plan.fixes_shares and len(steps) - len(FIRST.keys() & set(steps)) > 1
    for name, pool in pools.items():
        if name == ESTATE:
            continue
        level = levels.get(name)
        if level is not None and level.is_exact:
            made[name, steps[0]] = sharing_of(level)
            continue
        own = {step: totals[name, step] for step in steps if (name, step) in totals}
        for step, sharing in tiered(steps, pool.distributable, pool.claims, own, largest).items():
            sharing.levelled = is_mixed or level is not None or (step in own and own[step].overpaid)
            # Where the others get less than everything there is no longer enough for all, whatever the pool holds.
            sharing.full = sharing.full and (level is None or pool.dividend in (None, (1, 1)))
            made[name, step] = sharing
    return made


def returnable(tables: Tables, books: Books) -> None:
    """What came after commencement is due whole, less what was returned of it."""
    for line, row in tables.numbered(RETURNABLE):
        asset = books.assets.get(row[2])
        if asset is None:
            tables.faults.note(RETURNABLE, line, "asset", "one of the plan's", row[2])
            continue
        quantity, paid, due = (cell(tables.faults, RETURNABLE, line, what, text, asset.decimals)
                               for what, text in (("quantity", row[3]), ("paid_before", row[7]), ("due", row[8])))
        if min(quantity, paid) < 0 or due != max(quantity - paid, 0):
            tables.faults.note(RETURNABLE, line, "due", asset.plain(max(quantity - paid, 0)), row[8])


def fund_claims(folder: Path, compensation: Compensation) -> None:
    """Sum, for each policy that paid, the unmet bases that share in it: a passage over bases.csv a policy."""
    currency = compensation.books.currency
    for fund in compensation.funds.values():
        if fund.reserve or not fund.received:
            continue
        last: list[str] = []
        items: list[tuple[str, str, int]] = []
        for row in Tables(folder, Faults()).records("bases.csv"):
            if row[:3] != last:
                compensation.replay(items, fund, None)
                last, items = row[:3], []
            items.append((row[3], row[4], read(row[5], currency.decimals) or 0))
        compensation.replay(items, fund, None)


def choices(faults: Faults, plan: Plan) -> None:
    """What choices of holders, and where their assets lie, keep anybody from checking."""
    if plan.fixes_shares:
        faults.limit("What was given up for a fixed share, where claims are late or subordinated, residues are given "
                     "out, or somebody had more before: those awards are only held to their claims, shares and sums.")
    if plan.by_omnibus:
        faults.limit("Whose assets lie in which omnibus account, what lies there, and how what came back was cut among "
                     "them.")


def limits(faults: Faults, plan: Plan, compensation: Compensation, levels: dict[str, Levelled]) -> None:
    """What this folder in particular does not let anybody check."""
    if len(tiers_of(plan)) > 1:
        faults.limit("Which claims are late or subordinated: where a tier is not paid in full, only that one sum of "
                     "claims explains all its awards.")
    choices(faults, plan)
    if plan.parameters.get("trust_terms"):
        faults.limit("Which terms an account accepted, and so whether it shares in the pools: a claim without a line "
                     "is not questioned.")
    if plan.parameters.get("insiders") == "estate":
        faults.limit("Which accounts are insiders, and so outside the pools: a claim without a line is not questioned.")
    if plan.parameters.get("pooling") == "by_value":
        faults.limit("The gross of the one pool by value.")
    if any(is_asked(plan, name) for name in FIRST.values()):
        faults.limit("Who is one holder, and so which claims are paid first: what a line claims in each step is only "
                     "held to its claim in all.")
    if any(not level.is_exact for level in levels.values()):
        faults.limit("The levelling of a pool with several tiers, of largest remainders, or that has paid more than it "
                     "has: its awards are only held to their claims and sums.")
    if plan.accrued:
        faults.limit("What came to holders after commencement by forks, airdrops or staking: claims on "
                     f"{', '.join(sorted(plan.accrued))} rest on it.")
    if plan.round > 1 and plan.estate is not None:
        faults.limit("The levelling of the estate: where somebody had more of it before, its awards are only held to "
                     "their claims and sums.")
    if plan.estate is not None and plan.parameters.get("compensation_reduces_claim") == "false":
        faults.limit("The dividend of the estate where compensation does not reduce the claims: its awards are held to "
                     "what is still owed, and to their sum.")
    if any(not is_plain(policy) for policy in plan.policies):
        faults.limit("What policies of a tower, with an aggregate retention, several insurers or reinstatements owe: "
                     "`administrator insurance` tells it step by step from the case.")
    if compensation.funds and not compensation.replayable:
        faults.limit("How each policy's awards were divided (the plan prints no perils, or rounds by largest "
                     "remainder, or is a later round): only their sums and bounds; in a first round also the "
                     "certificate of each reserve.")
    if plan.parameters.get("rule") != "proportional":
        faults.limit("Awards under a rule other than proportional.")


def examined(folder: Path, tables: Tables, plan: Plan) -> None:
    """All tables of a plan, in the order in which one rests on another."""
    books = reconciled(tables, plan)
    bridge = bridged(tables, books)
    flowed(tables, books, bridge)
    books = lost(tables, plan, books)
    segregated(tables, books)
    pools = pooled(tables, plan, books)
    compensation = covered_by(tables, plan, books)
    if compensation.replayable:
        fund_claims(folder, compensation)
    levels = levelled(tables, plan, books, pools)
    passed = len(tiers_of(plan)) > 1 or plan.round > 1 or plan.estate is not None
    totals = step_totals(folder, plan, books) if passed else {}
    sharings = sharings_of(plan, pools, totals, levels)
    of_estate = {step: totals[ESTATE, step] for step in STEPS if (ESTATE, step) in totals}
    estate = estate_of(tables.faults, plan, books, pools, of_estate)
    returnable(tables, books)
    if plan.parameters.get("rule") != "proportional":
        for sharing in sharings.values():
            sharing.levelled = True
    walk = Walk(tables, plan, books, pools, sharings, compensation, levels, estate)
    walk.passage()
    walk.closing()
    walk.awards.closing()
    limits(tables.faults, plan, compensation, levels)


def verify(folder: Path) -> Verdict:
    """Check one output folder; every fault is collected, none raises.

    Args:
        folder: what one run wrote, with its manifest.json.
    """
    faults = Faults()
    if not folder.is_dir():
        faults.note(str(folder), 0, "folder", "an output folder", "none")
        return Verdict(tuple(faults.listed), faults.count, (), UNSEEN)
    tables = Tables(folder, faults)
    seal: Seal = sealed(folder, faults)
    blocking = tables.notices("findings.csv")
    tables.notices("rejects.csv")
    if seal.stopped:
        faults.limit("Any plan: the run stopped at blocking findings, and there is none.")
        if not blocking:
            faults.note("findings.csv", 0, "severity", "a blocking finding, as there is no plan", "none")
    else:
        plan = declared(folder, faults)
        if plan is not None:
            examined(folder, tables, plan)
    for name, rows in seal.rows.items():
        if name in HEADERS and name in tables.counts:
            faults.same(MANIFEST, 0, f"rows of {name}", tables.counts[name], rows)
    return Verdict(tuple(faults.listed), faults.count, tuple(sorted(tables.counts.items())),
                   (*UNSEEN, *faults.limits))


def main(argv: list[str]) -> int:
    """Print one line a fault and a summary; 0 where all holds, 1 where something does not, 2 without a folder."""
    if len(argv) != 1 or argv[0] in ("-h", "--help"):
        print("usage: verify DIR    (the output folder of a run)", file=sys.stdout if argv else sys.stderr)
        return 0 if argv else 2
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        verdict = verify(Path(argv[0]))
    except OSError as error:
        print(f"{display(argv[0])}: cannot be read: {display(error)}", file=sys.stderr)
        return 1
    for fault in verdict.faults:
        print(fault)
    if verdict.fault_count > len(verdict.faults):
        print(f"and {verdict.fault_count - len(verdict.faults)} more")
    rows = sum(count for _, count in verdict.checked)
    if verdict.fault_count:
        print(f"REFUSED: {verdict.fault_count} faults in {rows} rows of {len(verdict.checked)} files")
    else:
        print(f"verified: {rows} rows of {len(verdict.checked)} files hold together")
    print("What cannot be seen without the case:")
    for sentence in verdict.unseen:
        print(f"  {display(sentence)}")
    return 1 if verdict.fault_count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
