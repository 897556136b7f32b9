"""Whether an invoice or a receipt may go into the ledger as it was typed (domain.md §6, "Precisely")."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kernel.money import amount_refused, decimals_refused
from kernel.refusals import Refusal, refusal

# A year typed as 0206 or 2206 is a slip, not a date: nobody insures what was delivered so long ago or is due so late.
FARTHEST_YEARS = 20


@dataclass(frozen=True)
class InvoiceFacts:
    """An invoice as issued. `net` is the insurable amount; `vat` is never covered. Both in `currency`."""

    number: str
    delivered_on: date
    issued_on: date
    due_on: date
    net: Decimal
    vat: Decimal
    currency: str


def invoice_refused(invoice: InvoiceFacts, today: date) -> tuple[Refusal, ...]:
    """Every reason why the invoice cannot stand in the ledger, each at its field; empty when it can.

    An invoice may be issued before delivery (a prepayment invoice) or after it; being invoiced too late costs cover,
    which is the silo rule's to say, not this one's.
    """
    found = [] if invoice.number.strip() else [refusal("invoice_number_missing", "number")]
    found += _amounts_refused(invoice)
    for about in ("delivered_on", "issued_on", "due_on"):
        found += _far_off(getattr(invoice, about), about, today)
    return (*found, *_out_of_order(invoice, today))


def _amounts_refused(invoice: InvoiceFacts) -> tuple[Refusal, ...]:
    """The first thing that is wrong with the amounts: a later one would only follow from it."""
    if invoice.vat < 0:
        return (refusal("vat_negative", "vat"),)
    return (
        amount_refused(invoice.net, invoice.currency, "net")
        or decimals_refused(invoice.vat, invoice.currency, "vat")
        or decimals_refused(invoice.net + invoice.vat, invoice.currency, "net")
        or ((refusal("vat_over_net", "vat"),) if invoice.vat > invoice.net else ())
    )


def _far_off(day: date, about: str, today: date) -> list[Refusal]:
    return [refusal("date_far_off", about, day_on=day)] if abs(day.year - today.year) > FARTHEST_YEARS else []


def _out_of_order(invoice: InvoiceFacts, today: date) -> list[Refusal]:
    found = []
    if invoice.delivered_on > today:
        found.append(refusal("delivery_in_future", "delivered_on"))
    if invoice.issued_on > today:
        found.append(refusal("invoice_in_future", "issued_on"))
    if invoice.due_on < invoice.issued_on:
        found.append(refusal("due_before_issue", "due_on", issued_on=invoice.issued_on))
    return found


def receipt_refused(
    amount: Decimal, currency: str, received_on: date, open_amount: Decimal, today: date
) -> tuple[Refusal, ...]:
    """Why a receipt on an invoice with `open_amount` (gross) left cannot be recorded; empty when it can."""
    found = list(amount_refused(amount, currency))
    if not found and amount > open_amount:
        found.append(refusal("receipt_over_open", "amount", open_amount=open_amount, currency=currency))
    if received_on > today:
        found.append(refusal("receipt_in_future", "received_on"))
    return (*found, *_far_off(received_on, "received_on", today))
