"""The forms of the directory and the book. They read what was typed; whether it can stand is for the rules to say."""

import uuid
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries import countries

from buyers.directory.shapes import GLEIF, PLAIN
from buyers.identity import SCHEMES, normalised
from buyers.models import Alert, BookEntry, BuyerProposal, Identifier
from buyers.models.buyer import BuyerCategory, BuyerStatus
from buyers.names import sort_key
from buyers.proposing import REASONS
from buyers.search import LONGEST, cleaned
from buyers.tables import COLUMNS, chosen_columns
from buyers.watching import NONE
from buyers.wording import WORDS

SCHEME_LABELS = {
    "LEI": _("LEI – legal entity identifier"),
    "VAT": _("VAT number (EU, UK)"),
    "USCC": _("China – unified social credit code"),
    "CRN": _("United Kingdom – company number"),
    "EIN": _("United States – EIN"),
    "SIREN": _("France – SIREN"),
    "UID": _("Switzerland – UID"),
    "ORGNR": _("Norway – organisation number"),
    "JCN": _("Japan – corporate number"),
    "BRN": _("South Korea – business registration number"),
    "UBN": _("Taiwan – unified business number"),
    "UEN": _("Singapore – UEN"),
    "MST": _("Vietnam – tax code"),
    "NPWP": _("Indonesia – NPWP"),
    "GSTIN": _("India – GSTIN"),
    "VKN": _("Türkiye – tax number"),
    "INN": _("Russia – INN"),
    "ABN": _("Australia – ABN"),
    "BN": _("Canada – business number"),
    "RFC": _("Mexico – RFC"),
    "CNPJ": _("Brazil – CNPJ"),
    "CUIT": _("Argentina – CUIT"),
    "RUT": _("Chile – RUT"),
    "NIT": _("Colombia – NIT"),
    "RUC": _("Peru – RUC"),
    "DUNS": _("D-U-N-S number"),
    "REG": _("Another register’s number"),
}


def scheme_choices() -> list[tuple[str, Any]]:
    """Every kind of number, the usual ones first."""
    return [("", _("Choose a kind")), *((scheme, SCHEME_LABELS[scheme]) for scheme in SCHEMES)]


def country_choices(empty: Any) -> list[tuple[str, Any]]:
    """Every country in the reader's language, behind the words for none."""
    return [("", empty), *countries]


class FindForm(forms.Form):
    """What to look for in the directory. A search is an address, so it is sent by GET and never refused as a form."""

    q = forms.CharField(
        label=_("Name, part of a name, or number"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "maxlength": LONGEST}),
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", pgettext_lazy("company", "Any")), *BuyerStatus.choices]
    )

    def __init__(self, asked: QueryDict):
        # What nobody sees (control characters, marks of direction) is neither looked for nor shown again.
        super().__init__({name: cleaned(text) for name, text in {"q": "", **asked.dict()}.items()})
        self.fields["country"].choices = country_choices(_("All countries"))

    def wanted(self) -> tuple[str, dict[str, str]]:
        """The text, and what narrows the search; a country or status nobody knows narrows nothing."""
        self.is_valid()
        return self.data["q"], {name: self.cleaned_data.get(name, "") for name in ("country", "status")}


class BookFilter(forms.Form):
    """What a book is narrowed and sorted by; it lives in the address, and what cannot be read narrows nothing."""

    CURRENT, ARCHIVED = "", "archived"
    GRADES = {
        "1-4": Q(buyer__grade__lte=4),
        "5-7": Q(buyer__grade__range=(5, 7)),
        "8-10": Q(buyer__grade__gte=8),
        **{str(grade): Q(buyer__grade=grade) for grade in range(1, 11)},  # the bars of Home's chart lead here
    }
    SORTS = {
        "name": ("sort_key", "id"),
        "-name": ("-sort_key", "-id"),
        "reference": ("own_reference", "id"),
        "-reference": ("-own_reference", "-id"),
        "grade": ("grade_or_none", "id"),
        "-grade": ("-grade_or_none", "-id"),
        "scored": ("scored_or_never", "id"),
        "-scored": ("-scored_or_never", "-id"),
        "added": ("added_at", "id"),
        "-added": ("-added_at", "-id"),
    }

    q = forms.CharField(
        label=_("Name, number or your reference"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "maxlength": LONGEST}),
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    grade = forms.ChoiceField(
        label=_("Grade"),
        required=False,
        choices=[("", _("All grades")), *((g, g.replace("-", "–")) for g in GRADES), ("none", _("Not graded"))],
    )
    mark = forms.ChoiceField(
        label=_("Only"),
        required=False,
        choices=[
            ("", _("All buyers")),
            ("alerts", _("With open alerts")),
            ("watched", _("Watched")),
            ("unwatched", _("Not watched")),
            ("affiliates", _("Affiliates")),
            (ARCHIVED, _("Laid aside")),
        ],
    )
    sort = forms.ChoiceField(required=False, choices=[(s, s) for s in SORTS], widget=forms.HiddenInput)
    column = forms.MultipleChoiceField(
        label=_("Columns"), required=False, choices=[], widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices(_("All countries"))
        self.fields["column"].choices = [(c.code, c.label) for c in COLUMNS if c.code != "name"]
        self.is_valid()
        # One unknown column does not take the others away.
        self.columns = chosen_columns(self.data.getlist("column") if hasattr(self.data, "getlist") else ())

    @property
    def is_narrowed(self) -> bool:
        """Whether any buyer may be left out."""
        return any(self.cleaned_data.get(name) for name in ("q", "country", "grade", "mark"))

    @property
    def archived(self) -> bool:
        """Whether those laid aside are shown."""
        return self.cleaned_data.get("mark") == self.ARCHIVED

    @property
    def sorting(self) -> str:
        """The sorting chosen."""
        return self.cleaned_data.get("sort") or "name"

    def narrowed(self, entries: QuerySet[BookEntry]) -> QuerySet[BookEntry]:
        """The entries that fit."""
        wanted = self.cleaned_data
        entries = entries.filter(archived_at__isnull=not self.archived)
        if text := cleaned(wanted.get("q") or "")[:LONGEST]:
            entries = entries.filter(self._text(text))
        if wanted.get("country"):
            entries = entries.filter(buyer__country=wanted["country"])
        if grade := wanted.get("grade"):
            entries = entries.filter(self.GRADES.get(grade, Q(buyer__grade__isnull=True)))
        return self._marked(entries, wanted.get("mark"))

    @staticmethod
    def _text(text: str) -> Q:
        numbers = Identifier.objects.filter(value=normalised(text)).values("buyer")
        return (
            Q(own_reference__icontains=text)
            | Q(buyer__name__icontains=text)
            | Q(sort_key__startswith=sort_key(text))
            | Q(buyer__in=numbers)
        )

    @staticmethod
    def _marked(entries: QuerySet[BookEntry], mark: str | None) -> QuerySet[BookEntry]:
        if mark in ("watched", "unwatched"):
            unwatched = Q(watch=NONE)
            return entries.filter(unwatched if mark == "unwatched" else ~unwatched)
        if mark == "affiliates":
            return entries.filter(affiliate=True)
        if mark == "alerts":
            own = Alert.objects.filter(exporter=OuterRef("exporter"), buyer=OuterRef("buyer"), done_at__isnull=True)
            return entries.filter(Exists(own))
        return entries


class BookEntryForm(forms.ModelForm):
    """What the exporter notes of a buyer."""

    class Meta:
        model = BookEntry
        fields = ("own_reference", "notes", "affiliate", "watch")
        widgets = {"notes": forms.Textarea(attrs={"rows": 5})}
        labels = {
            "affiliate": _("This is an affiliate of ours (owned or controlled by us, or owning us)"),
            "watch": _("Tell us by mail"),
        }
        help_texts = {
            "affiliate": _("What affiliates owe is not covered."),
            "watch": _("In the portal you are told of everything. When each of you gets the mails is in your profile."),
        }


class ProposalForm(forms.ModelForm):
    """A buyer the directory does not know. Sent twice, it is one proposal."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    looked = forms.BooleanField(widget=forms.HiddenInput, required=False)  # the likely ones have been shown
    customer_row = forms.CharField(widget=forms.HiddenInput, required=False)  # of a list, that it is of
    country = forms.ChoiceField(label=_("Country"))
    scheme = forms.ChoiceField(label=_("Kind of number"), required=False)
    website = forms.URLField(label=_("Website"), required=False, max_length=200, assume_scheme="https")

    class Meta:
        model = BuyerProposal
        fields = ("name", "country", "scheme", "value", "address", "city", "website", "own_reference", "comment")
        widgets = {"comment": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "name": _("As the register writes it, with its legal form."),
            "value": _("With it we find the company at once; without it a decision takes longer."),
            "comment": _("What helps us to find the company: its register, a former name, its parent."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices(_("Choose a country"))
        self.fields["scheme"].choices = scheme_choices()
        if not self.is_bound:
            self.initial["form_key"] = uuid.uuid4()

    def clean_name(self) -> str:
        """Without marks nobody sees."""
        return cleaned(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        """A number has a kind."""
        found = super().clean() or {}
        if found.get("value", "").strip() and not found.get("scheme"):
            self.add_error("scheme", _("Choose the kind of number."))
        return found

    # What two proposals must not share is said by the action, in words of ours.
    def validate_constraints(self) -> None:
        """Left to the action."""

    def validate_unique(self) -> None:
        """Left to the action."""

    def said(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "form_key")}


class ConfirmForm(forms.Form):
    """The facts of a proposed buyer as the underwriter has checked them."""

    name = forms.CharField(label=_("Registered name"), max_length=500)
    country = forms.ChoiceField(label=_("Country"))
    category = forms.ChoiceField(label=_("Category"), choices=BuyerCategory.choices)
    scheme = forms.ChoiceField(label=_("Kind of number"))
    value = forms.CharField(label=_("Number"), max_length=60)
    address = forms.CharField(label=_("Address"), max_length=500, required=False)
    city = forms.CharField(label=_("City"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices(_("Choose a country"))
        self.fields["scheme"].choices = scheme_choices()

    def clean_name(self) -> str:
        """Without marks nobody sees."""
        return cleaned(self.cleaned_data["name"])


class RefuseForm(forms.Form):
    """Why a proposal is refused; the exporter reads both."""

    reason = forms.ChoiceField(label=_("Reason"))
    remark = forms.CharField(
        label=_("What the exporter can do now"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [("", _("Choose a reason")), *((code, WORDS[code]) for code in REASONS)]


class MergeForm(forms.Form):
    """Which entry of the directory another one turns out to be: by its number."""

    number = forms.CharField(
        label=_("Number of the entry that stays"), max_length=60, help_text=_("Its LEI or another number it has.")
    )


class DirectoryFileForm(forms.Form):
    """A file of companies to import."""

    file = forms.FileField(label=_("File"), help_text=_("CSV, plain or gzipped (.gz)"), allow_empty_file=True)
    shape = forms.ChoiceField(
        label=_("Shape"),
        required=False,
        choices=[("", _("Read off the first line")), (GLEIF, _("GLEIF")), (PLAIN, _("Plain list"))],
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial["form_key"] = uuid.uuid4()
