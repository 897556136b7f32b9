"""A policy: one exporter's contract; what it says on a given day stands in its dated terms."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.models import Exporter
from accounts.models.columns import CurrencyField, in_order
from accounts.models.exporter import OfExporterQuerySet


class PolicyStage(models.TextChoices):
    BOUND = "bound", _("In force")
    SUSPENDED = "suspended", _("Suspended")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


class PolicyQuerySet(OfExporterQuerySet):
    def open_on(self, day: date) -> "PolicyQuerySet":
        """Policies under which limits may be asked for on `day`."""
        return self.filter(stage=PolicyStage.BOUND, starts_on__lte=day, ends_on__gte=day)


class Policy(models.Model):
    """A contract between insurer and exporter. `ends_on` is its last day; `stage_on` the day the stage took effect."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="policies", verbose_name=_("Exporter"))
    number = models.CharField(_("Policy number"), max_length=30, unique=True)
    currency = CurrencyField(_("Currency"))
    time_zone = models.CharField(_("Time zone"), max_length=40, default="Europe/Berlin")
    calendar_country = CountryField(_("Calendar of working days"))
    stage = models.CharField(_("Stage"), max_length=10, choices=PolicyStage.choices, default=PolicyStage.BOUND)
    stage_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("To"))
    bound_at = models.DateTimeField(default=timezone.now)
    bound_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Bound by"))

    objects: ClassVar = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("Policy")
        verbose_name_plural = _("Policies")
        constraints = [
            in_order("starts_on", "ends_on", "policy_ends_after_start"),
            models.CheckConstraint(
                condition=Q(bound_at__isnull=False, bound_by__isnull=False), name="policy_bound_at_by"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Suspension(models.Model):
    """Days on which a policy covered no new deliveries: from `starts_on` to `ends_on` (included; empty: still so)."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="suspensions", verbose_name=_("Policy"))
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("To"), null=True, blank=True)
    reason = models.CharField(_("Reason"), max_length=200)

    class Meta:
        verbose_name = _("Suspension")
        verbose_name_plural = _("Suspensions")
        constraints = [
            in_order("starts_on", "ends_on", "suspension_ends_after_start"),
            models.UniqueConstraint(fields=["policy"], condition=Q(ends_on__isnull=True), name="one_open_suspension"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id}: {self.starts_on} - {self.ends_on or ''}"
