"""The ledger's page: the firm's own invoices, narrowed by the address, at the same cost for one and fifty."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models.roles import UNDERWRITER, Role
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions.merge import merge_buyers
from buyers.tests.factories import buyer as new_buyer
from policies.tests.factories import policy as new_policy
from receivables.tests.factories import invoice, receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> Any:
    return exporter()


def seen(firm: Any, **narrowed: Any) -> str:
    browser = signed_in(Client(), member(firm, Role.READER), firm)
    return browser.get(reverse("ledger"), narrowed).content.decode()


def test_ledger(firm):
    policy, today = new_policy(firm), timezone.localdate()
    late = invoice(policy, number="LATE")
    paid = invoice(policy, late.buyer, number="PAID")
    partly = invoice(policy, late.buyer, number="PARTLY", due_on=today + timedelta(days=9))
    usd = invoice(policy, number="DOLLARS", due_on=today, currency="USD")
    receipt(paid, paid.net)
    receipt(partly, 1)
    page = seen(firm)
    assert all(n in page for n in ("LATE", "PAID", "PARTLY", "DOLLARS"))
    for words in ("Overdue", "Paid", "Partly paid", "Unpaid", "9,999.00"):
        assert words in page
    numbers = {"LATE", "PAID", "PARTLY", "DOLLARS"}
    for narrowed, shown in (
        ({"state": "open"}, {"LATE", "PARTLY", "DOLLARS"}),
        ({"state": "overdue"}, {"LATE"}),
        ({"state": "paid"}, {"PAID"}),
        ({"buyer": late.buyer_id}, {"LATE", "PAID", "PARTLY"}),
        ({"currency": usd.currency}, {"DOLLARS"}),
        ({"state": "nonsense", "buyer": "x"}, numbers),
        ({"buyer": 0, "state": "paid"}, {"PAID"}),
    ):
        page = seen(firm, **narrowed)
        assert {n for n in numbers if f">{n}<" in page} == shown, narrowed
    assert "No invoice fits this filter" in seen(firm, currency="JPY")


def test_a_buyers_ledger_holds_the_invoices_of_the_entries_merged_into_it(firm):
    policy, into = new_policy(firm), new_buyer()
    old = invoice(policy, number="OLD")
    invoice(policy, into, number="NEW")
    merge_buyers(by=staff(UNDERWRITER).pk, source=old.buyer_id, into=into.pk)
    for buyer in (old.buyer_id, into.pk):
        page = seen(firm, buyer=buyer)
        assert ">OLD<" in page and ">NEW<" in page


def test_a_rivals_ledger_is_its_own(firm, client: Client):
    invoice(new_policy(firm), number="SECRET")
    assert client.get(reverse("ledger")).status_code == 302
    page = seen(exporter())
    assert "SECRET" not in page and "No invoice yet" in page


def test_fifty_invoices_cost_as_many_queries_as_one(firm):
    policy = new_policy(firm)
    browser = signed_in(Client(), member(firm), firm)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert browser.get(reverse("ledger")).status_code == 200
        return len(found)

    invoice(policy)
    queries()
    one = queries()
    for _n in range(49):
        invoice(policy)
    assert queries() == one
    for _n in range(2):
        invoice(policy)
    assert 'rel="next"' in browser.get(reverse("ledger")).content.decode()
