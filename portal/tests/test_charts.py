"""The geometry of the charts, worked by hand (portal/charts.py)."""

from datetime import date
from decimal import Decimal

import pytest

from portal import charts
from portal.charts import Bar, Slice


def d(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize(
    ("value", "limit", "longest", "drawn"),
    [
        ("500", "1000", "1000", Bar(500, 0, 1000)),
        ("1000", "1000", "1000", Bar(1000, 0, 1000)),  # at the limit nothing is over it
        ("1000.01", "1000", "2000", Bar(500, 0, 500)),  # a cent over is less than a unit wide
        ("1500", "1000", "2000", Bar(500, 250, 500)),
        ("0", "1000", "1000", Bar(0, 0, 1000)),
        ("-5", "1000", "1000", Bar(0, 0, 1000)),  # a credit balance owes nothing
        ("300", "0", "300", Bar(0, 1000, 0)),  # a limit of zero: all of it is over
        ("300", None, "600", Bar(500, 0, None)),
        ("0", "0", "0", Bar(0, 0, 0)),
    ],
)
def test_a_bar_is_split_at_its_limit(value: str, limit: str | None, longest: str, drawn: Bar) -> None:
    assert charts.bar(d(value), None if limit is None else d(limit), d(longest)) == drawn


def test_the_longest_bar_fills_the_track_and_none_passes_it() -> None:
    assert charts.length(d("7"), d("7")) == charts.WIDE
    assert charts.length(d("8"), d("7")) == charts.WIDE


def test_slices_follow_each_other_without_a_gap_and_fill_the_bar() -> None:
    assert charts.slices([d("1"), d("1"), d("1")]) == [Slice(0, 333), Slice(333, 333), Slice(666, 334)]
    assert charts.slices([d("0"), d("5")]) == [Slice(0, 0), Slice(0, 1000)]
    assert charts.slices([d("0"), d("0")]) == [Slice(0, 0), Slice(0, 0)]
    assert charts.slices([]) == []


@pytest.mark.parametrize(
    ("amount", "most", "drawn"),
    [(5, 5, Slice(500, 500)), (-5, 5, Slice(0, 500)), (-2, 5, Slice(300, 200)), (0, 5, Slice(500, 0)),
     (0, 0, Slice(500, 0)), (1, 3, Slice(500, 166))],
)  # fmt: skip
def test_a_bar_from_the_middle_goes_left_below_zero_and_right_above(amount: int, most: int, drawn: Slice) -> None:
    assert charts.pull(amount, most) == drawn


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [("1", "3", 33), ("1", "2", 50), ("5", "1000", 1), ("0", "0", 0)]
)
def test_shares_are_whole_per_cents_half_up(part: str, whole: str, percent: int) -> None:
    assert charts.share(d(part), d(whole)) == percent


def test_a_trend_steps_down_when_the_grade_gets_worse() -> None:
    drawn = charts.trend([(date(2026, 1, 1), 4), (date(2026, 1, 6), 7)], until=date(2026, 1, 11))
    assert drawn is not None
    assert drawn.path == "M0 35H500V62H1000"
    assert (drawn.end_x, drawn.end_y) == (1000, 62)
    assert (drawn.first, drawn.last) == (date(2026, 1, 1), date(2026, 1, 11))
    assert (drawn.first_grade, drawn.last_grade) == (4, 7)


def test_grade_one_is_on_top_and_ten_at_the_bottom() -> None:
    assert charts.height(1) < charts.height(2) < charts.height(10) < charts.TALL
    assert charts.height(0) == charts.height(1)
    assert charts.height(99) == charts.height(10)


def test_a_single_grade_is_a_level_line_even_on_its_first_day() -> None:
    drawn = charts.trend([(date(2026, 1, 1), 3)])
    assert drawn is not None
    assert drawn.path == f"M0 {charts.height(3)}H1000"


def test_points_may_come_in_any_order_and_a_day_gone_by_does_not_shorten_the_line() -> None:
    points = [(date(2026, 5, 1), 5), (date(2026, 1, 1), 4)]
    drawn = charts.trend(points, until=date(2026, 3, 1))
    assert drawn is not None
    assert (drawn.last, drawn.last_grade) == (date(2026, 5, 1), 5)


def test_without_a_grade_nothing_is_drawn() -> None:
    assert charts.trend([]) is None


def test_a_rank_of_100_lies_on_top_and_none_leaves_the_strip() -> None:
    assert [charts.depth(d(rank)) for rank in ("100", "50", "0", "101", "-1")] == [0, 20, 40, 0, 40]


def test_ranks_over_years_are_joined_and_a_gap_is_drawn_across() -> None:
    assert charts.line([(1996, d("0")), (1998, d("50")), (2006, d("100"))]) == "M0 40L200 20L1000 0"
    assert charts.line([(2020, d("50"))]) == "M0 20h0"
    assert charts.line([]) == ""


def test_a_scale_of_six_fills_the_same_space_as_one_of_ten() -> None:
    assert [charts.height(n, 6) for n in (1, 2, 6, 7)] == [8, 24, 89, 89]
    assert [charts.height(n) for n in (1, 4, 10)] == [8, 35, 89]
