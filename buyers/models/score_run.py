"""A refresh of the scores that are due: a run, cut into ranges that any worker may claim for a limited time."""

from datetime import date, timedelta
from typing import ClassVar

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A range that fails this often is left to a person, who resumes it once the cause is gone.
MOST_ATTEMPTS = 5

# A claim is one statement: whoever updates the row first has it. A range being worked on is locked, hence skipped even
# when its lease has run out; a dead worker's lock goes with its connection.
CLAIM = """
    UPDATE buyers_scorerange
    SET claimed_by = %(worker)s, claimed_until = %(until)s, attempts = attempts + 1
    WHERE id = (
        SELECT id FROM buyers_scorerange
        WHERE done_at IS NULL AND attempts < %(most)s AND (claimed_until IS NULL OR claimed_until < %(now)s)
        ORDER BY id LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""

# Cut by count, not by id: buyers that are due may lie anywhere in the directory.
CUT = """
    INSERT INTO buyers_scorerange (run_id, first_buyer, last_buyer, claimed_by, attempts, scored, regraded, failure)
    SELECT %(run)s, min(id), max(id), '', 0, 0, 0, ''
    FROM (
        SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(size)s AS part
        FROM buyers_buyer
        WHERE next_score_on <= %(day)s AND merged_into_id IS NULL
    ) AS due
    GROUP BY part
    ORDER BY part
"""


class ScoreRun(models.Model):
    """One refresh, of the buyers due on `planned_for`. A day may see several, one after another."""

    planned_for = models.DateField(_("Day"))
    edition = models.CharField(_("Edition"), max_length=20)
    started_at = models.DateTimeField(_("Started"), default=timezone.now)
    finished_at = models.DateTimeField(_("Finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("Score refresh")
        verbose_name_plural = _("Score refreshes")

    def __str__(self) -> str:
        return f"{self.planned_for} {self.edition}"


class ScoreRangeQuerySet(models.QuerySet["ScoreRange"]):
    """Ranges, as workers, planner and the progress page ask for them."""

    def to_do(self) -> "ScoreRangeQuerySet":
        """Neither done nor given up."""
        return self.filter(done_at__isnull=True, attempts__lt=MOST_ATTEMPTS)

    def given_up(self) -> "ScoreRangeQuerySet":
        """Tried too often; a person resumes them."""
        return self.filter(done_at__isnull=True, attempts__gte=MOST_ATTEMPTS)

    def claimable(self) -> "ScoreRangeQuerySet":
        """To do, and nobody's, or of a worker whose lease has run out."""
        return self.to_do().filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=timezone.now()))

    def held(self) -> "ScoreRangeQuerySet":
        """Being worked on, as far as leases tell."""
        return self.filter(done_at__isnull=True, claimed_until__gte=timezone.now())

    def claim_next(self, worker: str, lease: timedelta) -> int | None:
        """Claim the first claimable range for `worker`; its id, or None when there is none."""
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, {"worker": worker, "until": now + lease, "now": now, "most": MOST_ATTEMPTS})
            row = cursor.fetchone()
        return row[0] if row else None

    def cut(self, run: ScoreRun, day: date, size: int) -> int:
        """Cut the buyers due on `day` into ranges of about `size`; how many there are."""
        with connection.cursor() as cursor:
            cursor.execute(CUT, {"run": run.pk, "day": day, "size": size})
            return cursor.rowcount


class ScoreRange(models.Model):
    """Buyers `first_buyer`..`last_buyer` (ids) of a run, a worker's until `claimed_until`; beat sweeps the rest."""

    run = models.ForeignKey(ScoreRun, models.CASCADE, related_name="ranges", verbose_name=_("Refresh"))
    first_buyer = models.BigIntegerField()
    last_buyer = models.BigIntegerField()
    claimed_by = models.CharField(max_length=120, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    scored = models.PositiveIntegerField(default=0)
    regraded = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)

    objects: ClassVar = ScoreRangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("Range of a score refresh")
        verbose_name_plural = _("Ranges of score refreshes")
        constraints = [
            models.UniqueConstraint(fields=["run", "first_buyer"], name="one_range_per_start"),
            models.CheckConstraint(condition=Q(last_buyer__gte=models.F("first_buyer")), name="range_in_order"),
        ]
        indexes = [models.Index(fields=["run", "id"], condition=Q(done_at__isnull=True), name="ranges_to_do")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.first_buyer}-{self.last_buyer}"
