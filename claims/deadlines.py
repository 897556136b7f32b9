"""The days of a claim: from when it may be filed, until when it should be, and by when it is decided.

Numbers and units are terms of the policy. The insurer's clock rests while papers are asked for (domain.md §9).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.periods import Period, plus_working_days, working_days_until


@dataclass(frozen=True)
class ClaimTerms:
    """What the policy says about the days of a claim."""

    maximum_extension_days: int
    file_within: Period  # after the extension period
    decide_within: Period  # after filing
    country: str  # whose working days count


def extension_ends_on(due_on: date, terms: ClaimTerms) -> date:
    """Last day of the maximum extension period: it starts the day after due (domain.md §4, case 14)."""
    return due_on + timedelta(days=terms.maximum_extension_days)


def opens_on(dues: Iterable[date], terms: ClaimTerms) -> date:
    """First day on which protracted default may be claimed: the day after the oldest invoice's extension period."""
    return extension_ends_on(min(dues), terms) + timedelta(days=1)


def file_by(dues: Iterable[date], terms: ClaimTerms) -> date:
    """Last day to file for the oldest invoice, counted from the end of its extension period."""
    return terms.file_within.after(extension_ends_on(min(dues), terms), terms.country)


def decide_by(filed_on: date, terms: ClaimTerms) -> date:
    """The day by which a claim filed on `filed_on` is decided; the day of filing is not counted."""
    return terms.decide_within.after(filed_on, terms.country)


def moved(decide_on: date, stopped_on: date, resumed_on: date, terms: ClaimTerms) -> date:
    """`decide_on` after the clock has rested from `stopped_on` to `resumed_on`: later by as many days as it rested.

    Working days for a period in working days, calendar days for one in days or months. Stopped and resumed on one day
    moves nothing.
    """
    if terms.decide_within.unit == "working_days":
        rested = working_days_until(stopped_on, resumed_on, terms.country)
        return plus_working_days(decide_on, rested, terms.country)
    return decide_on + (resumed_on - stopped_on)


def days_left(decide_on: date, today: date, stopped_on: date | None, terms: ClaimTerms) -> int:
    """Days of the period's unit still left, negative when passed; counted from the stop while the clock rests."""
    start = stopped_on or today
    if terms.decide_within.unit == "working_days":
        return working_days_until(start, decide_on, terms.country)
    return (decide_on - start).days
