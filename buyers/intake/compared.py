"""A year's accounts as ratios beside those of the year before: what is looked at before figures are kept.

The ratios are the scorecard's own (buyers/indicators.py, buyers/ratios.py); nothing is formed here.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from buyers.indicators import indicators
from buyers.ratios import Column

PERCENT, TIMES, DAYS, YEARS = "percent", "times", "days", "years"
SHOWN = {
    "equity_ratio": PERCENT, "debt_ratio": PERCENT, "debt_to_earnings": YEARS, "interest_cover": TIMES,
    "current_ratio": TIMES, "quick_ratio": TIMES, "cash_ratio": TIMES,
    "return_on_assets": PERCENT, "return_on_sales": PERCENT, "gross_margin": PERCENT, "operating_margin": PERCENT,
    "receivable_days": DAYS, "stock_days": DAYS, "asset_turnover": TIMES,
    "sales_growth": PERCENT, "equity_change": PERCENT,
}  # fmt: skip
DIGITS = {PERCENT: 1, TIMES: 2, DAYS: 0, YEARS: 1}


@dataclass(frozen=True)
class Year:
    """One year's accounts as the ratios need them."""

    period_end: date
    months: int
    currency: str
    lines: Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Ratio:
    """One ratio of this year and of the one before: None cannot be formed, infinite is without bound."""

    code: str
    unit: str
    now: Decimal | None
    before: Decimal | None


def compared(now: Year, before: Year | None) -> list[Ratio]:
    """Every ratio that can be formed in one of the years, in the order of the list above."""
    years = [now] if before is None else [now, before]
    facts: dict[str, Column] = defaultdict(lambda: np.full(len(years), np.nan))
    for name in now.lines:
        facts[name] = np.array([_float(year.lines.get(name)) for year in years])
    facts["months"] = np.array([float(year.months) for year in years])
    if before is not None:
        _add_growth(facts, now, before)
    found = indicators(facts)
    ratios = [Ratio(code, unit, *_rounded(found[code], unit)) for code, unit in SHOWN.items()]
    return [ratio for ratio in ratios if ratio.now is not None or ratio.before is not None]


def _add_growth(facts: dict[str, Column], now: Year, before: Year) -> None:
    for name in ("sales", "equity", "total_assets"):
        facts[f"previous_{name}"] = np.array([_float(before.lines.get(name)), np.nan])
    facts["previous_months"] = np.array([float(before.months), np.nan])
    facts["previous_gap_days"] = np.array([float((now.period_end - before.period_end).days), np.nan])
    facts["previous_same_currency"] = np.array([float(now.currency == before.currency), np.nan])


def _float(amount: Decimal | None) -> float:
    return float("nan") if amount is None else float(amount)


def _rounded(column: Column, unit: str) -> tuple[Decimal | None, Decimal | None]:
    values = [None if np.isnan(value) else round(Decimal(float(value)), DIGITS[unit]) if np.isfinite(value)
              else Decimal(repr(float(value)))
              for value in column]  # fmt: skip
    return values[0], values[1] if len(values) > 1 else None
