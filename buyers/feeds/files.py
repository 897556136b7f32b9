"""A publisher's file, read once from beginning to end, however large: plain or gzipped, row by row.

What cannot be read at all is refused as a whole (Refused); what is wrong in a row comes as an Unfit, and the rest goes
on.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from buyers.directory.characters import CHINESE, encoding_of
from buyers.directory.unpacked import binary, digest_of, pieces
from kernel.refusals import Refused

LONGEST_CELL = 131_072
LONGEST_RAW = 2_000  # of a refused row, as it is kept


@dataclass(frozen=True)
class Unfit:
    """A row that is not taken in: where, why (a code of buyers/wording.py with its facts), and what stood there."""

    line: int
    code: str
    raw: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Opened:
    """A file looked through once: its digest (as it was sent) and its characters."""

    path: Path
    sha256: str
    encoding: str


class RowUnfit(Exception):
    """Raised while a row is read; becomes an Unfit."""

    def __init__(self, code: str, **facts: Any):
        self.code, self.facts = code, facts
        super().__init__(code)


def opened(path: Path, otherwise: str = "") -> Opened:
    """Look a file through before a row of it is used. `otherwise` is the publisher's encoding where the file's bytes
    do not tell.

    Refuses `file_empty`, `file_is_zip`, `file_damaged` (a gzip cut short), `file_too_large`, `encoding_unclear`.
    """
    sha256 = digest_of(path)
    try:
        found = encoding_of(pieces(path))
        # A publisher whose encoding is known writes no Chinese: accented letters in pairs only look like it.
        return Opened(path, sha256, otherwise if otherwise and found == CHINESE else found)
    except Refused as refused:
        if otherwise and refused.refusals[0].code == "encoding_unclear":
            return Opened(path, sha256, otherwise)
        raise


def text(file: Opened) -> IO[str]:
    """The file's text; bytes that are no characters of its encoding become �."""
    return io.TextIOWrapper(binary(file.path), encoding=file.encoding, errors="replace", newline="")


def csv_rows(file: Opened) -> Iterator[tuple[int, list[str]] | Unfit]:
    """The rows of a CSV file with commas, the first line too: (line, cells). Empty lines are no rows."""
    with text(file) as lines:
        reader = csv.reader(_without_nul(lines))
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                # A cell over LONGEST_CELL: mostly a quotation mark that is never closed.
                yield Unfit(reader.line_num, "row_unreadable")
                continue
            if reader.line_num <= 1 and cells:
                cells[0] = cells[0].lstrip("\ufeff")
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells


def as_line(cells: Iterable[str]) -> str:
    """The cells as one line of CSV, for the file of refused rows."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return storable(line.getvalue())


def storable(raw: str) -> str:
    """What PostgreSQL can keep of a row: no NUL, no half characters, not without end."""
    return raw[:LONGEST_RAW].replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    return (line.replace("\x00", "\ufffd") if "\x00" in line else line for line in lines)


# --- cells ------------------------------------------------------------------------------------------------------------


def one_line(cell: str, longest: int) -> str:
    """A cell's text with its blanks put in order; refuses control characters and what the database cannot hold."""
    found = " ".join(cell.split())
    if any((ord(c) < 32 or 127 <= ord(c) < 160) for c in found) or "\ufffd" in found:
        raise RowUnfit("control_characters")
    if len(found) > longest:
        raise RowUnfit("cell_too_long")
    return found


def day(cell: str) -> date | None:
    """A day written year-month-day or day/month/year (Companies House); None for an empty cell."""
    cell = cell.strip()
    if not cell:
        return None
    try:
        if "/" in cell:
            number, month, year = cell.split("/")
            return date(int(year), int(month), int(number))
        return date.fromisoformat(cell[:10])
    except ValueError:
        raise RowUnfit("date_unreadable") from None


def digest(*parts: Any) -> str:
    """A short name for a content, the same whenever the content is."""
    return hashlib.sha256(json.dumps(parts, default=str, ensure_ascii=False).encode()).hexdigest()
