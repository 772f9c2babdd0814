"""How many traced units does each transfer carry? Walks over millions of transfers in time order, compiled.

A walk goes once through the transfers of one asset and keeps for every address what lies there, and how much of it is
traced, by tag. A tag is one start. At an end (the customers' wallets, and breaks such as mixers) what arrives stays,
and what leaves is of no tag.

    lots      fifo and lifo: each address is a list of lots (units, tag), and lots go from list to list
    shares    rolling charge, haircut, lowest intermediate balance: each address is a row of tagged units
    poison    each address is reached or not, by tag

Quantities are limb pairs, lower limb first. Whoever calls sees to it that all units together stay below 2^127. Nothing
is rounded but in `_allot`: largest remainder, ties to the lower tag, units of no tag after all tags.

Compiled when first called, as ledgers.limbs says, and under the same traps.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit

from ledgers.limbs import (
    ONE,
    TOP,
    WIDTH,
    ZERO,
    Flag,
    Limb,
    Pair,
    add,
    cached,
    divide_wide,
    is_below,
    multiply_pairs,
    reciprocal,
    subtract,
    unshifted,
)

NONE: Final = -1
"""No lot, no tag, nobody."""


class Transfers(NamedTuple):
    """What a walk goes through, in its order; backward in time the ends are exchanged."""

    senders: Any
    """int32, address."""
    recipients: Any
    units: Any
    """(transfers, 2) limbs: what arrives."""
    fees: Any
    """(transfers, 2) limbs, on top of it; backward in time they come back before."""
    tags: Any
    """int32: of what start it is, or NONE; what it brings is then of that tag."""


class Places(NamedTuple):
    """What a walk knows of the addresses."""

    is_end: Any
    openings: Any
    """(addresses, 2) limbs."""
    opening_tags: Any
    """int32: of what start the opening is, or NONE."""


class Sums(NamedTuple):
    """What a walk finds, added up from zeros."""

    started: Any
    """(tags, 2) limbs: given the tag, and not of it before."""
    ends: Any
    """(addresses, tags, 2) limbs: where it is at the end."""
    lost: Any
    """(tags, 2) limbs: in fees."""
    moved: Any
    """(transfers or 0, 2) limbs: of the watched tag, in each transfer."""
    watched: Any
    """A tag, or NONE."""


@njit(forceinline=True)
def _gain(column: Any, row: Any, a1: Limb, a0: Limb) -> None:
    column[row, 1], column[row, 0] = add(column[row, 1], column[row, 0], a1, a0)


@njit(forceinline=True)
def _gain_of(column: Any, row: Any, tag: Any, a1: Limb, a0: Limb) -> None:
    column[row, tag, 1], column[row, tag, 0] = add(column[row, tag, 1], column[row, tag, 0], a1, a0)


@njit(forceinline=True)
def _lose(column: Any, row: Any, a1: Limb, a0: Limb) -> None:
    column[row, 1], column[row, 0] = subtract(column[row, 1], column[row, 0], a1, a0)


@njit(forceinline=True)
def _least(a1: Limb, a0: Limb, b1: Limb, b0: Limb) -> Pair:
    return (a1, a0) if is_below(a1, a0, b1, b0) else (b1, b0)


def _balances(transfers: Transfers, is_end: Any, openings: Any, closings: Any) -> None:
    """Raise the openings to the least with which no address is ever below zero; give what lies there at the end.

    Args:
        openings: (addresses, 2) limbs: what is known to have been there; raised in place.
        closings: (addresses, 2) limbs, written.
    """
    closings[:] = openings
    for i in range(len(transfers.senders)):
        s, r = transfers.senders[i], transfers.recipients[i]
        w1, w0 = transfers.units[i, 1], transfers.units[i, 0]
        if not is_end[s]:
            f1, f0 = transfers.fees[i, 1], transfers.fees[i, 0]
            if s != r:
                f1, f0 = add(f1, f0, w1, w0)
            if is_below(closings[s, 1], closings[s, 0], f1, f0):
                more1, more0 = subtract(f1, f0, closings[s, 1], closings[s, 0])
                _gain(openings, s, more1, more0)
                _gain(closings, s, more1, more0)
            _lose(closings, s, f1, f0)
        if s != r and not is_end[r]:
            _gain(closings, r, w1, w0)


balances: Final = cached(_balances)


class Lots(NamedTuple):
    """Every address's list of lots: the one that leaves next lies with the address itself, for memory is what a walk
    waits for, and most addresses have one."""

    first: Any
    """(addresses, 4) uint64: the limbs of that lot's units, then two that are read as `first_links`."""
    first_links: Any
    """The same memory as int64: at 2 its tag, or EMPTY; at 3 the next lot, or NONE."""
    last: Any
    """int32 by address: the lot that leaves last; of no meaning where there is no next one."""
    units: Any
    """(lots, 4) uint64: the others, laid out alike."""
    links: Any
    """The same memory as int64: at 2 the tag, at 3 the next lot of its list, or of the free ones."""
    count: Any
    """int64: lots ever used, and the first that is free."""


TAG: Final = 2
BEHIND: Final = 3
EMPTY: Final = -2
"""The tag of an address without lots."""


@njit(forceinline=True)
def _new(lots: Lots, part1: Limb, part0: Limb, tag: Any, behind: Any) -> Any:
    """Lay a lot down in a free place, or a new one."""
    lot = lots.count[1]
    if lot == NONE:
        lot = lots.count[0]
        lots.count[0] += 1
    else:
        lots.count[1] = lots.links[lot, BEHIND]
    lots.units[lot, 1], lots.units[lot, 0] = part1, part0
    lots.links[lot, TAG], lots.links[lot, BEHIND] = tag, behind
    return lot


@njit(forceinline=True)
def _put(lots: Lots, at: Any, part1: Limb, part0: Limb, tag: Any, is_last_in: Flag) -> None:
    """Add a part to an address: to the lot it lies beside where the tags are equal, else as a lot of its own."""
    there = lots.first_links[at, TAG]
    behind = lots.first_links[at, BEHIND]
    if there == EMPTY:
        lots.first[at, 1], lots.first[at, 0] = part1, part0
        lots.first_links[at, TAG], lots.first_links[at, BEHIND] = tag, NONE
    elif is_last_in:
        if there == tag:
            _gain(lots.first, at, part1, part0)
        else:
            below = _new(lots, lots.first[at, 1], lots.first[at, 0], there, behind)
            lots.first[at, 1], lots.first[at, 0] = part1, part0
            lots.first_links[at, TAG], lots.first_links[at, BEHIND] = tag, below
    elif behind == NONE:
        if there == tag:
            _gain(lots.first, at, part1, part0)
        else:
            lot = _new(lots, part1, part0, tag, NONE)
            lots.first_links[at, BEHIND] = lot
            lots.last[at] = lot
    elif lots.links[lots.last[at], TAG] == tag:
        _gain(lots.units, lots.last[at], part1, part0)
    else:
        lot = _new(lots, part1, part0, tag, NONE)
        lots.links[lots.last[at], BEHIND] = lot
        lots.last[at] = lot


@njit(forceinline=True)
def _next(lots: Lots, at: Any) -> None:
    """The first lot of an address is gone: the next one takes its place."""
    lot = lots.first_links[at, BEHIND]
    if lot == NONE:
        lots.first_links[at, TAG] = EMPTY
    else:
        lots.first[at, 1], lots.first[at, 0] = lots.units[lot, 1], lots.units[lot, 0]
        lots.first_links[at, TAG], lots.first_links[at, BEHIND] = lots.links[lot, TAG], lots.links[lot, BEHIND]
        lots.links[lot, BEHIND] = lots.count[1]
        lots.count[1] = lot


@njit(forceinline=True)
def _hand_over(
    lots: Lots, giver: Any, taker: Any, need1: Limb, need0: Limb, tag: Any, is_end: Any, sums: Sums, row: Any,
    is_last_in: Flag,
) -> None:  # fmt: skip
    """Take units from a giver's lots, or of no tag from NONE, and give them to a taker, or lose them to NONE.

    Args:
        tag: what all of it is of from now on; NONE leaves each part its own.
        row: the transfer; NONE for what is no transfer (a fee, an opening).
    """
    while (need1 | need0) != ZERO:
        part1, part0, part_tag = need1, need0, NONE
        if giver != NONE:
            part_tag = lots.first_links[giver, TAG]
            if is_below(need1, need0, lots.first[giver, 1], lots.first[giver, 0]):
                _lose(lots.first, giver, need1, need0)
            else:
                part1, part0 = lots.first[giver, 1], lots.first[giver, 0]
                _next(lots, giver)
        need1, need0 = subtract(need1, need0, part1, part0)
        if tag != NONE:
            if part_tag != tag:
                _gain(sums.started, tag, part1, part0)
            part_tag = tag
        if row != NONE and part_tag == sums.watched and part_tag != NONE:
            _gain(sums.moved, row, part1, part0)
        if taker != NONE and not is_end[taker]:
            _put(lots, taker, part1, part0, part_tag, is_last_in)
        elif part_tag != NONE:
            if taker == NONE:
                _gain(sums.lost, part_tag, part1, part0)
            else:
                _gain_of(sums.ends, taker, part_tag, part1, part0)


def _walk_lots(
    transfers: Transfers, places: Places, sums: Sums, is_last_in: Any, is_back: Any, first: Any, lots_of: Any
) -> None:
    """Walk by lots: fifo, or lifo where the last in leaves first.

    Args:
        first: (addresses, 4) int64. lots_of: (lots, 4) int64, of which two for each transfer are enough: it splits one
            lot at most, and what comes of no tag, the fee too backward in time, is one each.
    """
    is_end, addresses = places.is_end, len(places.is_end)
    first[:, TAG] = EMPTY
    lots = Lots(
        first.view(np.uint64), first, np.empty(addresses, np.int32), lots_of.view(np.uint64), lots_of,
        np.array([0, NONE]),
    )  # fmt: skip
    for at in range(addresses):
        if not is_end[at]:
            opening1, opening0 = places.openings[at, 1], places.openings[at, 0]
            _hand_over(lots, NONE, at, opening1, opening0, places.opening_tags[at], is_end, sums, NONE, is_last_in)
    for i in range(len(transfers.senders)):
        s, r, tag = transfers.senders[i], transfers.recipients[i], transfers.tags[i]
        w1, w0, f1, f0 = transfers.units[i, 1], transfers.units[i, 0], transfers.fees[i, 1], transfers.fees[i, 0]
        if is_back and not is_end[r]:
            _hand_over(lots, NONE, r, f1, f0, NONE, is_end, sums, NONE, is_last_in)
        if s != r and not (is_end[s] and is_end[r] and tag == NONE):
            giver = NONE if is_end[s] else s
            _hand_over(lots, giver, r, w1, w0, tag, is_end, sums, i, is_last_in)
        if not is_back and not is_end[s]:
            _hand_over(lots, s, NONE, f1, f0, NONE, is_end, sums, NONE, is_last_in)
    for at in range(addresses):
        while lots.first_links[at, TAG] != EMPTY:
            if lots.first_links[at, TAG] != NONE:
                _gain_of(sums.ends, at, lots.first_links[at, TAG], lots.first[at, 1], lots.first[at, 0])
            _next(lots, at)


walk_lots: Final = cached(_walk_lots)


@njit(forceinline=True)
def _allot(units1: Limb, units0: Limb, state: Any, at: Any, rest1: Limb, rest0: Limb, parts: Any) -> None:
    """Divide units among what of each tag lies at an address and a rest that is of none, by largest remainder.

    Only the tags are divided: what the rest would be rounded down to, and its remainder, follow from theirs.

    Args:
        units1, units0: above 0, at most what is to share.
        state: row `at`: the tags' units from column TAGS on. rest1, rest0: what of no tag shares.
        parts: (2, tags, 2) limbs: the parts are written first, then remainders.
    """
    tags = parts.shape[1]
    whole1, whole0 = rest1, rest0
    for tag in range(tags):
        whole1, whole0 = add(whole1, whole0, state[at, TAGS + tag, 1], state[at, TAGS + tag, 0])
    s, d1, d0 = ZERO, whole1, whole0
    if d1 == ZERO:
        s, d1, d0 = WIDTH, d0, ZERO
    while (d1 >> TOP) == ZERO:
        s += ONE
        d1, d0 = (d1 << ONE) | (d0 >> TOP), d0 << ONE
    v = reciprocal(d1, d0)
    # The remainders of all, the rest's too, sum to the whole times the units that are open.
    open_units, sum1, sum0 = ZERO, ZERO, ZERO
    for tag in range(tags):
        product = multiply_pairs(units1, units0, state[at, TAGS + tag, 1], state[at, TAGS + tag, 0])
        q1, q0, r1, r0 = divide_wide(product, s, d1, d0, v)
        r1, r0 = unshifted(r1, r0, s)
        parts[0, tag, 1], parts[0, tag, 0], parts[1, tag, 1], parts[1, tag, 0] = q1, q0, r1, r0
        sum1, sum0 = add(sum1, sum0, r1, r0)
        if not is_below(sum1, sum0, whole1, whole0):
            sum1, sum0 = subtract(sum1, sum0, whole1, whole0)
            open_units += ONE
    last1, last0 = ZERO, ZERO
    if (sum1 | sum0) != ZERO:
        last1, last0 = subtract(whole1, whole0, sum1, sum0)
        open_units += ONE
    while open_units != ZERO:
        open_units -= ONE
        best, best1, best0 = NONE, last1, last0
        for tag in range(tags):
            r1, r0 = parts[1, tag, 1], parts[1, tag, 0]
            # A tag goes before the rest where they are equal, and before another tag only where it has more.
            if is_below(best1, best0, r1, r0) or (best == NONE and r1 == best1 and r0 == best0 and (r1 | r0) != ZERO):
                best, best1, best0 = tag, r1, r0
        if best == NONE:
            last1, last0 = ZERO, ZERO
        else:
            parts[0, best, 1], parts[0, best, 0] = add(parts[0, best, 1], parts[0, best, 0], ZERO, ONE)
            parts[1, best, 1], parts[1, best, 0] = ZERO, ZERO


HAVE: Final = 0
TRACED: Final = 1
TAGS: Final = 2
"""Columns of what lies at an address: all of it, what of it is traced, and from here on of each tag."""


@njit(forceinline=True)
def _leave(at: Any, w1: Limb, w0: Limb, state: Any, is_lowest: Flag, parts: Any) -> Flag:
    """Take units from an address and say in `parts` what of each tag goes with them; false where nothing does."""
    traced1, traced0 = state[at, TRACED, 1], state[at, TRACED, 0]
    rest1, rest0 = subtract(state[at, HAVE, 1], state[at, HAVE, 0], traced1, traced0)
    state[at, HAVE, 1], state[at, HAVE, 0] = subtract(state[at, HAVE, 1], state[at, HAVE, 0], w1, w0)
    if (traced1 | traced0) == ZERO or (w1 | w0) == ZERO:
        return False
    if is_lowest:
        # Other units first: only what is above them is traced.
        if not is_below(rest1, rest0, w1, w0):
            return False
        w1, w0 = subtract(w1, w0, rest1, rest0)
        rest1, rest0 = ZERO, ZERO
    _allot(w1, w0, state, at, rest1, rest0, parts)
    for tag in range(parts.shape[1]):
        p1, p0 = parts[0, tag, 1], parts[0, tag, 0]
        traced1, traced0 = subtract(traced1, traced0, p1, p0)
        state[at, TAGS + tag, 1], state[at, TAGS + tag, 0] = subtract(
            state[at, TAGS + tag, 1], state[at, TAGS + tag, 0], p1, p0
        )
    state[at, TRACED, 1], state[at, TRACED, 0] = traced1, traced0
    return True


@njit(forceinline=True)
def _arrive(
    at: Any, w1: Limb, w0: Limb, tag: Any, is_traced: Flag, is_end: Any, state: Any, parts: Any, sums: Sums
) -> None:
    """Add to an address what came, `parts` of it traced, or all of it where the transfer is a start."""
    if not is_end[at]:
        _gain_of(state, at, HAVE, w1, w0)
    if tag != NONE:
        fresh1, fresh0 = w1, w0
        if is_traced:
            fresh1, fresh0 = subtract(w1, w0, parts[0, tag, 1], parts[0, tag, 0])
        _gain(sums.started, tag, fresh1, fresh0)
        parts[0] = ZERO
        parts[0, tag, 1], parts[0, tag, 0] = w1, w0
    elif not is_traced:
        return
    for of in range(parts.shape[1]):
        _gain_of(state, at, TAGS + of, parts[0, of, 1], parts[0, of, 0])
        if not is_end[at]:
            _gain_of(state, at, TRACED, parts[0, of, 1], parts[0, of, 0])


def _walk_shares(transfers: Transfers, places: Places, sums: Sums, is_lowest: Any, is_back: Any) -> None:
    """Walk by shares: each payment in proportion, or, where `is_lowest`, other units before traced ones."""
    is_end, tags = places.is_end, sums.ends.shape[1]
    state = np.zeros((len(is_end), TAGS + tags, 2), np.uint64)
    parts = np.zeros((2, tags, 2), np.uint64)
    for at in range(len(is_end)):
        have1, have0, tag = places.openings[at, 1], places.openings[at, 0], places.opening_tags[at]
        _gain_of(state, at, HAVE, have1, have0)
        if tag != NONE and not is_end[at]:
            _gain(sums.started, tag, have1, have0)
            _gain_of(state, at, TRACED, have1, have0)
            _gain_of(state, at, TAGS + tag, have1, have0)
    for i in range(len(transfers.senders)):
        s, r, tag = transfers.senders[i], transfers.recipients[i], transfers.tags[i]
        w1, w0, f1, f0 = transfers.units[i, 1], transfers.units[i, 0], transfers.fees[i, 1], transfers.fees[i, 0]
        if is_back and not is_end[r]:
            _gain_of(state, r, HAVE, f1, f0)
        if s != r:
            is_traced = False
            if not is_end[s]:
                is_traced = _leave(s, w1, w0, state, is_lowest, parts)
            _arrive(r, w1, w0, tag, is_traced, is_end, state, parts, sums)
            if sums.watched != NONE and (is_traced or tag != NONE):
                _gain(sums.moved, i, parts[0, sums.watched, 1], parts[0, sums.watched, 0])
        if not is_back and not is_end[s] and _leave(s, f1, f0, state, is_lowest, parts):
            for of in range(tags):
                _gain(sums.lost, of, parts[0, of, 1], parts[0, of, 0])
    sums.ends[:] = state[:, TAGS:]


walk_shares: Final = cached(_walk_shares)


def _walk_poison(  # noqa: PLR0912  compiled as a whole
    transfers: Transfers, places: Places, sums: Sums, is_back: Any
) -> None:
    """Walk by poison: whatever leaves or lies where a tag has come is of that tag, until the address is empty."""
    is_end = places.is_end
    tags = sums.ends.shape[1]
    have = places.openings.copy()
    is_reached = np.zeros((len(is_end), tags), np.bool_)
    for at in range(len(is_end)):
        tag = places.opening_tags[at]
        if tag != NONE and not is_end[at] and (have[at, 1] | have[at, 0]) != ZERO:
            is_reached[at, tag] = True
            _gain(sums.started, tag, have[at, 1], have[at, 0])
    for i in range(len(transfers.senders)):
        s, r, own = transfers.senders[i], transfers.recipients[i], transfers.tags[i]
        w1, w0, f1, f0 = transfers.units[i, 1], transfers.units[i, 0], transfers.fees[i, 1], transfers.fees[i, 0]
        if is_back and not is_end[r]:
            _gain(have, r, f1, f0)
        for tag in range(tags):
            is_carried = not is_end[s] and is_reached[s, tag]
            if is_carried and not is_back:
                _gain(sums.lost, tag, f1, f0)
            if s == r or not (is_carried or own == tag) or (w1 | w0) == ZERO:
                continue
            if own == tag and not is_carried:
                _gain(sums.started, tag, w1, w0)
            if tag == sums.watched:
                _gain(sums.moved, i, w1, w0)
            if is_end[r]:
                _gain_of(sums.ends, r, tag, w1, w0)
            else:
                is_reached[r, tag] = True
        if not is_end[s]:
            if s != r:
                _lose(have, s, w1, w0)
            if not is_back:
                _lose(have, s, f1, f0)
            if (have[s, 1] | have[s, 0]) == ZERO:
                is_reached[s] = False
        if s != r and not is_end[r]:
            _gain(have, r, w1, w0)
    for at in range(len(is_end)):
        for tag in range(tags):
            if is_reached[at, tag]:
                _gain_of(sums.ends, at, tag, have[at, 1], have[at, 0])


walk_poison: Final = cached(_walk_poison)
