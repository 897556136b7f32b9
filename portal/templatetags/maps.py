"""The map of the world: outlines from portal/data/world.json (scripts/world_map.py), each country a link."""

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.shell import address

register = template.Library()

WORLD = Path(__file__).resolve().parent.parent / "data" / "world.json"
DOT = 4


@lru_cache(maxsize=1)
def world() -> dict[str, Any]:
    """The outlines, read once."""
    return json.loads(WORLD.read_text(encoding="utf-8"))


@register.simple_tag
def world_map(lands: Iterable[Any], label: str) -> SafeString:
    """Countries coloured by house rating; those with buyers of the firm's own have a strong edge.

    Lands have `code`, `name`, `risk` and `buyers`. Colour is never alone: each link says the rating, and a table of
    the same countries stands beneath.
    """
    drawn = world()
    by_code = {land.code: land for land in lands}
    parts = [
        format_html(
            '<svg class="world" viewBox="0 0 {} {}" role="group" aria-label="{}">', drawn["wide"], drawn["tall"], label
        ),
        *(format_html('<path class="land rated-none" d="{}"/>', path) for path in drawn["others"]),
    ]
    # The large first: a dot or an enclave must not lie under its neighbour.
    order = sorted(by_code, key=lambda code: (code in drawn["dots"], -len(drawn["outlines"].get(code, ""))))
    parts += [linked(by_code[code], drawn) for code in order if code in drawn["outlines"] or code in drawn["dots"]]
    return mark_safe("".join([*parts, "</svg>"]))


def linked(land: Any, drawn: dict[str, Any]) -> SafeString:
    """A country as a link that says its name, its rating and how many buyers the firm has there."""
    words = said(land)
    shape = SafeString("")
    if path := drawn["outlines"].get(land.code):
        shape += format_html('<path d="{}"/>', path)
    if dot := drawn["dots"].get(land.code):
        shape += format_html('<circle cx="{}" cy="{}" r="{}"/>', *dot, DOT)
    return format_html(
        '<a class="land {}{}" href="{}" aria-label="{}"><title>{}</title>{}</a>',
        rated(land.risk), " own" if land.buyers else "", address("country", land.code), words, words, shape,
    )  # fmt: skip


def said(land: Any) -> str:
    """`Türkiye: C3 · 2 of your buyers`."""
    rating = land.risk.rating if land.risk else _("not rated")
    words = _("%(country)s: %(rating)s") % {"country": land.name, "rating": rating}
    if land.buyers:
        own = ngettext("%(number)s of your buyers", "%(number)s of your buyers", land.buyers)
        words += " · " + own % {"number": land.buyers}
    return words


@register.filter
def rated(risk: Any) -> str:
    """The class of a rating's colour: rated-aa … rated-d, rated-none."""
    return f"rated-{risk.house_grade.lower()}" if risk else "rated-none"


@register.simple_tag
def country_rating(risk: Any) -> str:
    """A house rating in its colour: BB2; words where there is none."""
    if risk is None:
        return format_html('<span class="rating rated-none">{}</span>', _("not rated"))
    return format_html('<span class="rating {}">{}</span>', rated(risk), risk.rating)


@register.filter
def at_key(mapping: dict[Any, Any], key: Any) -> Any:
    """What a mapping holds under `key`; empty when nothing."""
    return mapping.get(key, "")
