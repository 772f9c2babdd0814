"""The command line: arguments to a use case, its result to stdout, talk to stderr, one exit code.

    0    done                       5    no rule, or a date outside the regime
    1    verification failed        6    a result is older than its inputs
    2    usage or case.toml         8    storage: damaged, locked, full
    3    a source file              10   blocking findings stopped the run, after all were collected
    4    the books                  130  interrupted

No figure is computed here.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from administrator import __version__, cli_compare, cli_forensic, cli_insurance, cli_reserve
from administrator.cli_parts import CaseUsageError, memory_of, print_json, say, table_of
from administrator.usecases import ACTS
from ledgers.display import display, safe
from ledgers.errors import AbandonedError, CaseError, Interruption, StorageError

if TYPE_CHECKING:
    from administrator.usecases.running import RunResult

BLOCKED = 10
THREADS_MAX = 1024


def main(arguments: Sequence[str]) -> int:
    """Do one act and give the exit code."""
    # Customers' data: whatever is written, only its owner reads. A terminal that cannot show a letter shows its escape.
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        code: int = options.act(options)
        sys.stdout.flush()
        return code
    except CaseError as error:
        for line in error.lines:
            say(line)
        if isinstance(error, AbandonedError):
            _end_at_once(options)
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted; nothing half-made was kept.")
        return Interruption.exit_code
    except BrokenPipeError:
        # The reader of stdout went away: not a fault of the case.
        sys.stderr.close()
        return 0
    except OSError as error:
        say(f"cannot go on ({error.strerror}). Free some space, or look where the output goes.")
        return StorageError.exit_code
    except Exception as error:  # noqa: BLE001, the outermost handler: a traceback would print people's data
        say(_fault_of_ours(error))
        return CaseError.exit_code


def _end_at_once(options: argparse.Namespace) -> None:
    """End the process while a thread of it still waits for the disk; what it had half made is taken away first."""
    from administrator.usecases.checking import clear_check
    from administrator.usecases.running import clear_away

    if options.act is _check:
        clear_check(options.case)
    else:
        clear_away(options.case, getattr(options, "out", None))
    sys.stderr.flush()
    os._exit(Interruption.exit_code)


def _fault_of_ours(error: Exception) -> str:
    """What is said of a fault of the program: its kind and place, never the values it stumbled over."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
    ours = next((f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames) if "duckdb" not in f.filename), place)
    return (
        f"a fault of the program itself ({type(error).__name__} at {ours}). What it was doing is not finished. "
        "Report this line."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="administrator",
        description="Return the assets of a failed crypto exchange to their holders, and prove it.",
        epilog="Exit codes: 0 done, 1 not verified, 2 usage, 3 source, 4 books, 5 regime, 6 stale, 8 storage, "
        "10 blocking findings, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"administrator {__version__}")
    acts = parser.add_subparsers(title="acts", metavar="ACT", required=True)
    says = {act.name: act.says for act in ACTS}

    def act(name: str, do: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = acts.add_parser(name, help=says[name], description=says[name])
        added.set_defaults(act=do)
        return added

    def with_memory(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--memory", metavar="SIZE", default=None, help="of the relational part, such as 2GB")

    _with_beginning(act("new", _new))
    for name, do in (("run", _run), ("demo", _demo)):
        of_run = act(name, do)
        if name == "run":
            of_run.add_argument("case", type=Path, metavar="CASE", help="the case folder, with its case.toml")
        else:
            of_run.add_argument(
                "--keep", type=Path, metavar="FOLDER", help="copy the demo case there and leave it, to open and change"
            )
        of_run.add_argument("--out", type=Path, metavar="DIR", help="where the files go; otherwise CASE/out/round-…")
        of_run.add_argument("--threads", type=int, metavar="N", help="no result depends on it")
        of_run.add_argument(
            "--fresh", action="store_true", help="make all anew, also the stages that an earlier run has finished"
        )
        of_run.add_argument(
            "--no-disk-check", action="store_true", help="begin even where the disks seem to have too little room"
        )
        with_memory(of_run)
        of_run.add_argument("--json", action="store_true", help="the summary as JSON")
        of_run.add_argument("--quiet", action="store_true", help="no summary and no progress")
    checked = act("check", _check)
    checked.add_argument("case", type=Path, metavar="CASE", help="the case folder, with its case.toml")
    with_memory(checked)
    checked.add_argument("--json", action="store_true", help="what was found as JSON")
    checked.add_argument("--quiet", action="store_true", help="only the exit code")
    verified = act("verify", _verify)
    verified.add_argument("folder", type=Path, metavar="DIR", help="a folder that a run has written")
    verified.add_argument("--json", action="store_true", help="the verdict as JSON")
    verified.add_argument("--quiet", action="store_true", help="faults only")
    explained = act("explain", _explain)
    explained.add_argument("case", type=Path, metavar="CASE")
    explained.add_argument("account", metavar="ACCOUNT")
    explained.add_argument("--json", action="store_true")
    with_memory(explained)
    opened = act("open", _open)
    opened.add_argument("case", type=Path, metavar="CASE")
    with_memory(opened)
    cli_forensic.add(act, with_memory)
    cli_insurance.add(act, with_memory)
    cli_reserve.add(act, with_memory)
    cli_compare.add(act, with_memory)
    law = act("law", _law)
    law.add_argument("name", nargs="?", metavar="NAME")
    law.add_argument("--json", action="store_true")
    return parser


def _with_beginning(begun: argparse.ArgumentParser) -> None:
    begun.add_argument("folder", type=Path, metavar="FOLDER", help="is made; nothing may be in it yet")
    begun.add_argument(
        "--from", dest="handed", type=Path, nargs="+", required=True, metavar="FILES",
        help="the files, or folders of them; they are copied and left as they are",
    )  # fmt: skip
    for option, about in (
        ("--title", "how the case is called"),
        ("--currency", "the reporting currency, such as JPY"),
        ("--regime", "the law that shares out; `administrator law` lists them"),
        ("--commencement-at", "when the proceedings commenced, such as 2026-03-31T09:00:00+09:00"),
        ("--timezone", "of times without an offset, such as Asia/Tokyo"),
        ("--trigger", "such as bankruptcy or civil_rehabilitation"),
    ):
        begun.add_argument(option, metavar=option.strip("-").upper(), help=about)
    begun.add_argument("--json", action="store_true", help="what was found as JSON")
    begun.add_argument("--quiet", action="store_true", help="nothing but errors")


def _new(options: argparse.Namespace) -> int:
    from administrator.usecases.drafting import Given
    from administrator.usecases.starting import start_case

    given = Given(
        title=options.title,
        currency=options.currency,
        regime=options.regime,
        commencement_at=options.commencement_at,
        timezone=options.timezone,
        trigger=options.trigger,
    )
    is_told = sys.stderr.isatty() and not options.quiet
    begun = start_case(
        options.folder, options.handed, given, lambda name: say(f"looking at {display(name)}") if is_told else None
    )
    if options.json:
        print_json(asdict(begun))
    elif not options.quiet:
        for line in begun.lines(shutil.get_terminal_size((80, 24)).columns):
            print(safe(line))
    return 0


def _run(options: argparse.Namespace, *, is_kept: bool = True) -> int:
    from administrator.progress import Teller, silent
    from administrator.usecases.running import run_case
    from administrator.usecases.stopping import Stop, interruptible

    if options.threads is not None and not 1 <= options.threads <= THREADS_MAX:
        raise CaseUsageError(f"--threads {options.threads}: give a number from 1 to {THREADS_MAX}.")
    memory_limit = memory_of(options)
    teller = Teller(sys.stderr)
    stop = Stop(silent if options.quiet else teller)
    try:
        result = interruptible(
            lambda: run_case(
                options.case,
                options.out,
                stop.listen,
                threads=options.threads,
                memory_limit=memory_limit,
                is_fresh=options.fresh,
                is_room_checked=not options.no_disk_check,
                opened=stop.opened,
                leaving=stop.leaving,
            ),
            stop,
        )
    finally:
        teller.close()
    _print_run(result, options, is_kept)
    if result.is_blocked:
        for message in result.blocking:
            say(message)
        more = result.findings["blocking"] - len(result.blocking)
        if more:
            say(f"and {more} more blocking findings, in findings.csv.")
        return BLOCKED
    return 0


def _check(options: argparse.Namespace) -> int:
    from administrator.progress import Teller, silent
    from administrator.usecases.checking import check_case
    from administrator.usecases.stopping import Stop, interruptible
    from administrator.usecases.telling import asset_lines, check_lines, verdict

    memory_limit = memory_of(options)
    teller = Teller(sys.stderr)
    stop = Stop(silent if options.quiet else teller)
    try:
        result = interruptible(
            lambda: check_case(options.case, stop.listen, memory_limit=memory_limit, opened=stop.opened), stop
        )
    finally:
        teller.close()
    if options.json:
        print_json(asdict(result))
    elif not options.quiet:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
        for line in [*check_lines(result), *asset_lines(result, table_of, width), verdict(result)]:
            print(safe(line))
    return result.exit_code


def _demo(options: argparse.Namespace) -> int:
    import tempfile

    from administrator.usecases.demonstrating import copy_demo

    if options.keep is not None:
        options.case = copy_demo(options.keep)
        return _run(options)
    with tempfile.TemporaryDirectory(prefix="administrator-") as folder:
        options.case = copy_demo(Path(folder) / "demo")
        options.out = options.out or Path(folder) / "out"
        is_kept = options.out.parent != Path(folder)
        code = _run(options, is_kept=is_kept)
    if not (options.json or options.quiet or is_kept):
        print("\nTo keep and open it: administrator demo --keep FOLDER, then administrator open FOLDER.")
    return code


def _verify(options: argparse.Namespace) -> int:
    from administrator.plans.verify import verify

    verdict = verify(options.folder)
    if options.json:
        print_json(asdict(verdict))
        return 1 if verdict.fault_count else 0
    for fault in verdict.faults:
        print(safe(fault))
    if verdict.fault_count > len(verdict.faults):
        print(f"and {verdict.fault_count - len(verdict.faults)} more")
    if not options.quiet:
        rows = sum(count for _, count in verdict.checked)
        folder = display(str(options.folder), 400)
        print(f"{folder}: {len(verdict.checked)} files, {rows} rows, {verdict.fault_count} faults.")
        print("Not to be seen without the case:")
        for sentence in verdict.unseen:
            print(f"  - {sentence}")
    return 1 if verdict.fault_count else 0


def _explain(options: argparse.Namespace) -> int:
    from administrator.usecases.explaining import explain

    explanation = explain(options.case, options.account, memory_limit=memory_of(options))
    if options.json:
        print_json(asdict(explanation))
    else:
        for line in explanation.lines():
            print(safe(line))
    return 0


def _open(options: argparse.Namespace) -> int:
    from administrator.tui.app import open_case

    return open_case(options.case, memory_of(options))


def _law(options: argparse.Namespace) -> int:
    from administrator.usecases.reading_law import page, regimes, requirements

    if options.name is None:
        listed = {"How a failed exchange is shared out:": regimes()}
        listed["What must be held against losses:"] = requirements()
        if options.json:
            print_json([asdict(line) for lines in listed.values() for line in lines])
            return 0
        for heading, lines in listed.items():
            print(heading)
            for line in lines:
                print(f"  {line.name:<28}{line.title} ({line.standing})")
        return 0
    for text in page(options.name):
        print(text)
    return 0


def _print_run(result: RunResult, options: argparse.Namespace, is_kept: bool) -> None:
    if options.quiet:
        return
    if options.json:
        print_json(asdict(result))
        return
    for line in summary_lines(result, options.case if is_kept else None):
        print(safe(line))


def summary_lines(result: RunResult, case: Path | None) -> list[str]:
    """What a run says on stdout; of a case that is not kept, not where it lies."""
    lines = [display(result.title, 200), f"regime {result.regime}, reporting currency {result.currency}", ""]
    if result.assets:
        heads = ("asset", "owed", "held", "shortfall", "claims", "returned", "dividend")
        rows = [(display(a.asset), a.owed, a.held, a.shortfall, a.claims, a.awarded, a.dividend) for a in result.assets]
        lines += table_of(heads, rows[:40])
        if len(rows) > 40:
            lines.append(f"and {len(rows) - 40} more assets in reconciliation.csv and pools.csv")
        lines.append("")
    lines += [f"{name.replace('_', ' ')}: {value}" for name, value in result.totals.items()]
    counted = ", ".join(f"{count} {severity}" for severity, count in result.findings.items()) or "none"
    lines.append(f"findings: {counted}")
    if case is not None:
        lines.append(f"written to {display(result.out, 400)}")
    if result.is_blocked:
        lines.append("Blocked: correct what stands above, and run again. Only findings and rejects were written.")
    elif case is not None:
        lines.append(f"To look at it: administrator open {display(str(case), 400)}")
    return lines
