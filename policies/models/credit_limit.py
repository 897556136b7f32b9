"""Where a limit stands now: one row per policy and buyer, pointing at the decision in force. Decisions are history."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import AmountField, CurrencyField, paired
from accounts.models.exporter import OfExporterQuerySet
from buyers.models import Buyer
from policies.models.limit_decision import LimitDecision
from policies.models.policy import Policy


class CreditLimitQuerySet(OfExporterQuerySet):
    """Limits, as far as somebody may see them."""

    def in_force_on(self, day: date) -> "CreditLimitQuerySet":
        """Those above zero that have not ended by `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), amount__gt=0)

    def to_review(self) -> "CreditLimitQuerySet":
        """Limits on buyers regraded since anybody looked at them, the longest waiting first; `regraded_at` says since
        when. Whichever entry of the directory a limit stands on, the firm's own grade counts."""
        regraded = Greatest("buyer__regraded_at", "buyer__merged_into__regraded_at")
        found = self.annotate(regraded_at=regraded).filter(amount__gt=0, regraded_at__gt=F("reviewed_at"))
        return found.order_by("regraded_at", "id")

    def on_firm(self, policy: int, buyer: int) -> "CreditLimitQuerySet":
        """The limit under a policy on the firm `buyer` is an entry of: the first. Two entries that became one firm may
        both have had one; until the next decision makes one of them, the larger speaks for the firm."""
        same = Buyer.objects.same_firm(buyer).values("pk")
        return self.filter(policy_id=policy, buyer__in=same).order_by("-house_amount", "-id")


class CreditLimit(models.Model):
    """Stands on the entry of the directory that was the firm when it was last decided on. `decision` is the one in
    force; `amount` repeats it for lists (0 once the limit has ended), `valid_to` lets them filter; `house_amount`
    is what it takes of the capacity. `upcoming` is a decision that takes effect on `upcoming_on`: an announced cut,
    or what a temporary increase falls back to. `reviewed_at` is compared with the buyer's `regraded_at`: a limit
    not reviewed since is on the underwriters' list."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="credit_limits", verbose_name=_("Exporter"))
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="credit_limits", verbose_name=_("Policy"))
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="credit_limits", verbose_name=_("Buyer"))
    decision = models.ForeignKey(LimitDecision, models.PROTECT, related_name="+", verbose_name=_("Decision"))
    amount = AmountField(_("Limit"))
    currency = CurrencyField(_("Currency"))
    valid_to = models.DateField(_("To"), null=True, blank=True)
    house_amount = AmountField()
    reviewed_at = models.DateTimeField(_("Reviewed"))
    upcoming = models.ForeignKey(
        LimitDecision, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Following decision")
    )
    upcoming_on = models.DateField(_("Changes on"), null=True, blank=True)
    lapsed_at = models.DateTimeField(_("Ended"), null=True, blank=True)

    objects: ClassVar = CreditLimitQuerySet.as_manager()

    class Meta:
        verbose_name = _("Credit limit")
        verbose_name_plural = _("Credit limits")
        constraints = [
            models.UniqueConstraint(fields=["policy", "buyer"], name="one_limit_per_policy_and_buyer"),
            models.CheckConstraint(condition=Q(amount__gte=0, house_amount__gte=0), name="limit_not_negative"),
            paired("upcoming", "upcoming_on", "limit_upcoming_has_its_day"),
        ]
        indexes = [
            models.Index(fields=["exporter", "-amount", "id"], name="limits_by_amount"),
            # Home's largest limits are compared in house currency.
            models.Index(
                fields=["exporter", "-house_amount", "id"], condition=Q(amount__gt=0), name="limits_by_house_amount"
            ),
            models.Index(fields=["buyer"], name="limits_by_buyer"),
            models.Index(fields=["valid_to"], name="limits_by_end"),
            models.Index(fields=["upcoming_on"], condition=Q(upcoming__isnull=False), name="limits_about_to_change"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} · {self.buyer_id}: {self.amount} {self.currency}"
