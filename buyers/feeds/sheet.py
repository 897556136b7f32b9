"""A publisher's small table as it was sent: CSV, plain or gzipped, its characters and columns read off the file."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from buyers.directory.characters import encoding_of
from buyers.directory.shapes import delimiter_of
from kernel.refusals import Refusal, Refused, refusal

# The World Bank's governance table of all years has 2 MB. Ten times that is no table of countries.
LARGEST = 32 * 1024 * 1024
LONGEST_ROW = 1000
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


@dataclass(frozen=True)
class Row:
    """A row: its line in the file, its cells by the names of the first line (in small letters), itself as text."""

    line: int
    cells: dict[str, str]
    raw: str


@dataclass(frozen=True)
class Unfit:
    """A row that is not taken in, and why."""

    line: int
    why: Refusal
    raw: str


@dataclass(frozen=True)
class Sheet:
    """The first line and the rows below it; `unfit` are those that have not as many cells as the first line."""

    header: str
    rows: list[Row]
    unfit: list[Unfit]


def sheet_of(content: bytes, required: Iterable[str]) -> Sheet:
    """The table in `content`; empty lines are no rows.

    Refuses `file_empty`, `file_is_zip`, `file_damaged`, `file_too_large`, `encoding_unclear`, `columns_missing`,
    `column_twice`.
    """
    if content.startswith(_ZIP):
        raise Refused([refusal("file_is_zip", "file")])
    plain = _unpacked(content)
    text = plain.decode(encoding_of([plain]), errors="replace").lstrip("\ufeff").replace("\x00", "\ufffd")
    header = text.split("\n", 1)[0].rstrip("\r")
    delimiter = delimiter_of(header)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = [name.strip().lower() for name in next(reader, [])]
    if missing := sorted(set(required) - set(names)):
        raise Refused([refusal("columns_missing", "file", missing=", ".join(missing), found=", ".join(names)[:200])])
    if twice := sorted({name for name in required if names.count(name) > 1}):
        raise Refused([refusal("column_twice", "file", column=twice[0])])
    rows: list[Row] = []
    unfit: list[Unfit] = []
    for line, cells in _lines(reader):
        raw = delimiter.join(cells)[:LONGEST_ROW]
        if cells is _UNREADABLE:
            unfit.append(Unfit(line, refusal("row_unreadable"), ""))
        elif len(cells) != len(names):
            unfit.append(Unfit(line, refusal("cells_miscounted"), raw))
        else:
            rows.append(Row(line, dict(zip(names, (cell.strip() for cell in cells), strict=True)), raw))
    return Sheet(header[:LONGEST_ROW], rows, unfit)


_UNREADABLE: list[str] = []


def _lines(reader: Any) -> Iterator[tuple[int, list[str]]]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell without end: mostly a quotation mark that is never closed
            yield reader.line_num, _UNREADABLE
            continue
        if any(cells):
            yield reader.line_num, cells


def _unpacked(content: bytes) -> bytes:
    if content.startswith(_GZIP):
        try:
            content = gzip.GzipFile(fileobj=io.BytesIO(content)).read(LARGEST + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise Refused([refusal("file_damaged", "file")]) from None
    if len(content) > LARGEST:
        raise Refused([refusal("file_too_large", "file")])
    return content
