"""Is the folder what its manifest says, and what did the plan declare? Hashes, line ends, plan.json.

It does not ask whether the inputs that the manifest names were those handed over.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from administrator.plans.verification.numbers import fraction
from administrator.plans.verification.tables import HEADERS
from administrator.plans.verification.verdict import Faults

MANIFEST = "manifest.json"
PLAN = "plan.json"
STOPPED = frozenset({"findings.csv", "rejects.csv"})
BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Seal:
    """What the manifest lists."""

    rows: dict[str, int | None]
    """Row count per output; nothing where it has none."""
    stopped: bool
    """Whether the run ended at blocking findings, without a plan."""


@dataclass(frozen=True, slots=True)
class Source:
    """A policy or reserve, as far as the plan prints it."""

    name: str
    step: str
    pays_holders: bool
    covers: frozenset[str] | None
    """Perils; nothing where the plan does not say."""
    custody: frozenset[str] | None
    """Custodies; nothing for all."""
    terms: dict[str, object]


@dataclass(frozen=True, slots=True)
class Payout:
    """What is awarded in one asset and delivered, in part or whole, in another."""

    of: str
    paid_in: str
    share: tuple[int, int]
    election: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What plan.json declares and the checks need."""

    currency: str
    assets: dict[str, tuple[int, str]]
    round: int
    projection: bool
    parameters: dict[str, str]
    policies: tuple[Source, ...]
    reserves: tuple[Source, ...]
    loss_prices: dict[str, dict[str, str]]
    estate: dict[str, object] | None
    """What the plan says came to the estate; nothing where there is none."""
    accrued: frozenset[str]
    """Assets that came to the holders of another after commencement: claims on them are in no book."""
    elections: dict[str, tuple[int, int] | None]
    """The choices it gives by name, and the share of a claim that is fixed by each, if any."""
    payouts: tuple[Payout, ...]
    """What is delivered in another asset than it is awarded in."""
    distribution_prices: dict[str, str]

    @property
    def by_omnibus(self) -> bool:
        """Whether each omnibus account is a pool of its own, asset by asset."""
        return self.parameters.get("pooling") == "per_omnibus"

    def pool_of(self, omnibus: str, asset: str) -> str:
        """The name of the pool that a claim on an asset shares in, of whoever's assets lie in an omnibus account."""
        if self.parameters.get("pooling") == "by_value":
            return "value"
        return f"{omnibus}/{asset}" if omnibus and self.by_omnibus else asset

    @property
    def fixes_shares(self) -> bool:
        """Whether some choice fixes a share."""
        return any(share is not None for share in self.elections.values())


def unpaired_returns(path: Path) -> bool:
    """Whether a carriage return stands outside a quoted cell: a line end that is not LF."""
    quoted = False
    with path.open("rb") as opened:
        for line in opened:
            for place, piece in enumerate(line.split(b'"')):
                if place:
                    quoted = not quoted
                if not quoted and b"\r" in piece:
                    return True
    return False


def hashed(path: Path, faults: Faults) -> str:
    """The file's sha256; of a csv also whether its lines end in LF alone."""
    digest = hashlib.sha256()
    returns = False
    last = b"\n"
    with path.open("rb") as opened:
        while block := opened.read(BLOCK_BYTES):
            digest.update(block)
            returns = returns or b"\r" in block
            last = block[-1:]
    if path.suffix == ".csv":
        if returns and unpaired_returns(path):
            faults.note(path.name, 0, "line ends", "LF", "a carriage return")
        if last != b"\n":
            faults.note(path.name, 0, "end of file", "LF", last)
    return digest.hexdigest()


def opened_json(folder: Path, name: str, faults: Faults) -> dict[str, object] | None:
    """The object that a JSON file holds, or nothing, with a fault."""
    try:
        told = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        faults.note(name, 0, "file", "a JSON object", error)
        return None
    if not isinstance(told, dict):
        faults.note(name, 0, "file", "a JSON object", type(told).__name__)
        return None
    return told


def sealed(folder: Path, faults: Faults) -> Seal:
    """What the manifest lists, after every file was held against it in both directions."""
    told = opened_json(folder, MANIFEST, faults) or {}
    rows: dict[str, int | None] = {}
    outputs = told.get("outputs")
    inputs = told.get("inputs")
    for listed, what in ((outputs, "outputs"), (inputs, "inputs")):
        if not isinstance(listed, list):
            faults.note(MANIFEST, 0, what, "a list", type(listed).__name__)
    if not isinstance(told.get("program"), dict):
        faults.note(MANIFEST, 0, "program", "a name and a version", told.get("program"))
    for entry in outputs if isinstance(outputs, list) else []:
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name or name != Path(name).name or name in rows:
            faults.note(MANIFEST, 0, "outputs", "each file of this folder once, by name", name)
            continue
        count = entry.get("rows")
        rows[name] = count if isinstance(count, int) and not isinstance(count, bool) else None
        path = folder / name
        if not path.is_file():
            faults.note(name, 0, "file", "present, as the manifest lists it", "missing")
        else:
            faults.same(name, 0, "sha256", entry.get("sha256"), hashed(path, faults))
    for path in sorted(folder.iterdir()):
        if path.name not in rows and path.name != MANIFEST:
            faults.note(path.name, 0, "file", "listed in manifest.json", "not listed")
    stopped = frozenset(rows) == STOPPED
    if not stopped:
        for name in (*HEADERS, PLAN):
            if name not in rows:
                faults.note(name, 0, "file", "listed in manifest.json and present", "not listed")
    return Seal(rows, stopped)


def texts(found: object) -> frozenset[str] | None:
    """A list of texts as a set; nothing for anything else."""
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        return None
    return frozenset(found)


def sources(told: dict[str, object], name: str, prefix: str, faults: Faults) -> tuple[Source, ...]:
    """The policies or reserves of the plan, in its order."""
    listed = told.get(name)
    made: list[Source] = []
    for entry in listed if isinstance(listed, list) else []:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            faults.note(PLAN, 0, name, "objects with a name", entry)
            continue
        pays = entry.get("ring_fenced") is True if prefix == "reserve" else entry.get("payee") == "holders"
        custody = texts(entry.get("custody"))
        made.append(Source(entry["name"], f"{prefix}:{entry['name']}", pays, texts(entry.get("covers")),
                           custody or None, entry))
    if not isinstance(listed, list):
        faults.note(PLAN, 0, name, "a list", type(listed).__name__)
    return tuple(made)


def by_retention(policy: Source) -> int:
    """Where a policy stands: lower retention first; a stable sort keeps the file's order among equals."""
    parts = fraction(str(policy.terms.get("retention", "0"))) or (0, 1)
    return parts[0] * 10**40 // parts[1]


def _accrued(told: dict[str, object]) -> frozenset[str]:
    listed = told.get("accruals")
    return frozenset(str(entry.get("asset")) for entry in (listed if isinstance(listed, list) else [])
                     if isinstance(entry, dict) and entry.get("goes_to") == "holders")


def _elections(told: dict[str, object], faults: Faults) -> dict[str, tuple[int, int] | None]:
    """The choices that the plan gives by name, and the share that is fixed by each, if any."""
    listed = told.get("elections")
    made: dict[str, tuple[int, int] | None] = {}
    for entry in listed if isinstance(listed, list) else []:
        share = entry.get("share") if isinstance(entry, dict) else None
        fixed = None if share is None else fraction(str(share))
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or (fixed is None) != (share is None):
            faults.note(PLAN, 0, "elections", "objects with a name and a share", entry)
            continue
        made[entry["name"]] = fixed
    if listed is not None and not isinstance(listed, list):
        faults.note(PLAN, 0, "elections", "a list", type(listed).__name__)
    return made


def _payouts(told: dict[str, object], faults: Faults) -> tuple[Payout, ...]:
    listed = told.get("payouts")
    made: list[Payout] = []
    for entry in listed if isinstance(listed, list) else []:
        share = fraction(str(entry.get("share"))) if isinstance(entry, dict) else None
        if share is None or not isinstance(entry.get("of"), str) or not isinstance(entry.get("in"), str):
            faults.note(PLAN, 0, "payouts", "objects with of, in and share", entry)
            continue
        made.append(Payout(entry["of"], entry["in"], share, str(entry.get("election") or "")))
    return tuple(made)


def _texts_by_name(told: object) -> dict[str, str]:
    return {name: str(text) for name, text in told.items()} if isinstance(told, dict) else {}


def declared(folder: Path, faults: Faults) -> Plan | None:
    """What plan.json declares, or nothing where it cannot be read."""
    told = opened_json(folder, PLAN, faults)
    if told is None:
        return None
    assets: dict[str, tuple[int, str]] = {}
    listed = told.get("assets")
    for name, entry in listed.items() if isinstance(listed, dict) else ():
        decimals = entry.get("decimals") if isinstance(entry, dict) else None
        if isinstance(decimals, bool) or not isinstance(decimals, int) or not 0 <= decimals <= 38:
            faults.note(PLAN, 0, f"assets {name}", "decimals from 0 to 38", entry)
            continue
        assets[name] = (decimals, str(entry.get("kind")))
    parameters = told.get("parameters")
    currency, turn = told.get("currency"), told.get("round")
    if not isinstance(currency, str) or currency not in assets:
        faults.note(PLAN, 0, "currency", "one of its assets", currency)
        return None
    if not isinstance(parameters, dict) or isinstance(turn, bool) or not isinstance(turn, int) or turn < 1:
        faults.note(PLAN, 0, "parameters, round", "an object, a whole number from 1", (type(parameters).__name__, turn))
        return None
    wanted = ("rounding", "holdback", "minimum_payment", "late", "insiders", "pooling", "rule")
    chosen = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in parameters.items()}
    for key in wanted:
        if key not in chosen:
            faults.note(PLAN, 0, f"parameters {key}", "declared", "nothing")
    if chosen.get("rounding") not in ("floor", "largest_remainder"):
        faults.note(PLAN, 0, "parameters rounding", "floor or largest_remainder", chosen.get("rounding"))
    prices = told.get("loss_prices")
    loss_prices = {event: {asset: str(price) for asset, price in entry.items()}
                   for event, entry in prices.items() if isinstance(entry, dict)} if isinstance(prices, dict) else {}
    policies = tuple(sorted(sources(told, "policies", "insurance", faults), key=by_retention))
    estate = told.get("estate")
    if estate is not None and not isinstance(estate, dict):
        faults.note(PLAN, 0, "estate", "an object or nothing", estate)
        estate = None
    return Plan(currency, assets, turn, told.get("projection") is True, chosen, policies,
                sources(told, "reserves", "reserve", faults), loss_prices, estate, _accrued(told),
                _elections(told, faults), _payouts(told, faults), _texts_by_name(told.get("distribution_prices")))
