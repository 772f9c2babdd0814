"""Text to whole units and back: what is accepted is exact, what is refused says why."""

from __future__ import annotations

import doctest
from decimal import Context, Decimal, localcontext
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgers import units
from ledgers.units import (
    ExcessDigits,
    NotANumber,
    Ratio,
    Refusal,
    Scientific,
    divide_half_even,
    format_cut,
    format_ratio,
    format_units,
    read_quantity,
    read_ratio,
    refusal_of,
    value_minor,
    value_ratio,
)

whole_units = st.integers(1 - 10**38, 10**38 - 1)
scales = st.integers(0, 30)


def strictly(text: str, decimals: int) -> int:
    return read_quantity(text, decimals, ExcessDigits.REFUSE, Scientific.REFUSE).units


def test_the_examples_in_the_prose_hold() -> None:
    assert doctest.testmod(units).failed == 0


@given(whole_units, scales)
def test_what_is_written_is_read_again(number: int, decimals: int) -> None:
    text = format_units(number, decimals)
    assert strictly(text, decimals) == number
    assert strictly("000" + text if number >= 0 else "-000" + text[1:], decimals) == number
    if decimals:
        assert strictly(text + "000", decimals) == number


@given(st.from_regex(units.PLAIN_DECIMAL, fullmatch=True), scales)
def test_a_plain_decimal_is_read_as_what_it_says_or_refused_for_its_length(text: str, decimals: int) -> None:
    with localcontext(Context(prec=400)):
        exact = Fraction(Decimal(text)) * 10**decimals
    if exact.denominator == 1 and abs(exact) < 10**38:
        assert strictly(text, decimals) == exact
        return
    with pytest.raises(NotANumber) as refused:
        strictly(text, decimals)
    assert refused.value.refusal is (Refusal.EXCESS_DIGITS if exact.denominator != 1 else Refusal.TOO_MANY_DIGITS)


@given(st.text(max_size=8), scales)
def test_nothing_outside_the_grammar_is_read(text: str, decimals: int) -> None:
    if units.PLAIN_DECIMAL.fullmatch(text) is None:
        with pytest.raises(NotANumber) as refused:
            strictly(text, decimals)
        assert refused.value.refusal is refusal_of(text)


@given(st.from_regex(units.SCIENTIFIC, fullmatch=True), scales)
def test_scientific_notation_is_exact_where_declared_and_refused_otherwise(text: str, decimals: int) -> None:
    with pytest.raises(NotANumber) as refused:
        strictly(text, decimals)
    assert refused.value.refusal is Refusal.SCIENTIFIC_NOTATION
    mantissa, _, exponent = text.lower().partition("e")
    with localcontext(Context(prec=400)):
        exact = Fraction(Decimal(mantissa)) * Fraction(10) ** (int(exponent) + decimals)
    if abs(exact) >= 10**38:
        with pytest.raises(NotANumber, match="too many digits"):
            read_quantity(text, decimals, ExcessDigits.TRUNCATE, Scientific.ACCEPT)
        return
    quantity = read_quantity(text, decimals, ExcessDigits.TRUNCATE, Scientific.ACCEPT)
    assert quantity.scientific
    assert quantity.units + quantity.cut == exact


@given(whole_units, st.integers(1, 20))
def test_truncation_goes_towards_zero_and_says_what_it_cut(number: int, places: int) -> None:
    quantity = read_quantity(format_units(number, places), 0, ExcessDigits.TRUNCATE, Scientific.REFUSE)
    assert quantity.units + quantity.cut == Fraction(number, 10**places)
    assert abs(quantity.cut) < 1
    assert quantity.units * quantity.cut >= 0
    assert Fraction(Decimal(format_cut(quantity.cut, 0))) == quantity.cut


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("", "empty"),
        ("1\0", "NUL"),
        (" 1", "white space"),
        ("1\n", "white space"),
        ("1\u00a0000", "white space"),
        ("１２３", "full-width digits"),
        ("٣", "characters outside ASCII"),
        ("−1", "characters outside ASCII"),
        ("1,234.5", "comma"),
        ("1_000", "underscore"),
        ("(12.50)", "parentheses"),
        ("+1", "plus sign"),
        ("5e-7", "scientific notation"),
        ("1E+18", "scientific notation"),
        (".5", "no digit beside the point"),
        ("5.", "no digit beside the point"),
        ("NaN", "not a number"),
        ("Infinity", "not a number"),
        ("1.2.3", "not a number"),
        ("--1", "not a number"),
        ("-", "not a number"),
        ("0x1F", "not a number"),
        ("0.001", "more decimals than the asset has"),
        ("1" + "0" * 36 + ".00", "too many digits"),
        ("9" * 5000, "too many digits"),
    ],
)
def test_a_refusal_says_why(text: str, phrase: str) -> None:
    with pytest.raises(NotANumber, match=f"^{phrase}$"):
        strictly(text, 2)


@pytest.mark.parametrize("text", ["-0", "0.000", "-0.00", "0" * 5000, "0." + "0" * 5000])
def test_every_way_to_write_nothing_is_zero(text: str) -> None:
    assert strictly(text, 2) == 0


def test_thirty_eight_digits_are_read_and_padding_is_not_counted() -> None:
    assert strictly("9" * 38, 0) == 10**38 - 1
    assert strictly("0" * 100 + "9" * 20 + "." + "9" * 18 + "0" * 100, 18) == 10**38 - 1


@pytest.mark.parametrize(
    ("text", "ratio"),
    [("0", (0, 1)), ("1", (1, 1)), ("0.05", (1, 20)), ("10000000", (10**7, 1)), ("0.00000001", (1, 10**8))],
)
def test_a_price_is_an_exact_ratio_in_lowest_terms(text: str, ratio: tuple[int, int]) -> None:
    assert read_ratio(text, Scientific.REFUSE) == ratio


@pytest.mark.parametrize(("text", "phrase"), [("-1", "negative"), ("1e-5", "scientific"), ("9" * 39, "too many")])
def test_a_price_that_is_none_is_refused(text: str, phrase: str) -> None:
    with pytest.raises(NotANumber, match=phrase):
        read_ratio(text, Scientific.REFUSE)


def test_a_price_in_scientific_notation_is_exact_where_declared() -> None:
    assert read_ratio("1.5e-5", Scientific.ACCEPT) == Ratio(3, 200_000)


@given(st.integers(-(10**60), 10**60), st.integers(1, 10**40))
def test_half_even_is_the_nearest_and_symmetrical(numerator: int, denominator: int) -> None:
    nearest = divide_half_even(numerator, denominator)
    assert nearest == round(Fraction(numerator, denominator))
    assert divide_half_even(-numerator, denominator) == -nearest


def test_the_values_of_the_worked_example() -> None:
    bitcoin, ether = Ratio(10_000_000, 1), Ratio(400_000, 1)
    assert value_minor(strictly("1.75", 8), 8, bitcoin, 0) == 17_500_000
    assert value_minor(strictly("10", 18), 18, ether, 0) == 4_000_000
    assert value_minor(strictly("-0.1", 8), 8, bitcoin, 0) == -1_000_000


@given(whole_units, st.integers(0, 24), st.integers(0, 10**20), st.integers(0, 12), st.integers(0, 4))
def test_a_value_is_rounded_once(number: int, decimals: int, price: int, price_decimals: int, minor: int) -> None:
    ratio = read_ratio(format_units(price, price_decimals), Scientific.REFUSE)
    exact = Fraction(number * price * 10**minor, 10 ** (decimals + price_decimals))
    assert value_minor(number, decimals, ratio, minor) == round(exact)
    scaled = value_ratio(decimals, ratio, minor)
    assert Fraction(scaled.numerator, scaled.denominator) * number == exact


def test_a_ratio_just_below_one_does_not_read_as_one() -> None:
    assert format_ratio(10**9 - 1, 10**9, 8) == "0.99999999"
    assert format_ratio(7, 7, 8) == "1.00000000"
    assert format_ratio(-1, 10**9, 8) == "0.00000000"


def test_sql_casts_accept_and_round_what_is_no_quantity() -> None:
    cast = duckdb.execute(
        "select '1_000'::decimal(38,0)::varchar, '1.5'::decimal(38,0)::varchar, '+5'::decimal(38,0)::varchar"
    )
    assert cast.fetchall() == [("1000", "2", "5")]
