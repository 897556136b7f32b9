"""The office's pages about scores: how the refreshes go, why a score is what it is."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import staff
from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER
from buyers.actions.score_run import plan_refresh, resume_refresh
from buyers.models import Buyer, ScoreRun
from buyers.models.score_run import MOST_ATTEMPTS
from buyers.tasks import wake_workers

UNDERWRITERS = (UNDERWRITER, SENIOR_UNDERWRITER)
RUNS_SHOWN = 20


@staff(*UNDERWRITERS)
def score_refreshes(request: HttpRequest) -> HttpResponse:
    """The last refreshes: how many ranges are done, how many buyers a second, what failed."""
    runs = list(
        ScoreRun.objects.annotate(
            parts=Count("ranges"),
            done=Count("ranges", filter=Q(ranges__done_at__isnull=False)),
            given_up=Count("ranges", filter=Q(ranges__done_at__isnull=True, ranges__attempts__gte=MOST_ATTEMPTS)),
            scored=Sum("ranges__scored"),
            regraded=Sum("ranges__regraded"),
        ).order_by("-id")[:RUNS_SHOWN]
    )
    now = timezone.now()
    for run in runs:
        seconds = max(((run.finished_at or now) - run.started_at).total_seconds(), 1)
        run.rate = round((run.scored or 0) / seconds)
        run.failures = []
    under_way = any(run.finished_at is None for run in runs)
    for run in runs:
        if run.done < run.parts:
            run.failures = list(run.ranges.exclude(failure="").filter(done_at__isnull=True).order_by("id")[:5])
    due = Buyer.objects.filter(next_score_on__lte=now.date(), merged_into__isnull=True).count()
    context = {"runs": runs, "under_way": under_way, "due": due}
    if request.headers.get("HX-Request"):
        return render(request, "buyers/office/score_runs.html", context)
    return _office(request, "buyers/office/score_refreshes.html", title=_("Score refreshes"), **context)


@require_POST
@staff(*UNDERWRITERS)
def start_refresh(request: HttpRequest) -> HttpResponse:
    """Refresh what is due now instead of at the next full hour."""
    run = plan_refresh(by=request.user.pk, today=timezone.now().date())
    if run is None:
        messages.info(request, _("No score is due."))
    else:
        wake_workers()
    return redirect("admin:score_refreshes")


@require_POST
@staff(*UNDERWRITERS)
def resume_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Try again what was given up."""
    get_object_or_404(ScoreRun, pk=pk)
    freed = resume_refresh(by=request.user.pk, run=pk)
    messages.info(request, _("Ranges to be tried again: %(count)s") % {"count": freed})
    wake_workers()
    return redirect("admin:score_refreshes")


def _office(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), **context})
