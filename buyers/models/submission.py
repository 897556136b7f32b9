"""Accounts of a buyer that an exporter sends in: pending until an underwriter confirms or hands them back."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Exporter
from accounts.models.columns import CurrencyField, paired
from accounts.models.exporter import OfExporterQuerySet
from buyers.models.accounts import FinancialStatement
from buyers.models.buyer import Buyer
from desk.models import Document
from kernel.references import SUBMISSION, Reference


class SubmissionStage(models.TextChoices):
    SENT = "sent", pgettext_lazy("accounts", "Sent")
    CONFIRMED = "confirmed", pgettext_lazy("accounts", "Confirmed")
    HANDED_BACK = "handed_back", pgettext_lazy("accounts", "Handed back")
    WITHDRAWN = "withdrawn", pgettext_lazy("accounts", "Withdrawn")


class AccountsSubmission(models.Model):
    """A file with a year's accounts, and the lines the firm typed of it, if any. What counts is what the underwriter
    reads off the file: `statement`. Who sent it is for staff and for the firm itself (seams.md, "Who reported?")."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="sent_accounts", verbose_name=_("Exporter"))
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="sent_accounts", verbose_name=_("Buyer"))
    document = models.OneToOneField(
        Document, models.PROTECT, related_name="accounts_submission", verbose_name=_("File")
    )
    period_end = models.DateField(_("Year to"))
    months = models.PositiveSmallIntegerField(_("Months"), default=12)
    currency = CurrencyField(_("Currency"))
    audited = models.BooleanField(_("Audited"), default=False)
    figures = models.JSONField(default=dict, blank=True)  # name of a line -> amount as a string, as the firm typed it
    comment = models.TextField(_("Comment"), max_length=1000, blank=True)
    stage = models.CharField(_("Stage"), max_length=11, choices=SubmissionStage.choices, default=SubmissionStage.SENT)
    sent_at = models.DateTimeField(_("Date sent"), default=timezone.now)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Sent by"))
    decided_at = models.DateTimeField(_("Decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Who decided")
    )
    remark = models.TextField(_("Words to the exporter"), max_length=1000, blank=True)
    statement = models.ForeignKey(
        FinancialStatement, models.PROTECT, null=True, blank=True, related_name="submissions",
        verbose_name=_("Financial statement"),
    )  # fmt: skip
    form_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)  # a double click is one sending

    objects: ClassVar = OfExporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("Accounts sent in")
        verbose_name_plural = _("Accounts sent in")
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False, sent_by__isnull=False), name="submission_sent_at_by"
            ),
            paired("decided_at", "decided_by", "submission_decided_at_by"),
            models.CheckConstraint(
                condition=Q(stage="confirmed", statement__isnull=False)
                | Q(stage__in=["sent", "handed_back", "withdrawn"], statement__isnull=True),
                name="submission_statement_by_stage",
            ),
            models.CheckConstraint(condition=Q(months__range=(1, 24)), name="submission_months"),
            # One open sending per firm and year: a colleague's is shown instead of a second one.
            models.UniqueConstraint(
                fields=["exporter", "buyer", "period_end"],
                condition=Q(stage="sent"),
                name="one_open_submission_per_year",
            ),
        ]
        indexes = [
            models.Index(fields=["sent_at", "id"], condition=Q(stage="sent"), name="submissions_to_confirm"),
            models.Index(fields=["exporter", "buyer", "-id"], name="submissions_by_exporter"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """How people call it on the phone: AC-2026-000017."""
        return str(Reference(SUBMISSION, self.sent_at.year, self.pk))
