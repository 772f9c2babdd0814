"""Are accounts that are likely one offered as candidates, with the right reasons, and never merged?

The definitions in Python against pairs written by hand; the bulk relation against the definitions, on random hostile
ids, names and payees; the findings; a whole run, in which both accounts stay.
"""

from __future__ import annotations

import csv
import random
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from administrator.progress import silent
from administrator.usecases.running import run_case
from ledgers import identity
from ledgers.confusables import BY_CASE, LISTED, look_alikes
from ledgers.identity import Reason, destination, find_identities, fold, reasons, skeleton, skeletons
from ledgers.storage.books import Books

generated = settings(
    max_examples=120, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
HOSTILE = [
    *"aAbnNvV1lLiI|0oO9x", *"аАоОвВнНΝνΟοςΣγЁё", *"Ａａ０１｜　", "ﾊﾞ", "バ", "ハ\u3099", "八", "ー", "一", "べ", "ヘ",
    "é", "e\u0301", "ß", "ss", "İ", "ﬁ", "\u0345", "\u00a8", "\u212b", "\u1e9b\u0323", "𝐚", "👩\u200d👧",
    *" \t\n\r\x00\x1b\x1c\x85\xa0",
    "\u200b", "\u202e", "\u00ad", "\ufe0f", "\ufeff", "\u3164", "\u2800", "\U000e0041", "\ue000", "\U0010ffff", "山",
    "ا",
]
FEW = ("a", "A", "а", "0a", "01", "1", "l", "O1", "１", "a ", "\u200ba", "é", "e\u0301", "", "ｱ", "ア", "\t", "1\x1b")
few_texts = st.lists(st.sampled_from(FEW), max_size=2).map("".join)
hostile_texts = st.lists(st.sampled_from(HOSTILE), max_size=4).map("".join)
ascii_texts = st.text(st.characters(max_codepoint=127, exclude_characters="\x00"), max_size=6) | st.lists(
    st.sampled_from([*"00oOiIl|19aA \t\x1c\x1b\x7f"]), max_size=6).map("".join)

H, V, N, W, S, C, Z = (
    Reason.HOMOGLYPH, Reason.INVISIBLE, Reason.NORMAL_FORM, Reason.WIDTH, Reason.WHITE_SPACE, Reason.CASE,
    Reason.LEADING_ZEROS,
)
PAIRS = (
    ("ann", "ann ", {S}), ("ann", "a\u00a0nn", {S}), ("山田太郎", "山田\u3000太郎", {S}), ("ann", "an\u200bn", {V}),
    ("ann", "\ufeffann", {V}), ("ann", "an\u00adn", {V}), ("ann", "ann\u202e", {V}), ("ann", "ann\x1b", {V}),
    ("ann", "Ann", {C}), ("straße", "STRASSE", {C}), ("ИВАН", "иван", {C}), ("ΑΘΗΝΑ".replace("Ν", "Κ"), "αθηκα", {C}),
    ("U123", "Ｕ１２３", {W}), ("バンク", "ﾊﾞﾝｸ", {W}), ("fix", "ﬁx", {W}), ("é", "e\u0301", {N}),
    ("が", "か\u3099", {N}), ("00123", "123", {Z}), ("000", "0", {Z}), ("００１２", "12", {W, Z}),
    ("ann", "аnn", {H}), ("NICK", "ΝICK", {H}), ("user0", "usero", {H}), ("bill", "b1ll", {H}), ("Ivan", "lvan", {H}),
    ("ёж", "ëж", {H}), ("カネコ", "力ネコ", {H}), ("U-1", "U–1", {H}), ("BOB", "вов", {H, C}), ("O1", "o1", {C}),
    ("OO123", "00123", {H}), ("Ann ", "аnn", {S, C, H}),
)
APART = (
    ("00123", "1230"), ("ann", "anna"), ("a-1", "a1"), ("0x12", "x12"), ("U-007", "U-7"), ("ann", "ánn"),
    ("barn", "bam"), ("olga", "iga"), ("山田", "田山"), ("バ", "ハ"),
)


@pytest.mark.parametrize(("one", "other", "expected"), PAIRS)
def test_two_writings_of_one_id_are_candidates_with_the_fewest_reasons(
    one: str, other: str, expected: set[Reason]
) -> None:
    assert skeleton(one) == skeleton(other)
    assert reasons(one, other) == reasons(other, one) == expected


@pytest.mark.parametrize(("one", "other"), APART)
def test_two_ids_are_none(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)
    with pytest.raises(ValueError, match="different skeletons"):
        reasons(one, other)


def test_the_tables_are_what_they_say() -> None:
    listed = [letter for alikes in (LISTED, BY_CASE) for letters in alikes.values() for letter in letters]
    assert len(listed) == len(set(listed))
    for letter, like in look_alikes().items():
        assert not letter.isascii()
        assert unicodedata.normalize("NFC", letter) == letter
        assert unicodedata.normalize("NFC", like) == like
        assert like not in look_alikes()
    for letter in listed:
        is_alone = letter in "ΝνΥυƼƽ"
        assert skeleton(letter.casefold()) == skeleton(letter) or is_alone, "capitals and small letters come to one"


@generated
@given(texts=st.lists(hostile_texts, max_size=6))
def test_texts_folded_together_are_as_folded_alone(texts: list[str]) -> None:
    assert skeletons(texts) == [skeleton(text) for text in texts]


@generated
@given(one=hostile_texts, other=hostile_texts)
def test_reasons_suffice_and_each_is_needed(one: str, other: str) -> None:
    if skeleton(one) != skeleton(other):
        return
    found = reasons(one, other)
    assert bool(found) == (one != other)
    assert fold(one, found) == fold(other, found)
    for reason in found:
        assert fold(one, found - {reason}) != fold(other, found - {reason})


# ---------------------------------------------------------------- the bulk against the definition


@pytest.fixture(scope="module")
def books() -> Iterator[Books]:
    with Books.memory() as books:
        books.run(identity.RELATIONS / "identity_fold.sql")
        yield books


@generated
@given(text=ascii_texts, steps=st.sets(st.sampled_from((H, Z, C, S, V))))
def test_ascii_is_folded_in_sql_as_by_definition(books: Books, text: str, steps: set[Reason]) -> None:
    flags = ", ".join(str(step in steps).lower() for step in (H, Z, C, S, V))
    found = books.rows(
        f"select ascii_fold($text, {flags}), ascii_skeleton($text), is_ascii($text), "
        "ascii_hash($text) = skeleton_hash(ascii_skeleton($text))", {"text": text})
    assert found == [(fold(text, steps), skeleton(text), True, True)]


cells = st.none() | st.text("0aA1 ０１　é/", max_size=4)


@generated
@given(method=st.sampled_from(("chain", "bank", "successor")), payees=st.lists(st.tuples(*6 * [cells]), min_size=2))
def test_destinations_are_written_in_sql_as_by_definition(
    books: Books, method: str, payees: list[tuple[str | None, ...]]
) -> None:
    names = ("address", "tag", "bank", "branch", "account_type", "account_number")
    hashes = {}
    for payee in payees:
        ((found, place),) = books.rows(
            f"select destination($method, {', '.join('$' + name for name in names)}), "
            "destination_hash($method, $address, $tag, $branch, $account_number)",
            {"method": method, **dict(zip(names, payee, strict=True))},
        )
        assert found == destination(method, *payee)
        assert hashes.setdefault(found, place) == place, "one destination, one hash"


PLACES = (
    ("chain", "0xAB", None, None, None, None, None), ("chain", "0xab ", "", None, None, None, None),
    ("chain", "0xab", "7", None, None, None, None), ("bank", None, None, "0005", "001", "1", "0012345"),
    ("bank", None, None, "5", "１", "1", "12345"), ("bank", None, None, "6", "1", "1", "12345"),
    ("bank", None, None, None, None, None, None), ("successor", "0xab", None, None, None, None, "12345"),
)
Payee = tuple[str, str | None, str | None, str | None, str | None, str | None, str | None]


def filled(books: Books, accounts: Sequence[tuple[str, str | None, str]], payees: Sequence[tuple[str, Payee]]) -> None:
    """Fill the relations that the search reads, rows shuffled: accounts as (id, holder, kind), payees by id."""
    ordered = sorted(accounts, key=lambda account: account[0].encode())
    numbers = {account: number for number, (account, _, _) in enumerate(ordered)}
    rows = [(numbers[account], account, holder, kind, 1, row)
            for row, (account, holder, kind) in enumerate(accounts, 2)]
    random.Random(len(rows)).shuffle(rows)
    put(books, "account", "account_no account holder kind source_no row", rows)
    columns = "account_no method address tag bank branch account_type account_number"
    put(books, "payee", columns, [(numbers[account], *payee) for account, payee in payees])
    put(books, "asset", "asset_no asset decimals", [(0, "BTC", 8), (1, "JPY", 0)])
    put(books, "source", "source_no source", [(1, "inputs/accounts.csv")])
    put(books, "book", "account_no asset_no units", [(number, 0, 5) for number in numbers.values()])
    books.execute("alter table book alter units type decimal(38, 0)")
    books.execute(
        "create or replace table finding (code varchar, severity varchar, subject varchar, asset varchar, "
        'quantity varchar, message varchar, source varchar, "row" bigint, "column" varchar, remedy varchar)'
    )


def put(books: Books, relation: str, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
    names = columns.split()
    kinds = [pa.int32() if name.endswith("_no") or name in ("row", "decimals", "units") else pa.string()
             for name in names]
    given_rows = pa.table([pa.array([row[at] for row in rows], kind) for at, kind in enumerate(kinds)], names)
    with books.lent("given_rows", given_rows):
        books.execute(f"create or replace table {relation} as select * from given_rows")


def candidates(books: Books) -> set[tuple[frozenset[str], frozenset[str]]]:
    """The groups: their accounts, and their reasons."""
    accounts, found = defaultdict(set), defaultdict(set)
    rows = books.rows("select group_no, account, reason from identity_candidate join account using (account_no)")
    for group_no, account, reason in rows:
        accounts[group_no].add(account)
        found[group_no].add(reason)
    assert len(rows) == sum(len(accounts[number]) * len(found[number]) for number in accounts), "each reason of all"
    assert sorted(accounts) == list(range(1, len(accounts) + 1))
    return {(frozenset(accounts[number]), frozenset(found[number])) for number in accounts}


def by_definition(
    accounts: Sequence[tuple[str, str | None, str]], payees: Sequence[tuple[str, Payee]]
) -> set[tuple[frozenset[str], frozenset[str]]]:
    met: dict[tuple[str, str], set[str]] = defaultdict(set)
    kinds = {account: kind for account, _, kind in accounts}
    for account, holder, _ in accounts:
        met["account", skeleton(account)].add(account)
        if holder is not None and skeleton(holder):
            met["holder", skeleton(holder)].add(account)
    for account, payee in payees:
        if (place := destination(*payee)) is not None:
            met["payee", place].add(account)
    groups: dict[frozenset[str], set[str]] = defaultdict(set)
    for (basis, _), together in met.items():
        if len(together) > 1 and any(kinds[account] != "house" for account in together):
            groups[frozenset(together)] |= reasons(*together) if basis == "account" else {basis}
    return {(together, frozenset(map(str, found))) for together, found in groups.items()}


@settings(generated, max_examples=40)
@given(
    accounts=st.lists(
        st.tuples(few_texts | hostile_texts | ascii_texts, st.none() | few_texts | hostile_texts,
                  st.sampled_from(("customer", "customer", "house"))),
        max_size=14, unique_by=lambda account: account[0],
    ),
    drawn=st.lists(st.tuples(st.integers(0, 13), st.sampled_from(PLACES)), max_size=10),
    batch=st.sampled_from((1, 3, 1000)),
)
def test_the_bulk_finds_what_the_definition_says(
    accounts: list[tuple[str, str | None, str]], drawn: list[tuple[int, Payee]], batch: int
) -> None:
    payees = [(accounts[place % len(accounts)][0], payee) for place, payee in drawn if accounts]
    with Books.memory() as books, pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "BATCH_ROWS", batch)
        patch.setattr(identity, "GROUPS_AT_ONCE", batch)
        filled(books, accounts, payees)
        find_identities(books)
        assert candidates(books) == by_definition(accounts, payees)
        assert books.value("select count(*) from finding") == books.value(
            "select count(distinct group_no) from identity_candidate")
        left = books.rows("select table_name from duckdb_tables() where table_name like 'identity%'")
        assert left == [("identity_candidate",)]


# ---------------------------------------------------------------- what is said


def said(books: Books) -> list[tuple[str, str, str]]:
    return books.rows("select severity, subject, message from finding order by subject")  # type: ignore[return-value]


def test_a_group_says_who_why_and_how_much() -> None:
    accounts = [(name, None, "customer") for name in ("ann", "аnn", "Ann", "ben", "\x1bben")]
    with Books.memory() as books:
        filled(books, accounts, [])
        find_identities(books)
        assert said(books) == [
            ("warning", 'candidates 1 account "\\x1bben"',
             'inputs/accounts.csv:6: accounts "\\x1bben" and "ben" may be one: ids that differ in characters that show '
             "as nothing. Together they are owed 0.00000010 BTC."),
            ("warning", 'candidates 2 account "Ann"',
             'inputs/accounts.csv:4: accounts "Ann", "ann" and "аnn" may be one: ids with characters that look alike, '
             "ids that differ in upper and lower case. Together they are owed 0.00000015 BTC."),
        ]
        ((remedy, source, row, column),) = books.rows(
            'select remedy, source, "row", "column" from finding where subject like \'%Ann%\'')
        assert remedy == "Rule on them; they stay apart until a ruling merges them."
        assert (source, row, column) == ("inputs/accounts.csv", 4, "account")


def test_a_common_name_or_zeros_in_front_are_a_note() -> None:
    accounts = [("1", "見本 一", "customer"), ("01", None, "customer"), ("x", "見本　一", "customer")]
    with Books.memory() as books:
        filled(books, accounts, [])
        find_identities(books)
        assert [severity for severity, _, _ in said(books)] == ["note", "note"]
    payee: Payee = ("bank", None, None, "0005", "001", "1", "0012345")
    with Books.memory() as books:
        filled(books, accounts, [("1", payee), ("x", ("bank", None, None, "5", "1", "1", "12345"))])
        find_identities(books)
        assert [(severity, "the same place to pay to, the same name" in message)
                for severity, _, message in said(books)] == [("note", False), ("warning", True)]


def test_two_groups_of_one_account_stay_two_and_the_same_accounts_make_one() -> None:
    accounts = [("a", "見本 一", "customer"), ("b", "見本 一", "customer"), ("c", "見本 二", "customer")]
    with Books.memory() as books:
        filled(books, accounts, [("a", PLACES[0]), ("c", PLACES[1])])
        find_identities(books)
        assert candidates(books) == {(frozenset("ab"), frozenset({"holder"})), (frozenset("ac"), frozenset({"payee"}))}
        filled(books, accounts, [("a", PLACES[0]), ("b", PLACES[1])])
        find_identities(books)
        assert candidates(books) == {(frozenset("ab"), frozenset({"holder", "payee"}))}


def test_a_place_with_another_tag_or_bank_and_a_successor_are_no_shared_place() -> None:
    accounts = [(name, None, "customer") for name in "abcdef"]
    with Books.memory() as books:
        places = (PLACES[0], PLACES[2], PLACES[3], PLACES[5], PLACES[7], PLACES[6])
        filled(books, accounts, [*zip("abcdef", places, strict=True), ("a", PLACES[1]), ("f", PLACES[7])])
        find_identities(books)
        assert candidates(books) == set()


def test_accounts_of_the_house_alone_are_no_candidates() -> None:
    with Books.memory() as books:
        filled(books, [("fees", "house", "house"), ("Fees", "house", "house")], [])
        find_identities(books)
        assert candidates(books) == set()
        filled(books, [("fees", None, "house"), ("Fees", None, "customer")], [])
        find_identities(books)
        assert len(candidates(books)) == 1


def test_ever_so_many_groups_are_counted_in_one_finding_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "GROUPS_EACH_MAX", 3)
    accounts = [(f"{zeros}{number}", None, "customer") for number in range(1000, 1010) for zeros in ("", "00")]
    accounts += [("zoë", None, "customer"), ("zoe\u0308", None, "customer")]
    with Books.memory() as books:
        filled(books, accounts, [])
        find_identities(books)
        found = said(books)
        assert len(found) == 3 + 1 + 1, "a flood of one reason does not hide the one group of another"
        assert ("note", "candidates above 3 leading_zeros",
                "7 more groups, with 14 accounts, may each be one: ids that differ in zeros in front.") in found
        assert books.value("select count(*) from identity_candidate") == 22, "the relation has them all"


def test_a_group_of_many_names_a_few() -> None:
    accounts = [(f"a{number}", "見本 一", "customer") for number in range(9)]
    with Books.memory() as books:
        filled(books, accounts, [])
        find_identities(books)
        ((_, _, message),) = said(books)
        assert message.startswith(
            'inputs/accounts.csv:2: accounts "a0", "a1", "a2", "a3", "a4" and 4 more may be one: the same name'
        )


# ---------------------------------------------------------------- a whole run


CROOKED = Path(__file__).resolve().parents[1] / "fixtures" / "crooked" / "likely-duplicate-account"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_candidates_stay_apart_and_get_what_each_is_owed(tmp_path: Path) -> None:
    case = tmp_path / "case"
    for file in ("case.toml", *(f"inputs/{name}.csv" for name in ("accounts", "balances", "wallets"))):
        (case / file).parent.mkdir(parents=True, exist_ok=True)
        (case / file).write_bytes((CROOKED / file).read_bytes())
    run_case(case, tmp_path / "out", silent, threads=1)
    (finding,) = rows_of(tmp_path / "out" / "findings.csv")
    assert (finding["code"], finding["severity"]) == ("likely-duplicate-account", "warning")
    schedule = rows_of(tmp_path / "out" / "schedule.csv")
    assert [(row["account"], row["quantity"]) for row in schedule] == [("ann", "100"), ("аnn", "50")]
    with Books.read_only(case) as books:
        assert candidates(books) == {(frozenset({"ann", "аnn"}), frozenset({"homoglyph"}))}


def test_every_account_of_the_demo_is_somebody_else() -> None:
    names = [f"{number:06}" for number in range(1, 3000)]
    assert not [pair for pair in combinations(names[:50], 2) if skeleton(pair[0]) == skeleton(pair[1])]
    assert len(set(skeletons(names))) == len(names)
