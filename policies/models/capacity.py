"""How much the insurer has on a buyer over all policies, and how much it wants. For staff: it is rivals' exposure."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.models.columns import AmountField, in_order
from buyers.models import Buyer


class BuyerCapacity(models.Model):
    """One row per buyer, locked while a limit on it is decided; `issued` in house currency at the rates of decision."""

    buyer = models.OneToOneField(Buyer, models.PROTECT, related_name="capacity", verbose_name=_("Buyer"))
    issued = AmountField(_("Limits issued"), default=0)

    class Meta:
        verbose_name = _("Capacity on a buyer")
        verbose_name_plural = _("Capacities on buyers")
        constraints = [models.CheckConstraint(condition=Q(issued__gte=0), name="issued_not_negative")]

    def __str__(self) -> str:
        return f"{self.buyer_id}: {self.issued}"


class AppetiteQuerySet(models.QuerySet["Appetite"]):
    def in_force_on(self, day: date) -> "AppetiteQuerySet":
        """Rows of that day; those of one thing do not overlap (set_appetite ends or replaces the former)."""
        not_ended = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        return self.filter(not_ended, valid_from__lte=day, replaced_at__isnull=True)

    def fitting(self, buyer: Buyer, day: date) -> "AppetiteQuerySet":
        """Those that speak of `buyer` on `day`: its own, its grade's, its country's."""
        mine = Q(buyer=buyer) | Q(country=buyer.country.code)
        return self.in_force_on(day).filter(mine | Q(grade=buyer.grade) if buyer.grade else mine)


class Appetite(models.Model):
    """A cap on the exposure to any one buyer: of a grade, of a country, or that very buyer; or a country off cover.

    Exactly one of `grade`, `country`, `buyer` is filled. The lowest cap that fits a buyer holds, but a cap of the
    buyer's own goes before those of its grade. In house currency. One whose place another took on its first day
    or before is `replaced_at`, not deleted.
    """

    grade = models.PositiveSmallIntegerField(_("Grade"), null=True, blank=True)
    country = CountryField(_("Country"), blank=True)
    buyer = models.ForeignKey(
        Buyer, models.PROTECT, null=True, blank=True, related_name="appetite", verbose_name=_("Buyer")
    )
    cap = AmountField(_("Cap"))
    off_cover = models.BooleanField(_("Off cover"), default=False)
    valid_from = models.DateField(_("From"))
    valid_to = models.DateField(_("To"), null=True, blank=True)
    set_at = models.DateTimeField(default=timezone.now)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Set by"))
    replaced_at = models.DateTimeField(_("Replaced"), null=True, blank=True)

    objects: ClassVar = AppetiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("Appetite")
        verbose_name_plural = _("Appetite")
        constraints = [
            in_order("valid_from", "valid_to", "appetite_ends_after_start"),
            models.CheckConstraint(condition=Q(cap__gte=0), name="appetite_not_negative"),
            models.CheckConstraint(condition=Q(set_at__isnull=False, set_by__isnull=False), name="appetite_set_at_by"),
            models.CheckConstraint(
                condition=Q(grade__isnull=False, country="", buyer__isnull=True)
                | (Q(grade__isnull=True, buyer__isnull=True) & ~Q(country=""))
                | Q(grade__isnull=True, country="", buyer__isnull=False),
                name="appetite_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade or self.country or self.buyer_id}: {self.cap}"
