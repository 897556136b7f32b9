"""Sentences for people, keyed by code: the engine, and the words of kernel and accounts.

Each app's wording.py continues the words of the floor below: ``WORDS = {**desk.wording.WORDS, "code": _("…")}``, so that
an app can word whatever it may meet. Facts are formatted by the ends of their names:
`…_on` dates, `…amount` with the fact `currency`, `…percent`, `country`; everything else as it is.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from kernel.currencies import MINOR_UNITS, is_currency
from kernel.refusals import Refusal

WORDS: dict[str, Any] = {
    "not_an_amount": _("This is not an amount."),
    "amount_too_large": _("This amount is larger than any the portal can hold (999,999,999,999,999)."),
    "amount_not_positive": _("The amount must be more than 0."),
    "too_many_decimals": _("%(currency)s has %(digits)s digits after the point; this amount has more."),
    "unknown_currency": _("“%(currency)s” is not a currency in use. Choose one from the list."),
}


def said(words: Mapping[str, Any], code: str, facts: Mapping[str, Any] | None = None) -> str:
    """The sentence for `code` in the language in force; KeyError when `words` has none (law 8 forbids that)."""
    return str(words[code]) % {name: shown(name, value, facts or {}) for name, value in (facts or {}).items()}


def said_of(words: Mapping[str, Any], refusal: Refusal) -> str:
    """The sentence of a refusal."""
    return said(words, refusal.code, refusal.facts)


def shown(name: str, value: Any, facts: Mapping[str, Any]) -> str:
    """A fact as a reader sees it, by the end of its name."""
    if value is None:
        return "–"
    if name.endswith("amount"):
        return amount_shown(Decimal(value), facts.get("currency", ""))
    if name.endswith("_on"):
        return value.isoformat() if isinstance(value, date) else str(value)[:10]
    if name.endswith("percent"):
        return f"{Decimal(value).normalize():f} %"
    if name == "country":
        return str(countries.name(value)) or str(value)
    return str(value)


def babel_locale() -> str:
    """Babel's name of the language in force."""
    return "zh_Hans_CN" if (get_language() or "").startswith("zh") else "en_GB"


def amount_shown(amount: Decimal, currency: str, with_code: bool = True) -> str:
    """`84,210.00 USD`: thousands by locale, as many decimals as the currency has, never a float's tail."""
    digits = MINOR_UNITS[currency] if is_currency(currency) else 2
    shape = "#,##0" + ("." + "0" * digits if digits else "")
    number = format_decimal(amount, format=shape, locale=babel_locale())
    return f"{number} {currency}".strip() if with_code else number
