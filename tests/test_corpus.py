"""Has every finding a case that provokes exactly it, and does each say where, what, why and what to do?

One folder a code under fixtures/crooked: case.toml, inputs/, and findings.csv, the text as somebody would read it. The
codes are collected from the source, so a new one without a folder fails here, and a folder without a code too. After a
change that is meant, `python -m tests.test_corpus --write` writes the findings and the table in the README anew; the
difference is to be read before it is kept. Names are invented.
"""

from __future__ import annotations

import argparse
import ast
import csv
import io
import re
import shutil
import tempfile
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from administrator.usecases.explaining import explain
from administrator.usecases.running import run_case
from ledgers.display import display
from ledgers.storage.books import Books

ROOT = Path(__file__).resolve().parents[1]
CROOKED = ROOT / "fixtures" / "crooked"
README = CROOKED / "README.md"
GOLDEN = "findings.csv"
SEVERITIES = ("note", "warning", "blocking")
KEBAB = re.compile(r"[a-z]+(-[a-z]+)+")
NOT_CODES = frozenset({"carriage-return", "set-off", "size-reserve"})
"""Words with a hyphen that stand by themselves in the source and are no codes."""
MAKERS = {"Finding": 0, "CellFault": 2, "of_case": 0, "_say": 0, "_said": 0}
"""What makes findings, and which argument is the code; for codes of one word."""
FAMILY = "-summary"
"""Behind any code of a row or a cell; one folder stands for all of them."""
COMPANIONS: dict[str, tuple[frozenset[str], str]] = {
    "cost-falls-on-estate": (
        frozenset({"provision-unread"}), "the one regime whose pools bear no costs has a provision that nobody read"),
    "method-only": (
        frozenset({"provision-unread"}), "what is a method only was not read in the official text either"),
    "trigger-outside-regime": (
        frozenset({"provision-unread"}), "of the laws that are for one event only, none was read whole"),
    "debt-unvalued": (
        frozenset({"balances-negative"}), "a debt is a negative balance"),
    "empty-cell-summary": (
        frozenset({"empty-cell"}), "it counts those that are beyond the thousand that are named"),
    "holding-below-zero": (
        frozenset({"wallet-counted-later", "deposit-after-commencement"}),
        "only transfers after commencement that are taken back can come to less than nothing"),
    "loss-unvalued": (
        frozenset({"price-missing"}), "what has no price for losses has none at commencement either"),
    "pool-overdrawn": (
        frozenset({"overpaid"}), "what a pool has not got was paid to somebody who is entitled to less"),
    "claim-unvalued": (
        frozenset({"price-missing"}), "what has no value to share with has no price at commencement"),
    "shared-payee": (
        frozenset({"likely-duplicate-account"}), "accounts of one payee may be one account"),
    "wallet-counted-later": (
        frozenset({"deposit-after-commencement"}), "what is taken back is a transfer after commencement"),
}  # fmt: skip
"""Codes that cannot come alone: which come too, and why."""
HOSTILE = "\\\"' \t\n\r\x1b\x7f\x85\u200b\u202e\u2028\u3000\u115f\ufe0f\ufeff\ue000\u0301"
ROW = re.compile(r"\| (?P<code>[a-z-]+) \| (?P<severity>[a-z, ]*) \| (?P<meaning>.*) \|")

Row = dict[str, str]


@cache
def codes() -> frozenset[str]:
    """Every code that the source can write."""
    found: set[str] = set()
    for top in ("administrator", "ledgers"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if path.parent.name == "pictures":
                # Words of SVG; nothing is found where things are drawn.
                continue
            found |= _codes_of_python(ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted((ROOT / top).rglob("*.sql")):
            text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
            found |= {word for word in re.findall(r"'([^']*)'", text) if KEBAB.fullmatch(word)}
    return frozenset(found - NOT_CODES)


def _codes_of_python(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEBAB.fullmatch(node.value):
            found.add(node.value)
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = MAKERS.get(name)
            code = node.args[place] if place is not None and len(node.args) > place else None
            if isinstance(code, ast.Constant) and isinstance(code.value, str) and re.fullmatch("[a-z-]+", code.value):
                found.add(code.value)
    return found


def folders() -> list[str]:
    return sorted(path.name for path in CROOKED.iterdir() if path.is_dir())


def rows_of(text: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def found(code: str, scratch: Path) -> str:
    """Run a case where it may write, and give its findings as they are written."""
    shutil.copytree(CROOKED / code, scratch / "case", ignore=shutil.ignore_patterns(GOLDEN))
    run_case(scratch / "case", scratch / "out", lambda _: None)
    return (scratch / "out" / "findings.csv").read_text(encoding="utf-8")


def own_rows(code: str, text: str) -> str:
    """Of findings, the header and the rows of one code."""
    header, *records = csv.reader(io.StringIO(text, newline=""))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *(record for record in records if record[0] == code)])
    return out.getvalue()


def golden(code: str) -> list[Row]:
    return rows_of((CROOKED / code / GOLDEN).read_text(encoding="utf-8"))


def cell(code: str, row: Row) -> str | None:
    """The cell of a csv file that a finding points to; None where it points to no such thing."""
    case: dict[str, Any] = tomllib.loads((CROOKED / code / "case.toml").read_text(encoding="utf-8"))
    paths = {path: s for s in case["sources"] for path in ([s["path"]] if isinstance(s["path"], str) else s["path"])}
    declared = paths.get(row["source"])
    if not row["row"] or not row["column"] or not row["source"].endswith(".csv") or declared is None:
        return None
    with (CROOKED / code / row["source"]).open(encoding=declared.get("encoding", "utf-8"), newline="") as stream:
        header, *records = csv.reader(stream)
    name = declared.get("columns", {}).get(row["column"], row["column"])
    return records[int(row["row"]) - 2][header.index(name)] if name in header else None


def faults(code: str, row: Row) -> list[str]:
    """What a finding does not say that it should."""
    said: list[str] = []
    where = f"{row['source']}:{row['row']}: " if row["row"] else f"{row['source']}: "
    if row["severity"] not in SEVERITIES:
        said.append(f"its severity is {row['severity']}")
    said += [f"{name} is empty" for name in ("subject", "message", "source", "remedy") if not row[name]]
    if not row["message"].startswith(where):
        said.append(f'the message does not begin with "{where}"')
    if not row["remedy"].endswith(".") or not row["message"].endswith("."):
        said.append("message or remedy is no sentence")
    value = cell(code, row)
    if value is not None and display(value) not in row["message"]:
        said.append(f'the message does not show "{display(value)}"')
    if row["message"] != row["message"].strip() or "\n" in row["message"]:
        said.append("the message is not one line")
    return said


def test_every_code_has_a_folder_and_every_folder_a_code() -> None:
    wanted = {code for code in codes() if not code.endswith(FAMILY)}
    has = {code for code in folders() if not code.endswith(FAMILY)}
    assert not wanted - has, f"no folder for {sorted(wanted - has)}"
    assert not has - wanted, f"no such code: {sorted(has - wanted)}"
    families = [code for code in folders() if code.endswith(FAMILY)]
    assert families, "one of the family that counts"
    assert {code.removesuffix(FAMILY) for code in families} <= wanted


@pytest.mark.parametrize("code", folders())
def test_a_crooked_case_provokes_its_finding_and_no_other(code: str, tmp_path: Path) -> None:
    text = found(code, tmp_path)
    companions, _ = COMPANIONS.get(code, (frozenset(), ""))
    assert {row["code"] for row in rows_of(text)} == {code} | companions
    assert own_rows(code, text) == (CROOKED / code / GOLDEN).read_text(encoding="utf-8")


@pytest.mark.parametrize("code", folders())
def test_a_finding_says_where_what_why_and_what_to_do(code: str) -> None:
    rows = golden(code)
    assert rows
    said = [fault for row in rows for fault in faults(code, row)]
    assert not said, [row["message"] for row in rows]


def test_an_account_names_those_that_may_be_the_same(tmp_path: Path) -> None:
    case = tmp_path / "case"
    shutil.copytree(CROOKED / "likely-duplicate-account", case)
    run_case(case, tmp_path / "out", lambda _: None, threads=1)
    same = 'may be the same as: "{}" (ids with characters that look alike)'
    assert same.format("аnn") in "\n".join(explain(case, "ann").lines())
    assert same.format("ann") in "\n".join(explain(case, "аnn").lines())



@pytest.mark.parametrize("code", folders())
def test_a_crooked_case_is_small_and_begins_with_its_story(code: str) -> None:
    first, *_ = (CROOKED / code / "case.toml").read_text(encoding="utf-8").splitlines()
    assert first.startswith("# ")
    size = sum(path.stat().st_size for path in (CROOKED / code).rglob("*") if path.is_file())
    assert size < 16_384


def test_the_table_in_the_readme_lists_the_codes_with_their_severities() -> None:
    assert README.read_text(encoding="utf-8") == readme()
    assert not [code for code, (_, meaning) in _table().items() if not meaning], "a meaning is missing"


@settings(max_examples=200, deadline=None)
@given(st.text(st.one_of(st.characters(exclude_categories=("Cs", "Cn", "Mn", "Mc", "Me")), st.sampled_from(HOSTILE)),
               max_size=100))  # fmt: skip
def test_a_relation_shows_text_as_display_does(text: str) -> None:
    assert shown(text) == display(text)


@pytest.mark.parametrize(
    "text", ["", "x" * 80, "x" * 81, "漢" * 80, "漢" * 81, "x" * 79 + "\x1b", "\\" * 41, "e" + HOSTILE[-1] * 7]
)
def test_a_relation_cuts_text_where_display_does(text: str) -> None:
    assert shown(text) == display(text)


def shown(text: str) -> str:
    """What the function of the relations makes of a text."""
    return str(_books().value("select shown($text)", {"text": text}))


@cache
def _books() -> Books:
    return Books.memory()


def readme() -> str:
    """The README with the table as it should be; a meaning is written by hand, once."""
    text = README.read_text(encoding="utf-8")
    known = _table()
    lines = [
        f"| {code} | {', '.join(sorted({row['severity'] for row in golden(code)}))} | {known.get(code, ('', ''))[1]} |"
        for code in folders()
    ]
    head, _, _ = text.partition("| code |")
    return head + "\n".join(["| code | severity | means |", "|---|---|---|", *lines, ""])


def _table() -> dict[str, tuple[str, str]]:
    rows = ROW.finditer(README.read_text(encoding="utf-8"))
    return {row["code"]: (row["severity"], row["meaning"]) for row in rows if row["code"] != "code"}


def write() -> None:
    """Write the findings of every case, and the README's table, as they are now."""
    for code in folders():
        with tempfile.TemporaryDirectory() as scratch:
            text = own_rows(code, found(code, Path(scratch)))
        (CROOKED / code / GOLDEN).write_text(text, encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", required=True, help="write what is found now")
    options.parse_args()
    write()
