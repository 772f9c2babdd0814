"""Whatever is handed over, the run ends with a line a fault and the right code; nothing is guessed and nothing lost.

Bad rows stand together in one case, bad files in another, so that each fault is found beside all the others. What needs
signals, limits or a full disk runs in a process of its own. All figures are worked on paper. Names are invented.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from administrator.cli import main
from administrator.plans.verify import verify

ROOT = Path(__file__).parent.parent
ACCOUNTS_INTERRUPTED = int(os.environ.get("ADMINISTRATOR_CROOKED_ACCOUNTS", "20000"))
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
    assert any(all(part in line for part in parts) for line in ended.lines), ended.err
    assert_clean(ended)


def assert_clean(ended: Ended) -> None:
    for said in (ended.out, ended.err):
        assert not CONTROL.search(said), [hex(ord(c)) for c in CONTROL.findall(said)]
    assert "Traceback" not in ended.err


# ---- case.toml ------------------------------------------------------------------------------------------------------

LONG_NAME = "x" * 5_000
FAULTY_TOML: dict[str, tuple[str, tuple[str, ...]]] = {
    "a key of [case] that nobody knows": (CASE + 'bar = "x"\n' + ASSETS + SOURCES, ("[case]", '"bar"', "bar_on")),
    "a section that nobody knows": (CASE + ASSETS + SOURCES + "[reserve]\n", ('"reserve"', "reserves")),
    "a key with a terminal's escape in it": (
        CASE + '"\\u001b[2J\\u202e" = 1\n' + ASSETS + SOURCES, ("[case]", "\\x1b[2J\\u202e")),
    "a key with a line break in it": (CASE + '"a\\nadministrator: done" = 1\n' + ASSETS + SOURCES, ("a\\nadmin",)),
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
        CASE + ASSETS + SOURCES + '[[reserves]]\nname = "r"\namount = "1"\ncurrency = "JPY"\ncovers = ["unexplained"]\n',
        ("[[reserves]]", "ring_fenced")),
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
    "an amount of too many digits": (CASE + ASSETS + SOURCES + POLICY.replace('"500"', f'"{"9" * 39}"'), ("limit", "38")),
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
        CASE.replace("2026-03-31T09:00:00+09:00", "9999-12-31T23:00:00-09:00") + ASSETS + SOURCES, ("commencement_at",)),
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
def test_a_case_file_that_is_no_file_is_refused_at_once(what: str, make: Callable[[Path], None], tmp_path: Path) -> None:
    case = made(tmp_path / "case")
    (case / "case.toml").unlink()
    make(case / "case.toml")
    try:
        ended = process("run", case, timeout=10)
    except subprocess.TimeoutExpired:
        pytest.fail(f"the run waits for ever where case.toml is {what}")
    assert_said(ended, 2, "case.toml")


@pytest.mark.parametrize("act", ["run", "explain", "open"])
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
        "ac.csv", GOOD_BALANCES, 'columns = { quantity = "ba\\u001blance" }', (":1:", "ba\\x1blance", "quantity")),
    "an ending that nobody knows": ("ad.txt", GOOD_BALANCES, "", ("csv.gz",)),
    "a workbook": ("ae.xlsx", b"PK\3\4", "", ("csv",)),
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
        "a name with an escape and a line break": ("inputs/a\\u001b[2J\\nadministrator: done.csv", ("\\x1b[2J\\n",)),
        "a name with a NUL": ("inputs/a\\u0000.csv", ("a\\x00.csv",)),
        "a name longer than any": (f"inputs/{LONG_NAME}.csv", ("inputs/xxx",)),
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
    files: dict[str, str | bytes] = {}
    wanted: dict[str, tuple[str, ...]] = {}
    case = made(tmp_path / "case")
    for fault, (name, content, settings, parts) in FAULTY_FILES.items():
        (case / "inputs" / name).write_bytes(content)
        toml += f'[[sources]]\ntable = "balance"\npath = "inputs/{name}"\n{settings}\n'
        wanted[fault] = (f"inputs/{name}", *parts)
    for fault, (written, parts) in _faulty_places(case / "inputs").items():
        if written != f"inputs/{LONG_NAME}.csv":
            toml += f'[[sources]]\ntable = "balance"\npath = "{written}"\n'
            wanted[fault] = parts
    (case / "case.toml").write_text(toml)
    ended = command("run", case, "--out", tmp_path / "out", "--quiet")
    missed = [fault for fault, parts in wanted.items() if not any(all(p in line for p in parts) for line in ended.lines)]
    assert_clean(ended)
    assert ended.code == 3
    assert missed == []
    assert len(ended.lines) == len(wanted), "one line a fault"
    assert all(line.endswith(".") for line in ended.lines)
    assert "Traceback" not in ended.err
    assert not accepted_by_verify(tmp_path / "out")
    assert not list((case / "work").glob("scratch/*")), "nothing is left in the work folder"
    assert not list((case / "vault").glob(".*")), "nothing half-made is left in the vault"
    assert not files


def test_a_name_longer_than_any_is_refused(tmp_path: Path, command: Commanded) -> None:
    case = made(tmp_path / "case", CASE + ASSETS + SOURCES.replace("prices.csv", f"{LONG_NAME}.csv"))
    assert_said(command("run", case), 3, "inputs/xxx")


def test_a_million_columns_are_read_or_refused_in_bounded_time(tmp_path: Path) -> None:
    header = "account,asset,quantity," + ",".join(f"c{number}" for number in range(1_000_000))
    case = made(tmp_path / "case", balances=header + "\nA,BTC,1" + "," * 1_000_000 + "\n")
    try:
        ended = process("run", case, "--quiet", timeout=15)
    except subprocess.TimeoutExpired:
        pytest.fail("a million columns keep the run busy for longer than 15 s")
    assert "Traceback" not in ended.err
    assert ended.code in (0, 3)
    assert all(len(line) < 2_000 for line in ended.lines)
