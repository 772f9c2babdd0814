"""The tower of the worked example as a case: 120 million stolen, hot and cold; what its insurers owe is in the text."""

from __future__ import annotations

from pathlib import Path

from tests.written import Written

TABLES = {
    "account": "account,kind\nann,customer\nben,customer",
    "balance": "account,asset,quantity\nann,USD,90000000\nben,USD,30000000",
    "wallet": "wallet,asset,quantity,custody,opening\nhot-1,USD,0,hot,100000000\ncold-1,USD,0,cold,20000000",
    "transfer": "transfer,occurred_at,asset,quantity,sender,recipient\n"
    "t1,2026-03-01T00:00:00Z,USD,100000000,hot-1,thief\nt2,2026-03-02T00:00:00Z,USD,20000000,cold-1,thief",
    "label": "address,party,kind,source\nthief,the thief,thief,police",
}
EVENT = """
[[events]]
name = "raid"
peril = "external_theft"
parties = ["the thief"]
discovered_at = 2026-03-03T00:00:00Z
notified_at = 2026-03-05T00:00:00Z
"""
POLICY = """
[[policies]]
name = "{name}"
tower = "crime 2026"
covers = ["external_theft"]
basis = "occurred"
from = 2026-01-01
until = 2026-12-31
currency = "USD"
retention = "{retention}"
limit = "{limit}"
payee = "holders"
"""
SUBLIMIT = """
[[policies.sublimits]]
custody = "hot"
limit = "60000000"
"""
PRIMARY = POLICY.format(name="primary", retention=5_000_000, limit=25_000_000) + (
    'aggregate = "25000000"\neroded = "10000000"\ninsurer = "Alpha"\nreceived = "15000000"\n' + SUBLIMIT
)
EXCESS = POLICY.format(name="excess", retention=30_000_000, limit=50_000_000) + (
    SUBLIMIT
    + '\n[[policies.lines]]\ninsurer = "Beta"\nshare = "0.6"\nreceived = "30000000"\n'
    + '\n[[policies.lines]]\ninsurer = "Gamma"\nshare = "0.3"\nreceived = "15000000"\n'
)
TOWER = EVENT + PRIMARY + EXCESS
RECOVERY = "recovery,received_at,asset,quantity,event\nr1,2026-06-01T00:00:00Z,USD,{quantity},{event}"


def insured(folder: Path, tail: str = TOWER, recovered: int = 0, *, event: str = "raid") -> Written:
    """Run the case, with what was recovered of the event."""
    tables = dict(TABLES)
    if recovered:
        tables["recovery"] = RECOVERY.format(quantity=recovered, event=event)
    return Written(folder, tables, tail, assets=("USD",), currency="USD")
