"""The automatic decision: every question it asks, at its boundary, worked by hand from edition 2026-1.

The buyer of these tables: grade 4, sales 20,000,000 EUR, Germany AA1, confidence 90. By hand: the lower of 3,000,000
(grade) and 12 % of sales = 2,400,000; × 1.00 (60 days) × 1.00 (AA1) × 1.00 (confidence) = 2,400,000.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from buyers.freshness import freshness
from kernel.money import Rate
from policies.edition import edition
from policies.limits import (
    DECLINED,
    GRANTED,
    NEUTRAL,
    PARTLY,
    REFERRED,
    Answer,
    Question,
    Standing,
    answered,
    reason,
    reasons_as_json,
)

RULE = edition("2026-1")
EURO = Rate("EUR", "EUR", D(1), date(2026, 11, 20), "")
GOOD = Standing(
    grade=4, confidence=90, score_age_days=10, country="DE", country_rating="AA", country_level=1, sales=D(20_000_000)
)


def asked(amount: str = "100000", standing: Standing = GOOD, **other: Any) -> Answer:
    question = Question(
        **{
            "kind": "new",
            "amount": D(amount),
            "currency": "EUR",
            "terms_days": 60,
            "rate": EURO,
            "standing": standing,
            "standard_terms_days": 60,
            "machine_maximum": D(5_000_000),
            **other,
        }
    )
    return answered(question, RULE)


def codes(answer: Answer) -> list[str]:
    return [r.code for r in answer.reasons]


# --- the sum ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "other", "limit"),
    [
        ({}, {}, "2400000"),
        ({"sales": D(25_000_000)}, {}, "3000000"),  # both 3,000,000
        ({"sales": D(26_000_000)}, {}, "3000000"),  # the grade's maximum holds
        ({"sales": D(1_000_000)}, {}, "120000"),
        ({"sales": D("1048000")}, {}, "120000"),  # 125,760 → two leading digits, down
        ({"sales": None}, {}, "100000"),  # without accounts
        ({"grade": 1}, {}, "4000000"),  # 20 % of sales; the maximum is 10,000,000
        ({"grade": 8}, {}, "100000"),  # the maximum; 2 % of sales are 400,000
        ({}, {"terms_days": 30}, "2600000"),  # × 1.10 = 2,640,000
        ({}, {"terms_days": 31}, "2400000"),
        ({"country_rating": "BB", "country_level": 2}, {}, "2100000"),  # × 0.90 = 2,160,000
        ({"country_rating": "B", "country_level": 3}, {}, "1600000"),  # × 0.75 × 0.90 = 1,620,000
        ({"country_rating": "C", "country_level": 4}, {}, "900000"),  # × 0.50 × 0.75
        ({"confidence": 85}, {}, "2400000"),
        ({"confidence": 84}, {}, "2100000"),  # × 0.90 = 2,160,000
        ({"confidence": 69}, {}, "1800000"),  # × 0.75
    ],
)
def test_the_sum_by_hand(changed: dict[str, Any], other: dict[str, Any], limit: str) -> None:
    answer = asked("1000", replace(GOOD, **changed), **other)
    assert answer.machine_amount == D(limit)
    assert answer.outcome == GRANTED


def test_longer_terms_than_the_bands_take_the_last_factor() -> None:
    days = [
        (60, "1.00"),
        (61, "0.85"),
        (90, "0.85"),
        (91, "0.70"),
        (120, "0.70"),
        (121, "0.50"),
        (180, "0.50"),
        (181, "0.35"),
    ]
    assert [(d, str(RULE.terms_factor(d))) for d, _ in days] == days


def test_the_sum_is_in_the_currency_asked() -> None:
    # 1 USD = 0.80 EUR: 2,400,000 EUR are 3,000,000 USD.
    rate = Rate("USD", "EUR", D("0.8"), date(2026, 11, 20), "ECB")
    answer = asked("1000", rate=rate, currency="USD")
    assert answer.machine_amount == D(3_000_000)


def test_the_sum_in_a_currency_without_decimals_has_none() -> None:
    rate = Rate("JPY", "EUR", D("0.006"), date(2026, 11, 20), "ECB")
    answer = asked("1000000", rate=rate, currency="JPY")
    assert answer.machine_amount == D(400_000_000)
    assert all(step.amount == step.amount.to_integral_value() for step in answer.steps)


def test_the_working_names_every_step_in_order() -> None:
    answer = asked("100000", replace(GOOD, confidence=80))
    assert [(s.code, s.amount) for s in answer.steps] == [
        ("base_by_grade", D(3_000_000)),
        ("base_by_sales", D(2_400_000)),
        ("terms_factor", D(2_400_000)),
        ("country_factor", D(2_400_000)),
        ("confidence_factor", D(2_160_000)),
        ("machine_limit", D(2_100_000)),
        ("asked_limit", D(100_000)),
        ("answer", D(100_000)),
    ]


# --- who answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "outcome", "granted", "why"),
    [
        ("2400000", GRANTED, "2400000", "grade_supports_limit"),  # exactly the sum
        ("2400000.01", PARTLY, "2400000", "grade_and_size_support_less"),
        ("4800000", PARTLY, "2400000", "grade_and_size_support_less"),  # the sum is exactly half of it
        ("4800001", REFERRED, "0", "asked_far_above_sum"),
    ],
)
def test_granted_in_full_in_part_or_left_to_a_person(amount: str, outcome: str, granted: str, why: str) -> None:
    answer = asked(amount)
    assert (answer.outcome, answer.amount, codes(answer)) == (outcome, D(granted), [why])


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"insolvent": True}, ["buyer_insolvent"]),
        ({"country_off_cover": True}, ["country_off_cover"]),
        ({"insolvent": True, "country_off_cover": True}, ["buyer_insolvent", "country_off_cover"]),
        ({"grade": 9}, ["grade_too_weak"]),
        ({"grade": 10}, ["grade_too_weak"]),
        ({"sales": D(7_000)}, ["grade_too_weak"]),  # 840: less than the smallest grant of 1,000
    ],
)
def test_declined_at_once(changed: dict[str, Any], why: list[str]) -> None:
    answer = asked(standing=replace(GOOD, **changed))
    assert (answer.outcome, answer.amount, codes(answer)) == (DECLINED, D(0), why)


def test_the_smallest_grant_is_granted() -> None:
    assert asked("1000", replace(GOOD, sales=D("8340"))).amount == D(1000)  # 12 % = 1,000.80


@pytest.mark.parametrize(
    ("changed", "other", "why"),
    [
        ({"grade": None}, {}, "buyer_not_graded"),
        ({"score_age_days": 91}, {}, "score_too_old"),
        ({"score_age_days": None}, {}, "score_too_old"),
        ({"confidence": 49}, {}, "score_not_sure_enough"),
        ({"confidence": None}, {}, "score_not_sure_enough"),
        ({"regraded_days_ago": 30}, {}, "regraded_recently"),
        ({"country_rating": None, "country_level": None}, {}, "country_not_rated"),
        ({"country_rating": "D"}, {}, "country_watched"),
        ({"overdue_reported": True}, {}, "overdue_signal"),
        ({"claim_filed": True}, {}, "claim_signal"),
        ({"sanctions_confirmed": True}, {}, "sanctions_confirmed"),
        ({"sanctions_confirmed": True, "sanctions_open": True}, {}, "sanctions_confirmed"),
        ({"sanctions_open": True}, {}, "sanctions_undecided"),
        ({"buyer_off_cover": True}, {}, "buyer_off_cover"),
        ({}, {"comment_given": True}, "comment_given"),
        ({}, {"appealed": True}, "decision_appealed"),
        ({}, {"cut_announced": True}, "cut_announced"),
        ({}, {"terms_days": 61}, "terms_over_standard"),
        ({}, {"machine_maximum": D("99999.99")}, "above_machine_maximum"),
        ({}, {"room": D("99999.99")}, "capacity_short"),
        (
            {"sales": D(1_000_000)},
            {"kind": "increase", "present": D(120_000), "amount": D(130_000)},
            "present_limit_above_sum",
        ),
    ],
)
def test_referred_to_a_person(changed: dict[str, Any], other: dict[str, Any], why: str) -> None:
    answer = asked(standing=replace(GOOD, **changed), **other)
    assert (answer.outcome, answer.amount, codes(answer)) == (REFERRED, D(0), [why])


@pytest.mark.parametrize(
    ("changed", "other"),
    [
        ({"score_age_days": 90}, {}),
        ({"confidence": 50}, {}),
        ({"regraded_days_ago": 31}, {}),
        ({"country_rating": "C"}, {}),
        ({}, {"terms_days": 60}),
        ({}, {"machine_maximum": D(100_000)}),
        ({}, {"room": D(100_000)}),
        ({}, {"room": None}),
        ({}, {"kind": "increase", "present": D(40_000), "present_house": D(40_000), "room": D(60_000)}),
        ({}, {"kind": "temporary", "present": D(40_000), "present_house": D(40_000), "room": D(60_000)}),
    ],
)
def test_just_inside_each_boundary_the_machine_decides(changed: dict[str, Any], other: dict[str, Any]) -> None:
    assert asked(standing=replace(GOOD, **changed), **other).outcome == GRANTED


def test_a_weak_grade_with_a_comment_goes_to_a_person() -> None:
    answer = asked(standing=replace(GOOD, grade=9), comment_given=True)
    assert (answer.outcome, codes(answer)) == (REFERRED, ["comment_given"])


def test_an_ungraded_buyer_is_referred_with_everything_else_that_speaks_for_it() -> None:
    answer = asked(standing=replace(GOOD, grade=None), comment_given=True)
    assert codes(answer) == ["buyer_not_graded", "comment_given"]
    assert answer.steps == ()


# --- capacity --------------------------------------------------------------------------------------------------------


def test_a_shortage_of_capacity_is_referred_never_cut_to_the_rest() -> None:
    answer = asked("100000", room=D("99999"))
    assert (answer.outcome, answer.amount, answer.machine_amount) == (REFERRED, D(0), D(2_400_000))


def test_only_the_increase_takes_room() -> None:
    more = {"kind": "increase", "present": D(40_000), "present_house": D(40_000)}
    assert asked("100000", room=D("59999.99"), **more).outcome == REFERRED
    assert asked("100000", room=D("60000"), **more).outcome == GRANTED


@pytest.mark.parametrize("hidden", [{"room": D(1)}, {"standing": replace(GOOD, overdue_reported=True)}])
def test_what_is_for_staff_only_reads_the_same_to_an_exporter_whatever_it_is(hidden: dict[str, Any]) -> None:
    answer = asked(**hidden)
    assert [(r.code, r.facts) for r in answer.shown_reasons] == [(NEUTRAL, {})]
    assert all(r.staff_only for r in answer.reasons)


def test_reasons_anyone_may_read_hide_those_for_staff() -> None:
    answer = asked(standing=replace(GOOD, claim_filed=True), comment_given=True)
    assert [r.code for r in answer.shown_reasons] == ["comment_given"]


def test_no_step_of_the_working_speaks_of_capacity() -> None:
    with_room, without = asked(room=D(1)), asked(room=None)
    assert not {"capacity", "room"} & {word for s in with_room.steps for word in (s.code, *s.facts)}
    assert with_room.steps == without.steps[:-1]  # all but the answer


# --- less ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "amount"), [("reduction", "50000"), ("cancellation", "0")])
def test_less_is_always_given_at_once(kind: str, amount: str) -> None:
    worst = Standing(insolvent=True, country_off_cover=True)
    answer = asked("50000", worst, kind=kind, comment_given=True, room=D(0), terms_days=400)
    assert (answer.outcome, answer.amount, codes(answer)) == (GRANTED, D(amount), ["asked_by_exporter"])


def test_reasons_are_kept_with_staff_only_where_it_is_true() -> None:
    kept = reasons_as_json([reason("capacity_short", staff_only=True, room_amount=D("1.50")), reason("comment_given")])
    assert kept == [
        {"code": "capacity_short", "facts": {"room_amount": "1.50"}, "staff_only": True},
        {"code": "comment_given", "facts": {}},
    ]


def test_every_grade_is_looked_at_again_well_before_it_is_too_old_to_decide_on():
    assert max(freshness().days) < edition().score_fresh_days
