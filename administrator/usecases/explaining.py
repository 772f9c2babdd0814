"""Follow every figure of one account back: from what is paid, through pool, claim and balance, to a row of a file.

The arithmetic is written out with the numbers the plan used, so that a person with a pocket calculator can do it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledgers.errors import CaseError
from ledgers.units import format_units

if TYPE_CHECKING:
    from administrator.usecases.looking import Matter


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and why it is what it is."""

    name: str
    value: str
    because: tuple[str, ...]
    """Sentences and arithmetic, each resting on the one before or on a source row."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All figures of one account."""

    account: str
    facts: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]

    def lines(self) -> list[str]:
        """The explanation as text."""
        said = [f"account {self.account}"]
        said += [f"  {name}: {value}" for name, value in self.facts]
        for figure in self.figures:
            said += ["", f"{figure.name} = {figure.value}"]
            said += [f"    {sentence}" for sentence in figure.because]
        return said


class UnknownAccountError(CaseError):
    """The case knows no such account."""

    exit_code = 2


def explain(folder: Path, account: str) -> Explanation:
    """Explain one account of a case that was run.

    Raises:
        CaseError: the case was not run, is stale, was stopped, or knows no such account.
    """
    from administrator.usecases.looking import Matter

    with Matter.open(folder) as matter:
        if not matter.is_planned:
            raise CaseError(f"{folder}: the last run was stopped by blocking findings; there is no plan to explain. "
                            "See findings.csv.")
        return explain_account(matter, account)


def facts_of(matter: Matter, account: str) -> tuple[tuple[str, str], ...]:
    """Who has the account, as the files say."""
    rows = matter.books.rows(
        "select holder, kind, terms, jurisdiction, hold, source.source, account.\"row\" from account "
        "left join source using (source_no) where account = $account", {"account": account})
    if not rows:
        raise UnknownAccountError(f'account "{account}" is in no table of the case. Ids are compared byte for byte.')
    holder, kind, terms, jurisdiction, hold, source, row = rows[0]
    facts = [("holder", holder), ("kind", kind), ("terms", terms), ("jurisdiction", jurisdiction), ("hold", hold),
             ("listed in", f"{source}:{row}" if source else "no table of accounts")]
    return tuple((name, value) for name, value in facts if value)


def explain_account(matter: Matter, account: str) -> Explanation:
    """Explain every claim and every line of one account."""
    facts = facts_of(matter, account)
    figures = [*_claim_figures(matter, account), *_return_figures(matter, account),
               *_compensation_figures(matter, account), *_status_figures(matter, account)]
    return Explanation(account, facts, tuple(figures))


def _claim_figures(matter: Matter, account: str) -> list[Figure]:
    figures = []
    for (asset, decimals, scheduled, filed, allowed, disputed, unclaimed, disallowed, claim, standing, is_late, source, row,
         postings, claim_source, claim_row, tier) in matter.books.rows(_CLAIM_ROWS, {"account": account}):

        def text(units: str, of: int = decimals) -> str:
            return format_units(int(units), of)

        because = []
        if source is not None:
            because.append(f"balance {text(scheduled)} {asset} at commencement: {source}:{row}")
        elif postings:
            because.append(f"balance {text(scheduled)} {asset}: the sum of {postings} postings of the journal")
        else:
            because.append(f"no balance of {asset}: scheduled 0")
        if claim is None:
            because.append("no claim was filed: what is scheduled is allowed")
        else:
            because.append(f"claim {claim} for {text(filed)} {asset}, standing {standing}"
                           f"{', filed late' if is_late else ''}: {claim_source}:{claim_row}")
            if standing == "filed":
                because.append(f"allowed = min(filed {text(filed)}, scheduled {text(scheduled)}) = {text(allowed)}")
        for name, units in (("disputed", disputed), ("unclaimed", unclaimed), ("disallowed", disallowed)):
            if int(units):
                because.append(f"{name} {text(units)}")
        if tier < 0:
            because.append("as the claim of an insider or affiliate it does not share in the pool (plan.insiders)")
        figures.append(Figure(f"claim on {asset}, allowed", f"{text(allowed)} {asset}", tuple(because)))
    return figures


def _return_figures(matter: Matter, account: str) -> list[Figure]:
    figures = []
    for (asset, decimals, part, step, claim, entitled, payable, claimed, gross, costs, holdback, distributable,
         held, guarantee, largest) in matter.books.rows(_RETURN_LINES, {"account": account}):

        def text(units: object, of: int = decimals) -> str:
            return format_units(int(str(units)), of)

        because = [
            f"pool {asset}: gross {text(gross)} (held for customers {text(held)}"
            + (f", guarantee {text(guarantee)}" if int(gross) != int(held) and int(guarantee) else "")
            + f") - costs {text(costs)} - holdback {text(holdback)} = distributable {text(distributable)}",
            f"this step shares {text(payable)} among claims of {text(claimed)}",
        ]
        if int(payable) == int(claimed):
            because.append("the pool pays every claim whole")
        else:
            product = int(claim) * int(payable)
            because.append(f"in base units: {claim} x {payable} / {claimed} = {product // int(claimed)}, "
                           f"remainder {product % int(claimed)}")
            if int(entitled) != product // int(claimed):
                because.append("and one unit more: its remainder is among the largest")
            elif not largest:
                because.append("rounded down; the remainder stays in the pool as residue")
        name = f"{step} of {asset}" + (f", {part} part" if part else "")
        figures.append(Figure(name, f"{text(entitled)} {asset}", tuple(because)))
    return figures


def _compensation_figures(matter: Matter, account: str) -> list[Figure]:
    currency, decimals = matter.case.currency, matter.case.currency_decimals

    def money(minor: object) -> str:
        return f"{format_units(int(str(minor)), decimals)} {currency}"

    figures = []
    for asset, part, event, custody, base, met, lost, lost_in_all, asset_decimals in matter.books.rows(
        _BASES, {"account": account}
    ):
        because = (
            "loss of this line = value of its claim - value of its share of the gross pool, at commencement prices",
            f"of it the share of event {event}{' from ' + custody + ' wallets' if custody else ''}: "
            f"{format_units(int(lost), asset_decimals)} of {format_units(int(lost_in_all), asset_decimals)} {asset} lost, "
            "rounded down",
            f"met by compensation: {money(met)}",
        )
        figures.append(Figure(f"loss of {asset}{', ' + part + ' part' if part else ''} by {event}", money(base), because))
    for asset, part, step, claim, entitled, claimed_in_all, paid_in_all in matter.books.rows(
        _COMPENSATION, {"account": account}
    ):
        because = (
            f"this line's unmet bases of the step: {money(claim)}",
            f"the step gives {money(paid_in_all)} to unmet bases of {money(claimed_in_all)}, in proportion",
        )
        figures.append(Figure(f"{step} for {asset}{', ' + part + ' part' if part else ''}", money(entitled), because))
    return figures


def _status_figures(matter: Matter, account: str) -> list[Figure]:
    figures = []
    for asset, decimals, part, step, entitled, paid, quantity, status, reason in matter.books.rows(
        _STATUS, {"account": account}
    ):
        name = f"{'paid' if status == 'pay' else 'withheld'} this round, {step}{', ' + part + ' part' if part else ''}"
        because = [f"entitled {format_units(int(entitled), decimals)} - paid before {format_units(int(paid), decimals)}"]
        if reason:
            because.append(f"withheld for: {reason}; it stays the holder's")
        figures.append(Figure(name, f"{format_units(int(quantity), decimals)} {asset}", tuple(because)))
    return figures


_CLAIM_ROWS = """
select asset.asset, asset.decimals, claim_row.scheduled::varchar, coalesce(claim_row.filed, 0)::varchar,
       claim_row.allowed::varchar, claim_row.disputed::varchar, claim_row.unclaimed::varchar,
       claim_row.disallowed::varchar, claim_row.claim, claim_row.standing, claim_row.is_late,
       source.source, claim_row."row",
       (select count(*) from posting where posting.account_no = claim_row.account_no
        and posting.asset_no = claim_row.asset_no) as postings,
       of_claim.source, claim."row", claim_row.tier
from claim_row
join account using (account_no)
join asset on asset.asset_no = claim_row.asset_no
left join source on source.source_no = claim_row.source_no
left join claim on claim.claim = claim_row.claim
left join source as of_claim on of_claim.source_no = claim.source_no
where account.account = $account
order by claim_row.asset_no
"""

_RETURN_LINES = """
select asset.asset, asset.decimals, part_name.name, step.step, award.claim_units::varchar, award.entitled::varchar,
       pool_tier.payable::varchar, pool_tier.claimed::varchar, pool.gross::varchar, pool.costs::varchar,
       pool.holdback::varchar, pool.distributable::varchar, total.held_customer::varchar, total.held_guarantee::varchar,
       pool_tier.is_largest_remainder
from award
join account using (account_no)
join asset on asset.asset_no = award.asset_no
join part_name using (part)
join step on step.step_no = award.tier
join pool_tier on pool_tier.asset_no = award.asset_no and pool_tier.tier = award.tier
join pool on pool.asset_no = award.asset_no
join holding_total as total on total.asset_no = award.asset_no
where account.account = $account
order by award.asset_no, award.part
"""

_BASES = """
select asset.asset, part_name.name, loss_item.event, loss_item.custody, base.base::varchar, base.met::varchar,
       loss_item.units::varchar, compensable.lost::varchar, asset.decimals
from base
join account using (account_no)
join asset on asset.asset_no = base.asset_no
join part_name using (part)
join loss_item on loss_item.item_no = base.item_no and loss_item.asset_no = base.asset_no
join compensable on compensable.asset_no = base.asset_no
where account.account = $account and base.base > 0
order by base.asset_no, base.part, base.item_no
"""

_COMPENSATION = """
with whole as (
    select step_no, sum(claim_minor) as claimed, sum(entitled) as given from compensation group by step_no
)
select asset.asset, part_name.name, step.step, sum(compensation.claim_minor)::varchar,
       sum(compensation.entitled)::varchar, whole.claimed::varchar, whole.given::varchar
from compensation
join account using (account_no)
join asset on asset.asset_no = compensation.asset_no
join part_name using (part)
join step using (step_no)
join whole using (step_no)
where account.account = $account
group by asset.asset, part_name.name, step.step, step.step_no, whole.claimed, whole.given
order by asset.asset, part_name.name nulls first, step.step_no
"""

_STATUS = """
select asset.asset, asset.decimals, part_name.name, plan_line.step, plan_line.entitled::varchar,
       plan_line.paid_before::varchar, plan_line.quantity::varchar, plan_line.status, plan_line.reason
from plan_line
join account using (account_no)
join asset on asset.asset_no = plan_line.pay_asset_no
join part_name using (part)
where account.account = $account
order by plan_line.claim_asset_no, plan_line.part, plan_line.step, plan_line.pay_asset_no
"""
