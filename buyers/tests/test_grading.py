"""From indicators to a grade: bins by hand, the missing, the insolvent, and better facts never making a worse grade."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buyers.grading import MISSING_BIN, UNBOUNDED, graded
from buyers.scorecard import CLASSES, DOWN, UP, edition
from scripts.places import ROOT

CARD = edition("2026-1")
PLACE = {code: j for j, code in enumerate(CARD.codes)}


def grades_of(insolvent: bool = False, **values: float):
    columns = {code: np.array([float(value)]) for code, value in values.items()}
    return graded({**columns, "insolvent": np.array([insolvent])}, CARD)


# By hand from buyers/editions/2026-1.json: a bound belongs to the bin below it.
@pytest.mark.parametrize(
    ("code", "value", "points"),
    [
        ("equity_ratio", -50, -36), ("equity_ratio", 0, -36), ("equity_ratio", 0.04, -36), ("equity_ratio", 0.1, -24),
        ("equity_ratio", 5, -24), ("equity_ratio", 20, -4), ("equity_ratio", 20.1, 6), ("equity_ratio", 55, 20),
        ("equity_ratio", 55.1, 24), ("interest_cover", np.inf, 15), ("interest_cover", -2, -24),
        ("debt_to_earnings", np.inf, -20), ("debt_to_earnings", 0, 12), ("debt_to_earnings", 0.5, 12),
        ("debt_to_earnings", 0.51, 8), ("current_ratio", 0.7, -16), ("current_ratio", 0.71, -9),
        ("audited", 0, -3), ("audited", 1, 3), ("days_beyond_terms", -3, 22), ("days_beyond_terms", 0.1, 15),
        ("days_beyond_terms", 60, -26), ("days_beyond_terms", 60.1, -40), ("overdues_reported", 0, 3),
        ("overdues_reported", 1, -18), ("overdues_reported", 3, -48), ("claims_filed", 2, -70),
        ("sales_size", 500, -14), ("sales_size", 501, -7), ("company_age", 2, -18), ("company_age", 2.1, -8),
        ("country_risk", 0, 14), ("country_risk", 7, -28), ("country_risk", 8, 14), ("country_risk", 9, -12),
        ("country_risk", 4, -4),
    ],
)  # fmt: skip
def test_a_value_falls_into_its_bin(code: str, value: float, points: int):
    assert grades_of(**{code: value}).contributions[0, PLACE[code]] == points


def test_a_class_the_edition_does_not_know_is_missing():
    result = grades_of(country_risk=12)
    assert result.bins[0, PLACE["country_risk"]] == MISSING_BIN
    assert not result.known[0, PLACE["country_risk"]]


def test_what_is_missing_gives_its_points_and_costs_its_weight():
    nothing = grades_of()
    assert nothing.confidence[0] == 0
    assert nothing.contributions[0].tolist() == [i.missing for i in CARD.indicators]
    assert nothing.points[0] == CARD.base + sum(i.missing for i in CARD.indicators)
    assert grades_of(equity_ratio=30, current_ratio=1).confidence[0] == 9 + 4
    assert grades_of(equity_ratio=np.nan).confidence[0] == 0


def test_a_value_is_rounded_to_its_editions_digits_and_cut_off_at_the_unbounded():
    assert grades_of(equity_ratio=33.37).values[0, PLACE["equity_ratio"]] == 334
    assert grades_of(interest_cover=np.inf).values[0, PLACE["interest_cover"]] == UNBOUNDED
    assert grades_of(quick_ratio=-np.inf).values[0, PLACE["quick_ratio"]] == -UNBOUNDED


def test_the_sum_and_its_probability_are_those_of_the_edition():
    result = grades_of(equity_ratio=35, days_beyond_terms=0)
    others = [i for i in CARD.indicators if i.code not in ("equity_ratio", "days_beyond_terms")]
    points = CARD.base + 14 + 22 - 8 + sum(i.missing for i in others) + 8  # 30-40 % gives 14
    assert result.points[0] == points
    assert result.probability[0] == int(CARD.probabilities[points - CARD.lowest] * 10**8)
    assert result.grade[0] == CARD.grades[points - CARD.lowest]


def test_an_insolvent_buyer_is_graded_ten_whatever_its_points():
    result = grades_of(insolvent=True, equity_ratio=80, days_beyond_terms=0, country_risk=0)
    assert (result.grade[0], result.probability[0]) == (10, 10**8)


def test_the_worst_buyer_that_is_not_insolvent_is_a_nine():
    worst = {i.code: (-1e9 if i.direction == UP else 1e9) for i in CARD.indicators if i.direction != CLASSES}
    assert grades_of(**worst, country_risk=7).grade[0] == 9


# One seed makes a whole buyer: to draw forty numbers one by one takes longer than to grade them.
SEEDS = st.integers(0, 2**32 - 1)


def any_values(seed: int, card=CARD) -> dict[str, float]:
    """Indicators of any size, some of them exactly on a bound of their bins, some unknown."""
    dice = np.random.default_rng(seed)
    k = len(card.indicators)
    values = dice.normal(size=k) * 10 ** dice.uniform(-3, 6, k)
    for j, indicator in enumerate(card.indicators):
        if indicator.uppers and dice.random() < 0.3:
            values[j] = dice.choice(indicator.uppers) / 10**indicator.digits
    return dict(zip(card.codes, np.where(dice.random(k) < 0.2, np.nan, values).tolist(), strict=True))


@given(st.lists(SEEDS, min_size=1, max_size=5))
def test_one_and_many_are_graded_alike(seeds: list[int]):
    rows = [any_values(seed) for seed in seeds]
    columns = {code: np.array([row[code] for row in rows]) for code in CARD.codes}
    many = graded({**columns, "insolvent": np.zeros(len(rows), bool)}, CARD)
    for n, row in enumerate(rows):
        alone = grades_of(**row)
        assert (alone.grade[0], alone.points[0], alone.confidence[0]) == (
            many.grade[n], many.points[n], many.confidence[n],
        )  # fmt: skip


@given(
    st.sampled_from([i for i in CARD.indicators if i.direction != CLASSES]), SEEDS, st.floats(-1e6, 1e6),
    st.floats(0, 1e6),
)  # fmt: skip
def test_a_better_value_never_makes_a_worse_grade(indicator, seed: int, low: float, more: float):
    values = any_values(seed)
    better, worse = (low + more, low) if indicator.direction == UP else (low, low + more)
    good, bad = grades_of(**{**values, indicator.code: better}), grades_of(**{**values, indicator.code: worse})
    assert good.points[0] >= bad.points[0]
    assert good.grade[0] <= bad.grade[0]
    assert good.probability[0] <= bad.probability[0]


@given(st.lists(st.sampled_from(CARD.codes), unique=True))
def test_knowing_less_never_raises_confidence(unknown: list[str]):
    values = {i.code: 1.0 for i in CARD.indicators}
    less = grades_of(**{code: value for code, value in values.items() if code not in unknown})
    assert less.confidence[0] == 100 - sum(i.weight for i in CARD.indicators if i.code in unknown)


def test_scoring_needs_nothing_but_numpy():
    code = "import sys, numpy; bare = set(sys.modules); from buyers import grading, indicators, scorecard"
    command = [sys.executable, "-c", f"{code}; print(*sys.modules.keys() - bare)"]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    others = {name.split(".")[0] for name in loaded.split()} - set(sys.stdlib_module_names)
    assert others - {"numpy"} == {"buyers"}


def test_a_million_are_graded_by_the_same_function_in_a_moment():
    n = 200_000
    rng = np.random.default_rng(1)
    columns = {code: rng.normal(10, 20, n) for code in CARD.codes}
    result = graded({**columns, "insolvent": np.zeros(n, bool)}, CARD)
    assert result.contributions.shape == (n, len(CARD.indicators))
    assert (result.points == CARD.base + result.contributions.sum(axis=1)).all()


# --- the edition in use: additive, monotone, under its country's ceiling ----------------------------------------------

TRAINED = edition()


def under(card, insolvent: bool = False, **values: float):
    columns = {code: np.array([float(value)]) for code, value in values.items()}
    return graded({**columns, "insolvent": np.array([insolvent])}, card)


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_points_are_the_base_and_the_sum_of_what_each_indicator_gives(seed: int):
    values = any_values(seed, TRAINED)
    result = under(TRAINED, **values)
    assert result.points[0] == TRAINED.base + result.contributions[0].sum()
    alone = [under(TRAINED, **{code: values[code]}) for code in TRAINED.codes]
    assert [r.contributions[0, j] for j, r in enumerate(alone)] == result.contributions[0].tolist()


@given(
    st.sampled_from([i for i in TRAINED.indicators if i.direction in (UP, DOWN)]),
    st.floats(-1e5, 1e5),
    st.floats(0, 1e5),
)
def test_a_better_value_never_gives_fewer_points_under_the_trained_card(indicator, value: float, more: float):
    place = TRAINED.codes.index(indicator.code)
    low, high = (under(TRAINED, **{indicator.code: v}).contributions[0, place] for v in (value, value + more))
    assert (high >= low) if indicator.direction == UP else (high <= low)


# By hand: class 7 allows no better grade than 6, class 4 no better than 3, class 0 and high income any.
@pytest.mark.parametrize(("risk", "best"), [(0, 1), (3, 1), (4, 3), (5, 4), (6, 5), (7, 6), (8, 1), (9, 5)])
def test_no_grade_is_better_than_the_countrys_ceiling(risk: int, best: int):
    fine = {i.code: (i.uppers[-1] + 1 if i.direction == UP else i.uppers[0]) / 10**i.digits
            for i in TRAINED.indicators if i.direction in (UP, DOWN)}  # fmt: skip
    result = under(TRAINED, **{**fine, "country_risk": risk})
    assert result.grade[0] == best
    lowest = {1: 0, 3: 250_001, 4: 600_001, 5: 1_200_001, 6: 2_500_001}[best]  # in 10**-8: above the grade before
    assert result.probability[0] >= lowest
    assert under(TRAINED, insolvent=True, country_risk=risk).grade[0] == 10


def test_a_million_buyers_are_graded_as_each_alone():
    one = {"equity_ratio": 35.0, "current_ratio": 1.5, "operating_cost_ratio": 94.0, "days_beyond_terms": 12.0}
    many = graded({**{c: np.full(1_000, v) for c, v in one.items()}, "insolvent": np.zeros(1_000, bool)}, TRAINED)
    assert set(many.points.tolist()) == set(under(TRAINED, **one).points.tolist())
