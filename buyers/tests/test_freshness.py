"""How soon a buyer is looked at again: by its grade, worked out by hand, and never later for being worse."""

import json
from datetime import date
from typing import Any

import numpy as np
import pytest

from buyers.freshness import DATA, BadFreshness, freshness, next_look, next_looks, parsed_freshness

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("grade", "until", "looked_at_again"),
    [
        (1, None, date(2027, 1, 20)),
        (2, None, date(2027, 1, 20)),
        (3, None, date(2027, 1, 5)),
        (4, None, date(2027, 1, 5)),
        (5, None, date(2026, 12, 21)),
        (6, None, date(2026, 12, 21)),
        (7, None, date(2026, 12, 5)),
        (8, None, date(2026, 12, 5)),
        (9, None, date(2026, 11, 28)),
        (10, None, date(2026, 11, 28)),
        (5, date(2026, 11, 21), date(2026, 11, 22)),  # an underwriter's grade ends today: looked at tomorrow
        (5, date(2026, 12, 19), date(2026, 12, 20)),
        (5, date(2026, 12, 20), date(2026, 12, 21)),
        (5, date(2026, 12, 21), date(2026, 12, 21)),  # it outlives the freshness
    ],
)
def test_the_day_of_the_next_look(grade: int, until: date | None, looked_at_again: date):
    assert next_look(grade, TODAY, until) == looked_at_again
    many = next_looks(np.array([grade, 1], np.int16), TODAY, np.array([until, None], "M8[D]"))
    assert many.tolist() == [looked_at_again, date(2027, 1, 20)]


def test_nobody_is_looked_at_later_for_being_worse():
    days = [days for _grade, days in freshness().by_grade()]
    assert days == sorted(days, reverse=True)
    assert days[0] > days[-1]


def table(**days: Any) -> dict[str, Any]:
    data = json.loads(DATA.read_text(encoding="utf-8"))
    return {**data, "days_by_grade": {**data["days_by_grade"], **days}}


@pytest.mark.parametrize(
    "data",
    [
        table(**{"5": 46}),  # later than a better one
        table(**{"9": 0, "10": 0}),
        table(**{"11": 7}),
        {"edition": "x", "days_by_grade": {}},
        {**table(), "more": 1},
    ],
)
def test_a_crooked_table_is_refused(data: dict[str, Any]):
    with pytest.raises(BadFreshness):
        parsed_freshness(data)


def test_a_table_may_be_even():
    assert parsed_freshness(table(**{str(grade): 30 for grade in range(1, 11)})).days == (30,) * 10
