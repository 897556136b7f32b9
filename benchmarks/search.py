# ruff: noqa: E402 - Django is set up before it is imported; the SQL has only names and numbers of ours
"""Finding names among a million: the portal's search against stock pg_trgm and, where installed, tantivy, in one run.

    .venv/bin/python benchmarks/search.py [--count 1000000] [--queries 200] [--names FOLDER] [--trigram-queries 40]
        [--rounds 3] [--keep DATABASE] [--save FILE] [--smaller FILE]

FOLDER holds gleif_399k.csv.gz and cn_short_names_267k.txt (benchmarks/names.py); without one names are made up. All
hold the same names and answer the same queries with ten names, one query at a time, in this process:

  search    buyers.search.candidates: folding, index, comparing, order - what a page and the bulk match ask
  page      buyers.search.find_buyers: the same with the buyers' rows and numbers for fifty rows
  pg_trgm   GIN gin_trgm_ops on the name, the ten most alike: `name % query ORDER BY similarity`; for beginnings and two
            characters, which `%` does not find, `ILIKE 'query%'` and `LIKE '%query%' ORDER BY similarity`
  unranked  pg_trgm's first ten for beginnings and two characters in no order: no answer to the same question, but what
            an impatient programmer would write
  tantivy   trigrams of words and pairs of Chinese characters as terms, any of the query's, ten best by BM25

One query is put to all of them before the next one is, so that what else the machine does befalls all alike; in
`--rounds` rounds, of which each query's median counts. recall@10: the share of queries whose name is among the ten; for
beginnings, that one of the ten begins so; for two characters, how many of the ten (or of all there are) have them.
Everything runs in a database of its own, dropped at the end unless it is to be kept. The aims and what came of them are
printed: 20 times faster than pg_trgm at the median, p95 at most 4 times tantivy's, recall@10 of one slip 0.97; against
the figures that a run with fewer names saved (--smaller), at most 3 times slower.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

from scripts import throwaway

throwaway.start()
django.setup()

from django.db import connection

from benchmarks.database import own_database
from benchmarks.names import names, swapped, with_a_slip
from buyers.directory.naming import add_names
from buyers.names import spelled
from buyers.search import candidates, find_buyers
from buyers.search.keeping import count_terms

Answer = list[tuple[int, str]]
KINDS = ("exact", "beginning", "first letters", "two characters", "one slip", "words swapped")
FASTER, TAIL, RECALL, GROWTH = 20, 4, 0.97, 3  # the aims


def timed(what: str, work: Callable[[], object]) -> None:
    begun = time.perf_counter()
    work()
    print(f"  {what:<58}{time.perf_counter() - begun:8.1f} s", flush=True)


def load(count: int, folder: Path | None) -> None:
    """The directory's rows and the search's names, as a first import writes them: indexes are built at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '1GB'; SET synchronous_commit = off")
        cursor.execute(
            "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE i.indrelid IN ('buyers_buyer'::regclass, 'buyers_name'::regclass) AND NOT i.indisunique "
            "AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)"
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        timed("buyers written", lambda: _copy_buyers(cursor, count, folder))
        cursor.execute("BEGIN")
        timed(
            "names folded, terms made and written",
            lambda: add_names(cursor, "SELECT id, name, country FROM buyers_buyer"),
        )
        cursor.execute("COMMIT")
        for name, definition in indexes:
            timed(f"index {name}", lambda definition=definition: cursor.execute(definition))
        timed("terms counted", count_terms)
        cursor.execute("VACUUM ANALYZE buyers_name")
        cursor.execute("VACUUM ANALYZE buyers_buyer")
        for relation in ("buyers_name", "names_by_terms", "names_by_core", "names_by_country"):
            cursor.execute("SELECT pg_size_pretty(pg_table_size(%s))", [relation])
            print(f"  {relation:<58}{cursor.fetchone()[0]:>10}", flush=True)


def _copy_buyers(cursor: object, count: int, folder: Path | None) -> None:
    columns = (
        "name, sort_key, country, category, status, address, city, sector, public_body, private_person, fictitious, "
        "source, added_at"
    )
    with cursor.copy(f"COPY buyers_buyer ({columns}) FROM STDIN") as copy:  # type: ignore[attr-defined]
        for name, country in names(count, folder):
            # Sort keys (pinyin) are no part of what is measured.
            row = (
                name[:500],
                name[:500],
                country,
                "GENERAL",
                "active",
                "",
                "",
                "",
                "f",
                "f",
                "f",
                "benchmark",
                "2026-01-01",
            )
            copy.write_row(row)


# --- the three --------------------------------------------------------------------------------------------------------


def by_search(query: str, _kind: str) -> Answer:
    return [(found.buyer, found.name) for found in candidates(query, limit=10)]


def by_page(query: str, _kind: str) -> Answer:
    return [(row.buyer.pk, row.former or row.buyer.name) for row in find_buyers(text=query).rows[:10]]


def by_trigrams(query: str, kind: str) -> Answer:
    condition, value = _trigram_condition(query, kind) or ("name %% %s", query)
    return _trigrams(f"{condition} ORDER BY similarity(name, %s) DESC LIMIT 10", [value, query])


def by_unranked_trigrams(query: str, kind: str) -> Answer:
    condition, value = _trigram_condition(query, kind) or ("false AND name = %s", query)
    return _trigrams(f"{condition} LIMIT 10", [value])


def _trigram_condition(query: str, kind: str) -> tuple[str, str] | None:
    pattern = query.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    begins = ("name ILIKE %s", f"{pattern}%")
    return {
        "beginning": begins,
        "first letters": begins,
        "two characters": ("name LIKE %s", f"%{pattern}%"),
    }.get(kind)


def _trigrams(condition: str, values: list[str]) -> Answer:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # at 10 million it takes longer than a page ever may
        cursor.execute(f"SELECT id, name FROM trigram_names WHERE {condition}", values)
        return cursor.fetchall()


def trigram_names() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("CREATE TABLE trigram_names AS SELECT id, name FROM buyers_buyer")
        cursor.execute("CREATE INDEX ON trigram_names USING gin (name gin_trgm_ops)")
        cursor.execute("VACUUM ANALYZE trigram_names")


FILLED = "filled"  # a file that says so, in the folder of an index that is to be kept


class Tantivy:
    """An index in a folder, opened in this process."""

    def __init__(self, folder: Path):
        import tantivy  # measured against where it is installed

        self.module = tantivy
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("id", stored=True)
        builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
        builder.add_text_field("name", stored=True, tokenizer_name="raw", index_option="basic")
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, path=str(folder))

    def fill(self, folder: Path) -> None:
        writer = self.index.writer(heap_size=256_000_000, num_threads=1)
        with connection.cursor() as cursor:
            last = 0
            while True:
                cursor.execute("SELECT id, name FROM buyers_buyer WHERE id > %s ORDER BY id LIMIT 50000", [last])
                rows = cursor.fetchall()
                if not rows:
                    break
                for pk, name in rows:
                    writer.add_document(self.module.Document(id=pk, name=name, terms=" ".join(self.terms(name))))
                last = rows[-1][0]
        writer.commit()
        writer.wait_merging_threads()
        (folder / FILLED).touch()

    def open(self) -> None:
        self.index.reload()
        self.searcher = self.index.searcher()

    @staticmethod
    def terms(name: str) -> list[str]:
        found = []
        for word in spelled(name).words:
            if word > "\u3000":
                found += [word[n : n + 2] for n in range(len(word) - 1)]
            else:
                padded = f"_{word}_"
                found += [padded[n : n + 3] for n in range(len(padded) - 2)]
        return found

    def answer(self, query: str, _kind: str) -> Answer:
        q = self.module
        clauses = [(q.Occur.Should, q.Query.term_query(self.schema, "terms", term)) for term in self.terms(query)]
        hits = self.searcher.search(q.Query.boolean_query(clauses), 10).hits
        documents = [self.searcher.doc(address) for _score, address in hits]
        return [(document["id"][0], document["name"][0]) for document in documents]


# --- queries and answers ----------------------------------------------------------------------------------------------


def queries(count: int, folder: Path | None, number: int) -> dict[str, list[tuple[str, str]]]:
    """Of each kind, (query, the name meant)."""
    rng = random.Random(7)
    places = set(rng.sample(range(count), number))
    meant = [name[:200] for place, (name, _country) in enumerate(names(count, folder)) if place in places]
    rng.shuffle(meant)
    han = [name for name in meant if name[0] > "\u3000"]
    several = [name for name in meant if len(set(name.split())) > 1]
    return {
        "exact": [(name, name) for name in meant],
        "beginning": [(name[: max(3, len(name) * 6 // 10)].strip(), name) for name in meant],
        # What typing asks first: three letters, two characters.
        "first letters": [(name[: 2 if name[0] > "\u3000" else 3], name) for name in meant],
        "two characters": [(name[at : at + 2], name) for name in han for at in [rng.randrange(len(name) - 5)]],
        "one slip": [(with_a_slip(name, rng), name) for name in meant],
        "words swapped": [(swapped(name, rng), name) for name in several],
    }


def recall(kind: str, query: str, name: str, answer: Answer, frequency: Callable[[str], int]) -> float:
    if kind in ("beginning", "first letters"):
        begins = spelled(query).whole.replace(" ", "")
        return float(any(spelled(found).whole.replace(" ", "").startswith(begins) for _pk, found in answer))
    if kind == "two characters":
        return sum(query in found for _pk, found in answer) / min(10, frequency(query))
    return float(any(found == name for _pk, found in answer))


def having(query: str) -> int:
    """How many names have these characters, ten at most."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM trigram_names WHERE name LIKE %s LIMIT 10) t", [f"%{query}%"])
        return max(cursor.fetchone()[0], 1)


class Figures(NamedTuple):
    """Of one kind of queries and one engine: milliseconds at the median, the 95th percentile and at worst; recall.

    Then the first two again with each query's fastest round: what remains when nobody else takes the processor.
    """

    p50: float
    p95: float
    worst: float
    recall: float
    fastest_p50: float
    fastest_p95: float


Engines = dict[str, tuple[Callable[[str, str], Answer], int]]


def measured(engines: Engines, asked: dict[str, list[tuple[str, str]]], rounds: int) -> dict[str, dict[str, Figures]]:
    return {kind: _measured(kind, engines, asked[kind], rounds) for kind in KINDS}


def _measured(kind: str, engines: Engines, asked: list[tuple[str, str]], rounds: int) -> dict[str, Figures]:
    taking_part = {engine: of for engine, of in engines.items() if engine != "unranked" or _trigram_condition("", kind)}
    times: dict[str, list[list[float]]] = {engine: [] for engine in taking_part}
    hits: dict[str, list[float]] = {engine: [] for engine in taking_part}
    for answer, _most in taking_part.values():
        for query, _name in asked[:5]:
            answer(query, kind)  # warm
    for number, (query, name) in enumerate(asked):
        for engine, (answer, most) in taking_part.items():
            if number >= most:
                continue
            times[engine].append([])
            for _round in range(rounds):
                begun = time.perf_counter()
                found = answer(query, kind)
                times[engine][-1].append((time.perf_counter() - begun) * 1000)
            hits[engine].append(recall(kind, query, name, found, having))
            if engine == "search" and not hits[engine][-1] and os.environ.get("MISSES"):
                print("   missed:", query, "|", name, flush=True)
    figures = {}
    for engine, of_queries in times.items():
        usual, fastest = sorted(map(median, of_queries)), sorted(map(min, of_queries))
        half, most = len(usual) // 2, min(int(len(usual) * 0.95), len(usual) - 1)
        found_share = sum(hits[engine]) / len(hits[engine])
        figures[engine] = own = Figures(usual[half], usual[most], usual[-1], found_share, fastest[half], fastest[most])
        print(
            f"{kind:<16}{engine:<10}p50 {own.p50:8.2f}  p95 {own.p95:8.2f}  worst {own.worst:8.2f} ms  "
            f"fastest rounds: p50 {own.fastest_p50:8.2f}  p95 {own.fastest_p95:8.2f} ms  "
            f"recall@10 {own.recall:.3f}  ({len(usual)})",
            flush=True,
        )
    return figures


def verdicts(figures: dict[str, dict[str, Figures]], smaller: dict[str, dict[str, Figures]]) -> None:
    """Every aim by kind, met or missed: by the median of each query's rounds, and by its fastest."""
    for rounds, p50, p95 in (("median round", "p50", "p95"), ("fastest round", "fastest_p50", "fastest_p95")):
        print(f"by each query's {rounds}:")
        for kind, of in figures.items():
            middle, tail = (
                {name: getattr(o, p50) for name, o in of.items()},
                {n: getattr(o, p95) for n, o in of.items()},
            )
            said = []
            if "pg_trgm" in of:
                said.append(_aim("pg_trgm / search", middle["pg_trgm"] / middle["search"], FASTER, least=True))
            if "unranked" in of:
                said.append(f"unranked {middle['unranked'] / middle['search']:.1f}")
            if "tantivy" in of:
                said.append(_aim("p95 / tantivy's", tail["search"] / tail["tantivy"], TAIL))
            if kind == "one slip":
                said.append(_aim("recall", of["search"].recall, RECALL, least=True))
            if kind in smaller:
                before = smaller[kind]["search"]
                said.append(_aim("growth", middle["search"] / getattr(before, p50), GROWTH))
                said.append(f"of p95 {tail['search'] / getattr(before, p95):.1f}")
            print(f"  {kind:<16}" + ", ".join(said))


def _aim(what: str, figure: float, aim: float, *, least: bool = False) -> str:
    verdict = "met" if (figure >= aim if least else figure <= aim) else "MISSED"
    return f"{what} {figure:.{3 if aim < 1 else 1}f} ({'at least' if least else 'at most'} {aim}: {verdict})"


def kept_figures(file: Path) -> dict[str, dict[str, Figures]]:
    read = json.loads(file.read_text(encoding="utf-8"))
    return {kind: {engine: Figures(*of) for engine, of in engines.items()} for kind, engines in read.items()}


@contextmanager
def index_folder(kept: str) -> Iterator[Path]:
    if kept:
        folder = Path(tempfile.gettempdir()) / f"{kept}.tantivy"
        folder.mkdir(exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--trigram-queries", type=int, default=40, help="of each kind for pg_trgm, which is slow")
    parser.add_argument("--rounds", type=int, default=3, help="of each query; the median counts")
    parser.add_argument("--names", type=Path, help="folder with real names")
    parser.add_argument("--without", nargs="*", default=[], help="engines to leave out: pg_trgm, tantivy, page")
    parser.add_argument("--keep", default="", help="a database to keep, and to measure again in when it is there")
    parser.add_argument("--save", type=Path, help="a file for the figures")
    parser.add_argument("--smaller", type=Path, help="the figures of a run with fewer names, to say what grew")
    options = parser.parse_args()
    with own_database(options.keep) as there, index_folder(options.keep) as folder:
        print(f"{options.count:,} names, {'from ' + str(options.names) if options.names else 'made up'}")
        if not there:
            load(options.count, options.names)
        engines: Engines = {"search": (by_search, options.queries)}
        if "page" not in options.without:
            engines["page"] = (by_page, options.queries)
        if "pg_trgm" not in options.without:
            if not there:
                timed("index of stock pg_trgm", trigram_names)
            engines["pg_trgm"] = (by_trigrams, options.trigram_queries)
            engines["unranked"] = (by_unranked_trigrams, options.trigram_queries)
        elif not there:
            with connection.cursor() as cursor:
                cursor.execute("CREATE VIEW trigram_names AS SELECT id, name FROM buyers_buyer")
        if "tantivy" not in options.without:
            try:
                tantivy = Tantivy(folder)
            except ImportError:
                print("  tantivy is not installed: left out")
            else:
                if not (folder / FILLED).exists():
                    timed("index of tantivy", lambda: tantivy.fill(folder))
                tantivy.open()
                engines["tantivy"] = (tantivy.answer, options.queries)
        load_average = os.getloadavg()[0]
        figures = measured(engines, queries(options.count, options.names, options.queries), options.rounds)
        print(f"load average {load_average:.1f} at the beginning, {os.getloadavg()[0]:.1f} at the end")
        verdicts(figures, kept_figures(options.smaller) if options.smaller else {})
        if options.save:
            options.save.write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
