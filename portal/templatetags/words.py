"""Tags that put codes, states and events into words and shapes."""

import logging
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.template import TemplateDoesNotExist
from django.utils.html import conditional_escape, format_html
from django.utils.translation import gettext as _

from accounts.wording import said
from buyers.explanation import MISSING, Change
from desk.wording import notice_words
from portal.shell import address
from portal.templatetags.figures import MINUS, NOTHING, money
from portal.wording import WORDS

register = template.Library()
log = logging.getLogger(__name__)

KINDS = {"ok", "warn", "bad", "info", "off"}


@register.simple_tag
def status(kind: str, text: Any) -> str:
    """A state as a word with a shape: ● ok, ▲ warn, ◆ bad, ○ info, – off."""
    if kind not in KINDS:
        raise template.TemplateSyntaxError(f"status is one of {sorted(KINDS)}, not {kind!r}")
    return format_html('<span class="tag {}">{}</span>', kind, text)


def sentence(code: str, facts: Mapping[str, Any] | None = None) -> str:
    """The sentence of a code; the code itself, with a line in the log, where a sentence or one of its facts is missing.

    A page that says too little is better than no page; law 8 finds missing sentences before anyone reads them.
    """
    try:
        return said(WORDS, code, facts)
    except (KeyError, TypeError, ValueError):
        log.exception("no sentence for %s with %s", code, sorted(facts or {}))
        return code


@register.simple_tag(name="say")
def say_tag(item: Any) -> str:
    """The sentence of `{"code": …, "facts": …}`, of a Refusal, a Step or a plain code."""
    code, facts = parts(item)
    return sentence(code, facts)


@register.filter(name="say")
def say_filter(code: Any) -> str:
    """The sentence of a code (or of an item, as `{% say %}`)."""
    return say_tag(code) if code else ""


def parts(item: Any) -> tuple[str, Mapping[str, Any]]:
    """Code and facts of whatever carries them."""
    if isinstance(item, str):
        return item, {}
    if isinstance(item, Mapping):
        return str(item["code"]), item.get("facts") or {}
    return str(item.code), item.facts or {}


@register.filter
def said_now(change: Change) -> str:
    """What an indicator that gives other points than in the score before says now."""
    now = say_tag(change.now)
    return _("%(label)s: not known now") % {"label": now} if change.now.effect == MISSING else now


@register.filter
def said_before(change: Change) -> str:
    """What it said before."""
    if change.before.effect == MISSING:
        return _("not known before")
    return _("before: %(former)s") % {"former": say_tag(change.before)}


@register.simple_tag
def grade(n: Any, small: bool = False) -> str:
    """A grade 1 (best) to 10 (insolvent) in its box; a dash for a buyer that has none."""
    size = " grade-s" if small else ""
    if n is None or n == "":
        words = _("Not graded")
        return format_html(
            '<span class="grade{}" title="{}"><span class="visually-hidden">{}</span>'
            '<span aria-hidden="true">–</span></span>',
            size,
            words,
            words,
        )
    return format_html(
        '<span class="grade grade-{}{}" title="{}"><span class="visually-hidden">{} </span>{}</span>',
        grade_is(int(n)),
        size,
        _("1 is best, 10 is insolvent"),
        _("Grade"),
        n,
    )


# Colours of grades: up to 4 good, up to 7 fair, 8 to 10 poor (9-10: at risk of failure, domain.md §3).
GOOD, FAIR = 4, 7


def grade_is(n: int) -> str:
    """The kind of state a grade is: ok, warn or bad."""
    return "ok" if n <= GOOD else "warn" if n <= FAIR else "bad"


@register.inclusion_tag("portal/working.html")
def working(steps: Iterable[Any], currency: str = "") -> dict[str, Any]:
    """The working of a sum, line by line (kernel.working.Step or its JSON); the last line is the answer.

    A step whose facts name a `unit` (factor, percent, days, …) is no amount and is shown as the plain number it is.
    """
    lines = []
    for step in steps or ():
        code, facts = parts(step)
        amount = step["amount"] if isinstance(step, Mapping) else step.amount
        lines.append(
            {"text": sentence(code, {"currency": currency, **facts}), "amount": step_amount(amount, facts, currency)}
        )
    return {"lines": lines, "currency": currency}


def step_amount(amount: Any, facts: Mapping[str, Any], currency: str) -> str:
    """A step's figure: an amount in its currency, or the bare number of another unit."""
    if amount is None:
        return NOTHING
    unit = facts.get("unit")
    if unit in (None, "", "amount"):
        return money(amount, facts.get("currency") or currency)
    plain = f"{Decimal(amount):f}".replace("-", MINUS)
    return f"{plain}\u00a0%" if unit == "percent" else plain


@register.inclusion_tag("portal/empty_state.html")
def empty_state(title: Any, text: Any = "", url: str = "", label: Any = "") -> dict[str, Any]:
    """What stands where nothing is yet: what would be here, and one way on."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("portal/timeline.html")
def timeline(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Events, newest first: dicts of `title`, and where known `text`, `at`, `by`, `url`."""
    return {"items": [dict(item) for item in items or ()]}


@register.simple_tag
def notice_line(notice: Any) -> str:
    """A notice's headline in the reader's language, leading (by way of marking it read) to the page it is about."""
    try:
        words = notice_words(notice).headline
    except TemplateDoesNotExist:
        log.exception("no words for the notice %s", notice.kind)
        words = notice.kind
    if not notice.path:
        return conditional_escape(words)
    return format_html('<a href="{}">{}</a>', address("notice", notice.pk), words)
