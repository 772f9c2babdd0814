"""What is a whole asset worth, by which price set? Prices become exact ratios of minor units to base units, once.

The reporting currency is worth itself, whatever a price list says. An asset without a price has no row, never a zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ledgers.display import display
from ledgers.units import Ratio, Scientific, read_ratio, value_ratio

if TYPE_CHECKING:
    from ledgers.storage.books import Books

COMMENCEMENT = "commencement"
DISTRIBUTION = "distribution"
DIGITS_MAX = 38
"""Of each term of a rate: what DECIMAL(38,0) holds."""

Rates = Mapping[tuple[int, str], Ratio]
"""Minor units one base unit is worth, by asset and price set."""


def make_rates(books: Books, currency_no: int, currency_decimals: int, named: str | None = None) -> None:
    """Fill the relations rate and price_text from the prices.

    Args:
        named: claims are valued at the price set `claims:` and this, which then stands in place of commencement; an
            asset that it does not price has no price. None: at the prices of commencement.

    Makes   rate(asset_no INTEGER, price_set VARCHAR, numerator, denominator DECIMAL(38,0)), key (asset_no, price_set)
            price_text(asset_no INTEGER key, price VARCHAR): what claims are valued at, as received

    Raises:
        RegimeError: no price is of that set.
    """
    valued_at = COMMENCEMENT if named is None else f"claims:{named}"
    prices = books.rows(
        "select price.asset_no, price.price_set, price.price, asset.decimals from price join asset using (asset_no) "
        "where price.asset_no <> $currency_no order by price.asset_no, price.price_set",
        {"currency_no": currency_no},
    )
    if named is not None and all(price_set != valued_at for _, price_set, _, _ in prices):
        from administrator.errors import RegimeError

        known = ", ".join(sorted({set_.removeprefix("claims:") for _, set_, _, _ in prices if set_[:7] == "claims:"}))
        raise RegimeError(
            f'case.toml: [plan] price_set "{display(named)}": no price is of price_set "{display(valued_at)}". '
            f"Add such prices, or name another. Known are: {display(known, 200) or 'none'}."
        )
    rates = {(currency_no, COMMENCEMENT): Ratio(1, 1)}
    texts = [(currency_no, "1")]
    for asset_no, price_set, text, decimals in prices:
        if price_set == valued_at:
            rates[asset_no, COMMENCEMENT] = _rate(text, decimals, currency_decimals)
            texts.append((asset_no, text))
        elif price_set != COMMENCEMENT:
            rates[asset_no, price_set] = _rate(text, decimals, currency_decimals)
    for (asset_no, price_set), rate in rates.items():
        books.insert("rate", asset_no, price_set, rate.numerator, rate.denominator)
    for asset_no, text in texts:
        books.insert("price_text", asset_no, text)


def rates_of(books: Books) -> Rates:
    """Give the rates that `make_rates` stored."""
    return {
        (asset_no, price_set): Ratio(int(numerator), int(denominator))
        for asset_no, price_set, numerator, denominator in books.rows(
            "select asset_no, price_set, numerator::varchar, denominator::varchar from rate "
            "order by asset_no, price_set"
        )
    }


def loss_rate(rates: Rates, asset_no: int, event: str) -> Ratio | None:
    """The rate a loss is valued at: the event's own price set, else `loss`, else commencement (rules 5)."""
    for price_set in (f"loss:{event}", "loss", COMMENCEMENT):
        if (asset_no, price_set) in rates:
            return rates[asset_no, price_set]
    return None


def distribution_rate(rates: Rates, asset_no: int, currency_no: int) -> Ratio | None:
    """What an asset brings when it is shared by value; None without a price of the set `distribution` (rules 8)."""
    return Ratio(1, 1) if asset_no == currency_no else rates.get((asset_no, DISTRIBUTION))


def _rate(text: str, decimals: int, currency_decimals: int) -> Ratio:
    rate = value_ratio(decimals, read_ratio(text, Scientific.REFUSE), currency_decimals)
    if max(rate.numerator, rate.denominator) >= 10**DIGITS_MAX:
        from administrator.errors import ValuationError

        raise ValuationError(
            f"price {text} of an asset of {decimals} decimals needs more than {DIGITS_MAX} digits. "
            "Give the price with fewer decimals."
        )
    return rate
