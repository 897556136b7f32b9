"""Reference data comes in: ratings of countries, rates of currencies. Loading the same again changes nothing."""

from datetime import date

from django.db.models import DateField, ExpressionWrapper, F, IntegerField, Value
from django.db.models.functions import Cast, Least, Mod
from django.utils import timezone

from accounts.audit import action, record
from buyers.countries import SOURCE, Rating
from buyers.models import Buyer, CountryRisk, ExchangeRate
from buyers.rates import Published, moved
from buyers.signals import kind_of

# What a rating tells of a country from its day on.
TOLD = ("oecd_class", "high_income", "house_grade", "house_level", "source")


@action
def keep_country_risks(*, by: int | None, ratings: list[Rating], source: str = SOURCE) -> int:
    """Keep each country's rating from its day on, beside the earlier ones; how many are new or corrected."""
    days = {rating.valid_from for rating in ratings}
    known = set(CountryRisk.objects.filter(valid_from__in=days).values_list("country", "valid_from", *TOLD))
    told = {
        (rating.country, rating.valid_from): (
            rating.oecd_class, rating.high_income, rating.house_grade, rating.house_level, source,
        )
        for rating in ratings
    }  # fmt: skip
    changed = [
        CountryRisk(country=country, valid_from=day, **dict(zip(TOLD, values, strict=True)))
        for (country, day), values in told.items()
        if (country, day, *values) not in known
    ]
    CountryRisk.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["country", "valid_from"], update_fields=TOLD
    )
    due = _rescored({row.country.code for row in changed})
    record(by=by, subject="countryrisk:list", source=source, rows=len(ratings), changed=len(changed), due=due)
    return len(changed)


def _rescored(countries: set[str]) -> int:
    """Those scored before, in countries rated anew, are due within the days the catalogue gives a country downgrade:
    spread over them, so that a large country does not fall due in one hour."""
    days = kind_of("country_downgrade").score_within_days or 0
    soon = ExpressionWrapper(Value(timezone.now().date()) + Cast(Mod(F("id"), days + 1), IntegerField()), DateField())
    scored = Buyer.objects.filter(country__in=countries, next_score_on__isnull=False)
    return scored.update(next_score_on=Least(F("next_score_on"), soon))


@action
def keep_rates(*, by: int | None, rows: list[Published], source: str = "ECB", ending_on: date | None = None) -> int:
    """Keep a publisher's rates; how many are new or corrected.

    `ending_on` moves them by whole weeks towards that day, for a demo whose rates shall not age; their source says so.
    """
    if ending_on:
        rows, source = moved(rows, ending_on), f"{source}, moved for the demo"
    changed = ExchangeRate.objects.copy_in(rows, source)
    record(by=by, subject="exchangerate:list", source=source, rows=len(rows), changed=changed)
    return changed
