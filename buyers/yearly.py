"""Key ratios of several years' accounts side by side, by the rules the score is made with (buyers/indicators.py)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from buyers.indicators import indicators

# In the order they are shown; how many digits behind the point a reader wants of each.
KEY_RATIOS = {
    "equity_ratio": 1, "current_ratio": 2, "return_on_assets": 1, "return_on_sales": 1, "receivable_days": 0,
}  # fmt: skip
PERCENT = frozenset({"equity_ratio", "return_on_assets", "return_on_sales"})


def key_ratios(years: Sequence[Mapping[str, Decimal | int | None]]) -> list[dict[str, Decimal | None]]:
    """The key ratios of each year, from its lines and `months`; None where one cannot be formed or has no bound."""
    known: dict[str, NDArray] = {
        name: np.array([np.nan if year[name] is None else float(year[name] or 0) for year in years])
        for name in (years[0] if years else ())
    }
    facts: dict[str, NDArray] = defaultdict(lambda: np.full(len(years), np.nan), known)
    found = indicators(facts)
    return [{code: _shown(found[code][at], digits) for code, digits in KEY_RATIOS.items()} for at in range(len(years))]


def _shown(value: float, digits: int) -> Decimal | None:
    return Decimal(f"{value:.{digits}f}") if np.isfinite(value) else None
