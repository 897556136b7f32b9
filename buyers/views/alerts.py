"""A firm's alerts: the list, one alert with what it means and what to do, and ticking it off.

Whether an alert was opened and is done is the firm's; the bell counts each person's own notices.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import reads, writes
from accounts.models.roles import MAY_WRITE
from accounts.paging import keyset_page
from buyers.actions.alert import read_alert, reopen_alert, settle_alert
from buyers.advice import Advice, advice, signal_advice
from buyers.models import Alert, BookEntry
from buyers.views.filters import AlertFilter
from desk.actions.notice import read_notices
from desk.models import Notice


@reads
def alerts(request: HttpRequest) -> HttpResponse:
    """The firm's alerts, newest first: open ones unless the address asks for others."""
    form = AlertFilter(request.GET)
    found = form.narrowed(
        Alert.objects.visible_to(request.user).of(request.firm).select_related("buyer", "read_by", "done_by")
    )
    page = keyset_page(request, found, order=("-id",))
    for alert in page.rows:
        alert.advice = advised(alert)
    context = {"page": page, "form": form, "narrowed": form.is_narrowed, "may_write": may_write(request)}
    return render(request, "buyers/alerts.html", context)


@reads
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert: the change and its reasons, what it means, what can be done now."""
    own = Alert.objects.visible_to(request.user).of(request.firm)
    row = get_object_or_404(own.select_related("buyer", "score", "signal", "read_by", "done_by"), pk=pk)
    seen(request, row)
    entry = BookEntry.objects.of(request.firm).current().filter(buyer=row.buyer_id).first()
    context = {
        "alert": row,
        "entry": entry,
        "advice": advised(row),
        "explanation": row.score.for_exporters() if row.score else None,
        "superseded": row.score is not None and row.buyer.grade != row.score.grade,
        "said": {"code": f"signal_{row.kind}", "facts": row.facts},
        "may_write": may_write(request),
    }
    return render(request, "buyers/alert.html", context)


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
        read_alert(by=request.user.pk, alert=row.pk)
    own = Notice.objects.in_page().filter(recipient=request.user, subject=f"alert:{row.pk}", read_at__isnull=True)
    if unread := list(own.values_list("pk", flat=True)):
        read_notices(by=request.user.pk, notices=unread)


def advised(alert: Alert) -> Advice:
    """The advice for an alert's change of grade, or for its signal."""
    if alert.signal_id:
        return signal_advice(alert.kind)
    return advice(alert.facts.get("former_grade"), alert.facts["grade"])


def may_write(request: HttpRequest) -> bool:
    """Whether buttons that change something are shown."""
    return request.membership.role in MAY_WRITE  # type: ignore[attr-defined]
