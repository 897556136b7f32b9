"""How far a member of staff may decide alone."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.authority import Authority
from accounts.models.columns import AmountField, CurrencyField


class StaffAuthority(models.Model):
    """A personal authority: up to `amount` on one buyer, for buyers graded `best_grade`..`worst_grade` (1 is best)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="authority", verbose_name=_("Person")
    )
    amount = AmountField(_("Up to"))
    currency = CurrencyField(_("Currency"))
    best_grade = models.PositiveSmallIntegerField(_("Best grade"), default=1)
    worst_grade = models.PositiveSmallIntegerField(_("Worst grade"))

    class Meta:
        verbose_name = _("Staff authority")
        verbose_name_plural = _("Staff authorities")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="authority_not_negative"),
            models.CheckConstraint(
                condition=Q(best_grade__gte=1, worst_grade__lte=10, best_grade__lte=F("worst_grade")),
                name="authority_grades_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.amount:,.0f} {self.currency}, {self.best_grade}-{self.worst_grade}"

    def facts(self) -> Authority:
        """What the rule asks about it."""
        return Authority(
            amount=self.amount, currency=self.currency, best_grade=self.best_grade, worst_grade=self.worst_grade
        )
