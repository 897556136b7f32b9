"""From a rule's refusals to a form's errors."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.wording import said_of
from kernel.refusals import Refused


def show_refusals(form: forms.Form, refused: Refused, words: Mapping[str, Any]) -> None:
    """Each refusal becomes an error at the field it is about, or above the form when it is about none of its fields."""
    for refusal in refused.refusals:
        field = refusal.about if refusal.about in form.fields else None
        form.add_error(field, said_of(words, refusal))
