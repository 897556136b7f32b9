"""How risky a country is: the OECD's class and the house's own rating, with history."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField


class CountryRisk(models.Model):
    """A country's rating from a day on. An empty OECD class means unclassified, which is not 0."""

    country = CountryField(_("Country"))
    valid_from = models.DateField(_("From"))
    oecd_class = models.PositiveSmallIntegerField(_("OECD class, 0-7"), null=True, blank=True)
    house_grade = models.CharField(_("House rating, AA-D"), max_length=2)
    house_level = models.PositiveSmallIntegerField(_("House level, 1-4"))
    source = models.CharField(_("Source"), max_length=80)

    class Meta:
        verbose_name = _("Country risk")
        verbose_name_plural = _("Country risks")
        constraints = [
            models.UniqueConstraint(fields=["country", "valid_from"], name="one_country_risk_per_day"),
            models.CheckConstraint(
                condition=Q(oecd_class__isnull=True) | Q(oecd_class__range=(0, 7)), name="oecd_class_0_to_7"
            ),
            models.CheckConstraint(
                condition=Q(house_grade__in=["AA", "A", "BB", "B", "C", "D"]), name="house_grade_known"
            ),
            models.CheckConstraint(condition=Q(house_level__range=(1, 4)), name="house_level_1_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.house_grade}{self.house_level}"
