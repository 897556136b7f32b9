"""The columns of an exporter's book: what the page shows is what the file holds (pages.md, "Tables")."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any

import xlsxwriter
from django.db.models import Count
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from buyers.directory.shapes import delimiter_of
from buyers.models import Alert, Identifier

# Spreadsheets take cells that begin so for formulas (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ROWS_AT_ONCE = 2_000


@lru_cache(maxsize=1024)
def country_name(code: str, _language: str | None) -> str:
    """The country in the language in force; looked up once, since a file has one on every line."""
    return str(countries.name(code))


@dataclass(frozen=True)
class Column:
    """A column of the book: its code in the address, its heading, what it holds for an entry (see `completed`)."""

    code: str
    label: Any
    value: Callable[[Any], Any]


COLUMNS = (
    Column("name", _("Buyer"), lambda e: e.buyer.name),
    Column("reference", _("Your reference"), lambda e: e.own_reference),
    Column("country", _("Country"), lambda e: country_name(e.buyer.country.code, get_language())),
    Column("numbers", _("Numbers"), lambda e: ", ".join(f"{i.scheme} {i.value}" for i in e.numbers)),
    Column("grade", _("Grade"), lambda e: e.buyer.grade),
    Column("confidence", _("Confidence, %"), lambda e: e.buyer.confidence),
    Column("scored", _("Graded"), lambda e: localdate(e.buyer.scored_at).isoformat() if e.buyer.scored_at else ""),
    Column("alerts", _("Open alerts"), lambda e: e.open_alerts),
    Column("city", _("City"), lambda e: e.buyer.city),
    Column("watched", _("Watched"), lambda e: str(e.get_watch_display())),
    Column("affiliate", _("Affiliate"), lambda e: _("yes") if e.affiliate else _("no")),
    Column("added", _("Added on"), lambda e: e.added_at.date().isoformat()),
)
SHOWN_UNASKED = ("name", "reference", "country", "grade", "confidence", "scored", "alerts")


def chosen_columns(codes: Iterable[str]) -> list[Column]:
    """The columns asked for, the name always first; the usual ones when none was asked for."""
    wanted = set(codes) & {column.code for column in COLUMNS} or set(SHOWN_UNASKED)
    return [column for column in COLUMNS if column.code == "name" or column.code in wanted]


def completed(entries: Sequence[Any], exporter: int) -> Sequence[Any]:
    """Each entry with `open_alerts` and `numbers`, in two queries whatever their number."""
    buyers = [entry.buyer_id for entry in entries]
    alerts = Alert.objects.filter(exporter=exporter, buyer__in=buyers, done_at__isnull=True).order_by()
    counted = dict(alerts.values_list("buyer").annotate(open=Count("id")))
    numbers: dict[int, list[Identifier]] = {}
    for number in Identifier.objects.filter(buyer__in=buyers).order_by("scheme", "value"):
        numbers.setdefault(number.buyer_id, []).append(number)
    for entry in entries:
        entry.open_alerts = counted.get(entry.buyer_id, 0)
        entry.numbers = numbers.get(entry.buyer_id, [])
    return entries


def written_csv(columns: Sequence[Column], entries: Iterable[Any]) -> IO[bytes]:
    """The table as CSV in a temporary file: UTF-8 with its mark, as spreadsheets want it; no cell is a formula.

    A file and not a stream, so that no database connection is held while a slow reader takes it.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    # All cells in quotation marks: in a bare one, a program that cuts at semicolons would begin a cell, and a formula.
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([_harmless(column.label) for column in columns])
    for entry in entries:
        writer.writerow([_harmless(column.value(entry)) for column in columns])
    text.detach()
    file.seek(0)
    return file


def written_xlsx(columns: Sequence[Column], entries: Iterable[Any], title: str) -> IO[bytes]:
    """The table as an Excel file in a temporary file; texts are written as texts, so no cell is a formula."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True})
    for place, column in enumerate(columns):
        sheet.write_string(0, place, str(column.label), bold)
    for line, entry in enumerate(entries, start=1):
        for place, column in enumerate(columns):
            value = column.value(entry)
            if isinstance(value, int):
                sheet.write_number(line, place, value)
            elif text := _text(value):
                sheet.write_string(line, place, text)
    sheet.freeze_panes(1, 0)
    book.close()
    file.seek(0)
    return file


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _harmless(value: Any) -> str:
    text = _text(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def written_refusals(header: str, rows: Iterable[tuple[str, list[str]]], added: Sequence[str]) -> IO[bytes]:
    """Refused rows of an import in the file's own columns, with columns `added` behind them, as UTF-8 CSV.

    The cells are as they were sent, formulas and all: the file is to be mended and handed in again.
    """
    delimiter = delimiter_of(header)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=delimiter)
    width = len(next(csv.reader([header], delimiter=delimiter), []))
    writer.writerow([*next(csv.reader([header], delimiter=delimiter), []), *added])
    for raw, more in rows:
        cells = next(csv.reader([raw], delimiter=delimiter), [])
        writer.writerow([*cells, *[""] * (width - len(cells)), *more])
    text.detach()
    file.seek(0)
    return file
