"""Key ratios over the years: the score's own rules, rounded for the eye."""

from decimal import Decimal

from buyers.tests.factories import LINES
from buyers.yearly import key_ratios


def test_each_year_has_its_ratios():
    full = {**LINES, "months": 12}
    bare = {**dict.fromkeys(LINES), "months": 12}
    first, second = key_ratios([full, bare])
    assert first == {
        "equity_ratio": Decimal("35.0"),  # 3.5 of 10 million
        "current_ratio": Decimal("1.50"),  # 6 to 4
        "return_on_assets": Decimal("5.0"),  # 0.5 of 10
        "return_on_sales": Decimal("3.3"),  # 0.5 of 15
        "receivable_days": Decimal("68"),  # 365 × 2.8 / 15 = 68.1
    }
    assert set(second.values()) == {None}


def test_a_ratio_without_bound_is_no_number():
    (found,) = key_ratios([{**LINES, "current_liabilities": 0, "months": 12}])
    assert found["current_ratio"] is None


def test_no_year_no_ratio():
    assert key_ratios([]) == []
