"""Which accounts are likely one person's, or one account written in several ways?

Ids are compared byte for byte and nothing here changes that: what is found are candidates, each group with its reasons,
for somebody to rule on. Two ids are candidates where they come to the same skeleton: without white space and what shows
as nothing, in one normal form and width, in small letters, each letter as the one it looks like, a number without zeros
in front. Accounts with a holder of the same skeleton are candidates too, and those to be paid at one place.

`fold`, `reasons` and `destination` are the definitions. The bulk is SQL (relations/identity*.sql), which folds ASCII
itself; other texts are folded here, thousands at a time.

Not seen: two letters that look like one (rn and m), Greek ids that differ in the case of nu or upsilon only, names
in another script or order, nicknames.

Source: Unicode Standard Annex 15 (normal forms), Unicode Technical Standard 39 (what looks alike).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledgers.confusables import ASCII, look_alikes
from ledgers.display import display
from ledgers.ingestion.fault_book import write_findings
from ledgers.models import Finding, Severity

if TYPE_CHECKING:
    import numpy as np

    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"
GROUPS_EACH_MAX = 1_000
"""Findings of groups with the same leading reason; the groups above that are counted in one finding."""
ACCOUNTS_NAMED_MAX = 5
ASSETS_NAMED_MAX = 3
BATCH_ROWS = 200_000
GROUPS_AT_ONCE = 10_000


class Reason(StrEnum):
    """Why accounts are candidates, the gravest first: what hides from the eye before what a program may have done."""

    HOMOGLYPH = "homoglyph"
    INVISIBLE = "invisible"
    NORMAL_FORM = "normal_form"
    WIDTH = "width"
    WHITE_SPACE = "white_space"
    CASE = "case"
    PAYEE = "payee"
    LEADING_ZEROS = "leading_zeros"
    HOLDER = "holder"


WORDS = {
    Reason.HOMOGLYPH: "ids with characters that look alike",
    Reason.INVISIBLE: "ids that differ in characters that show as nothing",
    Reason.NORMAL_FORM: "ids in different Unicode normal forms",
    Reason.WIDTH: "ids in full and half width",
    Reason.WHITE_SPACE: "ids that differ in white space",
    Reason.CASE: "ids that differ in upper and lower case",
    Reason.PAYEE: "the same place to pay to",
    Reason.LEADING_ZEROS: "ids that differ in zeros in front",
    Reason.HOLDER: "the same name of the holder",
}
WEAK = frozenset({Reason.LEADING_ZEROS, Reason.HOLDER})
"""Of many exchanges true of different people: alone they make a note and no warning."""

STEPS = (
    Reason.HOMOGLYPH,
    Reason.LEADING_ZEROS,
    Reason.CASE,
    Reason.WIDTH,
    Reason.NORMAL_FORM,
    Reason.WHITE_SPACE,
    Reason.INVISIBLE,
)
"""The steps of `fold`, in the order in which `reasons` tries to do without them."""

INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Controls, format marks, blank letters, variation selectors and tags: written out, so that no release of Python
changes them."""
WHITE_SPACE = re.compile(r"\s")
BETWEEN = "\ue000"
"""Between texts that are folded at once: a private character, which no step changes or looks beyond."""


@cache
def _look_alikes() -> tuple[re.Pattern[str], dict[str, str]]:
    alikes = look_alikes()
    return re.compile("[" + re.escape("".join(sorted(alikes))) + "]"), alikes


def fold(text: str, steps: Collection[Reason]) -> str:
    """Give what a text comes to by some of the steps.

    >>> fold("ＡＢ １", {Reason.WIDTH}), fold("ＡＢ １", {Reason.WIDTH, Reason.CASE, Reason.WHITE_SPACE})
    ('AB 1', 'ab1')

    Looks come before case, because a capital may look like another letter than the small one does: Greek Ν and ν.
    """
    text = _folded(text, steps)
    return _without_zeros(text) if Reason.LEADING_ZEROS in steps else text


def skeleton(text: str) -> str:
    """Give what a text has in common with all that is likely meant by it.

    >>> skeleton(" Аnn\u200b007"), skeleton("Ann007"), skeleton("Ａｎｎ００７")
    ('ann007', 'ann007', 'ann007')
    >>> skeleton("00123"), skeleton("O0l23"), skeleton("000"), skeleton("0x12")
    ('123', '123', '0', '0x12')
    """
    return fold(text, STEPS)


def skeletons(texts: Sequence[str]) -> list[str]:
    """Give the skeleton of each text: all of them are folded as one, which is several times as quick.

    >>> skeletons(["ﾊﾞ", "山田　太郎"])
    ['バ', '山田太郎']
    """
    joined = BETWEEN.join(texts)
    if joined.count(BETWEEN) != max(len(texts) - 1, 0):
        return [skeleton(text) for text in texts]
    pieces = _folded(joined, STEPS).split(BETWEEN) if texts else []
    return [_without_zeros(piece) if piece[:1] == "0" else piece for piece in pieces]


def _folded(text: str, steps: Collection[Reason]) -> str:
    if Reason.INVISIBLE in steps:
        text = INVISIBLE.sub("", text)
    if Reason.WHITE_SPACE in steps:
        text = WHITE_SPACE.sub("", text)
    form: Any = "NFKC" if Reason.WIDTH in steps else "NFC" if Reason.NORMAL_FORM in steps else None
    if form:
        text = unicodedata.normalize(form, text)
    if Reason.HOMOGLYPH in steps:
        pattern, alikes = _look_alikes()
        text = pattern.sub(lambda met: alikes[met[0]], text)
    if Reason.CASE in steps:
        text = text.casefold()
    if Reason.HOMOGLYPH in steps:
        for letter, digit in ASCII.items():
            text = text.replace(letter, digit)
    return unicodedata.normalize(form, text) if form else text


def _without_zeros(text: str) -> str:
    if text.startswith("0") and not text.strip("0123456789"):
        return text.lstrip("0") or "0"
    return text


def reasons(*texts: str) -> frozenset[Reason]:
    """Give the fewest steps that make texts one which come to the same skeleton.

    Each step is left out for good where the others do without it, the gravest first: capital O against small o is a
    matter of case, though both look like a zero.

    >>> [" ".join(sorted(reasons(*pair))) for pair in (("Ann ", "ann"), ("O1", "o1"), ("O1", "01"), ("é", "e\u0301"))]
    ['case white_space', 'case', 'homoglyph', 'normal_form']
    >>> reasons("ann", "ben")
    Traceback (most recent call last):
    ...
    ValueError: texts that come to different skeletons
    """
    kept = set(STEPS)
    if len({fold(text, kept) for text in texts}) > 1:
        raise ValueError("texts that come to different skeletons")
    for step in STEPS:
        if len({fold(text, kept - {step}) for text in texts}) == 1:
            kept.remove(step)
    return frozenset(kept)


def destination(
    method: str,
    address: str | None,
    tag: str | None,
    bank: str | None,
    branch: str | None,
    account_type: str | None,
    account_number: str | None,
) -> str | None:
    """Give the place where a payee is paid, in one writing; None where it has none of its own.

    An address is a place whatever the network, and without its tag it is another: many share an exchange's address.

    >>> destination("bank", None, None, "0005", "12", "1", "0123456", )
    'bank 5 branch 12 type 1 number 123456'
    >>> destination("chain", "0xAB", None, None, None, None, None) == destination("chain", "0xab", "", *4 * [None])
    True
    """
    if method == "chain" and address:
        return f"address {_cell(address)} tag {_cell(tag)}"
    if method == "bank" and account_number:
        return f"bank {_cell(bank)} branch {_cell(branch)} type {_cell(account_type)} number {_cell(account_number)}"
    return None


FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def _cell(cell: str | None) -> str:
    cell = cell or ""
    folded = cell.replace(" ", "").lower() if cell.isascii() else re.sub("[ \u3000]", "", cell.translate(FULL_WIDTH))
    return folded.lstrip("0")


# ---------------------------------------------------------------- in bulk


def find_identities(books: Books) -> None:
    """Make `identity_candidate` and its findings from the accounts, their holders and payees, and their balances.

    After the books are made, because a finding says what the candidates are owed together.
    """
    books.run(RELATIONS / "identity_fold.sql")
    books.execute("create or replace temp table identity_rank (rank integer, reason varchar)")
    for rank, reason in enumerate(Reason):
        books.insert("identity_rank", rank, reason.value)
    books.execute(
        "create or replace temp table identity_member "
        "(basis varchar, skeleton varchar, account_no integer, text varchar)"
    )
    books.execute("create or replace temp table identity_reason (basis varchar, skeleton varchar, reason varchar)")
    for basis, column in (("account", "account"), ("holder", "holder")):
        books.run(RELATIONS / "identity_text.sql", {"column": column})
        _store_skeletons(books)
        if _store_suspects(books):
            books.run(RELATIONS / "identity_member.sql", basis=basis)
    books.run(RELATIONS / "identity_place.sql")
    if books.value("select count(*) from identity_place"):
        books.run(RELATIONS / "identity_destination.sql")
    bases = {basis for (basis,) in books.rows("select distinct basis from identity_member")}
    if "account" in bases:
        books.run(RELATIONS / "identity_reason.sql")
        _store_reasons(books)
    books.run(RELATIONS / "identity_candidate.sql")
    if bases:
        books.run(RELATIONS / "identity_group.sql", groups_max=GROUPS_EACH_MAX, accounts_max=ACCOUNTS_NAMED_MAX)
        write_findings(books, [*_about_groups(books), *_about_the_rest(books)])
    books.run(RELATIONS / "identity_end.sql")


def _store_skeletons(books: Books) -> None:
    """Fold the texts that are not ASCII."""
    import pyarrow as pa

    for start in range(0, int(books.value("select count(*) from account")), BATCH_ROWS):
        books.execute(
            "create or replace temp table identity_part as select account_no, text from identity_text "
            "where account_no >= $start and account_no < $until and not is_ascii(text)",
            {"start": start, "until": start + BATCH_ROWS},
        )
        # All of a part is taken before it is written, for nothing else may run while a query gives its rows.
        for batch in list(books.batches("select account_no, text from identity_part", BATCH_ROWS)):
            folded = pa.array(skeletons(batch.column(1).to_pylist()), pa.string())
            with books.lent("incoming_skeletons", pa.table([batch.column(0), folded], ["account_no", "skeleton"])):
                books.execute("insert into identity_skeleton select account_no, skeleton from incoming_skeletons")


def _store_suspects(books: Books) -> int:
    """Store the accounts whose skeleton has the hash of another's, and give their number.

    Sorting ten million hashes is ten times as quick as grouping by them, and takes a tenth of the memory.
    """
    import numpy as np
    import pyarrow as pa

    numbers, hashes = _hashes(books)
    ordered = np.sort(hashes)
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    suspects = numbers[:0]
    if len(repeated):
        places = np.minimum(np.searchsorted(repeated, hashes), len(repeated) - 1)
        suspects = numbers[repeated[places] == hashes]
    with books.lent("incoming_suspects", pa.table({"account_no": suspects})):
        books.execute("create or replace temp table identity_suspect as select account_no from incoming_suspects")
    return len(suspects)


def _hashes(books: Books) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    import numpy as np

    queries = (
        "select account_no, ascii_hash(text) from identity_text where is_ascii(text)",
        "select account_no, skeleton_hash(skeleton) from identity_skeleton",
    )
    rows = int(books.value("select count(*) from identity_text"))
    numbers, hashes = np.empty(rows, np.int32), np.empty(rows, np.uint64)
    filled = 0
    for query in queries:
        for batch in books.batches(query, BATCH_ROWS):
            until = filled + batch.num_rows
            numbers[filled:until] = batch.column(0).to_numpy()
            hashes[filled:until] = batch.column(1).to_numpy()
            filled = until
    assert filled == rows, f"{filled} of {rows} texts have a skeleton"
    return numbers, hashes


def _store_reasons(books: Books) -> None:
    """Explain the groups with an id that is not ASCII."""
    import pyarrow as pa

    books.run(RELATIONS / "identity_unexplained.sql")
    last = int(books.value("select coalesce(max(place), 0) from identity_unexplained"))
    for start in range(1, last + 1, GROUPS_AT_ONCE):
        groups: dict[str, list[str]] = defaultdict(list)
        for shared, text in books.rows(
            "select skeleton, text from identity_unexplained where place >= $start and place < $until",
            {"start": start, "until": start + GROUPS_AT_ONCE},
        ):
            groups[shared].append(text)
        explained = [(shared, reason.value) for shared, texts in groups.items() for reason in reasons(*texts)]
        columns = {"skeleton": [shared for shared, _ in explained], "reason": [reason for _, reason in explained]}
        with books.lent("incoming_reasons", pa.table(columns)):
            books.execute("insert into identity_reason select 'account', skeleton, reason from incoming_reasons")


# ---------------------------------------------------------------- what is said


def _about_groups(books: Books) -> Iterator[Finding]:
    named: dict[int, list[tuple[str, str | None, int | None]]] = defaultdict(list)
    for group_no, account, source, row in books.rows(
        'select group_no, account, source, "row" from identity_named order by group_no, place'
    ):
        named[group_no].append((account, source, row))
    owed: dict[int, list[str]] = defaultdict(list)
    for group_no, asset, quantity in books.rows(
        "select group_no, asset, quantity from identity_owed order by group_no, asset_no"
    ):
        owed[group_no].append(f"{quantity} {asset}")
    for group_no, count, words in books.rows(
        "select group_no, accounts, reasons from identity_listed order by group_no"
    ):
        found = [reason for reason in Reason if reason.value in words.split()]
        accounts = [f'"{display(account)}"' for account, _, _ in named[group_no]]
        source, row = next(((source, row) for _, source, row in named[group_no] if source), ("", None))
        place = f"{source}:{row}: " if source else ""
        yield Finding(
            "likely-duplicate-account",
            Severity.NOTE if WEAK.issuperset(found) else Severity.WARNING,
            f"{place}accounts {_listed(accounts, count)} may be one: {', '.join(WORDS[reason] for reason in found)}. "
            f"{_owed(owed[group_no])}.",
            "Rule on them; they stay apart until a ruling merges them.",
            subject=f"candidates {group_no} account {accounts[0]}",
            source=source or "",
            row=row,
            column="payee" if found[0] is Reason.PAYEE else "holder" if found[0] is Reason.HOLDER else "account",
        )


def _about_the_rest(books: Books) -> Iterator[Finding]:
    for word, groups, accounts in books.rows("select reason, groups, accounts from identity_counted order by rank"):
        reason = Reason(word)
        yield Finding(
            "likely-duplicate-account",
            Severity.NOTE if reason in WEAK else Severity.WARNING,
            f"{groups} more groups, with {accounts} accounts, may each be one: {WORDS[reason]}.",
            "See identity_candidate for all of them; where there are so many, ask which program wrote the ids.",
            subject=f"candidates above {GROUPS_EACH_MAX} {reason.value}",
        )


def _owed(quantities: Sequence[str]) -> str:
    if not quantities:
        return "Together they are owed nothing"
    return f"Together they are owed {_listed(quantities[:ASSETS_NAMED_MAX], len(quantities))}"


def _listed(texts: Sequence[str], count: int) -> str:
    """Give texts as a list, and how many of them are not named.

    >>> _listed(["a", "b"], 2), _listed(["a", "b"], 9)
    ('a and b', 'a, b and 7 more')
    """
    if count > len(texts):
        return f"{', '.join(texts)} and {count - len(texts)} more"
    return f"{', '.join(texts[:-1])} and {texts[-1]}" if len(texts) > 1 else texts[0]
