"""Puts the demo's buyers into the directory: invented ones with accounts and payment experience, real names without."""

import csv
import gzip
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from stdnum.iso7064 import mod_97_10

from accounts.models import Exporter
from buyers.models import Buyer, CountryRisk, ExchangeRate, FinancialStatement, Identifier, PaymentExperience
from buyers.models.buyer import BuyerCategory
from buyers.names import sort_key
from buyers.search.keeping import keep_names
from demo.clock import Story
from demo.statements import (
    INTERIM,
    WITHOUT_ACCOUNTS,
    YEARS,
    experience,
    interim,
    last_year_end,
    months_of_experience,
    statement,
)
from kernel.periods import plus_months

HERE = Path(__file__).parent
SOURCE = "Fairlead demo"
GOVERNMENT = BuyerCategory.RESIDENT_GOVERNMENT_ENTITY
RATES_BEHIND, RATES_AHEAD, RATE_EVERY = 900, 400, 7  # days


@cache
def invented() -> tuple[dict[str, str], ...]:
    """The rows of buyers.csv."""
    with (HERE / "buyers.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter=";"))


def make_buyers(story: Story) -> dict[str, Buyer]:
    """The invented buyers by key, each with a LEI that no issuer can have given out (prefix FAIR is nobody's)."""
    known_since = story.moment(1000)
    rows = [
        Buyer(
            name=row["name"],
            sort_key=sort_key(row["name"]),
            country=row["country"],
            city=row["city"],
            sector=row["sector"],
            founded_on=date(int(row["founded"]), 5, 2),
            public_body=row["health"] == "public",
            category=GOVERNMENT if row["health"] == "public" else BuyerCategory.GENERAL,
            fictitious=True,
            source=SOURCE,
            added_at=known_since,
            next_score_on=None if row["health"] == "silent" else known_since.date(),
        )
        for row in invented()
    ]
    made = dict(zip((row["key"] for row in invented()), Buyer.objects.bulk_create(rows), strict=True))
    Identifier.objects.bulk_create(
        Identifier(buyer=buyer, scheme="LEI", value=invented_lei(number))
        for number, buyer in enumerate(made.values(), start=1)
    )
    keep_names(buyer.pk for buyer in made.values())
    return made


def invented_lei(number: int) -> str:
    """A LEI of the right form and check digits under a prefix no issuer has."""
    body = f"FAIR00DEMO{number:08d}"
    return body + mod_97_10.calc_check_digits(body)


def make_accounts(story: Story, buyers: dict[str, Buyer]) -> None:
    """Years of accounts, each received four months after its end."""
    last = last_year_end(story.today)
    FinancialStatement.objects.bulk_create(
        FinancialStatement(
            buyer=buyers[row["key"]],
            period_end=date(last.year - before, 12, 31),
            currency=row["currency"],
            audited=row["health"] in ("strong", "good"),
            source=SOURCE,
            received_at=_received(story, date(last.year - before, 12, 31)),
            **statement(row["key"], row["health"], Decimal(row["sales"]), before),
        )
        for row in invented()
        if row["health"] not in WITHOUT_ACCOUNTS
        for before in range(YEARS)
    )


def make_interim_accounts(story: Story, buyers: dict[str, Buyer]) -> None:
    """Half-year accounts that came in three days ago, and change the grade that night."""
    month = story.today.replace(day=1)
    FinancialStatement.objects.bulk_create(
        FinancialStatement(
            buyer=buyers[row["key"]],
            period_end=plus_months(month, -2) - timedelta(days=1),
            months=6,
            currency=row["currency"],
            source=SOURCE,
            received_at=story.moment(3),
            **interim(row["key"], row["health"], Decimal(row["sales"])),
        )
        for row in invented()
        if row["health"] in INTERIM
    )


def _received(story: Story, period_end: date) -> datetime:
    day = plus_months(period_end, 4)
    return story.moment((story.today - day).days)


def make_experience(story: Story, buyers: dict[str, Buyer], firms: dict[str, Exporter]) -> None:
    """How the demo's exporters were paid, month by month, by the buyers in their books."""
    this_month = story.today.replace(day=1)
    PaymentExperience.objects.bulk_create(
        PaymentExperience(
            buyer=buyers[row["key"]],
            reporter=firms[firm],
            month=plus_months(this_month, -ago - 1),
            **experience(row["key"], row["health"], ago, firm),
        )
        for row in invented()
        for firm in firms
        if row[firm]
        for ago in range(months_of_experience(row["health"]))
    )


def keep_rates(story: Story) -> int:
    """Exchange rates for the days behind and ahead of `story`, so that a demo kept for long can still convert.

    One level for all days: that of the ECB's reference rates of 30 October 2026. Returns how many rows were new.
    """
    with (HERE / "rates.csv").open(encoding="utf-8", newline="") as file:
        levels = [(row["currency"], Decimal(row["value"])) for row in csv.DictReader(file, delimiter=";")]
    # Days are counted from a fixed Thursday, so that every start of the demo names the same ones.
    first = story.today - timedelta(days=RATES_BEHIND + (story.today - date(2026, 1, 1)).days % RATE_EVERY)
    days = [first + timedelta(days=n) for n in range(0, RATES_BEHIND + RATES_AHEAD, RATE_EVERY)]
    before = ExchangeRate.objects.count()
    ExchangeRate.objects.bulk_create(
        (ExchangeRate(currency=c, day=day, value=value, source=SOURCE) for day in days for c, value in levels),
        ignore_conflicts=True,
    )
    return ExchangeRate.objects.count() - before


def carry_countries_back(story: Story) -> None:
    """The ratings of countries hold for the demo's past too, where their own list begins later."""
    long_ago = story.today - timedelta(days=RATES_BEHIND + 100)
    first = CountryRisk.objects.order_by("country", "valid_from").distinct("country")
    CountryRisk.objects.bulk_create(
        CountryRisk(
            country=row.country,
            valid_from=long_ago,
            oecd_class=row.oecd_class,
            high_income=row.high_income,
            house_grade=row.house_grade,
            house_level=row.house_level,
            source=SOURCE,
        )
        for row in first
        if row.valid_from > long_ago
    )


def gleif_file() -> Path:
    """The sample of real names."""
    return HERE / "gleif.csv.gz"


def gleif_text() -> str:
    """Its text, as GLEIF's own CSV shape."""
    return gzip.decompress(gleif_file().read_bytes()).decode()
