"""The act that compares: its arguments, and its answer as lines. No figure is computed here."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from administrator.cli_parts import memory_of, print_json
from ledgers.display import safe

Adding = Callable[[str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]


def add(act: Adding, with_memory: Callable[[argparse.ArgumentParser], None]) -> None:
    """Put the act beside the others."""
    compared = act("compare", _compare)
    compared.add_argument("case", type=Path, metavar="CASE", help="the case folder, with its case.toml")
    compared.add_argument(
        "--vary", action="append", default=[], metavar="KEY=A,B",
        help="a question and its answers: regime, tracing, prices, rule, or any key of [plan] such as plan.pooling; "
        "as often as wanted",
    )  # fmt: skip
    compared.add_argument("--out", type=Path, metavar="DIR", help="write CSV files and a picture to a new folder")
    compared.add_argument(
        "--digests", action="store_true", help="hash the tables that a run under each scenario would write"
    )
    compared.add_argument("--json", action="store_true", help="the answer as JSON")
    compared.add_argument("--quiet", action="store_true", help="no progress")
    with_memory(compared)


def _compare(options: argparse.Namespace) -> int:
    from administrator.progress import Teller, silent
    from administrator.usecases.comparing import compare_case
    from administrator.usecases.stopping import Stop, interruptible

    memory_limit = memory_of(options)
    teller = Teller(sys.stderr)
    stop = Stop(silent if options.quiet else teller)
    try:
        compared = interruptible(
            lambda: compare_case(
                options.case,
                options.vary,
                stop.listen,
                memory_limit=memory_limit,
                is_digested=options.digests,
                opened=stop.opened,
            ),
            stop,
        )
    finally:
        teller.close()
    if options.out is not None:
        from administrator.usecases.compared_files import write_compared

        write_compared(options.out, compared)
    if options.json:
        print_json(asdict(compared))
        return 0
    for line in compared.lines(shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 100):
        print(safe(line))
    if options.out is not None:
        print(safe(f"written to {options.out}"))
    return 0
