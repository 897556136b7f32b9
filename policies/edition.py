"""The editions of the limit rule: its numbers as data, one frozen file each; an old decision can be recomputed."""

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "editions"
IN_USE = "2026-1"


@dataclass(frozen=True)
class Edition:
    """The parameters of policies/limits.py, need.py and capacity.py; amounts in house currency.

    Bands are (up to and including, factor) in rising order for terms, (from, factor) in falling order for confidence.
    """

    name: str
    grade_maximum: dict[int, Decimal]
    sales_percent: dict[int, Decimal]
    maximum_without_sales: dict[int, Decimal]
    terms_factors: tuple[tuple[int, Decimal], ...]
    terms_factor_beyond: Decimal
    country_factors: dict[str, Decimal]
    level_factors: dict[int, Decimal]
    confidence_factors: tuple[tuple[int, Decimal], ...]
    significant_digits: int
    smallest_grant: Decimal
    partly_from_percent: Decimal
    declined_from_grade: int
    score_fresh_days: int
    regraded_within_days: int
    signals_within_days: int
    accounts_within_months: int
    referred_countries: frozenset[str]
    exposure_cap: dict[int, Decimal]
    need_roundings: tuple[tuple[Decimal, Decimal], ...]
    ending_notice_days: int

    def terms_factor(self, days: int) -> Decimal:
        """The factor of the band the payment terms fall into."""
        return next((factor for up_to, factor in self.terms_factors if days <= up_to), self.terms_factor_beyond)

    def confidence_factor(self, confidence: int) -> Decimal | None:
        """The factor of the band; None below the lowest one, where the machine does not decide."""
        return next((factor for least, factor in self.confidence_factors if confidence >= least), None)


def _by_number(amounts: dict[str, str]) -> dict[int, Decimal]:
    return {int(key): Decimal(value) for key, value in amounts.items()}


def _bands(pairs: list[list[Any]]) -> tuple[tuple[int, Decimal], ...]:
    return tuple((number, Decimal(factor)) for number, factor in pairs)


@lru_cache(maxsize=16)
def edition(name: str = IN_USE) -> Edition:
    """The edition of that name; FileNotFoundError when there is none."""
    data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Edition(
        name=data["edition"],
        grade_maximum=_by_number(data["grade_maximum"]),
        sales_percent=_by_number(data["sales_percent"]),
        maximum_without_sales=_by_number(data["maximum_without_sales"]),
        terms_factors=_bands(data["terms_factors"]),
        terms_factor_beyond=Decimal(data["terms_factor_beyond"]),
        country_factors={rating: Decimal(factor) for rating, factor in data["country_factors"].items()},
        level_factors=_by_number(data["level_factors"]),
        confidence_factors=_bands(data["confidence_factors"]),
        significant_digits=data["significant_digits"],
        smallest_grant=Decimal(data["smallest_grant"]),
        partly_from_percent=Decimal(data["partly_from_percent"]),
        declined_from_grade=data["declined_from_grade"],
        score_fresh_days=data["score_fresh_days"],
        regraded_within_days=data["regraded_within_days"],
        signals_within_days=data["signals_within_days"],
        accounts_within_months=data["accounts_within_months"],
        referred_countries=frozenset(data["referred_countries"]),
        exposure_cap=_by_number(data["exposure_cap"]),
        need_roundings=tuple((Decimal(up_to), Decimal(step)) for up_to, step in data["need_roundings"]),
        ending_notice_days=data["ending_notice_days"],
    )
