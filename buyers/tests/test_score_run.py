"""The refresh: planned once, shared by any number of workers, nothing lost nor doubled when one of them dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.tests.factories import exporter, member, staff
from accounts.tests.moments import eventually, of_a_process, waiting_for
from buyers import tasks
from buyers.actions import score_run
from buyers.actions.score import refresh_range, score_buyer
from buyers.actions.score_run import end_session, fail_range, finish_run, plan_refresh, plan_rescore, resume_refresh
from buyers.freshness import next_look
from buyers.models import Alert, Buyer, Score, ScoreRange, ScoreRun, Signal
from buyers.models.score_run import MOST_ATTEMPTS, RunKind
from buyers.scorecard import CURRENT
from buyers.tasks import plan_scores, sweep_ranges, work_on_next_range, work_on_refresh
from buyers.tests.factories import buyer, in_book, statement
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


# --- what is written -------------------------------------------------------------------------------------------------


def again(buyers: list[Buyer]) -> None:
    Buyer.objects.filter(pk__in=[each.pk for each in buyers]).update(next_score_on=TODAY)


def work_to_the_end() -> None:
    while work_on_next_range():
        pass


@pytest.mark.django_db
def test_only_what_changed_is_written_again_but_everybody_looked_at_is_fresh(settings):
    stays, changes = due(2)
    planned(settings)
    work_to_the_end()
    first = {row.buyer_id: row for row in Score.objects.all()}
    again([stays, changes])
    statement(changes, date(2026, 6, 30), equity=-9_000_000, net_profit=-5_000_000, operating_profit=-5_000_000, cash=0)
    Buyer.objects.filter(pk=stays.pk).update(scored_at=timezone.now() - timedelta(days=40), regraded_at=None)
    run = planned(settings)
    work_to_the_end()
    assert [row.buyer_id for row in Score.objects.filter(run=run)] == [changes.pk]
    part = run.ranges.get()
    assert (part.looked_at, part.scored, part.regraded) == (2, 1, 1)
    stays.refresh_from_db()
    assert Score.objects.latest_of(stays) == first[stays.pk]
    assert stays.scored_at > timezone.now() - timedelta(minutes=5)
    assert stays.next_score_on == next_look(stays.grade, TODAY)
    assert stays.regraded_at is None


@pytest.mark.django_db
def test_a_single_scoring_of_a_buyer_nothing_happened_to_gives_its_last_score(settings):
    (firm,) = due(1)
    first = score_buyer(by=None, buyer=firm.pk, today=TODAY)
    assert score_buyer(by=None, buyer=firm.pk, today=TODAY) == first
    assert Score.objects.count() == 1
    assert AuditEvent.objects.filter(action="score_buyer").last().details["scored"] == 0


@pytest.mark.django_db
def test_news_that_was_known_at_the_last_look_is_no_news(settings):
    """A firm's own report alone alerts others, not itself: also when the look between changed nothing."""
    (firm,) = due(1)
    reporter = exporter()
    member(reporter)
    in_book(reporter, firm)
    planned(settings)
    work_to_the_end()
    Alert.objects.all().delete()
    Signal.objects.create(buyer=firm, kind="management_change", happened_on=TODAY, source="register")
    again([firm])
    planned(settings)
    work_to_the_end()
    assert Score.objects.count() == 1  # nobody's grade hangs on who manages it
    for _ in range(3):
        Signal.objects.create(buyer=firm, kind="claim_filed", happened_on=TODAY, source="claims", reporter=reporter)
    again([firm])
    planned(settings)
    work_to_the_end()
    assert Score.objects.count() == 2
    assert not Alert.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_buyers_somebody_else_holds_are_taken_in_another_pass_and_nobody_twice(settings):
    held, free = due(2)
    run = planned(settings)
    with transaction.atomic():
        Buyer.objects.select_for_update(no_key=True).get(pk=held.pk)
        worker = Thread(target=in_a_thread, args=(work_on_next_range,))
        worker.start()
        worker.join()
    part = ScoreRange.objects.get()
    assert (part.done_at, part.passes, part.looked_at) == (None, 1, 1)
    assert part.failure == "1 held by somebody else"
    assert Score.objects.get().buyer == free
    again([free])  # news since: for the next run, not for this one
    ScoreRange.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    work_to_the_end()
    part.refresh_from_db()
    assert (part.looked_at, part.scored, part.failure) == (2, 2, "")
    assert sorted(Score.objects.filter(run=run).values_list("buyer", flat=True)) == [held.pk, free.pk]
    run.refresh_from_db()
    assert run.finished_at
    assert planned(settings) != run


def in_a_thread(work: Callable[[], object]) -> None:
    try:
        work()
    finally:
        connection.close()


# --- everybody, under a new edition ----------------------------------------------------------------------------------


def rated(count: int, settings, monkeypatch) -> list[Buyer]:
    """Buyers with a score of the former edition, not due."""
    found = due(count)
    with monkeypatch.context() as then:
        then.setattr(score_run, "CURRENT", "2026-1")
        planned(settings)
        work_to_the_end()
    return found


@pytest.mark.django_db
def test_everyone_is_scored_again_under_the_edition_in_use_and_old_scores_keep_theirs(settings, monkeypatch, capsys):
    first, gone = rated(2, settings, monkeypatch)
    unrated = buyer()
    Buyer.objects.filter(pk=gone.pk).update(merged_into=first, next_score_on=None)
    call_command("refresh_scores", "--everyone", "--day", TODAY.isoformat())
    run = ScoreRun.objects.get(kind=RunKind.EVERYONE)
    assert f"run {run.pk}: 1 ranges" in capsys.readouterr().out
    editions = Score.objects.filter(buyer=first).order_by("id").values_list("edition", flat=True)
    assert list(editions) == ["2026-1", CURRENT]
    assert Score.objects.filter(buyer=unrated).count() == 0
    assert Score.objects.filter(buyer=gone).count() == 1
    assert (run.edition, run.ranges.get().scored) == (CURRENT, 1)
    call_command("refresh_scores", "--everyone")  # a second time there is nobody left
    assert "nothing to refresh" in capsys.readouterr().out
    assert AuditEvent.objects.filter(action="plan_rescore").last().details["outcome"] == "nothing_due"


@pytest.mark.django_db
def test_what_is_due_goes_before_everybody_and_nobody_is_scored_twice(settings, monkeypatch):
    everybody = rated(4, settings, monkeypatch)
    whole = plan_rescore(by=None, today=TODAY)
    assert work_on_next_range()
    again(everybody[2:3])
    news = plan_refresh(by=None, today=TODAY)
    assert news not in (None, whole)
    assert work_on_next_range()
    news.refresh_from_db()
    assert news.finished_at  # before the rest of everybody
    whole.refresh_from_db()
    assert whole.finished_at is None
    work_to_the_end()
    assert Score.objects.filter(run=whole).count() == 3
    assert Score.objects.filter(edition=CURRENT).count() == 4


@pytest.mark.django_db
def test_of_a_rescore_no_more_than_so_many_are_worked_on_at_once(settings, monkeypatch, woken):
    settings.SCORE_RESCORE_WORKERS, settings.SCORE_WORKERS = 1, 4
    rated(6, settings, monkeypatch)
    plan_rescore(by=None, today=TODAY)
    sweep_ranges()
    assert woken == ["work"]
    held = ScoreRange.objects.claim_next("w1", LEASE, beside=1)
    assert held
    assert ScoreRange.objects.claim_next("w2", LEASE, beside=1) is None
    sweep_ranges()
    assert woken == ["work"]
    due(1)
    planned(settings)
    sweep_ranges()
    assert woken == ["work"] * 2  # what is due is not held up
    taken = ScoreRange.objects.claim_next("w2", LEASE, beside=1)
    assert ScoreRange.objects.get(pk=taken).run.kind == RunKind.DUE
    assert ScoreRange.objects.claim_next("w3", LEASE) is not None  # a person's own process may


@pytest.mark.django_db
def test_planning_a_rescore_twice_finds_the_one_under_way(settings, monkeypatch):
    rated(1, settings, monkeypatch)
    run = plan_rescore(by=None, today=TODAY)
    assert plan_rescore(by=staff().pk, today=TODAY) == run
    assert AuditEvent.objects.filter(action="plan_rescore").last().details["outcome"] == "repeated"


@pytest.mark.django_db
def test_nobody_is_scored_under_an_edition_that_is_no_longer_in_use(settings, monkeypatch):
    everybody = rated(3, settings, monkeypatch)
    Buyer.objects.filter(pk__in=[b.pk for b in everybody]).update(score_edition="2025-9")
    with monkeypatch.context() as then:
        then.setattr(score_run, "CURRENT", "2026-1")
        former = plan_rescore(by=None, today=TODAY)
    settings.SCORE_RANGE_SIZE = 2
    run = plan_rescore(by=None, today=TODAY)
    assert not former.ranges.exists()
    work_to_the_end()
    former.refresh_from_db()
    assert former.finished_at
    assert Score.objects.filter(run=run).count() == 3
    assert not Score.objects.filter(run=former).exists()


@pytest.mark.django_db
def test_only_underwriters_plan():
    for plan in (plan_refresh, plan_rescore):
        with pytest.raises(NotAllowed):
            plan(by=member(exporter()).pk, today=TODAY)
        assert plan(by=staff().pk, today=TODAY) is None


# --- ends and resumptions --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_end_of_a_run_is_noted_once_by_whoever_comes(settings):
    due(1)
    run = planned(settings)
    assert finish_run(by=None, run=run.pk) is False
    ScoreRange.objects.update(done_at=timezone.now())  # a worker that died right after its range
    sweep_ranges()
    run.refresh_from_db()
    assert run.finished_at
    assert finish_run(by=None, run=run.pk) is False


@pytest.mark.django_db
def test_resuming_frees_what_nobody_works_on_and_leaves_the_rest(settings):
    due(6)
    run = planned(settings)
    mine, dead, given_up = run.ranges.order_by("id")
    claimed("w1")
    ScoreRange.objects.filter(pk=dead.pk).update(
        attempts=2, claimed_by="w2", claimed_until=timezone.now() - timedelta(seconds=1)
    )
    ScoreRange.objects.filter(pk=given_up.pk).update(attempts=MOST_ATTEMPTS, failure="x")
    assert resume_refresh(by=None, run=run.pk) == 2
    mine.refresh_from_db()
    assert (mine.claimed_by, mine.attempts) == ("w1", 1)
    assert run.ranges.filter(attempts=0, claimed_by="").count() == 2


@pytest.mark.django_db
def test_the_command_resumes_a_run_and_says_when_there_is_none(settings, capsys):
    due(1)
    run = planned(settings)
    run.ranges.update(attempts=MOST_ATTEMPTS)
    call_command("refresh_scores", "--resume", str(run.pk))
    said = capsys.readouterr().out
    assert f"run {run.pk}: 1 ranges to be tried again" in said
    assert "1 ranges refreshed, 0 not done, 0 given up" in said
    with pytest.raises(CommandError, match="no run 999"):
        call_command("refresh_scores", "--resume", "999")


@pytest.mark.django_db
def test_the_command_may_leave_the_work_to_the_queue(settings):
    due(1)
    call_command("refresh_scores", "--plan-only", "--day", TODAY.isoformat(), stdout=StringIO())
    assert ScoreRange.objects.to_do().count() == 1


def test_refreshes_take_the_last_place_in_the_queue():
    app = tasks.work_on_refresh.app
    assert app.amqp.router.route({}, "buyers.tasks.work_on_refresh")["priority"] == 9
    with app.connection_for_write() as line, line.SimpleQueue(f"places-{os.getpid()}") as queue:
        for name, priority in (("range", 9), ("range", 9), ("news", 0)):
            queue.put(name, priority=priority)
        found = [queue.get(timeout=5) for _ in range(3)]
        for message in found:
            message.ack()
    assert [message.payload for message in found] == ["news", "range", "range"]


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


@contextmanager
def worker_that_got(stopped_by: signal.Signals) -> Iterator[subprocess.Popen[bytes]]:
    """A process of workers that got a signal in the middle of a range; it is gone afterwards."""
    command = [sys.executable, "-m", "django", "refresh_scores", "--join"]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    worker = subprocess.Popen(command, env=of_a_process(SCORE_LEASE_SECONDS="2"), cwd=ROOT, **silent)
    try:
        # The history is locked, so that the worker stands still in the middle of its transaction, buyers locked.
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE buyers_score IN SHARE MODE")
            eventually(lambda: waiting_for("buyers_score") == 1)
            worker.send_signal(stopped_by)
            os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WSTOPPED | os.WNOWAIT)
        yield worker
    finally:
        worker.kill()
        worker.wait()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_a_worker_killed_in_the_middle_of_a_range_loses_and_doubles_nothing(settings):
    firm = exporter()
    member(firm)
    for each in due(6):
        in_book(firm, each)
    planned(settings, size=3)
    with worker_that_got(signal.SIGKILL):
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


def waits_for_rows() -> bool:
    """Whether a session stands in a COPY whose rows never come: neither computing nor waiting for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND"
            " query LIKE 'COPY buyers_score %' AND state = 'active' AND wait_event = 'ClientRead'"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_a_worker_that_stands_still_in_the_middle_of_a_range_loses_it_and_writes_nothing_when_it_goes_on(settings):
    firm = exporter()
    member(firm)
    for each in due(6):
        in_book(firm, each)
    planned(settings, size=3)
    with worker_that_got(signal.SIGSTOP) as worker:  # its machine still answers for it
        eventually(waits_for_rows)
        held = ScoreRange.objects.get(attempts=1)
        assert work_on_next_range()
        assert Score.objects.count() == 3

        def swept() -> bool:
            sweep_ranges()  # as beat does every minute
            return work_on_next_range()

        eventually(swept)  # lease and grace are over
        assert AuditEvent.objects.get(action="end_session").details["ended"] is True
        assert Score.objects.count() == 6
        worker.send_signal(signal.SIGCONT)
        worker.wait(timeout=60)
    assert Score.objects.count() == Score.objects.values("buyer").distinct().count() == 6
    assert Alert.objects.count() == 6
    held.refresh_from_db()
    assert (held.attempts, held.failure) == (2, "")
    assert ScoreRun.objects.get().finished_at


@pytest.mark.django_db
def test_a_session_that_is_gone_ends_nothing():
    assert end_session(by=None, score_range=1, session=2**30) is False
    assert ScoreRange.objects.overstayed() == []
