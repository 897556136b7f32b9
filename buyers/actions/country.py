"""Reference data comes in: ratings of countries, rates of currencies. Loading the same again changes nothing."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateField, ExpressionWrapper, F, IntegerField, Value
from django.db.models.functions import Cast, Least, Mod
from django.utils import timezone

from accounts.audit import action, record
from buyers.actions.alert import raise_country_alerts
from buyers.countries import SOURCE, Rating
from buyers.models import Alert, Buyer, CountryRisk, ExchangeRate
from buyers.rates import Published, moved
from buyers.signals import Rating as HouseRating
from buyers.signals import country_worsened, kind_of

# Where nobody looked for days, ratings that came into force meanwhile are still found.
LOOK_BACK_DAYS = 14

# What a rating tells of a country from its day on.
TOLD = ("oecd_class", "high_income", "house_grade", "house_level", "source")


@action
def keep_country_risks(*, by: int | None, ratings: list[Rating], source: str = SOURCE) -> int:
    """Keep each country's rating from its day on, beside the earlier ones; how many are new or corrected.

    Rows are only added: a correction is a later row of the same day. Those whose rating in force today is another one
    now have buyers due for scoring; of those that fell, the firms that sell there are alerted.
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
    now = _in_force(today)
    changed = {country for country, row in now.items() if country not in before or _told(row) != _told(before[country])}
    fallen = _fallen((before[country], now[country]) for country in sorted(changed & before.keys()))
    due = _rescored(changed)
    raise_country_alerts(by=by, fallen=fallen)
    record(
        by=by, subject="countryrisk:list", source=source, rows=len(ratings), changed=len(new), due=due,
        downgraded=[row["country"] for row in fallen],
    )  # fmt: skip
    return len(new)


@action
def follow_country_risks(*, by: int | None, today: date | None = None) -> int:
    """Ratings that were announced beforehand and have come into force: buyers there are due, and of those that fell the
    firms are alerted, as when a list is kept; how many countries fell. What was told then is not told again."""
    day = today or timezone.now().date()
    recent = day - timedelta(days=LOOK_BACK_DAYS)
    begun = [row for row in CountryRisk.objects.on(day) if row.valid_from > recent]
    raised = Alert.objects.filter(country_risk__valid_from__gt=recent).order_by()
    known = set(raised.values_list("country_risk__country", "country_risk__valid_from").distinct())
    announced = [
        row for row in begun
        if row.recorded_at.date() < row.valid_from and (row.country.code, row.valid_from) not in known
    ]  # fmt: skip
    former = {
        row.pk: CountryRisk.objects.risk_on(row.country.code, row.valid_from - timedelta(days=1)) for row in announced
    }
    fallen = _fallen((old, row) for row in announced if (old := former[row.pk]))
    due = _rescored({row.country.code for row in announced if row.valid_from == day})
    raise_country_alerts(by=by, fallen=fallen)
    record(by=by, subject="countryrisk:list", due=due, downgraded=[row["country"] for row in fallen])
    return len(fallen)


def _one_at_a_time() -> None:
    """Two who load the same list at once would each find it new; there is no row to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('country risks'))")


def _in_force(day: date) -> dict[str, CountryRisk]:
    return {row.country.code: row for row in CountryRisk.objects.on(day)}


def _told(row: CountryRisk) -> HouseRating:
    return row.house_grade, row.house_level, row.oecd_class


def _fallen(changes: Iterable[tuple[CountryRisk, CountryRisk]]) -> list[dict[str, Any]]:
    """What alerts are raised from: of (before, now) those that fell."""
    return [
        {
            "risk": row.pk, "country": row.country.code, "happened_on": row.valid_from.isoformat(),
            "former_rating": old.rating, "rating": row.rating,
        }
        for old, row in changes
        if country_worsened(_told(old), _told(row))
    ]  # fmt: skip


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
