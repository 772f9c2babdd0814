"""case.toml is followed to the letter, or refused with every fault at once, each in one line."""

from __future__ import annotations

import datetime
import os
import re
from pathlib import Path

import pytest

from ledgers.configuration import CaseConfiguration, read_case
from ledgers.configuration_checks import control_of, matches
from ledgers.display import display
from ledgers.errors import ConfigurationError
from ledgers.ingestion.codes import AssetCodes

CASE = """
[case]
title = "Re Example Exchange K.K."
court = "Tokyo District Court"
trigger = "bankruptcy"
regime = "japan_payment_services"
commencement_at = 2026-03-31T09:00:00+09:00
currency = "JPY"
bar_on = 2026-09-30

[assets.JPY]
decimals = 0
kind = "fiat"
[assets.BTC]
decimals = 8
aliases = ["XBT"]
[assets."NFT *"]
decimals = 0
kind = "nft"

[[sources]]
table = "balance"
path = "inputs/balances.csv"
columns = { account = "user_id", asset = "ccy", quantity = 3 }
constants = {}
encoding = "utf-8"
timezone = "Asia/Tokyo"
excess_digits = "refuse"
scientific = "refuse"
duplicates = "refuse"
mend = []
ignore = '^Customer Code'
sheet = "Balances"
layout = "columns"
[[sources]]
table = "wallet"
path = ["inputs/w1.csv", "/elsewhere/w2.csv"]

[[reserves]]
name = "statutory liability reserve"
amount = "1200000000"
currency = "JPY"
covers = ["external_theft", "operational_failure"]
ring_fenced = false

[[policies]]
name = "hot wallet crime 2025-26"
insurer = "Example Insurance"
covers = ["external_theft"]
custody = ["hot", "warm"]
basis = "occurred"
from = 2025-10-01
until = 2026-09-30
currency = "JPY"
retention = "50000000"
limit = "500000000"
aggregate = "800000000"
eroded = "0"
share = "0.9"
payee = "holders"
received = "0"
[[policies.sublimits]]
custody = "hot"
limit = "300000000"

[[events]]
name = "hot wallet theft of 12 March"
peril = "external_theft"
parties = ["thief-1"]
from = 2026-03-12T00:00:00+09:00
until = 2026-03-13T00:00:00+09:00
discovered_at = 2026-03-13T08:00:00+09:00

[[costs]]
name = "return of customer assets"
amount = "30000000"
currency = "JPY"
borne_by = "pools"

[estate]
amount = "250000000"
currency = "JPY"
other_claims = "900000000"

[plan]
round = 1
final = false
pooling = "by_value"
holdback = "0.05"
"""


LAYER = """
[[policies]]
name = "{name}"
tower = "crime"
covers = ["external_theft"]
basis = "{basis}"
from = 2025-10-01
until = 2026-09-30
currency = "JPY"
limit = "1"
payee = "holders"
"""


def read(folder: Path, text: str) -> CaseConfiguration:
    (folder / "case.toml").write_text(text, encoding="utf-8")
    return read_case(folder)


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        read(folder, text)
    assert refused.value.exit_code == 2
    assert all(line.startswith("case.toml: ") and "\n" not in line for line in refused.value.lines)
    return [line.removeprefix("case.toml: ") for line in refused.value.lines]


def test_the_contract_s_own_example_is_read(tmp_path: Path) -> None:
    case = read(tmp_path, CASE)
    assert case.folder == tmp_path
    assert case.commencement_utc == datetime.datetime(2026, 3, 31)
    assert case.sources[1].path == ("inputs/w1.csv", "/elsewhere/w2.csv")
    assert case.path_of("inputs/w1.csv") == tmp_path / "inputs/w1.csv"
    assert case.path_of("/elsewhere/w2.csv") == Path("/elsewhere/w2.csv")
    assert case.policies[0].sublimits[0].limit == "300000000"
    assert case.estate is not None
    assert case.overrides == {"round": 1, "final": False, "pooling": "by_value", "holdback": "0.05"}
    assert case.plan.rounding is None


def test_a_day_begins_and_ends_in_the_zone_of_commencement(tmp_path: Path) -> None:
    case = read(tmp_path, CASE)
    policy, event = case.policies[0], case.events[0]
    assert policy.begins.at == datetime.datetime(2025, 9, 30, 15, tzinfo=datetime.UTC)
    assert policy.ends.at == datetime.datetime(2026, 9, 30, 14, 59, 59, 999999, tzinfo=datetime.UTC)
    assert policy.ends.given == datetime.date(2026, 9, 30)
    assert case.bar_on is not None
    assert case.bar_on.at == policy.ends.at
    assert event.ends is not None
    assert event.ends.at == datetime.datetime(2026, 3, 12, 15, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("holdback =", "holdbak =", '[plan] has no key "holdbak"; did you mean "holdback"?'),
        ("[estate]", "[estte]", 'has no key "estte"; did you mean "estate"?'),
        ('limit = "300000000"', 'limt = "1"', '1 has no key "limt"'),
        ('payee = "holders"\n', "", '"hot wallet crime 2025-26" lacks the required key "payee". Add it.'),
        ("ring_fenced = false\n", "", 'lacks the required key "ring_fenced"'),
        ('holdback = "0.05"', "holdback = 0.05", '[plan] holdback is a bare number; put it in quotes: "0.05".'),
        ('amount = "250000000"', "amount = 250000000", 'amount is a bare number; put it in quotes: "250000000".'),
        ('holdback = "0.05"', 'holdback = "1.05"', "[plan] holdback is not a share from 0 to 1"),
        ('holdback = "0.05"', 'holdback = "5e-2"', "is not a plain decimal"),
        ('amount = "250000000"', 'amount = "２５０"', "[estate] amount is not a plain decimal"),
        ('amount = "250000000"', 'amount = "-1"', "[estate] amount is not a plain decimal"),
        ('amount = "250000000"', 'amount = "0.5"', '[estate] amount "0.5" has more decimals than the 0 of JPY'),
        ("+09:00\ncurrency", "\ncurrency", "[case] commencement_at has no offset"),
        ("2026-03-31T09:00:00+09:00", "0001-01-01T00:00:00+09:00", "[case] commencement_at is an instant outside"),
        ("2026-03-31T09:00:00+09:00", "9999-12-31T23:00:00-09:00", "[case] commencement_at is an instant outside"),
        ("2026-03-12T00:00:00+09:00", "0001-01-01T00:00:00+09:00", "from is an instant outside the calendar of UTC"),
        ("2026-03-13T00:00:00+09:00", "9999-12-31T23:00:00-09:00", "until is an instant outside the calendar of UTC"),
        ("discovered_at = 2026-03-13T08:00:00+09:00", "discovered_at = 0001-01-01", "discovered_at is a day outside"),
        ("bar_on = 2026-09-30", "bar_on = 0001-01-01T08:00:00+09:00", "bar_on is an instant outside"),
        ("constants = {}", 'constants = { asset = "NFT \\r1" }', r'names the asset "NFT \r1", which is not declared'),
        ("from = 2025-10-01", 'from = "2025-10-01"', "from is no day; write it unquoted"),
        ("until = 2026-09-30", "until = 2024-09-30", "ends (2024-09-30) before it begins (2025-10-01)"),
        ('covers = ["external_theft"]', 'covers = ["theft"]', 'covers.1 cannot be "theft"'),
        ('share = "0.9"\n', 'share = "0.9"\nreinstatements = 1\n', "has reinstatements = 1 and no premium"),
        ('share = "0.9"\n', 'share = "0.9"\nreinstatements = -1\n', "reinstatements"),
        ('share = "0.9"\n', 'share = "0.9"\nreinstatement_rate = "1"\n', "a reinstatement_rate and no reinstatements"),
        ('aggregate = "800000000"', 'aggregate = "0"\nreinstatements = 1\npremium = "1"', "reinstatements of nothing"),
        ('share = "0.9"\n', 'share = "0.9"\nretroactive_from = 2024-01-01\n', 'or set basis = "discovery"'),
        ('share = "0.9"\n', 'share = "0.9"\ndrop_down = "payment"\n', 'has drop_down = "payment" and no tower'),
        ('share = "0.9"\n', 'share = "0.9"\npremium = "0.5"\n', 'premium "0.5" has more decimals than the 0 of JPY'),
        ("[[policies.sublimits]]", '[[policies.lines]]\ninsurer = "A"\nshare = "0.6"\n[[policies.sublimits]]',
         "has lines, and the key share too, which each line gives itself. Remove share."),
        ('share = "0.9"\npayee = "holders"\nreceived = "0"\n',
         'payee = "holders"\nlines = [{insurer = "A", share = "0.6"}, {insurer = "B", share = "0.41"}]\n',
         "their shares are together more than 1 (0.6 + 0.41)"),
        ('share = "0.9"\npayee = "holders"\nreceived = "0"\n',
         'payee = "holders"\nlines = [{insurer = "A", share = "0.6"}, {insurer = "A", share = "0.4"}]\n',
         'lines name the insurer "A" 2 times'),
        ('limit = "300000000"\n', 'limit = "300000000"\n[[policies.sublimits]]\ncustody = "hot"\nlimit = "1"\n',
         'has 2 sublimits for the custody "hot"'),
        ("covers = [\"external_theft\"]", "covers = []", "covers must not be empty"),
        ('pooling = "by_value"', 'pooling = "by_valeu"', 'pooling cannot be "by_valeu"; did you mean "by_value"?'),
        ('name = "hot wallet theft of 12 March"', 'name = "network_fees"', "has the name of a line of the bridge"),
        ('name = "hot wallet theft of 12 March"', 'name = "taken_by:x"', "has the name of a line of the bridge"),
        ('name = "hot wallet crime 2025-26"', 'name = "statutory liability reserve"', "2 times. Names must be unique"),
        ('parties = ["thief-1"]\n', "", "says who took by `parties`, or what was lost"),
        ('currency = "JPY"\nbar', 'currency = "BTC"\nbar', 'currency "BTC" is of kind crypto; it must be of kind fiat'),
        ('currency = "JPY"\nbar', 'currency = "JYP"\nbar', '"JYP", which is not declared; did you mean "JPY"?'),
        ('borne_by = "pools"', 'borne_by = "DOGE"', "borne_by must be"),
        ('aliases = ["XBT"]', 'aliases = ["JPY"]', 'has the alias "JPY", which is an asset itself'),
        ('table = "wallet"', 'table = "label"', "names no source for the table wallet"),
        ('table = "balance"', 'table = "account"', "names no source for the table balance or journal"),
        ('table = "balance"', 'table = "balances"', 'table cannot be "balances"; did you mean "balance"?'),
        ('account = "user_id"', 'acount = "user_id"', 'has no column "acount"; did you mean "account"?'),
        ("quantity = 3", "quantity = 0", "columns.quantity is neither a header in quotes nor a position from 1: 0."),
        ('encoding = "utf-8"', 'encoding = "utf-9"', "encoding is no known encoding"),
        ('encoding = "utf-8"', 'encoding = "base64"', "encoding is no encoding of text"),
        ('"Asia/Tokyo"', '"Asia/Tokio"', "timezone is no known time zone"),
        ('"Asia/Tokyo"', '"../../etc/passwd"', "timezone is no known time zone"),
        ("'^Customer Code'", "'('", "ignore is no regular expression"),
        ('layout = "columns"', 'layout = "packed"', "lacks the key pattern"),
        ("constants = {}", 'constants = { account = "x" }', 'gives "account" both as a column and as a constant'),
        ("constants = {}", 'constants = { asset = "DOGE" }', 'names the asset "DOGE", which is not declared'),
        ("decimals = 8", "decimals = 39", "[assets.BTC] decimals must be at most 38, not 39."),
        ("round = 1", "round = true", "[plan] round must be a whole number without quotes"),
    ],
)  # fmt: skip
def test_a_fault_is_said_with_its_place_and_what_to_do(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert CASE.count(old) >= 1
    lines = faults(tmp_path, CASE.replace(old, new, 1))
    assert any(fault in line for line in lines), lines


def test_every_fault_is_said_at_once_and_once(tmp_path: Path) -> None:
    text = (
        CASE.replace("holdback =", "holdbak =").replace("[estate]", "[estte]").replace("quantity = 3", "quantity = 0")
    )
    lines = faults(tmp_path, text)
    assert len(lines) == len(set(lines)) == 3


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"[case\n", "is not TOML: "),
        (b"a = 1\na = 2\n", "line 2"),
        (b'title = "\xff"', "line 1 is not UTF-8 (byte 9)"),
        (b"", "has no section [case]"),
        (b"case = 3\nassets = []\nsources = {}\n", "must be a table"),
        (b"a = " + b"[" * 5000, "nested too deeply"),
        (b"a = 1\nb = " + b"9" * 5000, "line 2 has a whole number of thousands of digits"),
        (b"a = 1\n[b]\nc = [1, 0x" + b"f" * 5000 + b"]", "b.c.2 is a whole number of more than 64 bits"),
        (b"a = -9223372036854775809", "a is a whole number of more than 64 bits"),
    ],
)
def test_a_broken_file_is_refused_without_a_traceback(tmp_path: Path, content: bytes, fault: str) -> None:
    (tmp_path / "case.toml").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"case\.toml") as refused:
        read_case(tmp_path)
    assert fault in str(refused.value)


def test_a_folder_without_a_case_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        read_case(tmp_path)


@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a device"])
def test_a_case_file_that_is_no_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "case.toml"
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(ConfigurationError, match=r"case\.toml: is no regular file"):
        read_case(tmp_path)


def test_a_case_file_that_is_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "settings.toml").write_text(CASE, encoding="utf-8")
    (tmp_path / "case" / "case.toml").symlink_to(tmp_path / "settings.toml")
    assert read_case(tmp_path / "case").title == "Re Example Exchange K.K."


def test_a_folder_with_a_name_longer_than_any_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="File name too long"):
        read_case(tmp_path / ("x" * 300))


def test_values_cannot_be_changed(tmp_path: Path) -> None:
    case = read(tmp_path, CASE)
    with pytest.raises(ValueError, match="frozen"):
        case.case.title = "other"


@pytest.mark.parametrize(
    ("pattern", "code", "covers"),
    [
        ("NFT *", "NFT (1)", True), ("NFT *", "NFTX", False), ("*", "", True), ("a*c*e", "abcde", True),
        ("a.c*", "abc", False), ("[x]*", "[x]1", True), ("[x]*", "x1", False), ("a*", "a\nb", True),
    ],
)  # fmt: skip
def test_only_the_star_is_special_in_a_pattern(pattern: str, code: str, covers: bool) -> None:
    assert matches(pattern, code) is covers


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("K\rIN", "carriage return"), ("K\nIN", "control character U+000A"), ("\x9bK", "control character U+009B"),
        ("K\u2028", "control character U+2028"), ("K IN", None), ("株\u3000", None), ("", None),
    ],
)  # fmt: skip
def test_a_control_character_in_a_code_is_named(code: str, found: str | None) -> None:
    assert control_of(code) == found


def test_literal_codes_win_over_patterns_and_longer_patterns_over_shorter(tmp_path: Path) -> None:
    more = '[assets."NFT RARE*"]\ndecimals = 2\n[assets."NFT 1"]\ndecimals = 5\naliases = ["NFT one"]\n[estate]'
    codes = AssetCodes(read(tmp_path, CASE.replace("[estate]", more)).assets)
    found = {code: codes.decimals_of(code) for code in ("NFT 1", "NFT one", "NFT RARE 1", "NFT 2", "XBT", "DOGE")}
    assert found == {"NFT 1": 5, "NFT one": 5, "NFT RARE 1": 2, "NFT 2": 0, "XBT": 8, "DOGE": None}
    names = [asset.asset for asset in codes.numbered().values()]
    assert sorted(names, key=str.encode) == ["BTC", "JPY", "NFT 1", "NFT 2", "NFT RARE 1"]


@pytest.mark.parametrize(
    "hostile", ["\x1b[2J", "\x9b2J", "a\u202eb", "a\u200bb", "\x07", "\r\n", "\ud800", "\u2028", "\ufe0f"]
)
def test_hostile_text_is_shown_and_never_obeyed(hostile: str) -> None:
    shown = display(hostile)
    assert shown.isprintable()
    assert "\\" in shown


def test_a_long_text_is_cut_and_an_escape_is_never_cut_through() -> None:
    assert len(display("x" * 500)) == 80
    assert display("\x1b" * 500, 10) == "\\x1b\\x1b…"
    assert display("a" + "\u0301" * 50, 200).count("\u0301") == 4


def test_layers_of_one_tower_follow_one_basis(tmp_path: Path) -> None:
    first, second = LAYER.format(name="a", basis="occurred"), LAYER.format(name="b", basis="discovery")
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, CASE.replace("\n[[events]]", f"{first}{second}\n[[events]]"))
    assert 'has the basis "discovery", and "a" of the same tower "crime" has "occurred"' in str(refused.value)
    read(tmp_path, CASE.replace("\n[[events]]", f"{first}{second}\n[[events]]").replace("discovery\"", "occurred\""))


def test_who_has_no_policies_has_no_subrogation(tmp_path: Path) -> None:
    bare = re.sub(r"\n\[\[policies\]\].*?(?=\n\[\[events\]\])", "", CASE, flags=re.DOTALL)
    with pytest.raises(ConfigurationError, match="nobody has paid"):
        read(tmp_path, bare + '\n[subrogation]\nrule = "pro_rata"\n')
