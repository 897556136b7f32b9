"""What the office reads of a refresh: one word and a few numbers, at their boundaries."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from buyers.refreshing import Going

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
HALF = Going(10, 5, 0, 2, 25_000, START, None, START + timedelta(seconds=50))


def after(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("changes", "seconds", "state"),
    [
        ({}, 60, "under_way"),
        ({}, 9_000, "under_way"),  # somebody holds a range
        ({"held": 0}, 60, "waiting"),
        ({"held": 0}, 50 + 179, "waiting"),
        ({"held": 0}, 50 + 180, "stalled"),
        ({"held": 0, "done": 0, "last_done_at": None}, 179, "waiting"),
        ({"held": 0, "done": 0, "last_done_at": None}, 180, "stalled"),
        ({"given_up": 1}, 60, "given_up"),
        ({"given_up": 5, "held": 0, "finished_at": after(99)}, 100, "given_up"),
        ({"done": 10, "held": 0}, 60, "done"),
        ({"done": 10, "held": 0, "finished_at": after(61)}, 9_000, "done"),
        ({"done": 9, "held": 0, "finished_at": after(61)}, 9_000, "done"),  # what is left was dropped
    ],
)
def test_the_word(changes: dict, seconds: int, state: str):
    assert replace(HALF, **changes).state(after(seconds)) == state


@pytest.mark.parametrize(("done", "percent"), [(0, 0), (1, 0), (199, 99), (200, 100)])
def test_a_hundred_percent_is_all_of_it(done: int, percent: int):
    assert replace(HALF, parts=200, done=done).percent == percent


def test_a_run_without_ranges_is_done():
    assert replace(HALF, parts=0, done=0).percent == 100


def test_the_rate():
    assert HALF.rate(after(60)) == 500  # to the last range done
    assert replace(HALF, finished_at=after(100)).rate(after(9_000)) == 250
    assert replace(HALF, last_done_at=None, looked_at=0).rate(after(60)) == 0
    assert replace(HALF, finished_at=START, looked_at=7).rate(after(60)) == 7  # less than a second counts as one


@pytest.mark.parametrize(
    ("changes", "seconds", "minutes"),
    [
        ({}, 60, 1),  # 5 of 10 in a minute
        ({}, 61, 2),
        ({"done": 1}, 60, 9),
        ({"done": 0}, 60, None),
        ({"held": 0}, 60, None),
        ({"finished_at": after(60)}, 60, None),
    ],
)
def test_the_time_left(changes: dict, seconds: int, minutes: int | None):
    assert replace(HALF, **changes).minutes_left(after(seconds)) == minutes
