"""The forms by which annual accounts come in. They read what was typed; whether it can stand, the rules say."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.wording import said_of
from buyers.intake.amounts import LONGEST, UNITS, read_amount
from buyers.intake.compared import Year
from buyers.intake.rows import LONGEST_SOURCE
from buyers.models import FinancialStatement
from buyers.models.accounts import POLICYHOLDER
from buyers.statements import GROUPS, LINES, LONGEST_MONTHS
from buyers.wording import WORDS
from desk.contents import ALLOWED_ENDINGS
from desk.forms import FormKey
from kernel.currencies import MINOR_UNITS, OFFERED_FIRST
from kernel.money import LARGEST
from kernel.refusals import Refusal

UNIT_LABELS = {1: _("whole amounts"), 1_000: _("thousands"), 1_000_000: _("millions")}
GROUP_LABELS = {"assets": _("Assets"), "capital": _("Capital and debts"), "results": _("Results of the year")}


def currency_choices() -> list[tuple[str, Any]]:
    """Every currency, the usual ones first."""
    rest = [code for code in MINOR_UNITS if code not in OFFERED_FIRST]
    return [("", _("Choose a currency")), *((code, code) for code in (*OFFERED_FIRST, *sorted(rest)))]


class LineField(forms.CharField):
    """An amount as accounts write it (buyers/intake/amounts.py); empty is not known."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"})

    def __init__(self, **options: Any):
        super().__init__(required=False, max_length=LONGEST, **options)

    def clean(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """The amount, or the reason why it is none."""
        found = read_amount(super().clean(value) or "")
        if isinstance(found, Refusal):
            raise forms.ValidationError(said_of(WORDS, found), code=found.code)
        return found


class AccountsForm(forms.Form):
    """A year's accounts: whose year it is, then its lines by group. A line left empty is not known."""

    period_end = forms.DateField(label=_("Year to"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    months = forms.IntegerField(label=_("Months"), min_value=1, max_value=LONGEST_MONTHS, initial=12)
    currency = forms.ChoiceField(label=_("Currency"))
    unit = forms.TypedChoiceField(
        label=_("Amounts in"), coerce=int, initial=1, empty_value=1, required=False, choices=list(UNIT_LABELS.items())
    )
    audited = forms.BooleanField(label=_("Audited"), required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = currency_choices()  # type: ignore[attr-defined]
        for name in LINES:
            self.fields[name] = LineField(label=FinancialStatement._meta.get_field(name).verbose_name)

    def head(self) -> list[forms.BoundField]:
        """What the accounts are of."""
        return [self[name] for name in ("period_end", "months", "currency", "unit")]

    def groups(self) -> Iterator[tuple[str, Any, list[forms.BoundField]]]:
        """Each group's code, heading and lines."""
        for code, names in GROUPS.items():
            yield code, GROUP_LABELS[code], [self[name] for name in names]

    def lines(self) -> dict[str, Decimal | None]:
        """The lines in whole units of the currency; those that cannot be read are not known."""
        unit = self.cleaned_data.get("unit") or UNITS[0]
        typed = {name: self.cleaned_data.get(name) for name in LINES}
        return {name: None if amount is None else amount * unit for name, amount in typed.items()}

    def said(self) -> dict[str, Any]:
        """What the actions take."""
        facts = {name: self.cleaned_data[name] for name in ("period_end", "months", "currency", "audited")}
        return {**facts, "lines": self.lines()}

    def year(self) -> Year | None:
        """For the ratios, as far as it can be read; None without a year-end and its months."""
        found = self.cleaned_data
        end, months = found.get("period_end"), found.get("months")
        lines = {name: None if amount and abs(amount) > LARGEST else amount for name, amount in self.lines().items()}
        return Year(end, months, found.get("currency") or "", lines) if end and months else None


class ReviewedForm(AccountsForm):
    """Accounts an underwriter keeps: shown with their ratios first, kept when they come again as they were shown."""

    reviewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def digest(self, replaces: int | None) -> str:
        """What was shown, in short."""
        shown = json.dumps([self.said(), self.told_by(), replaces], sort_keys=True, default=str)
        return hashlib.sha256(shown.encode()).hexdigest()

    def told_by(self) -> str:
        """Who told these accounts."""
        return POLICYHOLDER


class StatementForm(ReviewedForm):
    """Accounts an underwriter found: in a register, at an agency, from the company."""

    source = forms.CharField(
        label=_("Source"), max_length=LONGEST_SOURCE,
        help_text=_("Where the accounts are from: the register, the company, an agency."),
    )  # fmt: skip
    field_order = ("period_end", "months", "currency", "unit", "source", "audited")

    def head(self) -> list[forms.BoundField]:
        """With the source."""
        return [*super().head(), self["source"]]

    def told_by(self) -> str:
        """As typed, without blanks around it."""
        return self.cleaned_data["source"].strip()


class SendAccountsForm(AccountsForm):
    """Accounts a firm sends in: the file, whose year it is, and its lines where somebody types them."""

    file = forms.FileField(
        label=_("File"), allow_empty_file=True, max_length=None,
        widget=forms.FileInput(attrs={"accept": ",".join(ALLOWED_ENDINGS)}),
    )  # fmt: skip
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Where you have the accounts from, for example."),
    )  # fmt: skip
    form_key = FormKey(required=False)


class HandBackForm(forms.Form):
    """Why accounts cannot be used; the firm reads it."""

    remark = forms.CharField(
        label=_("What is wrong, and what the exporter can do"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class AccountsFileForm(forms.Form):
    """A file of annual accounts to take in."""

    file = forms.FileField(label=_("File"), help_text=_("CSV, one row per buyer and year"), allow_empty_file=True)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial["form_key"] = uuid.uuid4()


def as_typed(year_end: date, months: int, currency: str, audited: bool, lines: dict[str, Any]) -> dict[str, Any]:
    """What a form begins with when its figures are known already."""
    shown = {name: "" if amount is None else f"{Decimal(amount).normalize():f}" for name, amount in lines.items()}
    return {"period_end": year_end, "months": months, "currency": currency, "audited": audited, **shown}
