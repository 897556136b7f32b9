"""An invoice somebody else writes between an action's look and its write."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.tests.factories import exporter, member
from accounts.tests.moments import overtaken
from buyers.tests.factories import buyer as new_buyer
from buyers.tests.factories import in_book
from policies.tests.factories import policy as new_policy
from receivables.actions.invoice import record_invoice
from receivables.models import Invoice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("races")]


@pytest.mark.parametrize(
    ("sooner", "outcome"), [(Decimal(1000), "the row that stands"), (Decimal(999), ["invoice_number_taken"])]
)
def test_a_number_a_colleague_writes_meanwhile_stands_for_what_the_colleague_wrote(sooner: Decimal, outcome: Any):
    firm, buyer, today = exporter(), new_buyer(), timezone.now().date()
    clerk, colleague, policy = member(firm), member(firm), new_policy(firm)
    in_book(firm, buyer)

    def told(by: int, net: Decimal) -> Invoice:
        return record_invoice(
            by=by, exporter=firm.pk, policy=policy.pk, buyer=buyer.pk, number="26-1", net=net, currency="EUR",
            delivered_on=today - timedelta(days=9), issued_on=today - timedelta(days=9),
            due_on=today + timedelta(days=51),
        )  # fmt: skip

    answer = overtaken(lambda: told(clerk.pk, Decimal(1000)), by=lambda: told(colleague.pk, sooner))
    there = Invoice.objects.get()
    assert answer == (there if outcome == "the row that stands" else outcome)
    assert (there.net, there.recorded_by) == (sooner, colleague)
    events = (
        AuditEvent.objects.filter(action="record_invoice").order_by("id").values_list("details__outcome", flat=True)
    )
    assert list(events) == ["recorded", "repeated"][: 2 if answer == there else 1]
