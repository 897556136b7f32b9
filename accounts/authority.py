"""May this member of staff decide this alone? A personal authority by amount and grade; above it four eyes."""

from dataclasses import dataclass
from decimal import Decimal

from kernel.refusals import Refusal, refusal

# A buyer without a grade is treated as the worst one: only who may decide on grade 10 may decide on the unknown.
UNGRADED_COUNTS_AS = 10


@dataclass(frozen=True)
class Authority:
    """Up to and including `amount` (house currency) on one buyer, for `best_grade`..`worst_grade` (1 is best)."""

    amount: Decimal
    currency: str
    best_grade: int
    worst_grade: int


def within_authority(amount_house: Decimal, grade: int | None, authority: Authority | None) -> tuple[Refusal, ...]:
    """Every reason why the decision needs a second person; empty when it may be taken alone.

    `amount_house` is the amount of the decision in the house currency at the rate of the decision's day, `grade` the
    buyer's present one (None: ungraded), `authority` the person's own (None: has none). Both boundaries belong to the
    authority: exactly the amount, and exactly the worst grade, are within it.
    """
    if authority is None:
        return (refusal("no_authority", "amount"),)
    found = []
    if amount_house > authority.amount:
        found.append(
            refusal("amount_over_authority", "amount", amount=f"{authority.amount:f}", currency=authority.currency)
        )
    counted = UNGRADED_COUNTS_AS if grade is None else grade
    if not authority.best_grade <= counted <= authority.worst_grade:
        found.append(
            refusal(
                "ungraded_outside_authority" if grade is None else "grade_outside_authority",
                "amount",
                grade=counted,
                best=authority.best_grade,
                worst=authority.worst_grade,
            )
        )
    return tuple(found)


def authority_refused(
    amount: Decimal, currency: str, house_currency: str, best_grade: int, worst_grade: int
) -> tuple[Refusal, ...]:
    """Refuses an authority no decision could be compared with: another currency, grades out of order or scale."""
    found = []
    if not amount.is_finite() or amount < 0:
        found.append(refusal("authority_below_zero", "amount"))
    if currency != house_currency:
        found.append(refusal("authority_not_in_house_currency", "currency", currency=house_currency))
    if not 1 <= best_grade <= worst_grade <= 10:
        found.append(refusal("grades_out_of_order", "worst_grade"))
    return tuple(found)
