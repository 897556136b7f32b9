"""The ledger takes each invoice and each payment once."""

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.models.roles import Role
from accounts.tests.factories import exporter, member
from buyers.tests.factories import buyer as new_buyer
from buyers.tests.factories import in_book
from kernel.refusals import NotAllowed, Refused
from policies.models import Policy
from policies.tests.factories import policy as new_policy
from receivables.actions.invoice import record_invoice
from receivables.actions.receipt import record_receipt
from receivables.models import Invoice, Receipt
from receivables.tests.factories import invoice as new_invoice

pytestmark = pytest.mark.django_db


def codes(refused: Any) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


@pytest.fixture
def ledger() -> Any:
    """A function that records an invoice of a firm on a buyer of its book, with changes."""
    firm, buyer = exporter(), new_buyer()
    by, policy, today = member(firm), new_policy(firm), timezone.now().date()
    in_book(firm, buyer)
    facts = {
        "by": by.pk, "exporter": firm.pk, "policy": policy.pk, "buyer": buyer.pk, "number": " 26-1 ",
        "delivered_on": today - timedelta(days=9), "issued_on": today - timedelta(days=9),
        "due_on": today + timedelta(days=51), "net": Decimal("1000"), "vat": Decimal("190"), "currency": "EUR",
    }  # fmt: skip
    return lambda **changes: record_invoice(**{**facts, **changes})


def test_an_invoice_told_twice_is_one(ledger):
    first, second = ledger(), ledger(number="26-1")
    assert first == second and first.number == "26-1"
    events = AuditEvent.objects.filter(action="record_invoice").order_by("id")
    assert [event.details["outcome"] for event in events] == ["recorded", "repeated"]


@pytest.mark.parametrize(
    "change", [{"net": Decimal("1000.01")}, {"vat": Decimal(0)}, {"currency": "USD"}, {"due_on": None}]
)
def test_a_number_that_stands_for_other_facts_is_refused(ledger, change):
    first = ledger()
    if "due_on" in change:
        change = {"due_on": first.due_on + timedelta(days=1)}
    with pytest.raises(Refused) as refused:
        ledger(**change)
    assert codes(refused) == ["invoice_number_taken"]
    assert refused.value.refusals[0].facts["amount"] == Decimal("1000")
    assert Invoice.objects.count() == 1


def test_what_the_rule_refuses_is_not_written(ledger):
    with pytest.raises(Refused) as refused:
        ledger(net=Decimal(0))
    assert codes(refused) == ["amount_not_positive"]
    with pytest.raises(Refused) as refused:
        ledger(buyer=new_buyer().pk)
    assert codes(refused) == ["buyer_not_in_book"]
    with pytest.raises(Policy.DoesNotExist):
        ledger(policy=new_policy().pk)
    assert not Invoice.objects.exists()


def test_only_owners_and_editors_keep_the_ledger(ledger):
    row = ledger()
    for person in (member(row.exporter, Role.READER), member(exporter())):
        with pytest.raises(NotAllowed):
            ledger(by=person.pk)
        with pytest.raises(NotAllowed):
            record_receipt(by=person.pk, invoice=row.pk, amount=Decimal(1), received_on=row.issued_on, reference="P")


def test_payments_reduce_what_is_open_and_are_counted_once(ledger):
    row = ledger()

    def paid(amount: str, reference: str, by: int = row.recorded_by_id) -> Receipt:
        return record_receipt(
            by=by, invoice=row.pk, amount=Decimal(amount), received_on=row.issued_on, reference=reference
        )

    assert paid("190", "P-1") == paid("190", " P-1 ")
    paid("500", "P-2")
    assert Invoice.objects.with_open_amount().get().open_gross == Decimal("500")
    with pytest.raises(Refused) as refused:
        paid("191", "P-1")
    assert codes(refused) == ["receipt_reference_taken"]
    with pytest.raises(Refused) as refused:
        paid("500.01", "P-3")
    assert codes(refused) == ["receipt_over_open"]
    paid("500", "P-3")
    assert Invoice.objects.with_open_amount().get().open_gross == 0


def test_sums_of_open_amounts_do_not_multiply():
    row = new_invoice()
    for n in range(3):
        Receipt.objects.create(
            exporter=row.exporter, invoice=row, amount=10, received_on=row.due_on, reference=str(n),
            recorded_by=row.recorded_by,
        )  # fmt: skip
    assert Invoice.objects.with_open_amount().values_list("open_gross", flat=True).get() == Decimal("9970")


def at_once(work: Any, times: int = 2) -> list[Any]:
    barrier, found = threading.Barrier(times), []

    def one(n: int) -> None:
        barrier.wait()
        try:
            found.append(work(n))
        except Refused as refused:
            found.append(refused.refusals[0].code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_one_invoice_typed_in_by_two_at_once_is_one(ledger):
    found = at_once(lambda n: ledger().pk)
    assert len(set(found)) == Invoice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_two_payments_at_once_never_exceed_what_is_open(ledger):
    row = ledger()
    found = at_once(
        lambda n: (
            record_receipt(
                by=row.recorded_by_id, invoice=row.pk, amount=Decimal(700), received_on=row.issued_on, reference=str(n)
            ).pk
        )
    )
    assert Receipt.objects.count() == 1
    assert "receipt_over_open" in found
