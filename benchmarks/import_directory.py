# ruff: noqa: E402 - Django is set up before it is imported
"""Importing a file of companies against a bare COPY of the rows it brings in.

    .venv/bin/python benchmarks/import_directory.py [FILE] [--rows 388411] [--rounds 3]

FILE is GLEIF's (or a cut of it); without one a file of the same shape is made up. Everything runs in this process, in a
database of its own that is dropped at the end. Three floors, all from lines that are ready to be copied:

  heap     COPY into three tables of the same columns (buyers, identifiers, names), without any key or index
  keys     the same with the primary and unique keys and the foreign key
  indexes  the same with all indexes the directory has, the terms that make names findable among them

The import does what the product does: reads and unpacks the file, finds its characters and shape, judges every row
(LEI check digits, countries, persons), makes sort keys and the terms of names, upserts by identifier, keeps refused
rows with reasons and one audit event. A second import of the same file, which changes nothing, is timed too. Aim: at
most 3 times the floor with the keys and indexes the directory has.
"""

import argparse
import gzip
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

from scripts import throwaway

throwaway.start()
django.setup()

from django.db import connection
from stdnum.iso7064 import mod_97_10

from benchmarks.database import own_database
from buyers.actions.directory_file import hand_in_directory_file
from buyers.adapters import load_directory_file
from buyers.models import DirectoryImport

BUYER = (
    "id, name, sort_key, country, category, status, address, city, sector, founded_on, public_body, private_person, "
    "fictitious, source, added_at"
)
IDENTIFIER = "id, buyer_id, scheme, value, check_digits_fail"
NAME = "id, buyer_id, text, kind, core, country, terms"
FLOORS = {
    "heap": ("", []),
    "keys": (
        "",
        [
            "ALTER TABLE floor_buyer ADD PRIMARY KEY (id)",
            "ALTER TABLE floor_identifier ADD PRIMARY KEY (id)",
            "ALTER TABLE floor_identifier ADD UNIQUE (value, scheme)",
            "ALTER TABLE floor_name ADD PRIMARY KEY (id)",
        ],
    ),
    "indexes": ("INCLUDING INDEXES INCLUDING CONSTRAINTS", []),
}
FOREIGN_KEY = (
    "ALTER TABLE floor_identifier ADD FOREIGN KEY (buyer_id) REFERENCES floor_buyer DEFERRABLE INITIALLY DEFERRED"
)
PIECE = 1 << 20


def made_up(path: Path, rows: int) -> Path:
    """A file like GLEIF's cut: names of the same lengths, one in forty with accents, one in forty a sole proprietor."""
    rng = random.Random(1)
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    words = ["".join(rng.choices("aeiourstlnmdkpbghc", k=rng.randint(3, 9))).capitalize() for _n in range(20_000)] + [
        "Société",
        "Müller",
        "Łódź",
        "São",
        "有限公司",
        "上海",
    ]
    forms = ["GmbH", "LIMITED", "S.A.", "Fund", "LLC", "B.V.", "Holding AG", "Trust", "Oy", "S.r.l."]
    kinds = ["GENERAL"] * 32 + ["FUND"] * 6 + ["RESIDENT_GOVERNMENT_ENTITY", "SOLE_PROPRIETOR"]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("LEI,legal_name,country,category\n")
        for number in range(rows):
            stem = f"{number:010d}" + "".join(rng.choices(letters, k=8))
            name = " ".join(rng.choices(words, k=rng.randint(1, 4))) + " " + rng.choice(forms)
            lei = stem + mod_97_10.calc_check_digits(stem)
            file.write(f"{lei},{name},{rng.choice(('DE', 'US', 'FR', 'CN', 'GB'))},{rng.choice(kinds)}\n")
    return path


def imported(path: Path) -> tuple[float, DirectoryImport]:
    begun = time.perf_counter()
    run = hand_in_directory_file(by=None, file_name=path.name)
    run = load_directory_file(run.pk, path)
    assert run.stage == "done", (run.failure, run.failure_facts)
    return time.perf_counter() - begun, run


def emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE buyers_buyer, buyers_directoryimport CASCADE")


def lines(table: str, columns: str) -> bytes:
    """What the import has brought in, as lines ready to be copied."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT {columns} FROM {table} ORDER BY id) TO STDOUT") as out,
    ):
        return b"".join(out)


def copied(kind: str, data_of: dict[str, tuple[str, bytes]]) -> float:
    """Seconds for a COPY of the three tables into empty ones of the floor's kind, committed."""
    including, keys = FLOORS[kind]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("DROP TABLE IF EXISTS floor_identifier, floor_name, floor_buyer")
        for table in data_of:
            cursor.execute(f"CREATE TABLE floor_{table} (LIKE buyers_{table} INCLUDING DEFAULTS {including})")
        for key in [*keys, FOREIGN_KEY] if kind != "heap" else []:
            cursor.execute(key)
        begun = time.perf_counter()
        for table, (columns, data) in data_of.items():
            with cursor.copy(f"COPY floor_{table} ({columns}) FROM STDIN") as into:
                for start in range(0, len(data), PIECE):
                    into.write(data[start : start + PIECE])
        return time.perf_counter() - begun


def measured(path: Path, rounds: int) -> None:
    times: dict[str, list[float]] = {name: [] for name in ("import", "again", *FLOORS)}
    for number in range(1, rounds + 1):
        emptied()
        seconds, run = imported(path)
        times["import"].append(seconds)
        again, second = imported(path)
        times["again"].append(again)
        assert (second.added, second.changed) == (0, 0)
        columns = {"buyer": BUYER, "identifier": IDENTIFIER, "name": NAME}
        data_of = {table: (names, lines(f"buyers_{table}", names)) for table, names in columns.items()}
        for kind in FLOORS:
            times[kind].append(copied(kind, data_of))
        print(f"round {number}: " + ", ".join(f"{name} {found[-1]:.2f} s" for name, found in times.items()), flush=True)
    print(
        f"{run.rows_read:,} rows read, {run.accepted:,} accepted, {run.added:,} added, {run.refused:,} refused, "
        f"{run.warned:,} warnings; second run: {second.added:,} added, {second.changed:,} changed"
    )
    middle = {name: statistics.median(found) for name, found in times.items()}
    print(f"import {middle['import']:.2f} s, again {middle['again']:.2f} s (median of {rounds})")
    for kind in FLOORS:
        print(f"  bare COPY, {kind:<8}{middle[kind]:8.2f} s   ratio {middle['import'] / middle[kind]:6.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--rows", type=int, default=399_203, help="of the file that is made up")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, own_database():
        path = options.file or made_up(Path(folder) / "made-up.csv.gz", options.rows)
        measured(path, options.rounds)


if __name__ == "__main__":
    main()
