"""The timeline of a claim, for exporter and handler alike. Only ever added to."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.columns import AppendOnlyQuerySet, only_added
from claims.models.claim import Claim


class ClaimEventQuerySet(AppendOnlyQuerySet):
    """The timelines of all claims."""

    def add(self, claim: Claim, code: str, by: int | None, **facts: Any) -> "ClaimEvent":
        """Write what has just happened to the claim, with the stage it is in now."""
        return self.create(claim=claim, code=code, by_id=by, facts=facts, stage=claim.stage)


class ClaimEvent(models.Model):
    """One thing that happened: a move of the lifecycle, papers added, a question asked. `code` is worded per reader."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="events", verbose_name=_("Claim"))
    code = models.CharField(max_length=40)
    facts = models.JSONField(default=dict, blank=True)
    stage = models.CharField(max_length=16)  # the stage after it
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Person")
    )

    objects: ClassVar = ClaimEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("Claim event")
        verbose_name_plural = _("Claim events")
        triggers = only_added()
        indexes = [models.Index(fields=["claim", "id"], name="claim_events_in_order")]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.code}"
