"""An import into the directory: what came in, what was refused and why; can be run again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from buyers.models.file_run import FileRefusal, FileRun


class ImportPhase(models.TextChoices):
    """How far a running import is: nothing of it shows in the directory before the last."""

    WAITING = "waiting", _("Waiting")
    READING = "reading", _("Reading and judging rows")
    WRITING = "writing", _("Writing into the directory")


class DirectoryImport(FileRun):
    """One run over one file. Counts add up: accepted + refused = rows read; accepted = added + changed + unchanged."""

    shape = models.CharField(_("Shape"), max_length=20, blank=True)  # gleif, plain; empty until read off the file
    encoding = models.CharField(_("Characters"), max_length=20, blank=True)
    phase = models.CharField(_("Phase"), max_length=8, choices=ImportPhase.choices, default=ImportPhase.WAITING)
    accepted = models.PositiveIntegerField(_("Accepted"), default=0)
    added = models.PositiveIntegerField(_("Added"), default=0)
    changed = models.PositiveIntegerField(_("Changed"), default=0)
    warned = models.PositiveIntegerField(_("Warned"), default=0)

    class Meta:
        verbose_name = _("Directory import")
        verbose_name_plural = _("Directory imports")

    def __str__(self) -> str:
        return self.file_name

    @property
    def unchanged(self) -> int:
        """Accepted rows that the directory already held as they are."""
        return self.accepted - self.added - self.changed


class RefusedRow(FileRefusal):
    """A row that did not go in, or went in with a warning."""

    run = models.ForeignKey(DirectoryImport, models.CASCADE, related_name="refused_rows", verbose_name=_("Import"))
    warning = models.BooleanField(default=False)  # accepted all the same

    class Meta:
        verbose_name = _("Refused row")
        verbose_name_plural = _("Refused rows")
        indexes = [models.Index(fields=["run", "line"], name="refused_rows_by_line")]
