"""The act that tells what policies owe: its arguments, and its answer as lines. No figure is computed here."""

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
    told = act("insurance", _insurance)
    told.add_argument("case", type=Path, metavar="CASE", help="the case folder, after a run")
    told.add_argument("--policy", metavar="NAME", help="one policy; otherwise all, in the order they are asked")
    told.add_argument("--event", metavar="NAME", help="one event; otherwise all that lost anything")
    told.add_argument("--json", action="store_true", help="the answer as JSON")
    with_memory(told)


def _insurance(options: argparse.Namespace) -> int:
    from administrator.usecases.insurance import insurance
    from administrator.usecases.looking import Matter

    with Matter.open(options.case, memory_limit=memory_of(options)) as matter:
        answer = insurance(matter, options.policy, options.event)
    if options.json:
        print_json(asdict(answer))
        return 0
    for line in answer.lines(shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80):
        print(safe(line))
    return 0
