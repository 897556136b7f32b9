"""A claim on a buyer. Its amounts are the invoices' (receivables); this table holds none."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import CurrencyField, paired
from accounts.models.exporter import OfExporterQuerySet
from buyers.models import Buyer
from kernel.references import CLAIM, Reference
from policies.models import Policy
from receivables.models import Invoice


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


class Claim(models.Model):
    """From draft to assessment in this edition; acceptance, payment and recovery follow."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="claims")
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="claims")
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="claims")
    cause = models.CharField(_("Cause"), max_length=20, choices=Cause.choices)
    event_on = models.DateField(_("Insolvency opened or default since"))
    currency = CurrencyField(_("Currency"))
    account = models.TextField(_("What happened"), max_length=4000, blank=True)
    own_reference = models.CharField(_("Your reference"), max_length=60, blank=True)
    stage = models.CharField(_("Stage"), max_length=16, choices=ClaimStage.choices, default=ClaimStage.DRAFT)
    form_key = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(_("Filed"), null=True, blank=True)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decide_by = models.DateField(_("Decide by"), null=True, blank=True)  # moves while the clock is stopped
    clock_stopped_on = models.DateField(null=True, blank=True)
    handler = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar = OfExporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("Claim")
        verbose_name_plural = _("Claims")
        constraints = [
            paired("filed_at", "filed_by", "claim_filed_at_by"),
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


class ClaimItem(models.Model):
    """An invoice that a claim is made for."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="items")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="claim_items")
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
