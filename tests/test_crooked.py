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
        CASE + '"\\u001b[2J\\u202e" = 1\n' + ASSETS + SOURCES, ("[case]", "\\x1b[2J")),
    "a key with a line break in it": (CASE + '"a\\nadministrator: done" = 1\n' + ASSETS + SOURCES, ("\\nadministrator: done",)),
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
        "a name with an escape and a line break": ("inputs/a\\u001b[2J\\nadministrator: done.csv", ("\\x1b[2J", "\\nadministrator: done")),
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
    "a day counted that is none": ("wallet", "w5,BTC,1,,,2026-02-29T00:00Z,", "unreadable-instant", "as_of", "calendar"),
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
    "an allowed part that is no number": ("claim", "c3,a,BTC,1,,allowed,all", "unreadable-quantity", "allowed", '"all"'),
    "an account of a kind that nobody knows": ("account", "a9,N,vip", "unknown-word", "kind", '"vip"'),
    "a payee by carrier pigeon": ("payee", "a,,pigeon", "unknown-word", "method", '"pigeon"'),
    "a payee of an unknown asset": ("payee", "a,DOGE,chain", "unknown-asset", "asset", '"DOGE"'),
    "a round before the first": ("payment", "0,a,BTC,return,BTC,1", "unreadable-number", "round", '"0"'),
    "a round that is no number": ("payment", "one,a,BTC,return,BTC,1", "unreadable-number", "round", '"one"'),
    "a payment below nothing": ("payment", "1,a,BTC,return,BTC,-1", "negative-quantity", "quantity", "-1"),
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
    findings, rejects = (rows_of(out, name) if (out / f"{name}.csv").exists() else [] for name in ("findings", "rejects"))
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
    assert "\n" not in found[0]["message"] and not CONTROL.search(found[0]["message"])
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
        assert rows == text.count(b"\n") - 1 - text.count(b'\n"'), source
        assert rows == accepted + rejected + ignored, source
        assert rejected == len([r for r in blocked.rejects if r["source"] == source]), source
    assert dict((source, accepted) for source, _, accepted, *_ in counts)["inputs/balances.csv"] == len(FAULTY_BALANCES)


def test_a_stopped_run_leaves_a_folder_that_verify_does_not_take_for_a_plan(blocked: Blocked, command: Commanded) -> None:
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
        assert f'"{key}"' in finding["message"] or key in finding["message"], table
    assert_clean(ended)
