"""The act that sizes a reserve: its arguments, and its answer as lines. No figure is computed here."""

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
    sized = act("size-reserve", _size_reserve)
    sized.add_argument(
        "case", type=Path, metavar="CASE", help="a folder with a case.toml that has [case], [assets] and [requirement]"
    )
    asked = sized.add_mutually_exclusive_group()
    asked.add_argument("--all", action="store_true", help="every known method side by side")
    asked.add_argument("--method", metavar="NAME", help="another method than the case names")
    sized.add_argument("--out", type=Path, metavar="DIR", help="write CSV files and a picture to a new folder")
    sized.add_argument("--json", action="store_true", help="the answer as JSON")
    with_memory(sized)


def _size_reserve(options: argparse.Namespace) -> int:
    from administrator.usecases.sizing import size_reserve

    memory_limit = memory_of(options)
    sized = size_reserve(options.case, method=options.method, is_all=options.all, memory_limit=memory_limit)
    if options.out is not None:
        from administrator.usecases.sized_files import write_sized

        write_sized(options.out, sized)
    if options.json:
        print_json(asdict(sized))
        return 0
    for line in sized.lines(shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80):
        print(safe(line))
    if options.out is not None:
        print(safe(f"written to {options.out}"))
    return 0
