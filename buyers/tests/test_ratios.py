"""Each ratio of trained scorecards by its one rule: by hand, and where a part is unknown, nothing or below nothing."""

import math
import re

import numpy as np
import pytest

from buyers.indicators import indicators
from buyers.intake.compared import SHOWN
from buyers.ratios import ratios
from buyers.scorecard import edition
from buyers.tests.test_indicators import FIRM
from scripts.places import ROOT

NAN, INF = math.nan, math.inf


def one(code: str, **changed: float) -> float:
    facts = {name: np.array([float(value)]) for name, value in {**FIRM, **changed}.items()}
    return float(indicators(facts)[code][0])


# FIRM in thousands: assets 10,000; equity 3,500; liabilities 4,000 + 2,500; sales 15,000; operating costs 14,100.
@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("own_earned_ratio", 25), ("retained_ratio", 20), ("long_debt_ratio", 25), ("short_debt_share", 4000 / 65),
        ("net_debt_to_sales", 38), ("cash_flow_to_debts", 900 / 65), ("near_cash_ratio", 0.3),
        ("operating_cost_ratio", 94), ("other_result", -200 / 150), ("depreciation_to_sales", 400 / 150),
        ("pretax_to_short_debts", 17.5), ("asset_turnover", 1.5), ("short_debt_days", 365 * 4 / 15), ("assets_size", 5),
        ("return_before_interest", 9), ("operating_return", 9), ("operating_margin", 6), ("long_debt_cover", 1.6),
        ("debts_to_earnings", 5), ("profit_to_stock", 25), ("stock_turnover", 7.5),
    ],
)  # fmt: skip
def test_each_ratio_by_hand(code: str, value: float):
    assert one(code) == pytest.approx(value)


@pytest.mark.parametrize(
    ("code", "changed", "value"),
    [
        # negative equity is a value; without the share capital nobody knows what was earned
        ("own_earned_ratio", {"equity": -500}, -15),
        ("own_earned_ratio", {"share_capital": NAN}, NAN),
        ("own_earned_ratio", {"total_assets": 0}, NAN),
        ("retained_ratio", {"retained_earnings": -1_000}, -10),
        ("long_debt_ratio", {"long_term_debt": 0}, 0),
        ("long_debt_ratio", {"total_assets": -1}, NAN),
        # liabilities as stated go before the sum of their parts
        ("short_debt_share", {"total_liabilities": 8_000}, 50),
        ("short_debt_share", {"current_liabilities": 0, "long_term_debt": 0}, NAN),
        ("short_debt_share", {"long_term_debt": NAN}, NAN),
        ("net_debt_to_sales", {"cash": 7_000}, -100 / 30),
        ("net_debt_to_sales", {"months": 6}, 19),
        ("net_debt_to_sales", {"sales": 0}, NAN),
        ("cash_flow_to_debts", {"total_liabilities": 0}, INF),
        ("cash_flow_to_debts", {"total_liabilities": 0, "net_profit": -500}, -INF),
        ("cash_flow_to_debts", {"depreciation": NAN}, NAN),
        ("near_cash_ratio", {"stock": 5_000}, -0.45),
        ("near_cash_ratio", {"current_liabilities": 0}, INF),
        # operating costs not stated are what sales lose on the way to operating profit
        ("operating_cost_ratio", {"operating_costs": NAN}, 94),
        ("operating_cost_ratio", {"operating_costs": NAN, "operating_profit": NAN}, NAN),
        ("operating_cost_ratio", {"sales": 0}, NAN),
        ("other_result", {"operating_costs": NAN, "profit_before_tax": 1_050}, 1),
        ("other_result", {"profit_before_tax": NAN}, NAN),
        ("depreciation_to_sales", {"months": 6}, 400 / 150),  # a flow to a flow: months do not matter
        ("pretax_to_short_debts", {"months": 6}, 35),
        ("pretax_to_short_debts", {"current_liabilities": 0}, INF),
        ("asset_turnover", {"months": 6}, 3),
        ("asset_turnover", {"sales": 0}, 0),
        ("short_debt_days", {"sales": 0}, NAN),
        ("short_debt_days", {"months": 18}, 365 * 4 / 10),
        ("assets_size", {"house_rate": NAN}, NAN),
        ("assets_size", {"total_assets": 0}, NAN),
        ("long_debt_cover", {"long_term_debt": 0}, INF),
        ("debts_to_earnings", {"operating_profit": -1_400}, -6.5),
        ("debts_to_earnings", {"operating_profit": -400}, NAN),
        ("profit_to_stock", {"stock": 0}, INF),
        ("stock_turnover", {"stock": NAN}, NAN),
    ],
)  # fmt: skip
def test_what_lies_at_the_edge_of_a_ratio(code: str, changed: dict[str, float], value: float):
    assert one(code, **changed) == pytest.approx(value, nan_ok=True)


def test_every_indicator_in_use_has_its_rule_in_words():
    words = (ROOT / "docs/scorecard.md").read_text()
    rules = words[words.index("## The rules of the ratios") : words.index("## Monotonicity")]
    assert [code for code in (*edition().codes, *SHOWN) if not re.search(rf"\b{code}\b", rules)] == []


def test_a_ratio_of_a_million_buyers_is_the_ratio_of_each():
    facts = {name: np.array([float(value)]) for name, value in FIRM.items()}
    many = {name: np.repeat(column, 1_000) for name, column in facts.items()}
    alone, together = ratios(facts), ratios(many)
    assert all((together[code] == alone[code][0]).all() for code in alone)
