"""An exporter (the insured firm), who works for it, and who is invited to."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from accounts.invitation import InvitationFacts
from accounts.models.columns import paired
from accounts.models.roles import Role


class ExporterQuerySet(models.QuerySet["Exporter"]):
    """Exporters, as far as somebody may see them."""

    def visible_to(self, user: models.Model) -> Self:
        """Those the person is a member of; staff see all."""
        if user.is_staff:  # type: ignore[attr-defined]
            return self
        return self.filter(memberships__user=user, memberships__ended_at__isnull=True)


class Exporter(models.Model):
    """An insured firm: the policyholder, or a co-insured entity under its policy."""

    name = models.CharField(_("Name"), max_length=300)
    country = CountryField(_("Country"))
    registration = models.CharField(_("Registration number"), max_length=60, blank=True)
    # Kinds of act one colleague enters and another sends (desk.Review); empty = none.
    reviewed_acts = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("Acts in two steps")
    )
    created_at = models.DateTimeField(_("Created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("Created by")
    )

    objects: ClassVar = ExporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("Exporter")
        verbose_name_plural = _("Exporters")
        constraints = [
            models.CheckConstraint(
                condition=Q(created_at__isnull=False, created_by__isnull=False), name="exporter_created_at_by"
            )
        ]

    def __str__(self) -> str:
        return self.name


class OfExporterQuerySet(models.QuerySet):
    """Rows with an `exporter` column, as far as somebody may see them: the root of every exporter's page."""

    def visible_to(self, user: models.Model) -> Self:
        """Rows of the firms the person is a member of; staff see all."""
        if user.is_staff:  # type: ignore[attr-defined]
            return self
        return self.filter(exporter__memberships__user=user, exporter__memberships__ended_at__isnull=True)

    def of(self, exporter: Exporter) -> Self:
        """Rows of one firm: the one chosen in the switch."""
        return self.filter(exporter=exporter)


class MembershipQuerySet(OfExporterQuerySet):
    """Memberships, as far as somebody may see them."""

    def current(self) -> Self:
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)


class Membership(models.Model):
    """A person's role in an exporter, from joining until it ends; an ended one stays as history."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="memberships", verbose_name=_("Exporter"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("Person")
    )
    role = models.CharField(_("Role"), max_length=10, choices=Role.choices)
    joined_at = models.DateTimeField(_("Joined"), default=timezone.now)
    ended_at = models.DateTimeField(_("Ended on"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Ended by")
    )

    objects: ClassVar = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("Membership")
        verbose_name_plural = _("Memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["exporter", "user"], condition=Q(ended_at__isnull=True), name="one_current_membership"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
            paired("ended_at", "ended_by", "membership_ended_at_by"),
        ]
        indexes = [
            models.Index(fields=["user", "exporter"], condition=Q(ended_at__isnull=True), name="current_memberships")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.exporter}"


class InvitationQuerySet(OfExporterQuerySet):
    """Invitations, as far as somebody may see them."""

    def unanswered(self) -> Self:
        """Neither accepted nor revoked; they may have expired."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def to_mail(self, now: datetime) -> Self:
        """Those whose mail is still to be sent and is not being sent by another worker at this moment."""
        free = Q(mail_claimed_until__isnull=True) | Q(mail_claimed_until__lt=now)
        return self.unanswered().filter(free, sent_at__isnull=True, expires_at__gt=now)


class Invitation(models.Model):
    """A mail that lets someone join an exporter once; the row is its outbox too.

    The token stands in the mail only, here is its hash. A link is drawn anew whenever the mail is written, so a row
    that waits for its mail (`sent_at` empty) has a hash that no link fits.
    """

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="invitations", verbose_name=_("Exporter"))
    email = models.EmailField(_("E-mail address"), max_length=254)
    name = models.CharField(
        pgettext_lazy("person", "Name"), max_length=150, blank=True
    )  # as the inviter writes it; they may correct it
    role = models.CharField(_("Role"), max_length=10, choices=Role.choices)
    language = models.CharField(_("Language of the mail"), max_length=10, default=settings.LANGUAGE_CODE)
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    invited_at = models.DateTimeField(_("Invited"), default=timezone.now)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Invited by")
    )
    expires_at = models.DateTimeField(_("Until"))
    accepted_at = models.DateTimeField(_("Accepted on"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Accepted by")
    )
    revoked_at = models.DateTimeField(_("Withdrawn on"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Withdrawn by"),
    )
    # The mail: a worker claims it for a while and notes when it was sent (accounts/tasks.py).
    mail_claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    mail_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    sent_at = models.DateTimeField(_("Sent"), null=True, blank=True, editable=False)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Invitation")
        verbose_name_plural = _("Invitations")
        constraints = [
            models.UniqueConstraint(
                "exporter",
                Lower("email"),
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
            models.CheckConstraint(
                condition=Q(invited_at__isnull=False, invited_by__isnull=False), name="invited_at_by"
            ),
            paired("accepted_at", "accepted_by", "invitation_accepted_at_by"),
            paired("revoked_at", "revoked_by", "invitation_revoked_at_by"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True), name="invitation_answered_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(sent_at__isnull=True, accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitations_to_mail",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.exporter}"

    def facts(self) -> InvitationFacts:
        """What the rule asks about it."""
        return InvitationFacts(
            accepted=self.accepted_at is not None, revoked=self.revoked_at is not None, expires_at=self.expires_at
        )
