"""What a score is made from: a buyer's accounts by year, and how policyholders were paid by it."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import AmountField, CurrencyField, PercentField
from buyers import statements
from buyers.models.buyer import Buyer

LINES = statements.LINES

# The source of what exporters send in: which of them did is for staff's eyes only.
POLICYHOLDER = "policyholder"


class FinancialStatement(models.Model):
    """One year's accounts in their own currency; a line that is not known is null and costs confidence.

    What a source said of a year is never changed: when it says something else, that is a row of its own, and from then
    on the older one is superseded. Scores are made from rows that are not.
    """

    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="statements", verbose_name=_("Buyer"))
    period_end = models.DateField(_("Year to"))
    months = models.PositiveSmallIntegerField(_("Months"), default=12)
    currency = CurrencyField(_("Currency"))
    audited = models.BooleanField(_("Audited"), default=False)
    source = models.CharField(_("Source"), max_length=60)
    received_at = models.DateTimeField(_("Received"), default=timezone.now)
    superseded_at = models.DateTimeField(_("Superseded"), null=True, blank=True)  # by a newer row of this source
    total_assets = AmountField(_("Total assets"), null=True, blank=True)
    fixed_assets = AmountField(_("Fixed assets"), null=True, blank=True)
    current_assets = AmountField(_("Current assets"), null=True, blank=True)
    cash = AmountField(_("Cash"), null=True, blank=True)
    short_term_securities = AmountField(_("Short-term securities"), null=True, blank=True)
    stock = AmountField(_("Stock"), null=True, blank=True)
    receivables = AmountField(_("Receivables"), null=True, blank=True)
    equity = AmountField(_("Equity"), null=True, blank=True)
    share_capital = AmountField(_("Share capital"), null=True, blank=True)
    retained_earnings = AmountField(_("Retained earnings"), null=True, blank=True)
    total_liabilities = AmountField(_("Total liabilities"), null=True, blank=True)
    current_liabilities = AmountField(_("Current liabilities"), null=True, blank=True)
    short_term_debt = AmountField(_("Short-term debt"), null=True, blank=True)
    payables = AmountField(_("Owed to suppliers"), null=True, blank=True)
    long_term_debt = AmountField(_("Long-term debt"), null=True, blank=True)
    sales = AmountField(_("Sales"), null=True, blank=True)
    cost_of_sales = AmountField(_("Cost of sales"), null=True, blank=True)
    operating_costs = AmountField(_("Operating costs"), null=True, blank=True)
    operating_profit = AmountField(_("Operating profit"), null=True, blank=True)
    interest = AmountField(_("Interest paid"), null=True, blank=True)
    profit_before_tax = AmountField(_("Profit before tax"), null=True, blank=True)
    net_profit = AmountField(_("Net profit"), null=True, blank=True)
    depreciation = AmountField(_("Depreciation"), null=True, blank=True)

    class Meta:
        verbose_name = _("Financial statement")
        verbose_name_plural = _("Financial statements")
        triggers = (
            pgtrigger.Protect(
                name="figures_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("period_end", "months", "currency", "audited", "source", *LINES),
            ),
        )
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "period_end", "source"],
                condition=Q(superseded_at__isnull=True),
                name="one_statement_per_year_and_source",
            ),
            models.CheckConstraint(condition=Q(months__range=(1, 24)), name="statement_months"),
        ]

    def __str__(self) -> str:
        return f"{self.buyer_id} {self.period_end}"


class PaymentExperience(models.Model):
    """How one reporter was paid by a buyer in one month. Who reported is for staff only (seams.md)."""

    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="payment_experience", verbose_name=_("Buyer"))
    reporter = models.ForeignKey(Exporter, models.PROTECT, related_name="+", verbose_name=_("Reported by"))
    month = models.DateField(_("Month"))  # its first day
    days_beyond_terms = models.SmallIntegerField(_("Days beyond terms"))  # average, weighted by amount
    share_overdue = PercentField(_("Share overdue, %"))
    invoices = models.PositiveIntegerField(_("Invoices"))

    class Meta:
        verbose_name = _("Payment experience")
        verbose_name_plural = _("Payment experience")
        constraints = [
            models.UniqueConstraint(fields=["buyer", "reporter", "month"], name="one_experience_per_month"),
            models.CheckConstraint(condition=Q(share_overdue__range=(0, 100)), name="share_overdue_0_to_100"),
        ]

    def __str__(self) -> str:
        return f"{self.buyer_id} {self.month}"
