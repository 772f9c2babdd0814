"""What does a local time mean in a declared zone?

A day of a zone has one offset, or two with a time between them that the clocks skip or show twice. The typing SQL
looks a row's day up in the table made here. A skipped or doubled time is refused, never moved: an hour decides what
was before commencement. This module reads no rows.
"""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass

from ledgers.display import display

INSTANT = re.compile(
    r"(?P<local>[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
    r"(?P<offset>Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)?)?)",
    re.ASCII,
)
"""The definition of what relations/macro/instant.sql takes."""
DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ZoneDay:
    """One day of one zone: `before_seconds` east of UTC until `odd_from`, `after_seconds` from `odd_until` on."""

    day: str
    before_seconds: int
    odd_from: datetime.datetime | None
    """Local time from which it is skipped or doubled; None on an ordinary day."""
    odd_until: datetime.datetime | None
    after_seconds: int


def zone_days(zone_name: str, days: Iterable[str]) -> list[ZoneDay]:
    """Give the offsets of a zone on these days; a text that is no day is left out.

    >>> [(d.before_seconds, str(d.odd_from), str(d.odd_until)) for d in zone_days("Europe/Berlin", ["2026-10-25"])]
    [(7200, '2026-10-25 02:00:00', '2026-10-25 03:00:00')]
    """
    zone = zoneinfo.ZoneInfo(zone_name)
    table: list[ZoneDay] = []
    for text in days:
        try:
            begins = datetime.datetime.strptime(text, "%Y-%m-%d")
            table.append(_zone_day(zone, text, begins))
        except (ValueError, OverflowError):
            continue
    return table


def _zone_day(zone: datetime.tzinfo, text: str, begins: datetime.datetime) -> ZoneDay:
    """Look from the middle of the day before to that of the day after: a skipped time may begin at midnight."""
    start = (begins - DAY / 2).replace(tzinfo=datetime.UTC) - DAY / 2
    end = (begins + DAY * 3 / 2).replace(tzinfo=datetime.UTC) + DAY / 2
    hour = datetime.timedelta(hours=1)
    at = start
    while at < end:
        before, after = _offset(zone, at), _offset(zone, at + hour)
        if before != after:
            switch = _switch(zone, at, at + hour)
            odd = sorted((switch.replace(tzinfo=None) + before, switch.replace(tzinfo=None) + after))
            if odd[0] < begins + DAY and odd[1] > begins:
                return ZoneDay(text, _seconds(before), odd[0], odd[1], _seconds(after))
        at += hour
    offset = begins.replace(tzinfo=zone).utcoffset()
    assert offset is not None
    return ZoneDay(text, _seconds(offset), None, None, _seconds(offset))


def _switch(zone: datetime.tzinfo, low: datetime.datetime, high: datetime.datetime) -> datetime.datetime:
    """Give the second of UTC at which the offset changes."""
    before = _offset(zone, low)
    while high - low > SECOND:
        middle = low + datetime.timedelta(seconds=(high - low) // SECOND // 2)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: datetime.tzinfo, at: datetime.datetime) -> datetime.timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _seconds(offset: datetime.timedelta) -> int:
    return offset // SECOND


def instant_fault(text: str, zone_name: str | None) -> str | None:
    """Say why a text is no instant, or None where it is one.

    >>> instant_fault("2026-03-31T09:00:00+09:00", None)
    >>> instant_fault("2026-03-31 09:00", None)
    'has no offset, and the source declares no timezone'
    >>> instant_fault("31.03.2026", None)
    'is not an ISO 8601 instant'
    """
    match = INSTANT.fullmatch(text)
    if match is None:
        return "is not an ISO 8601 instant"
    day, time = text[:10], text[11 : len(text) - len(match["offset"] or "")] or "00:00"
    try:
        local = datetime.datetime.fromisoformat(f"{day}T{_six_digits(time)}")
    except ValueError:
        return "is not a day of the calendar"
    if match["offset"]:
        return None
    if zone_name is None:
        return "has no offset, and the source declares no timezone"
    (zone_day,) = zone_days(zone_name, [day]) or [ZoneDay(day, 0, None, None, 0)]
    if zone_day.odd_from is None or zone_day.odd_until is None or not zone_day.odd_from <= local < zone_day.odd_until:
        return None
    is_skipped = zone_day.after_seconds > zone_day.before_seconds
    return f"{'does not exist' if is_skipped else 'occurs twice'} in the time zone {display(zone_name)}"


def _six_digits(time: str) -> str:
    """Give a time with all six digits of its fraction: Python 3.11 takes three or six."""
    whole, point, fraction = time.partition(".")
    return f"{whole}.{fraction.ljust(6, '0')}" if point else whole
