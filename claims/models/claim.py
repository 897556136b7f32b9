"""A claim on a buyer. Its amounts are the invoices' (receivables); this table holds none."""

import uuid
from datetime import date
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import DecimalField, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.clock import today_in
from accounts.models import Exporter
from accounts.models.columns import CurrencyField, paired
from accounts.models.exporter import OfExporterQuerySet
from buyers.models import Buyer
from claims.deadlines import ClaimTerms
from claims.filing import ClaimFacts, ItemFacts
from claims.lifecycle import ON_THE_DESK
from kernel.periods import Period
from kernel.references import CLAIM, Reference
from policies.models import Policy
from policies.models.policy import PolicyStage
from receivables.models import Invoice

FILING = "claims.file_claim"  # the act a firm may put under two-step review (Exporter.reviewed_acts)


class Cause(models.TextChoices):
    INSOLVENCY = "insolvency", _("Insolvency")
    PROTRACTED_DEFAULT = "protracted_default", _("Protracted default")
    POLITICAL = "political", _("Political event")


class ClaimStage(models.TextChoices):
    DRAFT = "draft", _("Draft")
    FILED = "filed", _("Filed")
    PAPERS_ASKED = "papers_asked", _("Papers asked for")
    PAPERS_RECEIVED = "papers_received", _("Papers received")
    ASSESSED = "assessed", _("Assessed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ClaimQuerySet(OfExporterQuerySet):
    """Claims, scoped like every row of an exporter's."""

    def locked(self, claim: int) -> "Claim":
        """The claim, its row locked: what is done to one claim is done one after the other."""
        return self.select_for_update(of=("self",)).select_related("policy", "exporter", "buyer").get(pk=claim)

    def with_claimed(self) -> "ClaimQuerySet":
        """Adds `claimed`: what is still owed, with VAT, on the invoices claimed; None where there are none."""
        items = ClaimItem.objects.filter(claim=OuterRef("pk"), removed_at__isnull=True).order_by().values("claim")
        column = DecimalField(max_digits=19, decimal_places=4)
        gross = items.annotate(sum=Sum(F("invoice__net") + F("invoice__vat"))).values("sum")
        paid = items.annotate(sum=Sum("invoice__receipts__amount")).values("sum")
        return self.annotate(
            claimed=ExpressionWrapper(
                Subquery(gross, output_field=column)
                - Coalesce(Subquery(paid, output_field=column), Value(0, output_field=column)),
                output_field=column,
            )
        )

    def on_the_desk(self) -> "ClaimQuerySet":
        """Those that wait for the insurer."""
        return self.filter(stage__in=ON_THE_DESK)


class Claim(models.Model):
    """From draft to assessment in this edition; acceptance, payment and recovery follow."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="claims", verbose_name=_("Exporter"))
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="claims", verbose_name=_("Policy"))
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="claims", verbose_name=_("Buyer"))
    cause = models.CharField(_("Cause"), max_length=20, choices=Cause.choices)
    event_on = models.DateField(_("Insolvency opened or default since"))
    currency = CurrencyField(_("Currency"))
    account = models.TextField(_("Account of what happened"), max_length=4000, blank=True)
    own_reference = models.CharField(_("Your reference"), max_length=60, blank=True)
    stage = models.CharField(_("Stage"), max_length=16, choices=ClaimStage.choices, default=ClaimStage.DRAFT)
    form_key = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Created by")
    )
    filed_at = models.DateTimeField(_("Filed"), null=True, blank=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Filed by")
    )
    decide_by = models.DateField(_("Decide by"), null=True, blank=True)  # moves while the clock is stopped
    clock_stopped_on = models.DateField(null=True, blank=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Claims handler"),
    )
    papers_edition = models.CharField(_("Edition of the list of papers"), max_length=40)
    assessment = models.TextField(_("Assessment"), max_length=4000, blank=True)
    assessed_at = models.DateTimeField(_("Assessed"), null=True, blank=True)
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Assessed by")
    )

    objects: ClassVar = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("Claim")
        verbose_name_plural = _("Claims")
        constraints = [
            paired("filed_at", "filed_by", "claim_filed_at_by"),
            paired("assessed_at", "assessed_by", "claim_assessed_at_by"),
            models.CheckConstraint(
                condition=Q(created_at__isnull=False, created_by__isnull=False), name="claim_created_at_by"
            ),
            models.UniqueConstraint(fields=["exporter", "form_key"], name="one_claim_per_form"),
            models.CheckConstraint(
                condition=Q(stage__in=["draft", "withdrawn"]) | Q(filed_at__isnull=False), name="claim_filed_has_date"
            ),
        ]
        indexes = [
            models.Index(fields=["exporter", "-id"], name="claims_by_exporter"),
            models.Index(
                fields=["decide_by", "id"], condition=~Q(stage__in=["draft", "withdrawn"]), name="claims_by_days_left"
            ),
        ]

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def reference(self) -> Reference:
        """The number people quote: CL-2026-000031."""
        return Reference(CLAIM, self.created_at.year, self.pk)

    def present_buyer(self) -> int:
        """The directory's entry for the buyer as it stands today: the one it was merged into, if it was."""
        return self.buyer.merged_into_id or self.buyer_id

    def same_buyer(self) -> models.QuerySet[Buyer]:
        """Every entry that is this buyer: invoices and claims stay with the entry they were made on (seams.md)."""
        return Buyer.objects.same_firm(self.present_buyer())

    def today(self) -> date:
        """The present day of the policy's time zone."""
        return today_in(self.policy.time_zone)

    def terms(self) -> ClaimTerms:
        """The terms in force when the claim was filed (today for a draft), or the last ones of a policy that ended."""
        day = self.filed_at.astimezone(ZoneInfo(self.policy.time_zone)).date() if self.filed_at else self.today()
        dated = self.policy.terms.order_by("-valid_from")
        terms = dated.filter(valid_from__lte=day).first() or dated.last()
        return ClaimTerms(
            maximum_extension_days=terms.maximum_extension_days,
            file_within=Period(terms.file_claim_number, terms.file_claim_unit),
            decide_within=Period(terms.decide_claim_number, terms.decide_claim_unit),
            country=str(self.policy.calendar_country),
        )

    def facts(self, terms: ClaimTerms) -> ClaimFacts:
        """What claims/filing.py asks about: the claim, its invoices with what is still owed, the days of cover."""
        policy = self.policy
        ended = policy.stage_on if policy.stage != PolicyStage.BOUND else None
        same = frozenset(self.same_buyer().values_list("pk", flat=True))
        return ClaimFacts(
            buyer=self.buyer_id,
            policy=self.policy_id,
            cause=self.cause,
            event_on=self.event_on,
            currency=self.currency,
            items=tuple(
                _item_facts(invoice, self.buyer_id if invoice.buyer_id in same else invoice.buyer_id)
                for invoice in self.invoices()
            ),
            cover_starts_on=policy.starts_on,
            cover_ends_on=min(policy.ends_on, ended) if ended else policy.ends_on,
            terms=terms,
        )

    def invoices(self) -> models.QuerySet[Invoice]:
        """The invoices claimed, oldest delivery first, with `open_gross`; a withdrawn claim keeps showing its own."""
        items = self.items.all() if self.stage == ClaimStage.WITHDRAWN else self.items.filter(removed_at__isnull=True)
        claimed = Invoice.objects.filter(pk__in=items.values("invoice"))
        return claimed.with_open_amount().order_by("delivered_on", "number")


def _item_facts(invoice: Invoice, buyer: int) -> ItemFacts:
    return ItemFacts(
        number=invoice.number,
        buyer=buyer,
        policy=invoice.policy_id,
        currency=invoice.currency,
        delivered_on=invoice.delivered_on,
        due_on=invoice.due_on,
        open_amount=invoice.open_gross,
    )


class ClaimItem(models.Model):
    """An invoice that a claim is made for."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="items", verbose_name=_("Claim"))
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="claim_items", verbose_name=_("Invoice"))
    added_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("Claim item")
        verbose_name_plural = _("Claim items")
        constraints = [
            # An invoice is claimed once at a time, whatever the claim.
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(removed_at__isnull=True), name="invoice_claimed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} · {self.invoice_id}"
