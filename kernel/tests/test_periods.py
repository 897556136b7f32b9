"""Periods and working days, worked out on a calendar by hand."""

from datetime import date

import pytest

from kernel.periods import (
    FOLLOWING,
    PRECEDING,
    Period,
    is_working_day,
    plus_months,
    plus_working_days,
    rolled,
    working_days_until,
)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_clamp_to_the_month_they_end_in(day, months, expected):
    assert plus_months(day, months) == expected


@pytest.mark.parametrize(
    ("day", "country", "works"),
    [
        (date(2026, 11, 20), "DE", True),  # a Friday
        (date(2026, 11, 21), "DE", False),  # a Saturday
        (date(2026, 12, 25), "DE", False),  # Christmas, a Friday
        (date(2026, 10, 1), "CN", False),  # National Day, a Thursday
        (date(2025, 9, 28), "CN", True),  # a Sunday worked to make up for the holidays
        (date(2026, 11, 27), "AE", True),  # Friday is a working day there since 2022
        (date(2026, 11, 20), "ZZ", True),  # no calendar known: weekends alone
        (date(2026, 11, 22), "ZZ", False),
    ],
)
def test_days_off_are_those_of_the_country(day, country, works):
    assert is_working_day(day, country) is works


def test_a_day_off_rolls_as_the_policy_says():
    assert rolled(date(2026, 11, 21), "DE", FOLLOWING) == date(2026, 11, 23)
    assert rolled(date(2026, 11, 21), "DE", PRECEDING) == date(2026, 11, 20)
    assert rolled(date(2026, 11, 20), "DE", FOLLOWING) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, date(2026, 12, 23)), (1, date(2026, 12, 24)), (2, date(2026, 12, 28)), (3, date(2026, 12, 29))],
)
def test_working_days_skip_christmas_and_the_weekend(count, expected):
    # 23 Dec 2026 is a Wednesday; 25 and 26 Dec are holidays, 27 a Sunday.
    assert plus_working_days(date(2026, 12, 23), count, "DE") == expected


def test_working_days_between_two_days():
    assert working_days_until(date(2026, 11, 21), date(2026, 11, 23), "DE") == 1
    assert working_days_until(date(2026, 11, 21), date(2026, 11, 21), "DE") == 0
    assert working_days_until(date(2026, 11, 23), date(2026, 11, 20), "DE") == -1


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period(60), date(2026, 9, 14)),  # case 14 of the domain: due 16 July, extension ends 14 September
        (Period(4, "months"), date(2026, 11, 16)),
        (Period(2, "working_days"), date(2026, 7, 20)),  # Friday 17, Monday 20
    ],
)
def test_a_period_ends_as_its_unit_counts(period, expected):
    assert period.after(date(2026, 7, 16), "DE") == expected
