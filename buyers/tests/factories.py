"""Buyers and book entries for tests; unique without asking."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import Exporter, Membership, User
from buyers.actions.override import propose_override
from buyers.actions.score import score_buyer
from buyers.models import (
    BookEntry,
    Buyer,
    ExchangeRate,
    FinancialStatement,
    GradeOverride,
    Identifier,
    Name,
    PaymentExperience,
    Score,
)
from buyers.names import sort_key, spelled
from buyers.scorecard import edition
from buyers.terms import terms_of

_numbers = count(1)


def buyer(name: str = "", **columns: Any) -> Buyer:
    """A company of the directory. `lei="…"` or `identifiers={"VAT": "…"}` gives it numbers."""
    numbers = columns.pop("identifiers", {})
    if "lei" in columns:
        numbers = {**numbers, "LEI": columns.pop("lei")}
    name = name or f"Buyer {next(_numbers)} GmbH"
    columns.setdefault("country", "DE")
    columns.setdefault("sort_key", sort_key(name))
    row = Buyer.objects.create(name=name, **columns)
    named(row, name)
    for scheme, value in numbers.items():
        Identifier.objects.create(buyer=row, scheme=scheme, value=value)
    return row


def named(buyer: Buyer, text: str, **columns: Any) -> Name:
    """A name by which the search finds `buyer`; the current one unless said otherwise."""
    found = spelled(text)
    columns = {
        "core": found.key,
        "country": str(buyer.country or ""),
        "terms": terms_of(found.content, found.seam),
        **columns,
    }
    return Name.objects.create(buyer=buyer, text=text, **columns)


def in_book(exporter: Exporter, buyer: Buyer, **columns: Any) -> BookEntry:
    """`buyer` in the exporter's book, added by one of its members (made up when it has none)."""
    if "added_by" not in columns and "added_by_id" not in columns:
        member = Membership.objects.filter(exporter=exporter, ended_at__isnull=True).order_by("id").first()
        columns["added_by"] = member.user if member else _somebody()
    columns.setdefault("sort_key", buyer.sort_key)
    return BookEntry.objects.create(exporter=exporter, buyer=buyer, **columns)


def _somebody() -> User:
    return User.objects.create_user(f"clerk{next(_numbers)}@book.example", name="Clerk")


# A middling manufacturer: every line known.
LINES = {
    "total_assets": 10_000_000, "fixed_assets": 4_000_000, "current_assets": 6_000_000, "cash": 800_000,
    "short_term_securities": 200_000, "stock": 2_000_000, "receivables": 2_800_000, "equity": 3_500_000,
    "share_capital": 1_000_000, "retained_earnings": 2_000_000, "total_liabilities": 6_500_000,
    "current_liabilities": 4_000_000, "short_term_debt": 1_000_000, "payables": 2_200_000, "long_term_debt": 2_500_000,
    "sales": 15_000_000, "cost_of_sales": 10_500_000, "operating_costs": 14_100_000, "operating_profit": 900_000,
    "interest": 200_000, "profit_before_tax": 700_000, "net_profit": 500_000, "depreciation": 400_000,
}  # fmt: skip


def statement(buyer: Buyer, period_end: date = date(2025, 12, 31), **columns: Any) -> FinancialStatement:
    """A year's accounts of a middling manufacturer; any line can be given, None makes it unknown."""
    columns = {"currency": "EUR", "source": "test", **LINES, **columns}
    return FinancialStatement.objects.create(buyer=buyer, period_end=period_end, **columns)


def experience(buyer: Buyer, reporter: Exporter, month: date = date(2026, 10, 1), **columns: Any) -> PaymentExperience:
    """How `reporter` was paid by `buyer` in one month; within terms unless said otherwise."""
    columns = {"days_beyond_terms": 0, "share_overdue": Decimal(0), "invoices": 5, **columns}
    return PaymentExperience.objects.create(buyer=buyer, reporter=reporter, month=month, **columns)


def score(buyer: Buyer, grade: int = 4, **columns: Any) -> Score:
    """A score of `grade`, and the buyer's columns that repeat it, without asking any scorecard."""
    columns = {
        "edition": "2026-1",
        "former_grade": buyer.grade,
        "points": 600 - 40 * grade,
        "default_probability": Decimal("0.01"),
        "confidence": 80,
        "indicators": [None] * len(edition("2026-1").indicators),
        "contributions": [i.missing for i in edition("2026-1").indicators],
        "scored_for": date(2026, 11, 1),
        **columns,
    }
    row = Score.objects.create(buyer=buyer, grade=grade, **columns)
    changed = {"regraded_at": row.scored_at} if buyer.grade != grade else {}
    for name, value in {"grade": grade, "confidence": row.confidence, "scored_at": row.scored_at, **changed}.items():
        setattr(buyer, name, value)
    buyer.save(update_fields=["grade", "confidence", "scored_at", "regraded_at"])
    return row


def scored(today: date) -> Buyer:
    """A company of some age with accounts, as the scorecard grades it on that day."""
    row = buyer(founded_on=date(1990, 1, 1))
    statement(row)
    score_buyer(by=None, buyer=row.pk, today=today)
    row.refresh_from_db()
    return row


# Why an underwriter sets a grade.
REASON = "The parent has guaranteed all trade debts until June."


def another_grade(buyer: Buyer) -> int:
    """A grade that the scorecard does not give."""
    return 8 if buyer.grade != 8 else 7


def proposed_grade(buyer: Buyer, by: User, today: date, **columns: Any) -> GradeOverride:
    """Another grade than the scorecard's, asked for by an underwriter, for a hundred days."""
    told = {
        "grade": another_grade(buyer),
        "reason": REASON,
        "until": today + timedelta(days=100),
        "at_stake": Decimal(0),
    }
    return propose_override(by=by.pk, buyer=buyer.pk, today=today, **{**told, **columns})


def quoted(currency: str, value: str, day: date = date(2026, 10, 30)) -> ExchangeRate:
    """`value` units of `currency` for one euro on `day`."""
    return ExchangeRate.objects.create(currency=currency, day=day, value=Decimal(value), source="ECB")
