"""The office's pages about annual accounts: typing in a year's, checking them while typing, taking in files of many."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import staff
from accounts.forms import show_refusals
from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER
from accounts.views.office_page import office_page
from accounts.wording import said
from buyers.actions.accounts import record_statement
from buyers.actions.accounts_file import hand_in_accounts_file
from buyers.intake.forms import AccountsFileForm, StatementForm
from buyers.models import Buyer, FeedRun
from buyers.models.feed import FeedKind
from buyers.search import cleaned, find_buyers
from buyers.views.accounts_review import changed_lines, judged, known_as, review_of
from buyers.views.file_runs import ROWS_SHOWN, refused_file, run_page
from buyers.wording import WORDS
from kernel.references import row_number
from kernel.refusals import Refused

UNDERWRITERS = (UNDERWRITER, SENIOR_UNDERWRITER)
YEARS_SHOWN = 6
RUNS_SHOWN = 10


@staff(*UNDERWRITERS)
def record_accounts(request: HttpRequest) -> HttpResponse:
    """Type in a year's accounts: the buyer is chosen (`?buyer=`), its lines typed, looked through with their ratios,
    then kept; it is scored at once."""
    number = row_number(request.GET.get("buyer", ""))
    if number is None:
        return office_page(
            request, "buyers/office/choose_buyer.html", title=_("Enter accounts"), **found_by_name(request)
        )
    buyer = get_object_or_404(Buyer, pk=number, merged_into__isnull=True)
    known = list(buyer.statements.filter(superseded_at__isnull=True).order_by("-period_end", "-id")[:YEARS_SHOWN])
    likely = {"currency": known[0].currency, "source": known[0].source} if known else {}
    form = StatementForm(request.POST if request.method == "POST" else None, initial=likely)
    same, seen = None, ""
    if form.is_bound and judged(form, timezone.now().date()):
        same = known_as(buyer, form)
        seen = form.digest(same.pk if same else None)
        if form.cleaned_data["reviewed"] == seen and _kept(request, form, buyer, same):
            return redirect("admin:buyers_buyer_change", buyer.pk)
    context = {"form": form, "buyer": buyer, "known": known, "seen": seen if not form.errors else "", "same": same}
    context["changed"] = changed_lines(same, form) if same else []
    return office_page(
        request, "buyers/office/record_accounts.html", title=_("Enter accounts"), **context, **review_of(form, buyer)
    )


@staff(*UNDERWRITERS)
def check_accounts(request: HttpRequest, buyer: int) -> HttpResponse:
    """Hints and ratios of what is typed so far, for the form that asks by itself; writes nothing."""
    row = get_object_or_404(Buyer, pk=buyer, merged_into__isnull=True)
    form = StatementForm(request.POST)
    judged(form, timezone.now().date())
    typed = {name for name, value in request.POST.items() if value.strip()}
    found = review_of(form, row)
    # What is still empty is not wrong yet.
    found["errors"] = [(form[name].label, form.errors[name]) for name in form.errors if name in typed]
    return render(request, "buyers/office/accounts_check.html", found)


def _kept(request: HttpRequest, form: StatementForm, buyer: Buyer, same: Any) -> bool:
    try:
        record_statement(
            by=request.user.pk, buyer=buyer.pk, source=form.told_by(), today=timezone.now().date(),
            replaces=same.pk if same else None, **form.said(),
        )  # fmt: skip
    except Refused as refused:
        show_refusals(form, refused, WORDS)
        return False
    buyer.refresh_from_db()
    messages.success(request, _("The accounts are kept; the buyer's grade is now %(grade)s.") % vars(buyer))
    return True


def found_by_name(request: HttpRequest) -> dict[str, Any]:
    text = cleaned(request.GET.get("q", ""))
    found = find_buyers(text=text) if text else None
    return {"q": text, "found": found, "rows": found.rows if found else []}


# --- files ------------------------------------------------------------------------------------------------------------


@staff(*UNDERWRITERS)
def import_accounts(request: HttpRequest) -> HttpResponse:
    """Hand in a file; the page that shows how it goes comes next."""
    form = AccountsFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            run = hand_in_accounts_file(
                by=request.user.pk, file_name=upload.name, upload=upload, form_key=form.cleaned_data["form_key"]
            )
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            return redirect("admin:accounts_import", run.pk)
    runs = FeedRun.objects.filter(kind=FeedKind.ACCOUNTS).select_related("started_by").order_by("-pk")[:RUNS_SHOWN]
    return office_page(request, "buyers/office/import_accounts.html", title=_("Import accounts"), form=form, runs=runs)


@staff(*UNDERWRITERS)
def accounts_import(request: HttpRequest, pk: int) -> HttpResponse:
    """How a file goes, then what came of it; the part that changes alone for a page that asks by itself."""
    run = _run(pk)
    page, state = "buyers/office/accounts_import.html", "buyers/office/accounts_import_state.html"
    return run_page(request, run, page, state, rows=run.refused_rows.order_by("line", "id")[:ROWS_SHOWN])


@staff(*UNDERWRITERS)
def refused_accounts(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that did not go in, as a file to mend and hand in again: column and reason stand behind each."""
    run = _run(pk)
    return refused_file(run, _lines(run), ["line", "column", "reason"])


def _lines(run: FeedRun) -> Iterator[tuple[str, list[str]]]:
    for row in run.refused_rows.order_by("line", "id").iterator(chunk_size=5_000):
        yield row.raw, [str(row.line), row.facts.get("column", ""), said(WORDS, row.code, row.facts)]


def _run(pk: int) -> FeedRun:
    return get_object_or_404(FeedRun.objects.select_related("started_by"), pk=pk, kind=FeedKind.ACCOUNTS)
