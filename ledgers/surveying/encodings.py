"""In which encoding is this text written, and how sure is that?

A byte order mark says it; valid UTF-8 that is not all ASCII is hardly anything else. Otherwise every candidate is tried
on all that was seen, those that fit are read, and what they give is judged by how much of it are letters that people
write beside each other. Where two read the same text the choice is of no matter; where they read two texts that are
both likely, nobody but a person can say, and the answer is left open. Nothing is ever decoded with errors ignored.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from enum import StrEnum

from ledgers.display import display
from ledgers.surveying.look import Look

JAPANESE = ("cp932", "euc_jp", "shift_jis")
WESTERN = ("cp1252", "latin_1")
SHIFTS = (b"\x1b$B", b"\x1b$@", b"\x1b(J")
"""What turns ISO-2022-JP, which is all ASCII by its bytes, to kanji."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
LIKELY_PERCENT = 80
"""Of the letters beyond ASCII, how many must be likely ones."""
NULS_PERCENT = 20
EXAMPLE_CHARACTERS = 24
MARGIN_PERCENT = 15
NARROW = re.compile("[\uff66-\uff9f]{2}")


class Sure(StrEnum):
    """How sure a proposal is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    OPEN = "open"
    """Only a person can say."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a text seems to be written in."""

    name: str
    """To declare, and to read the samples with."""
    sure: Sure
    why: str
    rivals: tuple[str, ...] = ()
    """Others that fit as well, where that is open."""
    broken: int = 0
    """Places that are no text in it: the file is damaged, or of two encodings."""


@dataclass(frozen=True, slots=True)
class _Reading:
    name: str
    text: str
    percent: int
    """Of the letters beyond ASCII, how many are likely ones."""


def encoding_of(look: Look) -> Encoding:
    """Say in which encoding a file is, from what was seen of it and from the count of all its bytes."""
    for mark, name in MARKS:
        if look.head.startswith(mark):
            shown = " ".join(f"{byte:02x}" for byte in mark)
            return Encoding(name, Sure.CERTAIN, f"it begins with the byte order mark {shown}")
    if any(shift in look.head for shift in SHIFTS) and _reads(look.head, "iso2022_jp") is not None:
        return Encoding("iso2022_jp", Sure.CERTAIN, "it turns to kanji by escape sequences, as only ISO-2022-JP does")
    wide = _wide(look)
    if wide is not None:
        return wide
    if look.counted.undecodable_at is None:
        if look.seen.isascii():
            more = "" if look.is_whole else " as far as it was looked at, and every byte of it is UTF-8"
            return Encoding("utf-8", Sure.CERTAIN, f"it is all ASCII{more}")
        return Encoding("utf-8", Sure.CERTAIN, "every byte of it is valid UTF-8, and not all is ASCII")
    return _other(look)


def _wide(look: Look) -> Encoding | None:
    """Recognise two bytes a letter without a mark: every other byte of Latin text is zero."""
    head = look.head[: 1 << 16]
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = head[start::2].count(0)
        if head and zeros * 200 > len(head) * NULS_PERCENT and not head[1 - start :: 2].count(0):
            return Encoding(name, Sure.LIKELY, "every other byte of it is zero where letters are Latin")
    return None


def _other(look: Look) -> Encoding:
    at = look.counted.undecodable_at
    seen = look.seen
    readings = [
        _Reading(name, text, _percent(text, name in JAPANESE))
        for name in (*JAPANESE, *WESTERN)
        if (text := _reads(seen, name)) is not None
    ]
    broken, letters = _broken(seen)
    if letters > 20 * broken:
        return Encoding(
            "utf-8", Sure.LIKELY, f"it is UTF-8 but for {broken} places, the first at byte {at}: two encodings in one "
            "file, or damage", broken=broken,
        )  # fmt: skip
    by_text: dict[str, _Reading] = {}
    for reading in readings:
        by_text.setdefault(reading.text, reading)
    ranked = sorted(by_text.values(), key=lambda reading: -reading.percent)
    if not ranked:
        why = f"byte {at} is not UTF-8, and no encoding tried reads the whole"
        return Encoding("utf-8", Sure.OPEN, why, broken=broken)
    best = ranked[0]
    narrow = next((reading for reading in ranked if reading.name == JAPANESE[0] and NARROW.search(reading.text)), None)
    if best.percent < LIKELY_PERCENT and narrow is not None:
        return Encoding(narrow.name, Sure.LIKELY, f"{_why(at, narrow)}: narrow katakana, as in files of banks")
    close = [reading for reading in ranked[1:] if reading.percent + MARGIN_PERCENT >= best.percent]
    if best.percent < LIKELY_PERCENT or close:
        rivals = tuple(reading.name for reading in (best, *close))
        shown = "; ".join(f'{reading.name} reads "{_example(reading.text, best.text)}"' for reading in (best, *close))
        return Encoding(best.name, Sure.OPEN, f"byte {at} is not UTF-8; {shown}", rivals)
    return Encoding(best.name, Sure.LIKELY, _why(at, best))


def _why(at: int | None, reading: _Reading) -> str:
    return f'byte {at} is not UTF-8; {reading.name} reads all that was seen, as in "{_example(reading.text)}"'


def _reads(seen: bytes, name: str) -> str | None:
    """Give the text, or None where a byte of it is none; a letter cut off at the end is no fault."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        return decoder.decode(seen)
    except UnicodeError:
        return None


def _broken(seen: bytes) -> tuple[int, int]:
    """Give in how many places the text is not UTF-8, and how many letters beyond ASCII are."""
    broken = letters = 0
    was_broken = False
    for character in seen.decode("utf-8", "surrogateescape"):
        is_broken = "\udc80" <= character <= "\udcff"
        broken += is_broken and not was_broken
        letters += character > "\x7f" and not is_broken
        was_broken = is_broken
    return broken, letters


def _percent(text: str, is_japanese: bool) -> int:
    """Of the letters beyond ASCII, how many are such as people write: kana and kanji, or accents in Latin words.

    Narrow katakana beside kanji are what banks write; more of them than of all else are kanji read by halves.
    """
    beyond = likely = narrow = 0
    before = ""
    for character in text:
        if character > "\x7f":
            beyond += 1
            likely += _is_japanese(character) if is_japanese else _is_western(character, before)
            narrow += is_japanese and "\uff66" <= character <= "\uff9f"
        before = character
    counted = beyond - min(narrow, likely)
    return likely * 100 // counted if counted else 0


def _is_japanese(character: str) -> bool:
    return "\u3000" <= character <= "\u30ff" or "\u4e00" <= character <= "\u9fff" or "\uff01" <= character <= "\uff5e"


def _is_western(character: str, before: str) -> bool:
    """A letter beyond ASCII beside another is seldom one: text of two bytes a letter, read by halves."""
    is_letter = "\u00c0" <= character <= "\u017f" and character not in "\u00d7\u00f7"
    return (is_letter or character in "€£¥§°’–“”ªº") and not (before > "\x7f")


def _example(text: str, other: str = "") -> str:
    """Give some of the first letters beyond ASCII, or those around the first place where two readings differ."""
    if other and other != text:
        at = next((at for at, (one, two) in enumerate(zip(text, other, strict=False)) if one != two), 0)
    else:
        at = next((at for at, character in enumerate(text) if character > "\x7f"), 0)
    return display(text[at : at + EXAMPLE_CHARACTERS].partition("\n")[0].rstrip("\r").partition(",")[0])
