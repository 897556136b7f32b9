"""Two-step review: one colleague enters, another sends. What awaits review has no effect outside the firm."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import paired
from accounts.models.exporter import OfExporterQuerySet


class ReviewOutcome(models.TextChoices):
    OPEN = "", _("Awaiting review")
    SENT = "sent", _("Sent on")
    RETURNED = "returned", _("Returned")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Review(models.Model):
    """An act that waits for a second pair of eyes of the firm. `act` is "app.verb", `subject` the row it will move."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="reviews", verbose_name=_("Exporter"))
    act = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    path = models.CharField(max_length=200)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Asked by"))
    outcome = models.CharField(max_length=10, choices=ReviewOutcome.choices, blank=True, default=ReviewOutcome.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Who decided")
    )

    objects: ClassVar = OfExporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("Review")
        verbose_name_plural = _("Reviews")
        constraints = [
            paired("decided_at", "decided_by", "review_decided_at_by"),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=False, asked_by__isnull=False), name="review_asked_at_by"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True) | (~Q(outcome="") & Q(decided_at__isnull=False)),
                name="review_outcome_has_decider",
            ),
            # Four eyes: nobody sends what they entered themselves (taking back one's own is no sending).
            models.CheckConstraint(
                condition=~Q(outcome="sent") | ~Q(decided_by=F("asked_by")), name="review_by_another_person"
            ),
            models.UniqueConstraint(fields=["act", "subject"], condition=Q(outcome=""), name="one_open_review"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject}"
