"""How do the lines of a bank's or a custodian's statement become transfers?

A statement tells one wallet's movements: a credit is a transfer from the counterparty to the wallet, a debit one from
the wallet to the counterparty. The lines are turned before they are typed (relations/statement.sql), so that a faulty
cell is refused by the same definition as everywhere. A balance carried forward is no movement, and `ignore` is for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ledgers.display import display
from ledgers.ingestion.reader import Place
from ledgers.models import Finding, Severity

if TYPE_CHECKING:
    from ledgers.configuration_sections import SourceSection
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"
UNNAMED = "unnamed"
"""The counterparty of a line that names none."""


def read_statement(books: Books, source: str, declared: SourceSection, places: Mapping[str, Place]) -> None:
    """Turn the staged lines of a statement into staged transfers; lines of both sides or of none go to `unfit`."""
    books.run(
        RELATIONS / "statement.sql",
        source=source,
        wallet=declared.wallet,
        unnamed=UNNAMED,
        is_signed=places["quantity"] is not None,
    )


def missing_wallets(books: Books, sources: Iterable[SourceSection]) -> list[Finding]:
    """Give a finding for every wallet that a statement names and nobody lists: its movements would be a stranger's."""
    findings: list[Finding] = []
    for declared in sources:
        if declared.wallet is None or books.value(
            "select count(*) from wallet where wallet = $wallet", {"wallet": declared.wallet}
        ):
            continue
        written = declared.path[0]
        findings.append(
            Finding(
                "unlisted-wallet",
                Severity.BLOCKING,
                f'{written}: is the statement of the wallet "{display(declared.wallet)}", which no wallet table lists.',
                "Correct wallet in case.toml, or add the wallet with what it held.",
                subject=declared.wallet,
                source=written,
                column="wallet",
            )
        )
    return findings
