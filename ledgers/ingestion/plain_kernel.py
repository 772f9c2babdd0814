"""What do the lines of a plain csv file say, a hundred million of them?

One compiled pass over the bytes: lines into cells, cells into keys, units and instants, by the grammar of
ledgers.units and ingestion.instants. It takes only what is beyond doubt. A row with anything else in it (another
number form, a time without an offset, a word that is none, a cell too many) is left to the typing by SQL and by cell,
which says what it is; tests compare the two cell by cell.

Eight bytes are looked at at once, as one limb, the first byte lowest: to find the end of a cell, to tell two texts
apart, to read eight digits with three multiplications.

Compiled when it is imported, as plain_text is, and under the same traps.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from ledgers.ingestion.plain_text import (
    BYTE,
    EACH,
    THREE,
    WORD_BYTES,
    bare,
    bare_cached,
    bare_inlined,
    found,
    is_same,
    key_of,
    word_at,
    zeros_below,
)  # fmt: skip
from ledgers.limbs import ONE, ZERO, limb, multiply, subtract

COMMA, FEED, RETURN, POINT, MINUS, PLUS, NOUGHT, NINE = b",\n\r.-+09"
COLON, LETTER_T, LETTER_Z, SPACE = b":TZ "
SKIPPED, TEXT, ACCOUNT, ASSET, QUANTITY, WORD, INSTANT = range(7)
"""What a column of the contract is here."""
NULL: Final = -1
LEFT, MORE = -1, -2
"""A cell that is left to the typing by SQL; one that needs an answer before its row can be judged."""
NEGATIVE: Final = -2
TAKEN: Final = -2
DIGITS_MAX: Final = 38
GROUP: Final = 18
"""Digits that are gathered in one limb at most before they are added."""
DAY_MICROS: Final = 86_400_000_000
FIRST_DAY, LAST_DAY = -354_285, 376_199
"""1000-01-01 and 2999-12-31, in days of 1970: the days that the grammar of instants has."""
UNASKED, AMBIGUOUS, NO_OFFSET = -(1 << 30), -(1 << 30) + 1, -(1 << 30) + 2
"""In the table of a zone's days: not looked up yet; no one offset for the whole day. And of a text: it is no
offset."""
INSTANT_MIN: Final = len("2026-03-31T09:00")
POWERS = np.array([10**power for power in range(GROUP + 1)], np.uint64)
COMMAS, FEEDS, POINTS, NOUGHTS = (np.uint64(byte * EACH) for byte in (COMMA, FEED, POINT, NOUGHT))
SIXES, HALVES = (np.uint64(byte * EACH) for byte in (0x06, 0xF0))
PAIRS, FOURS = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF)
TENS, HUNDREDS, MYRIADS = np.uint64(1 + (10 << 8)), np.uint64(1 + (100 << 16)), np.uint64(1 + (10_000 << 32))
SIXTEEN, THIRTY_TWO, LOW_HALF = np.uint64(16), np.uint64(32), np.uint64(0x0F * EACH)


class Columns(NamedTuple):
    """The columns of the contract, in its order."""

    kinds: Any
    places: Any
    """Slot in the spans of a line: a cell of the file from 0, a constant behind them, NULL where there is none."""
    traits: Any
    """Whether it is required, whether signed, and which column has its asset."""
    word_begins: Any
    word_texts: Any
    """All words behind each other."""
    words: Any
    """First word of each column, and the one behind its last."""


class Rows(NamedTuple):
    """Room for what is taken, (columns, rows) each but `rows`; and for what is left."""

    rows: Any
    keys: Any
    units: Any
    instants: Any
    is_known: Any
    starts: Any
    lengths: Any
    left: Any
    """(rows, 3): number, begin and end of each line that is left."""


@bare
def _number(held: Any, place: Any, count: Any) -> Any:
    """Read 1 to 8 digits; 10^8 and more where they are none."""
    word = word_at(held, place)
    if count < WORD_BYTES:
        word = (word << ((BYTE - limb(count)) << THREE)) | (NOUGHTS >> (limb(count) << THREE))
    if (word & HALVES) != NOUGHTS or ((word + SIXES) & HALVES) != NOUGHTS:
        return ~ZERO
    word = ((word & LOW_HALF) * TENS) >> BYTE
    word = ((word & PAIRS) * HUNDREDS) >> SIXTEEN
    return ((word & FOURS) * MYRIADS) >> THIRTY_TWO


@bare_inlined
def _added(high: Any, low: Any, power: Any, group: Any) -> Any:
    """high, low x 10^power + group, below 10^38."""
    h1, l1 = multiply(low, POWERS[power])
    h1 += high * POWERS[power]
    low = l1 + group
    return h1 + limb(low < group), low


@bare
def _gathered(held: Any, place: Any, end: Any, high: Any, low: Any) -> Any:
    """Append the digits of [place, end) to a number; whether they are digits, and the number."""
    group, count = ZERO, 0
    while place < end:
        step = min(end - place, WORD_BYTES)
        number = _number(held, place, step)
        if number == ~ZERO:
            return False, high, low
        if count + step > GROUP:
            high, low = _added(high, low, count, group)
            group, count = ZERO, 0
        group = group * POWERS[step] + number
        count += step
        place += step
    high, low = _added(high, low, count, group)
    return True, high, low


@bare
def _point(held: Any, begin: Any, end: Any) -> Any:
    """Where the first point of a text is; its end where there is none."""
    while begin < end:
        marks = found(word_at(held, begin), POINTS)
        if marks:
            return min(begin + (zeros_below(marks) >> 3), end)
        begin += WORD_BYTES
    return end


@bare
def _quantity(held: Any, begin: Any, end: Any, decimals: Any, units: Any) -> Any:
    """Read a plain decimal into two limbs of `units`; LEFT where it is none, or does not fit."""
    is_negative = held[begin] == MINUS
    begin += is_negative
    point = _point(held, begin, end)
    if point == begin or point + 1 == end:
        return LEFT
    kept = min(point + 1 + decimals, end)
    for place in range(kept, end):
        if held[place] != NOUGHT:
            return LEFT
    missing = decimals - max(kept - point - 1, 0)
    # 10^38 needs 39 digits: of a number with less, noughts in front are none.
    while point - begin + decimals > DIGITS_MAX and begin < point and held[begin] == NOUGHT:
        begin += 1
    if point - begin + decimals > DIGITS_MAX:
        return LEFT
    is_number, high, low = _gathered(held, begin, point, ZERO, ZERO)
    if is_number and kept > point + 1:
        is_number, high, low = _gathered(held, point + 1, kept, high, low)
    if not is_number:
        return LEFT
    while missing > 0:
        step = min(missing, GROUP)
        high, low = _added(high, low, step, ZERO)
        missing -= step
    if is_negative:
        high, low = subtract(ZERO, ZERO, high, low)
    units[0], units[1] = low, high
    return NEGATIVE if is_negative and (high | low) != ZERO else 0


@bare_inlined
def _two(held: Any, place: Any) -> Any:
    """Two digits as a number; negative where they are none."""
    tens, ones = held[place], held[place + 1]
    if tens < NOUGHT or tens > NINE or ones < NOUGHT or ones > NINE:
        return -10_000
    return np.int64(tens - NOUGHT) * 10 + np.int64(ones - NOUGHT)


@bare
def _day(held: Any, place: Any) -> Any:
    """A day as days since 1970; LEFT - LAST_DAY... below FIRST_DAY where it is none."""
    year = _two(held, place) * 100 + _two(held, place + 2)
    month, day = _two(held, place + 5), _two(held, place + 8)
    if held[place + 4] != MINUS or held[place + 7] != MINUS or year < 1000 or year > 2999:
        return FIRST_DAY - 1
    if month < 1 or month > 12 or day < 1:
        return FIRST_DAY - 1
    is_leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    longest = 31 - (month in (4, 6, 9, 11))
    if month == 2:
        longest = 28 + is_leap
    if day > longest:
        return FIRST_DAY - 1
    # Days of the civil calendar, the year beginning in March.
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (9 if month <= 2 else -3)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@bare
def _offset(held: Any, place: Any, end: Any) -> Any:
    """The offset that ends an instant, in seconds; NO_OFFSET where it is none."""
    length = end - place
    if length == 1:
        return 0 if held[place] == LETTER_Z else NO_OFFSET
    if length not in (3, 5, 6) or (held[place] != PLUS and held[place] != MINUS):
        return NO_OFFSET
    hours, minutes = _two(held, place + 1), 0
    if length == 5:
        minutes = _two(held, place + 3)
    if length == 6:
        minutes = _two(held, place + 4)
        if held[place + 3] != COLON:
            return NO_OFFSET
    if hours < 0 or hours > 14 or minutes < 0 or minutes > 59:
        return NO_OFFSET
    seconds = hours * 3600 + minutes * 60
    return -seconds if held[place] == MINUS else seconds


@bare
def _fraction(held: Any, place: Any, end: Any) -> Any:
    """The 1 to 6 digits of a fraction of a second as microseconds, and the place behind them; LEFT where none are."""
    micros, count = np.int64(0), 0
    while place < end and count < 6 and NOUGHT <= held[place] <= NINE:
        micros = micros * 10 + np.int64(held[place] - NOUGHT)
        count += 1
        place += 1
    if count == 0:
        return np.int64(LEFT), place
    for _ in range(6 - count):
        micros *= 10
    return micros, place


@bare
def _clock(held: Any, begin: Any, end: Any) -> Any:
    """The time of a day in microseconds, and the place behind it; LEFT where it is none."""
    hour, minute = _two(held, begin), _two(held, begin + 3)
    second, micros, place = np.int64(0), np.int64(0), begin + 5
    if place + 2 < end and held[place] == COLON:
        second = _two(held, place + 1)
        place += 3
        if place < end and held[place] == POINT:
            micros, place = _fraction(held, place + 1, end)
    is_one = 0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 59 and held[begin + 2] == COLON
    if not is_one or micros < 0:
        return np.int64(LEFT), place
    return (hour * 3600 + minute * 60 + second) * 1_000_000 + micros, place


@bare
def _instant(held: Any, begin: Any, end: Any, zone: Any, instants: Any) -> Any:
    """Read an instant as microseconds of UTC; LEFT, or MORE where its day has to be looked up in the zone."""
    if end - begin < INSTANT_MIN:
        return LEFT
    day = _day(held, begin)
    mark = held[begin + 10]
    micros, place = _clock(held, begin + 11, end)
    if day < FIRST_DAY or mark not in (LETTER_T, SPACE) or micros < 0:
        return LEFT
    if place < end:
        east = _offset(held, place, end)
    elif len(zone):
        east = zone[day - FIRST_DAY]
    else:
        return LEFT
    if east == UNASKED:
        return MORE
    if east in (AMBIGUOUS, NO_OFFSET):
        return LEFT
    instants[0] = day * DAY_MICROS + micros - east * 1_000_000
    return 0


@bare_inlined
def _code(held: Any, begin: Any, end: Any, begins: Any, codes: Any, first: Any, last: Any) -> Any:
    """The place of a text among few, from `first` on; `last` where it is none of them."""
    for place in range(first, last):
        if is_same(held, begin, end, codes, begins[place], begins[place + 1]):
            return place
    return last


@bare
def _split(held: Any, line: Any, width: Any, spans: Any) -> Any:
    """Put down where the cells of a line begin and end; give how many there are, and where the line ends."""
    cell, place = 0, line
    spans[0, 0] = line
    while True:
        word = word_at(held, place)
        marks = found(word, COMMAS) | found(word, FEEDS)
        while marks:
            at = place + (zeros_below(marks) >> 3)
            if cell < width:
                spans[cell, 1] = at
            cell += 1
            if held[at] == FEED:
                return cell, at
            if cell < width:
                spans[cell, 0] = at + 1
            marks &= marks - ONE
        place += WORD_BYTES


@bare_inlined
def _row(  # noqa: PLR0912  one kind of cell after the other
    held: Any, spans: Any, columns: Any, accounts: Any, last: Any, codes: Any, code_keys: Any, code_decimals: Any,
    zone: Any, out: Any, taken: Any,
) -> Any:  # fmt: skip
    """Read the cells of one row into place `taken`; TAKEN, LEFT, or the column that needs an answer."""
    _, keys, units, instants, is_known, starts, lengths, _ = out
    is_left = False
    for column in range(len(columns.kinds)):
        kind, slot = columns.kinds[column], columns.places[column]
        is_known[column, taken] = False
        keys[column, taken] = NULL
        if kind == SKIPPED:
            continue
        begin, end = (spans[slot, 0], spans[slot, 1]) if slot >= 0 else (0, 0)
        if begin == end:
            is_left |= columns.traits[column, 0] == 1
            lengths[column, taken] = 0
            continue
        is_known[column, taken] = True
        if kind == TEXT:
            starts[column, taken], lengths[column, taken] = begin, end - begin
        elif kind == ACCOUNT:
            key = last[0]
            if key < 0 or not is_same(held, begin, end, accounts.names, accounts.begins[key], accounts.begins[key + 1]):
                key = last[0] = key_of(held, begin, end, accounts)
            keys[column, taken] = key
        elif kind == ASSET:
            code = key_of(held, begin, end, codes)
            if code >= len(code_keys):
                return column
            keys[column, taken] = code_keys[code]
            starts[column, taken] = code_decimals[code]
            is_left |= code_keys[code] < 0
        elif kind == WORD:
            first, behind = columns.words[column, 0], columns.words[column, 1]
            code = _code(held, begin, end, columns.word_begins, columns.word_texts, first, behind)
            keys[column, taken] = code - first
            is_left |= code == behind
        elif kind == QUANTITY:
            asset = columns.traits[column, 2]
            if keys[asset, taken] < 0:
                is_left = True
                continue
            says = _quantity(held, begin, end, starts[asset, taken], units[column, taken])
            is_left |= says == LEFT or (says == NEGATIVE and columns.traits[column, 1] == 0)
        elif kind == INSTANT:
            says = _instant(held, begin, end, zone, instants[column, taken : taken + 1])
            if says == MORE:
                return column
            is_left |= says == LEFT
    return LEFT if is_left else TAKEN


@bare_cached
def read_rows(
    held: Any, line: Any, end: Any, row: Any, columns: Any, width: Any, spans: Any, accounts: Any, codes: Any,
    code_keys: Any, code_decimals: Any, zone: Any, out: Any, taken: Any, unread: Any, last: Any,
) -> Any:  # fmt: skip
    """Read whole lines.

    Args:
        held: bytes, and WORD_BYTES more; [line, end) are whole lines. row: the number of the first.
        columns: Columns. width: cells of a line.
        spans: (slots, 2) begin and end of each cell of a line in `held`; constants are there already.
        accounts, codes: Table. code_keys, code_decimals: by key of a code, what it means; a key below 0: nothing. A
            code behind the last needs an answer.
        zone: seconds east by day from FIRST_DAY; empty where no zone is declared.
        out: Rows. taken, unread: how many it has already.

    Returns:
        taken, unread: how many there are now. line: where reading stopped, `end` or the line that needs an answer.
        row: its number. column: that needs it, else NULL.
    """
    while line < end:
        cells, stop = _split(held, line, width, spans)
        behind = stop + 1
        if stop > line and held[stop - 1] == RETURN:
            stop -= 1
        verdict = LEFT
        if cells == width:
            spans[width - 1, 1] = stop
            verdict = _row(
                held, spans, columns, accounts, last, codes, code_keys, code_decimals, zone, out, taken
            )
        if verdict >= 0:
            return taken, unread, line, row, verdict
        if verdict == LEFT:
            out.left[unread, 0], out.left[unread, 1], out.left[unread, 2] = row, line, stop
            unread += 1
        else:
            out.rows[taken] = row
            taken += 1
        row += 1
        line = behind
    return taken, unread, line, row, NULL


@bare_cached
def gather(held: Any, starts: Any, lengths: Any, offsets: Any, text: Any) -> None:
    """Copy texts out of the bytes behind each other; offsets says where each begins."""
    at = 0
    for row in range(len(starts)):
        offsets[row] = at
        for step in range(lengths[row]):
            text[at + step] = held[starts[row] + step]
        at += lengths[row]
    offsets[len(starts)] = at
