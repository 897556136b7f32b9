"""Whether annual accounts can be what they say: the arithmetic every balance sheet obeys, whatever its standard."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from kernel.currencies import is_currency
from kernel.money import decimals_refused
from kernel.refusals import Refusal, refusal

Lines = Mapping[str, Decimal | None]

# A balance sheet from top to bottom, then a year's flows. What follows from others by one subtraction (gross profit is
# sales less cost of sales, working capital is current assets less current liabilities) is no line of its own.
ASSETS = (
    "total_assets", "fixed_assets", "current_assets", "cash", "short_term_securities", "stock", "receivables",
)  # fmt: skip
CAPITAL = (
    "equity", "share_capital", "retained_earnings",
    "total_liabilities", "current_liabilities", "short_term_debt", "payables", "long_term_debt",
)  # fmt: skip
RESULTS = (
    "sales", "cost_of_sales", "operating_costs", "operating_profit", "interest", "profit_before_tax", "net_profit",
    "depreciation",
)  # fmt: skip
GROUPS = {"assets": ASSETS, "capital": CAPITAL, "results": RESULTS}
LINES = (*ASSETS, *CAPITAL, *RESULTS)

# Lines that cannot be below nothing. Equity, earnings and (rarely, as income) interest can.
NEVER_NEGATIVE = (
    "total_assets", "fixed_assets", "current_assets", "cash", "short_term_securities", "stock", "receivables",
    "share_capital", "total_liabilities", "current_liabilities", "short_term_debt", "payables", "long_term_debt",
    "sales", "cost_of_sales", "operating_costs", "depreciation",
)  # fmt: skip
# A part and the whole it cannot exceed. Operating costs are all costs of the ordinary business: cost of sales, selling,
# administration, depreciation; long-term debt is all that is owed for longer than a year.
PARTS = (
    ("fixed_assets", "total_assets"), ("current_assets", "total_assets"), ("equity", "total_assets"),
    ("cash", "current_assets"), ("short_term_securities", "current_assets"), ("stock", "current_assets"),
    ("receivables", "current_assets"), ("current_liabilities", "total_liabilities"),
    ("long_term_debt", "total_liabilities"), ("short_term_debt", "current_liabilities"),
    ("payables", "current_liabilities"), ("cost_of_sales", "operating_costs"),
)  # fmt: skip
LONGEST_MONTHS = 24


def statement_refused(lines: Lines, currency: str, period_end: date, months: int, today: date) -> tuple[Refusal, ...]:
    """Refuses accounts of the future, of no or more than 24 months, without any line, in no currency, or whose parts
    are greater than their whole. Amounts in `currency`, unknown lines None; a line not known is no reason to refuse."""
    if not is_currency(currency):
        return (refusal("unknown_currency", "currency", currency=currency),)
    told = {name: amount for name, amount in lines.items() if amount is not None}
    found = [no for name, amount in told.items() for no in decimals_refused(amount, currency, name)]
    known = {name: amount for name, amount in told.items() if amount.is_finite()}
    if period_end > today:
        found.append(refusal("accounts_of_the_future", "period_end", period_end_on=period_end))
    if not 1 <= months <= LONGEST_MONTHS:
        found.append(refusal("months_out_of_range", "months", longest=LONGEST_MONTHS))
    if not told:
        found.append(refusal("accounts_are_empty"))
    found += [refusal("line_below_nothing", name) for name in NEVER_NEGATIVE if known.get(name, Decimal(0)) < 0]
    found += [
        refusal("part_exceeds_whole", part)
        for part, whole in PARTS
        if part in known and whole in known and known[part] > known[whole] >= 0
    ]
    return tuple(found)


def sending_refused(lines: Lines, currency: str, period_end: date, months: int, today: date) -> tuple[Refusal, ...]:
    """As above, of accounts that come with their file: whoever sends it may type none of its lines."""
    found = statement_refused(lines, currency, period_end, months, today)
    return tuple(no for no in found if no.code != "accounts_are_empty")


# Sums that hold in most accounts, and not in all: deferred items and provisions may stand beside them, and figures in
# thousands are rounded. Who types accounts in looks twice where they differ by more than 1 % of the whole.
SUMS = {
    "assets_do_not_add_up": (("fixed_assets", "current_assets"), "total_assets"),
    "balance_does_not_balance": (("equity", "total_liabilities"), "total_assets"),
    "debts_do_not_add_up": (("current_liabilities", "long_term_debt"), "total_liabilities"),
}
NEARLY = Decimal("0.01")


def statement_hints(lines: Lines, currency: str) -> tuple[Refusal, ...]:
    """What looks like a slip and may be right all the same: sums that differ from their whole, all three lines known;
    a profit greater than the sales it was made with."""
    known = {name: amount for name, amount in lines.items() if amount is not None and amount.is_finite()}
    found = []
    for code, (parts, whole) in SUMS.items():
        if whole in known and all(part in known for part in parts):
            difference = sum(known[part] for part in parts) - known[whole]
            if abs(difference) > NEARLY * abs(known[whole]):
                found.append(refusal(code, whole, amount=f"{difference:f}", currency=currency))
    if "sales" in known and known.get("operating_profit", Decimal(0)) > known["sales"]:
        found.append(refusal("profit_exceeds_sales", "operating_profit"))
    return tuple(found)
