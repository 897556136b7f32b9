"""An import into the directory: what came in, what was refused and why; can be run again."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ImportStage(models.TextChoices):
    RUNNING = "running", _("Running")
    DONE = "done", pgettext_lazy("import", "Done")
    FAILED = "failed", pgettext_lazy("import", "Failed")


class ImportPhase(models.TextChoices):
    """How far a running import is: nothing of it shows in the directory before the last."""

    WAITING = "waiting", _("Waiting")
    READING = "reading", _("Reading and judging rows")
    WRITING = "writing", _("Writing into the directory")


class DirectoryImport(models.Model):
    """One run over one file. Counts add up: accepted + refused = rows read; accepted = added + changed + unchanged."""

    file_name = models.CharField(_("File"), max_length=255)
    sha256 = models.CharField(max_length=64, blank=True)
    stored_as = models.CharField(max_length=200, blank=True, editable=False)  # an upload's key in private storage
    form_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)  # a double click is one import
    shape = models.CharField(_("Shape"), max_length=20, blank=True)  # gleif, plain; empty until read off the file
    encoding = models.CharField(_("Characters"), max_length=20, blank=True)
    header = models.TextField(blank=True, editable=False)  # the file's first line, for the file of refused rows
    phase = models.CharField(_("Phase"), max_length=8, choices=ImportPhase.choices, default=ImportPhase.WAITING)
    stage = models.CharField(_("Stage"), max_length=8, choices=ImportStage.choices, default=ImportStage.RUNNING)
    rows_read = models.PositiveIntegerField(_("Rows read"), default=0)
    accepted = models.PositiveIntegerField(_("Accepted"), default=0)
    added = models.PositiveIntegerField(_("Added"), default=0)
    changed = models.PositiveIntegerField(_("Changed"), default=0)
    refused = models.PositiveIntegerField(_("Refused"), default=0)
    warned = models.PositiveIntegerField(_("Warned"), default=0)
    failure = models.CharField(max_length=40, blank=True)  # code, worded in buyers/wording.py
    failure_facts = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField(_("Started"), default=timezone.now)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Started by")
    )
    finished_at = models.DateTimeField(_("Finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("Directory import")
        verbose_name_plural = _("Directory imports")

    def __str__(self) -> str:
        return self.file_name

    @property
    def unchanged(self) -> int:
        """Accepted rows that the directory already held as they are."""
        return self.accepted - self.added - self.changed

    def reasons(self, warnings: bool | None = None) -> list[tuple[str, int]]:
        """Each reason's code with the number of rows it met, the most frequent first."""
        rows = self.refused_rows.all() if warnings is None else self.refused_rows.filter(warning=warnings)
        counted = rows.values_list("code").annotate(rows=models.Count("id"))
        return list(counted.order_by("-rows", "code"))


class RefusedRow(models.Model):
    """A row that did not go in (or went in with a warning), with the reason's code and the text of the row."""

    run = models.ForeignKey(DirectoryImport, models.CASCADE, related_name="refused_rows", verbose_name=_("Import"))
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
