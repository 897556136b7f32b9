"""A warning to one exporter about one buyer in its book; shared by the firm's people."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import paired
from accounts.models.exporter import OfExporterQuerySet
from buyers.models.buyer import Buyer
from buyers.models.score import Score


class AlertKind(models.TextChoices):
    DOWNGRADE = "downgrade", _("Downgrade")
    UPGRADE = "upgrade", _("Upgrade")
    FIRST_GRADE = "first_grade", _("First grade")


class Alert(models.Model):
    """Raised once per exporter and score; `facts` hold what the sentence needs (grades, worst contributions)."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="alerts")
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="alerts")
    score = models.ForeignKey(Score, models.PROTECT, related_name="alerts")
    kind = models.CharField(_("Kind"), max_length=20, choices=AlertKind.choices)
    facts = models.JSONField(default=dict, blank=True)
    raised_at = models.DateTimeField(_("Raised"), default=timezone.now)
    done_at = models.DateTimeField(_("Done"), null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar = OfExporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("Alert")
        verbose_name_plural = _("Alerts")
        constraints = [
            models.UniqueConstraint(fields=["exporter", "score"], name="one_alert_per_score"),
            paired("done_at", "done_by", "alert_done_at_by"),
        ]
        indexes = [
            models.Index(fields=["exporter", "-id"], name="alerts_by_exporter"),
            models.Index(fields=["exporter", "-id"], condition=Q(done_at__isnull=True), name="open_alerts"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.buyer_id} → {self.exporter_id}"
