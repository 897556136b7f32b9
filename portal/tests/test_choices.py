"""Selects are written as Django's own templates write them, only sooner."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import engines
from django.utils.translation import gettext_lazy

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
