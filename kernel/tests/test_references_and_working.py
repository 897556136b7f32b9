"""References people quote, and workings that page, letter and trail share."""

from datetime import date
from decimal import Decimal as D

import pytest

from kernel.references import Reference, parsed_reference, row_number
from kernel.refusals import Refused, refusal, refuse
from kernel.working import Step, as_json


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LR-2026-000417", Reference("LR", 2026, 417)),
        (" lr-2026-000417 ", Reference("LR", 2026, 417)),
        ("CL-2026-1234567", Reference("CL", 2026, 1234567)),
        ("LR-2026-417", None),
        ("LRX-2026-000417", None),
        ("", None),
    ],
)
def test_a_reference_is_read_in_any_case(text, expected):
    assert parsed_reference(text) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [("17", 17), ("", None), ("-1", None), ("²", None), ("１２", None), ("9" * 18, 10**18 - 1), ("9" * 19, None)],
)
def test_the_number_of_a_row_is_plain_digits_that_a_column_holds(text, number):
    assert row_number(text) == number


def test_a_reference_reads_as_it_was_quoted():
    assert str(Reference("LR", 2026, 417)) == "LR-2026-000417"
    assert str(Reference("LR", 2026, 12345678)) == "LR-2026-12345678"


def test_refusing_with_nothing_to_refuse_is_yes():
    refuse(())


def test_all_refusals_are_told_at_once():
    with pytest.raises(Refused) as told:
        refuse((refusal("terms_over_maximum", "terms_days", maximum=90), refusal("buyer_excluded")))
    assert [r.code for r in told.value.refusals] == ["terms_over_maximum", "buyer_excluded"]
    assert str(told.value) == "terms_over_maximum, buyer_excluded"
    assert told.value.refusals[0].facts == {"maximum": 90}


def test_a_working_keeps_amounts_as_written():
    steps = [Step("base", D("600000.00"), {"grade": 7, "sales_amount": D("41200000"), "on": date(2026, 11, 21)})]
    assert as_json(steps) == [
        {
            "code": "base",
            "amount": "600000.00",
            "facts": {"grade": 7, "sales_amount": "41200000", "on": "2026-11-21"},
        }
    ]
