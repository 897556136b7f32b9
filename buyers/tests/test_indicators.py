"""Each ratio by its one rule: by hand, and with nothing, less than nothing and the unknown below the line."""

import math

import numpy as np
import pytest

from buyers.indicators import indicators
from buyers.models.score_facts import FLOATS

NAN = math.nan

# A manufacturer: every line known, amounts in thousands.
FIRM = {
    "total_assets": 10_000, "current_assets": 6_000, "cash": 800, "stock": 2_000, "receivables": 2_800, "equity": 3_500,
    "current_liabilities": 4_000, "long_term_debt": 2_500, "sales": 15_000, "cost_of_sales": 10_500,
    "fixed_assets": 4_000, "short_term_securities": 200, "share_capital": 1_000, "retained_earnings": 2_000,
    "total_liabilities": NAN, "short_term_debt": 1_000, "payables": 2_200, "operating_costs": 14_100,
    "profit_before_tax": 700, "court_cases": 0, "filing_lapses": 0, "sector_class": 3,
    "operating_profit": 900, "net_profit": 500, "interest": 200, "depreciation": 400, "months": 12, "audited": 1,
    "accounts_age_days": 325, "house_rate": 0.5, "previous_sales": 12_000, "previous_months": 12,
    "previous_equity": 3_000, "previous_total_assets": 10_000, "previous_gap_days": 365, "previous_same_currency": 1,
    "founded_days": 3_650, "country_class": 2, "experience_invoices": 20, "experience_days": 300,
    "experience_overdue": 250, "recent_invoices": 5, "recent_days": 150, "overdues": 1, "claims": 0,
}  # fmt: skip


def one(code: str, **changed: float) -> float:
    facts = {name: np.array([float(value)]) for name, value in {**FIRM, **changed}.items()}
    return float(indicators(facts)[code][0])


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("equity_ratio", 35), ("debt_ratio", 65), ("debt_to_earnings", 2500 / 1300), ("interest_cover", 4.5),
        ("current_ratio", 1.5), ("quick_ratio", 1), ("cash_ratio", 0.2), ("return_on_assets", 5),
        ("return_on_sales", 100 / 30), ("gross_margin", 30), ("receivable_days", 365 * 2800 / 15000),
        ("stock_days", 365 * 2000 / 10500), ("sales_size", 7.5), ("sales_growth", 25), ("equity_change", 5),
        ("accounts_age", 325), ("audited", 1), ("days_beyond_terms", 15), ("share_overdue", 12.5),
        ("payment_trend", 150 / 5 - 150 / 15), ("overdues_reported", 1), ("claims_filed", 0), ("company_age", 10),
        ("country_risk", 2),
    ],
)  # fmt: skip
def test_each_indicator_by_hand(code: str, value: float):
    assert one(code) == pytest.approx(value)


INF = math.inf


@pytest.mark.parametrize(
    ("code", "changed", "value"),
    [
        # negative equity is a value; assets of nothing make the ratio missing
        ("equity_ratio", {"equity": -1_000}, -10),
        ("equity_shortfall", {"equity": -1_000}, 10),
        ("equity_shortfall", {"equity": 0}, 0),
        ("equity_shortfall", {}, 0),
        ("equity_shortfall", {"equity": NAN}, NAN),
        ("equity_ratio", {"total_assets": 0}, NAN),
        ("equity_ratio", {"total_assets": -5}, NAN),
        ("debt_ratio", {"long_term_debt": NAN}, NAN),
        # no debt is 0 years, debt without earnings has no bound, earnings unknown say nothing
        ("debt_to_earnings", {"long_term_debt": 0}, 0),
        ("debt_to_earnings", {"operating_profit": -900}, INF),
        ("debt_to_earnings", {"operating_profit": -400}, INF),
        ("debt_to_earnings", {"depreciation": NAN}, NAN),
        ("debt_to_earnings", {"long_term_debt": NAN}, NAN),
        # no interest: a profit covers it without bound, a loss does not
        ("interest_cover", {"interest": 0}, INF),
        ("interest_cover", {"interest": -5}, INF),
        ("interest_cover", {"interest": 0, "operating_profit": 0}, INF),
        ("interest_cover", {"interest": 0, "operating_profit": -1}, 0),
        ("interest_cover", {"operating_profit": -400}, -2),
        ("interest_cover", {"interest": NAN}, NAN),
        ("interest_cover", {"operating_profit": NAN, "interest": 0}, NAN),
        # nothing owed at short term: without bound, or 0 of 0
        ("current_ratio", {"current_liabilities": 0}, INF),
        ("current_ratio", {"current_liabilities": 0, "current_assets": 0}, NAN),
        ("current_ratio", {"current_liabilities": -1}, NAN),
        ("quick_ratio", {"current_liabilities": 0, "stock": 7_000}, -INF),
        ("cash_ratio", {"cash": NAN}, NAN),
        ("return_on_assets", {"months": 6}, 10),
        ("return_on_assets", {"months": 0}, NAN),
        ("return_on_sales", {"sales": 0}, NAN),
        ("gross_margin", {"sales": 0}, NAN),
        ("receivable_days", {"months": 6}, 365 * 2800 / 30000),
        ("stock_days", {"cost_of_sales": 0}, NAN),
        ("stock_days", {"stock": 0}, 0),
        # size in the house currency: no rate, no size
        ("sales_size", {"house_rate": NAN}, NAN),
        ("sales_size", {"sales": -1}, NAN),
        ("sales_size", {"sales": 0}, 0),
        # growth needs two comparable years in one currency
        ("sales_growth", {"previous_same_currency": 0}, NAN),
        ("sales_growth", {"previous_gap_days": 269}, NAN),
        ("sales_growth", {"previous_gap_days": 270}, 25),
        ("sales_growth", {"previous_gap_days": 461}, NAN),
        ("sales_growth", {"previous_sales": 0}, NAN),
        ("sales_growth", {"previous_sales": NAN}, NAN),
        ("sales_growth", {"previous_months": 6}, -37.5),
        ("equity_change", {"equity": -3_000}, -60),
        # payment experience: without invoices nothing is known
        ("days_beyond_terms", {"experience_invoices": NAN, "experience_days": NAN}, NAN),
        ("days_beyond_terms", {"experience_invoices": 0}, NAN),
        ("payment_trend", {"recent_invoices": 0, "recent_days": 0}, NAN),
        ("payment_trend", {"recent_invoices": 20, "recent_days": 300}, NAN),
        ("company_age", {"founded_days": -1}, NAN),
        ("company_age", {"founded_days": NAN}, NAN),
    ],
)  # fmt: skip
def test_what_lies_at_the_edge_of_a_ratio(code: str, changed: dict[str, float], value: float):
    assert one(code, **changed) == pytest.approx(value, nan_ok=True)


def test_nothing_known_breaks_nothing():
    facts = {name: np.array([NAN]) for name in (*FLOATS, "overdues", "claims", "court_cases", "filing_lapses")}
    assert all(math.isnan(column[0]) for column in indicators(facts).values())
