"""A decision on a limit: immutable, dated, with its reasons and working. Only ever added to."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import AmountField, AppendOnlyQuerySet, CurrencyField, in_order, only_added
from accounts.models.exporter import OfExporterQuerySet
from buyers.models import Buyer
from policies.models.limit_request import LimitRequest
from policies.models.policy import Policy


class Outcome(models.TextChoices):
    """UN/EDIFACT 4507 in this house's words."""

    APPROVED = "approved", _("Approved")
    PARTLY_APPROVED = "partly_approved", _("Partly approved")
    DECLINED = "declined", _("Not approved")
    REDUCED = "reduced", _("Reduced")
    CANCELLED = "cancelled", _("Cancelled")


# Less than before, from a later day on.
CUTS = (Outcome.REDUCED, Outcome.CANCELLED)


class DecisionQuerySet(AppendOnlyQuerySet, OfExporterQuerySet):
    """Decisions, scoped like every row of an exporter's."""

    def on_limit(self, policy: int, buyer: int) -> "DecisionQuerySet":
        """What ever set the limit on a buyer under a policy, the latest first; refusals of more changed nothing. Made
        on whichever entries of the directory are that firm today."""
        same = Buyer.objects.same_firm(buyer).values("pk")
        return self.filter(policy_id=policy, buyer__in=same).exclude(outcome=Outcome.DECLINED).order_by("-id")

    def in_force_on(self, policy: int, buyer: int, day: date) -> "LimitDecision | None":
        """The decision that set the limit on `day`: the latest that had begun, None when it had ended by then."""
        found = self.on_limit(policy, buyer).filter(valid_from__lte=day).first()
        return found if found and (found.valid_to is None or found.valid_to >= day) else None


class LimitDecision(models.Model):
    """The limit on a buyer under a policy from `valid_from` to `valid_to` (included), until another supersedes it.

    `amount` is 0 with DECLINED (a refusal leaves a former limit as it was; see CreditLimit) or CANCELLED.
    `house_amount` at `rate` (house currency for one `currency`) is what the decision takes of the insurer's capacity.
    `decided_by` empty: the machine. `request` empty: the insurer's own move.
    """

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="limit_decisions", verbose_name=_("Exporter"))
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="limit_decisions", verbose_name=_("Policy"))
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="limit_decisions", verbose_name=_("Buyer"))
    request = models.ForeignKey(
        LimitRequest, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name=_("Request")
    )
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("Replaces")
    )
    outcome = models.CharField(_("Outcome"), max_length=16, choices=Outcome.choices)
    amount = AmountField(_("Limit"))
    currency = CurrencyField(_("Currency"))
    terms_days = models.PositiveSmallIntegerField(_("Payment terms, days"))
    valid_from = models.DateField(_("From"))
    valid_to = models.DateField(_("To"), null=True, blank=True)
    reasons = models.JSONField(_("Reasons"), default=list)  # [{code, facts}]: shown to the exporter
    staff_reasons = models.JSONField(default=list, blank=True)  # capacity and the like: never shown to an exporter
    conditions = models.JSONField(_("Conditions"), default=list, blank=True)  # [code]
    words = models.TextField(_("Words to the exporter"), max_length=2000, blank=True)
    edition = models.CharField(_("Edition of the rule"), max_length=20)
    working = models.JSONField(default=list, blank=True)
    house_amount = AmountField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    rate_day = models.DateField()
    appeal_by = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(_("Decided at"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Who decided")
    )
    countersigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Countersigned by"),
    )

    objects: ClassVar = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Limit decision")
        verbose_name_plural = _("Limit decisions")
        triggers = only_added()
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="decision_not_negative"),
            models.CheckConstraint(
                condition=Q(outcome__in=["declined", "cancelled"], amount=0)
                | Q(outcome__in=["approved", "partly_approved", "reduced"], amount__gt=0),
                name="decision_amount_by_outcome",
            ),
            in_order("valid_from", "valid_to", "decision_ends_after_start"),
            models.UniqueConstraint(
                fields=["request"], condition=Q(request__isnull=False), name="one_decision_per_request"
            ),
            models.UniqueConstraint(fields=["supersedes"], name="superseded_once"),
        ]
        indexes = [
            models.Index(fields=["policy", "buyer", "-id"], name="decisions_by_limit"),
            models.Index(fields=["buyer", "-id"], name="decisions_by_buyer"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.amount} {self.currency}"
