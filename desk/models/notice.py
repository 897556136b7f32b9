"""The outbox: one row per person and channel, written with the act it tells of, delivered afterwards."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from desk.gravity import Gravity
from desk.models.digest import Digest


class Channel(models.TextChoices):
    PAGE = "page", _("In the page")
    MAIL = "mail", _("By mail")


class MailStage(models.TextChoices):
    """Where a mail stands. An unknown outcome waits for a person; it is never sent again blindly (seams.md)."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent off")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Outcome unknown")
    GATHERED = "gathered", _("Waits for a digest")
    DIGESTED = "digested", _("Told in a digest")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: models.Model) -> Self:
        """A notice is its recipient's alone; staff see all in the admin."""
        if user.is_staff:  # type: ignore[attr-defined]
            return self
        return self.filter(recipient=user)

    def in_page(self) -> Self:
        """Those shown under the bell, newest first."""
        return self.filter(channel=Channel.PAGE).order_by("-id")


class Notice(models.Model):
    """News for one person: `kind` + `facts` are put into words for its reader by the wording of the app it is from.

    `kind` is "app.code" ("policies.limit_granted"); `path` is the page it is about, `subject` the row.
    """

    exporter = models.ForeignKey(
        Exporter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Exporter")
    )  # null: staff's news
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices", verbose_name=_("Recipient")
    )
    channel = models.CharField(_("Channel"), max_length=4, choices=Channel.choices)
    kind = models.CharField(_("Kind"), max_length=80)
    facts = models.JSONField(default=dict, blank=True)
    subject = models.CharField(_("Subject"), max_length=80)
    path = models.CharField(max_length=200, blank=True)
    gravity = models.PositiveSmallIntegerField(_("Gravity"), default=int(Gravity.NEWS))  # desk/gravity.py
    created_at = models.DateTimeField(_("Created"), default=timezone.now)
    read_at = models.DateTimeField(_("Read"), null=True, blank=True)
    # Mail only.
    stage = models.CharField(_("Stage"), max_length=10, choices=MailStage.choices, blank=True)
    message_id = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)  # after a refusal, so that a busy server gets some rest
    trouble = models.CharField(_("Trouble"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("Sent"), null=True, blank=True)
    digest = models.ForeignKey(
        Digest, models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("Digest")
    )

    objects: ClassVar = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("Notice")
        verbose_name_plural = _("Notices")
        constraints = [
            models.CheckConstraint(
                condition=Q(channel=Channel.PAGE, stage="") | Q(channel=Channel.MAIL, stage__in=MailStage.values),
                name="notice_stage_is_for_mail",
            ),
            models.CheckConstraint(
                condition=Q(stage=MailStage.DIGESTED, digest__isnull=False)
                | (~Q(stage=MailStage.DIGESTED) & Q(digest__isnull=True)),
                name="notice_told_in_a_digest",
            ),
            # The same news about the same row reaches a person once per channel, however often a worker repeats itself.
            models.UniqueConstraint(fields=["recipient", "channel", "kind", "subject"], name="notice_told_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], condition=Q(channel="page"), name="notices_in_page"),
            models.Index(
                fields=["recipient"], condition=Q(channel="page", read_at__isnull=True), name="unread_notices"
            ),
            models.Index(fields=["recipient"], condition=Q(stage="gathered"), name="mail_gathered"),
            models.Index(fields=["id"], condition=Q(stage="queued"), name="mail_to_send"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient_id}"
