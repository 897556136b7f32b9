"""A personal authority: up to its amount and its worst grade, both included; the table was worked out by hand."""

from decimal import Decimal

import pytest

from accounts.authority import Authority, authority_refused, within_authority

HALF_A_MILLION = Authority(amount=Decimal("500000"), currency="EUR", best_grade=2, worst_grade=6)


@pytest.mark.parametrize(
    ("amount", "grade", "codes"),
    [
        ("0", 2, []),
        ("499999.99", 6, []),
        ("500000", 6, []),
        ("500000.00", 2, []),
        ("500000.01", 6, ["amount_over_authority"]),
        ("500000", 7, ["grade_outside_authority"]),
        ("500000", 1, ["grade_outside_authority"]),
        ("1000000", 10, ["amount_over_authority", "grade_outside_authority"]),
        ("1", None, ["ungraded_outside_authority"]),
    ],
)
def test_an_authority_ends_after_its_amount_and_its_worst_grade(amount, grade, codes):
    assert [r.code for r in within_authority(Decimal(amount), grade, HALF_A_MILLION)] == codes


def test_a_buyer_without_a_grade_counts_as_the_worst():
    all_grades = Authority(amount=Decimal("1"), currency="EUR", best_grade=1, worst_grade=10)
    assert within_authority(Decimal("1"), None, all_grades) == ()


def test_who_has_no_authority_decides_nothing():
    assert [r.code for r in within_authority(Decimal("0"), 1, None)] == ["no_authority"]


def test_a_refusal_names_the_amount_the_authority_ends_at():
    (found,) = within_authority(Decimal("500001"), 3, HALF_A_MILLION)
    assert found.facts == {"amount": "500000", "currency": "EUR"}


@pytest.mark.parametrize(
    ("amount", "currency", "best", "worst", "codes"),
    [
        ("0", "EUR", 1, 10, []),
        ("1000000", "EUR", 5, 5, []),
        ("-0.01", "EUR", 1, 10, ["authority_below_zero"]),
        ("NaN", "EUR", 1, 10, ["authority_below_zero"]),
        ("1", "USD", 1, 10, ["authority_not_in_house_currency"]),
        ("1", "EUR", 0, 10, ["grades_out_of_order"]),
        ("1", "EUR", 1, 11, ["grades_out_of_order"]),
        ("1", "EUR", 6, 5, ["grades_out_of_order"]),
    ],
)
def test_an_authority_can_be_compared_with_every_decision(amount, currency, best, worst, codes):
    assert [r.code for r in authority_refused(Decimal(amount), currency, "EUR", best, worst)] == codes
