"""Are planted frauds found, how much that is innocent is named with them, and what do the screens cost?

    python -m tests.benchmarks.red_flags [ACCOUNTS] [FRAUDS] [--seed N] [--case FOLDER] [--list]

A made-up exchange without any breaks, with frauds of every kind in turn and their innocent look-alikes. Found: a red
flag of the fraud's kind on one of its accounts. Hidden are those made by somebody who knows what is looked for; they
are counted apart, for screens and frauds were written by one hand: a recall of 1 says that the screens do what they
say, not that nobody can go around them. False alarm: a red flag on an account that no fraud of any kind touched;
insiders that withdrew are named by right and counted apart. Printed for each screen, beside CPU seconds of the
screens and of the stages before them, and peak memory.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from administrator import notes
from administrator.red_flags import SCREENS, WARNING_SCORE, find_red_flags, screening_of
from administrator.stages import Run, run_stages
from fixtures.generate import main as generate
from ledgers.configuration import read_case
from ledgers.storage.books import Books
from tests.benchmarks.whole_run import cpu, peak_mib

LAST = "flows"


@dataclass
class Score:
    """What one screen did."""

    planted: int = 0
    found: int = 0
    hidden: int = 0
    hidden_found: int = 0
    hidden_elsewhere: int = 0
    """Not by this screen, but by another."""
    missed: list[dict[str, Any]] = field(default_factory=list)
    flags: int = 0
    by_right: int = 0
    alarms: list[tuple[str, int]] = field(default_factory=list)
    """Account and score of each false alarm."""


def screened(folder: Path, threads: int | None = None, *, bulk: bool = True) -> tuple[Books, float, float]:
    """The books of a case behind the screens, CPU seconds before them and of them; the caller closes the books."""
    case = read_case(folder)
    began = cpu()
    books = Books.create(case.folder, threads=threads, memory_limit="4GB", bulk=bulk)
    notes.begin(books)
    run = Run(case, books, lambda _: None)
    for stage in run_stages(run, 0):
        if stage.name == LAST:
            break
    before, began = cpu() - began, cpu()
    with books.transaction():
        find_red_flags(books, screening_of(case))
    return books, before, cpu() - began


def scored(books: Books, truth: dict[str, Any]) -> dict[str, Score]:
    """Recall and false alarms of each screen."""
    scores = {screen.kind: Score() for screen in SCREENS}
    flagged: dict[str, dict[str, int]] = defaultdict(dict)
    kinds = {}
    for kind, account, account_kind, score in books.rows(
        "select red_flag.kind, account.account, account.kind, red_flag.score from red_flag "
        "join account using (account_no) order by red_flag.flag_no"
    ):
        flagged[kind].setdefault(account, score)
        kinds[account] = account_kind
        scores[kind].flags += 1
    guilty: set[str] = set()
    for fraud in truth["frauds"]:
        if fraud["kind"].startswith("decoy:"):
            continue
        guilty |= set(fraud["accounts"])
        score = scores[fraud["kind"]]
        is_found = bool(flagged[fraud["kind"]].keys() & set(fraud["accounts"]))
        by_any = any(flagged[kind].keys() & set(fraud["accounts"]) for kind in flagged)
        if fraud["hidden"]:
            score.hidden += 1
            score.hidden_found += is_found
            score.hidden_elsewhere += by_any and not is_found
        else:
            score.planted += 1
            score.found += is_found
        if not is_found:
            score.missed.append(fraud)
    for kind, accounts in flagged.items():
        for account, points in accounts.items():
            if account in guilty:
                continue
            if kind == "insider-withdrawal" and kinds[account] in ("insider", "affiliate"):
                scores[kind].by_right += 1
            else:
                scores[kind].alarms.append((account, points))
    return scores


def table(scores: dict[str, Score]) -> str:
    """Recall and false alarms as a table."""
    lines = [f"{'screen':<28}{'planted':>8}{'found':>7}{'recall':>8}{'hidden':>8}{'found':>7}{'elsewhere':>11}"
             f"{'flags':>7}{'by right':>10}{'false alarms':>14}{'warnings':>10}"]
    for kind, score in scores.items():
        recall = f"{score.found * 1000 // score.planted / 1000:.3f}" if score.planted else ""
        warnings = sum(1 for _, points in score.alarms if points >= WARNING_SCORE)
        lines.append(f"{kind:<28}{score.planted:>8}{score.found:>7}{recall:>8}{score.hidden:>8}"
                     f"{score.hidden_found:>7}{score.hidden_elsewhere:>11}{score.flags:>7}{score.by_right:>10}"
                     f"{len(score.alarms):>14}{warnings:>10}")
    total = {name: sum(getattr(score, name) for score in scores.values())
             for name in ("planted", "found", "hidden", "hidden_found", "hidden_elsewhere", "flags", "by_right")}
    lines.append(f"{'together':<28}{total['planted']:>8}{total['found']:>7}"
                 f"{total['found'] * 1000 // max(total['planted'], 1) / 1000:>8.3f}{total['hidden']:>8}"
                 f"{total['hidden_found']:>7}{total['hidden_elsewhere']:>11}{total['flags']:>7}{total['by_right']:>10}"
                 f"{sum(len(score.alarms) for score in scores.values()):>14}"
                 f"{sum(points >= WARNING_SCORE for score in scores.values() for _, points in score.alarms):>10}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("accounts", type=int, nargs="?", default=100_000)
    parser.add_argument("frauds", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--case", type=Path, help="a folder that was generated before")
    parser.add_argument("--list", action="store_true", help="name what was missed and what was a false alarm")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = options.case or Path(name) / "case"
        if not options.case:
            generate([str(folder), "--accounts", str(options.accounts), "--frauds", str(options.frauds), "--seed",
                      str(options.seed), "--breaks", "none"])
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        books, before, spent = screened(folder, options.threads)
        with books:
            counted = "select (select count(*) from journal), (select count(*) from transfer)"
            ((postings, transfers),) = books.rows(counted)
            scores = scored(books, truth)
        innocent = sum(1 for fraud in truth["frauds"] if fraud["kind"].startswith("decoy:"))
        print(f"seed {options.seed}: {options.accounts} accounts, {postings} postings, {transfers} transfers, "
              f"{innocent} look-alikes")
        print(table(scores))
        print(f"screens {spent:.2f} CPU s, all stages before {before:.2f} CPU s: {spent / before:.2f} x; "
              f"peak {peak_mib():.0f} MiB")
        for kind, score in scores.items() if options.list else ():
            for fraud in score.missed:
                print("missed", json.dumps(fraud))
            for account, points in score.alarms:
                roles = sorted({fraud["kind"] for fraud in truth["frauds"] if account in fraud["accounts"]})
                print("false alarm", kind, account, points, *roles)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
