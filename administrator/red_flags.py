"""What looks wrong, account by account: candidates with evidence and a score in words, for a person to rule on.

Nine screens, each one relation (relations/red_flag_<kind>.sql) that finds what it looks for and says which reasons
speak for it; `red_flag_words` says what a reason weighs. Nothing else reads what they find and no figure depends on it:
a red flag is a question to ask, never a verdict. Each screen measures against the exchange itself where it can (its own
typical holdings, hours, delays), because what is odd at one exchange is the habit of another.

Not seen: what was hidden before the journal begins (openings are taken as they are), trades at invented prices, parties
behind several addresses that no label joins, deposits credited days before their receipt came, and assets
in such quantities that their sums may pass 38 digits.

Source: research on insolvency law, section 4.1 (exposure, new value) and 4.5 (net investment).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from administrator.red_flag_words import REASONS, Scale, because
from administrator.terms import regime_of
from administrator.views import view
from ledgers.configuration import CaseConfiguration
from ledgers.display import display
from ledgers.identity import RELATIONS as IDENTITY_RELATIONS
from ledgers.ingestion.fault_book import write_findings
from ledgers.models import Finding, Severity
from ledgers.units import format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"

SCORE_MIN = 40
"""What scores less is left out: circumstances without anything that makes them a suspicion."""
WARNING_SCORE = 70
"""From here on a finding is a warning, below it a note: the first thing to look at."""
FINDINGS_EACH_MAX = 100
"""Findings of one kind, of the highest scores; the rest is counted in one. A person reads hundreds, not thousands."""

NEAR_HOURS = 48
"""How far a loose receipt of equal quantity may lie from a deposit to be its: what matching allows (rules 3)."""
REPEATED_MIN = 3
"""Once is an error, twice may be one."""
TRIP_DAYS = 7
"""A round trip is quick: whoever comes back after weeks has had the money."""
LIKE_PERCENT = 2
"""What comes back differs by network fees and a rounding, not by more."""
HUB_MAX = 1_000
"""Transfers of an asset with one party: one that has more is an exchange's wallet that nobody labelled."""
OWN_TRIPS_MIN = 5
"""Moving one's own money out and back is a habit of careful people; five times within days each is turnover."""
RECENT_DAYS = 30
"""The last month, when whoever knew what was coming left."""
HOLDERS_MIN = 3
"""Couples share a bank account; that two accounts do is said by likely-duplicate-account."""
DORMANT_DAYS = 120
"""A third of a year. A year is what banks call dormant, but the journals of failed exchanges often span a half."""
BURST_DAYS = 7
"""Credits within a week of the first belong to one act."""
SOON_DAYS = 14
"""What leaves within a fortnight was credited to leave."""
RUN_MIN = 5
"""Accounts in a row: families and offices open two to four at a time."""
UNFUNDED_MIN = 10
"""Accounts in a row without any deposit: rarer than alike ones, and weaker as a sign."""
ALIKE_HOURS = 1
"""Within an hour: a person at a desk, or a program that pretends to be people."""
RHYTHM = 10
"""Rare is one in ten; what happens more often is how this exchange works."""
NIGHT_UNTIL = 5
"""The hour at which the night ends that begins at midnight."""
ACTS_MIN = 20
"""Acts of adjustment from which on there is a rhythm to measure against."""
BATCH_MIN = 20
"""Accounts adjusted in one instant, or given alike: a program, a fork, a campaign; programs do not sleep."""
OUT_HOURS = 48
"""A withdrawal is booked before it is sent; two days are clocks, day-only dates and a weekend's queue."""
IN_HOURS = 168
"""A deposit without its memo is found and booked within a week; the customer asks for it."""
LONG_DAYS = 30
"""A month after the transfer somebody looked for something to book it on."""
SHARE_PERCENT = 50
"""Of a balance: more than half of it has nothing behind."""
NEARLY_PERCENT = 90


SUM_LIMIT = 10**35
"""Of one asset, in base units and in minor units of the currency: a thousand such assets add up to 38 digits."""
GREATEST = """
    with quantity as (
        select asset_no, units from journal union all select asset_no, units from balance
    )
    select quantity.asset_no, max(abs(quantity.units))::varchar, count(*)::varchar,
           coalesce(max(rate.numerator), 0)::varchar, coalesce(max(rate.denominator), 1)::varchar
    from quantity
    left join rate on rate.asset_no = quantity.asset_no and rate.price_set = 'commencement'
    group by quantity.asset_no
    order by quantity.asset_no
"""

CREDITS = (
    "select (select count(*) from screen_unbacked) "
    "+ (select count(*) from posting where kind in ('adjustment', 'reward', 'transfer') and units > 0)"
)
CREDITS_OR_DIFFERENCES = (
    f"{CREDITS} + (select exists("  # noqa: S608
    "select 1 from book left join summed on summed.account_no = book.account_no and summed.asset_no = book.asset_no "
    "where (select has_balance from term) and book.units <> coalesce(summed.units, 0)))::integer"
)


@dataclass(frozen=True, slots=True)
class Screening:
    """What the screens are told besides the relations."""

    look_back_days: int
    """Of the regime, for insiders and affiliates, back from commencement."""
    zone_seconds: int
    """Of the case, ahead of UTC: in which it is night."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One thing that is looked for."""

    kind: str
    """The code of its findings; its relation is red_flag_<kind>."""
    head: str
    """What was found, as a sentence; fields of `RedFlag` as display shows them."""
    remedy: str
    takes: Mapping[str, int]
    """Thresholds by the name that the relation gives them."""
    needs: str
    """A select of one number that says whether there is anything it could find: a small case does not wait for it."""
    least: int = 1
    """Below this number there is not."""

    @property
    def stem(self) -> str:
        """The kind as the name of a relation has it."""
        return self.kind.replace("-", "_")


SCREENS = (
    Screen(
        "credit-without-receipt",
        'to account "{account}" {quantity} of deposits are booked that no receipt bears out, {span}',
        "Ask for the receipt, and who booked them; without one, rule on the claim.",
        {"repeated_min": REPEATED_MIN},
        "select count(*) from screen_unbacked",
    ),
    Screen(
        "round-trip",
        '{quantity} went out and came back from "{other}" within {trip_days} days to be credited to account '
        '"{account}", {span}',
        "Ask who that party is and why the units went round; a credit that only returns them is no new money.",
        {
            "trip_days": TRIP_DAYS,
            "like_percent": LIKE_PERCENT,
            "hub_max": HUB_MAX,
            "own_trips_min": OWN_TRIPS_MIN,
            "repeated_min": REPEATED_MIN,
        },
        "select least(count(*) filter (where direction = 'in'), count(*) filter (where direction = 'out')) "
        "from movement",
    ),
    Screen(
        "insider-withdrawal",
        'the {account_kind}\'s account "{account}" withdrew within the look-back, {span}; a candidate, '
        "never a verdict, and the case has no prices of the days of the transfers",
        "Have counsel look at it: knowledge, the state of payments on those days and defences are not judged here.",
        {"recent_days": RECENT_DAYS},
        "select count(*) from account where kind in ('insider', 'affiliate')",
    ),
    Screen(
        "shared-payee",
        '{accounts} accounts, "{account}" the lowest, are to be paid at one place{owed}',
        "Ask each of the holders, by another way than that place, whether it is theirs.",
        {"holders_min": HOLDERS_MIN},
        "select count(*) from identity_candidate where reason = 'payee'",
    ),
    Screen(
        "dormant-account-credited",
        'account "{account}" lay still and was then credited with {quantity} that its holder did not send, {span}',
        "Ask the holder whether he knows of it, and who booked it.",
        {"dormant_days": DORMANT_DAYS, "burst_days": BURST_DAYS, "soon_days": SOON_DAYS},
        CREDITS,
    ),
    Screen(
        "sequential-accounts",
        '{accounts} accounts in a row, "{account}" to "{other}", behave as one{credited}',
        "Ask for the papers of their opening: who, from where, on whose device.",
        {"run_min": RUN_MIN, "unfunded_min": UNFUNDED_MIN, "alike_hours": ALIKE_HOURS, "rhythm": RHYTHM},
        "select count(*) from account where kind <> 'house'",
        RUN_MIN,
    ),
    Screen(
        "adjustment-at-odd-hours",
        'account "{account}" was adjusted by {quantity} at an odd hour, {local_span}',
        "Ask who was at work then, and for the order to adjust.",
        {
            "night_until": NIGHT_UNTIL,
            "acts_min": ACTS_MIN,
            "rhythm": RHYTHM,
            "batch_min": BATCH_MIN,
        },
        "select count(*) from posting where kind = 'adjustment'",
        ACTS_MIN,
    ),
    Screen(
        "posting-after-transfer",
        '{quantity} of account "{account}" were booked long after the transfer they rest on, {span}',
        "Ask why, and whether the account asked for it at the time; the posting may have been made to fit.",
        {"out_hours": OUT_HOURS, "in_hours": IN_HOURS, "rhythm": RHYTHM, "long_days": LONG_DAYS},
        "select count(*) from screen_matched where posted_at > occurred_at + interval 1 day",
    ),
    Screen(
        "fictitious-balance",
        'for {unbacked} of the balance of account "{account}" nothing came in',
        "Ask what was paid for it; until a ruling the claim stands as the books have it.",
        {"share_percent": SHARE_PERCENT, "nearly_percent": NEARLY_PERCENT, "rhythm": RHYTHM},
        CREDITS_OR_DIFFERENCES,
    ),
)
"""Every screen, in the order of the findings of equal score."""

COLUMNS = {"journal": "posting", "transfer": "transfer", "payee": "account", "balance": "account"}
"""The column that holds the key of a row a flag rests on, by table."""


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One suspicion, ready to be read."""

    flag_no: int
    kind: str
    score: int
    """From 1 to 100."""
    account: str
    """The one it is about, the lowest of several."""
    accounts: int
    other: str
    """The party of a round trip, the last account of a row; empty elsewhere."""
    asset: str
    quantity: str
    """In whole assets; empty where it is about several."""
    value: str
    """In the reporting currency at commencement; empty where it is not known."""
    first_at: datetime | None
    """In UTC, as everywhere in the books."""
    last_at: datetime | None
    row_count: int
    why: str
    """What was found and why the score is what it is, in sentences."""
    column: str
    """Of the first row it rests on: the column of its key, the key, and where it stands."""
    row_id: str
    source: str
    row: int | None


def screening_of(case: CaseConfiguration) -> Screening:
    """What a case and its regime tell the screens."""
    ahead = case.commencement_at.utcoffset() or timedelta(0)
    return Screening(regime_of(case).look_back.insiders_days, ahead // timedelta(seconds=1))


def find_red_flags(books: Books, screening: Screening) -> int:
    """Make red_flag, red_flag_row and red_flag_exposure, write the findings, and give the number of red flags.

    After the flows, whose relations the screens read. Without a journal or without transfers there is nothing to hold
    against anything: then the relations are made empty, and that is all.
    """
    books.run(RELATIONS / "red_flag_none.sql")
    if not all(books.rows("select (select count(*) from journal), (select count(*) from transfer)")[0]):
        return 0
    _leave_out(books)
    books.run(RELATIONS / "red_flag_begin.sql", near_hours=NEAR_HOURS, batch_min=BATCH_MIN)
    points = {"names": list(REASONS), "points": [reason.points for reason in REASONS.values()]}
    books.execute("insert into screen_reason select unnest($names), unnest($points)", points)
    for place, screen in enumerate(SCREENS):
        books.insert("screen_kind", screen.kind, place)
        if books.value(screen.needs) < screen.least:
            continue
        takes = dict(screen.takes)
        if screen.kind == "shared-payee":
            # For the macro that says where a payee is paid.
            books.run(IDENTITY_RELATIONS / "identity_fold.sql")
        if screen.kind == "insider-withdrawal":
            takes["look_back_days"] = screening.look_back_days
        if screen.kind == "adjustment-at-odd-hours":
            takes["zone_seconds"] = screening.zone_seconds
        books.run(RELATIONS / f"red_flag_{screen.stem}.sql", None, **takes)
        books.run(RELATIONS / "red_flag_found.sql", {"screen": screen.stem}, kind=screen.kind)
    found = int(books.value("select count(*) from screen_found"))
    if found:
        books.run(RELATIONS / "red_flag.sql", score_min=SCORE_MIN)
        write_findings(books, _findings(books, screening))
    books.run(RELATIONS / "red_flag_end.sql")
    return int(books.value("select count(*) from red_flag")) if found else 0


def _leave_out(books: Books) -> None:
    """Store which assets have quantities so great that their sums, or the sums of their values, may pass 38 digits.

    A screen must not stop a run that the books let go on: it adds up gross what the books only add up net.
    """
    books.execute("create or replace temp table screen_left_out (asset_no integer)")
    for asset_no, most, rows, numerator, denominator in books.rows(GREATEST):
        gross = int(most) * int(rows)
        if max(gross, gross * int(numerator) // int(denominator)) >= SUM_LIMIT:
            books.insert("screen_left_out", asset_no)


def read_red_flags(books: Books, kind: str, offset: int, limit: int, screening: Screening) -> list[RedFlag]:
    """Give red flags in their order, the highest scores first.

    Args:
        kind: of one screen; empty for all.
    """
    wanted = {"kind": kind, "limit": limit, "offset": offset}
    return [_flag(row, screening) for row in books.rows(view("red_flags"), wanted)]


def _findings(books: Books, screening: Screening) -> Iterator[Finding]:
    counts = dict(books.rows("select kind, count(*) from red_flag group by kind"))
    for screen in SCREENS:
        listed = read_red_flags(books, screen.kind, 0, FINDINGS_EACH_MAX, screening)
        for flag in listed:
            place = f"{flag.source}:{flag.row}: " if flag.row is not None else f"{flag.source}: " if flag.source else ""
            yield Finding(
                screen.kind,
                _severity(flag.score),
                f'{place}{flag.column} "{display(flag.row_id)}": {flag.why}',
                screen.remedy,
                subject=f"account {flag.account}" + (f" {flag.other}" if flag.other else ""),
                asset=flag.asset,
                quantity=flag.quantity,
                source=flag.source,
                row=flag.row,
                column=flag.column,
            )
        if (more := counts.get(screen.kind, 0) - len(listed)) > 0:
            lowest = listed[-1]
            yield Finding(
                screen.kind,
                Severity.NOTE,
                f"{more} more red flags of this kind, none with a score above {lowest.score}.",
                "See red_flag for all of them; where there are so many, look for a habit of the exchange behind them.",
                subject=f"red flags above {FINDINGS_EACH_MAX} {screen.kind}",
            )


def _severity(score: int) -> Severity:
    return Severity.WARNING if score >= WARNING_SCORE else Severity.NOTE


def _flag(row: tuple[Any, ...], screening: Screening) -> RedFlag:
    """Put one row of the view red_flags into words."""
    (flag_no, kind, score, account, account_kind, accounts, other, asset, decimals, units, minor, row_count, first_at,
     last_at, parts, currency, currency_decimals, table_name, row_id, source, source_row) = row  # fmt: skip
    scale = Scale(asset or "", decimals or 0, currency, currency_decimals)
    quantity = "" if units is None else format_units(int(units), scale.decimals)
    value = "" if minor is None else format_units(int(minor), currency_decimals)
    shown_quantity = f"{quantity} {display(asset)}" if quantity and asset else ""
    fields = {
        "account": display(account),
        "account_kind": account_kind,
        "accounts": accounts,
        "other": display(other or ""),
        "quantity": shown_quantity,
        "credited": f": together {shown_quantity}" if shown_quantity else "",
        "unbacked": f"{value} {display(currency)}" if value else shown_quantity,
        "owed": f"; together they are owed {value} {display(currency)}" if value else "",
        "span": _span(first_at, last_at, 0),
        "local_span": _span(first_at, last_at, screening.zone_seconds),
        "trip_days": TRIP_DAYS,
    }
    screen = next(screen for screen in SCREENS if screen.kind == kind)
    said = because([(part["reason"], int(part["much"] or 0), int(part["whole"] or 0)) for part in parts], scale)
    return RedFlag(
        flag_no, kind, score, account, accounts, other or "", asset or "", quantity, value, first_at, last_at,
        row_count, f"{screen.head.format(**fields)}. {said}", COLUMNS[table_name], row_id, source or "", source_row,
    )  # fmt: skip


def _span(first_at: datetime | None, last_at: datetime | None, zone_seconds: int) -> str:
    """Say when.

    >>> _span(datetime(2026, 3, 1, 18), datetime(2026, 3, 1, 18), 9 * 3600)
    'at 2026-03-02T03:00:00+09:00'
    >>> _span(datetime(2026, 3, 1), datetime(2026, 3, 2), 0)
    'from 2026-03-01T00:00:00Z to 2026-03-02T00:00:00Z'
    """
    if first_at is None or last_at is None:
        return "at a time that is not known"
    first, last = _instant(first_at, zone_seconds), _instant(last_at, zone_seconds)
    return f"at {first}" if first == last else f"from {first} to {last}"


def _instant(at: datetime, zone_seconds: int) -> str:
    if not zone_seconds:
        return f"{at.isoformat()}Z"
    zone = timezone(timedelta(seconds=zone_seconds))
    return (at + timedelta(seconds=zone_seconds)).replace(tzinfo=zone).isoformat()
