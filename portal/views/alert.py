"""One alert: what happened, what it means for the firm, and what it can do now with what it has on the buyer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import reads
from accounts.clock import today_in
from buyers.advice import fitting
from buyers.models import Alert, BookEntry
from buyers.signals import fact_lines
from buyers.views.alerts import advised, may_write, seen
from portal.views import panels
from portal.views.standing import latest_policy


@reads
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert: the change and its reasons, what it means, what can be done now."""
    own = Alert.objects.visible_to(request.user).of(request.firm)
    related = own.select_related("buyer", "country_risk", "score", "signal", "read_by", "done_by")
    row = get_object_or_404(related, pk=pk)
    seen(request, row)
    advice = advised(row)
    context = {"alert": row, "advice": advice, "may_write": may_write(request)}
    if row.buyer is None:
        there = BookEntry.objects.of(request.firm).current().filter(buyer__country=row.facts["country"])
        return render(request, "buyers/country_alert.html", {**context, "steps": advice.steps, "there": there.count()})
    entry = panels.entries_about.first(member=request.user, firm=request.firm, pk=row.buyer_id)
    entry = entry if entry and entry.archived_at is None else None
    context |= {
        "entry": entry,
        "steps": advice.steps,
        "explanation": row.score.for_exporters() if row.score else None,
        "superseded": row.score is not None and row.buyer.grade != row.score.grade,
        "said": {"code": f"signal_{row.kind}", "facts": row.facts},
        "known": fact_lines(row.facts) if row.signal_id else [],
    }
    if entry:
        policy = latest_policy.first(firm=request.firm)
        shown = panels.Shown(entry, tuple(entry.same), today_in(policy.time_zone if policy else "UTC"))
        stake = panels.stake_of(shown)
        context |= {"steps": fitting(advice.steps, stake), "stake": stake}
    return render(request, "buyers/alert.html", context)
