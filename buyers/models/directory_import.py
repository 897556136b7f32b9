"""An import into the directory: what came in, what was refused and why; can be run again."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ImportStage(models.TextChoices):
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class DirectoryImport(models.Model):
    """One run over one file. Counts add up: accepted + refused = rows read; accepted = added + changed + unchanged."""

    file_name = models.CharField(_("File"), max_length=255)
    sha256 = models.CharField(max_length=64, blank=True)
    shape = models.CharField(_("Shape"), max_length=20)  # gleif, plain
    stage = models.CharField(_("Stage"), max_length=8, choices=ImportStage.choices, default=ImportStage.RUNNING)
    rows_read = models.PositiveIntegerField(_("Rows read"), default=0)
    accepted = models.PositiveIntegerField(_("Accepted"), default=0)
    added = models.PositiveIntegerField(_("Added"), default=0)
    changed = models.PositiveIntegerField(_("Changed"), default=0)
    refused = models.PositiveIntegerField(_("Refused"), default=0)
    warned = models.PositiveIntegerField(_("Warned"), default=0)
    failure = models.CharField(max_length=40, blank=True)  # code, worded in buyers/wording.py
    started_at = models.DateTimeField(_("Started"), default=timezone.now)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField(_("Finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("Directory import")
        verbose_name_plural = _("Directory imports")

    def __str__(self) -> str:
        return self.file_name


class RefusedRow(models.Model):
    """A row that did not go in (or went in with a warning), with the reason's code and the text of the row."""

    run = models.ForeignKey(DirectoryImport, models.CASCADE, related_name="refused_rows")
    line = models.PositiveIntegerField(_("Line"))
    code = models.CharField(_("Reason"), max_length=40)
    warning = models.BooleanField(default=False)  # accepted all the same
    raw = models.TextField(_("Row"))

    class Meta:
        verbose_name = _("Refused row")
        verbose_name_plural = _("Refused rows")
        indexes = [models.Index(fields=["run", "line"], name="refused_rows_by_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"
