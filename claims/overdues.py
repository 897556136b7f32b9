"""Whether an overdue may be reported as it was typed (domain.md §9: what is not paid on its day)."""

from datetime import date
from decimal import Decimal

from kernel.money import amount_refused
from kernel.periods import plus_months
from kernel.refusals import Refusal, refusal
from receivables.invoicing import FARTHEST_YEARS


def overdue_refused(amount: Decimal, currency: str, due_on: date, today: date) -> tuple[Refusal, ...]:
    """Every reason why it cannot be reported: an amount that is none, a due date that has not passed or is a slip."""
    found = amount_refused(amount, currency)
    if due_on >= today:
        return (*found, refusal("not_overdue_yet", "due_on", due_on=due_on))
    if due_on < plus_months(today, -12 * FARTHEST_YEARS):
        return (*found, refusal("date_far_off", "due_on", day_on=due_on))
    return found
