"""What must be done by when. Rules write the date, actions close the duty, Home and the mails read only this."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import paired
from accounts.models.exporter import OfExporterQuerySet


class Duty(models.Model):
    """A dated duty of an exporter. `kind` is "app.code"; `subject` the row it concerns; the amount is for show."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="duties", verbose_name=_("Exporter"))
    kind = models.CharField(max_length=80)
    subject = models.CharField(max_length=80)
    due_on = models.DateField(_("By"))
    facts = models.JSONField(default=dict, blank=True)
    path = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(_("Done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Done by")
    )
    lapsed_at = models.DateTimeField(null=True, blank=True)  # no longer needed: closed by the machine, by nobody

    objects: ClassVar = OfExporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("Duty")
        verbose_name_plural = _("Duties")
        constraints = [
            paired("done_at", "done_by", "duty_done_at_by"),
            models.UniqueConstraint(
                fields=["exporter", "kind", "subject"],
                condition=Q(done_at__isnull=True, lapsed_at__isnull=True),
                name="one_open_duty",
            ),
        ]
        indexes = [
            models.Index(
                fields=["exporter", "due_on", "id"],
                condition=Q(done_at__isnull=True, lapsed_at__isnull=True),
                name="open_duties_by_date",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"
