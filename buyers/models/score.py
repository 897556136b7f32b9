"""Scores: how likely a buyer is to fail, by which edition of the scorecard, from what. Only ever added to."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar, Self

import numpy as np
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from accounts.models.columns import AppendOnlyQuerySet, only_added
from buyers.explanation import Explanation, Scored, explained
from buyers.models.buyer import Buyer
from buyers.models.columnar import array_of, copy_rows
from buyers.scorecard import edition
from kernel.periods import plus_months

TREND_MONTHS = 24


COLUMNS = (
    "id", "buyer_id", "grade", "former_grade", "computed_grade", "points", "default_probability", "confidence",
    "indicators", "contributions", "override", "reporters", "edition", "scale", "scored_at", "scored_for", "run_id",
)  # fmt: skip

NEXT_IDS = """
    SELECT string_agg(nextval(pg_get_serial_sequence('buyers_score', 'id'))::text, ',') FROM generate_series(1, %s)
"""

PROJECT = """
    UPDATE buyers_buyer buyer
    SET grade = found.grade, confidence = found.confidence, scored_at = %s, next_score_on = found.next_score_on,
        score_edition = %s, score_mark = found.mark,
        regraded_at = CASE WHEN buyer.grade IS DISTINCT FROM found.grade THEN %s ELSE buyer.regraded_at END
    FROM unnest(%s::bigint[], %s::smallint[], %s::smallint[], %s::date[], %s::bigint[])
        AS found (id, grade, confidence, next_score_on, mark)
    WHERE buyer.id = found.id
"""


class ScoreQuerySet(AppendOnlyQuerySet):
    """Scores, as pages and the refresh read and write them."""

    def of_firm(self, buyer: Buyer | int) -> Self:
        """The history of the firm whose entry `buyer` is today: that entry's scores, and those of entries merged into
        it from before its own first. Two entries were scored side by side; a firm has one grade at a time."""
        pk = buyer.pk if isinstance(buyer, Buyer) else buyer
        merged = list(Buyer.objects.filter(merged_into=pk).values_list("pk", flat=True))
        first = self.filter(buyer=pk).order_by("id").values_list("pk", flat=True).first() if merged else None
        if first is None:
            return self.filter(buyer__in=[pk, *merged])
        return self.filter(Q(buyer=pk) | Q(buyer__in=merged, pk__lt=first))

    def trend_of(self, buyer: Buyer | int, today: date) -> list[tuple[date, int]]:
        """(day, grade) of the last 24 months, oldest first: the last score of each day, and the one in force before."""
        since = plus_months(today, -TREND_MONTHS)
        of_buyer = self.of_firm(buyer)
        rows = of_buyer.filter(scored_for__gt=since, scored_for__lte=today).order_by("scored_for", "id")
        before = of_buyer.filter(scored_for__lte=since).order_by("-scored_for", "-id").values_list("grade", flat=True)
        by_day = dict([(since, grade) for grade in before[:1]] + list(rows.values_list("scored_for", "grade")))
        return list(by_day.items())

    def latest_of(self, buyer: Buyer | int) -> "Score | None":
        """The buyer's last score."""
        return self.of_firm(buyer).order_by("-id").first()

    def before(self, score: "Score") -> "Score | None":
        """The score before `score` of the same buyer."""
        return self.of_firm(score.buyer_id).filter(pk__lt=score.pk).order_by("-id").first()

    def last_of_each(self, buyers: Sequence[int]) -> "dict[int, Score]":
        """The last score of each of `buyers` that has one, in one query."""
        found = self.filter(buyer__in=buyers).order_by("buyer", "-id").distinct("buyer")
        return {score.buyer_id: score for score in found}

    def visible_to(self, user: models.Model) -> Self:
        """Scores of the buyers in the books of the person's firms; staff see all."""
        if user.is_staff:  # type: ignore[attr-defined]
            return self
        return self.filter(
            buyer__book_entries__archived_at__isnull=True,
            buyer__book_entries__exporter__memberships__user=user,
            buyer__book_entries__exporter__memberships__ended_at__isnull=True,
        ).distinct()

    @staticmethod
    def next_ids(count: int) -> NDArray[np.int64]:
        """Ids for rows about to be copied in, so that what follows can name them."""
        if not count:
            return np.empty(0, np.int64)
        with connection.cursor() as cursor:
            cursor.execute(NEXT_IDS, [count])  # as one text: thousands of rows would be taken over one by one
            return np.fromstring(cursor.fetchone()[0], np.int64, sep=",")

    @staticmethod
    def copy_in(rows: bytes) -> None:
        """Append rows as models/columnar.py makes them, in the order of COLUMNS."""
        copy_rows("buyers_score", COLUMNS, rows)

    @staticmethod
    def project(looked: Sequence[NDArray], edition: str, now: datetime) -> int:
        """Repeat on the buyers what they were found to be, in one statement. `looked`: ids, grades, confidences, next
        days, marks. A changed grade stamps regraded_at; of what has not changed only the days move on."""
        with connection.cursor() as cursor:
            cursor.execute(PROJECT, [now, edition, now, *map(array_of, looked)])
            return cursor.rowcount


class Score(models.Model):
    """One scoring. Grade 1 is best, 10 insolvent; the scale stands beside it. Points are integers, PD a decimal.

    `indicators` and `contributions` follow the order of the edition's indicators (buyers/scorecard.py): values in whole
    units of 10**-digits, null where missing, and the points each gave. Editions never change, so the rows explain
    themselves for ever at a tenth of the size of spelled-out JSON.
    """

    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="scores", verbose_name=_("Buyer"))
    edition = models.CharField(_("Edition"), max_length=20)
    scale = models.CharField(_("Scale"), max_length=20, default="1-10, 1 best")
    grade = models.PositiveSmallIntegerField(_("Grade"))
    former_grade = models.PositiveSmallIntegerField(_("Former grade"), null=True, blank=True)
    # What the scorecard gives where an underwriter's grade is in force beside it (models/override.py); else empty.
    computed_grade = models.PositiveSmallIntegerField(_("Grade of the scorecard"), null=True, blank=True)
    points = models.IntegerField(_("Points"))
    default_probability = models.DecimalField(_("Probability of default"), max_digits=9, decimal_places=8)
    confidence = models.PositiveSmallIntegerField(_("Confidence, %"))
    indicators = ArrayField(models.IntegerField(null=True), verbose_name=_("Indicators"))
    contributions = ArrayField(models.SmallIntegerField(), verbose_name=_("Contributions"))
    # Why it is 10 whatever the points: status_insolvent, insolvency_filed; empty otherwise.
    override = models.CharField(max_length=20, blank=True)
    # How many policyholders its payment experience came from: below three, exporters see nothing of it (seams.md).
    reporters = models.PositiveSmallIntegerField(_("Reporters of payment experience"), default=0)
    scored_at = models.DateTimeField(_("Scored"), default=timezone.now)
    scored_for = models.DateField(_("For the day"))  # the day whose facts it used
    # Not checked by the database: a million rows would each ask for, and lock, the one row of their run, and workers
    # that end together would queue for it. Runs that have scores are never deleted.
    run = models.ForeignKey(
        "ScoreRun",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="scores",
        verbose_name=_("Score refresh"),
    )

    objects: ClassVar = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("Score")
        verbose_name_plural = _("Scores")
        triggers = only_added()
        constraints = [
            models.CheckConstraint(condition=Q(grade__range=(1, 10)), name="score_grade_1_to_10"),
            models.CheckConstraint(
                condition=Q(computed_grade__isnull=True) | Q(computed_grade__range=(1, 9)),
                name="score_computed_grade_1_to_9",
            ),
            models.CheckConstraint(condition=Q(confidence__range=(0, 100)), name="score_confidence_0_to_100"),
            models.CheckConstraint(condition=Q(override="") | Q(grade=10), name="score_override_is_insolvent"),
            models.UniqueConstraint(fields=["run", "buyer"], name="one_score_per_run"),
        ]
        indexes = [models.Index(fields=["buyer", "-id"], name="scores_by_buyer")]

    def __str__(self) -> str:
        return f"{self.buyer_id}: {self.grade} ({self.edition})"

    @property
    def by_scorecard(self) -> int:
        """The grade the scorecard gives, whatever an underwriter set beside it."""
        return self.computed_grade or self.grade

    def for_exporters(self) -> Explanation:
        """Why this grade, as far as an exporter may read it."""
        return self.for_exporters_after(Score.objects.before(self))

    def for_exporters_after(self, before: "Score | None") -> Explanation:
        """The same where the score before it is at hand."""
        return self._explained(before, for_staff=False)

    def for_staff(self) -> Explanation:
        """Why this grade, everything."""
        return self._explained(Score.objects.before(self), for_staff=True)

    def _explained(self, before: "Score | None", for_staff: bool) -> Explanation:
        return explained(self.facts(), before.facts() if before else None, for_staff, settings.HOUSE_CURRENCY)

    def facts(self) -> Scored:
        """The score as the explanation reads it."""
        return Scored(
            edition=edition(self.edition),
            values=self.indicators,
            points=self.contributions,
            reporters=self.reporters,
            override=self.override,
            grade=self.grade,
            confidence=self.confidence,
        )
