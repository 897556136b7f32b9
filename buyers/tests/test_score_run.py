"""The refresh: planned once, shared by any number of workers, nothing lost nor doubled when one of them dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.tests.factories import exporter, member, staff
from accounts.tests.moments import eventually, waiting_for
from buyers import tasks
from buyers.actions.score import refresh_range
from buyers.actions.score_run import fail_range, finish_run, plan_refresh, plan_rescore, resume_refresh
from buyers.models import Alert, Buyer, Score, ScoreRange, ScoreRun
from buyers.models.score_run import MOST_ATTEMPTS
from buyers.tasks import plan_scores, sweep_ranges, work_on_next_range, work_on_refresh
from buyers.tests.factories import buyer, in_book, score, statement
from kernel.refusals import NotAllowed

TODAY = date(2026, 11, 21)
ROOT = Path(__file__).resolve().parent.parent.parent
LEASE = timedelta(seconds=2)


def due(count: int, **columns) -> list[Buyer]:
    """Buyers with accounts, due today."""
    found = [buyer(next_score_on=TODAY, **columns) for _ in range(count)]
    for each in found:
        statement(each)
    return found


def planned(settings, size: int = 2) -> ScoreRun:
    settings.SCORE_RANGE_SIZE = size
    run = plan_refresh(by=None, today=TODAY)
    assert run is not None
    return run


def claimed(worker: str = "w1") -> int:
    found = ScoreRange.objects.claim_next(worker, LEASE)
    assert found is not None
    return found


# --- planning --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_run_cuts_what_is_due_into_ranges(settings):
    first = due(3)
    later = buyer(next_score_on=TODAY + timedelta(days=1))
    merged = buyer(next_score_on=TODAY, merged_into=first[0])
    last = due(2)
    run = planned(settings)
    ranges = list(run.ranges.order_by("id").values_list("first_buyer", "last_buyer"))
    assert ranges == [(first[0].pk, first[1].pk), (first[2].pk, last[0].pk), (last[1].pk, last[1].pk)]
    while work_on_next_range():
        pass
    assert Score.objects.filter(buyer__in=[later, merged]).count() == 0
    assert Score.objects.count() == 5


@pytest.mark.django_db
def test_planning_twice_finds_the_run_under_way(settings):
    due(1)
    run = planned(settings)
    assert plan_refresh(by=None, today=TODAY) == run
    assert [e.details.get("outcome") for e in AuditEvent.objects.filter(action="plan_refresh").order_by("id")] == [
        None, "repeated",
    ]  # fmt: skip


@pytest.mark.django_db
def test_nothing_due_plans_nothing():
    assert plan_refresh(by=None, today=TODAY) is None
    assert not ScoreRun.objects.exists()


@pytest.mark.django_db
def test_what_comes_due_after_a_run_gets_a_run_of_its_own(settings):
    due(1)
    first = planned(settings)
    assert work_on_next_range()
    first.refresh_from_db()
    assert first.finished_at
    due(1)
    assert planned(settings) != first


@pytest.mark.django_db
def test_a_run_with_only_given_up_ranges_holds_nobody_up(settings):
    due(1)
    first = planned(settings)
    first.ranges.update(attempts=MOST_ATTEMPTS)
    second = planned(settings)
    tasks.finish_runs()
    first.refresh_from_db()
    assert first.finished_at
    assert second != first


# --- a range ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_range_leaves_one_event_and_is_done_once(settings):
    due(2)
    planned(settings)
    part = claimed()
    assert refresh_range(by=None, score_range=part, worker="w1") == 2
    assert refresh_range(by=None, score_range=part, worker="w1") == 0
    events = AuditEvent.objects.filter(action="refresh_range").order_by("id")
    assert [(e.details.get("scored"), e.details.get("outcome")) for e in events] == [(2, None), (None, "not_claimed")]
    row = ScoreRange.objects.get(pk=part)
    assert (row.scored, row.regraded, row.claimed_until, row.failure) == (2, 2, None, "")
    assert Score.objects.count() == 2


@pytest.mark.django_db
def test_a_range_of_another_worker_is_left_alone(settings):
    due(1)
    planned(settings)
    part = claimed("w1")
    assert refresh_range(by=None, score_range=part, worker="w2") == 0
    assert not Score.objects.exists()


@pytest.mark.django_db
def test_a_range_is_claimed_by_one_worker_until_its_lease_runs_out(settings):
    due(1)
    planned(settings)
    part = claimed("w1")
    assert ScoreRange.objects.claim_next("w2", LEASE) is None
    ScoreRange.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert ScoreRange.objects.claim_next("w2", LEASE) == part
    assert ScoreRange.objects.get().attempts == 2


@pytest.mark.django_db
def test_buyers_with_nothing_to_score_from_leave_the_refresh(settings):
    bare = buyer(next_score_on=TODAY)
    due(1)
    planned(settings)
    assert work_on_next_range()
    bare.refresh_from_db()
    assert (bare.next_score_on, bare.grade) == (None, None)
    assert Score.objects.count() == 1


@pytest.mark.django_db
def test_the_refresh_alerts_as_a_single_scoring_does(settings):
    (firm,) = due(1)
    firms = [exporter(), exporter()]
    for each in firms:
        member(each)
        in_book(each, firm)
    rival = exporter()
    planned(settings)
    work_on_next_range()
    assert sorted(Alert.objects.values_list("exporter_id", flat=True)) == sorted(e.pk for e in firms)
    assert rival.pk not in Alert.objects.values_list("exporter_id", flat=True)


@pytest.mark.django_db
def test_a_range_costs_the_same_number_of_queries_for_one_buyer_and_for_fifty(settings):
    counts = []
    firm = exporter()
    member(firm)
    for number in (1, 50):
        for each in due(number):
            in_book(firm, each)
        planned(settings, size=100)
        part = claimed()
        with connection.execute_wrapper(counter := Counter()):
            refresh_range(by=None, score_range=part, worker="w1")
        counts.append(counter.count)
    assert counts[0] == counts[1]


class Counter:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable, sql: str, params: object, many: bool, context: dict) -> object:
        self.count += 1
        return execute(sql, params, many, context)


# --- failures --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_failure_is_written_down_and_tried_again_after_the_lease(settings, monkeypatch):
    due(1)
    planned(settings)

    def broken(**kwargs):
        raise ValueError("no such edition")

    monkeypatch.setattr(tasks, "refresh_range", broken)
    assert work_on_next_range()
    row = ScoreRange.objects.get()
    assert row.failure == "ValueError: no such edition"
    assert not work_on_next_range()  # a pause first
    monkeypatch.undo()
    ScoreRange.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert work_on_next_range()
    row.refresh_from_db()
    assert row.done_at
    assert row.failure == ""


@pytest.mark.django_db
def test_a_range_tried_too_often_waits_for_a_person(settings):
    due(1)
    run = planned(settings)
    ScoreRange.objects.update(attempts=MOST_ATTEMPTS, failure="x")
    assert ScoreRange.objects.claim_next("w1", LEASE) is None
    assert ScoreRange.objects.given_up().count() == 1
    assert resume_refresh(by=staff().pk, run=run.pk) == 1
    assert work_on_next_range()
    run.refresh_from_db()
    assert run.finished_at


@pytest.mark.django_db
def test_a_finished_run_is_not_opened_again(settings):
    due(1)
    run = planned(settings)
    work_on_next_range()
    assert resume_refresh(by=staff().pk, run=run.pk) == 0
    run.refresh_from_db()
    assert run.finished_at


@pytest.mark.django_db
def test_only_underwriters_resume(settings):
    due(1)
    run = planned(settings)
    with pytest.raises(NotAllowed):
        resume_refresh(by=member(exporter()).pk, run=run.pk)


@pytest.mark.django_db
def test_a_worker_that_lost_its_range_writes_no_failure(settings):
    due(1)
    planned(settings)
    part = claimed("w1")
    fail_range(by=None, score_range=part, worker="w2", failure="late")
    assert ScoreRange.objects.get().failure == ""


# --- the queue -------------------------------------------------------------------------------------------------------


@pytest.fixture
def woken(monkeypatch) -> list[str]:
    calls: list[str] = []
    monkeypatch.setattr(tasks.work_on_refresh, "delay_on_commit", lambda: calls.append("work"))
    return calls


@pytest.mark.django_db
def test_beat_plans_and_wakes_as_many_workers_as_there_are_ranges(settings, woken):
    settings.SCORE_RANGE_SIZE, settings.SCORE_WORKERS = 1, 2
    for each in due(3):
        Buyer.objects.filter(pk=each.pk).update(next_score_on=date(2020, 1, 1))
    plan_scores()
    assert ScoreRange.objects.count() == 3
    assert woken == ["work", "work"]
    work_on_refresh()
    assert woken == ["work"] * 3  # one range, then behind other work


@pytest.mark.django_db
def test_the_sweep_wakes_workers_for_expired_leases_only(settings, woken):
    due(1)
    planned(settings)
    claimed()
    sweep_ranges()
    assert woken == []
    ScoreRange.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    sweep_ranges()
    assert woken == ["work"]
    work_on_refresh()
    work_on_refresh()  # nothing left: it does not queue itself again
    assert woken == ["work"] * 2


@pytest.mark.django_db
def test_no_more_workers_are_woken_than_may_work(settings, woken):
    settings.SCORE_WORKERS = 2
    due(3)
    planned(settings, size=1)
    claimed()
    sweep_ranges()
    assert woken == ["work"]


@pytest.mark.django_db
def test_the_command_plans_and_works_to_the_end(settings, capsys):
    settings.SCORE_RANGE_SIZE = 1
    due(2)
    call_command("refresh_scores", day=TODAY)
    run = ScoreRun.objects.get()
    said = capsys.readouterr().out.split("\n")
    assert said == [f"run {run.pk}: 2 ranges", "2 ranges refreshed, 0 not done, 0 given up", ""]
    assert Score.objects.count() == 2


# --- races and deaths ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_many_workers_share_a_run_and_score_everybody_once(settings):
    due(24)
    planned(settings, size=3)
    start = Barrier(4)

    def work() -> None:
        start.wait()
        try:
            while work_on_next_range():
                pass
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Score.objects.count() == Score.objects.values("buyer").distinct().count() == 24
    assert ScoreRange.objects.filter(done_at__isnull=False, attempts=1).count() == 8
    assert ScoreRun.objects.get().finished_at


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_two_who_plan_at_once_plan_one_run(settings):
    due(2)
    start = Barrier(2)

    def plan() -> None:
        start.wait()
        try:
            plan_refresh(by=None, today=TODAY)
        finally:
            connection.close()

    threads = [Thread(target=plan) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ScoreRun.objects.count() == 1
    assert ScoreRange.objects.count() == 1


def environment() -> dict[str, str]:
    """A worker's: this test's database, leases of two seconds."""
    url = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(url._replace(path="/" + connection.settings_dict["NAME"]))
    return {
        **os.environ, "DATABASE_URL": database, "SCORE_LEASE_SECONDS": "2", "DJANGO_SETTINGS_MODULE": "portal.settings",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_a_worker_killed_in_the_middle_of_a_range_loses_and_doubles_nothing(settings):
    firm = exporter()
    member(firm)
    for each in due(6):
        in_book(firm, each)
    planned(settings, size=3)
    command = [sys.executable, "-m", "django", "refresh_scores", "--join"]
    worker = subprocess.Popen(command, env=environment(), cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        # The history is locked, so that the worker stands still in the middle of its transaction, buyers locked.
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE buyers_score IN SHARE MODE")
            eventually(lambda: waiting_for("buyers_score") == 1)
            assert ScoreRange.objects.filter(attempts=1).count() == 1
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    finally:
        worker.kill()
    held = ScoreRange.objects.get(attempts=1)
    assert held.done_at is None
    assert Score.objects.count() == Alert.objects.count() == 0
    assert Buyer.objects.filter(grade__isnull=False).count() == 0
    assert work_on_next_range()  # another worker goes on with what is left
    assert Score.objects.count() == 3
    eventually(lambda: work_on_next_range() and not ScoreRange.objects.to_do().exists())
    assert Score.objects.count() == Score.objects.values("buyer").distinct().count() == 6
    assert Alert.objects.count() == 6
    assert ScoreRange.objects.get(pk=held.pk).attempts == 2
    assert ScoreRun.objects.get().finished_at
