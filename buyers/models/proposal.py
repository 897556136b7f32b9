"""A buyer the directory does not know: proposed by an exporter, confirmed or merged by an underwriter."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.models import Exporter
from accounts.models.columns import paired
from accounts.models.exporter import OfExporterQuerySet
from buyers.models.buyer import Buyer
from kernel.references import PROPOSAL, Reference


class ProposalStage(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    CONFIRMED = "confirmed", _("Confirmed")
    MERGED = "merged", _("Merged with an existing buyer")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Nothing came of it, and the company may be proposed again.
CAME_TO_NOTHING = (ProposalStage.REFUSED, ProposalStage.WITHDRAWN)


class BuyerProposal(models.Model):
    """What the exporter knows of the buyer, as typed; `buyer` is what became of it."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="proposals", verbose_name=_("Exporter"))
    name = models.CharField(_("Registered name"), max_length=500)
    country = CountryField(_("Country"))
    scheme = models.CharField(_("Kind of number"), max_length=12, blank=True)
    value = models.CharField(_("Number"), max_length=60, blank=True)
    address = models.CharField(_("Address"), max_length=500, blank=True)
    city = models.CharField(_("City"), max_length=120, blank=True)
    website = models.URLField(_("Website"), blank=True)
    comment = models.TextField(_("Comment"), max_length=2000, blank=True)
    own_reference = models.CharField(_("Your reference"), max_length=60, blank=True)
    stage = models.CharField(max_length=10, choices=ProposalStage.choices, default=ProposalStage.PROPOSED)
    proposed_at = models.DateTimeField(default=timezone.now)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Proposed by")
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Who decided")
    )
    reason = models.CharField(max_length=40, blank=True)  # code, worded in buyers/wording.py
    remark = models.TextField(_("Remark to the exporter"), max_length=1000, blank=True)
    form_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)  # a double click is one proposal
    buyer = models.ForeignKey(
        Buyer, models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name=_("Buyer")
    )

    objects: ClassVar = OfExporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("Proposed buyer")
        verbose_name_plural = _("Proposed buyers")
        constraints = [
            models.CheckConstraint(
                condition=Q(proposed_at__isnull=False, proposed_by__isnull=False), name="proposal_proposed_at_by"
            ),
            paired("decided_at", "decided_by", "proposal_decided_at_by"),
            # One open proposal per exporter and number: a colleague's is shown instead of a second one.
            models.UniqueConstraint(
                fields=["exporter", "scheme", "value"],
                condition=Q(stage="proposed") & ~Q(value=""),
                name="one_open_proposal_per_number",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["confirmed", "merged"], buyer__isnull=False)
                | Q(stage__in=["proposed", "refused", "withdrawn"], buyer__isnull=True),
                name="proposal_buyer_by_stage",
            ),
        ]
        indexes = [
            models.Index(fields=["proposed_at", "id"], condition=Q(stage="proposed"), name="proposals_to_decide"),
            models.Index(fields=["exporter", "-id"], name="proposals_by_exporter"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """How people call it on the phone: BP-2026-000017."""
        return str(Reference(PROPOSAL, self.proposed_at.year, self.pk))
