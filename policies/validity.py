"""From when to when a decision on a limit holds."""

from dataclasses import dataclass
from datetime import date, timedelta

from kernel.periods import plus_months


@dataclass(frozen=True)
class Validity:
    """The first and the last day, both included."""

    first: date
    last: date


def granted(today: date, lifetime_months: int, until: date | None, policy_ends_on: date) -> Validity:
    """More cover: at once, for the policy's lifetime of limits, not beyond what was wanted nor beyond the policy."""
    last = plus_months(today, lifetime_months) - timedelta(days=1)
    return Validity(today, max(today, min(day for day in (last, until, policy_ends_on) if day is not None)))


def cut_takes_effect(today: date, notice_days: int) -> date:
    """Less cover: for deliveries after the notice date plus the policy's notice days (domain.md §5)."""
    return today + timedelta(days=1 + notice_days)


def cut(first: date, present_ends_on: date | None, until: date | None, policy_ends_on: date) -> Validity:
    """Less cover from `first` on: never for longer than what it cuts, what was wanted, and the policy."""
    return Validity(first, max(first, min(d for d in (present_ends_on, until, policy_ends_on) if d is not None)))
