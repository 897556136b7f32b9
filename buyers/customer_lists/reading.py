"""A file of customers, CSV or Excel, read row by row however it was made; what cannot be read is refused with a reason.

The file has passed desk/contents.py: it is what it says, and unpacks to a sane size. Formulas give the value that was
saved with them; a cell merged over rows counts in each of them, one merged over columns in its first; hidden sheets
and empty rows are left out.
"""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from charset_normalizer import from_bytes
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from buyers.customer_lists.columns import headless
from buyers.directory.characters import CHINESE, encoding_of
from kernel.refusals import Refused, refusal

# 200,000 customers are more than any book; a list of more is somebody's whole directory.
MOST_ROWS = 200_000
MOST_COLUMNS = 60
LONGEST_CELL = 2_000
SAMPLE_ROWS = 20
# Where the first line of a file may lie: below a title, a date, an empty line.
_TITLE_LINES = 10
_DELIMITERS = ",;\t|"
_PIECE = 1024 * 1024
# Files in older one-byte and two-byte characters, which nothing but their letters tells apart: a person confirms.
ENCODINGS = (
    "utf-8-sig", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "cp932", "euc_kr", "cp1250", "cp1251", "cp1252",
    "cp1253", "cp1254",
)  # fmt: skip
# The letters beyond ASCII of those who write in them, Western Europe first: who has as many of them is next.
_LETTERS = {
    "cp1252": "äöüßàâæçéèêëîïôœùûÿáíñóúãõìòåø",
    "cp1254": "çğıöşüâîû",
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžöőüűăâîşţđôľĺŕä",
}
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_MOST_MERGED = 20_000


class Line(NamedTuple):
    """A row as it stands in the file: its number (from 1), its texts, the places of formulas without a value."""

    number: int
    cells: list[str]
    unread: list[int]


@dataclass(frozen=True)
class Opened:
    """A file looked into: its sheet or its characters, its headings (each once), the line they stand on, a sample."""

    path: Path
    sheet: str
    encoding: str
    delimiter: str
    header: list[str]
    header_line: int  # 0: it has none
    sample: list[list[str]]


def opened(path: Path, encoding: str = "") -> Opened:
    """Look into a file. `encoding`: how a person says that its characters are to be read.

    Refuses `file_empty`, `list_damaged`, `list_too_wide`, `list_encoding_wrong`.
    """
    if _is_workbook(path):
        sheet, delimiter = _first_sheet(path), ""
        found, encoding = list(islice(_sheet_lines(path, sheet), _TITLE_LINES + SAMPLE_ROWS)), ""
    else:
        sheet, encoding = "", encoding or _encoding(path)
        delimiter = _delimiter(path, encoding)
        found = list(islice(_text_lines(path, encoding, delimiter), _TITLE_LINES + SAMPLE_ROWS))
    if not found:
        raise Refused([refusal("file_empty", "file")])
    place = _header_place(found)
    header, rest = found[place].cells, [line.cells for line in found[place + 1 :]]
    if len(header) > MOST_COLUMNS or any(len(cells) > MOST_COLUMNS for cells in rest):
        raise Refused([refusal("list_too_wide", "file", most=MOST_COLUMNS)])
    if headless(header, rest):
        return Opened(path, sheet, encoding, delimiter, [""] * len(header), 0, [header, *rest][:SAMPLE_ROWS])
    return Opened(path, sheet, encoding, delimiter, _each_once(header), found[place].number, rest[:SAMPLE_ROWS])


def lines(file: Opened) -> Iterator[Line]:
    """The rows below the headings. Refuses `list_too_long` once there are more than MOST_ROWS."""
    all_lines = (
        _sheet_lines(file.path, file.sheet) if file.sheet else _text_lines(file.path, file.encoding, file.delimiter)
    )
    below = (line for line in all_lines if line.number > file.header_line)
    for count, line in enumerate(below, start=1):
        if count > MOST_ROWS:
            raise Refused([refusal("list_too_long", "file", most=MOST_ROWS)])
        yield Line(line.number, line.cells[:MOST_COLUMNS], line.unread)


def _each_once(header: Sequence[str]) -> list[str]:
    """Headings, a second of the same name told apart: Name, Name (2)."""
    seen: Counter[str] = Counter()
    found = []
    for heading in (text[:120] for text in header):
        seen[heading] += 1
        found.append(f"{heading} ({seen[heading]})" if heading and seen[heading] > 1 else heading)
    return found


def _header_place(found: Sequence[Line]) -> int:
    """The first of the lines at the top that is as wide as most of those below; above it stand titles."""
    filled = [sum(bool(cell) for cell in line.cells) for line in found]
    usual = Counter(filled[1:]).most_common(1)[0][0] if len(filled) > 1 else filled[0]
    wide = (place for place, n in enumerate(filled[:_TITLE_LINES]) if n >= max(2, usual * 0.6))
    return next(wide, 0)


# --- text -------------------------------------------------------------------------------------------------------------


def _encoding(path: Path) -> str:
    with path.open("rb") as raw:
        sample = raw.read(256 * 1024)
    try:
        found = encoding_of(_pieces(path))
    except Refused as refused:
        if refused.refusals[0].code != "encoding_unclear":
            raise
    else:
        return "euc_kr" if found == CHINESE and _is_korean(sample) else found
    best = from_bytes(sample, cp_isolation=list(ENCODINGS[4:])).best()
    return best.encoding if best is not None and best.encoding not in _LETTERS else _latin(sample)


def _latin(sample: bytes) -> str:
    """Which of the one-byte characters for Latin letters gives most letters of its own languages."""

    def share(encoding: str) -> float:
        beyond = [c for c in sample.decode(encoding, errors="replace") if not c.isascii()]
        return sum(c.lower() in _LETTERS[encoding] or c == "İ" for c in beyond) / max(len(beyond), 1)

    return max(_LETTERS, key=share)


def _is_korean(sample: bytes) -> bool:
    """Hangul lies where GB 2312 has half of its everyday characters: Chinese read as Korean is half Hanja."""
    letters = [c for c in sample.decode("euc_kr", errors="replace") if not c.isascii()]
    return sum("\uac00" <= c <= "\ud7a3" for c in letters) >= 0.95 * len(letters)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as raw:
        while piece := raw.read(_PIECE):
            yield piece


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    if encoding not in ENCODINGS:
        raise Refused([refusal("list_encoding_wrong", "encoding")])
    with path.open("r", encoding=encoding, errors="replace", newline="") as text:
        yield text


def _delimiter(path: Path, encoding: str) -> str:
    """The character that cuts most of the first lines into the same number of cells."""
    with _text(path, encoding) as text:
        head = [line for line in (text.readline(100_000) for _ in range(50)) if line.strip()]

    def evenness(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(cells) for cells in csv.reader(head, delimiter=delimiter))
        width, times = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(0, 0))
        return (times if width > 1 else 0, width)

    try:
        return max(_DELIMITERS, key=evenness)
    except csv.Error:
        return ","


def _text_lines(path: Path, encoding: str, delimiter: str) -> Iterator[Line]:
    with _text(path, encoding) as text:
        reader = csv.reader(text, delimiter=delimiter)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:  # a cell without end: a quotation mark that is never closed
                yield Line(reader.line_num, [], [0])
                continue
            if found := _trimmed([_storable(cell.lstrip("\ufeff")) for cell in cells]):
                yield Line(reader.line_num, found, [])


# --- Excel ------------------------------------------------------------------------------------------------------------


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as raw:
        return raw.read(4) == b"PK\x03\x04"


@contextmanager
def _workbook(path: Path, values: bool = True) -> Iterator[Any]:
    # Opened here: by a path, openpyxl goes by its ending, and private storage keeps files without one.
    with path.open("rb") as raw:
        try:
            book = load_workbook(raw, read_only=True, data_only=values, keep_links=False)
        except Exception:  # openpyxl raises whatever its parser meets
            raise Refused([refusal("list_damaged", "file")]) from None
        try:
            yield book
        finally:
            book.close()


def _first_sheet(path: Path) -> str:
    """The first sheet that is shown and has rows."""
    _refuse_entities(path)
    with _workbook(path) as book:
        shown = [s for s in book.worksheets if s.sheet_state == "visible"]
        for sheet in shown:
            if next(_values(sheet), None) is not None:
                return sheet.title
    raise Refused([refusal("file_empty", "file")])


def _refuse_entities(path: Path) -> None:
    """A spreadsheet program declares no document type; what does wants the reader to unfold something."""
    with zipfile.ZipFile(path) as package:
        for part in package.infolist():
            if part.filename.endswith((".xml", ".rels")):
                with package.open(part) as content:
                    if _ENTITY.search(content.read(4096)):
                        raise Refused([refusal("list_damaged", "file")])


def _sheet_lines(path: Path, title: str) -> Iterator[Line]:
    with _workbook(path) as book:
        sheet = book[title]
        merged, formulas = _special(path, sheet)
        if not formulas:
            yield from _texts(_values(sheet), merged, None)
            return
        with _workbook(path, values=False) as written:
            yield from _texts(_values(sheet), merged, _values(written[title]))


def _values(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet; what the file says of its size is not taken on trust."""
    try:
        sheet.reset_dimensions()
        yield from sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True)
    except Exception:  # as above
        raise Refused([refusal("list_damaged", "file")]) from None


def _texts(
    values: Iterator[tuple[Any, ...]],
    merged: dict[int, list[tuple[int, int]]],
    written: Iterator[tuple[Any, ...]] | None,
) -> Iterator[Line]:
    held: dict[int, tuple[str, int]] = {}  # column -> what a merged cell says, and to which row
    for number, row in enumerate(values, start=1):
        cells = [_as_text(value) for value in row]
        formulas = next(written, ()) if written is not None else ()
        unread = [p for p, v in enumerate(formulas) if _is_formula(v) and (row[p] is None or _is_error(row[p]))]
        for column, last in merged.get(number, ()):
            if column < len(cells):
                held[column] = (cells[column], last)
        for column, (text, last) in list(held.items()):
            if number > last:
                del held[column]
                continue
            cells += [""] * (column + 1 - len(cells))
            cells[column] = cells[column] or text
        if (found := _trimmed(cells)) or unread:
            yield Line(number, found, unread)


def _special(path: Path, sheet: Any) -> tuple[dict[int, list[tuple[int, int]]], bool]:
    """Cells merged over rows, as first row -> [(column, last row)]; and whether there are formulas."""
    merged: dict[int, list[tuple[int, int]]] = {}
    formulas, tail, count = False, b"", 0
    with zipfile.ZipFile(path) as package, package.open(sheet._worksheet_path) as content:
        while piece := content.read(_PIECE):
            text = tail + piece
            formulas = formulas or _FORMULA.search(text) is not None
            last = 0
            for found in _MERGED.finditer(text):
                last = found.end()
                count += 1
                if count > _MOST_MERGED:
                    raise Refused([refusal("list_damaged", "file")])
                left, top, _right, bottom = range_boundaries(found[1].decode())
                if left and top and bottom and bottom > top:
                    merged.setdefault(top, []).append((left - 1, bottom))
            tail = text[max(last, len(text) - 200) :]
    return merged, formulas


def _is_formula(value: Any) -> bool:
    return (isinstance(value, str) and value.startswith("=")) or type(value).__name__ in (
        "ArrayFormula",
        "DataTableFormula",
    )


def _is_error(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("#")


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return _storable(str(value))


def _storable(text: str) -> str:
    """What PostgreSQL can keep of it, without blanks around."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode().strip()[:LONGEST_CELL]


def _trimmed(cells: list[str]) -> list[str]:
    """Without empty cells at the end; [] for an empty row."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells
