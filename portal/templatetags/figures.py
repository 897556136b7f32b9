"""Tags for amounts, days and deadlines, as pages.md ("Numbers") wants them read."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.wording import MINUS, amount_shown, babel_locale, whole_shown
from kernel.periods import working_days_until

register = template.Library()

NOTHING = "–"


@register.simple_tag
def money(amount: Any, currency: str = "", code: bool = False, whole: bool = False) -> str:
    """`84,210.00` in the currency's own decimals; with `code` the currency behind it, with `whole` none of them."""
    if amount is None or amount == "":
        return NOTHING
    value = Decimal(amount)
    number = whole_shown(value) if whole else amount_shown(value, currency or "", with_code=False)
    # A no-break space: amount and currency never part at the end of a line.
    return f"{number}\u00a0{currency}" if code and currency else number


@register.filter
def percent(value: Any) -> str:
    """`89 %`, `87.5 %`."""
    if value is None or value == "":
        return NOTHING
    return f"{Decimal(value).normalize():f}\u00a0%"


@register.filter
def signed(value: int) -> str:
    """`+3`, `−12`, `0`: what goes up or down says so."""
    return f"{value:+d}".replace("-", MINUS) if value else "0"


@register.filter
def day(value: Any) -> str:
    """`2026-11-21`, its weekday and month in words on hover."""
    found = as_date(value)
    if found is None:
        return NOTHING
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', found.isoformat(), in_full(found, babel_locale()), found.isoformat()
    )


@lru_cache(maxsize=5000)
def in_full(found: date, locale: str) -> str:
    """`Saturday 21 November 2026`, kept: the same days stand on every page."""
    return format_date(found, format="full", locale=locale)


@register.filter
def moment(value: Any) -> str:
    """`2026-11-21 09:14` in the time zone in force, which stands on hover."""
    if not value:
        return NOTHING
    at = timezone.localtime(datetime.fromisoformat(value) if isinstance(value, str) else value)
    words = f"{in_full(at.date(), babel_locale())} {at:%H:%M} {zone_shown(at)}"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), words, f"{at:%Y-%m-%d %H:%M}")


def zone_shown(at: datetime) -> str:
    """`UTC`, `Asia/Shanghai (UTC+08:00)`: letters like CST mean several zones."""
    offset = f"{at:%z}"
    return "UTC" if str(at.tzinfo) == "UTC" else f"{at.tzinfo} (UTC{offset[:3]}:{offset[3:5]})"


@register.simple_tag(takes_context=True)
def due(context: template.Context, value: Any, country: str = "") -> str:
    """A deadline and how far it is: `Mon 23 Nov` · `in 1 working day` (of `country`; calendar days without one).

    Counts from the page's `today` (a policy's day) when its view gave one.
    """
    found = as_date(value)
    if found is None:
        return NOTHING
    today = as_date(context.get("today")) or timezone.localdate()
    return format_html(
        '<span class="due{}"><time datetime="{}" title="{}">{}</time> <span class="due-in">{}</span></span>',
        " due-late" if found < today else " due-soon" if (found - today).days <= SOON else "",
        found.isoformat(),
        in_full(found, babel_locale()),
        short_day(found, today),
        distance(found, today, str(country or "")),
    )


# Deadlines this near (in calendar days) are drawn in the warning colour; the words beside them say the same.
SOON = 3


def short_day(found: date, today: date) -> str:
    """`Mon 23 Nov`, `11月23日周一`; the year only when it is another one."""
    chinese = babel_locale().startswith("zh")
    if found.year == today.year:
        shape = "M月d日EEE" if chinese else "EEE d MMM"
    else:
        shape = "y年M月d日" if chinese else "d MMM y"
    return format_date(found, format=shape, locale=babel_locale())


def distance(found: date, today: date, country: str) -> str:
    """`today`, `in 3 working days`, `2 days ago`: working days ahead, calendar days behind."""
    days = (found - today).days
    if days == 0:
        return _("today")
    if days < 0:
        return ngettext("%(n)s day ago", "%(n)s days ago", -days) % {"n": -days}
    working = working_days_until(today, found, country) if country else 0
    if working:
        return ngettext("in %(n)s working day", "in %(n)s working days", working) % {"n": working}
    return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}


def as_date(value: Any) -> date | None:
    """A date, out of a date, a moment or ISO text; None out of nothing."""
    if not value:
        return None
    if isinstance(value, datetime):
        return timezone.localtime(value).date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
