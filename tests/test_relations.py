"""Does the SQL that divides, values and writes tens of millions of lines say the same as the definitions in Python?

Each relation is run as the product runs it, on generated problems that reach 10^27 x 10^33, and compared line by line:
award.sql and compensation_award.sql with `allocate`, units_text and ratio_text with `ledgers.units`, valuation at the
rates of valuation.py with `value_minor`. Rows are put in shuffled, for no relation may depend on their order.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from administrator.allocation import Rounding, allocate, certificate_breaches
from administrator.valuation import COMMENCEMENT, make_rates
from ledgers.storage.books import Books
from ledgers.units import Scientific, format_ratio, format_units, read_ratio, value_minor

RELATIONS = Path(__file__).resolve().parents[1] / "administrator" / "relations"
WHOLE = pa.decimal128(38, 0)
LINES_MAX = 40
generated = settings(
    max_examples=60, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def up_to(digits: int, least: int = 0) -> st.SearchStrategy[int]:
    """Whole numbers of every length alike, powers of ten and their neighbours often among them."""
    edges = [10**power + step for power in (0, 1, 8, 18, 27, 33) if power <= digits for step in (-1, 0, 1)]
    return st.one_of(
        st.sampled_from([edge for edge in edges if least <= edge <= 10**digits]),
        st.integers(0, digits).flatmap(lambda power: st.integers(least, max(10**power, least))),
    )


@dataclass(frozen=True)
class Problem:
    """One division: what there is, and what each line claims."""

    amount: int
    claims: dict[tuple[str, str], int]
    """By account and part, both written so that they sort as their numbers do."""


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    units = up_to(33, least=1)
    pick = st.one_of(units, st.sampled_from(draw(st.lists(units, min_size=1, max_size=3))))  # equal claims are common
    keys = st.tuples(st.integers(0, 60), st.integers(0, 2))
    lines = draw(st.lists(keys, min_size=1, max_size=LINES_MAX, unique=True))
    claims = {(f"{account:02}", str(part)): draw(pick) for account, part in lines}
    total = sum(claims.values())
    amount = draw(st.one_of(
        up_to(27), st.integers(0, total), st.sampled_from((0, 1, total - 1, total, total + 1)),
        st.integers(0, 1000).map(lambda share: total * share // 1000),
    ))
    return Problem(max(amount, 0), claims)


def column(values: Sequence[int | None]) -> pa.Array:
    return pa.array([None if value is None else Decimal(value) for value in values], WHOLE)


def small(values: Sequence[int]) -> pa.Array:
    return pa.array(values, pa.int32())


def put(
    books: Books, relation: str, rows: Sequence[tuple[int, ...]], names: Sequence[str], whole: Sequence[str]
) -> None:
    """Make a relation anew from rows, in shuffled order."""
    shuffled = list(rows)
    random.Random(len(rows)).shuffle(shuffled)
    columns = {
        name: (column if name in whole else small)([row[at] for row in shuffled]) for at, name in enumerate(names)
    }
    with books.lent("given", pa.table(columns)):
        books.execute(f"create or replace table {relation} as select {', '.join(names)} from given")


@pytest.fixture(scope="module", params=[True, False], ids=["bulk", "by-definition"])
def books(request: pytest.FixtureRequest) -> Iterator[Books]:
    with Books.memory(bulk=request.param) as books:
        yield books


# ---------------------------------------------------------------- award.sql


def run_award(books: Books, rounding: Rounding) -> None:
    for relation in ("pool_line", "award"):
        books.run(RELATIONS / f"{relation}.sql")
    if rounding is Rounding.LARGEST_REMAINDER:
        books.run(RELATIONS / "award_remainder.sql")
    books.run(RELATIONS / "award_out.sql")


@generated
@given(divided=st.lists(problems(), min_size=1, max_size=4), rounding=st.sampled_from(Rounding))
def test_award_is_allocate(books: Books, divided: list[Problem], rounding: Rounding) -> None:
    """Each problem is a tier of a pool of its own: asset 0 tier 0, asset 0 tier 1, asset 1 tier 0, ..."""
    lines, tiers = [], []
    for number, problem in enumerate(divided):
        asset_no, tier = divmod(number, 2)
        total = sum(problem.claims.values())
        tiers.append((asset_no, tier, min(problem.amount, total), total, rounding is Rounding.LARGEST_REMAINDER))
        # An account has each part once an asset: the second tier of an asset is of other accounts.
        lines += [(int(account) + 100 * tier, asset_no, int(part), tier, claim)
                  for (account, part), claim in problem.claims.items()]
    put(books, "share_line", lines, ("account_no", "asset_no", "part", "tier", "claim_units"), ("claim_units",))
    books.run(RELATIONS / "terms.sql")
    for tier in tiers:
        books.insert("pool_tier", *tier)
    run_award(books, rounding)
    found = books.rows("select account_no, asset_no, part, tier, claim_units::varchar, entitled::varchar from award")
    assert len(found) == len(lines)
    for number, problem in enumerate(divided):
        asset_no, tier = divmod(number, 2)
        division = allocate(problem.amount, problem.claims, rounding)
        assert not certificate_breaches(problem.amount, problem.claims, division, rounding)
        awards = {(f"{account - 100 * tier:02}", str(part)): int(entitled)
                  for account, asset, part, of_tier, _, entitled in found if (asset, of_tier) == (asset_no, tier)}
        assert awards == dict(division.awards)


@pytest.mark.parametrize("rounding", Rounding)
def test_award_at_the_far_end_is_allocate(books: Books, rounding: Rounding) -> None:
    """10^27 wei times claims of 10^33, all ties but one: products of 60 digits, and remainders that decide."""
    claims = {(f"{account:02}", "0"): 10**33 for account in range(60)} | {("60", "0"): 10**33 - 1}
    amount = 10**27 - 1
    rows = [(int(account), 0, 0, 0, claim) for (account, _), claim in claims.items()]
    put(books, "share_line", rows, ("account_no", "asset_no", "part", "tier", "claim_units"), ("claim_units",))
    books.run(RELATIONS / "terms.sql")
    books.insert("pool_tier", 0, 0, amount, sum(claims.values()), rounding is Rounding.LARGEST_REMAINDER)
    run_award(books, rounding)
    found = {(f"{account:02}", "0"): int(units)
             for account, units in books.rows("select account_no, entitled::varchar from award")}
    division = allocate(amount, claims, rounding)
    assert found == dict(division.awards)
    assert (sum(found.values()) == amount) is (rounding is Rounding.LARGEST_REMAINDER)


# ---------------------------------------------------------------- compensation_award.sql


@dataclass(frozen=True)
class Step:
    """What one policy or reserve shares, among the unmet bases of some items."""

    minor: int
    bases: dict[tuple[int, int, int, int], tuple[int, int]]
    """base and met, by account, asset, part and item"""
    items: frozenset[int]


@st.composite
def steps(draw: st.DrawFn) -> Step:
    keys = st.tuples(st.integers(0, 12), st.integers(0, 1), st.integers(0, 2))
    bases = {}
    for line in draw(st.lists(keys, min_size=1, max_size=LINES_MAX // 3, unique=True)):
        for item in sorted(draw(st.frozensets(st.integers(0, 3), min_size=1))):
            base = draw(up_to(33, least=1))
            bases[*line, item] = (base, draw(st.one_of(st.just(0), st.just(base), st.integers(0, base))))
    items = draw(st.frozensets(st.integers(0, 3), min_size=1))
    unmet = sum(base - met for key, (base, met) in bases.items() if key[3] in items)
    edges = st.sampled_from((1, max(unmet, 1), unmet + 1))
    minor = draw(st.one_of(up_to(27, least=1), st.integers(1, max(unmet, 1)), edges))
    return Step(minor, bases, items)


def claims_of(step: Step) -> dict[tuple[str, ...], int]:
    claims: dict[tuple[str, ...], int] = {}
    for (account, asset, part, item), (base, met) in step.bases.items():
        if item in step.items and base > met:
            line = (f"{account:02}", str(asset), str(part))
            claims[line] = claims.get(line, 0) + base - met
    return claims


def met_after(step: Step, awards: dict[tuple[str, ...], int]) -> dict[tuple[int, int, int, int], tuple[int, int]]:
    """What a line gets meets its bases in the order of the items."""
    left = dict(awards)
    after = {}
    for (account, asset, part, item), (base, met) in sorted(step.bases.items()):
        line = (f"{account:02}", str(asset), str(part))
        more = min(left.get(line, 0), base - met) if item in step.items else 0
        left[line] = left.get(line, 0) - more
        after[account, asset, part, item] = (base, met + more)
    assert not any(left.values())
    return after


@generated
@given(step=steps(), rounding=st.sampled_from(Rounding))
def test_compensation_award_is_allocate_and_meets_bases_in_order(books: Books, step: Step, rounding: Rounding) -> None:
    books.run(RELATIONS / "terms.sql")
    rows = [(*key, base, met) for key, (base, met) in step.bases.items()]
    put(books, "base", rows, ("account_no", "asset_no", "part", "item_no", "base", "met"), ("base", "met"))
    for item_no in sorted(step.items, reverse=True):
        books.insert("step_item", item_no)
    books.run(RELATIONS / "compensation_claim.sql")
    claims = claims_of(step)
    found = books.rows("select account_no, asset_no, part, claim_minor::varchar from compensation_claim")
    assert {(f"{account:02}", str(asset), str(part)): int(minor) for account, asset, part, minor in found} == claims
    if not claims:
        return
    total = sum(claims.values())
    books.insert("step_term", 7, min(step.minor, total), total, rounding is Rounding.LARGEST_REMAINDER)
    books.run(RELATIONS / "compensation_award.sql")
    division = allocate(step.minor, claims, rounding)
    for relation in ("compensation_award", "compensation"):
        found = books.rows(f"select account_no, asset_no, part, step_no, entitled::varchar from {relation}")
        assert all(step_no == 7 for *_, step_no, _ in found)
        awards = {(f"{account:02}", str(asset), str(part)): int(minor) for account, asset, part, _, minor in found}
        assert awards == dict(division.awards)
    found = books.rows("select account_no, asset_no, part, item_no, base::varchar, met::varchar from base")
    assert {tuple(row[:4]): (int(row[4]), int(row[5])) for row in found} == met_after(step, dict(division.awards))


# ---------------------------------------------------------------- texts


signed = st.one_of(up_to(33), up_to(33).map(lambda units: -units), st.sampled_from((10**38 - 1, 1 - 10**38)))


@generated
@given(rows=st.lists(st.tuples(st.one_of(st.none(), signed), st.integers(0, 37)), min_size=1, max_size=60))
def test_units_text_is_format_units(books: Books, rows: list[tuple[int | None, int]]) -> None:
    numbered = pa.table({
        "n": pa.array(range(len(rows)), pa.int32()), "units": column([units for units, _ in rows]),
        "decimals": pa.array([decimals for _, decimals in rows], pa.int32()),
    })
    with books.lent("given", numbered):
        found = books.rows("select units_text(units, decimals) from given order by n")
    assert [text for (text,) in found] == [
        None if units is None else format_units(units, decimals) for units, decimals in rows]


@generated
@given(rows=st.lists(st.tuples(
    st.one_of(up_to(33), up_to(33).map(lambda units: -units)), up_to(33, least=1)), min_size=1, max_size=60))
def test_ratio_text_is_format_ratio(books: Books, rows: list[tuple[int, int]]) -> None:
    # Beyond 10^30 the scaled ratio has no room in 38 digits, and the product raises.
    rows = [(numerator, denominator) for numerator, denominator in rows if abs(numerator) // denominator < 10**29]
    numbered = pa.table({
        "n": pa.array(range(len(rows)), pa.int32()), "numerator": column([top for top, _ in rows]),
        "denominator": column([bottom for _, bottom in rows]),
    })
    with books.lent("given", numbered):
        found = books.rows("select ratio_text(numerator, denominator) from given order by n")
    assert [text for (text,) in found] == [format_ratio(top, bottom, 8) for top, bottom in rows]


# ---------------------------------------------------------------- values


@st.composite
def priced(draw: st.DrawFn) -> tuple[int, str, list[int]]:
    """Decimals of an asset, its price as text, and units to be valued, halves among them."""
    decimals = draw(st.integers(0, 18))
    price = draw(st.one_of(
        st.sampled_from(("0", "1", "0.5", "2.5", "10000000", "400000", "0.000000123", "1.000", "0.10")),
        st.tuples(st.integers(0, 10**9), st.integers(0, 12)).map(
            lambda drawn: format_units(drawn[0], drawn[1])),
    ))
    rate = read_ratio(price, Scientific.REFUSE)
    units = draw(st.lists(signed.filter(lambda units: abs(units) < 10**28), min_size=1, max_size=12))
    # A number of units that is worth an odd number of half minor units, if there is one.
    half = rate.denominator * 10**decimals // max(2 * rate.numerator, 1)
    return decimals, price, [*units, half, -half, 3 * half, -3 * half]


@generated
@given(assets=st.lists(priced(), min_size=1, max_size=6), currency_decimals=st.integers(0, 3))
def test_valuation_is_value_minor(
    books: Books, assets: list[tuple[int, str, list[int]]], currency_decimals: int
) -> None:
    books.run(RELATIONS / "terms.sql")
    books.execute("create or replace table asset(asset_no integer, asset varchar, decimals integer, kind varchar)")
    books.execute("create or replace table price(asset_no integer, price varchar, price_set varchar)")
    currency_no = len(assets)
    books.insert("asset", currency_no, "CUR", currency_decimals, "fiat")
    books.insert("price", currency_no, "7", COMMENCEMENT)  # the reporting currency is worth itself all the same
    for asset_no, (decimals, price, _) in enumerate(assets):
        books.insert("asset", asset_no, f"A{asset_no}", decimals, "crypto")
        books.insert("price", asset_no, price, COMMENCEMENT)
    make_rates(books, currency_no, currency_decimals)
    lines = [(asset_no, units) for asset_no, (_, _, held) in enumerate(assets) for units in held]
    lines += [(currency_no, 12345), (currency_no, -1)]
    numbered = pa.table({
        "n": pa.array(range(len(lines)), pa.int32()), "asset_no": pa.array([no for no, _ in lines], pa.int32()),
        "units": column([units for _, units in lines]),
    })
    with books.lent("given", numbered):
        found = books.rows(
            "select scaled_half_even(units, rate.numerator, rate.denominator)::varchar from given "
            "join rate on rate.asset_no = given.asset_no and rate.price_set = 'commencement' order by n")
    expected = [
        value_minor(units, assets[asset_no][0], read_ratio(assets[asset_no][1], Scientific.REFUSE), currency_decimals)
        for asset_no, units in lines[:-2]
    ]
    assert [int(text) for (text,) in found] == [*expected, 12345, -1]


def test_halves_go_to_the_even_minor_unit_on_either_side_of_zero(books: Books) -> None:
    found = books.rows(
        "select scaled_half_even(units::decimal(38, 0), 1::decimal(38, 0), 10::decimal(38, 0))::integer "
        "from (values (5), (15), (25), (-5), (-15), (-25)) as half(units)")
    assert [minor for (minor,) in found] == [0, 2, 2, 0, -2, -2]


# ---------------------------------------------------------------- claim_units.sql


def test_claims_that_nobody_filed_are_the_balances_either_way(books: Books) -> None:
    rows = [(0, 0, 5), (0, 1, -3), (1, 0, 0), (2, 1, 10**30)]
    columns = {"account_no": [row[0] for row in rows], "asset_no": [row[1] for row in rows]}
    units = pa.array([Decimal(row[2]) for row in rows], pa.decimal128(38, 0))
    balances = pa.table({**columns, "units": units, "source_no": [1] * 4, "row": [2, 3, 4, 5]})
    with books.lent("given", balances):
        books.execute("create or replace table balance as select * from given")
    books.run(RELATIONS / "terms.sql")
    books.execute("create or replace view book as select * from balance")
    books.execute(
        "create or replace table account as select unnest([0, 1, 2])::integer as account_no, 'customer' as kind,"
        " null::varchar as terms"
    )
    books.execute(
        "create or replace table counted_claim(account_no integer, asset_no integer, claim varchar, "
        "filed decimal(38, 0), standing varchar, allowed_units decimal(38, 0), provisional_units decimal(38, 0), "
        "is_late boolean)"
    )
    books.execute("insert into term(late, insiders) values ('share', 'share')")
    asked = "select * from claim_units order by account_no, asset_no"
    books.run(RELATIONS / "claim_units.sql")
    ruled = books.rows(asked)
    books.run(RELATIONS / "claim_units_booked.sql")
    assert books.rows(asked) == ruled
    assert len(ruled) == 4
