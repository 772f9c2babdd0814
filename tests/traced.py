"""Transfers for tests of tracing, written as tuples."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ledgers.limbs import limbs_from
from ledgers.tracing.columns import BREAKS, Columns
from ledgers.tracing.rules import Direction, Simultaneous, TracingRule
from ledgers.tracing.walk import Start, Traced, trace

Moved = tuple[int, str, str, int, int]
"""Instant, sender, recipient, units, fee."""
NO_TRANSFERS = np.zeros(0, np.int64)
NO_PLACES = np.zeros(0, np.int32)


def columns_from(transfers: Sequence[Moved], kinds: dict[str, str], stated: dict[str, int] | None = None) -> Columns:
    """Lay out transfers, in the order of the record; places that `kinds` does not name are unknown."""
    stated = stated or {}
    names = sorted({name for row in transfers for name in row[1:3]} | set(kinds) | set(stated), key=str.encode)
    numbers = {name: number for number, name in enumerate(names)}
    of_kind = [kinds.get(name, "unknown") for name in names]
    places = pa.table({
        "name": pa.array(names, pa.string()),
        "party": pa.array(["" if kind == "customers" else name for name, kind in zip(names, of_kind, strict=True)]),
        "kind": pa.array(of_kind, pa.string()),
        "purpose": pa.array([""] * len(names), pa.string()),
    })
    none = limbs_from(0 for _ in names)
    return Columns(
        0,
        places,
        np.array([numbers[row[1]] for row in transfers], np.int32),
        np.array([numbers[row[2]] for row in transfers], np.int32),
        limbs_from(row[3] for row in transfers),
        limbs_from(row[4] for row in transfers),
        np.array([row[0] for row in transfers], np.int64),
        np.arange(len(transfers)),
        np.array([kinds.get(row[1]) == "customers" != kinds.get(row[2]) for row in transfers], np.bool_),
        np.full(len(transfers), -1, np.int32),
        limbs_from(stated.get(name, 0) for name in names),
        none,
    )


def start_at(name: str, *transfers: int) -> Start:
    return Start(name, np.array(sorted(transfers), np.int64), NO_PLACES)


def lying_at(columns: Columns, name: str) -> Start:
    return Start(name, NO_TRANSFERS, np.flatnonzero(columns.is_of("name", name)).astype(np.int32))


def followed(
    columns: Columns,
    starts: Sequence[Start],
    rule: TracingRule,
    *,
    order: Simultaneous = Simultaneous.AS_RECORDED,
    direction: Direction = Direction.FORWARD,
    watched: int | None = 0,
    is_compiled: bool | None = None,
) -> Traced:
    is_end = columns.is_of("kind", "customers", *BREAKS)
    return trace(
        columns, starts, rule, order=order, direction=direction, is_end=is_end, watched=watched, is_compiled=is_compiled
    )


def found(traced: Traced, start: int = 0) -> dict[str, int]:
    """Units of a start by the name of the place."""
    return {traced.columns.text("name", place): units for at, place, units in traced.found() if at == start}


def drawn(chance: random.Random, transfers_max: int = 40) -> tuple[Columns, list[Start]]:
    """A small tangle: circles, transfers to oneself, ties, fees, breaks, addresses that pay what nobody saw come."""
    names = [chr(ord("a") + at) for at in range(chance.randint(2, 7))]
    kinds = {name: chance.choice(("customers", "unknown", "thief", "mixer")) for name in names}
    most = chance.choice((3, 10, 10**6, 10**27))
    last = chance.choice((3, 50))
    transfers = sorted(
        ((chance.randint(0, last), chance.choice(names), chance.choice(names), chance.randint(0, most),
          chance.choice((0, 0, chance.randint(0, most)))) for _ in range(chance.randint(1, transfers_max))),
        key=lambda row: row[0],
    )  # fmt: skip
    columns = columns_from(transfers, kinds, {name: chance.choice((0, chance.randint(0, most))) for name in names})
    out = [at for at, row in enumerate(transfers) if kinds[row[1]] in ("customers", "mixer")]
    chance.shuffle(out)
    several = chance.randint(1, 3)
    return columns, [start_at(f"start {at}", *out[at :: several + 1]) for at in range(several)]
