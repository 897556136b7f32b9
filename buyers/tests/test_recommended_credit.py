"""The recommended maximum credit: worked by hand, never raised by what is not known."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buyers.recommended_credit import CURRENT, RecommendedCredit, YearOfAccounts, credit_edition, recommended_credit

TODAY = date(2026, 11, 21)
# Shares: 10 % of equity 350,000 · 20 % of (6,000,000 - 4,000,000) 400,000 · half of 10,500,000 / 12 = 437,500.
YEAR = YearOfAccounts(
    period_end=date(2025, 12, 31), months=12, currency="EUR", audited=True,
    equity=Decimal(3_500_000), current_assets=Decimal(6_000_000), current_liabilities=Decimal(4_000_000),
    sales=Decimal(15_000_000), cost_of_sales=Decimal(10_500_000),
)  # fmt: skip


def credit(accounts: YearOfAccounts | None = YEAR, grade: int | None = 2, confidence: int = 90) -> RecommendedCredit:
    return recommended_credit(accounts, grade, confidence, TODAY, credit_edition())


@pytest.mark.parametrize(
    ("changed", "grade", "confidence", "amount"),
    [
        ({}, 2, 90, 350_000),  # all known, no doubt: the smallest share as it is
        ({}, 4, 90, 260_000),  # 350,000 × 0.75 = 262,500, down to two digits
        ({}, 4, 84, 210_000),  # × 0.80 = 210,000
        ({"audited": False}, 4, 84, 150_000),  # × 0.75 = 157,500
        ({}, 2, 85, 350_000),  # the band begins at 85
        ({}, 2, 69, 210_000),  # × 0.60
        ({}, 2, 49, 140_000),  # × 0.40
        ({"equity": Decimal(9_000_000)}, 2, 90, 400_000),  # working capital is the smallest now
        ({"cost_of_sales": Decimal(1_200_000)}, 2, 90, 50_000),  # a month's purchases are 100,000, half of it
        ({"cost_of_sales": None}, 2, 90, 310_000),  # a quarter of 1,250,000 sales a month: 312,500; no share is missing
        ({"cost_of_sales": Decimal(0)}, 2, 90, 310_000),  # a trader that states no cost of sales
        ({"months": 6}, 2, 90, 350_000),  # purchases of 1,750,000 a month: not the smallest
        ({"equity": None}, 2, 90, 300_000),  # 400,000 × 0.75 for the share that is missing
        ({"period_end": date(2025, 5, 21)}, 2, 90, 350_000),  # 18 months to the day: not old
        ({"period_end": date(2025, 5, 20)}, 2, 90, 260_000),  # a day more: × 0.75 = 262,500
        ({}, 8, 90, 35_000),
        ({}, 9, 90, 0),
        ({}, 10, 90, 0),
        ({"equity": Decimal(-1)}, 1, 90, 0),
        ({"current_liabilities": Decimal(6_000_000)}, 1, 90, 0),
    ],
)
def test_the_credit_by_hand(changed: dict, grade: int, confidence: int, amount: int):
    assert credit(replace(YEAR, **changed), grade, confidence).amount == amount


def test_the_working_shows_every_step():
    found = credit(replace(YEAR, audited=False), 4, 84)
    assert [(step.code, step.amount) for step in found.steps] == [
        ("credit_by_equity", Decimal(350_000)),
        ("credit_by_working_capital", Decimal(400_000)),
        ("credit_by_purchases", Decimal(437_500)),
        ("credit_smallest", Decimal(350_000)),
        ("credit_grade_factor", Decimal(262_500)),
        ("credit_confidence_factor", Decimal(210_000)),
        ("credit_unaudited_factor", Decimal(157_500)),
        ("credit_recommended", Decimal(150_000)),
    ]
    assert (found.currency, found.edition, found.reasons) == ("EUR", "credit-2026-1", ())


@pytest.mark.parametrize(
    ("accounts", "grade", "why"),
    [
        (None, 2, "credit_without_accounts"),
        (YEAR, None, "credit_without_grade"),
        (replace(YEAR, period_end=date(2024, 5, 20)), 2, "credit_accounts_too_old"),
        (replace(YEAR, equity=None, cost_of_sales=None, sales=None), 2, "credit_too_little_known"),
        (replace(YEAR, equity=None, current_assets=None), 2, "credit_too_little_known"),
    ],
)
def test_the_rule_says_nothing_where_too_little_is_known(accounts: YearOfAccounts | None, grade: int | None, why: str):
    found = credit(accounts, grade)
    assert (found.amount, [r.code for r in found.reasons], found.steps) == (None, [why], ())


def test_nothing_on_open_account_says_why():
    assert [r.code for r in credit(grade=9).reasons] == ["credit_grade_too_weak"]
    assert [r.code for r in credit(replace(YEAR, equity=Decimal(0))).reasons] == ["credit_funds_used_up"]


def test_a_small_buyer_is_rounded_to_whole_units():
    tiny = replace(YEAR, currency="JPY", equity=Decimal(55), current_assets=Decimal(99), current_liabilities=Decimal(9))
    assert credit(tiny).amount == 6  # 10 % of 55 is 5.5, in whole yen 6


AMOUNTS = st.integers(-10_000_000, 50_000_000).map(Decimal)


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.integers(1, 9), st.integers(0, 99))
def test_a_better_grade_more_confidence_or_more_equity_never_lower_it(
    equity: Decimal, free: Decimal, bought: Decimal, grade: int, confidence: int
):
    year = replace(YEAR, equity=equity, current_assets=free, current_liabilities=Decimal(0), cost_of_sales=abs(bought))
    found = credit(year, grade, confidence).amount
    assert found is not None
    assert credit(year, grade + 1, confidence).amount <= found <= credit(year, grade, confidence + 1).amount
    assert found <= credit(replace(year, equity=equity + 1_000), grade, confidence).amount


@given(AMOUNTS, st.integers(1, 10))
def test_it_never_exceeds_a_share_of_own_funds(equity: Decimal, grade: int):
    found = credit(replace(YEAR, equity=equity), grade).amount
    assert found is not None
    assert found <= max(equity / 10, Decimal(0))


def test_an_edition_goes_by_the_name_of_its_file_and_the_report_by_the_edition():
    assert credit_edition().name == CURRENT == credit_edition(CURRENT).name
    assert credit().edition == CURRENT
    with pytest.raises(FileNotFoundError):
        credit_edition("credit-1999-1")
