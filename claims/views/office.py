"""The claims handler's desk: the worklist by days left, and one page per claim from which everything is done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import staff
from accounts.forms import show_refusals
from accounts.models.roles import CLAIMS_HANDLER
from accounts.paging import keyset_page
from accounts.views.office_page import office_page
from accounts.wording import said_of
from claims.actions import handling as acts
from claims.deadlines import ClaimTerms, days_left
from claims.filing import filing_refused
from claims.forms import AskForm, AssessForm
from claims.lifecycle import CLAIM, HANDLER
from claims.models import Claim
from claims.models.claim import ClaimStage
from claims.views.page import asked, day_facts, invoice_facts, paper_facts, say_refused, timeline_of
from claims.wording import WORDS
from kernel.references import row_number
from kernel.refusals import Refused

ANSWER_WITHIN = timedelta(days=14)  # proposed in the form; the handler says the day


@staff(CLAIMS_HANDLER)
def claims_worklist(request: HttpRequest) -> HttpResponse:
    """Claims that wait for the insurer, those with the fewest days first; `?whose=mine|nobody` narrows."""
    found = Claim.objects.on_the_desk().with_claimed()
    whose = request.GET.get("whose", "")
    if whose == "mine":
        found = found.filter(handler=request.user.pk)
    elif whose == "nobody":
        found = found.filter(handler__isnull=True)
    page = keyset_page(
        request, found.select_related("buyer", "exporter", "policy", "handler"), order=("decide_by", "id")
    )
    shown = {"page": page, "whose": whose, "title": _("Claims by days left"), "today": timezone.localdate()}
    return _shown(request, "claims/office/worklist.html", shown)


@staff(CLAIMS_HANDLER)
def decide_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts, what the rules say, and what the handler can do now."""
    return _page(request, _found(pk))


@staff(CLAIMS_HANDLER)
def take_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """The handler's own from now on."""
    if request.method == "POST":
        former = row_number(request.POST.get("taken_from", ""))
        try:
            acts.take_claim(by=request.user.pk, claim=_found(pk).pk, taken_from=former)
        except Refused as refused:
            say_refused(request, refused)
    return redirect("admin:claims_claim_decide", pk)


@staff(CLAIMS_HANDLER)
def ask_for_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Papers the firm is to send."""
    if request.method != "POST":
        return redirect("admin:claims_claim_decide", pk)

    def ask(facts: dict[str, Any]) -> None:
        papers = [(kind, facts["words"]) for kind in facts["kinds"]]
        acts.ask_for_papers(by=request.user.pk, claim=pk, asked=papers, answer_by=facts["answer_by"])
        messages.success(request, _("The exporter has been asked; the clock rests."))

    return _done(request, pk, "ask_for_papers", ask_form=AskForm(request.POST), act=ask)


@staff(CLAIMS_HANDLER)
def assess_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """The end of the assessment."""
    if request.method != "POST":
        return redirect("admin:claims_claim_decide", pk)

    def assess(facts: dict[str, Any]) -> None:
        acts.assess_claim(by=request.user.pk, claim=pk, words=facts["words"])
        messages.success(request, _("The assessment is closed and the exporter has been told."))

    return _done(request, pk, "assess", assess_form=AssessForm(request.POST), act=assess)


def _found(pk: int) -> Claim:
    """Any claim that has been filed: a draft is the firm's own."""
    filed = Claim.objects.exclude(filed_at__isnull=True)
    return get_object_or_404(filed.select_related("policy", "buyer", "exporter", "handler", "assessed_by"), pk=pk)


def _done(
    request: HttpRequest, pk: int, move: str, *, act: Callable[[dict[str, Any]], None], **forms: Form
) -> HttpResponse:
    """Do what the one form given says and go on to the next claim; or its page again, saying what is refused.

    Where the move is no longer open its form is gone from the page, so the refusal is said above it.
    """
    claim, (form,) = _found(pk), forms.values()
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as refused:
            if not CLAIM.may_move(move, _found(pk).stage):
                say_refused(request, refused)
                return redirect("admin:claims_claim_decide", pk)
            show_refusals(form, refused, WORDS)
        else:
            return _next(claim)
    return _page(request, claim, **forms)


def _next(claim: Claim) -> HttpResponse:
    """The claim with the next fewest days left, or the worklist when this was the last one."""
    follows = _following(claim)
    return redirect("admin:claims_claim_decide", follows) if follows else redirect("admin:claims_worklist")


def _following(claim: Claim) -> int | None:
    order = Claim.objects.on_the_desk().exclude(pk=claim.pk).exclude(stage=ClaimStage.PAPERS_ASKED)
    if claim.decide_by is not None:
        order = order.filter(decide_by__gte=claim.decide_by)
    return order.order_by("decide_by", "id").values_list("pk", flat=True).first()


def _page(request: HttpRequest, claim: Claim, **forms: Any) -> HttpResponse:
    terms, invoices, today = claim.terms(), list(claim.invoices()), claim.today()
    papers = paper_facts(claim)
    shown = {
        "title": _("Claim on %(buyer)s") % {"buyer": claim.buyer.name},
        "claim": claim,
        "today": today,
        "office": True,
        "moves": {move.name for move in CLAIM.moves_from(claim.stage, HANDLER)},
        "follows": _following(claim),
        "days_left": _days_left(claim, terms),
        "findings": [said_of(WORDS, refusal) for refusal in filing_refused(claim.facts(terms), today)],
        "ask_form": AskForm(
            initial={
                "answer_by": today + ANSWER_WITHIN,
                "kinds": [code.removeprefix("paper_") for code in papers["missing"]],
            }
        ),
        "assess_form": AssessForm(),
        "events": timeline_of(claim),
        **invoice_facts(claim, invoices),
        **day_facts(claim, invoices, terms),
        **papers,
        **asked(claim, None),
        **forms,
    }
    return _shown(request, "claims/office/decide.html", shown)


def _shown(request: HttpRequest, template: str, shown: dict[str, Any]) -> HttpResponse:
    """A page of the admin without its list of tables: the worklists stand in the bar and the page needs the width."""
    return office_page(request, template, is_nav_sidebar_enabled=False, **shown)


def _days_left(claim: Claim, terms: ClaimTerms) -> int | None:
    if claim.decide_by is None:
        return None
    return days_left(claim.decide_by, claim.today(), claim.clock_stopped_on, terms)
