"""What do policies owe? policy.py says what one can say, cover.py what each owes for each event; README there."""

from administrator.insurance.cover import Cover, cover, cover_all
from administrator.insurance.policy import (
    Basis,
    CustodyLoss,
    DropDown,
    EventLoss,
    Policy,
    PolicyLine,
    Refused,
    Sublimit,
    SubrogationRule,
    Valuation,
    at_every_valuation,
)

__all__ = [
    "Basis",
    "Cover",
    "CustodyLoss",
    "DropDown",
    "EventLoss",
    "Policy",
    "PolicyLine",
    "Refused",
    "Sublimit",
    "SubrogationRule",
    "Valuation",
    "at_every_valuation",
    "cover",
    "cover_all",
]
