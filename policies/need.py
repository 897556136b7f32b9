"""How much limit a trade needs: what will be owed at one time when a year's sales are paid after so many days."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from kernel.money import rounded
from kernel.working import Step

DAYS_OF_A_YEAR = 365


@dataclass(frozen=True)
class Need:
    """The proposed limit and how it was found, both in the currency of the turnover."""

    amount: Decimal
    steps: tuple[Step, ...]


def need(turnover: Decimal, terms_days: int, currency: str, roundings: Sequence[tuple[Decimal, Decimal]]) -> Need:
    """Turnover × days / 365, rounded up (domain.md §5).

    `roundings` are pairs of the edition: up to the first amount, round up to full multiples of the second; the last
    pair holds for everything above. Nothing is sold, nothing is needed.
    """
    owed = turnover * terms_days / DAYS_OF_A_YEAR
    step = next((step for up_to, step in roundings if owed <= up_to), roundings[-1][1])
    amount = (owed / step).to_integral_value(rounding=ROUND_CEILING) * step
    return Need(
        amount,
        (
            Step("expected_turnover", turnover),
            Step("owed_at_one_time", rounded(owed, currency), {"terms_days": terms_days}),
            Step("need_rounded_up", amount, {"step_amount": step, "currency": currency}),
        ),
    )
