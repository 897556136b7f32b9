"""The most a supplier should let one buyer owe, from the buyer's own accounts alone. Advice, not cover.

The smallest of three shares (of equity, of working capital, of a month's purchases), times factors for grade,
confidence and the quality of the accounts, rounded down. Conservative on purpose: no factor is above 1, and every doubt
takes away. Sources: the rules of thumb of credit management (a supplier's share of its customer's net worth
and working capital, of what it buys in a month); the numbers are the house's, an edition in
buyers/editions that never changes once it is released (law 12): a report names the one it was made with.

It knows nothing of the insurer's capacity or of other suppliers (domain.md §5): its readers learn nothing of them.
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from kernel.money import rounded
from kernel.periods import plus_months
from kernel.refusals import Refusal, refusal
from kernel.working import Step

CURRENT = "credit-2026-1"
EDITIONS = Path(__file__).parent / "editions"


@dataclass(frozen=True)
class CreditEdition:
    """The numbers of the rule. Bands of confidence are (from, factor), falling; the last begins at 0."""

    name: str
    equity_percent: Decimal
    working_capital_percent: Decimal
    monthly_purchases_percent: Decimal
    monthly_sales_percent: Decimal
    least_measures: int
    grade_factors: dict[int, Decimal]
    confidence_factors: tuple[tuple[int, Decimal], ...]
    measure_missing_factor: Decimal
    unaudited_factor: Decimal
    old_after_months: int
    old_factor: Decimal
    too_old_after_months: int
    significant_digits: int


@dataclass(frozen=True)
class YearOfAccounts:
    """The lines of one year's accounts that the rule reads; None: not known. `months` is the length of the year."""

    period_end: date
    months: int
    currency: str
    audited: bool
    equity: Decimal | None = None
    current_assets: Decimal | None = None
    current_liabilities: Decimal | None = None
    sales: Decimal | None = None
    cost_of_sales: Decimal | None = None


@dataclass(frozen=True)
class RecommendedCredit:
    """`amount` in `currency` with its working. None: the rule says nothing, and `reasons` say why. 0: nothing on open
    account, and why."""

    amount: Decimal | None
    currency: str
    edition: str
    steps: tuple[Step, ...] = ()
    reasons: tuple[Refusal, ...] = ()


@lru_cache(maxsize=8)
def credit_edition(name: str = CURRENT) -> CreditEdition:
    """The edition of that name; FileNotFoundError when there is none."""
    data = json.loads((EDITIONS / f"{name}.json").read_text(encoding="utf-8"))
    numbers: dict[str, Any] = {name: Decimal(data[name]) for name in data if name.endswith(("_percent", "_factor"))}
    return CreditEdition(
        name=data["edition"],
        grade_factors={int(grade): Decimal(factor) for grade, factor in data["grade_factors"].items()},
        confidence_factors=tuple((least, Decimal(factor)) for least, factor in data["confidence_factors"]),
        **{name: data[name] for name in ("least_measures", "old_after_months", "too_old_after_months",
                                         "significant_digits")},
        **numbers,
    )  # fmt: skip


def recommended_credit(
    accounts: YearOfAccounts | None, grade: int | None, confidence: int, today: date, edition: CreditEdition
) -> RecommendedCredit:
    """The recommended maximum credit in the accounts' currency.

    Nothing is said without a grade, without accounts of the last `too_old_after_months`, or with fewer than
    `least_measures` of the three shares. A grade whose factor is 0, or own funds used up, make it 0.
    """
    if accounts is None:
        return _silent("", edition, refusal("credit_without_accounts"))
    if grade is None:
        return _silent(accounts.currency, edition, refusal("credit_without_grade"))
    if plus_months(accounts.period_end, edition.too_old_after_months) < today:
        return _silent(accounts.currency, edition, refusal("credit_accounts_too_old", ended_on=accounts.period_end))
    measures = _measures(accounts, edition)
    if len(measures) < edition.least_measures:
        return _silent(accounts.currency, edition, refusal("credit_too_little_known"))
    amount = min(step.amount for step in measures)
    steps = [*measures, Step("credit_smallest", amount)]
    if amount <= 0:
        return _nothing(accounts.currency, edition, steps, refusal("credit_funds_used_up"))
    for code, factor, facts in _factors(accounts, len(measures), grade, confidence, today, edition):
        amount *= factor
        steps.append(Step(code, rounded(amount, accounts.currency), {**facts, "factor": f"{factor.normalize():f}"}))
    if not amount:
        return _nothing(accounts.currency, edition, steps, refusal("credit_grade_too_weak", grade=grade))
    amount = _rounded_down(amount, edition.significant_digits)
    steps.append(Step("credit_recommended", amount, {"digits": edition.significant_digits}))
    return RecommendedCredit(amount, accounts.currency, edition.name, tuple(steps))


def _silent(currency: str, edition: CreditEdition, why: Refusal) -> RecommendedCredit:
    return RecommendedCredit(None, currency, edition.name, (), (why,))


def _nothing(currency: str, edition: CreditEdition, steps: list[Step], why: Refusal) -> RecommendedCredit:
    return RecommendedCredit(Decimal(0), currency, edition.name, tuple(steps), (why,))


def _measures(a: YearOfAccounts, edition: CreditEdition) -> list[Step]:
    """The shares that are known; own funds below nothing leave nothing."""
    found: list[tuple[str, Decimal, Decimal]] = []
    if a.equity is not None:
        found.append(("credit_by_equity", a.equity, edition.equity_percent))
    if a.current_assets is not None and a.current_liabilities is not None:
        free = a.current_assets - a.current_liabilities
        found.append(("credit_by_working_capital", free, edition.working_capital_percent))
    if a.cost_of_sales is not None and a.cost_of_sales > 0:
        found.append(("credit_by_purchases", a.cost_of_sales / a.months, edition.monthly_purchases_percent))
    elif a.sales is not None:  # what is bought is not stated: a smaller share of what is sold
        found.append(("credit_by_sales", a.sales / a.months, edition.monthly_sales_percent))
    return [
        Step(
            code,
            rounded(max(base * percent / 100, Decimal(0)), a.currency),
            {"share_percent": percent, "base_amount": rounded(base, a.currency), "currency": a.currency},
        )
        for code, base, percent in found
    ]


def _factors(
    a: YearOfAccounts, measures: int, grade: int, confidence: int, today: date, edition: CreditEdition
) -> list[tuple[str, Decimal, dict[str, Any]]]:
    """(code, factor, facts) in the order of the working; what raises no doubt is no line of its own."""
    sure = next(factor for least, factor in edition.confidence_factors if confidence >= least)
    found: list[tuple[str, Decimal, dict[str, Any]]] = [
        ("credit_grade_factor", edition.grade_factors[grade], {"grade": grade}),
        ("credit_confidence_factor", sure, {"confidence_percent": confidence}),
    ]
    if measures < 3:
        found.append(("credit_missing_factor", edition.measure_missing_factor, {}))
    if not a.audited:
        found.append(("credit_unaudited_factor", edition.unaudited_factor, {}))
    if plus_months(a.period_end, edition.old_after_months) < today:
        found.append(("credit_old_factor", edition.old_factor, {"ended_on": a.period_end}))
    return found


def _rounded_down(amount: Decimal, digits: int) -> Decimal:
    """`amount` (above 0) down to so many leading digits, and to whole units: 157,500 → 150,000 with two."""
    unit = Decimal(1).scaleb(amount.adjusted() - digits + 1)
    down = (amount / unit).to_integral_value(rounding=ROUND_DOWN) * unit
    return down.to_integral_value(rounding=ROUND_DOWN)
