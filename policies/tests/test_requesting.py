"""What may be asked for: each refusal at its boundary."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from kernel.refusals import refusal
from policies.requesting import Setting, Wanted, refused

TODAY = date(2028, 2, 29)
SETTING = Setting(
    today=TODAY, policy_number="TC-1", policy_stage="bound", starts_on=date(2028, 1, 1), ends_on=date(2028, 12, 31),
    maximum_terms_days=120,
)  # fmt: skip
LIMITED = replace(SETTING, present=D("50000"), present_currency="EUR")
NEW = Wanted("new", D("100000"), "EUR", 60)
MORE = replace(NEW, kind="increase")


def said(wanted: Wanted = NEW, setting: Setting = SETTING, **changes: Any) -> list[tuple[str, str]]:
    return [(r.code, r.about) for r in refused(replace(wanted, **changes), setting)]


def test_a_plain_request_may_be_asked() -> None:
    assert said() == []
    assert said(MORE, LIMITED) == []
    assert said(replace(MORE, kind="temporary", until=date(2028, 3, 1)), LIMITED) == []
    assert said(replace(NEW, kind="reduction", amount=D("49999.99")), LIMITED) == []
    assert said(replace(NEW, kind="cancellation", amount=D(0)), LIMITED) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"policy_stage": "suspended"}, "policy_suspended"),
        ({"policy_stage": "cancelled"}, "policy_closed"),
        ({"policy_stage": "expired"}, "policy_closed"),
        ({"ends_on": date(2028, 2, 28)}, "policy_closed"),
        ({"starts_on": date(2028, 3, 1)}, "policy_not_begun"),
        ({"maximum_terms_days": None}, "policy_not_begun"),
    ],
)
def test_a_policy_that_is_not_in_force_refuses_everything_and_says_only_that(
    changes: dict[str, Any], code: str
) -> None:
    assert said(setting=replace(SETTING, **changes), amount=D(-1), currency="XXX") == [(code, "policy")]


@pytest.mark.parametrize("changes", [{"ends_on": TODAY}, {"starts_on": TODAY}])
def test_first_and_last_day_belong_to_the_policy(changes: dict[str, Any]) -> None:
    assert said(setting=replace(SETTING, **changes)) == []


def test_the_buyer() -> None:
    assert said(setting=replace(SETTING, in_book=False)) == [("buyer_not_in_book", "buyer")]
    public = (refusal("buyer_is_public_body", "buyer"),)
    assert said(setting=replace(SETTING, exclusions=public)) == [("buyer_is_public_body", "buyer")]
    assert said(setting=replace(SETTING, open_request="LR-2028-000001")) == [("request_open_already", "buyer")]


@pytest.mark.parametrize(("kind", "amount"), [("reduction", D("1")), ("cancellation", D(0))])
def test_less_is_not_held_up_by_what_is_open_nor_by_what_the_buyer_is(kind: str, amount: D) -> None:
    setting = replace(LIMITED, open_request="LR-2028-000001", exclusions=(refusal("buyer_is_affiliate", "buyer"),))
    assert said(setting=setting, kind=kind, amount=amount, terms_days=9999) == []


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0", "EUR", [("amount_not_positive", "amount")]),
        ("-1", "EUR", [("amount_not_positive", "amount")]),
        ("0.01", "EUR", []),
        ("0.001", "EUR", [("too_many_decimals", "amount")]),
        ("100.5", "JPY", [("too_many_decimals", "amount")]),
        ("100", "JPY", []),
        ("100.125", "KWD", []),
        ("999999999999999", "EUR", []),
        ("1000000000000000", "EUR", [("amount_too_large", "amount")]),
        ("NaN", "EUR", [("not_an_amount", "amount")]),
        ("100", "XXX", [("unknown_currency", "currency")]),
        ("100", "eur", [("unknown_currency", "currency")]),
    ],
)
def test_amount_and_currency(amount: str, currency: str, expected: list[tuple[str, str]]) -> None:
    assert said(amount=D(amount), currency=currency) == expected


def test_a_currency_nobody_quotes_cannot_be_asked_in() -> None:
    none = (refusal("currency_not_quoted", "currency", currency="SVC"),)
    assert said(setting=replace(SETTING, currency_quoted=none)) == [("currency_not_quoted", "currency")]


def test_turnover_is_an_amount_too() -> None:
    assert said(turnover=D("-5")) == [("amount_not_positive", "turnover")]
    assert said(turnover=D("5.001")) == [("too_many_decimals", "turnover")]
    assert said(turnover=D("5.01")) == []


@pytest.mark.parametrize(
    ("changes", "setting", "expected"),
    [
        ({"kind": "increase"}, SETTING, [("no_limit_to_change", "kind")]),
        ({"kind": "cancellation"}, SETTING, [("no_limit_to_change", "kind")]),
        ({"kind": "reduction"}, SETTING, [("no_limit_to_change", "kind")]),
        ({"kind": "new"}, LIMITED, [("limit_there_already", "kind")]),
        ({"kind": "gift"}, SETTING, [("kind_unknown", "kind")]),
        ({"kind": "increase", "amount": D("50000")}, LIMITED, [("increase_not_above_present", "amount")]),
        ({"kind": "increase", "amount": D("50000.01")}, LIMITED, []),
        ({"kind": "reduction", "amount": D("50000")}, LIMITED, [("reduction_not_below_present", "amount")]),
        ({"kind": "increase", "currency": "USD"}, LIMITED, [("currency_of_present_limit", "currency")]),
        ({"kind": "increase", "amount": D("-1")}, LIMITED, [("amount_not_positive", "amount")]),
        ({"kind": "temporary"}, LIMITED, [("temporary_needs_end", "until")]),
    ],
)
def test_the_kind_against_the_present_limit(
    changes: dict[str, Any], setting: Setting, expected: list[tuple[str, str]]
) -> None:
    assert said(setting=setting, **changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"terms_days": -1}, [("terms_below_zero", "terms_days")]),
        ({"terms_days": 0}, []),
        ({"terms_days": 120}, []),
        ({"terms_days": 121}, [("terms_over_maximum", "terms_days")]),
        ({"until": TODAY}, [("until_not_in_future", "until")]),
        ({"until": date(2028, 3, 1)}, []),  # the day after 29 February
        ({"until": date(2028, 12, 31)}, []),
        ({"until": date(2029, 1, 1)}, [("until_after_policy", "until")]),
    ],
)
def test_terms_and_end(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert said(**changes) == expected
