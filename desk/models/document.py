"""Private files: what was uploaded, by whom, and what its content turned out to be."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import paired
from accounts.models.exporter import OfExporterQuerySet


class ScanState(models.TextChoices):
    """What the virus scanner said; NOT_SCANNED where none is configured."""

    NOT_SCANNED = "not_scanned", _("Not scanned")
    CLEAN = "clean", _("Clean")
    INFECTED = "infected", _("Infected")


class Document(models.Model):
    """A file in private storage. `key` is a name of ours; `name` is what the person called it: shown, never a path."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="documents", verbose_name=_("Exporter"))
    name = models.CharField(_("File name"), max_length=200)
    key = models.CharField(max_length=200, unique=True, editable=False)
    content_type = models.CharField(_("Type"), max_length=100)
    size = models.PositiveBigIntegerField(_("Size"))
    sha256 = models.CharField(max_length=64)
    scan_state = models.CharField(max_length=12, choices=ScanState.choices, default=ScanState.NOT_SCANNED)
    uploaded_at = models.DateTimeField(_("Uploaded"), default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Uploaded by")
    )
    # The hidden key of the form it came with: sent twice, kept once.
    form_key = models.UUIDField(null=True, blank=True, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Removed by")
    )

    objects: ClassVar = OfExporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("Document")
        verbose_name_plural = _("Documents")
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="document_not_empty"),
            models.CheckConstraint(
                condition=Q(uploaded_at__isnull=False, uploaded_by__isnull=False), name="document_uploaded_at_by"
            ),
            paired("removed_at", "removed_by", "document_removed_at_by"),
            models.UniqueConstraint(
                fields=["exporter", "form_key", "sha256"],
                condition=Q(removed_at__isnull=True),
                name="document_once_per_form",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def ending(self) -> str:
        """The ending of its name without the point: what people call its type."""
        return self.name.rpartition(".")[2]

    def kilobytes(self) -> int:
        """The size in whole KB, never 0."""
        return max(1, round(self.size / 1024))
