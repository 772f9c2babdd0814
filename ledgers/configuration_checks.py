"""Does case.toml contradict itself?

What no single key can show: names given twice, codes that no asset has, a policy in a currency that is none. One line a
contradiction, all of them at once. What only the files can show is found when they are loaded.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from ledgers.configuration_faults import line_of, meant
from ledgers.configuration_policies import policy_amounts, policy_faults
from ledgers.configuration_requirement import requirement_faults
from ledgers.display import display
from ledgers.ingestion.columns import LAYOUTS, SUMMABLE, TABLES, Cell
from ledgers.models import AssetKind

if TYPE_CHECKING:
    from ledgers.configuration_sections import AssetSection, CaseToml, EventSection, SourceSection

BRIDGE_LINES = (
    "opening_difference", "deposits_without_receipt", "receipts_without_posting", "deposit_differences",
    "withdrawals_not_sent", "withdrawal_differences", "moved_to_guarantee", "outflows_without_posting", "network_fees",
    "books_difference", "negative_balances", "unobserved",
)  # fmt: skip
BRIDGE_LINE_PREFIXES = ("taken_by:", "credits:")
"""Lines of the bridge are events of their own, so a declared event may not bear their names."""


def contradictions(parsed: CaseToml, needs_books: bool) -> list[str]:
    """Give a line for everything in case.toml that contradicts something else in it.

    Args:
        needs_books: whether a case without any source is one.
    """
    return [
        *_assets(parsed),
        *_currencies(parsed),
        *(_sources(parsed) if needs_books or parsed.sources else ()),
        *_names(parsed),
        *_spans(parsed),
        *policy_faults(parsed),
        *requirement_faults(parsed),
    ]


def matches(pattern: str, code: str) -> bool:
    """Say whether an asset pattern covers a code: `*` is any run of characters, nothing else is special.

    >>> matches("NFT *", "NFT (353)"), matches("NFT *", "NFTX"), matches("A.C", "ABC")
    (True, False, False)
    """
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), code, re.DOTALL) is not None


def control_of(code: str) -> str | None:
    r"""Name the first character of a code that a terminal obeys or that ends a line; None where there is none.

    Such a code is no pattern's: where `*` catches all, `K\rIN` would be an asset of its own beside `KIN`.

    >>> control_of("K\rIN"), control_of("K\tIN"), control_of("K IN")
    ('carriage return', 'control character U+0009', None)
    """
    found = next((character for character in code if unicodedata.category(character) in ("Cc", "Zl", "Zp")), None)
    if found is None:
        return None
    return "carriage return" if found == "\r" else f"control character U+{ord(found):04X}"


def _knows(parsed: CaseToml, code: str) -> bool:
    if code in parsed.assets:
        return True
    return control_of(code) is None and any("*" in pattern and matches(pattern, code) for pattern in parsed.assets)


def _unknown(parsed: CaseToml, code: str) -> str:
    return f'names the asset "{display(code)}", which is not declared{meant(code, parsed.assets)}'


def _assets(parsed: CaseToml) -> Iterator[str]:
    spelled: dict[str, str] = {}
    for code, asset in parsed.assets.items():
        where = f"[assets.{display(code)}]"
        if "*" in code and asset.aliases:
            yield line_of(where, "is a pattern and cannot have aliases. Declare the code by itself.")
        for alias in asset.aliases:
            if alias in parsed.assets:
                yield line_of(
                    where, f'has the alias "{display(alias)}", which is an asset itself. Remove one of the two.'
                )
            elif spelled.setdefault(alias, code) != code:
                yield line_of(
                    where,
                    f'has the alias "{display(alias)}", as has {display(spelled[alias])}. One of the two is wrong.',
                )
    currency = parsed.assets.get(parsed.case.currency)
    if currency is None:
        yield line_of("[case]", f"currency {_unknown(parsed, parsed.case.currency)}")
    elif currency.kind is not AssetKind.FIAT:
        yield line_of(
            "[case]", f'currency "{display(parsed.case.currency)}" is of kind {currency.kind}; it must be of kind fiat.'
        )


def _currencies(parsed: CaseToml) -> Iterator[str]:
    """Check every amount of money: its currency is a declared fiat asset, and its digits are no finer than that."""
    money: list[tuple[str, str, Mapping[str, str | None]]] = []
    for reserve in parsed.reserves:
        keys = ("amount", "cap_per_holder", "cap_per_holder_fiat")
        where = f'[[reserves]] "{display(reserve.name)}"'
        money.append((where, reserve.currency, {key: getattr(reserve, key) for key in keys}))
    for policy in parsed.policies:
        money.extend((where, policy.currency, texts) for where, texts in policy_amounts(policy))
    for cost in parsed.costs:
        money.append((f'[[costs]] "{display(cost.name)}"', cost.currency, {"amount": cost.amount}))
        if cost.borne_by not in ("pools", "estate") and not _knows(parsed, cost.borne_by):
            yield line_of(
                money[-1][0], f'borne_by must be "pools", "estate" or an asset, and {_unknown(parsed, cost.borne_by)}'
            )
    if parsed.estate:
        of_estate = {key: getattr(parsed.estate, key) for key in ("amount", "other_claims", "prior_claims")}
        money.append(("[estate]", parsed.estate.currency, of_estate))
    if parsed.plan.minimum_payment is not None:
        money.append(("[plan]", parsed.case.currency, {"minimum_payment": parsed.plan.minimum_payment}))
    for where, currency, texts in money:
        asset = parsed.assets.get(currency)
        if asset is None:
            yield line_of(where, f"currency {_unknown(parsed, currency)}")
            continue
        if asset.kind is not AssetKind.FIAT:
            yield line_of(where, f'currency "{display(currency)}" is of kind {asset.kind}; it must be of kind fiat.')
        for key, text in texts.items():
            yield from _digits(where, key, text, currency, asset.decimals)
    for event in parsed.events:
        yield from _lost(parsed, event)
    yield from _after_commencement(parsed)
    yield from _payouts(parsed)


def _lost(parsed: CaseToml, event: EventSection) -> Iterator[str]:
    if event.asset is None:
        return
    where = f'[[events]] "{display(event.name)}"'
    if not _knows(parsed, event.asset):
        yield line_of(where, f"asset {_unknown(parsed, event.asset)}")
    elif event.asset in parsed.assets:
        yield from _digits(where, "quantity", event.quantity, event.asset, parsed.assets[event.asset].decimals)


def _after_commencement(parsed: CaseToml) -> Iterator[str]:
    """Check what was lent to pools, and what came to holdings: of assets that are there."""
    for advance in parsed.advances:
        where = f'[[advances]] "{display(advance.name)}"'
        if advance.asset not in parsed.assets or "*" in advance.asset:
            yield line_of(where, f"asset {_undeclared(parsed, advance.asset)}")
        else:
            decimals = parsed.assets[advance.asset].decimals
            yield from _digits(where, "quantity", advance.quantity, advance.asset, decimals)
    seen: set[tuple[str, str, str]] = set()
    for accrual in parsed.accruals:
        where = f'[[accruals]] {accrual.kind} "{display(accrual.asset)}" of "{display(accrual.of)}"'
        for key, code in (("asset", accrual.asset), ("of", accrual.of)):
            if code not in parsed.assets or "*" in code:
                yield line_of(where, f"{key} {_undeclared(parsed, code)}")
        if not accrual.ratio.strip("0."):
            yield line_of(where, 'has a ratio of 0. Write what came for one whole asset, or goes_to = "estate".')
        if (accrual.kind, accrual.asset, accrual.of) in seen:
            yield line_of(where, "stands there twice. Leave one, with the ratio of both together.")
        seen.add((accrual.kind, accrual.asset, accrual.of))
        if accrual.kind == "fork" and accrual.asset == accrual.of:
            yield line_of(where, "is a fork of itself. Name what came, and whose holders it came to.")


def _payouts(parsed: CaseToml) -> Iterator[str]:
    """Check what is delivered in other assets: of declared assets, once each, and no more than the whole."""
    shares: dict[tuple[str, str | None], Fraction] = {}
    seen: set[tuple[str, str, str | None]] = set()
    elections = {election.name for election in parsed.elections}
    for payout in parsed.payouts:
        where = f'[[payouts]] of "{display(payout.of)}" in "{display(payout.paid_in)}"'
        for key, code in (("of", payout.of), ("in", payout.paid_in)):
            if code not in parsed.assets or "*" in code:
                yield line_of(where, f"{key} {_undeclared(parsed, code)}")
        if payout.of == payout.paid_in:
            yield line_of(where, "delivers it in itself. Leave it out: what the shares leave is delivered so.")
        if payout.election is not None and payout.election not in elections:
            yield line_of(
                where, f'is for the election "{display(payout.election)}", which no [[elections]] names. Add it.'
            )
        if (payout.of, payout.paid_in, payout.election) in seen:
            yield line_of(where, "stands there twice. Leave one, with the share of both together.")
        seen.add((payout.of, payout.paid_in, payout.election))
        whole = shares.get((payout.of, payout.election), Fraction(0)) + Fraction(payout.share)
        if whole > 1 >= shares.get((payout.of, payout.election), Fraction(0)):
            yield line_of(where, "has a share that comes to more than 1 with those before it. Lower one of them.")
        shares[payout.of, payout.election] = whole


def _undeclared(parsed: CaseToml, code: str) -> str:
    if _knows(parsed, code):
        return f'"{display(code)}" is known by a pattern only. Declare it by itself: [assets.{display(code)}].'
    return _unknown(parsed, code)


def _digits(where: str, key: str, text: str | None, asset: str, decimals: int) -> Iterator[str]:
    fraction = (text or "").partition(".")[2].rstrip("0")
    if len(fraction) > decimals:
        yield line_of(where, f'{key} "{text}" has more decimals than the {decimals} of {display(asset)}. Shorten it.')
    elif len((text or "").partition(".")[0].lstrip("0")) + decimals > 38:
        yield line_of(where, f'{key} "{display(text or "")}" has more than 38 digits in base units. Correct it.')


def _sources(parsed: CaseToml) -> Iterator[str]:
    tables = {source.table for source in parsed.sources}
    if not tables & {"balance", "journal"}:
        yield line_of(
            "[[sources]]", "names no source for the table balance or journal. At least one of them is needed."
        )
    if "wallet" not in tables:
        yield line_of("[[sources]]", "names no source for the table wallet: what is held. Add it.")
    for source_no, source in enumerate(parsed.sources, 1):
        where = f'[[sources]] {source_no} "{display(source.path[0])}"'
        yield from (line_of(where, fault) for fault in _source(parsed, source))


def _source(parsed: CaseToml, source: SourceSection) -> Iterator[str]:
    is_packed = source.layout == "packed"
    tables = LAYOUTS[source.layout]
    if source.table not in tables:
        what = "packed" if is_packed else "a statement"
        yield f"cannot be {what}: that layout is for {', '.join(tables)}. Remove the key layout."
        return
    yield from _kinds_of_file(source)
    if (source.wallet is not None) != (source.layout == "statement"):
        yield (
            'has a wallet without layout = "statement". Remove one of the two.'
            if source.wallet is not None
            else "lacks the key wallet: whose statement it is. Add it."
        )
    known = [column.name for column in tables[source.table]]
    for key, columns in (("columns", source.columns), ("constants", source.constants)):
        for name in columns:
            if name not in known:
                yield f'{key}: the table {source.table} has no column "{display(name)}"{meant(name, known)}'
    for name in sorted(source.columns.keys() & source.constants.keys()):
        yield f'gives "{display(name)}" both as a column and as a constant. Remove one of the two.'
    if source.duplicates == "sum" and source.table not in SUMMABLE:
        yield f'duplicates = "sum" is for {" and ".join(SUMMABLE)} only: rows of {source.table} are no parts of one.'
    if (source.pattern is not None) != is_packed:
        yield (
            "lacks the key pattern, which splits the cell." if is_packed else 'has a pattern without layout = "packed".'
        )
    if is_packed and source.pattern is not None and set(re.compile(source.pattern).groupindex) != {"asset", "quantity"}:
        yield "pattern must have exactly the named groups (?P<asset>...) and (?P<quantity>...)."
    for column in TABLES[source.table]:
        code = source.constants.get(column.name)
        if column.cell is Cell.ASSET and code is not None and not _spelled(parsed, code):
            yield f"constants {_unknown(parsed, code)}"
    yield from _control(parsed, source)


def _control(parsed: CaseToml, source: SourceSection) -> Iterator[str]:
    """Check what the sender states of a source: sums of assets that are declared, once each and no finer than those."""
    totals = source.control.totals if source.control is not None else {}
    if totals and all(column.name != "quantity" for column in TABLES[source.table]):
        yield f"control.totals: the table {source.table} has no quantity to sum. Remove the totals."
    stated: dict[str, str] = {}
    for code, total in totals.items():
        if not _spelled(parsed, code):
            yield f"control.totals {_unknown(parsed, code)}"
            continue
        own = code_of(parsed.assets, code)
        if stated.setdefault(own, code) != code:
            yield f'control.totals: "{display(code)}" and "{display(stated[own])}" are one asset. Remove one of them.'
        section = parsed.assets.get(own) or next(
            asset for pattern, asset in parsed.assets.items() if "*" in pattern and matches(pattern, own)
        )
        whole, _, fraction = total.lstrip("-").partition(".")
        if len(fraction.rstrip("0")) > section.decimals:
            yield (
                f'control.totals: "{total}" has more decimals than the {section.decimals} of {display(own)}. '
                "Shorten it, or correct the asset."
            )
        elif len(whole.lstrip("0")) + section.decimals > 38:
            yield f'control.totals: "{display(total)}" has more than 38 digits in base units. Correct it.'


def code_of(assets: Mapping[str, AssetSection], spelled: str) -> str:
    """Give the case's own code for an asset, by itself or by an alias."""
    return spelled if spelled in assets else next(
        (code for code, asset in assets.items() if spelled in asset.aliases), spelled
    )


def _kinds_of_file(source: SourceSection) -> Iterator[str]:
    """Refuse what a kind of file cannot follow: it would be read otherwise than declared."""
    endings = {path.lower().removesuffix(".gz").rpartition(".")[2] for path in source.path}
    encoding = codecs.lookup(source.encoding).name
    for ending in sorted(endings & {"parquet", "xlsx"}):
        if encoding != "utf-8":
            declares = f'declares the encoding "{source.encoding}"'
            yield f"{declares}, and {ending} files have their own. Remove the key encoding."
    if "jsonl" in endings:
        if encoding not in ("utf-8", "utf-8-sig"):
            yield f'declares the encoding "{source.encoding}", and jsonl files are UTF-8. Remove the key encoding.'
        for name, place in source.columns.items():
            if isinstance(place, int):
                yield f"columns: {name} is a position, and keys of a jsonl file have none. Write the key in quotes."


def _spelled(parsed: CaseToml, code: str) -> bool:
    return _knows(parsed, code) or any(code in asset.aliases for asset in parsed.assets.values())


def _names(parsed: CaseToml) -> Iterator[str]:
    yield from _twice(
        "[[reserves]] and [[policies]]", [*(r.name for r in parsed.reserves), *(p.name for p in parsed.policies)]
    )
    yield from _twice("[[events]]", (event.name for event in parsed.events))
    yield from _twice("[[costs]]", (cost.name for cost in parsed.costs))
    yield from _twice("[[advances]]", (advance.name for advance in parsed.advances))
    yield from _twice("[[elections]]", (election.name for election in parsed.elections))
    for event in parsed.events:
        if event.name in BRIDGE_LINES or event.name.startswith(BRIDGE_LINE_PREFIXES):
            yield line_of(
                f'[[events]] "{display(event.name)}"', "has the name of a line of the bridge. Choose another."
            )


def _twice(where: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield line_of(where, f'give the name "{display(name)}" {count} times. Names must be unique.')


def _spans(parsed: CaseToml) -> Iterator[str]:
    spans = [(f'[[policies]] "{display(policy.name)}"', policy.begins, policy.ends) for policy in parsed.policies]
    spans += [
        (f'[[events]] "{display(event.name)}"', event.begins, event.ends)
        for event in parsed.events
        if event.begins and event.ends
    ]
    for where, begins, ends in spans:
        if begins.at > ends.at:
            yield line_of(where, f"ends ({ends.given}) before it begins ({begins.given}). Correct from or until.")
