"""How are the flows of one asset told in lines: who took how much, over whom it went, where it lies?

Of each list the first few and how many more. Names are shown, never obeyed. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from administrator.wrapping import wrapped
from ledgers.display import display
from ledgers.units import format_units

if TYPE_CHECKING:
    from administrator.usecases.flows import Flows, Mixed, Place, Route, Routes, Taker

SHOWN_MAX = 12
PARTIES_SHOWN_MAX = 6
"""Of one path: the first and the last of it."""
WIDTH_MIN = 40
ANY_WIDTH = 10_000
OURS = "customers' wallets"


def flow_lines(flows: Flows, width: int) -> Iterator[str]:
    """What is said of the flows of one asset; no line is wider than `width` cells, where that is not 0."""
    width = max(width, WIDTH_MIN) if width else ANY_WIDTH
    asset = display(flows.asset)
    missing = "Nothing" if flows.shortfall.startswith("-") or not flows.shortfall.strip("0.") else flows.shortfall
    yield from wrapped(f"{asset}: {missing} is missing of {flows.owed} owed.", width, "", "  ")
    back = f"who took them brought {flows.returned} back" if flows.returned.strip("0.") else "none of them came back"
    yield from wrapped(
        f"{flows.taken} left the customers' wallets in transfers that no posting explains; {back}.", width, "", "  "
    )
    rest = format_units(sum(one.net_units for one in flows.takers[SHOWN_MAX:]), flows.decimals)
    takers = [_taker(one) for one in flows.takers]
    yield from _section("To whom it went, less what they brought back", takers, width, f", {rest} together")
    sections = (
        ("Where it lies, at most", _places(flows)),
        ("On lists of sanctions", [
            f"{display(one.address)}: {display(one.list)}{_in_brackets(one.entry)}; sent {one.sent}, received "
            f"{one.received}, transfers {one.transfers}{f', listed {one.listed_at}' if one.listed_at else ''}"
            for one in flows.sanctioned
        ]),
        ("Whom it had to pass", [
            f"{_party(one.party, one.kind)}: {one.quantity} lies behind it, at {_many(one.places, 'place')}"
            for one in flows.cuts
        ]),
        ("Went out and came back", _routes(flows.round_trips)),
        ("Went in circles", _routes(flows.circles)),
        ("Mixed with other value", [_mixed(one) for one in flows.mixed]),
        ("Named by labels", [
            f"{_party(one.party, one.kind)}{f', by {display(one.said_by)}' if one.said_by else ''}"
            for one in flows.labelled
        ]),
    )  # fmt: skip
    for head, said in sections:
        yield from _section(head, said, width)
    if flows.notes:
        yield ""
    for note in flows.notes:
        yield from wrapped(note, width, "", "  ")


def _places(flows: Flows) -> list[str]:
    """Those on the trail one by one, and those to whom it went first as one: they were named before."""
    straight = [one for one in flows.places if one.is_straight]
    said = [_place(one) for one in flows.places if not one.is_straight]
    if straight:
        quantity = format_units(sum(one.units for one in straight), flows.decimals)
        names = _party(straight[0].party, straight[0].kind) if len(straight) == 1 else f"{len(straight):,} parties"
        said.insert(0, f"{quantity}  still with whom it went to first: {names}")
    return said


def _section(head: str, said: Sequence[str], width: int, rest: str = "") -> Iterator[str]:
    if not said:
        return
    yield ""
    yield from wrapped(f"{head}:", width, "")
    for one in said[:SHOWN_MAX]:
        yield from wrapped(one, width, "  ", "      ")
    if len(said) > SHOWN_MAX:
        yield from wrapped(f"and {len(said) - SHOWN_MAX:,} more{rest}", width, "  ", "      ")


def _taker(taker: Taker) -> str:
    brought = f" (took {taker.taken}, brought back {taker.returned})" if taker.returned.strip("0.") else ""
    first, last = taker.first_at[:10], taker.last_at[:10]
    when = f"on {first}" if first == last else f"from {first} to {last}"
    return f"{taker.net}  {_party(taker.party, taker.kind)}{brought}, {_many(taker.transfers, 'transfer')} {when} (UTC)"


def _place(place: Place) -> str:
    over = f"{place.hops} hops, over {_path(place.over[:-1])}"
    if place.hops == 1:
        over = "straight from the customers' wallets and over others"
    return f"{place.quantity}  {_party(place.party, place.kind)}, {over}"


def _mixed(mixed: Mixed) -> str:
    since = f"since {mixed.mixed_at[:10]}" if mixed.mixed_at else "from the opening on"
    parts = [f"{mixed.customers} of customers'"]
    if mixed.other.strip("0."):
        parts.append(f"{mixed.other} of others'")
    if mixed.opening.strip("0."):
        parts.append(f"{mixed.opening} it held at the opening")
    return f"{_party(mixed.party, mixed.kind)}: {', '.join(parts[:-1])} and {parts[-1]}, {since}"


def _routes(routes: Routes) -> list[str]:
    said = [f"{route.quantity}  {_path(_closed(route))}" for route in routes.routes]
    if not routes.is_whole:
        # Said with the first, for the last may not be shown.
        said[:1] = [f"{said[0]} (there are more than were looked for)"] if said else ["too many to look for"]
    return said


def _closed(route: Route) -> tuple[str, ...]:
    return (*route.parties, route.parties[0])


def _path(parties: Sequence[str]) -> str:
    names = [_name(party) for party in parties]
    if len(names) > PARTIES_SHOWN_MAX:
        half = PARTIES_SHOWN_MAX // 2
        names = [*names[:half], f"{len(names) - 2 * half} more", *names[-half:]]
    return " > ".join(names)


def _party(party: str, kind: str) -> str:
    return f"{_name(party)} ({kind})" if party else _name(party)


def _name(party: str) -> str:
    return display(party, 60) if party else OURS


def _in_brackets(text: str) -> str:
    return f" ({display(text)})" if text else ""


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
