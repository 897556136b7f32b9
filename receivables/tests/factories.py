"""Invoices and receipts for tests, with as little said as a test needs to say."""

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from buyers.models import Buyer
from buyers.tests.factories import buyer as new_buyer
from policies.models import Policy
from policies.tests.factories import policy as new_policy
from receivables.models import Invoice, Receipt

_numbers = count(1)


def invoice(policy: Policy | None = None, buyer: Buyer | None = None, **columns: Any) -> Invoice:
    """An invoice of 10,000 net delivered 150 days ago, due 90 days ago (past its extension period of 60 days)."""
    policy = policy or new_policy()
    today = timezone.now().date()
    due_on = columns.get("due_on", today - timedelta(days=90))
    values = {
        "number": f"INV-{next(_numbers)}",
        "delivered_on": due_on - timedelta(days=60),
        "issued_on": due_on - timedelta(days=60),
        "due_on": due_on,
        "net": Decimal("10000"),
        "currency": policy.currency,
        "recorded_by_id": policy.exporter.created_by_id,
        **columns,
    }
    return Invoice.objects.create(exporter=policy.exporter, policy=policy, buyer=buyer or new_buyer(), **values)


def receipt(invoice: Invoice, amount: Decimal | int | str, **columns: Any) -> Receipt:
    """Money received on the invoice ten days ago."""
    values = {
        "received_on": timezone.now().date() - timedelta(days=10),
        "reference": f"PAY-{next(_numbers)}",
        "recorded_by_id": invoice.recorded_by_id,
        **columns,
    }
    return Receipt.objects.create(exporter_id=invoice.exporter_id, invoice=invoice, amount=Decimal(amount), **values)
