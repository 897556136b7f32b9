"""An invoice on a buyer, as it was issued. What is still owed follows from its receipts."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import DecimalField, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import AmountField, AppendOnlyQuerySet, CurrencyField, in_order, only_added
from accounts.models.exporter import OfExporterQuerySet
from buyers.models import Buyer
from policies.models import Policy


class InvoiceQuerySet(AppendOnlyQuerySet, OfExporterQuerySet):
    def with_open_amount(self) -> "InvoiceQuerySet":
        """Adds `open_gross`: gross less receipts, summed per invoice so that rows stay rows."""
        amount = DecimalField(max_digits=19, decimal_places=4)
        receipts = self.model.receipts.rel.related_model.objects
        received = receipts.filter(invoice=OuterRef("pk")).order_by().values("invoice").annotate(sum=Sum("amount"))
        paid = Coalesce(Subquery(received.values("sum"), output_field=amount), Value(0, output_field=amount))
        return self.annotate(open_gross=ExpressionWrapper(F("net") + F("vat") - paid, output_field=amount))


class Invoice(models.Model):
    """Insurable amount is `net`; VAT is never covered. Corrections are credit notes, so the row never changes."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="invoices", verbose_name=_("Exporter"))
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="invoices", verbose_name=_("Policy"))
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="invoices", verbose_name=_("Buyer"))
    number = models.CharField(_("Invoice number"), max_length=60)
    delivered_on = models.DateField(_("Delivered"))
    issued_on = models.DateField(_("Issued"))
    due_on = models.DateField(_("Due"))
    net = AmountField(_("Net amount"))
    vat = AmountField(_("VAT"), default=0)
    currency = CurrencyField(_("Currency"))
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Recorded by")
    )

    objects: ClassVar = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("Invoice")
        verbose_name_plural = _("Invoices")
        triggers = only_added()
        constraints = [
            models.UniqueConstraint(fields=["exporter", "buyer", "number"], name="one_invoice_per_number"),
            models.CheckConstraint(condition=Q(net__gt=0, vat__gte=0), name="invoice_amounts"),
            in_order("issued_on", "due_on", "invoice_due_after_issue"),
            models.CheckConstraint(
                condition=Q(recorded_at__isnull=False, recorded_by__isnull=False), name="invoice_recorded_at_by"
            ),
        ]
        indexes = [models.Index(fields=["exporter", "buyer", "due_on"], name="invoices_by_buyer")]

    def __str__(self) -> str:
        return self.number
