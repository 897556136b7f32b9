"""Which invoices a draft claims. Their amounts stay in the ledger; the claim only points to them."""

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.access import require_role
from accounts.audit import action, record, subject_of
from claims.models import Claim, ClaimEvent, ClaimItem
from claims.models.claim import FILING, ClaimStage
from desk.actions.review import drop_review
from kernel.refusals import refusal, refuse
from receivables.actions.invoice import record_invoice
from receivables.models import Invoice


@action
def add_claim_invoice(
    *,
    by: int,
    claim: int,
    number: str,
    delivered_on: date,
    issued_on: date,
    due_on: date,
    net: Decimal,
    vat: Decimal = Decimal(0),
) -> ClaimItem:
    """Claim an invoice that is typed in here: it goes into the ledger first, in the claim's currency."""
    found = _draft(by, claim)
    invoice = record_invoice(
        by=by, exporter=found.exporter_id, policy=found.policy_id, buyer=found.present_buyer(), number=number,
        delivered_on=delivered_on, issued_on=issued_on, due_on=due_on, net=net, vat=vat, currency=found.currency,
    )  # fmt: skip
    item, outcome = _claimed(by, found, invoice)
    record(by=by, subject=item, exporter=found.exporter_id, claim=found.pk, invoice=invoice.pk, outcome=outcome)
    return item


@action
def add_ledger_invoice(*, by: int, claim: int, invoice: int) -> ClaimItem:
    """Claim an invoice that stands in the ledger already; one on another buyer is refused as not the claim's.

    Entries of the directory that were merged are one buyer.
    """
    found = _draft(by, claim)
    owed = Invoice.objects.get(pk=invoice, exporter_id=found.exporter_id)
    if not found.same_buyer().filter(pk=owed.buyer_id).exists():
        refuse([refusal("invoice_of_another_buyer", "items", number=owed.number)])
    if owed.currency != found.currency:
        refuse([refusal("invoice_in_another_currency", "items", number=owed.number, currency=owed.currency,
                        claimed=found.currency)])  # fmt: skip
    item, outcome = _claimed(by, found, owed)
    record(by=by, subject=item, exporter=found.exporter_id, claim=found.pk, invoice=owed.pk, outcome=outcome)
    return item


@action
def remove_claim_invoice(*, by: int, item: int) -> ClaimItem:
    """Take an invoice out of a draft; it stays in the ledger. Twice is once."""
    row = ClaimItem.objects.select_related("invoice").get(pk=item)
    found = _draft(by, row.claim_id)
    row.refresh_from_db(fields=["removed_at"])
    repeated = row.removed_at is not None
    if not repeated:
        row.removed_at = timezone.now()
        row.save(update_fields=["removed_at"])
        ClaimEvent.objects.add(found, "invoice_taken_out", by, number=row.invoice.number)
    record(
        by=by, subject=row, exporter=found.exporter_id, claim=found.pk, outcome="repeated" if repeated else "removed"
    )
    return row


def _draft(by: int, claim: int) -> Claim:
    """The draft, locked, and no longer on its way to a colleague: it is about to be changed."""
    found = Claim.objects.locked(claim)
    require_role(by, found.exporter_id)
    refuse([] if found.stage == ClaimStage.DRAFT else [refusal("claim_filed_already")])
    drop_review(by=by, exporter=found.exporter_id, act=FILING, subject=subject_of(found))
    return found


def _claimed(by: int, claim: Claim, invoice: Invoice) -> tuple[ClaimItem, str]:
    """The item, made or there already; refused when another claim has the invoice (invoice_claimed_once)."""
    there = ClaimItem.objects.filter(claim=claim, invoice=invoice, removed_at__isnull=True).first()
    if there:
        return there, "repeated"
    try:
        with transaction.atomic():
            item = ClaimItem.objects.create(claim=claim, invoice=invoice)
    except IntegrityError:
        other = ClaimItem.objects.get(invoice=invoice, removed_at__isnull=True).claim
        refuse([refusal("invoice_claimed_already", "number", number=invoice.number, reference=str(other.reference))])
    ClaimEvent.objects.add(
        claim, "invoice_claimed", by, number=invoice.number, amount=f"{invoice.net:f}", currency=invoice.currency
    )
    return item, "added"
