"""The parts of a form that Django and crispy draw by many small templates, drawn at once.

Django includes two templates for each option of a select (a list of currencies has some 160 of them) and loops over
each widget's attributes; crispy asks some forty questions about every field. What they write stays the same.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.templatetags.crispy_forms_field import is_select
from django import forms, template
from django.template.base import render_value_in_context
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Widgets that are drawn otherwise than as a label above one control.
APART = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.FileInput, forms.MultiWidget)


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
    label, value = choice["label"], choice["value"]
    # Most are a code that is its own label: three letters need no escaping, and to find that out is soon done.
    plain = type(value) is str and value.isalnum()
    written = value if plain else conditional_escape(value)
    if plain and label == value:
        shown = value
    else:
        shown = conditional_escape(label) if isinstance(label, str) else render_value_in_context(label, context)
    return mark_safe(f'<option value="{written}"{_attributes(choice["attrs"])}>{shown}</option>')


@register.simple_tag
def attributes(found: Mapping[str, Any]) -> SafeString:
    """A widget's attributes: ` required maxlength="40"`; those that are False are left out."""
    return mark_safe(_attributes(found))


def _attributes(found: Mapping[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"'
        for name, value in found.items()
        if value is not False
    )


@register.filter
def is_plain(field: forms.BoundField) -> bool:
    """Whether the field is a label above one control."""
    widget = field.field.widget
    return not (isinstance(widget, APART) or widget.use_fieldset or widget.is_hidden)


@register.simple_tag
def plain_field(field: forms.BoundField) -> SafeString:
    """Such a field as crispy's bootstrap5/field.html draws it: label, control, errors, help."""
    name, extra = field.auto_id, field.css_classes()
    _dress(field.field.widget, "form-select" if is_select(field) else "form-control")
    if field.errors:
        _dress(field.field.widget, "is-invalid")
    lines = [f'<div id="div_{name}" class="mb-3{" " + escape(extra) if extra else ""}">']
    lines += [_label(field)] if field.label else []
    lines += [str(field), *_errors(field)]
    lines += [f'<div id="{name}_helptext" class="form-text">{field.help_text}</div>'] if field.help_text else []
    return mark_safe("\n".join([*lines, "</div>"]))


def _label(field: forms.BoundField) -> str:
    whose = f'for="{field.id_for_label}" ' if field.id_for_label else ""
    asked, star = (" requiredField", '<span class="asteriskField">*</span>') if field.field.required else ("", "")
    return f'<label {whose}class="form-label{asked}">{conditional_escape(field.label)}{star}</label>'


def _errors(field: forms.BoundField) -> list[str]:
    if not field.errors:
        return []
    said = [
        f'<p id="error_{number}_{field.auto_id}"><strong>{conditional_escape(str(error))}</strong></p>'
        for number, error in enumerate(field.errors, 1)
    ]
    return [f'<div id="{field.errors.field_id}_error" class="invalid-feedback">', *said, "</div>"]  # type: ignore[attr-defined]


def _dress(widget: forms.Widget, *classes: str) -> None:
    """Give the control its kind and these classes, each once."""
    worn = widget.attrs.get("class", "").split()
    worn += [name for name in (type(widget).__name__.lower(), *classes) if name not in worn]
    widget.attrs["class"] = " ".join(worn)
