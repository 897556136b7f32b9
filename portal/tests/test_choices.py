"""Selects and fields are written as Django's and crispy's own templates write them, only sooner."""

import re
from pathlib import Path

import crispy_bootstrap5
import pytest
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import Context, Engine, engines
from django.template.backends.django import get_installed_libraries
from django.utils.translation import gettext_lazy

BOOTSTRAP5 = Path(crispy_bootstrap5.__file__).parent / "templates" / "bootstrap5"

CHOICES = [
    ("", "---"),
    ("First", [("EUR", "EUR"), ("a&b", "<b>&</b>")]),
    ("Second & last", [(1, 1), ('x"y', gettext_lazy("Home"))]),
]


class Marked(forms.Select):
    """With every kind of attribute an option may have."""

    def create_option(self, *args, **kwargs):
        option = super().create_option(*args, **kwargs)
        option["attrs"] |= {"data-x": 'a"b', "disabled": option["value"] == "EUR"}
        return option


@pytest.mark.parametrize("value", ["EUR", "a&b", 1, None, ""])
@pytest.mark.parametrize("widget", [forms.Select, forms.SelectMultiple, Marked])
def test_a_select_reads_as_djangos_own(widget, value):
    drawn = widget(choices=CHOICES, attrs={"class": "form-select", "required": True})
    written = [drawn.render("currency", value, renderer=each) for each in (None, DjangoTemplates())]
    ours, djangos = ([line.strip() for line in text.splitlines() if line.strip()] for text in written)
    assert ours == djangos


def test_the_house_draws_it():
    assert "{% options" in engines["django"].get_template("django/forms/widgets/select.html").template.source


class Several(forms.Form):
    """Every kind of field the portal has."""

    name = forms.CharField(label="<Name>", help_text="As in the <b>register</b>", max_length=40)
    note = forms.CharField(widget=forms.Textarea(attrs={"class": "wide"}), required=False, label="")
    currency = forms.ChoiceField(choices=CHOICES)
    day = forms.DateField(required=False, disabled=True)
    agreed = forms.BooleanField(help_text="Both of you", required=False)
    way = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    papers = forms.FileField(help_text="At most 25 MB", required=False)
    kinds = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)
    key = forms.CharField(widget=forms.HiddenInput)


@pytest.mark.parametrize("data", [None, {"name": "", "currency": "none", "day": "x", "key": "1"}])
@pytest.mark.parametrize("name", list(Several.base_fields))
def test_a_field_reads_as_crispys_own(name, data):
    crispys = Engine(dirs=[BOOTSTRAP5.parent], app_dirs=True, libraries=get_installed_libraries())
    ours = as_crispy_field(Several(data, prefix="p")[name])
    shown = {"field": Several(data, prefix="p")[name], "form_show_errors": True, "form_show_labels": True}
    theirs = crispys.get_template("bootstrap5/field.html").render(Context(shown))
    assert pieces(ours) == pieces(theirs)


def pieces(html: str) -> list[str]:
    """Tags and words, however they are spaced."""
    return [" ".join(sorted(piece.split())) for piece in re.findall(r"<[^>]*>|[^<>]+", html) if piece.strip()]
