"""In which ways is a file broken?"""

from __future__ import annotations

import gzip
import random

from tests.fuzz.originals import (
    NUMBERS,
    TEXTS,
    Original,
    csv_bytes,
    csv_text,
    jsonl_bytes,
    original,
    packed,
    parquet_bytes,
    workbook_parts,
)  # fmt: skip

STRUCTURAL = (
    b',', b'"', b'""', b'\n', b'\r', b'\r\n', b'\x00', b'\xef\xbb\xbf', b'\xff\xfe', b';', b'\t', b"'", b'\\',
    b'\n\n', b'"\n"', b'",', b',"', b'\x1a', b'\x1b[2J', b'\xc3', b'\xed\xa0\x80', b'\xe2\x80\xae', b'\x80',
    b'\xf4\x90\x80\x80', b'{', b'}', b'[', b']', b':', b'null', b'\\ud800', b'\\u0000', b'NaN', b'1e999999', b'-',
    b'.', b'<', b'</row>', b'<row>', b'<!--', b']]>', b'&amp;', b'&x;', b'<c>', b'<v>', b' r="A1"', b'_x0000_',
    b'<!DOCTYPE x [<!ENTITY a "b">]>',
)  # fmt: skip
GROWN = 3_000


def mutated(kind: str, rng: random.Random) -> tuple[Original, bytes]:
    """Make one file of a kind, with nothing or anything wrong with it."""
    made = original(kind, rng)
    if kind == "parquet":
        content, made.table, rows = parquet_bytes(rng)
        made.settings["table"] = made.table
        made.settings["duplicates"] = "sum" if made.table in ("balance", "wallet") else "refuse"
        made.rows = [[]] * rows
        return made, _footed_broken(content, rng)
    if rng.random() < 0.4:
        _cells_broken(made, rng)
    if kind == "xlsx":
        parts = workbook_parts(made, rng)
        for name in rng.sample(sorted(parts), rng.choice((0, 0, 1, 1, 2))):
            parts[name] = _bytes_broken(parts[name], rng, rng.choice((1, 1, 2, 4)))
        if rng.random() < 0.05:
            del parts[rng.choice(sorted(parts))]
        return made, _bytes_broken(packed(parts, rng), rng, rng.choice((0, 0, 0, 1, 2)))
    is_csv = kind.startswith("csv")
    content = csv_bytes(csv_text(made, rng), made.encoding) if is_csv else jsonl_bytes(made, rng)
    content = _bytes_broken(content, rng, rng.choice((0, 0, 1, 1, 2, 5)))
    if kind.endswith(".gz"):
        content = _bytes_broken(gzip.compress(content, 1), rng, rng.choice((0, 0, 0, 0, 1)))
    return made, content


def _cells_broken(made: Original, rng: random.Random) -> None:
    """What goes wrong where a table is written: names, order, a cell too few."""
    for _ in range(rng.choice((1, 1, 2))):
        what = rng.randrange(8)
        width = len(made.header or ())
        if what == 0 and made.header and width > 1:
            one, other = rng.sample(range(width), 2)
            made.header[one], made.header[other] = made.header[other], made.header[one]
            for row in made.rows:
                if max(one, other) < len(row):
                    row[one], row[other] = row[other], row[one]
        elif what == 1 and made.header:
            made.header[rng.randrange(width)] = rng.choice(("", "Account", "asset", "quantity ", "\ufeffaccount", "x"))
        elif what == 2 and made.rows:
            row = rng.choice(made.rows)
            del row[rng.randint(0, len(row)) :]
        elif what == 3 and made.rows:
            rng.choice(made.rows).append(rng.choice(TEXTS))
        elif what == 4 and made.rows:
            row = rng.choice(made.rows)
            if row:
                row[rng.randrange(len(row))] = rng.choice((*NUMBERS, "x" * rng.choice((300, 5_000, 40_000))))
        elif what == 5 and made.rows:
            made.rows.insert(rng.randrange(len(made.rows)), list(rng.choice(made.rows)))
        elif what == 6:
            made.rows.insert(rng.randint(0, len(made.rows)), [])
        elif what == 7 and made.rows:
            made.rows *= rng.choice((2, 5))
            made.rows = [list(row) for row in made.rows]


def _footed_broken(content: bytes, rng: random.Random) -> bytes:
    """Break a file that is read from its end: mostly inside the pages or the footer, so that its length is right."""
    if rng.random() < 0.25:
        return _bytes_broken(content, rng, rng.choice((0, 1, 2, 5)))
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    held = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        place = rng.randrange(footer, len(held) - 8) if rng.random() < 0.6 else rng.randrange(4, max(5, footer))
        held[place] = rng.choice((held[place] ^ 1 << rng.randrange(8), rng.randrange(256)))
    return bytes(held)


def _bytes_broken(content: bytes, rng: random.Random, times: int) -> bytes:
    for _ in range(times):
        content = _broken_once(content, rng)
    return content


def _broken_once(content: bytes, rng: random.Random) -> bytes:
    place = rng.randint(0, len(content))
    # Damage gathers at the ends: a mark in front, a file cut off, a footer.
    place = rng.choice((place, place, place, 0, len(content), max(0, len(content) - rng.randint(0, 60))))
    match rng.randrange(9):
        case 0 | 1:
            return content[:place] + rng.choice(STRUCTURAL) + content[place:]
        case 2 if content:
            held = bytearray(content)
            held[min(place, len(held) - 1)] ^= 1 << rng.randrange(8)
            return bytes(held)
        case 3 if content:
            held = bytearray(content)
            held[min(place, len(held) - 1)] = rng.randrange(256)
            return bytes(held)
        case 4:
            return content[:place]
        case 5:
            return content[:place] + content[place + rng.randint(1, 12) :]
        case 6:
            end = place + rng.randint(1, 40)
            return content[:end] + content[place:end] * rng.choice((1, 1, 2, 30)) + content[end:]
        case 7:
            return content[:place] + rng.randbytes(rng.randint(1, 8)) + content[place:]
        case 8:
            one = rng.choice((b'"', b"0", b"9", b"a", b"\0", b"\n", b",", b"\r", b"[", b"{", b"\xff"))
            return content[:place] + one * rng.choice((2, 50, GROWN)) + content[place:]
    return content
