"""The office's pages about scores: typing in accounts, how the refreshes go, why a score is what it is."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import staff
from accounts.forms import show_refusals
from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER
from buyers.actions.accounts import record_statement
from buyers.actions.score_run import plan_refresh, resume_refresh
from buyers.models import Buyer, FinancialStatement, ScoreRun
from buyers.models.accounts import LINES
from buyers.models.score_run import MOST_ATTEMPTS
from buyers.search import find_buyers
from buyers.tasks import wake_workers
from buyers.wording import WORDS
from kernel.references import row_number
from kernel.refusals import Refused

UNDERWRITERS = (UNDERWRITER, SENIOR_UNDERWRITER)
RUNS_SHOWN = 20


class StatementForm(forms.ModelForm):
    """A year's accounts. A line left empty is not known."""

    class Meta:
        model = FinancialStatement
        fields = ("period_end", "months", "currency", "source", "audited", *LINES)
        widgets = {"period_end": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "source": gettext_lazy("Where the accounts are from: the register, the company, an agency."),
            "currency": gettext_lazy("Three letters, for example EUR."),
        }

    def clean_currency(self) -> str:
        """In capitals, as ISO 4217 writes it."""
        return self.cleaned_data["currency"].strip().upper()

    def validate_unique(self) -> None:
        """The action knows whether the same accounts are a repetition or a contradiction."""


@staff(*UNDERWRITERS)
def record_accounts(request: HttpRequest) -> HttpResponse:
    """Type in a year's accounts: first the buyer is chosen (`?buyer=`), then its lines; it is scored at once."""
    number = row_number(request.GET.get("buyer", ""))
    if number is None:
        return _office(request, "buyers/office/choose_buyer.html", title=_("Enter accounts"), **_found(request))
    buyer = get_object_or_404(Buyer, pk=number, merged_into__isnull=True)
    known = list(buyer.statements.order_by("-period_end", "-id")[:6])
    likely = {"currency": known[0].currency, "source": known[0].source} if known else {}
    form = StatementForm(request.POST if request.method == "POST" else None, initial=likely)
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("period_end", "months", "currency", "source", "audited")}
        lines = {name: form.cleaned_data[name] for name in LINES}
        try:
            record_statement(by=request.user.pk, buyer=buyer.pk, lines=lines, today=timezone.now().date(), **told)
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            buyer.refresh_from_db()
            messages.success(request, _("The accounts are kept; the buyer's grade is now %(grade)s.") % vars(buyer))
            return redirect("admin:buyers_buyer_change", buyer.pk)
    return _office(
        request, "buyers/office/record_accounts.html", title=_("Enter accounts"), form=form, buyer=buyer, known=known
    )


def _found(request: HttpRequest) -> dict[str, Any]:
    text = request.GET.get("q", "")
    found = find_buyers(text=text) if text else None
    return {"q": text, "found": found, "rows": found.rows if found else []}


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
