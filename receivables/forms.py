"""What the ledger's list may be narrowed by, and an invoice as it is typed."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _


class LedgerFilter(forms.Form):
    """Stands in the address, so that a list can be kept and passed on."""

    EVERY, OPEN, OVERDUE, PAID = "", "open", "overdue", "paid"
    state = forms.ChoiceField(
        label=_("Which invoices"),
        required=False,
        choices=[
            (EVERY, _("All invoices")),
            (OPEN, _("Unpaid")),
            (OVERDUE, _("Overdue")),
            (PAID, _("Paid")),
        ],
    )
    buyer = forms.IntegerField(required=False, widget=forms.HiddenInput)
    currency = forms.CharField(required=False, max_length=3, widget=forms.HiddenInput)


class DayInput(forms.DateInput):
    """A day, by the browser's own picker; ISO in and out whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def amount_field(label: object, **options: object) -> forms.DecimalField:
    """An amount as typed; decimals and bounds are the rule's to judge, since they depend on the currency."""
    # Room for more digits than any column has, so that the rule words the refusal and not the field.
    return forms.DecimalField(label=label, max_digits=40, decimal_places=20, localize=False, **options)  # type: ignore


class InvoiceForm(forms.Form):
    """An invoice's facts. Its currency is given by what the invoice is typed into.

    No model form: the model's own constraints would answer before the rule does, and not in people's words.
    """

    number = forms.CharField(label=_("Invoice number"), max_length=60)
    delivered_on = forms.DateField(label=_("Delivered"), widget=DayInput)
    issued_on = forms.DateField(label=_("Issued"), widget=DayInput)
    due_on = forms.DateField(label=_("Due"), widget=DayInput)
    net = amount_field(_("Net amount"), help_text=_("Without VAT and interest: this is what can be insured."))
    vat = amount_field(_("VAT"), required=False, initial=0)

    def clean_vat(self) -> Decimal:
        """Left empty means none."""
        return self.cleaned_data["vat"] or Decimal(0)
