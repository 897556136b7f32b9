"""Reference data comes in: ratings of countries, rates of currencies. Loading the same again changes nothing."""

from datetime import date

from accounts.audit import action, record
from buyers.countries import SOURCE, Rating
from buyers.models import CountryRisk, ExchangeRate
from buyers.rates import Published, moved

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
    record(by=by, subject="countryrisk:list", source=source, rows=len(ratings), changed=len(changed))
    return len(changed)


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
