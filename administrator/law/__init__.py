"""Bodies of law as values: what each says of pools, claims and costs, and where it is written."""

from __future__ import annotations

from administrator.law import custom, japan_payment_services
from administrator.law.regime import Regime

REGIMES: dict[str, Regime] = {regime.name: regime for regime in (custom.REGIME, japan_payment_services.REGIME)}
"""Every regime by the name case.toml gives it."""
