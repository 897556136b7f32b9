"""Money received on an invoice, gross of VAT. Only ever added to."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import AmountField, AppendOnlyQuerySet, only_added
from accounts.models.exporter import OfExporterQuerySet
from receivables.models.invoice import Invoice


class ReceiptQuerySet(AppendOnlyQuerySet, OfExporterQuerySet):
    """Receipts, scoped like every row of an exporter's."""


class Receipt(models.Model):
    """`amount` in the invoice's currency, received on a day."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="receipts", verbose_name=_("Exporter"))
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="receipts", verbose_name=_("Invoice"))
    amount = AmountField(_("Amount received"))
    received_on = models.DateField(_("Received on"))
    reference = models.CharField(_("Payment reference"), max_length=60)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Recorded by")
    )

    objects: ClassVar = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("Receipt")
        verbose_name_plural = _("Receipts")
        triggers = only_added()
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_positive"),
            models.UniqueConstraint(fields=["invoice", "reference"], name="one_receipt_per_reference"),
            models.CheckConstraint(
                condition=Q(recorded_at__isnull=False, recorded_by__isnull=False), name="receipt_recorded_at_by"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.received_on}"
