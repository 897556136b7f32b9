# ruff: noqa: E402 - Django is set up before it is imported; the SQL has only names and numbers of ours
"""Matching a list of customers to the directory: one worker of the queue against a bare SQL join, in one run.

    .venv/bin/python benchmarks/match_list.py [--directory 100000] [--rows 5000] [--names FOLDER] [--excel]

FOLDER as for benchmarks/search.py; without one names are made up. A quarter of the rows have a number, a third name,
country and town, the others a name with a slip, its words swapped, or no company of the directory. Printed: rows in a
second (read from the file; matched), the memory of this process at its highest, and of the rows by kind how many are
certain, certain and wrong, and have the right company among those offered. The join takes a row whose number, or whose
name and country, is one company's.
How well the likeness of names tells companies apart is benchmarks/match.py's.
"""

import argparse
import csv
import io
import os
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django
import xlsxwriter

from scripts import throwaway

throwaway.start()
django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.tests.factories import exporter, member
from benchmarks.database import own_database
from benchmarks.names import swapped, with_a_slip
from benchmarks.search import load
from buyers.actions.customer_list import confirm_columns, hand_in_customer_list
from buyers.customer_lists.tasks import match_next_range, read_next_list
from buyers.models import CustomerList

KINDS = ("number", "name and town", "slip", "swapped", "nobody")
SHARES = (25, 35, 20, 10, 10)
HEADER = ("Name", "Country", "DUNS", "City")

_JOIN = """
    SELECT r.place, coalesce(i.buyer_id, b.id) FROM bench_rows r
    LEFT JOIN buyers_identifier i ON i.scheme = 'DUNS' AND i.value = r.number AND r.number <> ''
    LEFT JOIN LATERAL (
        SELECT min(id) AS id FROM buyers_buyer b WHERE lower(b.name) = lower(r.name) AND b.country = r.country
        HAVING count(*) = 1
    ) b ON i.id IS NULL
"""


def listed(count: int, rng: random.Random) -> list[tuple[str, int | None, list[str]]]:
    """(kind, the company meant, cells) for each row of the list."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, country, city FROM buyers_buyer TABLESAMPLE SYSTEM (60) REPEATABLE (1)")
        known = cursor.fetchall()
    found: list[tuple[str, int | None, list[str]]] = []
    for kind in rng.choices(KINDS, SHARES, k=count):
        buyer, name, country, city = rng.choice(known)
        if kind == "number":
            found.append((kind, buyer, [name, country, f"{buyer:09d}", ""]))
        elif kind == "name and town":
            found.append((kind, buyer, [name.upper(), country, "", city]))
        elif kind == "nobody":
            found.append((kind, None, [f"{rng.randrange(16**10):010x} {rng.randrange(16**8):08x}", country, "", ""]))
        else:
            changed = with_a_slip(name, rng) if kind == "slip" else swapped(name, rng)
            found.append((kind, buyer, [changed or name, country, "", city]))
    return found


def as_csv(rows: list[tuple[str, int | None, list[str]]]) -> bytes:
    """The list as a firm would send it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(cells for _kind, _buyer, cells in rows)
    return text.getvalue().encode()


def as_excel(rows: list[tuple[str, int | None, list[str]]]) -> bytes:
    """The same as a workbook."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for line, (_kind, _buyer, cells) in enumerate(rows, start=1):
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, cell)
    return content.getvalue()


def joined(rows: list[tuple[str, int | None, list[str]]]) -> tuple[float, dict[int, int | None]]:
    """Seconds and answers of the bare join, its rows brought in by COPY."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX bench_lower ON buyers_buyer (lower(name), country)")
        cursor.execute("ANALYZE buyers_buyer")
        begun = time.perf_counter()
        cursor.execute("CREATE TEMP TABLE bench_rows (place int, name text, country text, number text)")
        with cursor.copy("COPY bench_rows FROM STDIN") as copy:
            for place, (_kind, _buyer, cells) in enumerate(rows):
                copy.write_row((place, *cells[:3]))
        cursor.execute("ANALYZE bench_rows")
        cursor.execute(_JOIN)
        return time.perf_counter() - begun, dict(cursor.fetchall())


def report(rows: list[tuple[str, int | None, list[str]]], row: CustomerList, plain: dict[int, int | None]) -> None:
    """Line by line, by kind."""
    count: Counter[tuple[str, str]] = Counter()
    for line in row.rows.all():
        kind, buyer, _cells = rows[line.number - 2]
        count[kind, "rows"] += 1
        offered = {candidate["buyer"] for candidate in line.candidates}
        count[kind, "certain"] += line.chosen_id is not None
        count[kind, "wrong"] += line.chosen_id not in (None, buyer)
        count[kind, "found"] += buyer in offered if buyer else line.outcome == "unknown"
        taken = plain[line.number - 2]
        count[kind, "join"] += taken is not None
        count[kind, "join wrong"] += taken not in (None, buyer)
    print(f"  {'kind':<16}{'rows':>7}{'certain':>10}{'wrong':>8}{'offered':>10}{'join takes':>12}{'wrong':>8}")
    for kind in KINDS:
        total = max(count[kind, "rows"], 1)
        print(
            f"  {kind:<16}{total:>7}{count[kind, 'certain'] / total:>10.1%}{count[kind, 'wrong']:>8}"
            f"{count[kind, 'found'] / total:>10.1%}{count[kind, 'join'] / total:>12.1%}{count[kind, 'join wrong']:>8}"
        )
    certain = sum(count[kind, "certain"] for kind in KINDS)
    wrong = sum(count[kind, "wrong"] for kind in KINDS)
    there = sum(count[kind, "rows"] for kind in KINDS[:-1])
    offered = sum(count[kind, "found"] for kind in KINDS[:-1])
    print(f"  precision of certain {1 - wrong / max(certain, 1):.4f}, recall of the offered {offered / there:.4f}")


def main() -> None:
    """One run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--names", type=Path)
    parser.add_argument("--excel", action="store_true", help="the list is a workbook")
    options = parser.parse_args()
    with own_database():
        load(options.directory, options.names)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE buyers_buyer SET city = 'Town ' || (id % 997)")
            cursor.execute(
                "INSERT INTO buyers_identifier (buyer_id, scheme, value, check_digits_fail) "
                "SELECT id, 'DUNS', lpad(id::text, 9, '0'), false FROM buyers_buyer"
            )
            cursor.execute("ANALYZE buyers_buyer, buyers_identifier")
        rows = listed(options.rows, random.Random(7))
        firm = exporter()
        clerk = member(firm)
        content = as_excel(rows) if options.excel else as_csv(rows)
        upload = SimpleUploadedFile(f"customers.{'xlsx' if options.excel else 'csv'}", content)
        row = hand_in_customer_list(by=clerk.pk, exporter=firm.pk, upload=upload)
        confirm_columns(by=clerk.pk, customer_list=row.pk, columns=["name", "country", "DUNS", "city"])
        begun = time.perf_counter()
        read_next_list()
        read = time.perf_counter() - begun
        begun = time.perf_counter()
        while match_next_range():
            pass
        matched = time.perf_counter() - begun
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        row.refresh_from_db()
        bare, plain = joined(rows)
        print(f"{options.rows:,} rows against {options.directory:,} companies; {row.counts()}")
        print(f"  read {options.rows / read:,.0f} rows/s, matched {options.rows / matched:,.0f} rows/s by one worker")
        print(f"  at most {memory:,} MB, the list made for the benchmark among them")
        times = (read + matched) / bare
        print(f"  bare join {options.rows / bare:,.0f} rows/s: the match takes {times:,.0f} times as long")
        report(rows, row, plain)


if __name__ == "__main__":
    main()
