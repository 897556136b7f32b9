"""What a country's rating does to cover, terms and premium, and what it does not tell."""

from decimal import Decimal

import pytest

from policies.country_effects import effects_on_cover, effects_on_premium, effects_on_terms
from policies.edition import edition

RULE = edition("2026-1")


def cover(rating: str | None, level: int | None, off_cover: bool = False) -> list[tuple[str, dict]]:
    return [(found.code, found.facts) for found in effects_on_cover("TR", rating, level, off_cover, RULE)]


@pytest.mark.parametrize(
    ("rating", "level", "percent"),
    [("AA", 3, "90"), ("BB", 2, "90"), ("B", 3, "67.5"), ("C", 3, "45"), ("C", 4, "37.5")],
)
def test_a_risky_country_lowers_limits_by_the_factors_of_the_rule(rating: str, level: int, percent: str):
    assert cover(rating, level) == [("country_lowers_limits", {"supported_percent": percent})]


def test_a_good_country_leaves_limits_as_they_are():
    assert cover("AA", 1) == cover("A", 2) == [("country_leaves_limits", {})]


def test_the_worst_are_looked_at_by_a_person():
    assert [code for code, _facts in cover("D", 4)] == ["country_lowers_limits", "country_watched"]


def test_a_country_off_cover_is_said_as_in_a_decision_and_nothing_more():
    assert cover("D", 4, off_cover=True) == [("country_off_cover", {"country": "TR"})]


def test_a_country_without_rating_is_not_a_good_one():
    assert cover(None, None) == [("country_not_rated", {"country": "TR"})]


@pytest.mark.parametrize(
    ("level", "maximum", "codes"),
    [
        (1, 120, ["country_terms_of_policy"]),
        (2, None, []),
        (3, 120, ["country_terms_of_policy", "country_wants_security"]),
        (None, None, ["country_wants_security"]),
    ],
)
def test_security_is_advised_from_level_3_on(level: int | None, maximum: int | None, codes: list[str]):
    assert [found.code for found in effects_on_terms(level, 60 if maximum else None, maximum)] == codes


def test_the_premium_is_the_policys_in_every_country():
    found = effects_on_premium(Decimal("0.2500"), 0)
    assert [(r.code, r.facts) for r in found] == [
        ("country_premium_of_policy", {"rate_percent": "0.25"}), ("country_oecd_premium", {"oecd_class": 0}),
    ]  # fmt: skip
    assert effects_on_premium(None, None) == ()
