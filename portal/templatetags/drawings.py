"""Tags that draw: amounts against limits, shares of a whole, the trend of a grade. Each says in words what it shows."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from buyers import strengths
from buyers.explanation import Change, Line
from portal import charts
from portal.templatetags.figures import as_date, money, signed
from portal.templatetags.words import said_before, said_now, say_tag

register = template.Library()

ZERO = Decimal(0)
SHORT = 12


@register.inclusion_tag("portal/charts/limit_bar.html")
def limit_bar(used: Any, limit: Any, label: Any = "", currency: str = "") -> dict[str, Any]:
    """What is owed against one limit, the limit as a line, what lies over it in another colour."""
    value, top = decimal(used) or ZERO, decimal(limit)
    drawn = charts.bar(value, top, max(value, top or ZERO))
    return {"bar": bar(drawn), "text": used_of(value, top, currency), "label": label}


def bar(drawn: charts.Bar) -> SafeString:
    """One bar: its track, what is within the limit, what is over it, the limit's line. Home has some twenty."""
    parts = [
        f'<svg class="bar" viewBox="0 0 {charts.WIDE} 16" preserveAspectRatio="none" width="100%" height="16"'
        f' aria-hidden="true" focusable="false"><rect class="bar-track" width="{charts.WIDE}" height="16"/>'
        f'<rect class="bar-in" width="{drawn.within}" height="16"/>'
    ]
    if drawn.over:
        parts.append(f'<rect class="bar-over" x="{drawn.within}" width="{drawn.over}" height="16"/>')
    if drawn.limit is not None:
        parts.append(f'<path class="bar-limit" d="M{drawn.limit} 0V16" vector-effect="non-scaling-stroke"/>')
    return mark_safe("".join([*parts, "</svg>"]))


@register.inclusion_tag("portal/charts/hbars.html")
def hbars(rows: Iterable[Mapping[str, Any]], label: Any = "", currency: str = "") -> dict[str, Any]:
    """Bars on one scale, each with its limit as a line.

    Rows are dicts: `label`, `value`, and where known `limit`, `text` (else "612,400 of 528,000"), `url`.
    """
    found = [dict(row) for row in rows or ()]
    for row in found:
        row["value"], row["limit"] = decimal(row.get("value")) or ZERO, decimal(row.get("limit"))
    longest = max((max(row["value"], row["limit"] or ZERO) for row in found), default=ZERO)
    for row in found:
        drawn = charts.bar(row["value"], row["limit"], longest)
        row["bar"], row["over"] = bar(drawn), drawn.over
        row["text"] = row.get("text") or used_of(row["value"], row["limit"], currency)
    return {
        "rows": found,
        "label": label,
        # Few letters leave room for the bar on a phone's line; more of them take a line of their own.
        "short": all(len(str(row["label"])) <= SHORT and len(row["text"]) <= SHORT for row in found),
        "has_limits": any(row["limit"] is not None for row in found),
        "has_over": any(row["over"] for row in found),
    }


@register.inclusion_tag("portal/charts/pulls.html")
def pulls(lines: Iterable[Line], label: Any = "", points: bool = False, each: int | None = None) -> dict[str, Any]:
    """What lowers a grade, to the left, and what lifts it, to the right: each line with its bar, at most `each` of a
    side. In steps of the strongest, as exporters may read it; in points for staff."""
    told = list(lines)
    found = [line for line in told if line.points < 0][:each] + [line for line in told if line.points > 0][:each]
    return _pulled([each.points for each in found], [(say_tag(each), "") for each in found], label, points)


@register.inclusion_tag("portal/charts/pulls.html")
def changes(found: Iterable[Change], label: Any = "", points: bool = False) -> dict[str, Any]:
    """What gives less than in the score before, to the left, and what gives more, to the right."""
    told = list(found)
    said = [(said_now(each), said_before(each)) for each in told]
    return _pulled([each.difference for each in told], said, label, points)


def _pulled(found: list[int], said: list[tuple[str, str]], label: Any, in_points: bool) -> dict[str, Any]:
    shown = found if in_points else strengths.pulls(found)
    most = max(map(abs, shown), default=0)
    rows = [
        {"said": now, "before": before, "bar": pull_bar(each, most), "shown": signed(each)}
        for each, (now, before) in zip(shown, said, strict=True)
    ]
    return {"rows": rows, "label": label, "in_points": in_points}


@register.simple_tag
def pull_bar(amount: int, most: int) -> SafeString:
    """A bar from the middle: to the left what lowers, to the right what lifts."""
    drawn = charts.pull(amount, most)
    return mark_safe(
        f'<svg class="bar pull" viewBox="0 0 {charts.WIDE} 16" preserveAspectRatio="none" width="100%" height="16"'
        f' aria-hidden="true" focusable="false"><rect class="bar-track" width="{charts.WIDE}" height="16"/>'
        f'<rect class="bar-{"lowers" if amount < 0 else "in"}" x="{drawn.start}" width="{drawn.length}" height="16"/>'
        f'<path class="bar-middle" d="M{charts.WIDE // 2} 0V16" vector-effect="non-scaling-stroke"/></svg>'
    )


@register.inclusion_tag("portal/charts/share_bar.html")
def share_bar(rows: Iterable[Mapping[str, Any]], label: Any = "", currency: str = "") -> dict[str, Any]:
    """One bar divided among its rows (`label`, `value`, `url`), with a key that gives amount and share."""
    found = [dict(row) for row in rows or ()]
    amounts = [max(decimal(row.get("value")) or ZERO, ZERO) for row in found]
    whole = sum(amounts, ZERO)
    for row, amount, piece in zip(found, amounts, charts.slices(amounts), strict=True):
        row.update(slice=piece, amount=money(amount, currency, whole=True), share=charts.share(amount, whole))
    return {"rows": found, "label": label, "wide": charts.WIDE}


@register.inclusion_tag("portal/charts/trend.html", takes_context=True)
def trend(context: template.Context, points: Iterable[Any], label: Any = "") -> dict[str, Any]:
    """The stepped line of a grade over time, grade 1 on top; `points` are (date, grade)."""
    pairs = [(found, int(value)) for at, value in points or () if (found := as_date(at))]
    today = as_date(context.get("today")) or timezone.localdate()
    drawn = charts.trend(pairs, until=today)
    lines = [charts.height(n) for n in (1, 4, 7, 10)]
    return {"trend": drawn, "label": label, "wide": charts.WIDE, "tall": charts.TALL, "lines": lines}


@register.inclusion_tag("portal/charts/rating_trend.html", takes_context=True)
def rating_trend(context: template.Context, points: Iterable[Any], names: Iterable[str], label: Any = "") -> Any:
    """The stepped line of a country's house rating, the best on top; `points` are (date, place among `names`)."""
    order, pairs = list(names), list(points)
    today = as_date(context.get("today")) or timezone.localdate()
    drawn = charts.trend(pairs, until=today, worst=len(order))
    lines = [charts.height(n + 1, len(order)) for n in range(len(order))]
    ends = {"first_name": order[drawn.first_grade - 1], "last_name": order[drawn.last_grade - 1]} if drawn else {}
    scale = {"best": order[0], "worst": order[-1]}
    return {"trend": drawn, "label": label, "wide": charts.WIDE, "tall": charts.TALL, "lines": lines, **scale, **ends}


@register.inclusion_tag("portal/charts/years.html")
def years(values: Iterable[tuple[int, Decimal]], label: Any = "") -> dict[str, Any]:
    """A small line of ranks over years around a line of 50; `values` are (year, rank 0-100)."""
    found = list(values)
    return {
        "path": charts.line(found), "label": label, "wide": charts.WIDE, "tall": charts.STRIP,
        "middle": charts.STRIP // 2, "values": found,
    }  # fmt: skip


@register.simple_tag
def rank_bar(rank: Any) -> SafeString:
    """A share of a hundred as a bar; the figure stands beside it."""
    return bar(charts.bar(decimal(rank) or ZERO, None, Decimal(100)))


def used_of(value: Decimal, limit: Decimal | None, currency: str) -> str:
    """`612,400 of 528,000`, in whole units of the currency."""
    used = money(value, currency, whole=True)
    if limit is None:
        return used
    return _("%(used)s of %(limit)s") % {"used": used, "limit": money(limit, currency, whole=True)}


def decimal(value: Any) -> Decimal | None:
    """An exact number out of a Decimal, an int or text."""
    return None if value is None or value == "" else Decimal(str(value))
