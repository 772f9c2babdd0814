"""The acts that follow value: their arguments, and their answers as lines. No figure is computed here."""

from __future__ import annotations

import argparse
import csv
import io
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from administrator.cli_parts import CaseUsageError, memory_of, print_json, table_of
from ledgers.display import display, safe
from ledgers.errors import StorageError

if TYPE_CHECKING:
    from administrator.usecases.flows import Routes
    from administrator.usecases.looking import Page
    from administrator.usecases.tracing import Found, StepLine, Trace

Adding = Callable[[str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]
RULES = (
    "fifo", "lifo", "pari_passu", "rolling_charge", "lowest_intermediate_balance", "haircut", "poison",
)  # fmt: skip
FOUND_SHOWN_MAX = 40
EDGE_COLUMNS = (
    "sender", "sender_kind", "recipient", "recipient_kind", "quantity", "transfers", "first_at", "last_at",
)  # fmt: skip
EDGES_SHOWN_MAX = 100
EDGES_AT_ONCE = 500
CUSTOMERS_SAID = "the customers' wallets"


def add(act: Adding, with_memory: Callable[[argparse.ArgumentParser], None]) -> None:
    """Put the acts beside the others."""
    traced = act("trace", _trace)
    traced.add_argument("case", type=Path, metavar="CASE")
    traced.add_argument("--asset", metavar="CODE", help="otherwise the first asset with a shortfall")
    traced.add_argument(
        "--from", dest="starts", action="append", default=[], metavar="WHAT",
        help="party:NAME, event:NAME, wallet:NAME or an address, as often as wanted; otherwise all that was taken",
    )  # fmt: skip
    traced.add_argument(
        "--to", dest="targets", action="append", default=[], metavar="WHAT",
        help="party:NAME or an address: what lies there is followed backward to where it came from",
    )  # fmt: skip
    traced.add_argument(
        "--rule", dest="rules", action="append", default=[], choices=RULES, help="otherwise all, side by side"
    )
    traced.add_argument("--at", metavar="ADDRESS", help="transfer by transfer at one address, under one rule")
    traced.add_argument(
        "--until", choices=("commencement", "end"), default="commencement", help="or to the end of what was handed over"
    )
    traced.add_argument("--csv", type=Path, metavar="FILE", help="write all that was found to a new file")
    traced.add_argument("--json", action="store_true")
    with_memory(traced)
    flowed = act("flows", _flows)
    flowed.add_argument("case", type=Path, metavar="CASE")
    flowed.add_argument("--asset", metavar="CODE", default="", help="otherwise that of the greatest shortfall in value")
    flowed.add_argument("--top", type=int, default=12, metavar="N", help="parties drawn by name in each stage; 12")
    flowed.add_argument("--from", dest="sender", metavar="PARTY", help="with --to: the ways from one party to another")
    flowed.add_argument("--to", dest="recipient", metavar="PARTY")
    flowed.add_argument("--edges", action="store_true", help="who paid whom, as a table; --sort")
    flowed.add_argument("--sort", choices=EDGE_COLUMNS, default="quantity")
    flowed.add_argument("--csv", type=Path, metavar="FILE", help="write all edges to a new file")
    _with_pictures(flowed)
    flowed.add_argument("--graphml", type=Path, metavar="FILE", help="the same layout, for a graph editor")
    flowed.add_argument("--json", action="store_true")
    with_memory(flowed)


    told = act("history", _history)
    told.add_argument("case", type=Path, metavar="CASE")
    told.add_argument("--asset", metavar="CODE", help="one asset, day by day; otherwise all, in short")
    told.add_argument("--out", type=Path, metavar="DIR", help="write it there, day by day, as three CSV files")
    _with_pictures(told)
    told.add_argument("--json", action="store_true")
    with_memory(told)


def _history(options: argparse.Namespace) -> int:
    from administrator.pictures.plot_svg import chart_svg
    from administrator.pictures.plot_text import chart_lines
    from administrator.usecases.history import chart, history
    from administrator.usecases.history_files import write_history
    from administrator.usecases.looking import Matter

    is_drawn = options.picture or options.svg or options.png
    if is_drawn and options.asset is None:
        raise CaseUsageError("--picture, --svg, --png: a picture is of one asset. Name it with --asset.")
    with Matter.open(options.case, memory_limit=memory_of(options)) as matter:
        answer = history(matter, options.asset)
        drawn = chart(matter, options.asset) if is_drawn else None
        if options.out:
            write_history(matter, options.out)
    if drawn is not None and options.svg:
        write_new(options.svg, chart_svg(drawn).encode())
    if drawn is not None and options.png:
        _write_png(options.png, chart_svg(drawn))
    if options.json:
        print_json(asdict(answer))
    elif drawn is not None and options.picture:
        _print(iter(chart_lines(drawn, columns_here(), encoding_here())))
    else:
        _print(answer.lines(columns_here()))
    return 0


def _with_pictures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--picture", action="store_true", help="draw it here, as text")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw it to a new file")
    parser.add_argument("--png", type=Path, metavar="FILE", help="draw it to a new file")


def _flows(options: argparse.Namespace) -> int:
    from administrator.pictures.graphml import diagram_graphml
    from administrator.pictures.svg import diagram_svg
    from administrator.pictures.text import diagram_lines
    from administrator.usecases.flows import edge_page, flows, paths
    from administrator.usecases.looking import Matter

    if options.top < 1:
        raise CaseUsageError(f"--top {options.top}: give a number from 1.")
    if (options.sender is None) != (options.recipient is None):
        raise CaseUsageError("--from and --to: a way has two ends. Give both; \"\" is the customers' wallets.")
    with Matter.open(options.case, memory_limit=memory_of(options)) as matter:
        if options.sender is not None:
            routes = paths(matter, options.asset, options.sender, options.recipient)
            print_json(asdict(routes)) if options.json else _print(route_lines(routes))
            return 0
        answer = flows(matter, options.asset, top=options.top)
        if options.csv:
            _write_edges(options.csv, lambda offset: edge_page(matter, answer.asset, offset, EDGES_AT_ONCE))
        edges = edge_page(matter, answer.asset, 0, EDGES_SHOWN_MAX, sort=options.sort)
    if options.svg:
        write_new(options.svg, diagram_svg(answer.diagram).encode())
    if options.png:
        _write_png(options.png, diagram_svg(answer.diagram))
    if options.graphml:
        write_new(options.graphml, diagram_graphml(answer.diagram).encode())
    if options.json:
        print_json({**asdict(answer), "edges": asdict(edges)})
    elif options.edges:
        _print(iter(table_of(edges.columns, edges.rows)))
        if edges.total > len(edges.rows):
            print(f"and {edges.total - len(edges.rows)} more; --csv FILE writes all of them.")
    elif options.picture:
        _print(iter(diagram_lines(answer.diagram, columns_here(), encoding_here())))
    else:
        _print(answer.lines(columns_here()))
    return 0


def route_lines(routes: Routes) -> Iterator[str]:
    """Ways from one party to another, one below the other."""
    if not routes.routes:
        yield "No way leads from one to the other."
    for route in routes.routes:
        yield f"{route.quantity} at most, {len(route.parties) - 1} hops"
        for party in route.parties:
            yield f"    {display(party, 120) or CUSTOMERS_SAID}"
    if not routes.is_whole:
        yield "There are more ways; these are the shortest."


def columns_here() -> int:
    """Cells of the terminal; 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80


def encoding_here() -> str:
    """What the terminal can show."""
    return sys.stdout.encoding or "ascii"


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        StorageError: it is, or it cannot be written.
    """
    with _new(path) as file:
        file.write(content)


def _write_png(path: Path, svg: str) -> None:
    from administrator.pictures.png import ZOOM, png

    write_new(path, png(svg, None, ZOOM))


def _write_edges(path: Path, page_at: Callable[[int], Page]) -> None:
    with _new(path) as binary, io.TextIOWrapper(binary, encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        page = page_at(0)
        writer.writerow(page.columns)
        while page.rows:
            writer.writerows(page.rows)
            page = page_at(page.offset + len(page.rows))


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("xb") as file:
            yield file
    except FileExistsError:
        raise StorageError(f"{path}: is there already, and nothing is written over. Name a new file.") from None
    except OSError as refused:
        raise StorageError(f"{path}: cannot be written ({refused.strerror}). Name another place.") from None


def _trace(options: argparse.Namespace) -> int:
    from administrator.usecases.looking import Matter
    from administrator.usecases.tracing import Tracer
    from ledgers.tracing.rules import Direction, TracingRule

    if options.starts and options.targets:
        raise CaseUsageError(
            "--from and --to: a trace goes forward from what was taken, or backward from what lies. Give one of them."
        )
    rules = [TracingRule(name) for name in dict.fromkeys(options.rules or RULES)]
    if options.at is not None and len(rules) > 1:
        raise CaseUsageError("--at: what a transfer carries depends on the rule. Add --rule with one of them.")
    direction = Direction.BACKWARD if options.targets else Direction.FORWARD
    with Matter.open(options.case, memory_limit=memory_of(options)) as matter:
        assets = matter.bridge_assets()
        asset = options.asset or (assets[0] if assets else "")
        tracer = Tracer(matter, asset, is_whole=options.until == "end")
        if options.targets:
            starts = tuple(tracer.target(text) for text in options.targets)
        else:
            starts = tuple(tracer.start(text) for text in options.starts) or tracer.starts()
        if options.at is not None:
            steps = tracer.steps(starts, rules[0], direction, options.at)
            print_json([asdict(step) for step in steps]) if options.json else _print(step_lines(steps))
            return 0
        most = None if options.csv or options.json else FOUND_SHOWN_MAX
        answer = tracer.answer(starts, rules, direction, most)
    if options.csv:
        write_found(options.csv, answer)
    if options.json:
        print_json(asdict(answer))
    else:
        _print(trace_lines(answer))
    return 0


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        print(safe(line))


def trace_lines(answer: Trace) -> Iterator[str]:
    """A trace as text of 80 columns: what was followed, where it is, and what the rules say."""
    asset = display(answer.asset)
    yield f"{asset}, {answer.direction} until {answer.until}"
    yield ""
    if not answer.starts:
        yield f"Nothing left the customers' wallets that no posting explains: there is nothing of {asset} to follow."
        return
    by_start: dict[str, list[Found]] = {start.start: [] for start in answer.starts}
    for found in answer.found[:FOUND_SHOWN_MAX]:
        by_start[found.start].append(found)
    for start in answer.starts:
        several = "transfer" if start.transfers == 1 else "transfers"
        transfers = f", {start.transfers} {several}" if answer.direction == "forward" else ""
        yield f"{display(start.start, 200)}: {start.quantity} {asset}{transfers}"
        for found in by_start[start.start]:
            yield from _found_lines(answer, found)
        yield ""
    if answer.total > FOUND_SHOWN_MAX:
        yield f"and {answer.total - FOUND_SHOWN_MAX} more places; --csv FILE writes all of them."
        yield ""
    for rule in answer.rules:
        sums = [f"found {rule.found}", f"in fees {rule.lost}"]
        if answer.direction == "forward":
            sums.append(f"in the debtor's own wallets {rule.in_house}")
        if rule.excess:
            sums.append(f"{rule.excess} more than was started")
        if rule.deviation:
            sums.append(f"at most {rule.deviation} base units from the exact ratios")
        yield from textwrap.wrap(f"{rule.rule}: {', '.join(sums)}.", 80, subsequent_indent="  ")
        yield from textwrap.wrap(rule.says, 78, initial_indent="    ", subsequent_indent="    ")
    if answer.simultaneous:
        yield ""
        yield from textwrap.wrap(
            f"{answer.simultaneous} transfers are of an instant at which their order decides something. Where it "
            "does, three figures stand: by id, with what comes in first, with what goes out first.", 80,
        )  # fmt: skip
    for said in answer.said:
        yield ""
        yield from textwrap.wrap(said, 80)


def _found_lines(answer: Trace, found: Found) -> Iterator[str]:
    """One place: who, and the rules that agree on a figure beside one another."""
    who = "" if found.party in ("", found.place) else f", {display(found.party)}"
    kind = "" if found.party_kind in found.stands else f" ({found.party_kind})"
    counted = f"; counted {found.counted}" if found.counted else ""
    yield f"  {display(found.place, 80)}{who}{kind}: {found.stands}{counted}"
    by_figure: dict[str, list[str]] = {}
    for rule, figure in zip(answer.rules, found.by_rule, strict=True):
        text = figure.quantity
        if not figure.is_sure:
            text += f" / {figure.deposits_first} / {figure.withdrawals_first}"
        by_figure.setdefault(text, []).append(rule.rule)
    for text, rules in by_figure.items():
        named = "under every rule" if len(rules) == len(answer.rules) > 1 else ", ".join(rules)
        yield from textwrap.wrap(named, 78, initial_indent=f"    {text}  ", subsequent_indent=" " * (6 + len(text)))


def step_lines(steps: Sequence[StepLine]) -> Iterator[str]:
    """The transfers of one address, one below the other."""
    if not steps:
        yield "No transfer of this asset touches it."
    for step in steps:
        arrow = "from" if step.way == "in" else "to"
        who = "" if step.party == step.other else f", {display(step.party)}"
        yield f"{step.occurred_at}  {display(step.transfer)}  {display(step.source)}:{step.row}"
        yield f"    {step.quantity} {arrow} {display(step.other, 80)}{who}"
        yield f"    traced {step.traced}; lies there then {step.balance}"


def write_found(path: Path, answer: Trace) -> None:
    """Write every place under every rule to a new CSV file.

    Raises:
        StorageError: the file is there, or cannot be written.
    """
    with _new(path) as binary, io.TextIOWrapper(binary, encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ("start", "asset", "direction", "rule", "place", "party", "party_kind", "stands", "quantity",
             "quantity_deposits_first", "quantity_withdrawals_first", "counted")
        )  # fmt: skip
        for found in answer.found:
            for rule, figure in zip(answer.rules, found.by_rule, strict=True):
                writer.writerow(
                    (found.start, answer.asset, answer.direction, rule.rule, found.place, found.party,
                     found.party_kind, found.stands, figure.quantity, figure.deposits_first,
                     figure.withdrawals_first, found.counted)
                )  # fmt: skip
