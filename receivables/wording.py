"""Sentences of this floor, keyed by code; the words of the floors below come along."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from policies import wording as below

WORDS: dict[str, Any] = {
    **below.WORDS,
    "invoice_number_missing": _("Give the invoice its number."),
    "vat_negative": _("VAT cannot be less than 0. Leave it at 0 where there is none."),
    "vat_over_net": _("VAT is more than the net amount. Have the two been swapped?"),
    "date_far_off": _("%(day_on)s is too far away to be meant. Check the year."),
    "delivery_in_future": _("The delivery lies in the future. Only what has been delivered can be owed."),
    "invoice_in_future": _("The invoice date lies in the future."),
    "due_before_issue": _("The due date lies before the invoice date (%(issued_on)s)."),
    "invoice_number_taken": _(
        "Invoice %(number)s of this buyer is in the ledger already with other facts: %(amount)s, due on %(due_on)s. "
        "Check the number."
    ),
    "receipt_over_open": _("Only %(open_amount)s are still open on this invoice."),
    "receipt_in_future": _("The day of receipt lies in the future."),
    "receipt_reference_taken": _(
        "Payment %(reference)s is recorded already with other facts: %(amount)s on %(received_on)s."
    ),
    # The trail
    "audit_record_invoice": _("Recorded an invoice"),
    "audit_record_receipt": _("Recorded a payment"),
}
