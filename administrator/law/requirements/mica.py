"""European Union: prudential requirements of crypto-asset service providers, Regulation (EU) 2023/1114 (MiCA) art. 67.

Read on a page that repeats the article, not in the Official Journal:
https://www.mica.wtf/mica/title-v-authorisation-and-operating-conditions-for-crypto-asset-service-providers-art.-59-85/chapter-2/article-67

Article 67(1)       the higher of the minimum of Annex IV for the services, and a quarter of last year's fixed overheads
Article 67(3)       fixed overheads: expenses after distribution of profits, less bonuses and other remuneration that is
                    discretionary, profit shares, other discretionary appropriations, non-recurring expenses
Article 67(4)-(6)   as own funds, as an insurance policy, or as a mix
Annex IV            EUR 50,000, 125,000, 150,000 by class (from memory)

Not covered: the projection for a provider in its first year, and what counts as own funds. The requirement answers
running costs, not the loss of what customers hold: art. 75 makes the custodian liable for that without a fund.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from administrator.law.regime import Citation, Provision, Standing
from administrator.law.requirements.method import Figures, Method, NoSuchFormula, Step, Worked

_PAGE = (
    "https://www.mica.wtf/mica/title-v-authorisation-and-operating-conditions-for-crypto-asset-service-providers"
    "-art.-59-85/chapter-2/article-67"
)
MINIMA = {"class_1": 50_000, "class_2": 125_000, "class_3": 150_000}
"""Annex IV, whole EUR."""
DEDUCTIONS = ("bonuses", "profit_shares", "other_discretionary", "non_recurring")
OVERHEADS_SHARE = Fraction(1, 4)


def _work(figures: Figures) -> Worked:
    minimum = figures.stated(MINIMA[figures.choice("service", "class_1, class_2 or class_3")], "EUR")
    overheads = figures.amount("expenses") - sum(figures.amounts.get(key, 0) for key in DEDUCTIONS)
    if overheads < 0:
        raise NoSuchFormula(f"what is deducted ({', '.join(DEDUCTIONS)}) is more than expenses. Correct one of them.")
    return Worked(
        max(minimum, OVERHEADS_SHARE * overheads),
        (
            Step("the minimum of Annex IV", minimum),
            Step("fixed overheads of the year before", Fraction(overheads)),
            Step("a quarter of them", OVERHEADS_SHARE * overheads),
        ),
        says=("It answers running costs of the provider, not what customers hold.",),
    )


def _citation(article: str) -> Citation:
    return Citation("Regulation (EU) 2023/1114", article, _PAGE, Standing.UNREAD)


METHOD = Method(
    name="mica",
    title="European Union, MiCA art. 67: minimum or a quarter of fixed overheads",
    in_force_from=date(2024, 12, 30),
    in_force_until=None,
    read_on=None,
    official_for="providers in the EU",
    replaceable=Fraction(1),
    asks=(
        "service: class_1, class_2 or class_3 of Annex IV",
        "expenses: of the year before, after distribution of profits",
        "bonuses, profit_shares, other_discretionary, non_recurring: what is deducted of them",
    ),
    work=_work,
    provisions=(
        Provision("", "The higher of the minimum and a quarter of fixed overheads.", _citation("67(1)")),
        Provision("", "Fixed overheads are expenses less discretionary and non-recurring ones.", _citation("67(3)")),
        Provision("", "As own funds, an insurance policy, or a mix of both.", _citation("67(4)")),
        Provision("", "EUR 50,000, 125,000 or 150,000 by class of services (from memory).", _citation("Annex IV")),
        Provision("", "The title applies from 30 December 2024 (from memory).", _citation("149")),
    ),
    not_covered=(
        "a provider in its first year, who projects his overheads (art. 67(2))",
        "losses of customers' assets: art. 75 makes the custodian liable and asks for no fund",
    ),
)
