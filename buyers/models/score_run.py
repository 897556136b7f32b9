"""A refresh of the scores that are due: a run, cut into ranges that any worker may claim for a limited time."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db import connection, models
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A range that fails this often is left to a person, who resumes it once the cause is gone.
MOST_ATTEMPTS = 5
# So long after its lease a worker's session is ended by the sweep.
OVERSTAY = timedelta(seconds=10)

# A claim is one statement: whoever updates the row first has it. A range being worked on is locked, hence skipped even
# when its lease has run out; a dead worker's lock goes with its connection. What is due goes before a re-score of
# everybody, of which no more than so many ranges are worked on at once.
CLAIM = """
    UPDATE buyers_scorerange
    SET claimed_by = %(worker)s, claimed_until = %(until)s, attempts = attempts + 1, session = pg_backend_pid()
    WHERE id = (
        SELECT part.id FROM buyers_scorerange part JOIN buyers_scorerun run ON run.id = part.run_id
        WHERE part.done_at IS NULL AND part.attempts < %(most)s
            AND (part.claimed_until IS NULL OR part.claimed_until < %(now)s)
            AND (run.kind = 'due' OR %(beside)s::int IS NULL OR %(beside)s > (
                SELECT count(*) FROM buyers_scorerange other JOIN buyers_scorerun its ON its.id = other.run_id
                WHERE its.kind <> 'due' AND other.done_at IS NULL AND other.claimed_until >= %(now)s))
        ORDER BY run.kind <> 'due', part.id LIMIT 1
        FOR UPDATE OF part SKIP LOCKED
    )
    RETURNING id
"""

# Sessions of workers that hold a range long after its lease was over: their process stands still, on a machine that
# still answers for it, and perhaps in the middle of a COPY, which none of the server's own time limits ends.
OVERSTAYED = """
    SELECT part.id, activity.pid FROM buyers_scorerange part
    JOIN pg_stat_activity activity ON activity.pid = part.session AND activity.datname = current_database()
    WHERE part.done_at IS NULL AND part.claimed_until < %(long_ago)s AND activity.xact_start < part.claimed_until
"""

# Cut by count, not by id: those concerned may lie anywhere in the directory.
CUT = """
    INSERT INTO buyers_scorerange
        (run_id, first_buyer, last_buyer, claimed_by, attempts, passes, looked_at, scored, regraded, alerts, failure)
    SELECT %(run)s, min(id), max(id), '', 0, 0, 0, 0, 0, 0, ''
    FROM (
        SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(size)s AS part
        FROM buyers_buyer
        WHERE {concerned} AND merged_into_id IS NULL
    ) AS concerned
    GROUP BY part
    ORDER BY part
"""


class RunKind(models.TextChoices):
    """Whom a run concerns."""

    DUE = "due", _("What is due")
    EVERYONE = "everyone", _("Everybody, under a new edition")


# The same as SQL, for buyers_buyer. Whoever is rated has a next day, so that both go by the index of those.
CONCERNED = {
    RunKind.DUE: "next_score_on <= %(day)s",
    RunKind.EVERYONE: "next_score_on IS NOT NULL AND grade IS NOT NULL AND score_edition <> %(edition)s",
}


class ScoreRunQuerySet(models.QuerySet["ScoreRun"]):
    """Runs, as planner, workers and the progress page ask for them."""

    def under_way(self) -> "ScoreRunQuerySet":
        """Not finished, and some range is neither done nor given up."""
        return self.filter(finished_at__isnull=True, pk__in=ScoreRange.objects.to_do().values("run"))

    def over(self) -> "ScoreRunQuerySet":
        """Nothing is left to do, but nobody has closed them yet."""
        return self.filter(finished_at__isnull=True).exclude(pk__in=ScoreRange.objects.to_do().values("run"))

    def counted(self) -> "ScoreRunQuerySet":
        """With what their ranges add up to."""
        undone = Q(ranges__done_at__isnull=True)
        return self.annotate(
            parts=Count("ranges"),
            done=Count("ranges", filter=~undone),
            given_up=Count("ranges", filter=undone & Q(ranges__attempts__gte=MOST_ATTEMPTS)),
            held=Count("ranges", filter=undone & Q(ranges__claimed_until__gte=timezone.now())),
            again=Count("ranges", filter=Q(ranges__attempts__gt=1)),
            looked_at=Coalesce(Sum("ranges__looked_at"), 0),
            scored=Coalesce(Sum("ranges__scored"), 0),
            regraded=Coalesce(Sum("ranges__regraded"), 0),
            alerts=Coalesce(Sum("ranges__alerts"), 0),
            last_done_at=Max("ranges__done_at"),
        )


class ScoreRun(models.Model):
    """One refresh: of the buyers due on `planned_for`, or of everybody whose last score is of another edition.

    A day may see several of what is due, one after another; a re-score of everybody runs beside them.
    """

    kind = models.CharField(_("Kind"), max_length=10, choices=RunKind.choices, default=RunKind.DUE)
    planned_for = models.DateField(_("Day"))
    edition = models.CharField(_("Edition"), max_length=20)
    started_at = models.DateTimeField(_("Started"), default=timezone.now)
    finished_at = models.DateTimeField(_("Finished"), null=True, blank=True)

    objects: ClassVar = ScoreRunQuerySet.as_manager()

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

    def beside(self) -> "ScoreRangeQuerySet":
        """Of a re-score of everybody, which runs beside what is due."""
        return self.exclude(run__kind=RunKind.DUE)

    def claim_next(self, worker: str, lease: timedelta, beside: int | None = None) -> int | None:
        """Claim the first claimable range for `worker`; its id, or None when there is none. What is due goes first;
        of a re-score no range once `beside` of them are held (None: however many)."""
        now = timezone.now()
        told: dict[str, Any] = {
            "worker": worker,
            "until": now + lease,
            "now": now,
            "most": MOST_ATTEMPTS,
            "beside": beside,
        }
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, told)
            row = cursor.fetchone()
        return row[0] if row else None

    @staticmethod
    def overstayed() -> list[tuple[int, int]]:
        """(range, session) where a worker's transaction outlived its lease by OVERSTAY: both are to be parted."""
        with connection.cursor() as cursor:
            cursor.execute(OVERSTAYED, {"long_ago": timezone.now() - OVERSTAY})
            return list(cursor.fetchall())

    @staticmethod
    def end_session(session: int) -> bool:
        """End a session of this database's, so that its transaction is rolled back; False when it was gone."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [session])
            return cursor.fetchone()[0]

    def cut(self, run: ScoreRun, size: int) -> int:
        """Cut the buyers a run concerns into ranges of about `size`; how many there are."""
        with connection.cursor() as cursor:
            told: dict[str, Any] = {"run": run.pk, "day": run.planned_for, "edition": run.edition, "size": size}
            cursor.execute(CUT.format(concerned=CONCERNED[RunKind(run.kind)]), told)
            return cursor.rowcount


class ScoreRange(models.Model):
    """Buyers `first_buyer`..`last_buyer` (ids) of a run, a worker's until `claimed_until`; beat sweeps the rest."""

    run = models.ForeignKey(ScoreRun, models.CASCADE, related_name="ranges", verbose_name=_("Refresh"))
    first_buyer = models.BigIntegerField()
    last_buyer = models.BigIntegerField()
    claimed_by = models.CharField(max_length=120, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    session = models.IntegerField(null=True, blank=True)  # of the database's, in which it was claimed
    attempts = models.PositiveSmallIntegerField(default=0)
    passes = models.PositiveSmallIntegerField(default=0)  # times it was worked on and somebody else held some buyers
    done_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.PositiveIntegerField(default=0)  # buyers whose facts were read
    scored = models.PositiveIntegerField(default=0)  # of these, changed: a row of history each
    regraded = models.PositiveIntegerField(default=0)
    alerts = models.PositiveIntegerField(default=0)
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
