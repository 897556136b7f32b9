"""Whether an invoice or a receipt may go into the ledger: a table worked by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from receivables.invoicing import InvoiceFacts, invoice_refused, receipt_refused

TODAY = date(2026, 11, 20)
INVOICE = InvoiceFacts(
    "26-1", date(2026, 9, 1), date(2026, 9, 3), date(2026, 11, 2), Decimal("1000.00"), Decimal("190.00"), "EUR"
)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"number": "  "}, [("invoice_number_missing", "number")]),
        ({"net": Decimal(0)}, [("amount_not_positive", "net")]),
        ({"net": Decimal("-1")}, [("amount_not_positive", "net")]),
        ({"net": Decimal("0.001")}, [("too_many_decimals", "net")]),
        ({"net": Decimal(10) ** 15}, [("amount_too_large", "net")]),
        ({"net": Decimal("NaN")}, [("not_an_amount", "net")]),
        ({"currency": "XYZ"}, [("unknown_currency", "currency")]),
        ({"currency": "JPY", "net": Decimal("100.5"), "vat": Decimal(0)}, [("too_many_decimals", "net")]),
        ({"vat": Decimal(0)}, []),
        ({"vat": Decimal("-0.01")}, [("vat_negative", "vat")]),
        ({"vat": Decimal("190.001")}, [("too_many_decimals", "vat")]),
        ({"vat": Decimal("1000.00")}, []),
        ({"vat": Decimal("1000.01")}, [("vat_over_net", "vat")]),
        (
            {"net": Decimal("999999999999999.99"), "vat": Decimal("0.01")},
            [("amount_too_large", "net")],
        ),
        ({"delivered_on": TODAY, "issued_on": TODAY, "due_on": TODAY}, []),
        ({"delivered_on": date(2026, 11, 21)}, [("delivery_in_future", "delivered_on")]),
        (
            {"issued_on": date(2026, 11, 21), "due_on": date(2027, 1, 1)},
            [("invoice_in_future", "issued_on")],
        ),
        ({"due_on": date(2026, 9, 3)}, []),
        ({"due_on": date(2026, 9, 2)}, [("due_before_issue", "due_on")]),
        ({"issued_on": date(2026, 8, 1)}, []),  # a prepayment invoice goes before its delivery
        ({"delivered_on": date(2005, 1, 1)}, [("date_far_off", "delivered_on")]),
        ({"delivered_on": date(2006, 1, 1)}, []),
        ({"due_on": date(2047, 1, 1)}, [("date_far_off", "due_on")]),
        ({"due_on": date(2046, 12, 31)}, []),
    ],
)
def test_an_invoice_may_be_recorded_or_says_why_not(changes, found):
    assert [(r.code, r.about) for r in invoice_refused(replace(INVOICE, **changes), TODAY)] == found


@pytest.mark.parametrize(
    ("amount", "day", "codes"),
    [
        (Decimal(100), TODAY, []),
        (Decimal("100.01"), TODAY, ["receipt_over_open"]),
        (Decimal(0), TODAY, ["amount_not_positive"]),
        (Decimal("1.001"), TODAY, ["too_many_decimals"]),
        (Decimal(1), date(2026, 11, 21), ["receipt_in_future"]),
        (Decimal(1), date(2005, 12, 31), ["date_far_off"]),
    ],
)
def test_a_receipt_may_be_recorded_or_says_why_not(amount, day, codes):
    assert [r.code for r in receipt_refused(amount, "EUR", day, Decimal(100), TODAY)] == codes
