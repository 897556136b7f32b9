"""The smaller rules: deciding, reviewing, appealing, validity, capacity, appetite, binding. Each at its boundary."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from policies.appealing import Appealed, appeal_refused
from policies.appetite import Cap, appetite_refused
from policies.binding import Binding, Terms, binding_refused, change_refused, day_before, terms_refused
from policies.capacity import Wish, capacity
from policies.deciding import Case, Verdict, as_proposed, proposed, verdict_refused
from policies.edition import edition
from policies.reviewing import review_refused
from policies.validity import cut, cut_takes_effect, granted

TODAY = date(2026, 11, 21)
CASE = Case(D("100000"), "EUR", D(0), TODAY, date(2027, 5, 31), policy_open=True)
PART = Verdict("partly_approved", D("60000"), date(2027, 2, 28), ("slow_payment",), ("retention_of_title",))


def found(refusals: Any) -> list[tuple[str, str]]:
    return [(r.code, r.about) for r in refusals]


# --- deciding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"outcome": "maybe"}, [("outcome_unknown", "outcome")]),
        ({"outcome": "approved", "amount": D("100000"), "reasons": ()}, []),
        ({"outcome": "approved"}, [("approved_means_all", "amount")]),
        ({"amount": D("99999.99")}, []),
        ({"amount": D("100000")}, [("partly_means_less", "amount")]),
        ({"amount": D(0)}, [("amount_not_positive", "amount")]),
        ({"amount": D("0.001")}, [("too_many_decimals", "amount")]),
        ({"outcome": "declined", "amount": D(0), "valid_to": None}, []),
        ({"outcome": "declined"}, [("declined_means_nothing", "amount")]),
        ({"reasons": ()}, [("reason_missing", "reasons")]),
        ({"reasons": ("credit_limit_full",)}, [("reason_unknown", "reasons")]),
        ({"conditions": ("a_cake",)}, [("condition_unknown", "conditions")]),
        ({"valid_to": None}, []),
        ({"valid_to": TODAY}, [("valid_to_not_in_future", "valid_to")]),
        ({"valid_to": date(2027, 5, 31)}, []),
        ({"valid_to": date(2027, 6, 1)}, [("valid_to_after_policy", "valid_to")]),
    ],
)
def test_what_an_underwriter_may_decide(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert found(verdict_refused(replace(PART, **changes), CASE)) == expected


def test_a_request_for_more_is_never_answered_with_less_than_there_is() -> None:
    case = replace(CASE, present=D("60000"))
    assert found(verdict_refused(PART, case)) == []  # keeps the present limit
    assert found(verdict_refused(replace(PART, amount=D("59999.99")), case)) == [("not_below_present_limit", "amount")]


def test_under_a_closed_policy_one_can_only_decline() -> None:
    closed = replace(CASE, policy_open=False)
    assert found(verdict_refused(PART, closed)) == [("policy_not_open_for_grants", "outcome")]
    assert found(verdict_refused(Verdict("declined", D(0), None, ("slow_payment",)), closed)) == []


@pytest.mark.parametrize("verdict", [PART, Verdict("declined", D(0), None, ("slow_payment",), (), "words")])
def test_a_proposed_verdict_comes_back_as_it_was(verdict: Verdict) -> None:
    assert proposed(as_proposed(verdict)) == verdict


# --- reviewing, appealing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "amount", "reasons", "expected"),
    [
        ("keep", None, (), []),
        ("reduce", D("49999.99"), ("slow_payment",), []),
        ("reduce", D("50000"), ("slow_payment",), [("reduction_not_below_present", "amount")]),
        ("reduce", None, ("slow_payment",), [("amount_not_positive", "amount")]),
        ("reduce", D("1"), (), [("reason_missing", "reasons")]),
        ("withdraw", None, ("slow_payment",), []),
        ("withdraw", None, ("moon",), [("reason_unknown", "reasons")]),
        ("burn", None, (), [("outcome_unknown", "choice")]),
    ],
)
def test_what_a_review_may_do(choice: str, amount: D | None, reasons: tuple[str, ...], expected: Any) -> None:
    assert found(review_refused(choice, amount, "EUR", D("50000"), reasons)) == expected


@pytest.mark.parametrize(
    ("appealed", "comment", "expected"),
    [
        (Appealed(TODAY, False), "New accounts.", []),
        (Appealed(date(2026, 11, 20), False), "New accounts.", [("appeal_too_late", "")]),
        (Appealed(None, False), "New accounts.", [("appeal_too_late", "")]),
        (Appealed(TODAY, True), "New accounts.", [("appealed_already", "")]),
        (Appealed(TODAY, False), "  ", [("appeal_says_nothing", "comment")]),
    ],
)
def test_when_a_decision_may_be_appealed_against(appealed: Appealed, comment: str, expected: Any) -> None:
    assert found(appeal_refused(appealed, comment, TODAY)) == expected


# --- validity --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "months", "until", "policy_ends", "last"),
    [
        (date(2026, 11, 21), 12, None, date(2028, 1, 1), date(2027, 11, 20)),
        (date(2028, 2, 29), 12, None, date(2030, 1, 1), date(2029, 2, 27)),  # 28 February 2029, less a day
        (date(2026, 11, 21), 12, date(2027, 3, 31), date(2028, 1, 1), date(2027, 3, 31)),
        (date(2026, 11, 21), 12, date(2028, 6, 1), date(2028, 12, 31), date(2027, 11, 20)),
        (date(2026, 11, 21), 12, None, date(2027, 1, 31), date(2027, 1, 31)),
        (date(2026, 11, 21), 12, None, date(2026, 11, 21), date(2026, 11, 21)),  # the policy's last day
    ],
)
def test_a_grant_holds_at_once_and_no_longer_than_anything_that_bounds_it(
    today: date, months: int, until: date | None, policy_ends: date, last: date
) -> None:
    validity = granted(today, months, until, policy_ends)
    assert (validity.first, validity.last) == (today, last)


@pytest.mark.parametrize(("notice", "first"), [(0, date(2026, 11, 22)), (30, date(2026, 12, 22))])
def test_a_cut_concerns_deliveries_after_the_notice_date(notice: int, first: date) -> None:
    assert cut_takes_effect(TODAY, notice) == first


@pytest.mark.parametrize(
    ("present", "until", "last"),
    [
        (None, None, date(2027, 6, 30)),  # as long as the policy
        (date(2027, 1, 31), None, date(2027, 1, 31)),  # no longer than the limit it cuts
        (date(2027, 1, 31), date(2027, 3, 31), date(2027, 1, 31)),
        (date(2027, 3, 31), date(2027, 1, 31), date(2027, 1, 31)),
        (date(2026, 11, 1), None, date(2026, 12, 1)),  # a day at least
    ],
)
def test_a_cut_lasts_no_longer_than_anything_that_bounds_it(
    present: date | None, until: date | None, last: date
) -> None:
    assert cut(date(2026, 12, 1), present, until, date(2027, 6, 30)).last == last


# --- capacity --------------------------------------------------------------------------------------------------------

RULE = edition("2026-1")


@pytest.mark.parametrize(
    ("grade", "wishes", "cap", "set_by"),
    [
        (4, [], "15000000", "edition"),
        (None, [], "0", "edition"),
        (9, [], "0", "edition"),
        (4, [Wish("grade", D(5))], "5", "grade"),
        (4, [Wish("grade", D(5)), Wish("buyer", D(9))], "9", "buyer"),  # its own goes before its grade's
        (4, [Wish("grade", D(5)), Wish("country", D(3))], "3", "country"),
        (4, [Wish("buyer", D(9)), Wish("country", D(3))], "3", "country"),
        (4, [Wish("country", D(20_000_000))], "15000000", "edition"),
        (None, [Wish("buyer", D(9))], "9", "buyer"),
    ],
)
def test_the_lowest_cap_that_fits_holds(grade: int | None, wishes: list[Wish], cap: str, set_by: str) -> None:
    found = capacity(grade, wishes, RULE)
    assert (found.cap, found.set_by) == (D(cap), set_by)


def test_off_cover_is_of_the_country_or_of_the_buyer() -> None:
    country = capacity(4, [Wish("country", D(0), off_cover=True)], RULE)
    assert (country.country_off_cover, country.buyer_off_cover, country.cap) == (True, False, D(15_000_000))
    own = capacity(4, [Wish("buyer", D(7), off_cover=True)], RULE)
    assert (own.country_off_cover, own.buyer_off_cover) == (False, True)


def test_room_never_falls_below_nothing() -> None:
    found = capacity(4, [Wish("grade", D(100))], RULE)
    assert [found.room(D(issued)) for issued in (0, 40, 100, 160)] == [D(100), D(60), D(0), D(0)]


@pytest.mark.parametrize(
    ("cap", "expected"),
    [
        (Cap(D(0), TODAY, grade=4), []),
        (Cap(D(1), TODAY, TODAY, country="DE"), []),
        (Cap(D(1), TODAY, buyer=7), []),
        (Cap(D(-1), TODAY, grade=4), [("cap_below_zero", "cap")]),
        (Cap(D("Infinity"), TODAY, grade=4), [("cap_below_zero", "cap")]),
        (Cap(D(1), TODAY), [("cap_of_one_thing", "")]),
        (Cap(D(1), TODAY, grade=4, country="DE"), [("cap_of_one_thing", "")]),
        (Cap(D(1), TODAY, grade=11), [("grade_off_scale", "grade")]),
        (Cap(D(1), TODAY, grade=0), [("grade_off_scale", "grade")]),
        (Cap(D(1), TODAY, date(2026, 11, 20), grade=4), [("cap_ends_before_it_begins", "valid_to")]),
        (Cap(D(1), date(2026, 11, 20), grade=4), [("cap_begins_in_the_past", "valid_from")]),
        (Cap(D(1), date(2026, 11, 22), grade=4), []),
    ],
)
def test_which_caps_make_sense(cap: Cap, expected: Any) -> None:
    assert found(appetite_refused(cap, TODAY)) == expected


# --- binding ---------------------------------------------------------------------------------------------------------

BOUND = Binding("TC-1", "EUR", "Asia/Shanghai", date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"ends_on": date(2026, 1, 1)}, []),
        ({"ends_on": date(2025, 12, 31)}, [("policy_ends_before_start", "ends_on")]),
        ({"number": "  "}, [("policy_without_number", "number")]),
        ({"currency": "DEM"}, [("unknown_currency", "currency")]),
        ({"time_zone": "Moon/Base"}, [("time_zone_unknown", "time_zone")]),
        ({"time_zone": "../etc/passwd"}, [("time_zone_unknown", "time_zone")]),
        ({"time_zone": ""}, [("time_zone_unknown", "time_zone")]),
    ],
)
def test_what_may_be_bound(changes: dict[str, Any], expected: Any) -> None:
    assert found(binding_refused(replace(BOUND, **changes))) == expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (Terms(D(100), 60, 60, D(0)), []),
        (Terms(D(0), 60, 60, D(0)), [("percentage_out_of_range", "insured_percentage")]),
        (Terms(D("100.01"), 60, 60, D(0)), [("percentage_out_of_range", "insured_percentage")]),
        (Terms(D(90), 61, 60, D(0)), [("standard_terms_over_maximum", "standard_terms_days")]),
        (Terms(D(90), 60, 60, D(-1)), [("machine_maximum_below_zero", "machine_limit_maximum")]),
    ],
)
def test_terms_fit_together(terms: Terms, expected: Any) -> None:
    assert found(terms_refused(terms)) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 6, 2), None, []),
        (date(2026, 12, 31), date(2026, 12, 31), []),
        (date(2027, 1, 1), None, [("change_outside_policy", "valid_from")]),
        (date(2025, 12, 31), None, [("change_outside_policy", "valid_from")]),
        (date(2026, 6, 1), None, [("change_before_last_change", "valid_from")]),
        (date(2026, 6, 2), date(2026, 6, 2), []),
        (date(2026, 6, 2), date(2026, 6, 1), [("change_ends_before_start", "valid_to")]),
        (date(2026, 6, 2), date(2027, 1, 1), [("change_outside_policy", "valid_to")]),
    ],
)
def test_terms_change_inside_the_policy_and_after_the_last_change(
    first: date, last: date | None, expected: Any
) -> None:
    assert found(change_refused(first, last, BOUND, date(2026, 6, 1))) == expected
    assert day_before(date(2028, 3, 1)) == date(2028, 2, 29)
