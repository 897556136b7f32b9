"""How risky a country is: the OECD's class and the house's own rating, with history; how it is governed, by year."""

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.models.columns import AppendOnlyQuerySet, only_added

# The latest day first; of two rows of one day the one recorded later corrects the other.
LATEST_FIRST = ("-valid_from", "-id")


class CountryRiskQuerySet(AppendOnlyQuerySet):
    """Ratings of countries, by day."""

    def on(self, day: date) -> "CountryRiskQuerySet":
        """The rating of every country in force on `day`."""
        return self.filter(valid_from__lte=day).order_by("country", *LATEST_FIRST).distinct("country")

    def risk_on(self, country: str, day: date) -> "CountryRisk | None":
        """A country's rating in force on `day`, None where the list says nothing."""
        return self.filter(country=country, valid_from__lte=day).order_by(*LATEST_FIRST).first()

    def history(self, country: str) -> list["CountryRisk"]:
        """A country's ratings, one a day, the oldest first."""
        rows: Any = self.filter(country=country).order_by("valid_from", "-id").distinct("valid_from")
        return list(rows)

    def classes_on(self, day: date, high_income: int, unclassified: int) -> dict[str, float]:
        """Each country's OECD class on `day`; `high_income` and `unclassified` stand for those the OECD leaves out."""
        left_out = {True: high_income, False: unclassified}
        return {
            row.country.code: float(left_out[row.high_income] if row.oecd_class is None else row.oecd_class)
            for row in self.on(day)
        }


class CountryRisk(models.Model):
    """A country's rating from a day on; only ever added, a correction is a later row of the same day.

    An empty OECD class means unclassified, which is not 0.
    `high_income`: the OECD does not classify high-income OECD and euro countries; others it leaves out as well.
    """

    country = CountryField(_("Country"))
    valid_from = models.DateField(_("From"))
    oecd_class = models.PositiveSmallIntegerField(_("OECD class, 0-7"), null=True, blank=True)
    high_income = models.BooleanField(_("High income, not classified"), default=False)
    house_grade = models.CharField(_("House rating, AA-D"), max_length=2)
    house_level = models.PositiveSmallIntegerField(_("House level, 1-4"))
    source = models.CharField(_("Source"), max_length=80)
    recorded_at = models.DateTimeField(_("Recorded"), default=timezone.now)

    objects: ClassVar = CountryRiskQuerySet.as_manager()

    class Meta:
        verbose_name = _("Country risk")
        verbose_name_plural = _("Country risks")
        constraints = [
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
        indexes = [models.Index(fields=["country", "-valid_from", "-id"], name="country_risks_by_day")]
        triggers = only_added()

    def __str__(self) -> str:
        return f"{self.country} {self.rating}"

    @property
    def rating(self) -> str:
        """The house rating as people write it: BB2."""
        return f"{self.house_grade}{self.house_level}"


class Governance(models.TextChoices):
    """The World Bank's six dimensions of governance, under its own codes."""

    VOICE = "va", _("Voice and accountability")
    STABILITY = "pv", _("Political stability, absence of violence")
    EFFECTIVENESS = "ge", _("Government effectiveness")
    REGULATION = "rq", _("Regulatory quality")
    LAW = "rl", _("Rule of law")
    CORRUPTION = "cc", _("Control of corruption")


class CountryGovernance(models.Model):
    """How a country was governed in a year, as the publisher's latest edition sees it: each edition revises all years.

    `estimate`: about -2.5 (weak) to 2.5 (strong). `rank`: the share of countries that are below, 0-100.
    """

    country = CountryField(_("Country"))
    year = models.PositiveSmallIntegerField(_("Year"))
    indicator = models.CharField(_("Indicator"), max_length=2, choices=Governance.choices)
    estimate = models.DecimalField(_("Estimate"), max_digits=4, decimal_places=2)
    rank = models.DecimalField(_("Percentile rank"), max_digits=5, decimal_places=2, null=True, blank=True)
    edition = models.DateField(_("State of"))
    source = models.CharField(_("Source"), max_length=80)

    class Meta:
        verbose_name = _("Governance of a country")
        verbose_name_plural = _("Governance of countries")
        constraints = [
            models.UniqueConstraint(fields=["country", "indicator", "year"], name="one_governance_per_year"),
            models.CheckConstraint(
                condition=Q(rank__isnull=True) | Q(rank__range=(0, 100)), name="governance_rank_0_to_100"
            ),
            models.CheckConstraint(condition=Q(estimate__range=(-5, 5)), name="governance_estimate_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.indicator} {self.year}: {self.estimate}"
