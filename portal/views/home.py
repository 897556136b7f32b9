"""Home: what must I do and by when, what changed, where do I stand."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Window
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.access import reads
from accounts.clock import today_in
from accounts.models import User
from accounts.models.prepared import Given, prepared
from desk.models import Duty, Notice
from policies.models import Policy
from portal.shell import address
from portal.templatetags.figures import money
from portal.views.standing import Standing, latest_policy, standing_of
from portal.views.words import worded

DUTIES_SHOWN, CHANGES_SHOWN = 8, 7
# Grades are shown in the order of the scale; what nobody has graded yet comes last.
GRADES = (*range(1, 11), None)


@reads
def home(request: HttpRequest) -> HttpResponse:
    """The firm's first page."""
    policy = latest_policy.first(firm=request.firm)
    today = today_in(policy.time_zone if policy else "UTC")
    standing = standing_of(request.firm, today)
    context = {
        "policy": policy,
        "today": today,
        "greeting": greeting(timezone.now().astimezone(_zone(policy)).hour),
        "standing": standing,
        "largest": largest_rows(standing),
        "grades": grade_rows(standing),
        "house_currency": settings.HOUSE_CURRENCY,
        **to_do(request, today),
        **changes(request),
    }
    return render(request, "portal/home.html", context)


def _zone(policy: Policy | None) -> Any:
    return timezone.zoneinfo.ZoneInfo(policy.time_zone if policy else "UTC")


def greeting(hour: int) -> str:
    """How one greets at that hour."""
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")


def open_duties(request: HttpRequest) -> Any:
    """The firm's open duties, the most pressing first."""
    return duties_of(request.user, request.firm)


def duties_of(user: Any, firm: Any) -> Any:
    """The same of a person and a firm."""
    found = Duty.objects.visible_to(user).of(firm)
    return found.filter(done_at__isnull=True, lapsed_at__isnull=True).order_by("due_on", "id")


@prepared
def first_duties(member: Given, firm: Given) -> QuerySet:
    """The first of them, each with how many there are."""
    return duties_of(member, firm).annotate(number=Window(Count("id")))[:DUTIES_SHOWN]


def to_do(request: HttpRequest, today: date) -> dict[str, Any]:
    """The first duties in words, and how many there are."""
    shown = first_duties(member=request.user, firm=request.firm)
    rows = [{"worded": worded(duty), "shape": pressing(duty.due_on, today)} for duty in shown]
    return {
        "duties": rows,
        "duties_number": shown[0].number if shown else 0,
        "first_due": shown[0].due_on if shown else None,
    }


def pressing(due_on: date, today: date) -> str:
    """The status shape of a date: past, near, or later."""
    days = (due_on - today).days
    return "bad" if days < 0 else "warn" if days <= 7 else "info"


def changes(request: HttpRequest) -> dict[str, Any]:
    """News since the last visit; the latest when there is none.

    A visit is a session: what was new stays marked while one comes and goes, however often the page is reloaded.
    """
    since = last_visit(request)
    shown = latest_news(member=request.user, firm=request.firm)
    new = [notice for notice in shown if since is None or notice.created_at > since]
    return {"news": new or shown, "news_is_new": bool(new), "since": since}


@prepared
def latest_news(member: Given, firm: Given) -> QuerySet:
    """What the person was last told about the firm."""
    news = Notice.objects.visible_to(member).in_page().filter(recipient=member, exporter=firm)
    return news.select_related("exporter")[:CHANGES_SHOWN]


def last_visit(request: HttpRequest) -> datetime | None:
    """When the person was here before this session; remembered once per session, as a preference and not as an act."""
    if "changes_since" not in request.session:
        seen = request.user.seen_changes_at
        request.session["changes_since"] = seen.isoformat() if seen else ""
        User.objects.filter(pk=request.user.pk).update(seen_changes_at=timezone.now())
    return parse_datetime(request.session["changes_since"]) if request.session["changes_since"] else None


def largest_rows(standing: Standing) -> list[dict[str, Any]]:
    """The largest limits as bars: what is owed against each, drawn in house currency, written in their own."""
    several = len({holding.currency for holding in standing.largest}) > 1
    return [
        {
            "label": holding.name,
            "value": holding.owed * holding.house_amount / holding.amount,
            "limit": holding.house_amount,
            "text": _("%(owed)s of %(limit)s")
            % {
                "owed": money(holding.owed, holding.currency, whole=True),
                "limit": money(holding.amount, holding.currency, code=several, whole=True),
            },
            "url": reverse("buyer", args=[holding.buyer]),
        }
        for holding in standing.largest
    ]


def grade_rows(standing: Standing) -> list[dict[str, Any]]:
    """How many buyers of the book have each grade; each bar leads to them."""
    return [
        {
            "label": _("Grade %(grade)s") % {"grade": grade} if grade else _("Not graded"),
            "value": number,
            "text": money(number, whole=True),
            "url": f"{address('buyers')}?grade={grade or 'none'}" if number else "",
        }
        for grade in GRADES
        for number in (standing.grades.get(grade, 0),)
    ]
