"""An exporter's request for a limit, from draft to decision. Only actions move its stage (policies/lifecycle.py)."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Exporter
from accounts.models.columns import AmountField, CurrencyField, paired
from accounts.models.exporter import OfExporterQuerySet
from buyers.models import Buyer
from kernel.references import LIMIT_REQUEST, Reference
from policies.lifecycle import OPEN
from policies.models.policy import Policy


class RequestKind(models.TextChoices):
    """UN/EDIFACT 4505 in this house's words."""

    NEW = "new", _("New limit")
    INCREASE = "increase", _("Increase")
    REDUCTION = "reduction", _("Reduction")
    CANCELLATION = "cancellation", _("Cancellation")
    TEMPORARY = "temporary", _("Temporary increase")


class RequestStage(models.TextChoices):
    DRAFT = "draft", _("Draft")
    AWAITING_REVIEW = "awaiting_review", _("Awaiting a colleague's review")
    ASKED = "asked", pgettext_lazy("request", "Asked")
    REFERRED = "referred", _("With an underwriter")
    COUNTERSIGN = "countersign", _("Awaiting countersignature")
    DECIDED = "decided", pgettext_lazy("request", "Decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN_STAGES = OPEN
# What an underwriter still has to do with.
WITH_UNDERWRITERS = (RequestStage.REFERRED, RequestStage.COUNTERSIGN)
# Less is never held up by what is open, nor does it hold up anything (seams.md, "What counts as an open request?").
GIVING_UP = (RequestKind.REDUCTION, RequestKind.CANCELLATION)


class LimitRequestQuerySet(OfExporterQuerySet):
    """Requests, as far as somebody may see them."""

    def open(self) -> "LimitRequestQuerySet":
        """Those that stand in the way of another: at most one per policy and buyer."""
        return self.filter(stage__in=OPEN_STAGES).exclude(kind__in=GIVING_UP)

    def on_firm(self, policy: int, buyer: int) -> "LimitRequestQuerySet":
        """Those under a policy on the firm `buyer` is an entry of."""
        return self.filter(policy_id=policy, buyer__in=Buyer.objects.same_firm(buyer).values("pk"))

    def with_underwriters(self) -> "LimitRequestQuerySet":
        """The worklist: referred or awaiting a countersignature, the longest waiting first."""
        return self.filter(stage__in=WITH_UNDERWRITERS).order_by("asked_at", "id")


class LimitRequest(models.Model):
    """What was asked, in the requester's currency and words; what the machine made of it stands beside it."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="limit_requests", verbose_name=_("Exporter"))
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="limit_requests", verbose_name=_("Policy"))
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="limit_requests", verbose_name=_("Buyer"))
    kind = models.CharField(_("Kind"), max_length=14, choices=RequestKind.choices)
    amount = AmountField(_("Amount"))
    currency = CurrencyField(_("Currency"))
    terms_days = models.PositiveSmallIntegerField(_("Payment terms, days"))
    wanted_until = models.DateField(_("Until"), null=True, blank=True)
    expected_turnover = AmountField(_("Expected turnover in a year"), null=True, blank=True)
    comment = models.TextField(_("Comment"), max_length=2000, blank=True)
    own_reference = models.CharField(_("Your reference"), max_length=60, blank=True)
    stage = models.CharField(_("Stage"), max_length=16, choices=RequestStage.choices, default=RequestStage.DRAFT)
    # What the colleague who handed it back said; empty again once it is handed in anew.
    returned_words = models.TextField(_("What is to be mended"), max_length=1000, blank=True)
    # One key per opened form: a double click or a resend finds the request it already made.
    form_key = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Created by")
    )
    asked_at = models.DateTimeField(_("Asked at"), null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Asked by")
    )
    closed_at = models.DateTimeField(_("Closed"), null=True, blank=True)
    # The machine's answer: edition, working, referral reasons. For staff only where a reason speaks of capacity.
    edition = models.CharField(max_length=20, blank=True)
    working = models.JSONField(default=list, blank=True)
    machine_amount = AmountField(null=True, blank=True)
    referral_reasons = models.JSONField(default=list, blank=True)  # [{code, facts, staff_only}]
    # An underwriter's decision above their own authority waits here for a countersignature.
    proposed = models.JSONField(null=True, blank=True)
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Decision proposed by"),
    )
    # The decision this request asks to think over again.
    appeals = models.ForeignKey(
        "policies.LimitDecision",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appealed_by",
        verbose_name=_("Appeal against"),
    )

    objects: ClassVar = LimitRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("Limit request")
        verbose_name_plural = _("Limit requests")
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "buyer"],
                condition=Q(stage__in=["awaiting_review", "asked", "referred", "countersign"])
                & ~Q(kind__in=["reduction", "cancellation"]),
                name="one_open_request",
            ),
            models.UniqueConstraint(fields=["exporter", "form_key"], name="one_request_per_form"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(kind="cancellation", amount=0), name="request_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(created_at__isnull=False, created_by__isnull=False), name="request_created_at_by"
            ),
            paired("asked_at", "asked_by", "request_asked_at_by"),
            paired("proposed_at", "proposed_by", "request_proposed_at_by"),
        ]
        indexes = [
            models.Index(fields=["exporter", "-id"], name="requests_by_exporter"),
            models.Index(
                fields=["asked_at", "id"], condition=Q(stage__in=["referred", "countersign"]), name="requests_referred"
            ),
        ]

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def reference(self) -> Reference:
        """The number people quote: LR-2026-000417."""
        return Reference(LIMIT_REQUEST, self.created_at.year, self.pk)
