"""How long does a rule take over ten million transfers? CPU seconds of one walk, against reading its columns once.

    python -m tests.benchmarks.tracing [TRANSFERS] [RULE ...]

The transfers are made up: an eighth as many addresses, some of which get a hundred times what others do; every
hundredth transfer comes from the customers' wallets, and a tenth of those is traced; 18 decimals, so that two limbs are
needed. The baseline adds up units and fees by sender and recipient in the same limbs, compiled: what any walk has to
read and write.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pyarrow as pa

from ledgers.tracing import kernels
from ledgers.tracing.columns import Columns
from ledgers.tracing.rules import Direction, Simultaneous, TracingRule
from ledgers.tracing.walk import Start, trace

NOBODY = np.zeros(0, np.int32)


def made_up(count: int, seed: int = 7) -> Columns:
    """Transfers of one asset; place 0 is the customers' wallets."""
    chance = np.random.default_rng(seed)
    places = max(2, count // 8)
    ends = [np.minimum(chance.integers(1, places, count), chance.integers(1, places, count)) for _ in range(2)]
    ends[0][chance.integers(0, 100, count) == 0] = 0
    units = np.zeros((count, 2), np.uint64)
    units[:, 0] = chance.integers(1, 2**62, count, np.uint64)
    units[:, 1] = chance.integers(0, 50, count, np.uint64)
    fees = np.zeros((count, 2), np.uint64)
    fees[:, 0] = chance.integers(0, 2**50, count, np.uint64)
    kinds = np.where(np.arange(places) == 0, "customers", "unknown")
    return Columns(
        0,
        pa.table({"name": np.arange(places).astype(str), "party": kinds, "kind": kinds, "purpose": kinds}),
        ends[0].astype(np.int32),
        ends[1].astype(np.int32),
        units,
        fees,
        np.sort(chance.integers(0, count // 4 + 1, count)),
        np.arange(count),
        (ends[0] == 0) & (chance.integers(0, 10, count) == 0),
        np.full(count, -1, np.int32),
        np.zeros((places, 2), np.uint64),
        np.zeros((places, 2), np.uint64),
    )


def timed(act):  # type: ignore[no-untyped-def]
    began = time.process_time()
    made = act()
    return made, time.process_time() - began


def main(arguments: list[str]) -> None:
    count = int(arguments[0]) if arguments else 10_000_000
    rules = [TracingRule(name) for name in arguments[1:]] or list(TracingRule)
    for size in (2_000, count):
        # The first compiles.
        columns = made_up(size)
        is_end = columns.is_of("kind", "customers")
        start = Start("taken", np.flatnonzero(columns.is_taken), NOBODY)
        road = kernels.Transfers(columns.senders, columns.recipients, columns.units, columns.fees, columns.senders)
        openings, closings = (np.zeros((columns.place_count, 2), np.uint64) for _ in range(2))
        _, baseline = timed(lambda: kernels.balances(road, is_end, openings, closings))  # noqa: B023
        if size == count:
            print(f"{count:,} transfers, {columns.place_count:,} places; adding up: {baseline:.2f} CPU s")
        for rule in rules:
            for direction in Direction:
                target = Start("there", np.zeros(0, np.int64), np.array([columns.place_count // 50 + 1], np.int32))
                traced, seconds = timed(
                    lambda: trace(
                        columns, [start if direction is Direction.FORWARD else target], rule,  # noqa: B023
                        order=Simultaneous.AS_RECORDED, direction=direction, is_end=is_end,  # noqa: B023
                        watched=None, is_compiled=True,
                    )
                )  # fmt: skip
                if size == count:
                    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                    lies = int(traced.ends.any(axis=2).sum())
                    print(
                        f"{rule:<28}{direction:<9}{seconds:6.2f} CPU s  {seconds / baseline:5.1f} x  "
                        f"at {lies:,} places  peak {peak:,} MiB"
                    )


if __name__ == "__main__":
    main(sys.argv[1:])
