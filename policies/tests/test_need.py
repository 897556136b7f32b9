"""The proposed need: expected turnover × days / 365, rounded up as the edition says."""

from decimal import Decimal as D

import pytest

from policies.edition import edition
from policies.need import need

ROUNDINGS = edition("2026-1").need_roundings


@pytest.mark.parametrize(
    ("turnover", "days", "amount"),
    [
        ("0", 60, "0"),
        ("3650", 100, "1000"),  # exactly 1,000: nothing to round up
        ("3654", 100, "1500"),  # 1,001.10 → the next 500
        ("36500", 100, "10000"),  # exactly 10,000 still belongs to the band of 500
        ("36503.65", 100, "11000"),  # 10,001 → the next 1,000
        ("500000", 60, "83000"),  # 82,191.78
        ("365000", 100, "100000"),
        ("365365", 100, "105000"),  # 100,100 → the next 5,000
        ("3650000", 100, "1000000"),
        ("3650365", 100, "1010000"),  # 1,000,100 → the next 10,000
        ("365000000", 100, "100000000"),  # beyond the last band its step holds
        ("365000003.65", 100, "100010000"),
        ("500000", 0, "0"),  # paid on delivery: nothing is owed at one time
    ],
)
def test_need_is_what_is_owed_at_one_time_rounded_up(turnover: str, days: int, amount: str) -> None:
    assert need(D(turnover), days, "EUR", ROUNDINGS).amount == D(amount)


def test_the_working_shows_turnover_debt_and_rounding() -> None:
    found = need(D("500000"), 60, "EUR", ROUNDINGS)
    assert [(s.code, s.amount) for s in found.steps] == [
        ("expected_turnover", D("500000")),
        ("owed_at_one_time", D("82191.78")),
        ("need_rounded_up", D("83000")),
    ]
