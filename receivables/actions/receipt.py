"""Writing money received into the ledger."""

from datetime import date
from decimal import Decimal

from accounts.access import require_role
from accounts.audit import action, record
from accounts.clock import today_in
from kernel.refusals import refusal, refuse
from receivables.invoicing import receipt_refused
from receivables.models import Invoice, Receipt


@action
def record_receipt(*, by: int, invoice: int, amount: Decimal, received_on: date, reference: str) -> Receipt:
    """Money received on an invoice, gross. `reference` is the payment's own number: told twice, it is one receipt.

    Refuses what is more than is still owed, days to come, and a reference that stands for another payment.
    """
    # The invoice's row is what two receipts at once queue for, so that together they never exceed it.
    owed = Invoice.objects.select_for_update().select_related(None).get(pk=invoice)
    require_role(by, owed.exporter_id)
    there = Receipt.objects.filter(invoice=owed, reference=reference.strip()).first()
    if there is None:
        today = today_in(owed.policy.time_zone)
        refuse(receipt_refused(amount, owed.currency, received_on, _open(owed), today))
        there, outcome = _new(by, owed, amount, received_on, reference.strip()), "recorded"
    elif (there.amount, there.received_on) == (amount, received_on):
        outcome = "repeated"
    else:
        refuse([refusal("receipt_reference_taken", "reference", reference=there.reference,
                        amount=there.amount, currency=owed.currency, received_on=there.received_on)])  # fmt: skip
    record(by=by, subject=there, exporter=owed.exporter_id, invoice=owed.pk, amount=f"{amount:f}", outcome=outcome)
    return there


def _open(invoice: Invoice) -> Decimal:
    return Invoice.objects.with_open_amount().get(pk=invoice.pk).open_gross


def _new(by: int, invoice: Invoice, amount: Decimal, received_on: date, reference: str) -> Receipt:
    return Receipt.objects.create(
        exporter_id=invoice.exporter_id,
        invoice=invoice,
        amount=amount,
        received_on=received_on,
        reference=reference,
        recorded_by_id=by,
    )
