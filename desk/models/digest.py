"""A person's alerts of a day or a week in one mail. The row stands first: one per person and period."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.person import MailRhythm


class DigestQuerySet(models.QuerySet["Digest"]):
    """Digests, as far as somebody may see them."""

    def visible_to(self, user: models.Model) -> "DigestQuerySet":
        """A digest is its recipient's alone; staff see all in the admin."""
        if user.is_staff:  # type: ignore[attr-defined]
            return self
        return self.filter(recipient=user)


class Digest(models.Model):
    """What was gathered for a person before the morning of `starts_on`; its mail is a notice of kind desk.digest."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="digests", verbose_name=_("Recipient")
    )
    rhythm = models.CharField(_("Rhythm"), max_length=10, choices=MailRhythm.choices)
    starts_on = models.DateField(_("Made for"))
    made_at = models.DateTimeField(_("Made"), default=timezone.now)

    objects: ClassVar = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("Digest")
        verbose_name_plural = _("Digests")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "rhythm", "starts_on"], name="one_digest_per_period")
        ]

    def __str__(self) -> str:
        return f"{self.rhythm} {self.starts_on} → {self.recipient_id}"
