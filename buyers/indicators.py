"""Indicators from facts: one documented rule each, over whole columns at once (numpy), for one buyer or a million.

Facts are float64 columns, NaN where unknown; so are the indicators. Floats live here only: a score keeps whole numbers
(buyers/grading.py). Accounts of other than twelve months are brought to a year before flows are compared.
Source of the ratios: the common definitions of annual-accounts analysis (e.g. Deutsche Bundesbank, "Verhältniszahlen
aus Jahresabschlüssen deutscher Unternehmen"); those of payment behaviour: domain.md §3.
"""

import numpy as np

from buyers.ratios import DAYS_OF_YEAR, Column, Facts, a_year, positive, quotient, ratios, total_liabilities

# Two year-ends between which growth is meant: a year, give or take a moved year-end.
YEARS_APART = (270, 460)

# Country risk: the OECD's 0-7 as they are. "Unclassified" is not 0 (only Singapore is a true 0) and stands for itself.
HIGH_INCOME, UNCLASSIFIED = 8, 9


def indicators(facts: Facts) -> dict[str, Column]:
    """Every indicator any edition knows, by code. A ratio that cannot be formed is NaN: missing, never an error."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return {
            **_solvency(facts), **_liquidity(facts), **_profit(facts), **_size(facts), **_others(facts),
            **ratios(facts),
        }  # fmt: skip


def _solvency(f: Facts) -> dict[str, Column]:
    assets, debt = positive(f["total_assets"]), f["long_term_debt"]
    return {
        # Own funds in the balance sheet; negative equity is a value (and the worst bin), not a slip.
        "equity_ratio": 100 * quotient(f["equity"], assets),
        # By how much of the assets equity is below nothing: over-indebted in many laws, whatever else looks well.
        "equity_shortfall": np.maximum(0, -100 * quotient(f["equity"], assets)),
        "debt_ratio": 100 * quotient(total_liabilities(f), assets),
        "debt_to_earnings": _years_to_repay(debt, a_year(f["operating_profit"] + f["depreciation"], f["months"])),
        "interest_cover": _interest_cover(f["operating_profit"], f["interest"]),
    }


def _years_to_repay(debt: Column, earnings: Column) -> Column:
    """Long-term debt in years of earnings before depreciation: no debt is 0, debt without earnings has no bound."""
    years = np.where(earnings > 0, debt / earnings, np.inf)
    return np.where(debt <= 0, 0.0, np.where(np.isnan(debt) | np.isnan(earnings), np.nan, years))


def _interest_cover(operating: Column, interest: Column) -> Column:
    """Operating profit in times of the interest paid. Without interest a profit covers it without bound, a loss not."""
    times = np.where(interest > 0, operating / interest, np.where(operating >= 0, np.inf, 0.0))
    return np.where(np.isnan(operating) | np.isnan(interest), np.nan, times)


def _liquidity(f: Facts) -> dict[str, Column]:
    owed = f["current_liabilities"]
    return {
        "current_ratio": quotient(f["current_assets"], owed),
        "quick_ratio": quotient(f["current_assets"] - f["stock"], owed),
        "cash_ratio": quotient(f["cash"], owed),
    }


def _profit(f: Facts) -> dict[str, Column]:
    sales = positive(f["sales"])
    return {
        "return_on_assets": 100 * quotient(a_year(f["net_profit"], f["months"]), positive(f["total_assets"])),
        "return_on_sales": 100 * quotient(f["net_profit"], sales),
        "gross_margin": 100 * quotient(sales - f["cost_of_sales"], sales),
        "receivable_days": DAYS_OF_YEAR * quotient(f["receivables"], positive(a_year(f["sales"], f["months"]))),
        "stock_days": DAYS_OF_YEAR * quotient(f["stock"], positive(a_year(f["cost_of_sales"], f["months"]))),
    }


def _size(f: Facts) -> dict[str, Column]:
    sales = a_year(f["sales"], f["months"])
    before = positive(a_year(f["previous_sales"], f["previous_months"]))
    # Growth only between two years of one currency: an exchange rate is no growth.
    comparable = (f["previous_gap_days"] >= YEARS_APART[0]) & (f["previous_gap_days"] <= YEARS_APART[1])
    comparable &= f["previous_same_currency"] == 1
    change = f["equity"] - f["previous_equity"]
    return {
        "sales_size": np.where(sales >= 0, sales * f["house_rate"] / 1000, np.nan),
        "sales_growth": np.where(comparable, 100 * (quotient(sales, before) - 1), np.nan),
        "equity_change": np.where(comparable, 100 * quotient(change, positive(f["previous_total_assets"])), np.nan),
    }


def _others(f: Facts) -> dict[str, Column]:
    recent = quotient(f["recent_days"], positive(f["recent_invoices"]))
    earlier = quotient(
        f["experience_days"] - f["recent_days"], positive(f["experience_invoices"] - f["recent_invoices"])
    )
    invoices = positive(f["experience_invoices"])
    return {
        "accounts_age": f["accounts_age_days"],
        "audited": f["audited"],
        # Sums over invoices / invoices: months and reporters weigh as many invoices as they saw.
        "days_beyond_terms": quotient(f["experience_days"], invoices),
        "share_overdue": quotient(f["experience_overdue"], invoices),
        "payment_trend": recent - earlier,
        "overdues_reported": f["overdues"],
        "claims_filed": f["claims"],
        "court_cases": f["court_cases"],
        "filing_lapses": f["filing_lapses"],
        "sector_risk": f["sector_class"],
        "company_age": np.where(f["founded_days"] >= 0, f["founded_days"] / DAYS_OF_YEAR, np.nan),
        "country_risk": f["country_class"],
    }
