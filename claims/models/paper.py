"""Papers of a claim: documents linked to it by kind, and what the claims handler asked for."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.columns import paired
from claims.models.claim import Claim
from desk.models import Document


class PaperKind(models.TextChoices):
    CONTRACT = "contract", _("Contract or order")
    INVOICE = "invoice", _("Invoice")
    DELIVERY = "delivery", _("Proof of delivery")
    STATEMENT = "statement", _("Statement of account")
    DUNNING = "dunning", _("Reminders sent")
    GUARANTEE = "guarantee", _("Guarantee or security")
    INSOLVENCY_PROOF = "insolvency_proof", _("Proof of insolvency")
    POLITICAL_PROOF = "political_proof", _("Proof of the political event")
    OTHER = "other", _("Other paper")


class ClaimPaperQuerySet(models.QuerySet["ClaimPaper"]):
    """Papers of claims."""

    def present(self) -> Self:
        """Those not taken away again, in the order they came in."""
        return self.filter(removed_at__isnull=True).select_related("document__uploaded_by").order_by("pk")


class ClaimPaper(models.Model):
    """A document that proves something for a claim. Removed ones stay as rows until the claim is filed and after."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="papers", verbose_name=_("Claim"))
    document = models.OneToOneField(Document, models.PROTECT, related_name="claim_paper", verbose_name=_("File"))
    kind = models.CharField(_("Kind"), max_length=20, choices=PaperKind.choices)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Removed by")
    )

    objects: ClassVar = ClaimPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("Claim paper")
        verbose_name_plural = _("Claim papers")
        constraints = [paired("removed_at", "removed_by", "claim_paper_removed_at_by")]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.kind}"


class PaperRequest(models.Model):
    """A paper the claims handler asks for; the decision clock rests until every request is answered."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="paper_requests", verbose_name=_("Claim"))
    kind = models.CharField(_("Kind"), max_length=20, choices=PaperKind.choices)
    words = models.TextField(_("Words to the exporter"), max_length=2000, blank=True)
    asked_at = models.DateTimeField(_("Asked"), default=timezone.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Asked by"))
    answer = models.TextField(_("Answer"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(_("Answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Answered by")
    )

    class Meta:
        verbose_name = _("Paper asked for")
        verbose_name_plural = _("Papers asked for")
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_at__isnull=False, asked_by__isnull=False), name="paper_asked_at_by"
            ),
            paired("answered_at", "answered_by", "paper_answered_at_by"),
            models.UniqueConstraint(
                fields=["claim", "kind"], condition=Q(answered_at__isnull=True), name="one_open_paper_request"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.kind}"
