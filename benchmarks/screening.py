# ruff: noqa: E402 - Django is set up before it is imported
"""Screening a directory against a sanctions list, and taking the list in, against the least each must do.

    .venv/bin/python benchmarks/screening.py --list sdn.csv [--names gleif.csv.gz] [--buyers 400000]

`--list` is OFAC's sdn.csv, `--names` a (gzipped) CSV with the columns legal_name and country; without it names are made
up. Floor of taking in: reading the file's rows and COPYing entries and names. Floor of the screening: reading the same
buyers from the database and taking every name apart into its words (buyers/names.py), which any comparison needs.
Quality: how many of the listed entities are found again when their names are written otherwise, and how many hits the
directory gives (each costs an underwriter a minute).
"""

import argparse
import csv
import gzip
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

from scripts import throwaway

throwaway.start()
django.setup()

from django.db import connection, transaction

from benchmarks.database import own_database
from buyers.actions.feed import hand_in_feed
from buyers.actions.screening import screen_batch
from buyers.feeds import ofac
from buyers.feeds.adapters import load_feed
from buyers.feeds.files import opened
from buyers.feeds.lists import ListEntry
from buyers.models import Buyer, SanctionsEntry, ScreeningDue, ScreeningHit
from buyers.names import sort_key
from buyers.screening import Listed, Screen, rule, words_of

EDITION = date(2023, 10, 1)
PLACES = ("North", "Harbour", "Alpine", "Orient", "Baltic", "Delta", "Sunrise", "Union", "Golden", "Iron")
TRADES = ("Steel", "Foods", "Textiles", "Shipping", "Chemicals", "Tools", "Timber", "Motors", "Paper", "Glass")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def names(path: Path | None, count: int) -> list[tuple[str, str]]:
    """(name, country) of so many companies."""
    if path is None:
        made = random.Random(7)
        return [
            (f"{made.choice(PLACES)} {made.choice(TRADES)} {n:x} GmbH", made.choice(("DE", "FR", "CN")))
            for n in range(count)
        ]
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        rows = ((row["legal_name"], row["country"]) for row in csv.DictReader(file))
        return [row for row, _n in zip(rows, range(count), strict=False)]


def fill(companies: list[tuple[str, str]]) -> float:
    """The companies into the directory; the seconds of the COPY alone, triggers included."""
    table = "buyers_buyer (name, sort_key, country, category, status, address, city, sector, public_body, "
    table += "private_person, fictitious, source, added_at)"
    lines = [(n[:500], sort_key(n), c) for n, c in companies]

    def copy() -> None:
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as into:
            for name, key, country in lines:
                into.write_row(
                    (name, key, country, "GENERAL", "active", "", "", "", False, False, True, "bench", "now")
                )

    return timed(copy)[0]


def bare_list(path: Path) -> None:
    """The rows of the file and their entries into an empty table, nothing looked up, nothing compared."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bare (id text, kind text, name text, programs text) ON COMMIT DROP")
        with (
            path.open(encoding="utf-8", errors="replace", newline="") as file,
            cursor.copy("COPY bare FROM STDIN") as to,
        ):
            for row in csv.reader(file):
                if len(row) == ofac.SDN_COLUMNS:
                    to.write_row((row[0], row[2], row[1], row[3]))
        cursor.execute("SELECT count(*) FROM bare")


def bare_reading() -> int:
    """Every buyer's name read and taken apart."""
    words = 0
    for name in Buyer.objects.values_list("name", flat=True).iterator(chunk_size=5_000):
        words += len(words_of(name))
    return words


def screen_all() -> int:
    screened = 0
    while batch := screen_batch(by=None):
        screened += batch
    return screened


SLIPS = tuple(
    slip + where
    for slip in ("a letter less", "a letter more", "another letter", "two letters swapped")
    for where in ("", " anywhere")
)


def slipped(word: str, how: str, made: random.Random) -> str:
    at = made.randrange(1, max(len(word) - 1, 2))
    if how == "a letter less":
        return word[:at] + word[at + 1 :]
    if how == "two letters swapped":
        at -= 1
        return word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]
    letter = made.choice("abcdefghijklmnopqrstuvwxyz")
    return word[:at] + letter + word[at if how == "a letter more" else at + 1 :]


def otherwise(name: str, how: str, made: random.Random) -> str:
    """The name as somebody else might write it."""
    words = name.title().split()
    if how == "swapped words" and len(words) > 1:
        made.shuffle(words)
    elif how in SLIPS:
        # In the longest word, or in any that has letters to slip in: the legal form as well.
        fit = [at for at, word in enumerate(words) if sum(map(str.isalpha, word)) > 2]
        if not fit:
            return " ".join(words)
        at = made.choice(fit) if how.endswith("anywhere") else max(fit, key=lambda at: len(words[at]))
        words[at] = slipped(words[at], how.removesuffix(" anywhere"), made)
    elif how == "another legal form":
        return " ".join(words_of(name)).title() + " LLC"
    elif how == "a common word more":
        words.append("International")
    return " ".join(words)


def quality(path: Path) -> None:
    entries = [e for e in ofac.entries(opened(path, ofac.ENCODING)) if isinstance(e, ListEntry) and e.kind == "entity"]
    screen = Screen([Listed(int(e.source_id), e.name, frozenset(e.countries)) for e in entries], rule())
    made = random.Random(11)
    sample = made.sample(entries, min(1_500, len(entries)))
    for how in (
        "as it is",
        "another legal form",
        "swapped words",
        *SLIPS,
        "a common word more",
    ):
        found = sum(
            any(hit.listed.entry == int(e.source_id) for hit in screen.hits(otherwise(e.name, how, made), ""))
            for e in sample
        )
        print(f"found again, {how:28} {found / len(sample):6.1%} of {len(sample):,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", type=Path, required=True)
    parser.add_argument("--names", type=Path)
    parser.add_argument("--buyers", type=int, default=400_000)
    options = parser.parse_args()
    with own_database():
        run = hand_in_feed(by=None, kind="ofac_sdn", file_name="sdn.csv", edition=EDITION)
        seconds, run = timed(lambda: load_feed(run.pk, options.list))
        floor = timed(lambda: bare_list(options.list))[0]
        print(
            f"list taken in: {seconds:6.2f} s, {run.taken_in / seconds:,.0f} entries/s · floor {floor:.2f} s "
            f"· ratio {seconds / floor:.1f}"
        )
        again = hand_in_feed(by=None, kind="ofac_sdn", file_name="sdn.csv", edition=EDITION)
        seconds, again = timed(lambda: load_feed(again.pk, options.list))
        print(f"the same again: {seconds:6.2f} s, {again.repeated:,} known already, {again.taken_in:,} taken in")
        companies = names(options.names, options.buyers)
        print(f"companies in: {fill(companies):6.2f} s for {len(companies):,}; {ScreeningDue.objects.count():,} due")
        floor, _words = timed(bare_reading)
        seconds, screened = timed(screen_all)
        print(
            f"screened: {seconds:6.2f} s, {screened / seconds:,.0f} buyers/s against "
            f"{SanctionsEntry.objects.count():,} entries · floor {floor:.2f} s · ratio {seconds / floor:.2f}"
        )
        hits = ScreeningHit.objects.count()
        exact = ScreeningHit.objects.filter(likeness=100).count()
        print(f"hits: {hits:,}, {exact:,} of them the same name; one in {screened // max(hits, 1):,} buyers")
        ScreeningDue.objects.queue_all()
        seconds, screened = timed(screen_all)
        print(f"screened again: {seconds:6.2f} s, {ScreeningHit.objects.count() - hits} new hits")
    quality(options.list)


if __name__ == "__main__":
    main()
