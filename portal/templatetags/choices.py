"""The options of a select. Django includes two templates for each; a list of currencies has some 160 of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template.base import render_value_in_context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def options(context: template.Context, groups: Iterable[tuple[Any, list[Mapping[str, Any]], int]]) -> SafeString:
    """A widget's `optgroups`, written as Django's own templates write them."""
    lines: list[SafeString | str] = []
    for name, choices, _index in groups:
        written = [option(context, choice) for choice in choices]
        lines += [format_html('<optgroup label="{}">', name), *written, "</optgroup>"] if name else written
    return mark_safe("\n".join(lines))


def option(context: template.Context, choice: Mapping[str, Any]) -> SafeString:
    """One of them, with the attributes that are set: `selected`, `disabled`, `data-…`."""
    attributes = "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
        for name, value in choice["attrs"].items()
        if value is not False
    )
    label = choice["label"]
    shown = conditional_escape(label) if isinstance(label, str) else render_value_in_context(label, context)
    return mark_safe(f'<option value="{conditional_escape(choice["value"])}"{attributes}>{shown}</option>')
