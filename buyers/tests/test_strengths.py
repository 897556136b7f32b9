"""The steps of the groups: five, from the lines a reader may see, without a point in them."""

import pytest

from buyers.explanation import LIFTS, LOWERS, MISSING, Line
from buyers.scorecard import edition
from buyers.strengths import pulls, strengths

CARD = edition("2026-1")
SOLVENCY = [i for i in CARD.indicators if i.group == "solvency"]


def lines(share: float, effect: str = LIFTS) -> list[Line]:
    return [
        Line(i.code, i.group, effect, round(min(i.points) + share * (max(i.points) - min(i.points))), i.weight, i.code)
        for i in SOLVENCY
    ]


@pytest.mark.parametrize(("share", "step"), [(0, 1), (0.3, 2), (0.5, 3), (0.7, 4), (1, 5)])
def test_the_step_lies_between_the_worst_and_the_best_of_the_card(share: float, step: int):
    (found,) = strengths(lines(share), CARD)
    assert (found.group, found.step, found.code) == ("solvency", step, f"strength_{step}")


def test_what_is_missing_is_neither_weak_nor_strong():
    best, *rest = lines(1)
    worst = [Line(r.indicator, r.group, MISSING, -50, r.weight, r.code) for r in rest]
    (found,) = strengths([best, *worst], CARD)
    assert (found.step, found.known, found.of) == (5, 1, len(SOLVENCY))
    (nothing,) = strengths(worst, CARD)
    assert (nothing.step, nothing.code, nothing.title) == (None, "strength_unknown", "group_solvency")


def test_a_group_a_reader_may_not_see_has_no_step():
    assert {s.group for s in strengths(lines(0, LOWERS), CARD)} == {"solvency"}


def test_an_indicator_that_may_fall_deep_does_not_outshine_the_others():
    payment = {i.code: i for i in edition().indicators if i.group == "payment"}
    # By hand, weights 8 and 2: invoices paid as late as the card knows (0 × 8) and no claim filed (1 × 2) are 2 of 10.
    late = Line(
        "days_beyond_terms", "payment", LOWERS, min(payment["days_beyond_terms"].points), 8, "days_beyond_terms"
    )
    none = Line("claims_filed", "payment", LIFTS, max(payment["claims_filed"].points), 2, "claims_filed_none")
    assert [s.step for s in strengths([late, none], edition())] == [2]


@pytest.mark.parametrize(
    ("points", "steps"),
    [
        ([], []),
        ([0], [0]),
        ([-10, 10], [-5, 5]),
        ([20, 4, 1, -5], [5, 1, 1, -2]),  # by hand: 20 is 5 steps, each begun 4 points are one
        ([-3, 0, 3], [-5, 0, 5]),
        ([-100, 99, -81, 80, 41], [-5, 5, -5, 4, 3]),
    ],
)
def test_what_pulls_does_so_in_steps_of_the_strongest(points: list[int], steps: list[int]):
    assert pulls(points) == steps
