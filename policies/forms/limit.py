"""Forms about limits: asking, appealing, deciding, reviewing."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.forms import FilesField
from kernel.currencies import MINOR_UNITS, OFFERED_FIRST, is_currency
from kernel.money import LARGEST, parsed_amount
from policies.deciding import APPROVED, CONDITIONS, DECISION_REASONS, DECLINED, PARTLY_APPROVED
from policies.edition import edition
from policies.limits import CANCELLATION, NEW, Reason
from policies.models import CreditLimit
from policies.models.limit_request import RequestKind
from policies.need import need
from policies.reviewing import KEEP, REDUCE, WITHDRAW
from policies.wording import WORDS

# Digits and marks as Chinese keyboards type them.
FULL_WIDTH = str.maketrans("０１２３４５６７８９，．", "0123456789,.")
# More digits after the point than this are not an amount in any currency; rules say which are too many in one.
FINEST = -12


class DayInput(forms.DateInput):
    """The browser's own date field; dates go in and out as 2026-11-21 in every language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AmountInput(forms.TextInput):
    """An amount as text, so that 1,234.50 can be typed; phones show their number keys."""

    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "decimal", "autocomplete": "off"})


class AmountField(forms.CharField):
    """An amount, as a Decimal: thousands marks are understood, anything that would have to be guessed is not."""

    widget = AmountInput

    def __init__(self, **kwargs: Any):
        super().__init__(max_length=40, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A Decimal as plain digits."""
        return f"{value:f}" if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        """None when nothing was typed."""
        text = super().to_python(value)
        if text == "":
            return None
        if len(text) > self.max_length:  # type: ignore[operator]
            raise forms.ValidationError(WORDS["amount_too_large"], code="amount_too_large")
        amount = parsed_amount(text.translate(FULL_WIDTH))
        if amount is None or int(amount.as_tuple().exponent) < FINEST:
            raise forms.ValidationError(WORDS["not_an_amount"], code="not_an_amount")
        if abs(amount) > LARGEST:
            raise forms.ValidationError(WORDS["amount_too_large"], code="amount_too_large")
        return amount

    def run_validators(self, value: Any) -> None:
        """The length was looked at in `to_python`, where the value was still text."""

    def validate(self, value: Any) -> None:
        """Required or not."""
        if self.required and value is None:
            raise forms.ValidationError(self.error_messages["required"], code="required")


def currencies() -> list[tuple[Any, list[tuple[str, str]]]]:
    """Every current currency, the usual ones first."""
    rest = sorted(set(MINOR_UNITS) - set(OFFERED_FIRST))
    return [(_("Most used"), [(c, c) for c in OFFERED_FIRST]), (_("All others"), [(c, c) for c in rest])]


class CurrencySelect(forms.Select):
    """The list of currencies. Its 160 options are made once for each that is chosen in it, not for every form."""

    kept: ClassVar[dict[tuple[str, ...], Any]] = {}

    def use_required_attribute(self, initial: Any) -> bool:
        """The list has no empty choice a browser could refuse."""
        return False

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        """Kept for currencies only, so that nothing typed by somebody fills the memory."""
        if not all(is_currency(code) for code in value):
            return super().optgroups(name, value, attrs)
        if (name, *value) not in self.kept:
            self.kept[(name, *value)] = super().optgroups(name, value, attrs)
        return self.kept[(name, *value)]


class CurrencyField(forms.ChoiceField):
    """Any current currency, the usual ones first. An unknown one is refused by the rule, in words of ours."""

    widget = CurrencySelect

    def __init__(self, **kwargs: Any):
        # As a function: a list would be copied pair by pair for every form.
        super().__init__(choices=currencies, **kwargs)

    def validate(self, value: Any) -> None:
        """Only that one was chosen."""
        forms.Field.validate(self, value)


def _choices(reasons: Sequence[Reason]) -> list[tuple[str, Any]]:
    return [(reason.code, WORDS[reason.code]) for reason in reasons]


class AskForm(forms.Form):
    """A request for a limit. Without an amount, the need worked out from turnover and terms is asked for."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("What do you need?"))
    turnover = AmountField(
        label=_("Expected turnover in a year"),
        required=False,
        help_text=_(
            "With this buyer, in the currency you choose. From it we work out how much may be owed at one time."
        ),
    )
    terms_days = forms.IntegerField(label=_("Payment terms, days"), max_value=32767)
    currency = CurrencyField(label=_("Currency"))
    amount = AmountField(
        label=_("Limit"), required=False, help_text=_("Leave empty to ask for the need that was worked out.")
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DayInput,
        help_text=_("Only if you need it for a season or an order; otherwise it lasts as your policy says."),
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A person reads it, so there is no answer at once."),
    )
    own_reference = forms.CharField(label=_("Your reference"), required=False, max_length=60)

    def __init__(self, data: Any = None, *, present: CreditLimit | None, policy_currency: str, initial: dict[str, Any]):
        super().__init__(data, initial={"form_key": uuid.uuid4(), "currency": policy_currency, **initial})
        kinds = [k for k in RequestKind if (k == RequestKind.NEW) != (present is not None)]
        self.fields["kind"].choices = [(k.value, k.label) for k in kinds]  # type: ignore[attr-defined]
        if present is None:
            self.fields["kind"].widget = forms.HiddenInput()
            self.fields["kind"].initial = NEW

    def clean(self) -> dict[str, Any]:
        """Fills in the need where no amount was typed."""
        data = super().clean() or {}
        if "amount" in self.errors or data.get("amount") is not None or data.get("kind") == CANCELLATION:
            return data
        if not is_currency(data.get("currency", "")):
            return data  # refused by the rule; there is no need in it to be worked out
        turnover, days = data.get("turnover"), data.get("terms_days")
        if turnover and turnover > 0 and days and days > 0:
            data["amount"] = need(turnover, days, data.get("currency", ""), edition().need_roundings).amount
        elif "turnover" not in self.errors and "terms_days" not in self.errors:
            self.add_error("amount", _("Write the limit you need, or the turnover to work it out from."))
        return data

    def value(self, name: str) -> Any:
        """What was understood of a field; None when nothing was."""
        return self.cleaned_data.get(name) if self.is_bound and hasattr(self, "cleaned_data") else None

    def wanted(self) -> dict[str, Any]:
        """What is asked for."""
        data = {name: self.cleaned_data[name] for name in ("kind", "currency", "terms_days", "until", "turnover")}
        return {**data, "amount": self.cleaned_data.get("amount") or Decimal(0)}

    def said(self) -> dict[str, Any]:
        """What is said with it."""
        return {name: self.cleaned_data[name] for name in ("comment", "own_reference", "form_key")}


class AppealForm(forms.Form):
    """Asking to think a decision over: what is new, and how much is asked for now."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    amount = AmountField(label=_("Limit"))
    comment = forms.CharField(
        label=_("What is new?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Newer accounts, orders in hand, securities: whatever the decision could not know."),
    )
    files = FilesField(  # type: ignore[assignment]
        label=_("Documents"),
        required=False,
        help_text=_("What shows it, if you have it: accounts, contracts, guarantees. The underwriter reads them."),
    )


class DecideForm(forms.Form):
    """An underwriter's decision."""

    OUTCOMES = ((APPROVED, _("Approved")), (PARTLY_APPROVED, _("Partly approved")), (DECLINED, _("Declined")))

    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES)
    amount = AmountField(label=_("Limit"), required=False, help_text=_("Not needed when declined."))
    valid_to = forms.DateField(label=_("Valid to"), required=False, widget=DayInput)
    reasons = forms.MultipleChoiceField(
        label=_("Reasons (shown to the exporter)"),
        required=False,
        choices=_choices(DECISION_REASONS),
        widget=forms.CheckboxSelectMultiple,
    )
    conditions = forms.MultipleChoiceField(
        label=_("Conditions"), required=False, choices=_choices(CONDITIONS), widget=forms.CheckboxSelectMultiple
    )
    words = forms.CharField(
        label=_("Words to the exporter"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def verdict(self) -> dict[str, Any]:
        """The decision, as the action takes it."""
        data = self.cleaned_data
        declined = data["outcome"] == DECLINED
        return {
            "outcome": data["outcome"],
            "amount": Decimal(0) if declined else data["amount"] or Decimal(0),
            "valid_to": None if declined else data["valid_to"],
            "reasons": tuple(data["reasons"]),
            "conditions": () if declined else tuple(data["conditions"]),
            "words": data["words"],
        }


class ReviewForm(forms.Form):
    """What to do with a limit whose buyer was regraded."""

    CHOICES = ((KEEP, _("Keep")), (REDUCE, _("Reduce")), (WITHDRAW, _("Withdraw")))

    choice = forms.ChoiceField(label=_("Decision"), choices=CHOICES)
    amount = AmountField(label=_("New limit"), required=False)
    reasons = forms.MultipleChoiceField(
        label=_("Reasons (shown to the exporter)"),
        required=False,
        choices=_choices(DECISION_REASONS),
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label=_("Words to the exporter"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
