"""Something that happened to a buyer, reported or observed, that may change what it is worth."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import AppendOnlyQuerySet, only_added
from buyers.models.buyer import Buyer


class SignalKind(models.TextChoices):
    OVERDUE_REPORTED = "overdue_reported", _("Overdue reported")
    INSOLVENCY_FILED = "insolvency_filed", _("Insolvency filed")
    CLAIM_FILED = "claim_filed", _("Claim filed")
    ACCOUNTS_RECEIVED = "accounts_received", _("Accounts received")


class Signal(models.Model):
    """One signal. `reporter` is for staff only: no exporter may learn which firm reported."""

    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="signals", verbose_name=_("Buyer"))
    kind = models.CharField(_("Kind"), max_length=30, choices=SignalKind.choices)
    happened_on = models.DateField(_("On"))
    recorded_at = models.DateTimeField(_("Recorded"), default=timezone.now)
    source = models.CharField(_("Source"), max_length=60)
    reporter = models.ForeignKey(
        Exporter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Reported by")
    )
    facts = models.JSONField(_("Facts"), default=dict, blank=True)

    objects: ClassVar = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("Signal")
        verbose_name_plural = _("Signals")
        triggers = only_added()
        indexes = [models.Index(fields=["buyer", "-happened_on"], name="signals_by_buyer")]

    def __str__(self) -> str:
        return f"{self.kind} {self.buyer_id}"
