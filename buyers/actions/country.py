"""Reference data comes in: ratings of countries, rates of currencies. Loading the same again changes nothing."""

from datetime import date

from accounts.audit import action, record
from buyers.countries import SOURCE, Rating
from buyers.models import CountryRisk, ExchangeRate
from buyers.rates import Published, moved


@action
def keep_country_risks(*, by: int | None, ratings: list[Rating], source: str = SOURCE) -> int:
    """Keep each country's rating from its day on, beside the earlier ones; how many are new or corrected."""
    kept = 0
    for rating in ratings:
        told = {
            "oecd_class": rating.oecd_class, "high_income": rating.high_income, "house_grade": rating.house_grade,
            "house_level": rating.house_level, "source": source,
        }  # fmt: skip
        known = CountryRisk.objects.filter(country=rating.country, valid_from=rating.valid_from)
        if not known.filter(**told).exists():
            CountryRisk.objects.update_or_create(country=rating.country, valid_from=rating.valid_from, defaults=told)
            kept += 1
    record(by=by, subject="countryrisk:list", source=source, rows=len(ratings), changed=kept)
    return kept


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
