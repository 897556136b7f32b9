"""What every run over a file has in common, whatever the file brings: how far it is, and what became of it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ImportStage(models.TextChoices):
    RUNNING = "running", _("Running")
    DONE = "done", pgettext_lazy("import", "Done")
    FAILED = "failed", pgettext_lazy("import", "Failed")


class FileRun(models.Model):
    """One run over one file; its refused rows stand in `refused_rows`, with the code of their reason."""

    file_name = models.CharField(_("File"), max_length=255)
    sha256 = models.CharField(max_length=64, blank=True)
    stored_as = models.CharField(max_length=200, blank=True, editable=False)  # an upload's key in private storage
    form_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)  # a double click is one run
    header = models.TextField(blank=True, editable=False)  # the first line, for the file of refused rows
    stage = models.CharField(_("Stage"), max_length=8, choices=ImportStage.choices, default=ImportStage.RUNNING)
    rows_read = models.PositiveIntegerField(_("Rows read"), default=0)
    refused = models.PositiveIntegerField(_("Refused"), default=0)
    failure = models.CharField(max_length=40, blank=True)  # code, worded in buyers/wording.py
    failure_facts = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField(_("Started"), default=timezone.now)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Started by")
    )
    finished_at = models.DateTimeField(_("Finished"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def over(self) -> bool:
        """Whether it is through, or broke off for good."""
        return self.stage != ImportStage.RUNNING

    @property
    def trouble(self) -> dict[str, Any] | None:
        """Why it failed: code and facts, for the words; None when it did not."""
        return {"code": self.failure, "facts": self.failure_facts} if self.failure else None

    def reasons(self, **which: Any) -> list[tuple[str, int]]:
        """Each reason's code with the number of refused rows it met, the most frequent first."""
        counted = self.refused_rows.filter(**which).values_list("code").annotate(rows=models.Count("id"))
        return list(counted.order_by("-rows", "code"))


class FileRefusal(models.Model):
    """A row of a file, with the reason's code and its text as it was sent. The model names the `run`."""

    line = models.PositiveIntegerField(_("Line"))
    code = models.CharField(_("Reason"), max_length=40)
    raw = models.TextField(_("Row"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"
