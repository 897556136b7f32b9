"""A firm's alerts: the list, and ticking one off. The page of one alert needs several apps: portal/views/alert.py.

Whether an alert was opened and is done is the firm's; the bell counts each person's own notices.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import reads, writes
from accounts.models.roles import MAY_WRITE
from accounts.paging import keyset_page
from buyers.actions.alert import read_alert, reopen_alert, settle_alert
from buyers.advice import Advice, alert_advice
from buyers.models import Alert
from buyers.signals import fact_lines
from buyers.views.filters import AlertFilter
from desk.actions.notice import read_notices
from desk.models import Notice

FACTS_SHOWN = 3  # of an event in the list; its page shows all


@reads
def alerts(request: HttpRequest) -> HttpResponse:
    """The firm's alerts, newest first: open ones unless the address asks for others."""
    form = AlertFilter(request.GET)
    found = form.narrowed(
        Alert.objects.visible_to(request.user)
        .of(request.firm)
        .select_related("buyer", "country_risk", "read_by", "done_by")
    )
    page = keyset_page(request, found, order=("-raised_at", "-id"))
    for alert in page.rows:
        alert.advice = advised(alert)
        alert.known = fact_lines(alert.facts)[:FACTS_SHOWN] if alert.signal_id else []
    context = {"page": page, "form": form, "narrowed": form.is_narrowed, "may_write": may_write(request)}
    return render(request, "buyers/alerts.html", context)


@require_POST
@writes
def alert_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick an alert off for the firm, or (`open` in the form) take that back."""
    row = get_object_or_404(Alert.objects.visible_to(request.user).of(request.firm), pk=pk)
    act = reopen_alert if "open" in request.POST else settle_alert
    act(by=request.user.pk, alert=row.pk)
    return redirect("alerts" if request.POST.get("back") == "alerts" else row)


def seen(request: HttpRequest, row: Alert) -> None:
    """Who opens it first is noted for the firm; whoever opens it has read their own notice of it."""
    if row.read_at is None:
        row.changed_at = read_alert(by=request.user.pk, alert=row.pk).changed_at
    own = Notice.objects.in_page().filter(recipient=request.user, subject=f"alert:{row.pk}", read_at__isnull=True)
    if unread := list(own.values_list("pk", flat=True)):
        read_notices(by=request.user.pk, notices=unread)


def advised(alert: Alert) -> Advice:
    """What the alert asks for."""
    return alert_advice(alert.kind, alert.facts, of_score=alert.signal_id is None)


def may_write(request: HttpRequest) -> bool:
    """Whether buttons that change something are shown."""
    return request.membership.role in MAY_WRITE  # type: ignore[attr-defined]
