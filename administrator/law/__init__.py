"""Bodies of law as values: what each says of pools, claims and costs, and where it is written."""

from __future__ import annotations

from administrator.law import (
    custom,
    hong_kong_trusts,
    japan_bankruptcy,
    japan_civil_rehabilitation,
    japan_payment_services,
    new_zealand_trusts,
    uk_special_administration,
    us_chapter_11,
    us_sipa,
)
from administrator.law.regime import Regime

REGIMES: dict[str, Regime] = {
    module.REGIME.name: module.REGIME
    for module in (
        custom,
        japan_payment_services,
        japan_bankruptcy,
        japan_civil_rehabilitation,
        uk_special_administration,
        us_chapter_11,
        us_sipa,
        new_zealand_trusts,
        hong_kong_trusts,
    )
}
"""Every regime by the name case.toml gives it."""
