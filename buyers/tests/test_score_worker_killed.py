"""A process of the queue killed in the middle of a refresh: another takes its range when the lease is over."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction

from accounts.tests.factories import exporter, member
from accounts.tests.moments import eventually, of_a_process, waiting_for
from buyers.actions.score_run import plan_refresh
from buyers.models import Alert, Buyer, Score, ScoreRange, ScoreRun
from buyers.tasks import sweep_ranges, work_on_refresh
from buyers.tests.factories import buyer, in_book, statement

TODAY = date(2026, 11, 21)
ROOT = Path(__file__).resolve().parent.parent.parent
WORKER = ["worker", "--pool=prefork", "--concurrency=2", "--loglevel=CRITICAL", "--without-gossip", "--without-mingle"]


@pytest.fixture
def celery() -> Iterator[subprocess.Popen[bytes]]:
    """A worker as `celery -A portal worker` starts it: on this test's database and queue, with leases of a second."""
    queue = work_on_refresh.app.control
    queue.purge()  # what tests before this one woke
    command = [sys.executable, "-m", "celery", "-A", "portal", *WORKER]
    environment = of_a_process(SCORE_LEASE_SECONDS="1")
    worker = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    yield worker
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    queue.purge()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_of_two_processes_of_the_queue_one_is_killed_and_the_other_does_the_work_of_both(celery, settings):
    firm = exporter()
    member(firm)
    for _ in range(6):
        each = buyer(next_score_on=TODAY)
        statement(each)
        in_book(firm, each)
    settings.SCORE_RANGE_SIZE = 3
    plan_refresh(by=None, today=TODAY)
    # The history is locked, so that both stand still in the middle of their transactions, buyers locked.
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE buyers_score IN SHARE MODE")
        for _message in range(2):
            work_on_refresh.delay()
        eventually(lambda: waiting_for("buyers_score") == 2)
        held, other = ScoreRange.objects.filter(attempts=1)
        killed = int(held.claimed_by.split(":")[1])
        assert killed != celery.pid  # a process of the pool's, as the kernel kills it when memory is short
        os.kill(killed, signal.SIGKILL)
    eventually(lambda: ScoreRange.objects.filter(pk=other.pk, done_at__isnull=False).exists())

    def swept() -> bool:
        sweep_ranges()  # as beat does every minute
        return not ScoreRange.objects.to_do().exists()

    eventually(swept)  # once the lease of a second is over
    assert celery.poll() is None
    assert Score.objects.count() == Score.objects.values("buyer").distinct().count() == 6
    assert Buyer.objects.filter(grade__isnull=False).count() == Alert.objects.count() == 6
    assert ScoreRange.objects.get(pk=held.pk).attempts == 2
    assert ScoreRange.objects.get(pk=other.pk).attempts == 1
    assert ScoreRun.objects.get().finished_at
