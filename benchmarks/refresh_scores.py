# ruff: noqa: E402, E501, SIM115, B023 - Django is set up before it is imported; the SQL reads better unbroken
"""Refreshing many scores against the least any refresh must do: read the facts, COPY the history, UPDATE the buyers.

    .venv/bin/python benchmarks/refresh_scores.py [--buyers 100000] [--rounds 3]

Both run in this process on the same database, over the same buyers: four of five with accounts of three years, two of
five with payment experience of a year, some with signals, one of fifty in a firm's book. The floor reads with the
refresh's own four queries into memory, writes ready-made lines with one COPY and repeats them with one UPDATE. The
refresh does what the product does: ranges, locks, scoring, alerts and notices, audit events. Aim: ratio at most 3.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

from scripts import throwaway

SUPERVISOR = throwaway.start()
django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Exporter, Membership, User
from buyers.actions.score import COLUMNS
from buyers.actions.score_run import plan_refresh
from buyers.models import Alert, Buyer, Score, ScoreRun
from buyers.models import score_facts as facts
from buyers.models.columnar import columns_of
from buyers.scorecard import edition
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


@contextmanager
def scratch_database() -> Iterator[None]:
    """A database of its own, dropped afterwards."""
    name = settings.DATABASES["default"]["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        if SUPERVISOR:
            SUPERVISOR.stop()


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


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def refresh(day: date) -> None:
    """What beat and workers do, one worker."""
    plan_refresh(by=None, today=day)
    while work_on_next_range():
        pass


def read_bare(buyers: list[int]) -> None:
    """The refresh's own queries for all buyers at once, laid into memory and left there."""
    windows = edition().windows
    everything = facts.BUYERS.format(which="id = ANY(%(buyers)s)", waiting="").replace("FOR NO KEY UPDATE", "")
    ago = {
        "since": DAY - timedelta(days=windows.accounts_days + 460), "recently": plus_months(DAY, -3),
        "overdues_since": plus_months(DAY, -12), "claims_since": plus_months(DAY, -36),
        "insolvency_since": plus_months(DAY, -36), "courts_since": plus_months(DAY, -24),
        "filings_since": plus_months(DAY, -12), "sectors": facts.sector_classes(),
    }  # fmt: skip
    for query, types in (
        (everything, facts.BUYERS_TYPES), (facts.STATEMENTS, facts.STATEMENTS_TYPES),
        (facts.EXPERIENCE, facts.EXPERIENCE_TYPES), (facts.SIGNALS, facts.SIGNALS_TYPES),
    ):  # fmt: skip
        columns_of(query, {"buyers": buyers, "today": DAY, **ago}, types)


def lines_again(run: ScoreRun, former: ScoreRun) -> tuple[list[int], str]:
    """The history rows of a run as ready-made COPY lines under new ids, for another run."""
    ids = Score.objects.next_ids(Score.objects.filter(run=former).count())
    columns = ", ".join(COLUMNS)
    with (
        connection.cursor() as cursor,
        cursor.copy(
            f"COPY (SELECT {columns} FROM buyers_score WHERE run_id = {former.pk} ORDER BY buyer_id) TO STDOUT"
        ) as copy,
    ):
        rows = b"".join(bytes(block) for block in copy).decode().splitlines()
    again = [
        f"{i}\t{row.split(chr(9), 1)[1].rsplit(chr(9), 1)[0]}\t{run.pk}\n" for i, row in zip(ids, rows, strict=True)
    ]
    return ids, "".join(again)


def floor(former: ScoreRun, day: date) -> tuple[float, float, float]:
    """Seconds to read, to COPY, to UPDATE, in one transaction."""
    buyers = list(Score.objects.filter(run=former).order_by("buyer_id").values_list("buyer_id", flat=True))
    run = ScoreRun.objects.create(planned_for=day, edition="2026-1", finished_at=timezone.now())
    ids, lines = lines_again(run, former)
    with transaction.atomic():
        return (
            timed(lambda: read_bare(buyers)),
            timed(lambda: Score.objects.copy_in(COLUMNS, [lines])),
            timed(lambda: Score.objects.project(ids, day)),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buyers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with scratch_database():
        generate(options.buyers)
        settle()
        first = timed(lambda: refresh(DAY))
        former = ScoreRun.objects.get()
        alerts = Alert.objects.count()
        print(f"first refresh: {first:6.2f} s, {Score.objects.count():,} scores, {alerts:,} alerts, 1 worker")
        ratios = []
        for number in range(1, options.rounds + 1):
            day = DAY + timedelta(days=31 * number)
            settle()
            read, copied, updated = floor(former, DAY)
            Buyer.objects.update(next_score_on=day)
            settle()
            seconds = timed(lambda: refresh(DAY + timedelta(days=31 * number)))
            least = read + copied + updated
            ratios.append(seconds / least)
            print(
                f"round {number}: refresh {seconds:6.2f} s = {options.buyers / seconds:,.0f} buyers/s"
                f" · floor {least:6.2f} s (read {read:.2f}, copy {copied:.2f}, update {updated:.2f}) · ratio {seconds / least:.2f}"
            )
        print(f"ratio, median of {options.rounds}: {statistics.median(ratios):.2f} (aim <= 3)")


if __name__ == "__main__":
    main()
