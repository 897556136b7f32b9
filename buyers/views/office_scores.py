"""The office's pages about scores: how the refreshes go, why a score is what it is."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import staff
from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER
from accounts.paging import keyset_page
from accounts.views.office_page import office_page
from buyers.actions.score_run import plan_refresh, plan_rescore, resume_refresh
from buyers.freshness import freshness
from buyers.models import Buyer, ScoreRange, ScoreRun
from buyers.models.alert import AlertKind
from buyers.models.signal import SignalKind
from buyers.refreshing import GIVEN_UP, STALLED, UNDER_WAY, WAITING, Going
from buyers.scorecard import CURRENT
from buyers.signals import catalogue
from buyers.tasks import wake_workers

AT_WORK = (UNDER_WAY, WAITING)
UNDERWRITERS = (UNDERWRITER, SENIOR_UNDERWRITER)
RUNS_SHOWN = 20
FAILURES_SHOWN = 5


@staff(*UNDERWRITERS)
def score_refreshes(request: HttpRequest) -> HttpResponse:
    """Refreshes under way, how far and how fast; those before, with what they found and what failed; how soon a buyer
    is looked at again."""
    now = timezone.now()
    runs = ScoreRun.objects.counted()
    page = keyset_page(request, runs, order=("-id",), size=RUNS_SHOWN)
    open_runs = [_shown(run, now) for run in runs.filter(finished_at__isnull=True).order_by("id")]
    shown = [_shown(run, now) for run in page.rows]
    _with_failures([*open_runs, *shown])
    context = {
        "open_runs": open_runs,
        "runs": shown,
        "page": page,
        "under_way": any(run["state"] in AT_WORK for run in open_runs),
        "due": Buyer.objects.filter(next_score_on__lte=now.date(), merged_into__isnull=True).count(),
        "edition": CURRENT,
        "by_grade": freshness().by_grade(),
        "by_kind": _days_by_kind(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "buyers/office/score_runs.html", context)
    return office_page(request, "buyers/office/score_refreshes.html", title=_("Score refreshes"), **context)


def _shown(run: Any, now: datetime) -> dict[str, Any]:
    """A run as the page has it."""
    going = Going(
        run.parts, run.done, run.given_up, run.held, run.looked_at, run.started_at, run.finished_at, run.last_done_at
    )
    return {
        "run": run,
        "state": going.state(now),
        "percent": going.percent,
        "rate": going.rate(now),
        "minutes_left": going.minutes_left(now),
        "resumable": going.state(now) in (GIVEN_UP, STALLED),
        "failures": [],
    }


def _with_failures(shown: list[dict[str, Any]]) -> None:
    """The first failures of runs that are not whole, read at once."""
    wanted = {row["run"].pk for row in shown if row["run"].done < row["run"].parts}
    failed = ScoreRange.objects.filter(run__in=wanted, done_at__isnull=True).exclude(failure="")
    ranked = failed.annotate(place=Window(RowNumber(), partition_by="run", order_by="id"))
    found: dict[int, list[ScoreRange]] = {}
    for part in ranked.filter(place__lte=FAILURES_SHOWN) if wanted else ():
        found.setdefault(part.run_id, []).append(part)
    for row in shown:
        row["failures"] = found.get(row["run"].pk, [])


def _days_by_kind() -> list[tuple[int, list[str]]]:
    """(days, kinds of events after which a buyer is looked at within so many), the soonest first."""
    labels = {**dict(SignalKind.choices), **dict(AlertKind.choices)}
    found: dict[int, list[str]] = {}
    for code, kind in catalogue().kinds.items():
        if kind.score_within_days is not None:
            found.setdefault(kind.score_within_days, []).append(str(labels[code]))
    return sorted(found.items())


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
def start_rescore(request: HttpRequest) -> HttpResponse:
    """Score everybody whose last score is of another edition than the one in use."""
    run = plan_rescore(by=request.user.pk, today=timezone.now().date())
    if run is None:
        messages.info(request, _("Everybody is scored under edition %(edition)s already.") % {"edition": CURRENT})
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
