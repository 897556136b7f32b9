"""Forms about policies: binding, changing terms, appetite. For staff."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts.models import Exporter
from buyers.models import Buyer
from policies.forms.limit import AmountField, CurrencyField, DayInput
from policies.models import PolicyTerms
from policies.wording import WORDS

# What a column of days holds; no instance is validated here, so the form has to ask.
MOST_DAYS = 32_767


class BindForm(forms.Form):
    """The policy itself."""

    exporter = forms.ModelChoiceField(label=_("Exporter"), queryset=Exporter.objects.order_by("name"))
    number = forms.CharField(label=_("Policy number"), max_length=30)
    currency = CurrencyField(label=_("Currency"))
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=40, help_text=_("Like Europe/Berlin or Asia/Shanghai.")
    )
    calendar_country = forms.ChoiceField(
        label=_("Calendar of working days"), choices=lambda: [("", "–"), *countries], widget=forms.Select
    )
    starts_on = forms.DateField(label=_("From"), widget=DayInput)
    ends_on = forms.DateField(label=_("To"), widget=DayInput)

    def values(self) -> dict[str, Any]:
        """As the action takes them."""
        return {**self.cleaned_data, "exporter": self.cleaned_data["exporter"].pk}


class TermsForm(forms.ModelForm):
    """Every term of a policy. With `dated`, also from when to when it holds."""

    valid_from = forms.DateField(label=_("From"), widget=DayInput)
    valid_to = forms.DateField(
        label=_("To"),
        required=False,
        widget=DayInput,
        help_text=_("Only for a relief: after this day the former terms hold again."),
    )

    class Meta:
        model = PolicyTerms
        exclude = ("policy",)  # noqa: DJ006 - every term, a new one too: a term one cannot enter would stay 0
        labels = {
            "report_overdue_unit": _("Report overdues within: counted in"),
            "waiting_unit": _("Waiting period: counted in"),
            "file_claim_unit": _("File a claim within: counted in"),
            "decide_claim_unit": _("Claims are decided within: counted in"),
        }

    def __init__(self, data: Any = None, *, instance: PolicyTerms | None = None, dated: bool = False):
        super().__init__(data, instance=instance)
        self.dated = dated
        for field in self.fields.values():
            if type(field) is forms.IntegerField:  # amounts are a kind of it
                field.validators.append(MaxValueValidator(MOST_DAYS))
        if dated:
            self.initial["valid_from"] = self.initial["valid_to"] = None
        else:
            del self.fields["valid_from"], self.fields["valid_to"]
            self.fields["edition"].initial = "2026-1"

    def _post_clean(self) -> None:
        """The instance is only where the form starts from; what may stand is for the rules to say."""

    def change(self) -> dict[str, Any]:
        """What differs from the row the form started from, and when it holds."""
        dates = {"valid_from": self.cleaned_data["valid_from"], "valid_to": self.cleaned_data["valid_to"]}
        changed = {name: self.cleaned_data[name] for name in self.changed_data if name not in dates}
        return {**dates, "changes": changed}


class AppetiteForm(forms.Form):
    """A cap on the exposure to any one buyer."""

    grade = forms.IntegerField(label=_("Grade"), required=False)
    country = forms.ChoiceField(
        label=_("Country"), required=False, choices=lambda: [("", "–"), *countries], widget=forms.Select
    )
    buyer = forms.IntegerField(
        label=_("Buyer, number in the directory"), required=False, min_value=1, max_value=2**63 - 1
    )
    cap = AmountField(label=_("Cap, house currency"))
    off_cover = forms.BooleanField(label=_("Off cover"), required=False)
    valid_from = forms.DateField(label=_("From"), widget=DayInput)
    valid_to = forms.DateField(label=_("To"), required=False, widget=DayInput)

    def clean_buyer(self) -> int | None:
        """A buyer the directory knows."""
        pk: int | None = self.cleaned_data["buyer"]
        if pk is not None and not Buyer.objects.filter(pk=pk).exists():
            raise forms.ValidationError(WORDS["buyer_not_in_directory"], code="buyer_not_in_directory")
        return pk

    def values(self) -> dict[str, Any]:
        """As the action takes them."""
        return dict(self.cleaned_data)
