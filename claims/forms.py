"""A claim as the firm writes it, its papers, and what the claims handler asks and says."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.models import Claim, PaperRequest
from claims.models.paper import PaperKind
from desk.forms import FilesField, FormKey
from kernel.currencies import MINOR_UNITS, OFFERED_FIRST
from policies.models import Policy
from receivables.forms import DayInput, amount_field

CURRENCIES = [(code, code) for code in dict.fromkeys((*OFFERED_FIRST, *sorted(MINOR_UNITS)))]


class ClaimDetailsForm(forms.ModelForm):
    """What has happened; may be changed as long as the claim is a draft."""

    class Meta:
        model = Claim
        fields = ("cause", "event_on", "own_reference", "account")
        widgets = {"event_on": DayInput, "cause": forms.RadioSelect, "account": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "event_on": _("The day the insolvency was opened, or since when the buyer has not paid."),
            "own_reference": _("As your own books call it; shown beside ours."),
            "account": _("What you were told, what you have tried. The claims handler reads this first."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["cause"].choices = [c for c in self.fields["cause"].choices if c[0]]  # type: ignore[attr-defined]


class StartClaimForm(ClaimDetailsForm):
    """The first page of a claim: under which policy, in which currency, why."""

    policy = forms.ModelChoiceField(label=_("Policy"), queryset=Policy.objects.none(), empty_label=None)
    currency = forms.ChoiceField(
        label=_("Currency of the invoices"),
        choices=CURRENCIES,
    )
    form_key = FormKey()

    field_order = ("cause", "event_on", "policy", "currency", "own_reference", "account")

    def __init__(self, *args: Any, policies: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["policy"].queryset = policies  # type: ignore[attr-defined]
        newest = policies.first()
        if newest:
            self.fields["policy"].initial, self.fields["currency"].initial = newest.pk, newest.currency


class OverdueForm(forms.Form):
    """What a buyer owes beyond its day."""

    amount = amount_field(_("Overdue amount"), help_text=_("With VAT, less what has been paid."))
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES)
    due_on = forms.DateField(
        label=_("Due date"), widget=DayInput, help_text=_("Of the oldest invoice that has not been paid.")
    )


class PapersForm(forms.Form):
    """Files of one kind."""

    kind = forms.ChoiceField(label=_("What these files are"), choices=PaperKind.choices)
    files = FilesField(label=_("Files"))  # type: ignore[assignment]
    form_key = FormKey()


class AnswerForm(forms.Form):
    """An answer to one paper asked for: files, words, or both."""

    files = FilesField(label=_("Files"), required=False)  # type: ignore[assignment]
    words = forms.CharField(
        label=_("Or in words"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    form_key = FormKey()

    def __init__(self, *args: Any, asked: PaperRequest, **kwargs: Any):
        super().__init__(*args, prefix=f"r{asked.pk}", **kwargs)


class AskForm(forms.Form):
    """What the claims handler asks the firm for."""

    kinds = forms.MultipleChoiceField(
        label=_("Papers"), choices=PaperKind.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    words = forms.CharField(
        label=_("Words to the exporter"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Sent with each paper asked for. Say what exactly is needed and why."),
    )
    answer_by = forms.DateField(label=_("Answer by"), widget=DayInput)


class AssessForm(forms.Form):
    """What the assessment found."""

    words = forms.CharField(
        label=_("Assessment"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The exporter reads this."),
    )
