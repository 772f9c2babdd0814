"""Rules on how much is to be held against losses, as values: each with its formula, places and standing."""

from __future__ import annotations

from administrator.law.requirements import (
    hong_kong,
    japan_broker,
    korea,
    mica,
    own_formula,
    precedent_quantile,
)
from administrator.law.requirements.method import Method

METHODS: dict[str, Method] = {
    module.METHOD.name: module.METHOD
    for module in (japan_broker, korea, hong_kong, mica, precedent_quantile, own_formula)
}
"""Every method by the name case.toml gives it; those of a law first."""
