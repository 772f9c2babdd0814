"""Which rows has a sheet of a workbook, as text, and what of it is not what it seems?

The definition is the XML of the sheet: a number is what stands in its `v`, read by workbook_cells, because every
library gives it through a float. Runs in the child (confined.py). The texts that cells share are kept in a file and not
in memory. What is hidden, merged or computed is counted; what it means for a table is for workbook_table to say.
"""

from __future__ import annotations

import re
import tempfile
from array import array
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from ledgers.display import display
from ledgers.ingestion.confined import Refused, RowWriter
from ledgers.ingestion.workbook_archive import Archive
from ledgers.ingestion.workbook_cells import Unreadable, instant_text, number_text, shows, unescaped

ROWS_MAX = 1 << 20
COLUMNS_MAX = 1 << 14
CELL_CHARACTERS_MAX = 32_767
"""As every program that writes workbooks has them."""
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
ROW_TAG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?row(?=[\s/>])")
TAG_BYTES_MAX = 64
MERGES_MAX = 1_000
SHEETS_SHOWN_MAX = 12
AGAIN = "Copy it again from where it came."


def draw(request: Mapping[str, Any]) -> dict[str, Any]:
    """Write the rows of the sheet, and give what else is to be said of it."""
    archive = Archive(Path(request["path"]))
    book = _Book(archive)
    name, part, hidden = book.chosen(request["sheet"])
    rows_counted = _count_rows(archive, part)
    writer = RowWriter(request)
    with tempfile.TemporaryFile(dir=request["scratch"]) as store:
        sheet = _Sheet(book, _SharedTexts(archive, book.shared_part, store), writer, bool(request["is_positional"]))
        archive.parse(part, sheet.start, sheet.end, sheet.text)
    writer.close()
    return {**sheet.report(), "sheet": name, "hidden_sheets": hidden, "rows_counted": rows_counted}


def sheets(request: Mapping[str, Any]) -> dict[str, Any]:
    """Give the names of the sheets that are shown."""
    return {"visible": _Book(Archive(Path(request["path"]))).visible}


def _count_rows(archive: Archive, part: str) -> int:
    """Count the rows by their tags, without a parser."""
    rows, held = 0, b""
    for chunk in archive.chunks(part):
        seen = held + chunk
        last = seen.rfind(b"<")
        if last < 0 or len(seen) - last > TAG_BYTES_MAX:
            rows, held = rows + len(ROW_TAG.findall(seen)), b""
        else:
            # The name of the last tag may go on in the next piece.
            rows, held = rows + len(ROW_TAG.findall(seen, 0, last)), seen[last:]
    return rows + len(ROW_TAG.findall(held))


class _Book:
    """What the workbook says of its sheets and styles."""

    def __init__(self, archive: Archive) -> None:
        targets = [part for kind, part in archive.relations_of("").values() if kind == "officeDocument"]
        if len(targets) != 1:
            raise Refused(f"is no workbook: it names {len(targets)} main parts, not one. {AGAIN}")
        self._relations = archive.relations_of(targets[0])
        self._sheets: list[tuple[str, str, bool]] = []
        self.is_1904 = False
        archive.parse(targets[0], self._start_book, None, None)
        self.shared_part = self._only("sharedStrings")
        self._formats: dict[int, str] = {}
        self._styles: list[int] = []
        self._is_in_cells = False
        styles = self._only("styles")
        if styles is not None:
            archive.parse(styles, self._start_style, self._end_style, None)
        self.shows = [shows(format_no, self._formats.get(format_no)) for format_no in self._styles]

    @property
    def visible(self) -> list[str]:
        """The names of the sheets that are shown."""
        return [name for name, _, is_hidden in self._sheets if not is_hidden]

    def chosen(self, wanted: str | None) -> tuple[str, str, list[str]]:
        """Give the name and the part of the sheet to read, and the names of hidden ones."""
        hidden = [name for name, _, is_hidden in self._sheets if is_hidden]
        visible = [name for name, _, is_hidden in self._sheets if not is_hidden]
        shown = ", ".join(f'"{display(name)}"' for name, _, _ in self._sheets[:SHEETS_SHOWN_MAX])
        if wanted is None:
            if len(visible) != 1:
                raise Refused(
                    f"has {len(visible)} visible sheets: {shown}. Declare in case.toml which one to read, as "
                    'sheet = "...".'
                )
            wanted = visible[0]
        for name, relation, _ in self._sheets:
            if name == wanted:
                kind, part = self._relations.get(relation, ("", ""))
                if kind != "worksheet":
                    raise Refused(f'has no cells in the sheet "{display(name)}" (it is a {kind or "stranger"}).')
                return name, part, hidden
        raise Refused(f'has no sheet "{display(wanted)}". It has {shown}. Correct sheet in case.toml.')

    def _only(self, wanted: str) -> str | None:
        return next((part for kind, part in self._relations.values() if kind == wanted), None)

    def _start_book(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr":
            self.is_1904 = attributes.get("date1904") in ("1", "true", "on")
        elif tag == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith("relationships id")), "")
            is_hidden = attributes.get("state", "visible") != "visible"
            self._sheets.append((attributes.get("name", ""), relation, is_hidden))

    def _start_style(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            self._formats[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            self._is_in_cells = True
        elif tag == "xf" and self._is_in_cells:
            self._styles.append(_whole(attributes.get("numFmtId")))

    def _end_style(self, tag: str) -> None:
        if tag == "cellXfs":
            self._is_in_cells = False


class _SharedTexts:
    """The texts that cells share, one behind the other in a file."""

    def __init__(self, archive: Archive, part: str | None, store: IO[bytes]) -> None:
        self._store = store
        self._places = array("Q", [0])
        self._pieces: list[str] = []
        self._length = 0
        self._takes = False
        self._is_phonetic = False
        if part is not None:
            archive.parse(part, self._start, self._end, self._text)
        store.flush()
        self.of: Callable[[int], str] = lru_cache(1 << 14)(self._read)

    def _read(self, place: int) -> str:
        if not 0 <= place < len(self._places) - 1:
            raise Refused(f"has a cell that names the shared text {place}, and there is none. {AGAIN}")
        self._store.seek(self._places[place])
        return self._store.read(self._places[place + 1] - self._places[place]).decode("utf-8")

    def _start(self, tag: str, _: dict[str, str]) -> None:
        if tag == "rPh":
            self._is_phonetic = True
        elif tag == "t":
            self._takes = not self._is_phonetic

    def _text(self, text: str) -> None:
        if self._takes:
            self._pieces.append(text)
            self._length += len(text)
            if self._length > CELL_CHARACTERS_MAX:
                raise Refused(f"has a text of more than {CELL_CHARACTERS_MAX} characters, which no cell holds.")

    def _end(self, tag: str) -> None:
        if tag == "t":
            self._takes = False
        elif tag == "rPh":
            self._is_phonetic = False
        elif tag == "si":
            written = unescaped("".join(self._pieces)).encode("utf-8")
            self._store.write(written)
            self._places.append(self._places[-1] + len(written))
            self._pieces, self._length = [], 0


class _Sheet:
    """One sheet, on its way into rows."""

    def __init__(self, book: _Book, shared: _SharedTexts, writer: RowWriter, is_positional: bool) -> None:
        self._book, self._shared, self._writer = book, shared, writer
        self._is_positional = is_positional
        self._header: list[str] | None = None
        self._first_row = self._row = self._column = 0
        self._width = self._blank = 0
        self._blank_row: int | None = None
        self._cells: list[str | None] = []
        self._faults: list[tuple[int, str, str]] = []
        self._kind = self._style = ""
        self._is_formula = self._takes = self._is_phonetic = False
        self._pieces: list[str] = []
        self._length = 0
        self._has_value = False
        self._formulas: dict[int, list[int]] = {}
        self._is_hidden_row = self._hides_rows = False
        self._hidden_rows = [0, 0]
        self._hidden_columns: list[tuple[int, int]] = []
        self._merges: list[tuple[int, int, int, int]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take note of an element that opens."""
        if tag == "c":
            self._start_cell(attributes)
        elif tag in ("v", "t"):
            self._takes = not self._is_phonetic
            self._has_value = True
        elif tag == "f":
            self._is_formula = True
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "rPh":
            self._is_phonetic = True
        elif tag == "sheetFormatPr":
            self._hides_rows = _is_true(attributes.get("zeroHeight"))
        elif tag == "col" and _is_true(attributes.get("hidden")):
            self._hidden_columns.append((_whole(attributes.get("min")), _whole(attributes.get("max"))))
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def text(self, text: str) -> None:
        """Take a piece of a value."""
        if self._takes:
            self._pieces.append(text)
            self._length += len(text)
            if self._length > CELL_CHARACTERS_MAX:
                raise Refused(
                    f"has a cell of more than {CELL_CHARACTERS_MAX} characters in row {self._row}, which no workbook "
                    "has. Export the sheet as csv."
                )

    def end(self, tag: str) -> None:
        """Take what an element held that closes."""
        if tag in ("v", "t"):
            self._takes = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self._end_row()
        elif tag == "rPh":
            self._is_phonetic = False

    def report(self) -> dict[str, Any]:
        """Give what is to be said of the sheet, once it is read."""
        return {
            "header": self._header,
            "width": self._width,
            "blank": {"count": self._blank, "row": self._blank_row},
            "first_row": self._first_row,
            "formulas": self._formulas,
            "hidden_rows": self._hidden_rows,
            "hidden_columns": self._hidden_columns,
            "merges": [merge for merge in self._merges if merge[2] > self._first_row][:MERGES_MAX],
        }

    def _start_row(self, attributes: dict[str, str]) -> None:
        row = _whole(attributes["r"]) if "r" in attributes else self._row + 1
        if not self._row < row <= ROWS_MAX:
            raise Refused(f"has its rows out of order: {row} behind {self._row}. {AGAIN}")
        self._row, self._column = row, 0
        self._cells, self._faults = [], []
        self._is_hidden_row = _is_true(attributes["hidden"]) if "hidden" in attributes else self._hides_rows

    def _start_cell(self, attributes: dict[str, str]) -> None:
        column = self._column + 1
        if "r" in attributes:
            found = REFERENCE.fullmatch(attributes["r"])
            if found is None or int(found[2]) != self._row:
                raise Refused(f'has a cell "{display(attributes["r"])}" in row {self._row}. {AGAIN}')
            column = _column_no(found[1])
        if not self._column < column <= COLUMNS_MAX:
            raise Refused(f"has its cells out of order in row {self._row}. {AGAIN}")
        self._column = column
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._is_formula = self._has_value = False
        self._pieces, self._length = [], 0

    def _end_cell(self) -> None:
        column = self._column
        try:
            text = self._value()
            if self._is_formula:
                self._formulas.setdefault(column, [0, self._row])[0] += 1
        except Unreadable as refused:
            text = "".join(self._pieces)
            shown = f'{_column_name(column)}{self._row} "{display(text)}"'
            self._faults.append((column, refused.code, f"{shown} {refused.why}"))
        if text:
            self._cells += [None] * (column - 1 - len(self._cells))
            self._cells.append(text)

    def _value(self) -> str:
        """Give the text of the cell that ends."""
        written = "".join(self._pieces)
        if not self._has_value:
            if self._is_formula:
                raise Unreadable("error-cell", "is a formula whose value was not saved")
            return ""
        match self._kind:
            case "s":
                return self._shared.of(_whole(written.strip()))
            case "inlineStr" | "str":
                return unescaped(written)
            case "b":
                return {"0": "false", "1": "true"}.get(written.strip(), written)
            case "e":
                raise Unreadable("error-cell", "is an error of a formula")
            case "d":
                return written
            case "n":
                return self._number(written.strip())
        raise Refused(f'has a cell of the unknown type "{display(self._kind)}" in row {self._row}. {AGAIN}')

    def _number(self, written: str) -> str:
        if not written:
            return ""
        if self._style:
            style = _whole(self._style)
            if style >= len(self._book.shows) and style:
                raise Refused(f"has a cell of the style {style} in row {self._row}, and there is none. {AGAIN}")
            has_day, has_time = self._book.shows[style] if self._book.shows else (False, False)
            if has_day or has_time:
                return instant_text(written, has_day=has_day, has_time=has_time, is_1904=self._book.is_1904)
        return number_text(written)

    def _end_row(self) -> None:
        if not self._first_row:
            self._first_row = self._row
            if not self._is_positional:
                self._header = [cell or "" for cell in self._cells]
                self._width = len(self._header)
                if self._faults:
                    raise Refused(f"has in the header {self._faults[0][2]}. Correct the first row.")
                return
        if not self._cells and not self._faults:
            self._blank += 1
            self._blank_row = self._blank_row or self._row
            return
        if self._is_hidden_row:
            self._hidden_rows = [self._hidden_rows[0] + 1, self._hidden_rows[1] or self._row]
        if self._is_positional:
            self._width = max(self._width, len(self._cells))
        elif len(self._cells) > self._width:
            self._faults.append((0, "ragged-row", f"has {len(self._cells)} cells, not {self._width}"))
        self._writer.row(self._row, self._cells)
        if self._faults:
            self._writer.faults(self._row, self._cells[0] if self._cells else None, self._faults)

    def _merge(self, reference: str) -> None:
        corners = [REFERENCE.fullmatch(corner) for corner in reference.split(":")]
        if len(corners) == 2 and corners[0] and corners[1] and len(self._merges) < 10 * MERGES_MAX:
            self._merges.append(
                (_column_no(corners[0][1]), int(corners[0][2]), int(corners[1][2]), _column_no(corners[1][1]))
            )


def _whole(text: str | None) -> int:
    if text is None or not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise Refused(f'has "{display(text or "")}" where a number of its own belongs. {AGAIN}')
    return int(text)


def _is_true(text: str | None) -> bool:
    return text in ("1", "true", "on")


def _column_no(letters: str) -> int:
    """Give the number of a column from its letters.

    >>> _column_no("A"), _column_no("AA")
    (1, 27)
    """
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _column_name(number: int) -> str:
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
