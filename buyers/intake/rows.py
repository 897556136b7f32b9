"""A file of annual accounts, one row per buyer and year: its characters, its columns, what each row says.

docs/formats/accounts.md tells the sender. Each row is read on its own: what is wrong with one is said of it, and the
rest goes on.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from buyers.customer_lists.places import country_code
from buyers.directory.characters import encoding_of
from buyers.directory.shapes import DELIMITERS
from buyers.identity import SCHEMES, checked, guessed_schemes, normalised
from buyers.intake.amounts import MARKS, UNITS, read_amount
from buyers.statements import LINES, statement_refused
from kernel.refusals import Refusal, Refused, refusal

REQUIRED = ("number", "period_end", "currency")
OPTIONAL = ("scheme", "country", "months", "source", "audited", "unit", "decimal_mark")
COLUMNS = (*REQUIRED, *OPTIONAL, *LINES)
# What the portal itself puts behind refused rows; a mended file may still have it.
ADDED = ("line", "column", "reason")

# Some 300,000 rows; whoever has more sends two files.
LARGEST = 64 * 1024**2
LONGEST_CELL = 131_072
LONGEST_SOURCE = 60
DEFAULT_SOURCE = "file"
YES, NO = ("yes", "y", "true", "1", "是"), ("", "no", "n", "false", "0", "否")

_ZIP = b"PK\x03\x04"
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})(\d{2})(\d{2})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Opened:
    """A file whose characters and columns are known; `places` says where each known column stands."""

    text: str
    sha256: str
    header: str
    delimiter: str
    places: dict[str, int]
    width: int


@dataclass(frozen=True)
class Accounts:
    """What one row says. `numbers`: (scheme, value) pairs of which one is the buyer's, as the register writes it."""

    numbers: tuple[tuple[str, str], ...]
    period_end: date
    months: int
    currency: str
    source: str
    audited: bool
    lines: dict[str, Decimal | None]


@dataclass(frozen=True)
class Row:
    """A row of the file by its line number and its text: read, or the first thing that is wrong with it."""

    line: int
    raw: str
    said: Accounts | Refusal


def opened(path: Path) -> Opened:
    """Look at a file before a row of it is used.

    Refuses `file_too_large`, `file_is_workbook`, `file_empty`, `encoding_unclear`, `columns_missing`, `column_twice`.
    """
    if path.stat().st_size > LARGEST:
        raise Refused([refusal("file_too_large", "file")])
    content = path.read_bytes()
    if content.startswith(_ZIP):
        raise Refused([refusal("file_is_workbook", "file")])
    text = content.decode(encoding_of([content])).lstrip("\ufeff")
    header = next(iter(text.lstrip("\r\n").splitlines()), "")
    delimiter = max(DELIMITERS, key=header.count)
    names = [_name(cell) for cell in next(csv.reader([header], delimiter=delimiter), [])]
    if missing := [name for name in REQUIRED if name not in names]:
        found = ", ".join(names)[:200]
        raise Refused([refusal("columns_missing", "file", missing=", ".join(missing), found=found)])
    places = {name: names.index(name) for name in COLUMNS if name in names}
    if twice := [name for name in places if names.count(name) > 1]:
        raise Refused([refusal("column_twice", "file", column=twice[0])])
    digest = hashlib.sha256(content).hexdigest()
    return Opened(text, digest, header, delimiter, places, len(names))


def rows(file: Opened, today: date) -> Iterator[Row]:
    """Every row after the first line; empty lines are no rows."""
    lines = io.StringIO(file.text, newline="")
    reader = csv.reader(lines, delimiter=file.delimiter)
    seen_header = False
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell over LONGEST_CELL: mostly a quotation mark that is never closed
            yield Row(reader.line_num, "", refusal("row_unreadable"))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if not seen_header:
            seen_header = True
            continue
        yield Row(reader.line_num, _as_line(cells, file.delimiter), _said(cells, file, today))


def _said(cells: list[str], file: Opened, today: date) -> Accounts | Refusal:
    if len(cells) != file.width:
        return refusal("cells_miscounted")
    if any(_CONTROL.search(cell) for cell in cells):
        return refusal("control_characters_in_row")
    row = {name: cells[place].strip() for name, place in file.places.items()}
    return _accounts(row, today)


def _accounts(row: dict[str, str], today: date) -> Accounts | Refusal:
    numbers = _numbers(row)
    period_end, months = _day(row["period_end"]), _whole(row.get("months") or "12")
    audited, unit = _yes(row.get("audited", "")), _whole(row.get("unit") or "1")
    mark, source = row.get("decimal_mark", ""), row.get("source") or DEFAULT_SOURCE
    wrong = [
        numbers if isinstance(numbers, Refusal) else None,
        refusal("date_unreadable", "period_end") if period_end is None else None,
        refusal("months_unreadable", "months") if months is None else None,
        refusal("yes_or_no", "audited") if audited is None else None,
        refusal("unit_unknown", "unit") if unit not in UNITS else None,
        refusal("decimal_mark_unknown", "decimal_mark") if mark not in MARKS else None,
        refusal("source_too_long", "source", longest=LONGEST_SOURCE) if len(source) > LONGEST_SOURCE else None,
    ]
    if found := next((no for no in wrong if no), None):
        return found
    assert not isinstance(numbers, Refusal) and period_end and months is not None and unit and audited is not None
    lines = _lines(row, mark, unit)
    if isinstance(lines, Refusal):
        return lines
    currency = row["currency"].upper()
    refused = statement_refused(lines, currency, period_end, months, today)
    if refused:
        return refused[0]
    return Accounts(numbers, period_end, months, currency, source, audited, lines)


def _numbers(row: dict[str, str]) -> tuple[tuple[str, str], ...] | Refusal:
    """Of the kind the row says, else of every kind it can be."""
    text, scheme, country = row["number"], row.get("scheme", "").upper(), row.get("country", "").upper()
    if not normalised(text):
        return refusal("identifier_missing", "number")
    if country and country_code(country) != country:
        return refusal("country_unknown", "country")
    # Issued long ago and looked up, not given out: what a register gave with wrong check digits is found, too.
    for kind in [scheme] if scheme else []:
        found = checked(kind, text, country, issued=True)
        if found.refusals:
            return Refusal(found.refusals[0].code, "number", found.refusals[0].facts)
        return ((kind, found.value),)
    kinds = guessed_schemes(text)
    pairs = tuple((kind, checked(kind, text).value) for kind in kinds)
    return pairs or (refusal("number_of_no_kind", "number", kinds=", ".join(SCHEMES)))


def _lines(row: dict[str, str], mark: str, unit: int) -> dict[str, Decimal | None] | Refusal:
    lines: dict[str, Decimal | None] = {}
    for name in LINES:
        amount = read_amount(row.get(name, ""), name, mark)
        if isinstance(amount, Refusal):
            return amount
        lines[name] = None if amount is None else amount * unit
    return lines


def _day(text: str) -> date | None:
    """A day written year, month, day."""
    found = _DAY.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _yes(text: str) -> bool | None:
    said = text.lower()
    return True if said in YES else False if said in NO else None


def _name(cell: str) -> str:
    return cell.strip().lower().replace(" ", "_")


def _as_line(cells: list[str], delimiter: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="").writerow(cells)
    return line.getvalue()
