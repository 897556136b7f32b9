"""Which caps on exposure make sense."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kernel.money import LARGEST
from kernel.refusals import Refusal, refusal


@dataclass(frozen=True)
class Cap:
    """A cap in house currency, of exactly one of `grade`, `country`, `buyer`."""

    amount: Decimal
    valid_from: date
    valid_to: date | None = None
    grade: int | None = None
    country: str = ""
    buyer: int | None = None


def appetite_refused(cap: Cap, today: date) -> tuple[Refusal, ...]:
    """Refuses caps below 0 or larger than any column, of nothing or of two things, of a grade off the scale, that begin
    in the past (decisions were made under what was in force then) or end before they begin."""
    found = []
    if not cap.amount.is_finite() or not 0 <= cap.amount <= LARGEST:
        found.append(refusal("cap_below_zero", "cap"))
    if sum((cap.grade is not None, bool(cap.country), cap.buyer is not None)) != 1:
        found.append(refusal("cap_of_one_thing"))
    if cap.grade is not None and not 1 <= cap.grade <= 10:
        found.append(refusal("grade_off_scale", "grade"))
    if cap.valid_from < today:
        found.append(refusal("cap_begins_in_the_past", "valid_from", today_on=today))
    if cap.valid_to is not None and cap.valid_to < cap.valid_from:
        found.append(refusal("cap_ends_before_it_begins", "valid_to"))
    return tuple(found)
