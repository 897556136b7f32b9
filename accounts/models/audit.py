"""The audit trail: who did what to what, when, and on which facts. Only ever added to."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection, models
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

    def of(self, exporter: Exporter) -> "AuditQuerySet":
        """Events of one firm: the one chosen in the switch."""
        return self.filter(exporter=exporter)

    def acts_of(self, exporter: Exporter | None) -> list[str]:
        """The names of the acts in a firm's trail (None: in all of it), however long it is."""
        return [str(act) for act in _different("action", exporter)]

    def people_of(self, exporter: Exporter) -> list[int]:
        """The ids of the people in a firm's trail, however long it is."""
        return [int(person) for person in _different("by_id", exporter)]


def _different(column: str, exporter: Exporter | None) -> list[Any]:
    """The different values of a column, one step of the index for each instead of one for each event.

    PostgreSQL has no such scan of its own for DISTINCT: see "Loose indexscan" in its wiki.
    """
    of_firm = "exporter_id = %s AND " if exporter else ""
    step = f"SELECT {column} FROM accounts_auditevent WHERE {of_firm}{column}"  # noqa: S608 - our own names
    walk = (
        f"WITH RECURSIVE found(value) AS (({step} IS NOT NULL ORDER BY {column} LIMIT 1) UNION ALL "  # noqa: S608
        f"SELECT ({step} > found.value ORDER BY {column} LIMIT 1) FROM found WHERE found.value IS NOT NULL) "
        "SELECT value FROM found WHERE value IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(walk, [exporter.pk, exporter.pk] if exporter else [])
        return [value for (value,) in cursor.fetchall()]


class AuditEvent(models.Model):
    """One act. `by` empty means the machine; `subject` is "model:id"; nested acts share `correlation`."""

    at = models.DateTimeField(_("When"), default=timezone.now, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Who")
    )
    action = models.CharField(_("Act"), max_length=60)
    exporter = models.ForeignKey(
        Exporter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Exporter")
    )
    subject = models.CharField(_("Subject"), max_length=80)
    details = models.JSONField(_("Details"), default=dict, blank=True)
    correlation = models.UUIDField(_("Correlation"), default=uuid.uuid4, db_index=True)
    address = models.GenericIPAddressField(_("Network address"), null=True, blank=True)

    objects: ClassVar = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("Audit event")
        verbose_name_plural = _("Audit trail")
        triggers = only_added()
        indexes = [
            models.Index(fields=["exporter", "-id"], name="audit_by_exporter"),
            models.Index(fields=["exporter", "-at", "-id"], name="audit_by_time"),
            models.Index(fields=["subject", "-id"], name="audit_by_subject"),
            # The filters of the trail's page: a trail only grows, so a rare act must not be looked for row by row.
            models.Index(fields=["exporter", "by", "-at", "-id"], name="audit_by_person"),
            models.Index(fields=["exporter", "action", "-at", "-id"], name="audit_by_act"),
            models.Index(fields=["action", "-id"], name="audit_by_act_of_all"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
