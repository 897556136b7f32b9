"""The refresh of all scores that are due: planned as rows, worked on by any number of workers, resumed by a person."""

from datetime import date

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.models import Buyer, ScoreRange, ScoreRun
from buyers.scorecard import CURRENT

# Any number; it only has to be the same for all who plan.
PLANNING = 20_261


@action
def plan_refresh(*, by: int | None, today: date) -> ScoreRun | None:
    """The run that refreshes what is due on `today`: the one under way, else a new one; None when nothing is due.

    A run whose ranges are all done or given up is closed first, so that it holds nobody up.
    """
    with connection.cursor() as cursor:  # two beats, or a beat and a person, plan one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLANNING])
    unfinished = ScoreRun.objects.filter(finished_at__isnull=True)
    unfinished.exclude(pk__in=ScoreRange.objects.to_do().values("run")).update(finished_at=timezone.now())
    under_way = unfinished.order_by("id").first()
    if under_way:
        record(by=by, subject=under_way, outcome="repeated")
        return under_way
    run = ScoreRun.objects.create(planned_for=today, edition=CURRENT)
    ranges = ScoreRange.objects.cut(run, today, settings.SCORE_RANGE_SIZE)
    if not ranges:
        run.delete()
        record(by=by, subject="scorerun:none", outcome="nothing_due")
        return None
    record(by=by, subject=run, ranges=ranges, day=today.isoformat())
    return run


@action
def make_everyone_due(*, by: int | None, today: date) -> int:
    """Make every rated buyer due on `today`, so that the next refresh scores all under the edition in use; how many."""
    if by is not None:
        require_group(by, UNDERWRITER_GROUPS)
    rated = Buyer.objects.filter(grade__isnull=False, merged_into__isnull=True).exclude(next_score_on__lte=today)
    made_due = rated.update(next_score_on=today)
    record(by=by, subject="scorerun:everyone", made_due=made_due, edition=CURRENT, day=today.isoformat())
    return made_due


@action
def fail_range(*, by: int | None, score_range: int, worker: str, failure: str) -> None:
    """Write down why a range could not be refreshed. Its claim is left to run out: the next try comes after a pause,
    and after MOST_ATTEMPTS none."""
    held = ScoreRange.objects.filter(pk=score_range, claimed_by=worker, done_at__isnull=True)
    written = held.update(failure=failure[:2000])
    record(by=by, subject=f"scorerange:{score_range}", worker=worker, failure=failure[:200], written=written)


@action
def resume_refresh(*, by: int, run: int) -> int:
    """Let the ranges given up be tried again; how many there are. For underwriters, once the cause is gone."""
    require_group(by, UNDERWRITER_GROUPS)
    row = ScoreRun.objects.select_for_update().get(pk=run)
    freed = row.ranges.filter(done_at__isnull=True).update(attempts=0, claimed_by="", claimed_until=None)
    if freed:
        ScoreRun.objects.filter(pk=run).update(finished_at=None)
    record(by=by, subject=row, freed=freed)
    return freed
