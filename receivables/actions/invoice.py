"""Writing an invoice into the ledger."""

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from accounts.access import require_role
from accounts.audit import action, record
from accounts.clock import today_in
from buyers.models import BookEntry, Buyer
from kernel.refusals import refusal, refuse
from policies.models import Policy
from receivables.invoicing import InvoiceFacts, invoice_refused
from receivables.models import Invoice


@action
def record_invoice(
    *,
    by: int,
    exporter: int,
    policy: int,
    buyer: int,
    number: str,
    delivered_on: date,
    issued_on: date,
    due_on: date,
    net: Decimal,
    currency: str,
    vat: Decimal = Decimal(0),
) -> Invoice:
    """An invoice of the firm's on a buyer of its book. The number is unique per buyer: the same facts are the same row.

    Entries of the directory that were merged into the buyer are the same buyer: its old invoices are not taken twice.
    Refuses what invoicing.py refuses, a buyer not in the book, and a number that stands for other facts.
    """
    require_role(by, exporter)
    facts = InvoiceFacts(number.strip(), delivered_on, issued_on, due_on, net, vat, currency)
    under = Policy.objects.get(pk=policy, exporter_id=exporter)
    refuse(invoice_refused(facts, today_in(under.time_zone)))
    if not BookEntry.objects.filter(exporter_id=exporter, buyer_id=buyer).standing():
        refuse([refusal("buyer_not_in_book", "buyer")])
    row = Invoice(exporter_id=exporter, policy=under, buyer_id=buyer, recorded_by_id=by, **vars(facts))
    invoice, outcome = _saved(row)
    record(
        by=by, subject=invoice, exporter=exporter, buyer=buyer, number=invoice.number,
        net=f"{invoice.net:f}", currency=invoice.currency, outcome=outcome,
    )  # fmt: skip
    return invoice


def _saved(row: Invoice) -> tuple[Invoice, str]:
    """The row written; or the one that stands under its number, when it says the same (one_invoice_per_number)."""
    same = Buyer.objects.same_firm(row.buyer_id)
    standing = Invoice.objects.filter(exporter=row.exporter_id, buyer__in=same, number=row.number).order_by("-pk")
    there = standing.first()
    if there is None:
        try:
            with transaction.atomic():
                row.save(force_insert=True)
            return row, "recorded"
        except IntegrityError:  # written in this very moment
            there = standing.get(buyer=row.buyer_id)
    if _said(there) != _said(row):
        refuse([refusal("invoice_number_taken", "number", number=there.number, amount=there.net,
                        currency=there.currency, due_on=there.due_on)])  # fmt: skip
    return there, "repeated"


def _said(invoice: Invoice) -> tuple[object, ...]:
    return (
        invoice.policy_id,
        invoice.delivered_on,
        invoice.issued_on,
        invoice.due_on,
        invoice.net,
        invoice.vat,
        invoice.currency,
    )
