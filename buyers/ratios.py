"""Ratios from the lines of annual accounts, one rule each, over whole columns: those that trained scorecards use.

Facts and results are float64 columns, NaN where unknown. A ratio whose parts are not all known is missing, never
guessed. Two lines are derived where they are not stated: total liabilities are then current liabilities and long-term
debt, operating costs are what sales lose on the way to operating profit. Source: common definitions of annual-accounts
analysis; the ratios follow Tomczak's list (Zieba, Tomczak & Tomczak 2016, UCI data set 365), whose "gross profit" is
profit before tax. docs/scorecard.md lists every rule; buyers/data/polish_columns.json says which column each one is.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Facts = Mapping[str, NDArray]

DAYS_OF_YEAR = 365.0


def ratios(facts: Facts) -> dict[str, Column]:
    """Every ratio by code."""
    return {**_capital(facts), **_liquidity(facts), **_earnings(facts), **_activity(facts), **_questioned(facts)}


def quotient(top: Column, bottom: Column) -> Column:
    """top / bottom. By zero: without bound in the direction of `top`, missing when both are 0. A negative bottom makes
    it missing: assets, sales or liabilities below nothing are bookkeeping slips."""
    ratio = np.where(bottom > 0, top / bottom, np.nan)
    return np.where((bottom == 0) & (top != 0), np.sign(top) * np.inf, ratio)


def a_year(flow: Column, months: Column) -> Column:
    """A flow of `months` months brought to twelve."""
    return np.where(months > 0, flow * 12 / months, np.nan)


def positive(column: Column) -> Column:
    """The column where it is above 0, else missing: a ratio to nothing says nothing."""
    return np.where(column > 0, column, np.nan)


def total_liabilities(f: Facts) -> Column:
    """All that is owed, as stated; else what is owed within a year and for longer."""
    return np.where(np.isnan(f["total_liabilities"]), f["current_liabilities"] + f["long_term_debt"],
                    f["total_liabilities"])  # fmt: skip


def operating_costs(f: Facts) -> Column:
    """All costs of the ordinary business, as stated; else sales less operating profit."""
    return np.where(np.isnan(f["operating_costs"]), f["sales"] - f["operating_profit"], f["operating_costs"])


def _capital(f: Facts) -> dict[str, Column]:
    assets, owed = positive(f["total_assets"]), total_liabilities(f)
    return {
        "own_earned_ratio": 100 * quotient(f["equity"] - f["share_capital"], assets),
        "retained_ratio": 100 * quotient(f["retained_earnings"], assets),
        "long_debt_ratio": 100 * quotient(f["long_term_debt"], assets),
        "short_debt_share": 100 * quotient(f["current_liabilities"], positive(owed)),
        "net_debt_to_sales": 100 * quotient(owed - f["cash"], positive(a_year(f["sales"], f["months"]))),
        "cash_flow_to_debts": 100 * quotient(a_year(f["net_profit"] + f["depreciation"], f["months"]), owed),
    }


def _liquidity(f: Facts) -> dict[str, Column]:
    # What is cash or nearly so: current assets that are neither stock nor owed by customers.
    return {"near_cash_ratio": quotient(f["current_assets"] - f["stock"] - f["receivables"], f["current_liabilities"])}


def _earnings(f: Facts) -> dict[str, Column]:
    sales, costs = positive(f["sales"]), operating_costs(f)
    return {
        "operating_cost_ratio": 100 * quotient(costs, sales),
        # What the firm earns or loses beside its ordinary business: other income, interest, one-off items.
        "other_result": 100 * quotient(f["profit_before_tax"] - (f["sales"] - costs), sales),
        "depreciation_to_sales": 100 * quotient(f["depreciation"], sales),
        "pretax_to_short_debts": 100 * quotient(a_year(f["profit_before_tax"], f["months"]), f["current_liabilities"]),
    }


def _activity(f: Facts) -> dict[str, Column]:
    sales = a_year(f["sales"], f["months"])
    return {
        "asset_turnover": quotient(sales, positive(f["total_assets"])),
        "short_debt_days": DAYS_OF_YEAR * quotient(f["current_liabilities"], positive(sales)),
        "assets_size": positive(f["total_assets"]) * f["house_rate"] / 1000,
    }


def _questioned(f: Facts) -> dict[str, Column]:
    """Ratios whose columns in the training data look like artefacts of collection (docs/model-card-2026-3.md). Only the
    reference edition uses them."""
    assets, sales = positive(f["total_assets"]), positive(f["sales"])
    operating = a_year(f["operating_profit"], f["months"])
    return {
        "return_before_interest": 100 * quotient(a_year(f["profit_before_tax"] + f["interest"], f["months"]), assets),
        "operating_return": 100 * quotient(operating, assets),
        "operating_margin": 100 * quotient(f["operating_profit"], sales),
        "long_debt_cover": quotient(f["current_assets"] - f["stock"], f["long_term_debt"]),
        "debts_to_earnings": _to_either(
            total_liabilities(f), a_year(f["operating_profit"] + f["depreciation"], f["months"])
        ),
        "profit_to_stock": 100 * quotient(a_year(f["net_profit"], f["months"]), f["stock"]),
        "stock_turnover": quotient(a_year(f["sales"], f["months"]), f["stock"]),
    }


def _to_either(top: Column, bottom: Column) -> Column:
    """top / bottom where the bottom may be below nothing and means something there; missing at 0."""
    return np.where(bottom != 0, top / bottom, np.nan)
