"""Whatever is handed over, the run ends with a line a fault and the right code; nothing is guessed and nothing lost.

Bad rows stand together in one case, bad files in another, so that each fault is found beside all the others. What needs
signals, limits or a full disk runs in a process of its own. All figures are worked on paper. Names are invented.
"""

from __future__ import annotations

import csv
import fcntl
import gzip
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from administrator.cli import main
from administrator.plans.verify import verify

ROOT = Path(__file__).parent.parent
ACCOUNTS_INTERRUPTED = int(os.environ.get("ADMINISTRATOR_CROOKED_ACCOUNTS", "8000"))
"""Holders in the case that is interrupted and killed; 1000000 takes minutes."""
SECONDS_MAX = 60
CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys, but for the tab and the line feed."""

CASE = """[case]
title = "Re Example"
trigger = "bankruptcy"
regime = "custom"
commencement_at = 2026-03-31T09:00:00+09:00
currency = "JPY"
"""
ASSETS = """[assets.JPY]
decimals = 0
kind = "fiat"
[assets.BTC]
decimals = 8
aliases = ["XBT"]
[assets.ETH]
decimals = 18
"""
BALANCES = '[[sources]]\ntable = "balance"\npath = "inputs/balances.csv"\n'
WALLETS = '[[sources]]\ntable = "wallet"\npath = "inputs/wallets.csv"\n'
PRICES = '[[sources]]\ntable = "price"\npath = "inputs/prices.csv"\n'
SOURCES = BALANCES + WALLETS + PRICES
POLICY = """[[policies]]
name = "crime"
covers = ["external_theft"]
from = 2025-10-01
until = 2026-09-30
currency = "JPY"
limit = "500"
payee = "holders"
"""
FILES: dict[str, str | bytes] = {
    "inputs/balances.csv": "account,asset,quantity\nA,BTC,1\nB,BTC,0.5\nB,ETH,10\n",
    "inputs/wallets.csv": "wallet,asset,quantity\ncold,BTC,1.2\nether,ETH,10\n",
    "inputs/prices.csv": "asset,price\nBTC,10000000\nETH,400000\n",
}


@dataclass(frozen=True)
class Ended:
    """How one run of the command line ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What it said of faults, a line each, without the program's name."""
        return [line.removeprefix("administrator: ") for line in self.err.splitlines()]


Commanded = Callable[..., Ended]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Commanded:
    """The command line in this process; an exception that leaves it is a traceback, and fails the test."""

    def run(*arguments: object) -> Ended:
        return commanded(capsys, *arguments)

    return run


def commanded(capsys: pytest.CaptureFixture[str], *arguments: object) -> Ended:
    capsys.readouterr()
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capsys.readouterr()
    return Ended(code, said.out, said.err)


def process(*arguments: object, timeout: float = SECONDS_MAX, **options: Any) -> Ended:
    """The command line in a process of its own."""
    ended = subprocess.run(
        [sys.executable, "-m", "administrator", *map(str, arguments)],
        cwd=ROOT, capture_output=True, timeout=timeout, check=False, **options,
    )  # fmt: skip
    return Ended(ended.returncode, ended.stdout.decode("utf-8", "replace"), ended.stderr.decode("utf-8", "replace"))


def made(folder: Path, toml: str | bytes = CASE + ASSETS + SOURCES, **files: str | bytes) -> Path:
    """A case folder; files are given by the name of their table, as `balances=...`."""
    (folder / "inputs").mkdir(parents=True)
    (folder / "case.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    for path, content in {**FILES, **{f"inputs/{name}.csv": content for name, content in files.items()}}.items():
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def bytes_of(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def accepted_by_verify(folder: Path) -> bool:
    return verify(folder).fault_count == 0


def assert_said(ended: Ended, code: int, *parts: str) -> None:
    """The run ended with this code, and one line holds all the parts: where, what, why and what to do."""
    assert ended.code == code, ended
    assert "Traceback" not in ended.err
    assert "fault of the program itself" not in ended.err, ended.err
    assert any(all(part in line for part in parts) for line in ended.lines), ended.err
    assert_clean(ended)


def assert_clean(ended: Ended) -> None:
    for said in (ended.out, ended.err):
        assert not CONTROL.search(said), [hex(ord(c)) for c in CONTROL.findall(said)]
    assert "Traceback" not in ended.err
    assert "fault of the program itself" not in ended.err, ended.err


# ---- case.toml ------------------------------------------------------------------------------------------------------

LONG_NAME = "x" * 5_000
FAULTY_TOML: dict[str, tuple[str, tuple[str, ...]]] = {
    "a key of [case] that nobody knows": (CASE + 'bar = "x"\n' + ASSETS + SOURCES, ("[case]", '"bar"', "bar_on")),
    "a section that nobody knows": (CASE + ASSETS + SOURCES + "[reserve]\n", ('"reserve"', "reserves")),
    "a key with a terminal's escape in it": (
        CASE + '"\\u001b[2J\\u202e" = 1\n' + ASSETS + SOURCES, ("[case]", "\\x1b[2J")),
    "a key with a line break in it": (
        CASE + '"a\\nadministrator: done" = 1\n' + ASSETS + SOURCES, ("\\nadministrator: done",)),
    "a column that the table has not": (
        CASE + ASSETS + BALANCES + 'columns = { quanttity = "q" }\n' + WALLETS, ('"quanttity"', '"quantity"')),
    "a table that nobody knows": (CASE + ASSETS + SOURCES.replace('"price"', '"prices"'), ('"prices"', '"price"')),
    "no table of balances": (CASE + ASSETS + WALLETS, ("balance or journal",)),
    "no table of wallets": (CASE + ASSETS + BALANCES, ("wallet",)),
    "no sources at all": (CASE + ASSETS, ("sources",)),
    "no assets at all": (CASE + SOURCES, ("assets",)),
    "a policy without payee": (
        CASE + ASSETS + SOURCES + POLICY.replace('payee = "holders"\n', ""), ("[[policies]]", "crime", "payee")),
    "a policy that pays strangers": (CASE + ASSETS + SOURCES + POLICY.replace("holders", "insurer"), ('"insurer"',)),
    "a policy that ends before it begins": (
        CASE + ASSETS + SOURCES + POLICY.replace("2026-09-30", "2024-09-30"), ("crime", "2024-09-30", "2025-10-01")),
    "a policy that covers nothing": (
        CASE + ASSETS + SOURCES + POLICY.replace('["external_theft"]', "[]"), ("covers", "empty")),
    "a policy that covers what nobody knows": (
        CASE + ASSETS + SOURCES + POLICY.replace("external_theft", "theft"), ('"theft"', "external_theft")),
    "two policies of one name": (CASE + ASSETS + SOURCES + POLICY + POLICY, ('"crime"', "2 times")),
    "a reserve that does not say whether it is ring-fenced": (
        CASE + ASSETS + SOURCES + '[[reserves]]\nname = "r"\namount = "1"\ncurrency = "JPY"\n'
        'covers = ["unexplained"]\n', ("[[reserves]]", "ring_fenced")),
    "an event that ends before it begins": (
        CASE + ASSETS + SOURCES + '[[events]]\nname = "e"\nperil = "external_theft"\nparties = ["t"]\n'
        "from = 2026-03-13\nuntil = 2026-03-12\n", ('"e"', "2026-03-12", "2026-03-13")),
    "an event with the name of a bridge line": (
        CASE + ASSETS + SOURCES + '[[events]]\nname = "unobserved"\nperil = "external_theft"\nparties = ["t"]\n',
        ('"unobserved"',)),
    "an event that names both takers and a loss": (
        CASE + ASSETS + SOURCES + '[[events]]\nname = "e"\nperil = "external_theft"\nparties = ["t"]\nasset = "BTC"\n'
        'quantity = "1"\n', ("[[events]]", "parties")),
    "an amount that is a float": (CASE + ASSETS + SOURCES + POLICY.replace('"500"', "0.1"), ("limit", "0.1")),
    "an amount that is not a number": (CASE + ASSETS + SOURCES + POLICY.replace('"500"', "nan"), ("limit", "nan")),
    "an amount with a comma": (CASE + ASSETS + SOURCES + POLICY.replace('"500"', '"1,000"'), ("limit", "1,000")),
    "an amount in full-width digits": (CASE + ASSETS + SOURCES + POLICY.replace('"500"', '"５００"'), ("limit",)),
    "an amount below nothing": (CASE + ASSETS + SOURCES + POLICY.replace('"500"', '"-1"'), ("limit", "-1")),
    "an amount finer than its currency": (CASE + ASSETS + SOURCES + POLICY.replace('"500"', '"0.5"'), ("limit", "0.5")),
    "an amount of too many digits": (
        CASE + ASSETS + SOURCES + POLICY.replace('"500"', f'"{"9" * 39}"'), ("limit", "38")),
    "a share above one": (CASE + ASSETS + SOURCES + '[plan]\nholdback = "1.5"\n', ("holdback", "1.5")),
    "a rounding that nobody knows": (CASE + ASSETS + SOURCES + '[plan]\nrounding = "up"\n', ("rounding", '"up"')),
    "a round before the first": (CASE + ASSETS + SOURCES + "[plan]\nround = 0\n", ("round", "0")),
    "a truth in quotes": (CASE + ASSETS + SOURCES + '[plan]\nfinal = "true"\n', ("final", "true or false")),
    "a currency that is no asset": (CASE.replace('"JPY"', '"USD"') + ASSETS + SOURCES, ("[case]", '"USD"')),
    "a currency that is no money": (CASE.replace('"JPY"', '"BTC"') + ASSETS + SOURCES, ("BTC", "fiat")),
    "an instant without an offset": (CASE.replace("+09:00", "") + ASSETS + SOURCES, ("commencement_at", "offset")),
    "an instant in quotes": (
        CASE.replace("2026-03-31T09:00:00+09:00", '"2026-03-31T09:00:00+09:00"') + ASSETS + SOURCES,
        ("commencement_at", "unquoted")),
    "a day that does not exist": (CASE.replace("2026-03-31", "2026-02-30") + ASSETS + SOURCES, ("line 5",)),
    "an instant before the calendar": (
        CASE.replace("2026-03-31T09:00:00", "0001-01-01T00:00:00") + ASSETS + SOURCES, ("commencement_at",)),
    "an instant after the calendar": (
        CASE.replace("2026-03-31T09:00:00+09:00", "9999-12-31T23:00:00-09:00") + ASSETS + SOURCES,
        ("commencement_at",)),
    "a period that begins before the calendar": (
        CASE + ASSETS + SOURCES + POLICY.replace("2025-10-01", "0001-01-01T00:00:00+09:00"), ("from",)),
    "more decimals than numbers have": (CASE + ASSETS.replace("18", "39") + SOURCES, ("decimals", "38")),
    "decimals below nothing": (CASE + ASSETS.replace("18", "-1") + SOURCES, ("decimals", "-1")),
    "decimals of five thousand digits": (CASE + ASSETS.replace("18", "9" * 5_000) + SOURCES, ("case.toml",)),
    "an alias of two assets": (CASE + ASSETS + 'aliases = ["XBT"]\n' + SOURCES, ('"XBT"',)),
    "an empty path": (CASE + ASSETS + SOURCES.replace("inputs/prices.csv", ""), ("path", "empty")),
    "an empty list of paths": (CASE + ASSETS + SOURCES.replace('"inputs/prices.csv"', "[]"), ("path",)),
    "an encoding that nobody knows": (CASE + ASSETS + SOURCES + 'encoding = "utf-88"\n', ("encoding", "utf-88")),
    "an encoding that is none of text": (CASE + ASSETS + SOURCES + 'encoding = "hex"\n', ("encoding", "hex")),
    "a time zone that nobody knows": (CASE + ASSETS + SOURCES + 'timezone = "Tokyo"\n', ("timezone", "Tokyo")),
    "a time zone that is a path": (CASE + ASSETS + SOURCES + 'timezone = "../../etc/passwd"\n', ("timezone",)),
    "a time zone that is a folder": (CASE + ASSETS + SOURCES + 'timezone = "Asia"\n', ("timezone", "Asia")),
    "an expression that is none": (CASE + ASSETS + SOURCES + "ignore = '('\n", ("ignore",)),
    "a pattern without its groups": (
        CASE + ASSETS + SOURCES.replace(BALANCES, BALANCES + "layout = \"packed\"\npattern = '(?P<asset>.)'\n"),
        ("pattern", "quantity")),
    "a key given twice": (CASE + 'title = "x"\n' + ASSETS + SOURCES, ("case.toml", "line 7")),
    "a section given twice": (CASE + ASSETS + ASSETS + SOURCES, ("case.toml", "assets")),
    "no TOML at all": ("account,asset,quantity\nA,BTC,1\n", ("case.toml", "line 1")),
    "an empty file": ("", ("case.toml", "case")),
    "a list in a list in a list": (CASE + "bar_on = " + "[" * 5_000 + "\n", ("case.toml",)),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTY_TOML)
def test_a_case_file_is_refused_with_the_place_and_the_nearest_key(
    fault: str, tmp_path: Path, command: Commanded
) -> None:
    toml, parts = FAULTY_TOML[fault]
    case = made(tmp_path / "case", toml)
    ended = command("run", case, "--out", tmp_path / "out")
    assert_said(ended, 2, "case.toml", *parts)
    assert ended.out == ""
    assert sorted(path.name for path in case.iterdir()) == ["case.toml", "inputs"], "a refused case is left untouched"
    assert not (tmp_path / "out").exists()


def test_every_fault_of_a_case_file_is_said_at_once(tmp_path: Path, command: Commanded) -> None:
    toml = CASE + 'a = 1\nb = 2\n' + ASSETS + SOURCES + POLICY.replace('"500"', "5.5") + '[plan]\nholdbak = "0"\n'
    ended = command("run", made(tmp_path / "case", toml))
    assert ended.code == 2
    assert len(ended.lines) == 4
    assert all(line.startswith("case.toml: ") and line.endswith((".", "?")) for line in ended.lines)


@pytest.mark.parametrize(
    ("what", "content", "part"),
    [
        ("is not UTF-8", (CASE + ASSETS + SOURCES).replace("Re Example", "再生").encode("cp932"), "UTF-8"),
        ("begins with a byte order mark", b"\xef\xbb\xbf" + (CASE + ASSETS + SOURCES).encode(), "case.toml"),
        ("is UTF-16", (CASE + ASSETS + SOURCES).encode("utf-16"), "UTF-8"),
        ("has a NUL", (CASE + ASSETS + SOURCES).encode() + b"\0", "case.toml"),
        ("is eleven megabytes of comment", b"#" * 11_000_000, "larger"),
    ],
)
def test_a_case_file_that_is_no_text_of_ours_is_refused(
    what: str, content: bytes, part: str, tmp_path: Path, command: Commanded
) -> None:
    assert_said(command("run", made(tmp_path / "case", content)), 2, "case.toml", part)


def _fifo(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("what", "make"),
    [
        ("a folder", Path.mkdir),
        ("a pipe that nobody writes to", _fifo),
        ("a link to a device without end", lambda path: path.symlink_to("/dev/zero")),
        ("a link to nothing", lambda path: path.symlink_to("nowhere")),
        ("absent", lambda path: None),
    ],
)
def test_a_case_file_that_is_no_file_is_refused_at_once(
    what: str, make: Callable[[Path], None], tmp_path: Path
) -> None:
    case = made(tmp_path / "case")
    (case / "case.toml").unlink()
    make(case / "case.toml")
    try:
        ended = process("run", case, timeout=6)
    except subprocess.TimeoutExpired:
        pytest.fail(f"the run waits for ever where case.toml is {what}")
    assert_said(ended, 2, "case.toml")


@pytest.mark.parametrize("act", ["run", "explain"])
@pytest.mark.parametrize("kind", ["absent", "a file", "empty"])
def test_a_case_that_is_no_folder_of_ours_is_refused(act: str, kind: str, tmp_path: Path, command: Commanded) -> None:
    case = tmp_path / "case"
    if kind == "a file":
        case.write_text("")
    elif kind == "empty":
        case.mkdir()
    ended = command(act, case, *(["A"] if act == "explain" else []))
    assert_said(ended, 2, "case.toml")


def test_a_regime_that_nobody_knows_is_refused(tmp_path: Path, command: Commanded) -> None:
    ended = command("run", made(tmp_path / "case", CASE.replace('"custom"', '"japan\\u001b[2J"') + ASSETS + SOURCES))
    assert_said(ended, 5, "regime", "japan\\x1b[2J")


# ---- files ----------------------------------------------------------------------------------------------------------

GOOD_BALANCES = b"account,asset,quantity\nA,BTC,1\n"
PACKED_GOOD = gzip.compress(GOOD_BALANCES * 50, mtime=0)
FAULTY_FILES: dict[str, tuple[str, bytes, str, tuple[str, ...]]] = {
    "empty": ("a.csv", b"", "", ("is empty",)),
    "nothing but a byte order mark": ("b.csv", b"\xef\xbb\xbf", 'encoding = "utf-8-sig"', ("is empty",)),
    "nothing but line ends": ("c.csv", b"\n\n\n", "", (":1:",)),
    "nothing but a NUL": ("d.csv", b"\0", "", ("NUL",)),
    "an undeclared byte order mark": ("e.csv", b"\xef\xbb\xbf" + GOOD_BALANCES, "", ("byte order mark", "utf-8-sig")),
    "a header that is given twice": (
        "f.csv", b"account,asset,quantity,quantity\nA,BTC,1,2\n", "", (":1:", '"quantity"', "2 times")),
    "a header only partly there": ("g.csv", b"account,asset\nA,BTC\n", "", (":1:", '"quantity"')),
    "no header": ("h.csv", b"A,BTC,1\n", "", (":1:", '"account"')),
    "a header in another case": ("i.csv", b"Account,asset,quantity\nA,BTC,1\n", "", (":1:", '"account"', '"Account"')),
    "a header with blanks": ("j.csv", b"account, asset,quantity\nA,BTC,1\n", "", (":1:", '"asset"', '" asset"')),
    "semicolons": ("k.csv", b"account;asset;quantity\nA;BTC;1\n", "", (":1:", '"account"')),
    "tabs": ("l.csv", b"account\tasset\tquantity\nA\tBTC\t1\n", "", (":1:", '"account"')),
    "UTF-16": ("m.csv", GOOD_BALANCES.decode().encode("utf-16"), "", ("not utf-8", "byte 0", "encoding")),
    "UTF-16 without a mark": ("n.csv", GOOD_BALANCES.decode().encode("utf-16-le"), "", ("NUL", "encoding")),
    "a Japanese encoding": (
        "o.csv", "口座,account,asset,quantity\n山田,A,BTC,1\n".encode("cp932"), "", ("not utf-8", "byte 0", "cp932")),
    "a wrong encoding of many rows": (
        "p.csv", GOOD_BALANCES + "山田,BTC,1\n".encode("cp932") * 3, "", ("not utf-8", "byte 31")),
    "a declared encoding that it is not": ("q.csv", GOOD_BALANCES + b"\x81\n", 'encoding = "utf-16"', ("utf-16",)),
    "a quote that nothing closes": (
        "r.csv", GOOD_BALANCES + b'B,"BTC,1\nC,BTC,1\n', "", (":3:", "quote", "closes")),
    "a header with an open quote": ("s.csv", b'"account,asset,quantity\nA,BTC,1\n', "", (":1:", "quote")),
    "a header with a broken quote": ("t.csv", b'"account"x,asset,quantity\nA,BTC,1\n', "", (":1:",)),
    "a header with a NUL": ("u.csv", b"account\0,asset,quantity\nA,BTC,1\n", "", (":1:", "NUL")),
    "a gzip file cut off": ("v.csv.gz", PACKED_GOOD[:-12], "", ("cut off",)),
    "a gzip file cut off in its head": ("w.csv.gz", PACKED_GOOD[:5], "", ("cut off",)),
    "a gzip file whose sum is wrong": (
        "x.csv.gz", PACKED_GOOD[:-8] + b"\0\0\0\0" + PACKED_GOOD[-4:], "", ("damaged",)),
    "a gzip file with dirt behind it": ("y.csv.gz", PACKED_GOOD + b"dirt", "", ("damaged",)),
    "a gzip file that is none": ("z.csv.gz", GOOD_BALANCES, "", ("damaged",)),
    "an empty gzip file": ("aa.csv.gz", b"", "", ("empty",)),
    "a position that it has not": (
        "ab.csv", b"A,BTC\n", "columns = { account = 1, asset = 2, quantity = 3 }", ("2 columns", "quantity")),
    "a declared column that it has not": (
        "ac.csv", GOOD_BALANCES, 'columns = { quantity = "ba\\u001blance" }', (":1:", "\\x1blance", "quantity")),
    "an ending that nobody knows": ("ad.txt", GOOD_BALANCES, "", ("csv.gz",)),
    "a workbook cut off": ("ae.xlsx", b"PK\3\4", "", ("workbook",)),
    "an expression that looks ahead": ("af.csv", GOOD_BALANCES, "ignore = '^(?=A)'", ("ignore",)),
}  # fmt: skip


def _faulty_places(inputs: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Make what is at a path and no regular file; give the path as written and what must be said."""
    (inputs / "folder.csv").mkdir()
    os.mkfifo(inputs / "pipe.csv")
    (inputs / "link.csv").symlink_to("balances.csv")
    (inputs / "endless.csv").symlink_to("/dev/zero")
    (inputs / "led1.csv").write_bytes(GOOD_BALANCES)
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(inputs)
        try:
            server.bind("socket.csv")
        finally:
            os.chdir(here)
    places = {
        "a folder named like a file": ("inputs/folder.csv", ("no regular file",)),
        "a pipe": ("inputs/pipe.csv", ("no regular file",)),
        "a socket": ("inputs/socket.csv", ("socket.csv",)),
        "a link": ("inputs/link.csv", ("link",)),
        "a link to a device": ("inputs/endless.csv", ("link",)),
        "a pattern for several files": ("inputs/*.csv", ("no such file",)),
        "a pattern for another file": ("inputs/led[1].csv", ("no such file",)),
        "nothing": ("inputs/nowhere.csv", ("no such file",)),
        "nothing, outside": ("../../nowhere.csv", ("no such file",)),
        "a file taken for a folder": ("inputs/balances.csv/x.csv", ("no such file",)),
        "an address": ("https://example.invalid/b.csv", ("no such file",)),
        "a name with an escape and a line break": (
            "inputs/a\\u001b[2J\\nadministrator: done.csv", ("\\x1b[2J", "\\nadministrator: done")),
        "a name with a NUL": ("inputs/a\\u0000.csv", ("a\\x00.csv",)),
    }
    if os.geteuid() == 0:
        try:
            os.mknod(inputs / "device.csv", stat.S_IFCHR | 0o600, os.makedev(1, 5))
            places["a device"] = ("inputs/device.csv", ("no regular file",))
        except PermissionError:
            pass
    return places


def test_every_faulty_file_of_a_case_has_its_line_and_no_other_has_one(tmp_path: Path, command: Commanded) -> None:
    toml = CASE + ASSETS + SOURCES
    wanted: dict[str, tuple[str, ...]] = {}
    case = made(tmp_path / "case")
    for fault, (name, content, settings, parts) in FAULTY_FILES.items():
        (case / "inputs" / name).write_bytes(content)
        toml += f'[[sources]]\ntable = "balance"\npath = "inputs/{name}"\n{settings}\n'
        wanted[fault] = (f"inputs/{name}", *parts)
    for fault, (written, parts) in _faulty_places(case / "inputs").items():
        toml += f'[[sources]]\ntable = "balance"\npath = "{written}"\n'
        wanted[fault] = parts
    (case / "case.toml").write_text(toml)
    ended = command("run", case, "--out", tmp_path / "out", "--quiet")
    missed = [
        fault for fault, parts in wanted.items() if not any(all(part in line for part in parts) for line in ended.lines)
    ]
    assert_clean(ended)
    assert ended.code == 3
    assert missed == []
    named = [re.match(r"inputs/[^:]*|https://[^:]*|\.\./[^:]*", line) for line in ended.lines]
    assert all(named), "every line begins with the file"
    assert len({name.group() for name in named if name}) == len(wanted), "one file a fault"
    assert all(line.endswith(".") for line in ended.lines)
    assert "Traceback" not in ended.err
    assert not accepted_by_verify(tmp_path / "out")
    assert not list((case / "work").glob("scratch/*")), "nothing is left in the work folder"
    assert not list((case / "vault").glob(".*")), "nothing half-made is left in the vault"


def test_a_name_longer_than_any_is_refused(tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "case", CASE + ASSETS + SOURCES.replace("prices.csv", f"{LONG_NAME}.csv"))
    assert_said(command("run", case), 3, "inputs/xxx")


def test_a_million_columns_are_read_or_refused_in_bounded_time(tmp_path: Path) -> None:
    header = "account,asset,quantity," + ",".join(f"c{number}" for number in range(1_000_000))
    case = made(tmp_path / "case", balances=header + "\nA,BTC,1" + "," * 1_000_000 + "\n")
    try:
        ended = process("run", case, "--quiet", timeout=10)
    except subprocess.TimeoutExpired:
        pytest.fail("a million columns keep the run busy for longer than 10 s")
    assert "Traceback" not in ended.err
    assert ended.code in (0, 3)
    assert all(len(line) < 2_000 for line in ended.lines)


def test_an_escape_in_a_message_is_escaped_once(tmp_path: Path, command: Commanded) -> None:
    ended = command("run", made(tmp_path / "case", CASE + '"a\\u001bb" = 1\n' + ASSETS + SOURCES))
    assert_said(ended, 2, '"a\\x1bb"')


# ---- rows -----------------------------------------------------------------------------------------------------------

MANY_NINES = "9" * 39
FAULTY_BALANCES: dict[str, tuple[str | bytes, str, str, str]] = {
    "a comma of thousands": ('a,BTC,"1,234.5"', "unreadable-quantity", "quantity", '"1,234.5"'),
    "a comma of decimals": ('a,BTC,"1,5"', "unreadable-quantity", "quantity", "comma"),
    "full-width digits": ("a,BTC,１２３", "unreadable-quantity", "quantity", "full-width"),
    "Arabic digits": ("a,BTC,٣", "unreadable-quantity", "quantity", "٣"),
    "superscript digits": ("a,BTC,²", "unreadable-quantity", "quantity", "²"),
    "a true minus": ("a,BTC,−1", "unreadable-quantity", "quantity", "−1"),
    "a digit group": ("a,BTC,1_000", "unreadable-quantity", "quantity", "1_000"),
    "a sign for more": ("a,BTC,+1", "unreadable-quantity", "quantity", "+1"),
    "two signs": ("a,BTC,--1", "unreadable-quantity", "quantity", "--1"),
    "brackets for less": ("a,BTC,(1)", "unreadable-quantity", "quantity", "(1)"),
    "a blank before": ("a,BTC, 1", "unreadable-quantity", "quantity", "white space"),
    "a blank behind": ("a,BTC,1 ", "unreadable-quantity", "quantity", "white space"),
    "a hard blank": ("a,BTC,1\u00a0", "unreadable-quantity", "quantity", "quantity"),
    "a zero-width blank": ("a,BTC,1\u200b", "unreadable-quantity", "quantity", "\\u200b"),
    "a line break behind": ('a,BTC,"1\n"', "unreadable-quantity", "quantity", "\\n"),
    "a point without digits": ("a,BTC,1.", "unreadable-quantity", "quantity", "1."),
    "a point without a whole": ("a,BTC,.5", "unreadable-quantity", "quantity", ".5"),
    "two points": ("a,BTC,1.2.3", "unreadable-quantity", "quantity", "1.2.3"),
    "a sign alone": ("a,BTC,-", "unreadable-quantity", "quantity", "-"),
    "scientific notation": ("a,BTC,1e3", "unreadable-quantity", "quantity", "scientific"),
    "a small scientific number": ("a,BTC,5E-7", "unreadable-quantity", "quantity", "scientific"),
    "a base of sixteen": ("a,BTC,0x10", "unreadable-quantity", "quantity", "0x10"),
    "no number": ("a,BTC,NaN", "unreadable-quantity", "quantity", "NaN"),
    "no end": ("a,BTC,-Infinity", "unreadable-quantity", "quantity", "-Infinity"),
    "a word for nothing": ("a,BTC,NULL", "unreadable-quantity", "quantity", "NULL"),
    "a formula": ("a,BTC,=1+1", "unreadable-quantity", "quantity", "=1+1"),
    "a currency sign": ("a,JPY,￥100", "unreadable-quantity", "quantity", "￥100"),
    "a nine-digit fraction of eight": ("a,BTC,0.000000001", "excess-digits", "quantity", "0.000000001"),
    "a fraction of what has none": ("a,JPY,0.5", "excess-digits", "quantity", "0.5"),
    "too many digits": (f"a,JPY,{MANY_NINES}", "too-many-digits", "quantity", "38"),
    "too many digits in units": (f"a,ETH,{'9' * 21}", "too-many-digits", "quantity", "38"),
    "a thousand digits below nothing": (f"a,JPY,-{'9' * 1_000}", "too-many-digits", "quantity", "38"),
    "an unknown asset": ("a,DOGE,1", "unknown-asset", "asset", '"DOGE"'),
    "an asset in another case": ("a,btc,1", "unknown-asset", "asset", '"btc"'),
    "an asset with a blank": ("a,BTC ,1", "unknown-asset", "asset", '"BTC "'),
    "an asset that looks like another": ("a,ВТС,1", "unknown-asset", "asset", "ВТС"),
    "an asset in markup": ("a,[/]\x1b]52;c;QQ==\x07,1", "unknown-asset", "asset", "[/]"),
    "an empty asset": ("a,,1", "empty-cell", "asset", "empty"),
    "an empty account": (",BTC,1", "empty-cell", "account", "empty"),
    "an empty quantity": ("a,BTC,", "empty-cell", "quantity", "empty"),
    "a quoted nothing": ('a,BTC,""', "empty-cell", "quantity", "empty"),
    "a row too short": ("a,BTC", "ragged-row", "", "2 cells, not 3"),
    "a row too long": ("a,BTC,1,1", "ragged-row", "", "4 cells, not 3"),
    "a comma at the end": ("a,BTC,1,", "ragged-row", "", "4 cells, not 3"),
    "semicolons": ("a;BTC;1", "ragged-row", "", "1 cells, not 3"),
    "a NUL": ("a\0b,BTC,1", "nul-character", "", "NUL"),
    "a NUL in the number": ("a,BTC,1\0", "nul-character", "", "NUL"),
    "another encoding": ("山田,BTC,1".encode("cp932"), "undecodable-row", "", "encoding"),
    "half a letter": (b"\xe5\xb1,BTC,1", "undecodable-row", "", "encoding"),
    "a surrogate": (b"\xed\xa0\x80,BTC,1", "undecodable-row", "", "encoding"),
    "an overlong letter": (b"\xc0\xaf,BTC,1", "undecodable-row", "", "encoding"),
    "text behind a quote": ('"a"b,BTC,1', "broken-row", "", "cells"),
    "the header again": ("account,asset,quantity", "unknown-asset", "asset", '"asset"'),
    "a sum": ("Total,,99", "empty-cell", "asset", "empty"),
    "ten million digits": ("a,BTC," + "9" * 10_000_000, "too-many-digits", "quantity", "38"),
}
OTHER_TABLES: dict[str, tuple[str, str]] = {
    "wallet": ("wallets", "wallet,asset,quantity,custody,purpose,as_of,opening"),
    "price": ("prices", "asset,price,price_set"),
    "transfer": ("transfers", "transfer,occurred_at,asset,quantity,sender,recipient,fee"),
    "journal": ("journal", "posting,posted_at,account,asset,quantity,kind"),
    "label": ("labels", "address,party,kind"),
    "claim": ("claims", "claim,account,asset,quantity,filed_at,standing,allowed"),
    "account": ("accounts", "account,holder,kind"),
    "payee": ("payees", "account,asset,method"),
    "payment": ("payments", "round,account,claim_asset,step,pay_asset,quantity"),
    "recovery": ("recoveries", "recovery,received_at,asset,quantity"),
}
"""File and header of each other table; its source declares Europe/Berlin where the test below says so."""
AT = "2026-01-01T00:00:00Z"
FAULTY_ROWS: dict[str, tuple[str, str, str, str, str]] = {
    "a negative wallet": ("wallet", "w1,BTC,-1,,,,", "negative-quantity", "quantity", "-1"),
    "a negative opening": ("wallet", "w2,BTC,1,,,,-0.5", "negative-quantity", "opening", "-0.5"),
    "a custody that nobody knows": ("wallet", "w3,BTC,1,Hot,,,", "unknown-word", "custody", '"Hot"'),
    "a purpose that nobody knows": ("wallet", "w4,BTC,1,,theirs,,", "unknown-word", "purpose", '"theirs"'),
    "a day counted that is none": (
        "wallet", "w5,BTC,1,,,2026-02-29T00:00Z,", "unreadable-instant", "as_of", "calendar"),
    "a price below nothing": ("price", "BTC,-1,", "negative-quantity", "price", "-1"),
    "a price that is no number": ("price", "BTC,NaN,", "unreadable-quantity", "price", "NaN"),
    "a price with a comma": ("price", 'BTC,"10,000,000",', "unreadable-quantity", "price", "comma"),
    "a price set that nobody knows": ("price", "BTC,1,loss:", "unknown-word", "price_set", '"loss:"'),
    "a negative transfer": ("transfer", f"t1,{AT},BTC,-1,a,b,", "negative-quantity", "quantity", "-1"),
    "a negative fee": ("transfer", f"t2,{AT},BTC,1,a,b,-1", "negative-quantity", "fee", "-1"),
    "a transfer from nobody": ("transfer", f"t3,{AT},BTC,1,,b,", "empty-cell", "sender", "empty"),
    "an instant without an offset": (
        "transfer", "t4,2026-01-01T00:00:00,BTC,1,a,b,", "unreadable-instant", "occurred_at", "offset"),
    "a day without a zone": ("transfer", "t5,2026-01-01,BTC,1,a,b,", "unreadable-instant", "occurred_at", "offset"),
    "a February of thirty days": (
        "transfer", "t6,2026-02-30T00:00:00Z,BTC,1,a,b,", "unreadable-instant", "occurred_at", "calendar"),
    "a thirteenth month": (
        "transfer", "t7,2026-13-01T00:00:00Z,BTC,1,a,b,", "unreadable-instant", "occurred_at", "2026-13-01"),
    "a twenty-fifth hour": (
        "transfer", "t8,2026-01-01T24:00:00Z,BTC,1,a,b,", "unreadable-instant", "occurred_at", "24:00"),
    "a leap second": ("transfer", "t9,2016-12-31T23:59:60Z,BTC,1,a,b,", "unreadable-instant", "occurred_at", "60"),
    "a day before the month": (
        "transfer", "t10,31/12/2025 00:00,BTC,1,a,b,", "unreadable-instant", "occurred_at", "31/12/2025"),
    "a year in two digits": (
        "transfer", "t11,26-01-01T00:00:00Z,BTC,1,a,b,", "unreadable-instant", "occurred_at", "26-01-01"),
    "seconds since 1970": ("transfer", "t12,1767225600,BTC,1,a,b,", "unreadable-instant", "occurred_at", "1767225600"),
    "a year that machines choke on": (
        "transfer", "t13,9999999-01-01T00:00:00Z,BTC,1,a,b,", "unreadable-instant", "occurred_at", "9999999"),
    "full-width figures of a day": (
        "transfer", "t14,２０２６-01-01T00:00:00Z,BTC,1,a,b,", "unreadable-instant", "occurred_at", "２０２６"),
    "seven digits of a second": (
        "transfer", "t15,2026-01-01T00:00:00.0000001Z,BTC,1,a,b,", "unreadable-instant", "occurred_at", "0000001"),
    "a time that the clocks skip": (
        "journal", "p1,2026-03-29T02:30:00,a,BTC,1,deposit", "unreadable-instant", "posted_at", "does not exist"),
    "a time that the clocks show twice": (
        "journal", "p2,2025-10-26T02:30:00,a,BTC,1,deposit", "unreadable-instant", "posted_at", "occurs twice"),
    "a kind of posting that nobody knows": ("journal", f"p3,{AT},a,BTC,1,Deposit", "unknown-word", "kind", '"Deposit"'),
    "a posting without a kind": ("journal", f"p4,{AT},a,BTC,1,", "empty-cell", "kind", "empty"),
    "a label of a kind that nobody knows": ("label", "x,y,hacker", "unknown-word", "kind", '"hacker"'),
    "a negative claim": ("claim", "c1,a,BTC,-1,,,", "negative-quantity", "quantity", "-1"),
    "a standing that nobody knows": ("claim", "c2,a,BTC,1,,approved,", "unknown-word", "standing", '"approved"'),
    "an allowed part that is no number": (
        "claim", "c3,a,BTC,1,,allowed,all", "unreadable-quantity", "allowed", '"all"'),
    "an account of a kind that nobody knows": ("account", "a9,N,vip", "unknown-word", "kind", '"vip"'),
    "a payee by carrier pigeon": ("payee", "a,,pigeon", "unknown-word", "method", '"pigeon"'),
    "a payee of an unknown asset": ("payee", "a,DOGE,chain", "unknown-asset", "asset", '"DOGE"'),
    "a round before the first": ("payment", "0,a,BTC,return,BTC,1", "unreadable-number", "round", '"0"'),
    "a round that is no number": ("payment", "one,a,BTC,return,BTC,1", "unreadable-number", "round", '"one"'),
    "a recovery below nothing": ("recovery", f"r1,{AT},BTC,-1", "negative-quantity", "quantity", "-1"),
}  # fmt: skip


@dataclass(frozen=True)
class Blocked:
    """One run over all bad rows."""

    ended: Ended
    findings: list[dict[str, str]]
    rejects: list[dict[str, str]]
    rows: dict[str, int]
    """Row of each fault."""
    case: Path
    out: Path


@pytest.fixture(scope="module")
def blocked(tmp_path_factory: pytest.TempPathFactory) -> Blocked:
    folder = tmp_path_factory.mktemp("rows")
    rows = {fault: 2 + 2 * at for at, fault in enumerate(FAULTY_BALANCES)}
    balances = [b"account,asset,quantity"]
    for at, (row, *_) in enumerate(FAULTY_BALANCES.values()):
        balances += [row if isinstance(row, bytes) else row.encode(), f"good{at},BTC,1".encode()]
    toml, contents = CASE + ASSETS + BALANCES, {"balances": b"\n".join(balances) + b"\n"}
    for table, (name, header) in OTHER_TABLES.items():
        lines = [header]
        for fault, (of, row, *_) in FAULTY_ROWS.items():
            if of == table:
                lines.append(row)
                rows[fault] = len(lines)
        contents[name] = ("\n".join(lines) + "\n").encode()
        toml += f'[[sources]]\ntable = "{table}"\npath = "inputs/{name}.csv"\n'
        toml += 'timezone = "Europe/Berlin"\n' if table == "journal" else ""
    case = made(folder / "case", toml, **contents)
    ended = process("run", case, "--out", folder / "out")
    out = folder / "out"
    findings, rejects = (
        rows_of(out, name) if (out / f"{name}.csv").exists() else [] for name in ("findings", "rejects")
    )
    return Blocked(ended, findings, rejects, rows, case, out)


def test_bad_rows_stop_the_run_after_all_of_them_were_collected(blocked: Blocked) -> None:
    assert blocked.ended.code == 10, blocked.ended.err
    assert_clean(blocked.ended)
    assert sorted(path.name for path in blocked.out.iterdir()) == ["findings.csv", "manifest.json", "rejects.csv"]
    assert len(blocked.rejects) == len(FAULTY_BALANCES) + len(FAULTY_ROWS)
    assert [len(row["raw"]) for row in blocked.rejects if len(row["raw"]) > 100_000] == [], "a raw row is cut somewhere"


@pytest.mark.parametrize("fault", [*FAULTY_BALANCES, *FAULTY_ROWS])
def test_a_bad_row_is_named_by_file_row_column_value_and_reason(fault: str, blocked: Blocked) -> None:
    if fault in FAULTY_BALANCES:
        source = "inputs/balances.csv"
        _, code, column, part = FAULTY_BALANCES[fault]
    else:
        table, _, code, column, part = FAULTY_ROWS[fault]
        source = f"inputs/{OTHER_TABLES[table][0]}.csv"
    row = str(blocked.rows[fault])
    found = [f for f in blocked.findings if (f["source"], f["row"]) == (source, row) and f["code"] == code]
    assert len(found) == 1, [f for f in blocked.findings if (f["source"], f["row"]) == (source, row)]
    assert found[0]["severity"] == "blocking"
    assert found[0]["column"] == column
    assert found[0]["message"].startswith(f"{source}:{row}: ")
    assert part in found[0]["message"]
    assert found[0]["remedy"]
    assert "\n" not in found[0]["message"]
    assert not CONTROL.search(found[0]["message"])
    assert len(found[0]["message"]) < 1_000
    assert len([r for r in blocked.rejects if (r["source"], r["row"]) == (source, row)]) == 1


def test_a_good_row_beside_bad_ones_is_not_said_to_be_bad(blocked: Blocked) -> None:
    bad = {(f["source"], f["row"]) for f in blocked.findings if f["severity"] == "blocking"}
    assert not {("inputs/balances.csv", str(row)) for row in range(3, 3 + 2 * len(FAULTY_BALANCES), 2)} & bad


def test_no_row_is_lost_or_counted_twice(blocked: Blocked) -> None:
    from ledgers.storage.books import Books

    with Books.read_only(blocked.case) as books:
        counts = books.rows("select source, rows, accepted, rejected, ignored from source")
    for source, rows, accepted, rejected, ignored in counts:
        text = (blocked.case / source).read_bytes()
        # Only the cell with a line break inside is longer than its line.
        assert rows == text.count(b"\n") - 1 - text.count(b'"1\n"'), source
        assert rows == accepted + rejected + ignored, source
        assert rejected == len([r for r in blocked.rejects if r["source"] == source]), source
    accepted_of = {source: accepted for source, _, accepted, *_ in counts}
    assert accepted_of["inputs/balances.csv"] == len(FAULTY_BALANCES)


def test_a_stopped_run_leaves_a_folder_that_verify_does_not_take_for_a_plan(
    blocked: Blocked, command: Commanded
) -> None:
    ended = command("verify", blocked.out)
    assert "there is none" in ended.out
    assert_clean(ended)
    explained = command("explain", blocked.case, "good1")
    assert explained.code != 0
    assert_clean(explained)


def test_a_rejected_row_is_kept_as_it_stood(blocked: Blocked) -> None:
    raw = {(r["source"], r["row"]): r["raw"] for r in blocked.rejects}
    for fault in ("a comma of thousands", "an asset with a blank", "semicolons", "full-width digits", "a blank behind"):
        assert raw["inputs/balances.csv", str(blocked.rows[fault])] == FAULTY_BALANCES[fault][0]
    assert raw["inputs/balances.csv", str(blocked.rows["half a letter"])] == "\\xe5\\xb1,BTC,1"


DUPLICATES: dict[str, tuple[str, str, str]] = {
    "balance": ("balances", "account,asset,quantity\nA,BTC,1\nA,XBT,2\n", "A"),
    "wallet": ("wallets", "wallet,asset,quantity\nw,BTC,1\nw,BTC,1\n", "w"),
    "price": ("prices", "asset,price,price_set\nBTC,1,\nBTC,2,commencement\n", "BTC"),
    "account": ("accounts", "account\nA\nA\n", "A"),
    "journal": ("journal", f"posting,posted_at,account,asset,quantity,kind\np,{AT},A,BTC,1,deposit\n"
                f"p,{AT},A,ETH,1,deposit\n", "p"),
    "transfer": ("transfers", f"transfer,occurred_at,asset,quantity,sender,recipient\nt,{AT},BTC,1,a,b\n"
                 f"t,{AT},ETH,1,a,b\n", "t"),
    "claim": ("claims", "claim,account,asset,quantity\nc,A,BTC,1\nc,B,BTC,1\n", "c"),
    "payee": ("payees", "account,asset,method\nA,,chain\nA,,bank\n", "A"),
}  # fmt: skip


def test_a_second_row_of_a_key_blocks_and_names_the_first(tmp_path: Path, command: Commanded) -> None:
    toml, contents = CASE + ASSETS, {}
    for table, (name, content, _) in DUPLICATES.items():
        toml += f'[[sources]]\ntable = "{table}"\npath = "inputs/{name}.csv"\n'
        contents[name] = content
    ended = command("run", made(tmp_path / "case", toml, **contents), "--out", tmp_path / "out", "--quiet")
    assert ended.code == 10
    found = {f["source"]: f for f in rows_of(tmp_path / "out", "findings") if f["code"] == "duplicate-row"}
    for table, (name, _, key) in DUPLICATES.items():
        finding = found[f"inputs/{name}.csv"]
        assert finding["severity"] == "blocking", table
        assert finding["row"] == "3", table
        assert f'"{key}"' in finding["message"] or key in finding["subject"], table
        assert f"inputs/{name}.csv:2" in finding["message"], table
    assert_clean(ended)


# ---- forms of text --------------------------------------------------------------------------------------------------

THREE = ("A,BTC,1", "B,BTC,0.5", "B,ETH,10")
ODD_FORMS: dict[str, tuple[bytes, str, int, int]] = {
    "CRLF": ("\r\n".join(("account,asset,quantity", *THREE, "")).encode(), "", 3, 0),
    "CR alone": ("\r".join(("account,asset,quantity", *THREE, "")).encode(), "", 3, 0),
    "mixed line ends": (b"account,asset,quantity\r\nA,BTC,1\nB,BTC,0.5\rB,ETH,10\n", "", 3, 0),
    "CR CR LF": (b"account,asset,quantity\r\r\nA,BTC,1\r\r\nB,BTC,0.5\r\r\nB,ETH,10\r\r\n", "", 7, 4),
    "no last line end": ("\n".join(("account,asset,quantity", *THREE)).encode(), "", 3, 0),
    "blank lines": (b"account,asset,quantity\n\nA,BTC,1\n\n\nB,BTC,0.5\nB,ETH,10\n\n", "", 7, 4),
    "a declared mark": (b"\xef\xbb\xbf" + "\n".join(("account,asset,quantity", *THREE)).encode(),
                        'encoding = "utf-8-sig"', 3, 0),
    "a declared mark that is not there": ("\n".join(("account,asset,quantity", *THREE)).encode(),
                                          'encoding = "utf-8-sig"', 3, 0),
    "UTF-16, declared": ("\n".join(("account,asset,quantity", *THREE)).encode("utf-16"), 'encoding = "utf-16"', 3, 0),
    "everything quoted": (b'"account","asset","quantity"\n"A","BTC","1"\n"B","BTC","0.5"\n"B","ETH","10"\n', "", 3, 0),
    "columns in another order": (b"quantity,note,asset,account\n1,x,BTC,A\n0.5,,BTC,B\n10,,ETH,B\n", "", 3, 0),
    "zeros behind the point": (
        b"account,asset,quantity\nA,BTC,001.000000000000\nB,BTC,0.5\nB,ETH,10.0000000000000000000000\n", "", 3, 0),
    "page headers, ignored": (
        b"account,asset,quantity\nPage 1\nA,BTC,1\nB,BTC,0.5\nPage 2,,,,\nB,ETH,10\n", "ignore = '^Page'", 5, 2),
}  # fmt: skip


@pytest.mark.parametrize("form", ODD_FORMS)
def test_an_odd_form_of_the_same_rows_gives_the_same_books(form: str, tmp_path: Path) -> None:
    from ledgers.configuration import read_case
    from ledgers.ingestion.load import load
    from ledgers.storage.books import Books

    content, settings, rows, ignored = ODD_FORMS[form]
    case = made(tmp_path / "case", CASE + ASSETS + BALANCES + settings + "\n" + WALLETS + PRICES, balances=content)
    with Books.create(case, bulk=False) as books:
        counts = load(read_case(case), books, lambda _: None).sources[0]
        held = books.rows(
            "select account, asset, units::varchar from balance join account using (account_no) "
            "join asset using (asset_no) order by account, asset"
        )
    assert (counts.rows, counts.accepted, counts.rejected, counts.ignored) == (rows, 3, 0, ignored)
    assert held == [("A", "BTC", "100000000"), ("B", "BTC", "50000000"), ("B", "ETH", "10000000000000000000")]


# ---- what the rows mean together ------------------------------------------------------------------------------------


def test_what_rows_mean_together_is_said_and_the_run_goes_on(tmp_path: Path, command: Commanded) -> None:
    toml = CASE + ASSETS + SOURCES
    files: dict[str, str | bytes] = {
        "transfers": f"transfer,occurred_at,asset,quantity,sender,recipient\nt1,{AT},BTC,0.1,cold,cold\n"
        f"t2,{AT},BTC,0.1,stranger,stranger\nt3,{AT},BTC,0.1,cold,x1\n",
        "labels": "address,party,kind\nx1,party one,exchange\nx1,party two,mixer\nx2,party one,thief\n"
        "cold,party three,thief\n",
        "wallets": "wallet,asset,quantity\ncold,BTC,1.2\nether,ETH,10\nyen,JPY,5\n",
        "prices": "asset,price\nBTC,10000000\n",
    }
    for table, name in (("transfer", "transfers"), ("label", "labels")):
        toml += f'[[sources]]\ntable = "{table}"\npath = "inputs/{name}.csv"\n'
    out = tmp_path / "out"
    ended = command("run", made(tmp_path / "case", toml, **files), "--out", out, "--quiet")
    assert ended.code == 0, ended
    said = {(f["code"], f["subject"] or f["asset"]): f for f in rows_of(out, "findings")}
    codes = [code for code, _ in said]
    assert codes.count("self-transfer") == 2
    assert codes.count("labels-disagree") == 2, "the party that is exchange and thief, the address of two parties"
    assert "label-against-wallet-list" in codes
    assert "pool-without-claims" in codes, "5 JPY are held and nobody claims them"
    assert any("ETH" in f["message"] and "price" in f["message"] for f in said.values()), "ETH has no price"
    assert all(f["message"] and f["remedy"] for f in said.values())
    by_asset = {row["asset"]: row for row in rows_of(out, "pools")}
    assert by_asset["ETH"]["awarded"] == "10.000000000000000000", "what has no price is still returned in kind"
    assert by_asset["JPY"]["dividend_denominator"] == ""
    assert by_asset["JPY"]["surplus"] == "5"
    values = {row["value"] for row in rows_of(out, "claims") if row["asset"] == "ETH"}
    assert values == {""}, "no price is not a price of 0"
    assert accepted_by_verify(out)


@pytest.mark.parametrize("rows", ["", "A,BTC,0\nB,ETH,-0.0\n", "A,BTC,-1\n"])
def test_a_case_that_owes_nobody_anything_is_said_and_planned(rows: str, tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "case", balances="account,asset,quantity\n" + rows)
    ended = command("run", case, "--out", tmp_path / "out", "--quiet")
    assert ended.code == 0, ended
    assert "balances-all-zero" in [f["code"] for f in rows_of(tmp_path / "out", "findings")]
    assert rows_of(tmp_path / "out", "schedule") == []
    assert accepted_by_verify(tmp_path / "out")


def test_a_case_that_holds_nothing_is_planned_without_a_unit(tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "case", wallets="wallet,asset,quantity\n", prices="asset,price\n")
    ended = command("run", case, "--out", tmp_path / "out", "--quiet")
    assert ended.code == 0, ended
    assert {row["awarded"] for row in rows_of(tmp_path / "out", "pools")} <= {"0.00000000", "0." + "0" * 18, "0"}
    assert accepted_by_verify(tmp_path / "out")


def test_quantities_and_prices_at_the_edge_of_38_digits_end_in_a_line(tmp_path: Path, command: Commanded) -> None:
    huge = "9" * 38
    case = made(
        tmp_path / "case",
        balances=f"account,asset,quantity\nA,JPY,{huge}\nB,JPY,{huge}\n",
        wallets=f"wallet,asset,quantity\nw,JPY,{huge}\n",
        prices=f"asset,price\nBTC,{huge}\n",
    )
    ended = command("run", case, "--out", tmp_path / "out", "--quiet")
    assert_said(ended, 4, "38 digits")
    assert not accepted_by_verify(tmp_path / "out")


def test_rows_that_are_declared_to_be_none_are_counted_where_a_person_sees_it(
    tmp_path: Path, command: Commanded
) -> None:
    case = made(tmp_path / "case", CASE + ASSETS + BALANCES + "ignore = '^A'\n" + WALLETS + PRICES)
    ended = command("run", case, "--quiet", "--out", tmp_path / "out")
    assert ended.code == 0, ended
    assert [row["account"] for row in rows_of(tmp_path / "out", "claims")] == ["B", "B"]
    said = [f["message"] for f in rows_of(tmp_path / "out", "findings") if f["source"] == "inputs/balances.csv"]
    assert any("1" in message and re.search("ignore|left out", message) for message in said), (
        "an account of 1 BTC was left out and no output says how many rows were"
    )


def test_one_file_named_twice_under_a_sum_is_not_counted_twice_in_silence(tmp_path: Path, command: Commanded) -> None:
    summed = WALLETS + 'duplicates = "sum"\n'
    case = made(tmp_path / "case", CASE + ASSETS + BALANCES + summed + summed + PRICES)
    ended = command("run", case, "--out", tmp_path / "out", "--quiet")
    said = rows_of(tmp_path / "out", "findings")
    assert ended.code in (2, 3, 10) or [f for f in said if "wallets.csv" in f["source"] + f["message"]], (
        "twice the holdings were distributed and no finding says that one file was read twice"
    )


def test_one_file_of_payments_named_twice_is_not_counted_twice_in_silence(tmp_path: Path, command: Commanded) -> None:
    paid = '[[sources]]\ntable = "payment"\npath = "inputs/payments.csv"\n'
    case = made(
        tmp_path / "case", CASE + ASSETS + SOURCES + paid + paid + "[plan]\nround = 2\n",
        payments="round,account,claim_asset,step,pay_asset,quantity\n1,A,BTC,return,BTC,0.1\n",
    )  # fmt: skip
    ended = command("run", case, "--out", tmp_path / "out", "--quiet")
    said = rows_of(tmp_path / "out", "findings")
    assert ended.code in (2, 3, 10) or [f for f in said if "payments.csv" in f["source"] + f["message"]], (
        "a holder counts as paid twice what was paid, and no finding says that one file was read twice"
    )


# ---- names ----------------------------------------------------------------------------------------------------------

HOSTILE = (
    "esc\x1b[2J\x1b]52;c;QUFB\x07", "line\nadministrator: done", "carriage\rreturn", "[bold red]PAID[/]", "[/]",
    "[link=http://x]", "rtl\u202eabc", "\u2066iso\u2069", "c1\x9b2J", "del\x7f", "zero\u200bwidth", "tab\tbed",
    "=HYPERLINK(1)", "@SUM(A1)", "-1", "+1", 'quo"te', "com,ma", "back\\slash", "{}%s%n$HOME`id`", "' or 1=1 --",
    "é", "e\u0301", "00123", "123", " lead", "trail ", "NULL", "nan", "株式会社 山田", "😀" * 3, "\u3000", "a" * 10_000,
    "\ufeffmark", "ｱｲｳ", "\u0085next", "\u2028line", "../../etc/passwd", "--help",
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Ended]:
    folder = tmp_path_factory.mktemp("hostile")
    accounts = [("account", "holder", "hold"), *((name, name, "") for name in HOSTILE)]
    balances = [("account", "asset", "quantity"), *((name, "BTC", "1") for name in HOSTILE)]

    def text(rows: Sequence[Sequence[str]]) -> bytes:
        return "".join(",".join('"' + c.replace('"', '""') + '"' for c in row) + "\n" for row in rows).encode()

    toml = CASE.replace("Re Example", "Re \\u001b[2J\\u009b2J\\u202e[bold]x[/] 山田") + ASSETS + SOURCES
    toml += '[[sources]]\ntable = "account"\npath = "inputs/accounts.csv"\n'
    case = made(folder / "case", toml, accounts=text(accounts), balances=text(balances))
    return case, folder / "out", process("run", case, "--out", folder / "out")


def test_hostile_names_go_through_byte_for_byte_and_never_reach_the_terminal(
    hostile: tuple[Path, Path, Ended], command: Commanded
) -> None:
    _, out, ended = hostile
    assert ended.code == 0, ended
    assert_clean(ended)
    assert [row["account"] for row in rows_of(out, "schedule")] == sorted(HOSTILE, key=str.encode)
    for said in (ended.out, ended.err):
        assert not re.search("esc|trail", said), "people's names are in no summary and no progress"
    verified = command("verify", out)
    assert verified.code == 0, verified.out
    assert_clean(verified)


@pytest.mark.parametrize("name", [*HOSTILE[:12], "' or 1=1 --", "{}%s%n$HOME`id`", " lead", "a" * 10_000, "\u2028line"])
def test_a_hostile_account_is_explained_and_never_obeyed(
    name: str, hostile: tuple[Path, Path, Ended], command: Commanded
) -> None:
    ended = command("explain", hostile[0], name)
    assert ended.code == 0, ended
    assert_clean(ended)


@pytest.mark.parametrize("name", ["-1", "--help"])
def test_an_account_that_looks_like_an_option_can_be_explained(
    name: str, hostile: tuple[Path, Path, Ended], command: Commanded
) -> None:
    ended = command("explain", "--", hostile[0], name)
    assert ended.code == 0, ended
    assert ended.out.startswith(f"account {name}\n")


def test_json_for_a_program_holds_no_byte_that_a_terminal_obeys(
    hostile: tuple[Path, Path, Ended], command: Commanded, tmp_path: Path
) -> None:
    case, _, _ = hostile
    explained = command("explain", "--json", case, "c1\x9b2J")
    assert json.loads(explained.out)["account"] == "c1\x9b2J"
    ran = command("run", "--json", case, "--out", tmp_path / "out")
    assert json.loads(ran.out)["title"].startswith("Re \x1b[2J")
    assert_clean(explained)
    assert_clean(ran)


def test_a_terminal_that_cannot_write_kanji_gets_escapes(hostile: tuple[Path, Path, Ended]) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ended = process("explain", hostile[0], "株式会社 山田", env=environment)
    assert "Traceback" not in ended.err, ended.err.splitlines()[-1]
    assert ended.code == 0


def test_no_file_of_the_case_bears_a_name_of_a_person(hostile: tuple[Path, Path, Ended]) -> None:
    case, out, _ = hostile
    names = [path.name for folder in (case, out) for path in folder.rglob("*")]
    assert not [name for name in names if any(person in name for person in ("esc", "PAID", "山田", "00123"))]
    shown = {stat.S_IMODE(path.stat().st_mode) & 0o077 for top in (out, case / "vault", case / "work")
             for path in (top, *top.rglob("*"))}  # fmt: skip
    assert shown == {0}, "what the run writes can be read by its owner alone"


def test_a_folder_with_a_hostile_name_is_shown_and_never_obeyed(tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "ca se\x1b[2J\u202e'[1]*{a}\n%20")
    ran = command("run", case)
    assert ran.code == 0, ran
    assert_clean(ran)
    (out,) = (case / "out").iterdir()
    verified = command("verify", out)
    assert verified.code == 0, verified
    assert_clean(verified)
    assert_clean(command("verify", tmp_path / "no\x1b[2Jthing"))
    assert_clean(command("explain", case, "A"))


# ---- the command line -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--threads", "0"), "--threads 0"),
        (("--threads", "-1"), "--threads -1"),
        (("--threads", "two"), "--threads"),
        (("--threads", "99999999999999999999"), "--threads"),
        (("--memory", "banana"), "--memory"),
        (("--memory", "-1GB"), "--memory"),
        (("--memory", "1GB'; drop table x; --"), "--memory"),
        (("--unknown",), "--unknown"),
    ],
)
def test_an_option_that_cannot_be_is_a_matter_of_usage(
    options: Sequence[str], part: str, tmp_path: Path, command: Commanded
) -> None:
    case = made(tmp_path / "case")
    assert_said(command("run", case, "--quiet", "--out", tmp_path / "out", *options), 2, part)


@pytest.mark.parametrize("size", ["0", "1KB", "1MB"])
def test_too_little_memory_is_said_and_leaves_nothing(size: str, tmp_path: Path) -> None:
    case = made(tmp_path / "case")
    ended = process("run", case, "--quiet", "--out", tmp_path / "out", "--memory", size, timeout=30)
    assert ended.code in (2, 8), ended
    assert [line for line in ended.lines if "memory" in line] == ended.lines, ended.err
    assert len(ended.lines) == 1, ended.err
    assert_clean(ended)
    assert not accepted_by_verify(tmp_path / "out")


def test_an_account_that_nobody_has_is_said(tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "case")
    assert_said(command("explain", case, "A"), 8, "run")
    assert command("run", case, "--quiet").code == 0
    assert_said(command("explain", case, "nobody\x1b[2J"), 2, "nobody\\x1b[2J")
    assert_said(command("explain", case, ""), 2, "account")
    assert_said(command("explain", case, "a"), 2, '"a"')
    (case / "case.toml").write_text(CASE + ASSETS + SOURCES + "# changed\n")
    assert_said(command("explain", case, "A"), 6, "changed")


def test_an_input_that_changed_since_the_run_makes_its_plan_stale(tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "case")
    assert command("run", case, "--quiet").code == 0
    (case / "inputs" / "balances.csv").write_text("account,asset,quantity\nA,BTC,99\n")
    assert_said(command("explain", case, "A"), 6, "balances.csv")


@pytest.mark.parametrize(
    "kind", ["absent", "file", "empty", "pipe", "foreign", "json of lists", "deep json", "folders"]
)
def test_what_is_no_plan_is_not_verified(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    if kind == "file":
        folder.write_text("")
    elif kind == "pipe":
        os.mkfifo(folder)
    elif kind != "absent":
        folder.mkdir()
    if kind == "foreign":
        (folder / "schedule.csv").write_text("a\n")
    elif kind == "json of lists":
        (folder / "manifest.json").write_text("[]")
    elif kind == "deep json":
        (folder / "manifest.json").write_text("[" * 100_000)
    elif kind == "folders":
        for name in ("manifest.json", "findings.csv", "plan.json"):
            (folder / name).mkdir()
    ended = process("verify", folder, timeout=20)
    assert ended.code in (1, 2), ended
    assert ended.out.splitlines()
    assert_clean(ended)


def test_a_plan_with_a_pipe_or_a_link_in_it_is_not_verified(tmp_path: Path, command: Commanded) -> None:
    out = tmp_path / "out"
    assert command("run", made(tmp_path / "case"), "--out", out, "--quiet").code == 0
    (out / "bridge.csv").rename(tmp_path / "bridge.csv")
    os.mkfifo(out / "bridge.csv")
    ended = process("verify", out, timeout=20)
    assert ended.code == 1
    assert "bridge.csv" in ended.out
    assert_clean(ended)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this machine")
def test_a_summary_that_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    case = made(tmp_path / "case")
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "administrator", "run", str(case), "--out", str(tmp_path / "out")],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=SECONDS_MAX, check=False, text=True,
        )  # fmt: skip
    assert not re.search("Traceback|Exception|fault of the program", ended.stderr), ended.stderr
    assert ended.returncode not in (0, 1, 120)


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    case = made(tmp_path / "case")
    ended = subprocess.run(  # noqa: S602
        f"exec {sys.executable} -m administrator run '{case}' --json | true", shell=True,
        cwd=ROOT, capture_output=True, timeout=SECONDS_MAX, check=False, text=True,
    )  # fmt: skip
    assert not re.search("Traceback|Exception|fault of the program", ended.stderr), ended.stderr


# ---- folders --------------------------------------------------------------------------------------------------------


def _kept_as_they_were(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_an_out_folder_that_holds_other_files_is_left_alone(tmp_path: Path, command: Commanded) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("the only copy")
    ended = command("run", made(tmp_path / "case"), "--quiet", "--out", out)
    assert_said(ended, 8, "thesis.txt", "--out")
    assert _kept_as_they_were(out) == {"thesis.txt": b"the only copy"}


def test_a_stranger_s_file_that_is_called_like_ours_is_not_deleted(tmp_path: Path, command: Commanded) -> None:
    out = tmp_path / "from_the_creditors"
    out.mkdir()
    (out / "claims.csv").write_text("claim,account,asset,quantity\nc,A,BTC,1\n")
    before = _kept_as_they_were(out)
    ended = command("run", made(tmp_path / "case"), "--quiet", "--out", out)
    assert _kept_as_they_were(out) == before, "a file that no manifest lists was thrown away"
    assert_said(ended, 8, "claims.csv", "--out")


def test_inputs_are_never_written_to_nor_deleted(tmp_path: Path, command: Commanded) -> None:
    toml = CASE + ASSETS + SOURCES.replace("inputs/balances", "inputs/claims").replace("inputs/wallets", "inputs/pools")
    case = made(tmp_path / "case", toml.replace("inputs/prices", "inputs/losses"))
    for ours, theirs in (("claims", "balances"), ("pools", "wallets"), ("losses", "prices")):
        (case / "inputs" / f"{theirs}.csv").rename(case / "inputs" / f"{ours}.csv")
    before = _kept_as_they_were(case / "inputs")
    ended = command("run", case, "--quiet", "--out", case / "inputs")
    assert _kept_as_they_were(case / "inputs") == before, "what the court handed over was deleted"
    assert_said(ended, 8, "inputs")


@pytest.mark.parametrize("place", ["", "inputs", "inputs/plan", "vault", "vault/plan", "work", "work/plan"])
def test_a_plan_is_not_put_among_what_it_is_made_of(place: str, tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "case")
    ended = command("run", case, "--quiet", "--out", case / place)
    assert ended.code in (2, 8), ended
    assert_clean(ended)
    assert not list((case / "inputs").rglob("manifest.json"))
    assert sorted(path.name for path in (case / "inputs").glob("*")) == ["balances.csv", "prices.csv", "wallets.csv"]


@pytest.mark.parametrize("kind", ["file", "under a file", "pipe", "device", "folder named like a file of ours"])
def test_an_out_folder_that_can_be_none_is_said(kind: str, tmp_path: Path) -> None:
    out = {"under a file": tmp_path / "x" / "out", "device": Path("/dev/null")}.get(kind, tmp_path / "x")
    if kind in ("file", "under a file"):
        (tmp_path / "x").write_text("")
    elif kind == "pipe":
        os.mkfifo(out)
    elif kind.startswith("folder"):
        (out / "plan.json").mkdir(parents=True)
    ended = process("run", made(tmp_path / "case"), "--quiet", "--out", out, timeout=20)
    assert_said(ended, 8, str(out))


@pytest.mark.parametrize("name", ["work", "vault", "out"])
def test_a_file_where_a_folder_of_the_case_belongs_is_said(name: str, tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "case")
    (case / name).write_text("mine")
    ended = command("run", case, "--quiet")
    assert_said(ended, 8, name)
    assert (case / name).read_text() == "mine"


@pytest.mark.parametrize("name", ["work", "vault", "out"])
def test_a_link_in_the_case_leads_nothing_of_the_case_outside(name: str, tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "case")
    (tmp_path / "elsewhere").mkdir()
    (case / name).symlink_to(tmp_path / "elsewhere")
    ended = command("run", case, "--quiet")
    assert list((tmp_path / "elsewhere").iterdir()) == [], "nothing outside the case folder is written"
    assert_said(ended, 8, name)


def test_a_link_in_place_of_the_lock_is_said(tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "case")
    (case / "work").mkdir()
    (case / "work" / "books.lock").symlink_to(tmp_path / "target")
    assert_said(command("run", case, "--quiet"), 8, "work")
    assert not (tmp_path / "target").exists()


def test_an_out_folder_that_is_a_link_keeps_what_it_leads_to(tmp_path: Path, command: Commanded) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    ended = command("run", made(tmp_path / "case"), "--quiet", "--out", tmp_path / "out")
    assert ended.code in (0, 8), ended
    assert ended.code == 8 or accepted_by_verify(tmp_path / "real")


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """A small file system of its own in memory."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = shutil.which("mount")
    done = subprocess.run([mount or "false", *options, str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no permission to mount a small file system here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_case_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    for is_first in (True, False):
        folder = tmp_path / f"disk{is_first}"
        with mounted(folder, "-t", "tmpfs", "-o", "size=64m", "none"):
            case = made(folder / "case")
            if not is_first:
                assert process("run", case, "--quiet", "--out", tmp_path / "out").code == 0
            subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
            ended = process("run", case, "--quiet", "--out", tmp_path / "out")
            assert_said(ended, 8, "work")
            explained = process("explain", case, "A")
            assert explained.code == (8 if is_first else 0), explained
            assert_clean(explained)


@pytest.mark.parametrize("size_kb", [64, 600, 3_000])
def test_a_full_disk_under_the_case_ends_in_a_line_and_a_larger_one_in_the_plan(size_kb: int, tmp_path: Path) -> None:
    rows = "account,asset,quantity\n" + "".join(f"a{number:06},BTC,0.00001234\n" for number in range(8_000))
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", f"size={size_kb}k", "none") as disk:
        with suppress(OSError):
            made(disk / "case", balances=rows)
        case = disk / "case"
        if not (case / "inputs" / "prices.csv").is_file() or not (case / "inputs" / "prices.csv").stat().st_size:
            # The case itself has no room: it lies elsewhere, and only the plan is to be on the small disk.
            shutil.rmtree(case)
            case = made(tmp_path / "case", balances=rows)
        out = disk / "plan"
        ended = process("run", case, "--quiet", "--out", out)
        assert ended.code == 8, ended
        assert_clean(ended)
        assert len(ended.lines) == 1, ended.err
        assert ended.lines[0].endswith("."), ended.err
        assert not accepted_by_verify(out)
        assert not list(out.glob(".*")) if out.exists() else True, "nothing half-made is left"
        assert not list((case / "work").glob("scratch/*")), "the room that the failed run took is given back"


def test_a_full_disk_while_a_gzip_is_unpacked_ends_in_a_line(tmp_path: Path) -> None:
    packed = gzip.compress(b"account,asset,quantity\n" + b"".join(b"a%07d,BTC,1\n" % n for n in range(300_000)))
    toml = CASE + ASSETS + SOURCES.replace("balances.csv", "balances.csv.gz")
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=3500k", "none") as disk:
        case = made(disk / "case", toml)
        (case / "inputs" / "balances.csv.gz").write_bytes(packed)
        ended = process("run", case, "--quiet", "--out", tmp_path / "out")
        assert_said(ended, 8, "space")
        assert not list((case / "work" / "scratch").glob("*")), "the room is given back"


# ---- several at once, and things that change meanwhile --------------------------------------------------------------


def test_the_second_of_two_runs_is_refused_and_spoils_nothing(tmp_path: Path, command: Commanded) -> None:
    case, out = made(tmp_path / "case"), tmp_path / "out"
    assert command("run", case, "--quiet", "--out", out).code == 0
    before = bytes_of(out)
    with (case / "work" / "books.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = command("run", case, "--quiet", "--out", out)
        assert_said(ended, 8, "another run")
    assert bytes_of(out) == before, "a run that was refused has thrown away the plan of the run before"
    assert accepted_by_verify(out)


def test_two_runs_at_once_leave_one_good_plan(big: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    case, good = big
    runs = [started(case, tmp_path / "out") for _ in range(2)]
    ended = [run.communicate(timeout=SECONDS_MAX)[1] for run in runs]
    codes = sorted(run.returncode for run in runs)
    assert codes in ([0, 8], [0, 0]), ended
    assert not [said for said in ended if b"Traceback" in said]
    assert bytes_of(tmp_path / "out") == good


def test_a_source_that_changes_during_the_run_is_read_as_one_moment_of_it(tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "case")
    path = case / "inputs" / "balances.csv"
    is_done = threading.Event()

    def change() -> None:
        number = 1
        while not is_done.is_set():
            number = number % 9 + 1
            other = path.with_name("other.tmp")
            other.write_text(f"account,asset,quantity\nA,BTC,{number}\nB,BTC,{number}\n")
            other.replace(path)

    writer = threading.Thread(target=change)
    writer.start()
    try:
        ended = command("run", case, "--quiet", "--out", tmp_path / "out")
    finally:
        is_done.set()
        writer.join()
    assert ended.code == 0, ended
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    (sha256,) = [given["sha256"] for given in manifest["inputs"] if given["source"] == "inputs/balances.csv"]
    copy = (case / "vault" / f"{sha256}.csv").read_bytes()
    assert hashlib.sha256(copy).hexdigest() == sha256
    owed = sum(int(line.rpartition(",")[2]) for line in copy.decode().splitlines()[1:])
    said = {row["asset"]: row["owed"] for row in rows_of(tmp_path / "out", "reconciliation")}
    assert said["BTC"] == f"{owed}.00000000"
    assert accepted_by_verify(tmp_path / "out")


def test_a_copy_in_the_vault_that_was_tampered_with_is_not_trusted(tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "case")
    assert command("run", case, "--quiet", "--out", tmp_path / "out").code == 0
    before = bytes_of(tmp_path / "out")
    for copy in (case / "vault").iterdir():
        copy.chmod(0o600)
        copy.write_bytes(copy.read_bytes().replace(b"A,BTC,1", b"A,BTC,9"))
    assert command("run", case, "--quiet", "--out", tmp_path / "out").code == 0
    assert bytes_of(tmp_path / "out") == before


def test_a_failed_run_after_a_good_one_leaves_nothing_that_looks_like_its_plan(
    tmp_path: Path, command: Commanded
) -> None:
    case = made(tmp_path / "case")
    assert command("run", case, "--quiet").code == 0
    (good,) = (case / "out").iterdir()
    before = bytes_of(good)
    (case / "inputs" / "balances.csv").write_text("account,asset,quantity\nA,BTC,x\n")
    assert command("run", case, "--quiet").code == 10
    (case / "inputs" / "balances.csv").write_text("")
    assert command("run", case, "--quiet").code == 3
    assert bytes_of(good) == before, "the plan of other inputs stays as it was"
    for folder in (case / "out").iterdir():
        assert folder == good or not (folder / "schedule.csv").exists()
    explained = command("explain", case, "A")
    assert explained.code != 0, "the last run came to no plan"
    assert_clean(explained)


# ---- interrupted and killed -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A case of many holders, and the bytes of the plan of a run that nobody stopped."""
    folder = tmp_path_factory.mktemp("big")
    subprocess.run(
        [sys.executable, str(ROOT / "fixtures" / "generate.py"), str(folder / "case"), "--balances-only",
         "--accounts", str(ACCOUNTS_INTERRUPTED)], check=True, capture_output=True,
    )  # fmt: skip
    began = time.monotonic()
    ended = process("run", folder / "case", "--quiet", "--out", folder / "out", timeout=600)
    assert ended.code == 0, ended
    (folder / "seconds").write_text(str(time.monotonic() - began))
    return folder / "case", bytes_of(folder / "out")


def started(case: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "administrator", "run", str(case), "--fresh", "--out", str(out)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        # A shell that put the tests in the background has made them deaf to it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip


def stopped(case: Path, out: Path, number: int, after: float) -> tuple[int, str, float]:
    """Start a run, wait until it speaks, then some seconds, send it a signal; its code, words, and seconds to end."""
    run = started(case, out)
    try:
        assert run.stderr is not None
        first = run.stderr.readline()
        time.sleep(after)
        run.send_signal(number)
        began = time.monotonic()
        said = first + run.communicate(timeout=SECONDS_MAX)[1]
    finally:
        if run.poll() is None:
            run.kill()
    return run.returncode, said.decode("utf-8", "replace"), time.monotonic() - began


@pytest.mark.parametrize("share", [0.0, 0.25, 0.45, 0.6, 0.75])
def test_ctrl_c_at_any_moment_ends_at_once_and_leaves_no_plan(
    share: float, big: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    case, good = big
    seconds = float((case.parent / "seconds").read_text())
    after = seconds * (share + random.random() / 10)
    code, said, waited = stopped(case, tmp_path / "out", signal.SIGINT, after)
    assert "Traceback" not in said, (after, said[-2_000:])
    assert "fault of the program itself" not in said, (after, said)
    assert not CONTROL.search(said)
    if code == 0:
        # It was done before the signal came.
        assert bytes_of(tmp_path / "out") == good
        return
    assert code == 130, (code, said)
    assert "interrupted" in said.splitlines()[-1]
    assert waited < 5
    out = tmp_path / "out"
    assert not out.exists() or not accepted_by_verify(out) or bytes_of(out) == good
    assert not out.exists() or not list(out.glob(".*")), "nothing half-made is left"
    assert not list((case / "work").glob("spill-*")), "the room it took is given back"


def test_an_impatient_ctrl_c_and_another_end_in_one_line(big: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    run = started(big[0], tmp_path / "out")
    assert run.stderr is not None
    run.stderr.readline()
    for _ in range(5):
        run.send_signal(signal.SIGINT)
        time.sleep(0.03)
    said = run.communicate(timeout=SECONDS_MAX)[1].decode()
    # Once the line is out, the interpreter itself may still be ended by the next one.
    assert run.returncode in (130, -signal.SIGINT), said
    assert not re.search("Traceback|Exception|fault of the program", said), said
    assert not accepted_by_verify(tmp_path / "out")


def test_a_run_after_ctrl_c_and_kill_gives_the_same_bytes(big: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    case, good = big
    seconds = float((case.parent / "seconds").read_text())
    out = tmp_path / "out"
    for share in (0.2, 0.45, 0.7):
        code, said, _ = stopped(case, out, signal.SIGKILL, seconds * (share + random.random() / 10))
        assert code in (-signal.SIGKILL, 0)
        assert "Traceback" not in said
        assert not out.exists() or not accepted_by_verify(out) or bytes_of(out) == good
    ended = process("run", case, "--quiet", "--out", out)
    assert ended.code == 0, ended
    assert bytes_of(out) == good
    left = [path.name for path in (case / "work").rglob("*") if path.name.startswith("spill-") or path.suffix == ".csv"]
    assert left == [], "what killed runs left is cleared away"
    assert not list((case / "vault").glob(".*")), "half-made copies of killed runs are cleared away"


def test_a_polite_kill_leaves_nothing_half_made(big: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    case, good = big
    seconds = float((case.parent / "seconds").read_text())
    code, said, _ = stopped(case, tmp_path / "out", signal.SIGTERM, seconds * 0.4)
    assert "Traceback" not in said
    # It may come when the files have their names already: then all of them are there.
    is_plan = (tmp_path / "out").exists() and accepted_by_verify(tmp_path / "out")
    assert not is_plan or bytes_of(tmp_path / "out") == good
    assert is_plan or code != 0


def test_a_run_with_little_memory_gives_the_same_bytes_or_a_line(
    big: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    case, good = big
    ended = process("run", case, "--quiet", "--fresh", "--out", tmp_path / "out", "--memory", "24MB", "--threads", "1")
    assert_clean(ended)
    assert ended.code in (0, 8), ended
    assert bytes_of(tmp_path / "out") == good if ended.code == 0 else not accepted_by_verify(tmp_path / "out")
