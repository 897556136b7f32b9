"""Why a grade: every line in words, strongest first, and nothing of few reporters for exporters' eyes."""

from dataclasses import replace

import pytest

from accounts.wording import said
from buyers.explanation import Scored, explained, reasons, same_bins
from buyers.grading import UNBOUNDED
from buyers.scorecard import CLASSES, edition
from buyers.wording import WORDS

CARD = edition("2026-1")


def of(reporters: int = 3, override: str = "", **values: int) -> Scored:
    """A score with these values (whole units) and the points its edition gives them."""
    points = []
    for i in CARD.indicators:
        value = values.get(i.code)
        if value is None:
            points.append(i.missing)
        else:
            points.append(i.points[sum(upper < value for upper in i.uppers)])
    return Scored(CARD, [values.get(i.code) for i in CARD.indicators], points, reporters, override)


def told(score: Scored, before: Scored | None = None, for_staff: bool = False):
    return explained(score, before, for_staff, "EUR")


def test_lines_are_sorted_by_their_strength_and_the_missing_by_their_weight():
    found = told(of(equity_ratio=600, current_ratio=50, quick_ratio=30, company_age=150))
    assert [line.indicator for line in found.lifts] == ["equity_ratio", "company_age"]
    assert [line.indicator for line in found.lowers] == ["current_ratio", "quick_ratio"]
    assert [line.indicator for line in found.missing][:3] == ["days_beyond_terms", "country_risk", "interest_cover"]


def test_a_value_that_gives_no_points_is_neutral():
    (line,) = [line for line in told(of(return_on_assets=10)).lines if line.indicator == "return_on_assets"]
    assert line.effect == "neutral"


@pytest.mark.parametrize("reporters", [0, 1, 2])
def test_payment_experience_of_fewer_than_three_reporters_is_for_staff_only(reporters: int):
    score = of(reporters, days_beyond_terms=400, overdues_reported=2, equity_ratio=100)
    exporter, staff = told(score), told(score, for_staff=True)
    assert exporter.hidden
    assert not staff.hidden
    assert {line.group for line in exporter.lines}.isdisjoint({"payment"})
    assert "payment" in {line.group for line in staff.lines}
    assert [r["code"] for r in reasons(exporter, worse=True)] == ["equity_ratio"]


def test_from_three_reporters_up_everybody_reads_it():
    found = told(of(3, days_beyond_terms=400))
    assert not found.hidden
    assert "days_beyond_terms" in {line.indicator for line in found.lowers}


def test_changes_say_what_became_worse_and_what_better():
    before = of(equity_ratio=350, current_ratio=50, cash_ratio=10)
    now = of(equity_ratio=90, current_ratio=150, cash_ratio=10)
    found = told(now, before)
    assert [(c.now.indicator, c.difference) for c in found.worse] == [("equity_ratio", -14 - 14)]
    assert [(c.now.indicator, c.difference) for c in found.better] == [("current_ratio", 6 + 16)]
    assert [r["code"] for r in reasons(found, worse=True)] == ["equity_ratio"]
    assert [r["code"] for r in reasons(found, worse=False)] == ["current_ratio"]


@pytest.mark.parametrize(
    ("before", "code", "words"),
    [
        (None, "score_is_the_first", "first score"),
        ({"edition": replace(CARD, name="2025-9")}, "scorecard_was_another", "grade 4, now 5) was made with another"),
        ({}, "grade_was_another", "Grade 4 before, 5 now; confidence 70 % before, 80 % now."),
        ({"grade": 5}, "confidence_was_another", "Grade 5 as before; confidence 70 % before, 80 % now."),
        ({"grade": 5, "confidence": 80}, "grade_is_the_same", "Grade 5 and confidence 80 % as before."),
    ],
)
def test_every_score_says_what_became_of_it_since_the_one_before(before: dict | None, code: str, words: str):
    now = replace(of(), grade=5, confidence=80)
    former = None if before is None else replace(of(), **{"grade": 4, "confidence": 70, **before})
    found = told(now, former)
    assert found.since["code"] == code
    assert words in said(WORDS, code, found.since["facts"]).replace("\xa0", " ")
    assert found.comparable == (code not in ("score_is_the_first", "scorecard_was_another"))


def test_a_change_that_was_hidden_before_stays_hidden():
    before, now = of(2, days_beyond_terms=0), of(3, days_beyond_terms=400)
    assert not told(now, before).changes
    assert told(now, before, for_staff=True).changes


def test_points_of_two_editions_are_not_compared():
    before = replace(of(equity_ratio=350), edition=replace(CARD, name="2027-1"))
    assert not told(of(equity_ratio=0), before).changes


def test_what_overrides_all_points_is_the_one_reason():
    found = told(of(override="insolvency_filed", equity_ratio=0))
    assert reasons(found, worse=True) == [{"code": "insolvency_filed", "facts": {}}]


def test_without_changes_the_strongest_lines_are_the_reasons():
    found = told(of(equity_ratio=600, company_age=150, current_ratio=150, cash_ratio=20))
    assert [r["code"] for r in reasons(found, worse=False)] == ["equity_ratio", "current_ratio", "company_age"]


def test_a_stored_score_falls_into_its_bins_again():
    good = of(equity_ratio=350, country_risk=9)
    assert same_bins(good)
    assert not same_bins(Scored(CARD, good.values, [p + 1 for p in good.points], 0))


def every_value(indicator) -> list[int]:
    if indicator.direction == CLASSES:
        return list(indicator.uppers)
    return [-UNBOUNDED, -10, 0, 1, 1234, UNBOUNDED] if indicator.unit not in ("yes", "count") else [0, 1, 2]


@pytest.mark.parametrize("indicator", CARD.indicators, ids=lambda i: i.code)
def test_every_line_has_its_words(indicator):
    for value in (None, *every_value(indicator)):
        score = Scored(CARD, [value if i is indicator else None for i in CARD.indicators], [0] * len(CARD.codes), 9)
        (line,) = [line for line in told(score).lines if line.indicator == indicator.code]
        assert said(WORDS, line.code, line.facts)


def test_the_first_reports_are_a_change_from_nothing_known():
    before, now = of(0), of(3, days_beyond_terms=400)
    assert [c.now.indicator for c in told(now, before).worse] == ["days_beyond_terms"]


@pytest.mark.parametrize("name", ["2026-2", "2026-2-file", "2026-3"])
def test_every_indicator_of_every_edition_has_its_words_known_and_missing(name: str):
    card = edition(name)
    for indicator in card.indicators:
        whole = indicator.uppers if indicator.direction == CLASSES else (0, 1, 5_000, UNBOUNDED)
        for value in (None, *whole):
            values = [value if i is indicator else None for i in card.indicators]
            line = explained(Scored(card, values, [0] * len(values), 9), None, True, "EUR").lines[
                card.codes.index(indicator.code)
            ]  # fmt: skip
            assert said(WORDS, line.code, line.facts), line.code
            assert f"group_{indicator.group}" in WORDS


def test_a_ceiling_is_said_first_among_what_made_a_grade_worse_and_only_where_it_holds():
    card = edition()

    def with_points(points: int, risk: int) -> Scored:
        values = [risk if code == "country_risk" else None for code in card.codes]
        return Scored(card, values, [points, *[0] * (len(card.codes) - 1)], 3)

    held = told(with_points(250, 7))
    assert held.ceiling == {"code": "country_risk_ceiling", "facts": {"best_grade": 6, "grade_by_points": 1}}
    assert reasons(held, worse=True)[0] == held.ceiling
    assert held.ceiling not in reasons(held, worse=False)
    assert told(with_points(-300, 7)).ceiling is None
    assert told(with_points(250, 0)).ceiling is None
    assert told(replace(with_points(250, 7), override="insolvency_filed")).ceiling is None
    assert told(of(3)).ceiling is None  # an edition without ceilings
