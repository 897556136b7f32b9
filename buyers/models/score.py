"""Scores: how likely a buyer is to fail, by which edition of the scorecard, from what. Only ever added to."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.columns import AppendOnlyQuerySet, only_added
from buyers.models.buyer import Buyer


class Score(models.Model):
    """One scoring. Grade 1 is best, 10 insolvent; the scale stands beside it. Points are integers, PD a decimal.

    `indicators`: {code: value as string or null}; `contributions`: [{code, group, points, value, bin}], missing ones named.
    """

    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="scores")
    edition = models.CharField(_("Edition"), max_length=20)
    scale = models.CharField(max_length=20, default="1-10, 1 best")
    grade = models.PositiveSmallIntegerField(_("Grade"))
    former_grade = models.PositiveSmallIntegerField(null=True, blank=True)
    points = models.IntegerField(_("Points"))
    default_probability = models.DecimalField(_("Probability of default"), max_digits=9, decimal_places=8)
    confidence = models.PositiveSmallIntegerField(_("Confidence, %"))
    indicators = models.JSONField()
    contributions = models.JSONField()
    scored_at = models.DateTimeField(_("Scored"), default=timezone.now)
    scored_for = models.DateField()  # the day whose facts it used
    run = models.ForeignKey("ScoreRun", models.PROTECT, null=True, blank=True, related_name="scores")

    objects: ClassVar = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("Score")
        verbose_name_plural = _("Scores")
        triggers = only_added()
        constraints = [
            models.CheckConstraint(condition=Q(grade__range=(1, 10)), name="score_grade_1_to_10"),
            models.CheckConstraint(condition=Q(confidence__range=(0, 100)), name="score_confidence_0_to_100"),
            models.UniqueConstraint(fields=["run", "buyer"], name="one_score_per_run"),
        ]
        indexes = [models.Index(fields=["buyer", "-id"], name="scores_by_buyer")]

    def __str__(self) -> str:
        return f"{self.buyer_id}: {self.grade} ({self.edition})"
