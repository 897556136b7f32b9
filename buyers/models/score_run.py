"""A refresh of the scores that are due: a run, cut into ranges that any worker may claim for a limited time."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ScoreRun(models.Model):
    """One refresh. `planned_for` is the day it refreshes for: planning the same day twice finds the same run."""

    planned_for = models.DateField(_("Day"))
    edition = models.CharField(_("Edition"), max_length=20)
    started_at = models.DateTimeField(_("Started"), default=timezone.now)
    finished_at = models.DateTimeField(_("Finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("Score refresh")
        verbose_name_plural = _("Score refreshes")

    def __str__(self) -> str:
        return f"{self.planned_for} {self.edition}"


class ScoreRange(models.Model):
    """Buyers `first_buyer`..`last_buyer` (ids) of a run. A worker holds it until `claimed_until`; beat sweeps the rest."""

    run = models.ForeignKey(ScoreRun, models.CASCADE, related_name="ranges")
    first_buyer = models.BigIntegerField()
    last_buyer = models.BigIntegerField()
    claimed_by = models.CharField(max_length=120, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    scored = models.PositiveIntegerField(default=0)
    regraded = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "first_buyer"], name="one_range_per_start"),
            models.CheckConstraint(condition=Q(last_buyer__gte=models.F("first_buyer")), name="range_in_order"),
        ]
        indexes = [models.Index(fields=["run", "id"], condition=Q(done_at__isnull=True), name="ranges_to_do")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.first_buyer}-{self.last_buyer}"
