"""Reference data comes in: ratings of countries, rates of currencies. Loading the same again changes nothing."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import DateField, ExpressionWrapper, F, IntegerField, Value
from django.db.models.functions import Cast, Least, Mod
from django.utils import timezone

from accounts.audit import action, record
from buyers.countries import SOURCE, Rating
from buyers.models import Buyer, CountryRisk, ExchangeRate
from buyers.rates import Published, moved
from buyers.signals import Rating as HouseRating
from buyers.signals import country_worsened, kind_of

# What a rating tells of a country from its day on.
TOLD = ("oecd_class", "high_income", "house_grade", "house_level", "source")


@action
def keep_country_risks(*, by: int | None, ratings: list[Rating], source: str = SOURCE) -> int:
    """Keep each country's rating from its day on, beside the earlier ones; how many are new or corrected.

    Rows are only added: a correction is a later row of the same day. Those whose rating in force today is another one
    now have buyers due for scoring; those that fell are named in the trail.
    """
    _one_at_a_time()
    today = timezone.now().date()
    before = _in_force(today)
    told = {
        (rating.country, rating.valid_from): (
            rating.oecd_class, rating.high_income, rating.house_grade, rating.house_level, source,
        )
        for rating in ratings
    }  # fmt: skip
    known = _known({day for _country, day in told})
    new = {key: values for key, values in told.items() if known.get(key) != values}
    CountryRisk.objects.bulk_create(
        CountryRisk(country=country, valid_from=day, **dict(zip(TOLD, values, strict=True)))
        for (country, day), values in new.items()
    )
    changed = {country: rating for country, rating in _in_force(today).items() if before.get(country) != rating}
    fell = sorted(c for c, rating in changed.items() if c in before and country_worsened(before[c], rating))
    due = _rescored(set(changed))
    record(
        by=by, subject="countryrisk:list", source=source, rows=len(ratings), changed=len(new), due=due, downgraded=fell
    )
    return len(new)


def _one_at_a_time() -> None:
    """Two who load the same list at once would each find it new; there is no row to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('country risks'))")


def _in_force(day: date) -> dict[str, HouseRating]:
    return {row.country.code: (row.house_grade, row.house_level, row.oecd_class) for row in CountryRisk.objects.on(day)}


def _known(days: set[date]) -> dict[tuple[str, date], tuple[Any, ...]]:
    """What was told last of each country and day."""
    rows = CountryRisk.objects.filter(valid_from__in=days).order_by("id").values_list("country", "valid_from", *TOLD)
    return {(country, day): tuple(values) for country, day, *values in rows}


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
