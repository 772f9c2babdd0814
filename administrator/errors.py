"""Errors about law, valuation and use; the root is `ledgers.errors.CaseError`.

CaseError
├── RegimeError      exit 5    no rule, two rules, or a date or parameter outside the regime
├── StaleError       exit 6    an input changed since the result was made
└── ValuationError   exit 4    a price that no exact rate can be made of
"""

from __future__ import annotations

from ledgers.errors import CaseError, LedgerError


class RegimeError(CaseError):
    """The regime has no rule, or two rules, or does not cover the date."""

    exit_code = 5


class StaleError(CaseError):
    """An input changed since the result was made; nothing recomputes silently."""

    exit_code = 6


class ValuationError(LedgerError):
    """A price that no exact rate can be made of."""
