"""The forms of customer lists: the file, and what its columns mean."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from buyers.customer_lists.columns import ADDRESS, CITY, COUNTRY, NAME, NUMBER, REFERENCE
from buyers.customer_lists.reading import ENCODINGS, MOST_ROWS
from buyers.customer_lists.wording import CUSTOMER_LISTS
from buyers.identity import SCHEMES

# What the encodings are called by those who wrote the file.
ENCODING_LABELS = {
    "utf-8-sig": "UTF-8", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE", "gb18030": "GB 18030 / GBK – 简体中文",
    "big5hkscs": "Big5 – 繁體中文", "cp932": "Shift JIS – 日本語", "euc_kr": "EUC-KR – 한국어",
    "cp1250": "Windows-1250 – Čeština, Polski", "cp1251": "Windows-1251 – Русский",
    "cp1252": "Windows-1252 – Deutsch, Français, English", "cp1253": "Windows-1253 – Ελληνικά",
    "cp1254": "Windows-1254 – Türkçe",
}  # fmt: skip


class CustomerListForm(forms.Form):
    """A file of customers. Sent twice, it is one list."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        allow_empty_file=True,
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("CSV or Excel (.xlsx), at most %(rows)s rows.") % {"rows": f"{MOST_ROWS:,}"}
        if not self.is_bound:
            self.initial["form_key"] = uuid.uuid4()


class ColumnsForm(forms.Form):
    """What each column of the file means; which country its rows are of when they name none; its characters."""

    country = forms.ChoiceField(
        label=_("Country of rows that name none"), required=False, help_text=_("Leave it open if they differ.")
    )
    encoding = forms.ChoiceField(
        label=_("Characters of the file"),
        required=False,
        choices=[(code, ENCODING_LABELS[code]) for code in ENCODINGS],
        # Each is called what those who write in it call it.
        widget=forms.Select(attrs={"translate": "no"}),
    )

    def __init__(
        self,
        *args: Any,
        header: Sequence[str],
        sample: Sequence[Sequence[str]],
        columns: Sequence[str],
        encoding: str,
        is_sheet: bool,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.header, self.sample = header, sample
        self.fields["country"].choices = [("", _("No country")), *countries]
        if is_sheet:
            del self.fields["encoding"]
        else:
            self.fields["encoding"].initial = encoding
        for place, heading in enumerate(header):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=heading or _("Column %(n)s") % {"n": place + 1},
                required=False,
                choices=_meanings(),
                initial=columns[place] if place < len(columns) else "",
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def columns(self, rows: int) -> list[dict[str, Any]]:
        """Each column: its field, and what its first rows say."""
        return [
            {
                "field": self[f"column-{place}"],
                "cells": [cells[place] if place < len(cells) else "" for cells in self.sample[:rows]],
            }
            for place in range(len(self.header))
        ]

    def said(self) -> dict[str, Any]:
        """What the action takes."""
        facts = self.cleaned_data
        return {
            "columns": [facts.get(f"column-{place}", "") for place in range(len(self.header))],
            "country": facts["country"],
            "encoding": facts.get("encoding", ""),
        }


def _meanings() -> list[tuple[str, Any]]:
    plain = [(m, CUSTOMER_LISTS[f"column_{m}"]) for m in (NAME, COUNTRY, ADDRESS, CITY, REFERENCE, NUMBER)]
    kinds = [(scheme, _("Number: %(kind)s") % {"kind": scheme}) for scheme in SCHEMES]
    return [("", _("Leave out")), *plain, *kinds]
