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


def capped_by_policy(last: date | None, policy_ends_on: date) -> date:
    """The last day of something that lasts until `last` (None: as long as it can) under a policy."""
    return policy_ends_on if last is None else min(last, policy_ends_on)
