# ruff: noqa: E402, E501, SIM115 - Django is set up before it is imported; the SQL reads better unbroken
"""Refreshing many scores against the least any refresh must do: read the facts, COPY the history, UPDATE the buyers.

    .venv/bin/python benchmarks/refresh_scores.py [--buyers 100000] [--rounds 1] [--workers 2]

Both run on the same database, over the same buyers: four of five with accounts of three years, two of five with payment
experience of a year, some with signals, one of fifty in a firm's book. A round scores everybody under another edition,
by turns the one before that in use and that in use, so that every row changes. The floor reads with the refresh's own
four queries into memory, writes ready-made rows of history with one binary COPY and repeats them on the buyers with one
UPDATE; its commit, in which the foreign keys are checked, is measured apart and not counted. The refresh does what the product does: ranges, locks, scoring, alerts and notices,
audit events, commits. Aim: ratio at most 2.5. It is given in seconds and, for machines that are busy with other things,
in seconds of processor, this process and its session's together; the server runs no query in parallel. Then: an ordinary
day, on which nothing changes; one worker process against several, forked from this one.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django
import numpy as np

from scripts import throwaway

throwaway.start()
django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Exporter, Membership, User
from benchmarks.database import own_database
from buyers.actions import score_run
from buyers.actions.score_run import plan_refresh, plan_rescore
from buyers.models import Alert, Buyer, Score, ScoreRun
from buyers.models import score_facts as facts
from buyers.models.columnar import SIGNATURE, array_of, columns_of
from buyers.models.score import COLUMNS
from buyers.scorecard import CURRENT, EDITIONS, edition
from buyers.tasks import work_on_next_range
from kernel.periods import plus_months

DAY = date(2026, 11, 20)

GENERATE = """
    INSERT INTO buyers_buyer (name, sort_key, country, category, status, address, city, sector, founded_on, public_body,
                              private_person, fictitious, source, added_at, next_score_on)
    SELECT 'Buyer ' || n || ' GmbH', 'buyer ' || lpad(n::text, 8, '0'), (ARRAY['DE','FR','CN','US','BR','PL'])[n %% 6 + 1],
           'GENERAL', 'active', '', '', '', date '1970-01-01' + (n * 37) %% 20000, false, false, true, 'benchmark', now(),
           %(day)s::date
    FROM generate_series(1, %(count)s) n;

    INSERT INTO buyers_financialstatement (buyer_id, period_end, months, currency, audited, source, received_at,
        total_assets, current_assets, cash, stock, receivables, equity, current_liabilities, long_term_debt, sales,
        cost_of_sales, operating_profit, net_profit, interest, depreciation)
    SELECT id, make_date(2025 - year, 12, 31), 12, (ARRAY['EUR','USD','CNY'])[id %% 3 + 1], id %% 2 = 0, 'benchmark', now(),
        size, size * 0.6, size * 0.02 * (id %% 7), size * 0.2, size * 0.25, size * (id %% 13 - 1) / 20.0, size * 0.35,
        size * 0.2, size * (1.5 - year * 0.05), size * 1.1, size * (id %% 11 - 3) / 100.0, size * (id %% 11 - 4) / 120.0,
        CASE WHEN id %% 9 = 0 THEN NULL ELSE size * 0.012 END, size * 0.03
    FROM (SELECT id, (1000 + (id * 7919) %% 900000)::numeric * 100 AS size FROM buyers_buyer WHERE id %% 5 <> 0) b,
         generate_series(0, 2) year;

    INSERT INTO buyers_paymentexperience (buyer_id, reporter_id, month, days_beyond_terms, share_overdue, invoices)
    SELECT b.id, %(reporter)s, (date '2026-11-01' - make_interval(months => m))::date, (b.id * 3 + m) %% 45,
           (b.id + m) %% 60, 1 + b.id %% 9
    FROM buyers_buyer b, generate_series(1, 12) m WHERE b.id %% 5 < 2;

    INSERT INTO buyers_signal (buyer_id, kind, happened_on, recorded_at, source, key, reporter_id, staff_only, facts)
    SELECT id, 'overdue_reported', date '2026-09-01', timestamptz '2026-09-01', 'benchmark', '', %(reporter)s, false, '{}'
    FROM buyers_buyer WHERE id %% 40 = 1;

    INSERT INTO buyers_bookentry (exporter_id, buyer_id, own_reference, notes, affiliate, watch, sort_key, added_at,
                                  added_by_id)
    SELECT %(reporter)s, id, '', '', false, (ARRAY['worse','none'])[id %% 2 + 1], sort_key, now(), %(person)s FROM buyers_buyer WHERE id %% 50 = 3;
"""


def take_time() -> None:
    """The floor's statements are larger than any of the product's."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # one worker has one session: so has the floor


def generate(count: int) -> None:
    """Buyers with facts, one firm that has some of them in its book."""
    person = User.objects.create_user("bench@example.com", None, name="Bench")
    firm = Exporter.objects.create(name="Bench", country="DE", created_by=person)
    Membership.objects.create(exporter=firm, user=person, role="owner")
    call_command("load_countries", verbosity=0, stdout=open(os.devnull, "w"))
    call_command("load_rates", "--ending-on", DAY.isoformat(), stdout=open(os.devnull, "w"))
    with connection.cursor() as cursor:
        cursor.execute(GENERATE, {"count": count, "day": DAY, "reporter": firm.pk, "person": person.pk})


def settle() -> None:
    """Statistics and free space as autovacuum would have left them."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


class Spent(NamedTuple):
    """Seconds by the clock, and of processor."""

    clock: float
    processor: float

    def __add__(self, other: object) -> "Spent":
        assert isinstance(other, Spent)
        return Spent(self.clock + other.clock, self.processor + other.processor)

    def __str__(self) -> str:
        return f"{self.clock:.2f} ({self.processor:.2f})"


def processor() -> float:
    """Of this process and of its session, where the server is on this machine; else of this process alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session = Path("/proc", str(cursor.fetchone()[0]), "stat")
    words = session.read_text().rsplit(")", 1)[1].split() if session.exists() else []
    ticks = int(words[11]) + int(words[12]) if words else 0  # utime and stime
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def timed(work: Callable[[], object]) -> Spent:
    start, spent = time.perf_counter(), processor()
    work()
    return Spent(time.perf_counter() - start, processor() - spent)


# --- the refresh -----------------------------------------------------------------------------------------------------


def work() -> None:
    """What one worker does."""
    while work_on_next_range():
        pass


def with_processes(count: int) -> Callable[[], None]:
    """The same by so many processes at once."""

    def run() -> None:
        connection.close()
        children = []
        for _ in range(count):
            if (child := os.fork()) == 0:
                try:
                    work()
                finally:
                    os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        take_time()

    return run


def former_edition() -> str:
    """The edition before the one in use. Cards with a word in their name are there to compare, and never were in use."""
    names = [path.stem for path in EDITIONS.glob("20*.json") if path.stem.replace("-", "").isdigit()]
    names.sort(key=lambda name: [int(part) for part in name.split("-")])
    return names[names.index(CURRENT) - 1]


def rescored(name: str, by: Callable[[], None] = work) -> Spent:
    """Seconds to score everybody under the edition `name`, planning included."""
    score_run.CURRENT = name

    def run() -> None:
        assert plan_rescore(by=None, today=DAY)
        by()

    seconds = timed(run)
    run_made = ScoreRun.objects.order_by("-pk").first()
    assert run_made and run_made.finished_at, "the run was not finished"
    return seconds


# --- the floor -------------------------------------------------------------------------------------------------------


def read_bare(buyers: list[int]) -> None:
    """The refresh's own queries for all buyers at once, laid into memory and left there."""
    windows = edition().windows
    everything = facts.BUYERS.format(which="id = ANY(%(buyers)s::bigint[])", waiting="").replace(
        "FOR NO KEY UPDATE", ""
    )
    ago = {
        "since": DAY - timedelta(days=windows.accounts_days + 460), "recently": plus_months(DAY, -3),
        "overdues_since": plus_months(DAY, -12), "claims_since": plus_months(DAY, -36),
        "insolvency_since": plus_months(DAY, -36), "courts_since": plus_months(DAY, -24),
        "filings_since": plus_months(DAY, -12), "sectors": facts.sector_classes(),
    }  # fmt: skip
    ids = array_of(np.array(buyers))
    for query, types in (
        (everything, facts.BUYERS_TYPES), (facts.STATEMENTS.format(**facts.PLAIN), facts.STATEMENTS_TYPES),
        (facts.EXPERIENCE.format(**facts.PLAIN), facts.EXPERIENCE_TYPES),
        (facts.SIGNALS.format(**facts.PLAIN), facts.SIGNALS_TYPES),
    ):  # fmt: skip
        columns_of(query, {"buyers": ids, "today": DAY, **ago}, types)


def rows_again(run: ScoreRun, former: ScoreRun) -> bytes:
    """The rows of history of a run, ready made under new ids for another run."""
    columns = ", ".join(COLUMNS)
    made_new = columns.replace("id,", "nextval('buyers_score_id_seq'),", 1).replace("run_id", f"{run.pk}::bigint")
    query = f"COPY (SELECT {made_new} FROM buyers_score WHERE run_id = {former.pk} ORDER BY buyer_id) TO STDOUT"
    with connection.cursor() as cursor, cursor.cursor.copy(f"{query} (FORMAT BINARY)") as copy:
        return b"".join(bytes(block) for block in copy)[len(SIGNATURE) : -2]


REPEAT = """
    UPDATE buyers_buyer buyer SET grade = score.grade, confidence = score.confidence, scored_at = score.scored_at,
        next_score_on = %s, score_edition = score.edition, score_mark = score.id, regraded_at = score.scored_at
    FROM buyers_score score WHERE score.run_id = %s AND buyer.id = score.buyer_id
"""


def repeat(run: ScoreRun) -> None:
    with connection.cursor() as cursor:
        cursor.execute(REPEAT, [DAY + timedelta(days=30), run.pk])


def floor(former: ScoreRun) -> tuple[Spent, Spent, Spent, Spent]:
    """What it takes to read, to COPY, to UPDATE, and to commit."""
    buyers = list(Score.objects.filter(run=former).order_by("buyer_id").values_list("buyer_id", flat=True))
    run = ScoreRun.objects.create(planned_for=DAY, edition=former.edition, finished_at=timezone.now())
    rows = rows_again(run, former)
    parts: list[Spent] = []

    def all_of_it() -> None:
        with transaction.atomic():
            for part in (lambda: read_bare(buyers), lambda: Score.objects.copy_in(rows), lambda: repeat(run)):
                parts.append(timed(part))

    whole = timed(all_of_it)
    read, copied, updated = parts
    least = read + copied + updated
    return read, copied, updated, Spent(whole.clock - least.clock, whole.processor - least.processor)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buyers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with own_database():
        take_time()
        print(f"{options.buyers:,} buyers made in {timed(lambda: generate(options.buyers)).clock:.0f} s", flush=True)
        settle()
        plan_refresh(by=None, today=DAY)
        first = timed(work)
        alerts = Alert.objects.count()
        print(f"first refresh: {first} s, {Score.objects.count():,} scores, {alerts:,} alerts, 1 worker", flush=True)
        print("seconds by the clock (of processor):")
        ratios: list[tuple[float, float]] = []
        for number in range(options.rounds):
            settle()
            read, copied, updated, committed = floor(ScoreRun.objects.filter(ranges__isnull=False).latest("pk"))
            settle()
            spent = rescored((former_edition(), CURRENT)[number % 2])
            least = read + copied + updated
            ratios.append((spent.clock / least.clock, spent.processor / least.processor))
            print(
                f"round {number + 1}: refresh {spent} = {options.buyers / spent.clock:,.0f} buyers/s"
                f" · floor {least}: read {read}, copy {copied}, update {updated}; commit {committed}"
                f" · ratio {ratios[-1][0]:.2f} ({ratios[-1][1]:.2f})",
                flush=True,
            )
        clock, of_processor = (statistics.median(column) for column in zip(*ratios, strict=True))
        print(f"ratio, median of {options.rounds}: {clock:.2f} ({of_processor:.2f}); aim <= 2.5")
        settle()
        written = Score.objects.count()
        Buyer.objects.filter(grade__isnull=False).update(next_score_on=DAY)
        settle()
        plan_refresh(by=None, today=DAY)
        print(f"the same day again: {timed(work)}, {Score.objects.count() - written:,} rows written", flush=True)
        settle()
        names = [CURRENT, former_edition()] if options.rounds % 2 else [former_edition(), CURRENT]
        one = rescored(names[0], with_processes(1)).clock
        settle()
        many = rescored(names[1], with_processes(options.workers)).clock
        print(f"1 process {one:.2f} s, {options.workers} processes {many:.2f} s: {one / many:.2f} times as fast")


if __name__ == "__main__":
    main()
