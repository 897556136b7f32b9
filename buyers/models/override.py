"""A grade an underwriter set beside the scorecard's: with a reason, until a day, confirmed by a second underwriter."""

from datetime import date
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffAuthority
from accounts.models.columns import paired
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.models.buyer import Buyer


class OverrideStage(models.TextChoices):
    """Where it stands; buyers/lifecycle.py says what may follow."""

    PROPOSED = "proposed", _("Waiting for a second underwriter")
    IN_FORCE = "in_force", _("In force")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    ENDED = "ended", _("Ended early")
    LAPSED = "lapsed", _("Over")


OPEN = (OverrideStage.PROPOSED, OverrideStage.IN_FORCE)


class GradeOverrideQuerySet(models.QuerySet["GradeOverride"]):
    """Overrides, as the scoring and the worklist ask for them."""

    def to_confirm(self) -> "GradeOverrideQuerySet":
        """Those that wait for a second underwriter."""
        return self.filter(stage=OverrideStage.PROPOSED)

    def in_force(self, first: int, last: int, today: date) -> list[tuple[int, int, date]]:
        """(buyer, grade, last day) of those set for buyers `first`..`last` on `today`. One whose day is over counts no
        more, swept or not."""
        found = self.filter(stage=OverrideStage.IN_FORCE, until__gte=today, buyer__gte=first, buyer__lte=last)
        return list(found.values_list("buyer_id", "grade", "until"))

    def over(self, today: date) -> "GradeOverrideQuerySet":
        """In force by their stage, but their last day is past."""
        return self.filter(stage=OverrideStage.IN_FORCE, until__lt=today)


def authorities_beside(asked_by: int) -> list[StaffAuthority]:
    """The authorities of underwriters other than the one who asks, the least first: one of them confirms."""
    of_underwriters = StaffAuthority.objects.filter(user__is_active=True, user__groups__name__in=UNDERWRITER_GROUPS)
    return list(of_underwriters.exclude(user=asked_by).select_related("user").distinct().order_by("amount", "id"))


class GradeOverride(models.Model):
    """What was asked never changes; the stage does, and with a merge the entry it stands on. One open per buyer."""

    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="grade_overrides", verbose_name=_("Buyer"))
    grade = models.PositiveSmallIntegerField(_("Grade"))
    computed_grade = models.PositiveSmallIntegerField(_("Grade of the scorecard when asked"))
    reason = models.TextField(_("Reason"), max_length=2000)
    until = models.DateField(_("Until"))  # its last day
    stage = models.CharField(_("Stage"), max_length=10, choices=OverrideStage.choices, default=OverrideStage.PROPOSED)
    proposed_at = models.DateTimeField(_("Asked"), default=timezone.now)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Asked by")
    )
    decided_at = models.DateTimeField(_("Decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Decided by")
    )
    ended_at = models.DateTimeField(_("Over since"), null=True, blank=True)
    form_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)  # a double click is one override

    objects: ClassVar = GradeOverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("Grade set by an underwriter")
        verbose_name_plural = _("Grades set by underwriters")
        triggers = [
            pgtrigger.Protect(name="overrides_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="overrides_keep_what_was_asked",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "grade", "computed_grade", "reason", "until", "proposed_at", "proposed_by"
                ),
            ),
            # A merge takes it along; nothing else does.
            pgtrigger.Trigger(
                name="overrides_follow_their_buyer",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("buyer"),
                func="IF NOT EXISTS (SELECT 1 FROM buyers_buyer "
                "WHERE id = OLD.buyer_id AND merged_into_id = NEW.buyer_id) THEN "
                "RAISE EXCEPTION 'an override stays with its buyer'; END IF; RETURN NEW;",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(grade__range=(1, 9)), name="override_grade_1_to_9"),
            models.CheckConstraint(
                condition=Q(proposed_at__isnull=False, proposed_by__isnull=False), name="override_proposed_at_by"
            ),
            paired("decided_at", "decided_by", "override_decided_at_by"),
            # Four eyes stand in the database, not only in the action.
            models.CheckConstraint(
                condition=~Q(stage__in=["in_force", "ended", "lapsed"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="override_by_two_people",
            ),
            models.UniqueConstraint(
                fields=["buyer"], condition=Q(stage__in=["proposed", "in_force"]), name="one_open_override"
            ),
        ]
        indexes = [models.Index(fields=["until"], condition=Q(stage="in_force"), name="overrides_in_force")]

    def __str__(self) -> str:
        return f"{self.buyer_id}: {self.grade}"
