"""The audit trail: who did what to what, when, and on which facts. Only ever added to."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.columns import AppendOnlyQuerySet, only_added
from accounts.models.exporter import Exporter


class AuditQuerySet(AppendOnlyQuerySet):
    """The trail, as far as somebody may see it."""

    def visible_to(self, user: models.Model) -> "AuditQuerySet":
        """Events of the firms the person owns; staff see all. What staff only may know has no exporter."""
        if user.is_staff:  # type: ignore[attr-defined]
            return self
        return self.filter(
            exporter__memberships__user=user,
            exporter__memberships__ended_at__isnull=True,
            exporter__memberships__role="owner",
        )


class AuditEvent(models.Model):
    """One act. `by` empty means the machine; `subject` is "model:id"; nested acts share `correlation`."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    action = models.CharField(_("Act"), max_length=60)
    exporter = models.ForeignKey(Exporter, models.PROTECT, null=True, blank=True, related_name="+")
    subject = models.CharField(_("Subject"), max_length=80)
    details = models.JSONField(_("Details"), default=dict, blank=True)
    correlation = models.UUIDField(default=uuid.uuid4, db_index=True)
    address = models.GenericIPAddressField(_("Network address"), null=True, blank=True)

    objects: ClassVar = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("Audit event")
        verbose_name_plural = _("Audit trail")
        triggers = only_added()
        indexes = [
            models.Index(fields=["exporter", "-id"], name="audit_by_exporter"),
            models.Index(fields=["subject", "-id"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
