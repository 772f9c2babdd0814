"""Which rules say whose units leave a mixed address first, and in what order are transfers of one instant taken?

Each rule answers one question: of what leaves an address in which traced units lie among others, how many are traced?
No rule is a finding of fact. Which one a court takes, and between whom, is a choice of law that is always passed and
printed; the results under several stand side by side.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class TracingRule(StrEnum):
    """Whose units leave first."""

    FIFO = "fifo"
    LIFO = "lifo"
    PARI_PASSU = "pari_passu"
    ROLLING_CHARGE = "rolling_charge"
    LOWEST_INTERMEDIATE_BALANCE = "lowest_intermediate_balance"
    HAIRCUT = "haircut"
    POISON = "poison"


SAYS: Final = {
    TracingRule.FIFO: "what came first leaves first (Clayton's Case, 1816)",
    TracingRule.LIFO: "what came last leaves first; no court's default, a test of how much order matters",
    TracingRule.PARI_PASSU: "all that ever came in shares all that went out and what is left, whatever the order "
    "(Barlow Clowes v Vaughan, 1992); addresses that pay each other in a circle are one fund",
    TracingRule.ROLLING_CHARGE: "each payment out is borne by all that lies there at that moment, in proportion "
    "(the North American method)",
    TracingRule.LOWEST_INTERMEDIATE_BALANCE: "other units leave first, and what is traced is never more than the "
    "lowest balance since (Re Hallett, 1880; Roscoe v Winder, 1915)",
    TracingRule.HAIRCUT: "each payment out carries the share of what lies there; the chain analyst's word for the "
    "rolling charge, and the same figures",
    TracingRule.POISON: "whatever leaves or lies at an address that traced units reached counts whole; "
    "the sum exceeds what was taken, and is no claim to any of it",
}
"""Each rule in words, with where it comes from."""

PROPORTIONAL: Final = frozenset({TracingRule.PARI_PASSU, TracingRule.ROLLING_CHARGE, TracingRule.HAIRCUT})
"""Rules whose exact answer is a ratio: whole units come by largest remainder at each transfer."""


class Simultaneous(StrEnum):
    """How transfers of one instant are ordered; the record knows no better."""

    AS_RECORDED = "as_recorded"
    """By id in byte order."""
    DEPOSITS_FIRST = "deposits_first"
    """At each address, what comes in at an instant before what goes out."""
    WITHDRAWALS_FIRST = "withdrawals_first"
    """At each address, what goes out at an instant before what comes in."""


class Direction(StrEnum):
    """Which way time is walked."""

    FORWARD = "forward"
    """From what was taken to where it lies."""
    BACKWARD = "backward"
    """From what lies at an address to where it came from."""
