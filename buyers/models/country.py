"""How risky a country is: the OECD's class and the house's own rating, with history."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField


class CountryRiskQuerySet(models.QuerySet["CountryRisk"]):
    """Ratings of countries, by day."""

    def on(self, day: date) -> "CountryRiskQuerySet":
        """The rating of every country in force on `day`."""
        return self.filter(valid_from__lte=day).order_by("country", "-valid_from").distinct("country")

    def risk_on(self, country: str, day: date) -> "CountryRisk | None":
        """A country's rating in force on `day`, None where the list says nothing."""
        return self.filter(country=country, valid_from__lte=day).order_by("-valid_from").first()

    def classes_on(self, day: date, high_income: int, unclassified: int) -> dict[str, float]:
        """Each country's OECD class on `day`; `high_income` and `unclassified` stand for those the OECD leaves out."""
        left_out = {True: high_income, False: unclassified}
        return {
            row.country.code: float(left_out[row.high_income] if row.oecd_class is None else row.oecd_class)
            for row in self.on(day)
        }


class CountryRisk(models.Model):
    """A country's rating from a day on. An empty OECD class means unclassified, which is not 0.

    `high_income`: the OECD does not classify high-income OECD and euro countries; others it leaves out as well.
    """

    country = CountryField(_("Country"))
    valid_from = models.DateField(_("From"))
    oecd_class = models.PositiveSmallIntegerField(_("OECD class, 0-7"), null=True, blank=True)
    high_income = models.BooleanField(_("High income, not classified"), default=False)
    house_grade = models.CharField(_("House rating, AA-D"), max_length=2)
    house_level = models.PositiveSmallIntegerField(_("House level, 1-4"))
    source = models.CharField(_("Source"), max_length=80)

    objects: ClassVar = CountryRiskQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=Q(high_income=False) | Q(oecd_class__isnull=True), name="high_income_is_not_classified"
            ),
            models.CheckConstraint(condition=Q(house_level__range=(1, 4)), name="house_level_1_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.rating}"

    @property
    def rating(self) -> str:
        """The house rating as people write it: BB2."""
        return f"{self.house_grade}{self.house_level}"
