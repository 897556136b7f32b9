"""The yearly accounts and payment experience of an invented buyer, computed from one word about its health.

Nothing here is random: a small ripple from the buyer's key keeps two buyers of the same health from being twins.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zlib import crc32

from kernel.periods import plus_months

YEARS, MONTHS = 4, 30
MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Health:
    """Percentages of sales or of total assets, days late on average, and growth of sales a year."""

    margin: Decimal
    equity: Decimal
    liquid: Decimal  # current assets / current liabilities
    days_late: int
    growth: Decimal


def health(margin: str, equity: str, liquid: str, days_late: int, growth: str) -> Health:
    """A Health written short."""
    return Health(Decimal(margin), Decimal(equity), Decimal(liquid), days_late, Decimal(growth))


LEVELS = {
    "strong": health("8.5", "56", "2.3", 0, "6"),
    "good": health("5.5", "43", "1.7", 3, "5"),
    "steady": health("3.6", "32", "1.4", 8, "2"),
    "thin": health("1.4", "22", "1.15", 15, "0"),
    "weak": health("-1.2", "13", "0.92", 31, "-6"),
    "failing": health("-6.5", "2", "0.6", 64, "-17"),
}

# Health by years before the last accounts: (last, the year before, …); a short course repeats its last word.
COURSES = {
    "sliding": ("steady", "steady", "good"),
    "recovering": ("thin", "thin", "weak"),
    "failing": ("failing", "weak", "thin"),
    "insolvent": ("failing", "failing", "weak"),
    "weak": ("weak", "weak", "thin"),
    "public": ("steady",),
    "affiliate": ("steady",),
    "new": ("steady",),
}
WITHOUT_ACCOUNTS = ("silent", "new", "public", "affiliate")
WITHOUT_EXPERIENCE = ("silent", "public", "affiliate")


def level(word: str, years_before: int) -> Health:
    """The health of a buyer so many years before its last accounts."""
    course = COURSES.get(word, (word,))
    return LEVELS[course[min(years_before, len(course) - 1)]]


def ripple(key: str, salt: str, width: int) -> int:
    """-width..width, always the same for the same words."""
    return crc32(f"{key}:{salt}".encode()) % (2 * width + 1) - width


def last_year_end(today: date) -> date:
    """The last 31 December whose accounts have come in by `today` (four months later)."""
    year = today.year - 1 if plus_months(date(today.year - 1, 12, 31), 4) <= today else today.year - 2
    return date(year, 12, 31)


def statement(key: str, word: str, sales: Decimal, years_before: int) -> dict[str, Decimal]:
    """One year's lines, in whole thousands; `sales` in millions are those of the last year."""
    state = level(word, years_before)
    factor = (1 + state.growth / 100) ** -years_before * (1 + Decimal(ripple(key, f"s{years_before}", 3)) / 100)
    turnover = sales * MILLION * factor
    assets = turnover * (62 + ripple(key, "a", 8)) / 100
    equity = assets * (state.equity + ripple(key, "e", 3)) / 100
    owed_soon = (assets - equity) * (64 + ripple(key, "c", 6)) / 100
    current = owed_soon * (state.liquid + Decimal(ripple(key, f"l{years_before}", 6)) / 100)
    current = min(current, assets * 92 / 100)
    debt = max(assets - equity - owed_soon, Decimal(0))
    interest = debt * 5 / 100
    net = turnover * (state.margin + Decimal(ripple(key, f"m{years_before}", 4)) / 10) / 100
    operating = net * 130 / 100 + interest if net > 0 else net + interest
    capital = assets * 9 / 100
    lines = {
        "total_assets": assets, "fixed_assets": assets - current, "current_assets": current,
        "cash": current * (18 + ripple(key, "k", 6)) / 100, "short_term_securities": Decimal(0),
        "stock": current * (38 + ripple(key, "t", 8)) / 100, "receivables": current * 36 / 100, "equity": equity,
        "share_capital": capital, "retained_earnings": (equity - capital) * 85 / 100,
        "total_liabilities": assets - equity, "current_liabilities": owed_soon, "short_term_debt": owed_soon * 28 / 100,
        "payables": owed_soon * 46 / 100, "long_term_debt": debt, "sales": turnover,
        "cost_of_sales": turnover * (74 - state.margin) / 100, "operating_costs": turnover - operating,
        "operating_profit": operating, "interest": interest, "profit_before_tax": operating - interest,
        "net_profit": net, "depreciation": turnover * 2 / 100,
    }  # fmt: skip
    return {name: round(value / 1000) * Decimal(1000) for name, value in lines.items()}


# Half-year accounts that came in lately: what moves the last grade. Health by the buyer's word.
INTERIM = {"sliding": "weak", "recovering": "good"}
FLOWS = (
    "sales", "cost_of_sales", "operating_costs", "operating_profit", "interest", "profit_before_tax", "net_profit",
    "depreciation",
)  # fmt: skip


def interim(key: str, word: str, sales: Decimal) -> dict[str, Decimal]:
    """The lines of six months: half the flows, the whole balance sheet."""
    lines = statement(key, INTERIM[word], sales, 0)
    return {name: value / 2 if name in FLOWS else value for name, value in lines.items()}


def experience(key: str, word: str, months_ago: int, reporter: str) -> dict[str, int | Decimal]:
    """How one reporter was paid in one month: late by the health of that year, a little worse each month of a slide."""
    state = level(word, months_ago // 12)
    drift = (4 - months_ago) * 7 if word in ("sliding", "failing", "insolvent") and months_ago < 4 else 0
    late = max(state.days_late + drift + ripple(key, f"{reporter}{months_ago}", 3), -4)
    return {
        "days_beyond_terms": late,
        "share_overdue": Decimal(min(max(late, 0) * 3 // 2, 95)),
        "invoices": 4 + ripple(key, f"n{reporter}{months_ago}", 3),
    }


def months_of_experience(word: str) -> int:
    """A new buyer has been paid from for half a year only."""
    return 0 if word in WITHOUT_EXPERIENCE else 6 if word == "new" else MONTHS
