"""Periods and working days. Months clamp (31 January + 1 month = 28 or 29 February); days off are a country's."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

FOLLOWING, PRECEDING = "following", "preceding"


def plus_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day when it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@lru_cache(maxsize=256)
def days_off(country: str, year: int) -> holidays.HolidayBase:
    """Public holidays and (China) made-up working days of `country` in `year`; weekends alone where none are known."""
    try:
        return holidays.country_holidays(country, years=year)
    except NotImplementedError:
        return holidays.HolidayBase(years=year)


def is_working_day(day: date, country: str) -> bool:
    """False on that country's weekends and public holidays; a make-up Saturday in China is a working day."""
    return days_off(country, day.year).is_working_day(day)


def rolled(day: date, country: str, rule: str) -> date:
    """`day` itself when it is a working day, else the next (FOLLOWING) or the last (PRECEDING) one."""
    step = timedelta(days=1 if rule == FOLLOWING else -1)
    while not is_working_day(day, country):
        day += step
    return day


def plus_working_days(day: date, count: int, country: str) -> date:
    """The `count`-th working day after `day`; `day` itself is not counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, country)
    return day


def working_days_until(start: date, end: date, country: str) -> int:
    """How many working days lie after `start` up to and including `end`; negative when `end` has passed."""
    if end < start:
        return -working_days_until(end, start, country)
    return sum(is_working_day(start + timedelta(days=n), country) for n in range(1, (end - start).days + 1))


@dataclass(frozen=True)
class Period:
    """A length of time as a policy words it: "60 days", "4 months", "30 working days"."""

    number: int
    unit: str = "days"  # days, months, working_days

    def after(self, day: date, country: str) -> date:
        """The day on which this period, begun after `day`, ends."""
        if self.unit == "months":
            return plus_months(day, self.number)
        if self.unit == "working_days":
            return plus_working_days(day, self.number, country)
        return day + timedelta(days=self.number)
