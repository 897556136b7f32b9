"""The queue of this floor: tasks wake work that already stands as rows."""

import os
import socket
from contextlib import suppress
from datetime import timedelta

from celery import Task, shared_task
from celery.utils.log import get_task_logger
from django.conf import settings
from django.utils import timezone

from buyers.actions.override import lapse_override
from buyers.actions.score import refresh_range, score_buyer
from buyers.actions.score_run import end_session, fail_range, finish_run, plan_refresh
from buyers.adapters import ImportRunning, load_directory_file
from buyers.models import DirectoryImport, GradeOverride, ScoreRange, ScoreRun
from buyers.models.file_run import ImportStage
from buyers.models.score_run import RunKind
from buyers.search.keeping import count_terms, fill_all_names

logger = get_task_logger(__name__)


def worker_name() -> str:
    """Who holds a claim: the machine, the process, and a fresh number for each claim's sake."""
    return f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"


@shared_task
def score_signalled(buyer: int) -> None:
    """Score one buyer about which there is news."""
    score_buyer(by=None, buyer=buyer, today=timezone.now().date())


@shared_task
def plan_scores() -> None:
    """Hourly: plan the refresh of what is due, and wake the workers."""
    plan_refresh(by=None, today=timezone.now().date())
    wake_workers()


@shared_task
def lapse_overrides() -> None:
    """Hourly: grades set by underwriters whose last day is past give way to the scorecard's."""
    today = timezone.now().date()
    for override in GradeOverride.objects.over(today).values_list("pk", flat=True):
        lapse_override(by=None, override=override, today=today)


@shared_task
def sweep_ranges() -> None:
    """Every minute: ranges whose worker never came, died or stands still go to others; ends of runs are noted."""
    for score_range, session in ScoreRange.objects.overstayed():
        end_session(by=None, score_range=score_range, session=session)
    finish_runs()
    wake_workers()


@shared_task
def work_on_refresh() -> None:
    """Refresh one range, then queue behind other work for the next (CELERY_TASK_ROUTES gives it the last place)."""
    if work_on_next_range(beside=settings.SCORE_RESCORE_WORKERS):
        work_on_refresh.delay_on_commit()


def wake_workers() -> None:
    """A message for each range to claim, up to SCORE_WORKERS in all, of a re-score of everybody SCORE_RESCORE_WORKERS:
    those at work go on to the next by themselves."""
    claimable, held = ScoreRange.objects.claimable(), ScoreRange.objects.held()
    beside = max(min(claimable.beside().count(), settings.SCORE_RESCORE_WORKERS - held.beside().count()), 0)
    due = claimable.filter(run__kind=RunKind.DUE).count()
    for _ in range(min(due + beside, settings.SCORE_WORKERS - held.count())):
        work_on_refresh.delay_on_commit()


def work_on_next_range(beside: int | None = None) -> bool:
    """Claim a range and refresh it; False when there was none. A failure is written to the range, for another try."""
    worker = worker_name()
    lease = timedelta(seconds=settings.SCORE_LEASE_SECONDS)
    claimed = ScoreRange.objects.claim_next(worker, lease, beside)
    if claimed is None:
        return False
    try:
        refresh_range(by=None, score_range=claimed, worker=worker)
    except Exception as failure:
        logger.exception("score range %s failed", claimed)
        fail_range(by=None, score_range=claimed, worker=worker, failure=f"{type(failure).__name__}: {failure}")
    finish_runs()
    return True


def finish_runs() -> None:
    """Note the end of runs that are over."""
    for run in ScoreRun.objects.over().values_list("pk", flat=True):
        finish_run(by=None, run=run)


@shared_task
def keep_names_current() -> None:
    """Nightly: names that a path forgot are found again, and the terms of all are counted."""
    for _ in fill_all_names():
        pass
    count_terms()


# --- files of companies ---------------------------------------------------------------------------------------------

# While one import writes, the next looks in again after this many seconds.
LOOK_AGAIN = 15


@shared_task(bind=True, max_retries=None)
def import_directory_file(self: Task, run: int) -> None:
    """Bring one uploaded file into the directory; waits while another is at it."""
    try:
        load_directory_file(run)
    except ImportRunning:
        raise self.retry(countdown=LOOK_AGAIN) from None


@shared_task
def sweep_directory_files() -> None:
    """Uploads whose worker was killed, or whose message was lost, are taken up again; those at work hold the lock."""
    for run in DirectoryImport.objects.filter(stage=ImportStage.RUNNING).exclude(stored_as="").order_by("id"):
        with suppress(ImportRunning):
            load_directory_file(run.pk)
