"""How is case.toml written for somebody who begins: every section of the contract, filled in or explained?

What was found is declared; what only a person can say is a "?" with the question beside it, which a run refuses; what
does not apply yet stands there as a comment. The text is for a lawyer who has never seen the file, so it explains.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledgers.display import display
from ledgers.surveying.assets import ProposedAsset
from ledgers.surveying.reasons import reasons_of, rows_of, sureness_of, totals_of
from ledgers.surveying.survey import ASK, Surveyed

COMMENT_COLUMNS = 100
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f]")
SETTINGS = (
    "wallet", "columns", "constants", "encoding", "timezone", "scientific", "duplicates", "mend", "ignore", "sheet",
    "layout", "pattern",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What a person has said already; None where nobody did."""

    title: str | None = None
    currency: str | None = None
    regime: str | None = None
    commencement_at: str | None = None
    """As TOML writes it, with an offset."""
    timezone: str | None = None
    trigger: str | None = None


@dataclass(frozen=True, slots=True)
class SourceGroup:
    """One source: a file, or all the files over which one export was split."""

    parts: tuple[Surveyed, ...]

    @property
    def first(self) -> Surveyed:
        """The part whose settings stand for all."""
        return self.parts[0]


def case_text(
    name: str, given: Given, assets: Sequence[ProposedAsset], groups: Sequence[SourceGroup], regimes: Sequence[str]
) -> str:
    """Write a case.toml.

    Args:
        name: how the case is called where nobody gave a title.
        given: what a person has said.
        assets: every asset to declare.
        groups: the sources, and the files that are none, in the order of the files.
        regimes: the names of the regimes that the program knows.
    """
    lines = [
        *_comment(
            "Begun by `administrator new` from the files in inputs/. Every line is a proposal: read it, correct it. "
            f'A "{ASK}" waits for you, and nothing runs before it is filled in. What stands behind # is not read; '
            "take the # away where a section applies."
        ),
        "",
        *_case(name, given, assets, regimes),
        *_comment("Every asset, with the decimals of its smallest unit: satoshi, wei, cents."),
    ]
    for asset in assets:
        lines += _asset(asset)
    if not assets:
        lines += ["", "[assets]", "# [assets.BTC]", "# decimals = 8", ""]
    lines += _comment("The files. A run reads nothing that is not declared here.")
    for group in groups:
        lines += _source(group)
    lines += _lacking(groups)
    lines += [SOURCES_MORE, LATER]
    return "\n".join(lines)


def _case(name: str, given: Given, assets: Sequence[ProposedAsset], regimes: Sequence[str]) -> Iterator[str]:
    fiat = [asset.code for asset in assets if asset.kind == "fiat"]
    found = f"; the files name {', '.join(map(display, fiat[:8]))}" if fiat else ""
    yield "[case]"
    yield _line("title", quoted(given.title or name), "" if given.title else "how the case is called in every output")
    yield '# court = "Tokyo District Court"'
    yield '# reference = "2026 (Fu) 1234"'
    yield _line(
        "trigger", quoted(given.trigger or "bankruptcy"), "" if given.trigger else
        "confirm: bankruptcy, civil_rehabilitation, registration_revoked, business_suspended, management_absent"
    )  # fmt: skip
    yield _line(
        "regime", quoted(given.regime or ASK), "" if given.regime else
        f"which law shares out? One of: {', '.join(regimes)} (`administrator law` prints them)"
    )  # fmt: skip
    yield _line(
        "commencement_at", given.commencement_at or quoted(ASK), "" if given.commencement_at else
        "when did the proceedings commence? Without quotes, as in 2026-03-31T09:00:00+09:00"
    )  # fmt: skip
    yield _line(
        "currency", quoted(given.currency or ASK), "" if given.currency else
        f"in which currency is everything valued? A fiat asset, as in JPY{found}"
    )  # fmt: skip
    yield "# bar_on = 2026-09-30                    # the last day on which a claim is filed in time"
    yield ""


def _asset(asset: ProposedAsset) -> Iterator[str]:
    yield f"[assets.{_key(asset.code)}]"
    yield _line("decimals", str(asset.decimals), asset.remark)
    if asset.kind != "crypto":
        yield f"kind = {quoted(asset.kind)}"
    if asset.aliases:
        yield f"aliases = {_value(list(asset.aliases))}"
    yield ""


def _source(group: SourceGroup) -> Iterator[str]:
    first = group.first
    for part in group.parts:
        yield from _said(part)
    mark = "" if first.is_source else "# "
    yield f"{mark}[[sources]]"
    table = first.table.table if first.table is not None else ASK
    yield mark + _line("table", quoted(table), "")
    paths = [part.written for part in group.parts]
    if len(paths) == 1:
        yield f"{mark}path = {quoted(paths[0])}"
    else:
        yield f"{mark}path = ["
        yield from (f"{mark}    {quoted(path)}," for path in paths)
        yield f"{mark}]"
    for key in SETTINGS:
        if key in first.settings:
            value = first.settings[key]
            written = literal(str(value)) if key in ("ignore", "pattern") else _value(value)
            yield mark + _line(key, written, _question(first, key, value))
        elif key in first.remarks and key in ("scientific", "duplicates"):
            yield f"# {first.remarks[key]}"
    if "totals" in first.remarks:
        yield f"# {first.remarks['totals']}"
    if first.is_source and _has_excess(group):
        yield '# excess_digits = "truncate"   # cuts off towards zero, and reports the sum cut off for every asset'
    yield ""


def _said(part: Surveyed) -> Iterator[str]:
    """Say what a file is taken for, and why, and what is wrong with it."""
    sheet = f', sheet "{display(part.sample.sheet)}"' if part.sample is not None and part.sample.sheet else ""
    name = f"{display(part.name, 200)}{sheet}"
    if part.table is None:
        yield from _comment(f"{name}: no source{_clause(part.reason)}")
    else:
        yield from _comment(f"{name}: {part.table.table}, {sureness_of(part)}. {reasons_of(part)}; {rows_of(part)}.")
        if part.reason:
            yield from _comment(f"It cannot be read as it stands: {part.reason}", "#   ! ")
    for fault in part.faults:
        yield from _comment(f"{fault}.", "#   ! ")
    for question in part.questions:
        yield from _comment(f"{question}.", "#   ? ")
    totals = totals_of(part)
    if totals:
        yield from _comment(f"Its totals, to hold against what the sender says: {totals}", "#   = ")


def _question(part: Surveyed, key: str, value: object) -> str:
    """Give what stands beside a setting: for one that waits, what is asked."""
    if key == "constants" and isinstance(value, Mapping) and ASK in value.values():
        asked = " and ".join(name for name, said in value.items() if said == ASK)
        return f"what is {asked} of every row of this file? No column says it"
    return part.remarks.get(key, "")


def _has_excess(group: SourceGroup) -> bool:
    from ledgers.surveying.assets import canonical
    from ledgers.surveying.words import CRYPTO_DECIMALS, FIAT_DECIMALS

    for part in group.parts:
        for code, seen in part.assets.items():
            usual = FIAT_DECIMALS.get(canonical(code), CRYPTO_DECIMALS.get(canonical(code)))
            if usual is not None and seen.decimals > usual:
                return True
    return False


def _lacking(groups: Sequence[SourceGroup]) -> Iterator[str]:
    for says in lacking(groups):
        yield from _comment(f"MISSING: {says}.")
        yield ""


def lacking(groups: Sequence[SourceGroup]) -> list[str]:
    """Say which files a case cannot do without are not there."""
    tables = {group.first.table.table for group in groups if group.first.is_source and group.first.table is not None}
    says = []
    if not tables & {"balance", "journal"}:
        says.append("no file says what the books owed (table balance or journal); ask for one")
    if "wallet" not in tables:
        says.append("no file says what is held, and where (table wallet); make or ask for one")
    return says


def _clause(reason: str) -> str:
    verbs = ("is ", "has ", "cannot ", "opens ", "unpacks ", "claims ", "unfolds ")
    return f"; it {reason}" if reason.startswith(verbs) else f": {reason}"


def _comment(text: str, mark: str = "# ") -> Iterator[str]:
    later = "#" + " " * (len(mark) - 1)
    yield from textwrap.wrap(
        CONTROL.sub(" ", text), COMMENT_COLUMNS, initial_indent=mark, subsequent_indent=later, break_on_hyphens=False
    )


def _line(key: str, value: str, remark: str) -> str:
    return f"{key} = {value}" + (f"   # {CONTROL.sub(' ', remark)}" if remark else "")


def _key(text: str) -> str:
    return text if BARE_KEY.fullmatch(text) else quoted(text)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(key))} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return str(value) if isinstance(value, int) else quoted(str(value))


def quoted(text: str) -> str:
    r"""Write a text as TOML does in double quotes.

    >>> print(quoted('a "b"\x7f\r'))
    "a \"b\"\u007f\r"
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def literal(text: str) -> str:
    r"""Write an expression, whose backslashes should stay as they are.

    >>> print(literal(r"^a\.b"), literal("it's"))
    '^a\.b' "it's"
    """
    return quoted(text) if "'" in text or CONTROL.search(text) or not text.isprintable() else f"'{text}'"


SOURCES_MORE = """\
# More that a source may declare:
# scientific = "accept"        # numbers like 5e-7 are read exactly, and counted; otherwise such rows are refused
# excess_digits = "truncate"   # digits behind the asset's decimals are cut off, and the sum is reported
# duplicates = "sum"           # balance and wallet: rows of one key are parts of one figure
# constants = { asset = "BTC" }        # what a column that is not there would say of every row
# ignore = '^Total'            # rows whose first cell matches are left out and counted
# [sources.control]            # what the sender says the source holds; a difference blocks the run
# rows = 5000
# totals = { BTC = "12.5" }
# stated_by = "custodian's letter of 3 April"
"""
LATER = """\
# The statutory liability reserve, and any other compensation fund.
# [[reserves]]
# name = "statutory liability reserve"
# amount = "1200000000"        # what is in hand, in quotes like every quantity
# currency = "JPY"
# covers = ["external_theft", "operational_failure"]   # also insider_theft, misappropriation, unexplained
# ring_fenced = false          # true only where a trust or a law keeps it from the estate
# cap_per_holder = "10000000"          # the most that one holder gets of it, over all his accounts; left out: no cap
# cap_per_holder_fiat = "250000"       # of that, the most for claims to fiat
# deducts_debts = false        # true: what a holder owes is taken off his claims first
# excludes = ["insider", "affiliate"]  # kinds of account that get nothing of it

# Insurance, one section a layer.
# [[policies]]
# name = "hot wallet crime 2025-26"
# insurer = "Example Insurance"
# covers = ["external_theft"]
# custody = ["hot", "warm"]    # which wallets; left out: all
# basis = "occurred"           # or "discovery": which date must lie in the period
# from = 2025-10-01
# until = 2026-09-30           # this day included
# currency = "JPY"
# retention = "50000000"       # per event; the attachment of an excess layer
# limit = "500000000"          # per event
# aggregate = "800000000"      # over the period; left out: none
# eroded = "0"                 # what is used up of the aggregate already
# share = "0.9"                # the placed share of the layer
# payee = "holders"            # or "estate"
# received = "0"               # what the insurer has paid; only this is distributed
# valuation = "loss"           # or "commencement", "distribution": at which prices its losses are valued
# retention_aggregate = "100000000"   # the most that the retentions of all events come to; left out: no end
# retroactive_from = 2024-01-01       # basis "discovery" only: what occurred before is not answered
# notice_days = 30             # from discovery to the insurers' being told (notified_at of the event)
# tower = "crime 2025-26"      # layers of one tower are asked together, from the lowest retention up
# drop_down = "never"          # or "erosion", "payment": attaches lower once the layers below are used up, or have paid
# reinstatements = 1           # how often the aggregate, or without one the limit, comes back once it is used
# premium = "20000000"         # of the period; needed with reinstatements
# reinstatement_rate = "1"     # share of the premium due for one whole reinstatement
# [[policies.sublimits]]
# custody = "hot"
# limit = "300000000"
# [[policies.lines]]           # placed with several insurers: instead of insurer, share and received above
# insurer = "Example Insurance"
# share = "0.6"
# received = "0"

# Losses that somebody has established: who took, or what was lost.
# [[events]]
# name = "hot wallet theft of 12 March"
# peril = "external_theft"
# parties = ["thief-1"]        # or instead: asset = "BTC", quantity = "12.5", wallets = ["cold-3"]
# from = 2026-03-12T00:00:00+09:00
# until = 2026-03-13T00:00:00+09:00
# discovered_at = 2026-03-13T08:00:00+09:00
# notified_at = 2026-03-20     # when the insurers were told

# What insurers who have paid may have of later recoveries that name their event (column event of table recovery).
# [subrogation]
# rule = "top_down"            # what nobody covers first, the highest layer next, the retention last; or "pro_rata"

# Costs of the administration.
# [[costs]]
# name = "return of customer assets"
# amount = "30000000"
# currency = "JPY"
# borne_by = "estate"          # or "pools", or an asset: its own pool. Pools bear costs only where the regime lets them

# Loans to a pool, so that it can pay sooner. What is recovered for the pool repays them first.
# [[advances]]
# name = "bridge loan"
# asset = "JPY"                # whose pool
# quantity = "1000000"         # in that asset

# What came to customers' holdings after commencement. Who has it is for the law to say.
# [[accruals]]
# kind = "fork"                # or "airdrop", "staking"
# asset = "BCH"                # what came
# of = "BTC"                   # whose holders it came to
# goes_to = "holders"          # or "estate"
# ratio = "1"                  # whole assets that came for one whole asset held

# Choices that the plan gives; who chose which stands in the column election of the table account.
# [[elections]]
# name = "early lump sum"
# share = "0.21"               # final: the most of what he claims of a pool that whoever chose it gets

# What is delivered in another asset than it is awarded in, at prices of price_set "distribution".
# [[payouts]]
# of = "BTC"                   # the asset of a pool; where all is one pool by value, the reporting currency
# in = "JPY"
# share = "0.4"                # of each payment; what all shares leave is delivered in `of`
# election = "cash"            # for those who chose it, instead of what the others get; left out: for the others

# The general estate, which answers for what the pools do not return, where there is an insolvency.
# [estate]
# amount = "250000000"
# currency = "JPY"
# other_claims = "900000000"   # other unsecured claims of the same rank
# prior_claims = "0"           # paid whole before anybody else
# customers_first = "0"        # share of what is divided that is the holders' alone; in the rest the others share too
# interest = "0.03"            # a year, simple, on each claim, once all claims are paid whole; left out: none
# interest_until = 2027-03-31  # the last day that bears interest, from the day of commencement

# What the plan does otherwise than the regime says; every override is printed in the plan.
# [plan]
# round = 1
# final = false
# record_on = 2026-09-30       # who held an assigned claim on that day is paid; left out: all assignments count
# price_set = "petition"       # claims are valued at prices of price_set "claims:petition"; left out: "commencement"
# pooling = "per_asset"        # or "per_omnibus": each omnibus account too; "by_value": one, at "distribution" prices
# rule = "proportional"
# rounding = "floor"           # or "largest_remainder"
# holdback = "0"               # the share of every pool that is kept back this round, such as "0.05"
# minimum_payment = "0"        # in the reporting currency; below it a payment is withheld, never dropped
# base_payment = "0"           # by_value: what every holder gets before the rest of his claims shares
# convenience_most = "0"       # by_value: holders who claim no more in all are paid whole, before the others
# set_off = "none"             # or "account", "holder": negative balances lower claims of the same account, or holder
# trust_terms = ["2016"]       # who accepted other terms (account.terms) claims in the estate only; left out: not asked
# insiders = "share"           # insiders and affiliates: share, estate, subordinate
# late = "share"               # claims filed after bar_on: share, after, barred
# guarantee_in_pool = false
# tracing = "lowest_intermediate_balance"   # or fifo, lifo, pari_passu, rolling_charge, haircut, poison
# traced_recoveries = "show"   # or "pool", by ruling: what is traced into the debtor's own wallets is shared out
# compensation_reduces_claim = true
# projection = false           # true: what policies owe counts as received; such a plan can never be approved
"""
