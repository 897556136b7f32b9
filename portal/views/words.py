"""Duties put into words for their reader by the template of the app they are from.

`templates/<app>/duties/<code>.txt` for a `kind` "app.code": the first line is the title, the second the reason in
words, the third the label of the button. The row's facts are its context.
"""

import logging
from dataclasses import dataclass
from typing import Any

from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import pgettext

from desk.models import Duty

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WordedDuty:
    """A duty as Home shows it."""

    duty: Duty
    title: str
    reason: str
    button: str


def worded(duty: Duty) -> WordedDuty:
    """The duty in the language in force."""
    title, reason, button = (*_lines(duty.kind, {**duty.facts, "duty": duty}), "", "", "")[:3]
    return WordedDuty(duty, title, reason, button or pgettext("button", "Open"))


def _lines(kind: str, facts: dict[str, Any]) -> list[str]:
    app, _dot, code = kind.partition(".")
    try:
        text = render_to_string(f"{app}/duties/{code}.txt", facts)
    except TemplateDoesNotExist:
        # A deadline with poor words is better than a deadline nobody sees; law 8 finds the missing template first.
        log.exception("no words for the duty %s", kind)
        return [kind]
    return [line.strip() for line in text.splitlines() if line.strip()]
