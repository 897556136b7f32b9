"""Where a limit stands now: one row per policy and buyer, pointing at the decision in force. History is the decisions'."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import AmountField, CurrencyField
from accounts.models.exporter import OfExporterQuerySet
from buyers.models import Buyer
from policies.models.limit_decision import LimitDecision
from policies.models.policy import Policy


class CreditLimit(models.Model):
    """`decision` is the latest; `amount` repeats it for lists, `valid_to` lets them filter; `reviewed_at` is compared
    with the buyer's `regraded_at`: a limit not reviewed since is on the underwriters' list."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="credit_limits")
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="credit_limits")
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="credit_limits")
    decision = models.ForeignKey(LimitDecision, models.PROTECT, related_name="+")
    amount = AmountField(_("Limit"))
    currency = CurrencyField(_("Currency"))
    valid_to = models.DateField(_("To"), null=True, blank=True)
    house_amount = AmountField()
    reviewed_at = models.DateTimeField(_("Reviewed"))

    objects: ClassVar = OfExporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("Credit limit")
        verbose_name_plural = _("Credit limits")
        constraints = [models.UniqueConstraint(fields=["policy", "buyer"], name="one_limit_per_policy_and_buyer")]
        indexes = [
            models.Index(fields=["exporter", "-amount", "id"], name="limits_by_amount"),
            models.Index(fields=["buyer"], name="limits_by_buyer"),
            models.Index(fields=["valid_to"], name="limits_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} · {self.buyer_id}: {self.amount} {self.currency}"
