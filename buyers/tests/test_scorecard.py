"""An edition is data: what it must say, what its sums mean, and that a crooked one is refused."""

import copy
import json
from decimal import Decimal
from typing import Any

import pytest

from buyers.scorecard import CLASSES, DOWN, EDITIONS, UP, BadEdition, Edition, default_probability, edition
from buyers.scorecard import parsed_edition as parsed

EVERY = pytest.mark.parametrize(
    "card", [edition(p.stem) for p in sorted(EDITIONS.glob("20*.json"))], ids=lambda c: c.name
)


def written() -> dict[str, Any]:
    return json.loads((EDITIONS / "2026-1.json").read_text(), parse_float=Decimal)


@EVERY
def test_weights_sum_to_a_hundred_so_that_confidence_is_a_percentage(card: Edition):
    assert sum(i.weight for i in card.indicators) == 100


@EVERY
def test_more_of_what_is_good_never_gives_fewer_points(card: Edition):
    for indicator in card.indicators:
        points = list(indicator.points)
        if indicator.direction == UP:
            assert points == sorted(points), indicator.code
        elif indicator.direction == DOWN:
            assert points == sorted(points, reverse=True), indicator.code


@EVERY
def test_a_higher_oecd_class_never_gives_more_points_and_unclassified_stands_for_itself(card: Edition):
    (country,) = [i for i in card.indicators if i.code == "country_risk"]
    assert country.direction == CLASSES
    classified = [p for upper, p in zip(country.uppers, country.points, strict=True) if upper <= 7]
    assert classified == sorted(classified, reverse=True)
    assert country.uppers == tuple(range(10))
    assert country.points[9] < country.points[0]  # unclassified is not 0


@pytest.mark.parametrize("name", ["2026-1", "2026-2", "2026-3"])
def test_what_is_missing_is_never_better_than_the_best_nor_worse_than_the_worst_of_its_bins(name: str):
    for indicator in edition(name).indicators:
        assert min(indicator.points) <= indicator.missing <= max(indicator.points), indicator.code


# By hand: odds 40 at 500 points, doubling every 40; 540 points are odds of 80, 1 in 81.
@pytest.mark.parametrize(
    ("points", "probability"),
    [(500, "0.02439024"), (540, "0.01234568"), (460, "0.04761905"), (420, "0.09090909"), (580, "0.00621118")],
)
def test_forty_points_double_the_odds(points: int, probability: str):
    assert default_probability(points, 500, 40, 40) == Decimal(probability)


# By hand from the thresholds: the probability of 5 % is odds of 19, 500 - 40 x log2(40/19) = 457.04 points.
@pytest.mark.parametrize(
    ("points", "grade"),
    [(686, 1), (685, 2), (633, 2), (632, 3), (583, 3), (582, 4), (542, 4), (541, 5), (499, 5), (498, 6), (458, 6),
     (457, 7), (414, 7), (413, 8), (368, 8), (367, 9)],
)  # fmt: skip
def test_a_sum_belongs_to_one_grade(points: int, grade: int):
    card = edition("2026-1")
    assert card.grades[points - card.lowest] == grade


@EVERY
def test_every_sum_has_its_probability_and_grade_and_they_fall_together(card: Edition):
    assert len(card.grades) == len(card.probabilities)
    assert list(card.probabilities) == sorted(card.probabilities, reverse=True)
    assert list(card.grades) == sorted(card.grades, reverse=True)
    assert set(card.grades) == set(range(1, 10))


def crooked(change: str) -> dict[str, Any]:
    data = copy.deepcopy(written())
    first = data["indicators"][0]
    if change == "unknown key":
        data["colour"] = "blue"
    elif change == "indicator's unknown key":
        first["colour"] = "blue"
    elif change == "no missing bin":
        del first["missing"]
    elif change == "weights":
        first["weight"] += 1
    elif change == "twice":
        data["indicators"][1]["code"] = first["code"]
    elif change == "closed end":
        first["bins"][-1][0] = 100
    elif change == "bounds fall":
        first["bins"][0], first["bins"][1] = first["bins"][1], first["bins"][0]
    elif change == "hole":
        first["bins"][2][0] = None
    elif change == "points fall":
        first["bins"][3][1] = -100
    elif change == "direction":
        first["direction"] = "sideways"
    elif change == "digits":
        first["bins"][0][0] = Decimal("0.05")
    elif change == "grades":
        data["grades"].reverse()
    elif change == "ceiling":
        data["ceilings"] = {"equity_ratio": [[1, 5]]}
    elif change == "no last grade":
        data["grades"].pop()
    return data


@pytest.mark.parametrize(
    "change",
    ["unknown key", "indicator's unknown key", "no missing bin", "weights", "twice", "closed end", "bounds fall",
     "hole", "points fall", "direction", "digits", "grades", "no last grade", "ceiling"],
)  # fmt: skip
def test_a_crooked_edition_is_refused(change: str):
    with pytest.raises(BadEdition):
        parsed(crooked(change))


def test_an_edition_nobody_wrote_is_not_found():
    with pytest.raises(FileNotFoundError):
        edition("1999-1")


def test_nothing_that_is_missing_lifts_a_buyer_under_the_edition_in_use():
    assert [i.code for i in edition().indicators if i.missing > 0] == []


def test_the_edition_in_use_has_more_than_twenty_indicators_in_every_group_of_the_trade():
    groups = {i.group for i in edition().indicators}
    assert len(edition().indicators) > 20
    assert groups >= {"solvency", "liquidity", "profitability", "activity", "size", "growth", "payment", "litigation"}
    assert groups >= {"company", "country"}
    # None is there for show: the best and the worst of each lie apart; age and sector stand in "company".
    for group in groups:
        assert sum(i.range[1] - i.range[0] for i in edition().indicators if i.group == group) >= 20, group
    assert {"company_age", "sector_risk", "assets_size"} <= set(edition().codes)


def test_a_free_indicator_may_bend():
    data = written()
    data["indicators"][0]["direction"] = "free"
    data["indicators"][0]["bins"][3][1] = -100
    assert parsed(data).indicators[0].points[3] == -100
