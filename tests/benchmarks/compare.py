"""Twelve scenarios of one case side by side against twelve runs of their own.

    python -m tests.benchmarks.compare [ACCOUNTS] [THREADS] [--check]

With --check every scenario's tables are hashed too, and held against the files of its own run. The issue asks for at
most half the CPU of twelve separate runs.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from pathlib import Path

from administrator.progress import silent
from administrator.usecases.comparing import compare_case
from administrator.usecases.running import run_case
from fixtures.generate import main as generate
from tests.benchmarks.whole_run import cpu, peak_mib
from tests.test_compare import changed

QUESTIONS = (
    "regime=custom,japan_payment_services,uk_special_administration", "plan.holdback=0,0.1", "plan.late=share,after",
)  # fmt: skip
KEYS = {"regime": ("case", "regime"), "plan.holdback": ("plan", "holdback"), "plan.late": ("plan", "late")}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("accounts", type=int, nargs="?", default=1_000_000)
    parser.add_argument("threads", type=int, nargs="?", default=2)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "case"
        generate([str(folder), "--accounts", str(options.accounts), "--balances-only", "--seed", "1"])
        began, wall = cpu(), time.monotonic()
        compared = compare_case(
            folder, QUESTIONS, silent, threads=options.threads, memory_limit="8GB", is_digested=options.check
        )
        together = cpu() - began
        print(f"compare: {together:.2f} CPU s, {time.monotonic() - wall:.2f} s, peak {peak_mib():.0f} MiB")
        done = [scenario for scenario in compared.scenarios if not scenario.why_not]
        print(f"{len(done)} of {len(compared.scenarios)} scenarios worked out")
        original = (folder / "case.toml").read_bytes()
        apart = 0.0
        for scenario in done:
            (folder / "case.toml").write_bytes(original)
            for question, answer in scenario.answers:
                changed(folder, *KEYS[question], answer)
            began = cpu()
            result = run_case(folder, None, silent, threads=options.threads, memory_limit="8GB", is_fresh=True)
            spent = cpu() - began
            apart += spent
            same = [hashlib.sha256((Path(result.out) / name).read_bytes()).hexdigest() == digest
                    for name, digest in scenario.digests]  # fmt: skip
            assert all(same), scenario.name
            print(f"  {scenario.name}: {spent:.2f} CPU s alone{', the same bytes' if same else ''}")
        print(f"apart: {apart:.2f} CPU s; together / apart: {together / apart:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
