"""In kind, in cash, or both: in which assets is what the plan pays delivered?

A pool awards in its own asset, or by value in the reporting currency. A plan may deliver it otherwise: part of each
coin in money (Zaif: 60 % in coin, 40 % in yen at a price that was announced), or a sum of money in the coins that are
left (Mt. Gox), to all or to those who chose so. What is awarded, and what is levelled over all rounds, stays in the
asset of the pool; what a delivery settles of it is `discharged`, and that is what counts as paid in later rounds. Each
leg is rounded down once, and what is too little for a unit is delivered in the asset of the award.

Whether the assets are there to be delivered in is looked at; who buys or sells them, and when, is not decided here.

Sources:
    Zaif, 2018: 60 % of each holding of MONA in coin, 40 % in yen at 144.548 a coin (press reports).
    Mt. Gox: outline of the draft rehabilitation plan, 12 January 2021: cash, and the rest in BTC and BCH at one price.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.errors import RegimeError
from administrator.valuation import DIGITS_MAX
from ledgers.display import display
from ledgers.models import Finding, Severity
from ledgers.units import Ratio, format_units

if TYPE_CHECKING:
    from administrator.terms import Terms
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"


@dataclass(frozen=True, slots=True)
class Payout:
    """What is awarded in one asset and delivered in another."""

    of_no: int
    in_no: int
    election: str
    """For those who chose it; empty for everybody else."""
    share: Ratio
    """Of each payment."""
    rate: Ratio
    """Units delivered for a unit settled, at the prices of distribution."""


def store_payouts(books: Books, payouts: Sequence[Payout]) -> None:
    """Keep the payouts for the relations, in the order of the case."""
    for number, payout in enumerate(payouts):
        books.insert(
            "payout", number, payout.of_no, payout.in_no, payout.election, payout.share.numerator,
            payout.share.denominator, payout.rate.numerator, payout.rate.denominator,
        )  # fmt: skip


def make_deliveries(books: Books, terms: Terms) -> Iterator[Finding]:
    """Cut what each line is paid now into the assets it is delivered in, and say where more is wanted than is there.

    Makes   delivery, as delivery.sql says; empty where the plan delivers all as it is awarded
    """
    if not terms.payouts:
        return
    _check_sizes(books, terms.payouts)
    books.run(RELATIONS / "delivery.sql")
    uneven = books.value(UNEVEN)
    assert not uneven, f"{uneven} payments are not delivered to the unit"
    for asset, decimals, wanted, there in books.rows(SHORT, {"currency_no": terms.currency_no}):
        quantity = format_units(int(wanted), decimals)
        yield Finding(
            "payout-short",
            Severity.WARNING,
            f'case.toml: [[payouts]] in "{display(asset)}" deliver, with what is paid in it anyway, {quantity} '
            f"{display(asset)}, and {format_units(int(there), decimals)} are held for customers or came back.",
            "Lower the share, or have the rest bought before anything is sent.",
            subject=f"asset {asset}",
            asset=asset,
            quantity=quantity,
            source="case.toml",
            column="in",
        )


def _check_sizes(books: Books, payouts: Sequence[Payout]) -> None:
    """See that no delivery has more digits than a quantity holds.

    Raises:
        RegimeError: it has; the prices are not those of these assets.
    """
    greatest = dict(books.rows("select pay_asset_no, max(entitled)::varchar from plan_units group by pay_asset_no"))
    names = dict(books.rows("select asset_no, asset from asset"))
    for payout in payouts:
        share, rate = payout.share, payout.rate
        settled = int(greatest.get(payout.of_no, 0)) * share.numerator // share.denominator
        if settled * rate.numerator // rate.denominator >= 10**DIGITS_MAX:
            of, paid_in = display(names[payout.of_no]), display(names[payout.in_no])
            raise RegimeError(
                f'case.toml: [[payouts]] of "{of}" in "{paid_in}": a payment comes to more than {DIGITS_MAX} digits in '
                f'base units of {paid_in}. Look at the prices of price_set "distribution" of both.'
            )


UNEVEN = """
    select count(*)
    from (
        select account_no, claim_asset_no, part, step_no, pay_asset_no, sum(discharged) as discharged
        from delivery
        group by account_no, claim_asset_no, part, step_no, pay_asset_no
    ) as settled
    join plan_units using (account_no, claim_asset_no, part, step_no, pay_asset_no)
    where settled.discharged <> plan_units.entitled - plan_units.paid_before
"""
SHORT = """
    with wanted as (
        select asset_no, units from delivery
        union all
        select pay_asset_no, quantity
        from plan_line
        join step_name using (step)
        anti join delivery on delivery.account_no = plan_line.account_no
            and delivery.claim_asset_no = plan_line.claim_asset_no and delivery.part = plan_line.part
            and delivery.step_no = step_name.step_no and delivery.pay_asset_no = plan_line.pay_asset_no
    ),
    summed as (
        select asset_no, sum(units)::decimal(38, 0) as units from wanted group by asset_no
    ),
    came as (
        select asset_no, sum(units)::decimal(38, 0) as units from recovery group by asset_no
    )
    select asset.asset, asset.decimals, summed.units::varchar,
           (coalesce(held.held_customer, 0) - coalesce(held.paid_in_kind, 0) + coalesce(came.units, 0))::varchar
    from summed
    join asset using (asset_no)
    left join holding_total as held using (asset_no)
    left join came using (asset_no)
    where asset_no in (select in_no from payout) and asset_no <> $currency_no
      and summed.units > coalesce(held.held_customer, 0) - coalesce(held.paid_in_kind, 0) + coalesce(came.units, 0)
    order by asset.asset
"""
"""What is to be delivered in an asset, all lines together, where that is more than there is of it."""
