"""The refresh of all scores that are due: planned as rows, worked on by any number of workers, resumed by a person."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.models import ScoreRange, ScoreRun
from buyers.models.score_run import RunKind
from buyers.scorecard import CURRENT

# Any number; it only has to be the same for all who plan.
PLANNING = 20_261


@action
def plan_refresh(*, by: int | None, today: date) -> ScoreRun | None:
    """The run that refreshes what is due on `today`: the one under way, else a new one; None when nothing is due.

    A run whose ranges are all done or given up holds nobody up. A re-score of everybody goes on beside it.
    """
    if by is not None:
        require_group(by, UNDERWRITER_GROUPS)
    _one_plans_at_a_time()
    under_way = ScoreRun.objects.under_way().filter(kind=RunKind.DUE).order_by("id").first()
    if under_way:
        record(by=by, subject=under_way, outcome="repeated")
        return under_way
    run, ranges = _planned(RunKind.DUE, today)
    record(by=by, subject=run or "scorerun:none", ranges=ranges, day=today.isoformat(), **_nothing_if(not run))
    return run


@action
def plan_rescore(*, by: int | None, today: date) -> ScoreRun | None:
    """The run that scores everybody under the edition in use whose last score is of another one: the one under way,
    else a new one; None when there is nobody.

    It takes only what time is left beside what is due. What an earlier edition's run has not done is dropped: nobody
    is scored under an edition that is no longer in use.
    """
    if by is not None:
        require_group(by, UNDERWRITER_GROUPS)
    _one_plans_at_a_time()
    dropped = _drop_former_editions()
    ours = ScoreRun.objects.under_way().filter(kind=RunKind.EVERYONE, edition=CURRENT)
    under_way = ours.order_by("id").first()
    if under_way:
        record(by=by, subject=under_way, outcome="repeated", dropped=dropped)
        return under_way
    run, ranges = _planned(RunKind.EVERYONE, today)
    told: dict[str, Any] = {"ranges": ranges, "dropped": dropped, "edition": CURRENT}
    record(by=by, subject=run or "scorerun:none", **told, **_nothing_if(not run))
    return run


def _one_plans_at_a_time() -> None:
    """Two beats, or a beat and a person, plan one after the other. Cutting the whole directory may take its time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{settings.SCORE_LEASE_SECONDS}s"])
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLANNING])


def _planned(kind: RunKind, today: date) -> tuple[ScoreRun | None, int]:
    run = ScoreRun.objects.create(kind=kind, planned_for=today, edition=CURRENT)
    ranges = ScoreRange.objects.cut(run, settings.SCORE_RANGE_SIZE)
    if not ranges:
        run.delete()
        return None, 0
    return run, ranges


def _drop_former_editions() -> int:
    """Ranges of re-scores under other editions that nobody works on: dropped; how many."""
    former = ScoreRange.objects.to_do().filter(run__kind=RunKind.EVERYONE).exclude(run__edition=CURRENT)
    free = list(former.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
    return ScoreRange.objects.filter(pk__in=free).delete()[0]


def _nothing_if(nobody: bool) -> dict[str, Any]:
    return {"outcome": "nothing_due"} if nobody else {}


@action
def finish_run(*, by: int | None, run: int) -> bool:
    """Note when a run was over: all its ranges are done or given up. False when it is not, or was noted before.

    Called once a range is committed, so that of two workers that end together the second sees both done, and neither
    waits for the other; what a worker that died did not note, the sweep does.
    """
    noted = ScoreRun.objects.over().filter(pk=run).update(finished_at=timezone.now())
    record(by=by, subject=f"scorerun:{run}", noted=noted)
    return bool(noted)


@action
def fail_range(*, by: int | None, score_range: int, worker: str, failure: str) -> None:
    """Write down why a range could not be refreshed. Its claim is left to run out: the next try comes after a pause,
    and after MOST_ATTEMPTS none."""
    held = ScoreRange.objects.filter(pk=score_range, claimed_by=worker, done_at__isnull=True)
    written = held.update(failure=failure[:2000])
    record(by=by, subject=f"scorerange:{score_range}", worker=worker, failure=failure[:200], written=written)


@action
def end_session(*, by: int | None, score_range: int, session: int) -> bool:
    """End the session of a worker that stands still in the middle of a range, long after its lease: what it wrote is
    rolled back and what it locked is free. Should it ever go on, it finds its connection closed."""
    ended = ScoreRange.objects.end_session(session)
    record(by=by, subject=f"scorerange:{score_range}", session=session, ended=ended)
    return ended


@action
def resume_refresh(*, by: int | None, run: int) -> int:
    """Let the ranges given up be tried again, and those whose worker is gone at once; how many there are. For
    underwriters, once the cause is gone. What somebody is working on stays theirs."""
    if by is not None:
        require_group(by, UNDERWRITER_GROUPS)
    row = ScoreRun.objects.select_for_update(no_key=True).get(pk=run)  # not in the way of scores that name it
    waiting = row.ranges.filter(done_at__isnull=True).exclude(pk__in=ScoreRange.objects.held().values("pk"))
    free = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True))
    freed = ScoreRange.objects.filter(pk__in=free).update(attempts=0, claimed_by="", claimed_until=None)
    if freed:
        ScoreRun.objects.filter(pk=run).update(finished_at=None)
    record(by=by, subject=row, freed=freed)
    return freed
