"""The claim's page: one screen from which everything is done, whichever of its forms was sent last."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.audit import subject_of
from accounts.models.roles import MAY_WRITE
from accounts.wording import said_of
from claims.deadlines import ClaimTerms, extension_ends_on, file_by
from claims.filing import PROTRACTED_DEFAULT, filing_refused
from claims.forms import AnswerForm, PapersForm
from claims.lifecycle import CLAIM, FIRM, TAKES_PAPERS
from claims.models import Claim, ClaimPaper
from claims.models.claim import FILING, ClaimStage
from claims.papers import checklist, edition
from claims.wording import WORDS, event_said
from desk.models import Review
from desk.models.review import ReviewOutcome
from kernel.refusals import Refused
from receivables.forms import InvoiceForm
from receivables.models import Invoice

View = Callable[..., HttpResponse]

OFFERED = 20  # ledger invoices offered at once


def own_claim(request: HttpRequest, pk: int) -> Claim:
    """The firm's claim, or 404."""
    own = Claim.objects.visible_to(request.user).of(request.firm)
    return get_object_or_404(own.select_related("policy", "buyer", "exporter", "handler"), pk=pk)


def posted(view: View) -> View:
    """For addresses one only posts to: whoever comes back to one (signed in again, say) is led to the claim."""

    @wraps(view)
    def only_posted(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return redirect("claim", pk)
        return view(request, pk, *args, **kwargs)

    return only_posted


def say_refused(request: HttpRequest, refused: Refused) -> None:
    """Refusals of a button that has no fields, said above the page."""
    for refusal in refused.refusals:
        messages.error(request, said_of(WORDS, refusal))


def to_part(part: str, pk: int) -> HttpResponse:
    """Back to the claim's page, where something was done."""
    return redirect(f"{reverse('claim', args=[pk])}#{part}")


def claim_page(request: HttpRequest, claim: Claim, **forms: Any) -> HttpResponse:
    """The page, with the forms given in place of fresh ones (they carry what was refused)."""
    may_write = request.membership.role in MAY_WRITE  # type: ignore[attr-defined]
    terms, invoices = claim.terms(), list(claim.invoices())
    context = {
        "claim": claim,
        "today": claim.today(),
        "may_write": may_write,
        "moves": {move.name for move in CLAIM.moves_from(claim.stage, FIRM)} if may_write else set(),
        "draft": claim.stage == ClaimStage.DRAFT,
        "takes_papers": may_write and claim.stage in TAKES_PAPERS,
        "invoice_form": InvoiceForm(),
        "papers_form": PapersForm(),
        **invoice_facts(claim, invoices),
        **day_facts(claim, invoices, terms),
        **paper_facts(claim),
        **sending(request, claim, terms),
        **asked(claim, forms.pop("answer", None)),
        "events": timeline_of(claim),
        "most_bytes": settings.DOCUMENT_MAX_BYTES,
        "most_megabytes": settings.DOCUMENT_MAX_BYTES // 1024**2,
        **forms,
    }
    return render(request, "claims/claim.html", context)


def invoice_facts(claim: Claim, invoices: list[Invoice]) -> dict[str, Any]:
    """The invoices claimed, their sums, and what else of the ledger could be claimed."""
    items = {item.invoice_id: item for item in claim.items.order_by("pk")}
    rows = [{"invoice": i, "gross": i.net + i.vat, "item": items[i.pk]} for i in invoices]
    found: dict[str, Any] = {
        "rows": rows,
        "total_net": sum(i.net for i in invoices),
        "total_gross": sum(i.net + i.vat for i in invoices),
        "total_open": sum(i.open_gross for i in invoices),
        "offered": [],
    }
    if claim.stage == ClaimStage.DRAFT:
        others = Invoice.objects.of(claim.exporter).filter(
            buyer__in=claim.same_buyer(), policy=claim.policy_id, currency=claim.currency
        )
        unclaimed = others.exclude(claim_items__in=claim.items.model.objects.filter(removed_at__isnull=True))
        found["offered"] = list(
            unclaimed.with_open_amount().filter(open_gross__gt=0).order_by("due_on", "number")[:OFFERED]
        )
    return found


def day_facts(claim: Claim, invoices: list[Invoice], terms: ClaimTerms) -> dict[str, Any]:
    """The days that follow from the oldest invoice."""
    if not invoices:
        return {"oldest": None}
    dues = [invoice.due_on for invoice in invoices]
    return {
        "oldest": min(dues),
        "extension_ends_on": extension_ends_on(min(dues), terms),
        "opens_late": claim.cause == PROTRACTED_DEFAULT,
        "file_by": file_by(dues, terms),
        "country": terms.country,
    }


def paper_facts(claim: Claim) -> dict[str, Any]:
    """The checklist by cause with the papers under each line; kinds not on the list follow."""
    papers: dict[str, list[ClaimPaper]] = {}
    for paper in claim.papers.present():
        papers.setdefault(paper.kind, []).append(paper)
    kinds = [kind for kind, there in papers.items() for _paper in there]
    lines = checklist(claim.cause, kinds, edition(claim.papers_edition))
    listed = {line.kind for line in lines}
    shown = [
        {"code": f"paper_{line.kind}", "required": line.required, "missing": line.missing,
         "papers": papers.get(line.kind, [])}
        for line in lines
    ]  # fmt: skip
    shown += [
        {"code": f"paper_{kind}", "required": False, "missing": False, "papers": there}
        for kind, there in papers.items()
        if kind not in listed
    ]
    return {"checklist": shown, "missing": [line["code"] for line in shown if line["missing"]]}


def sending(request: HttpRequest, claim: Claim, terms: ClaimTerms) -> dict[str, Any]:
    """Whether the draft can be filed, why not yet, and whose turn it is where two steps are asked for."""
    if claim.stage != ClaimStage.DRAFT:
        return {"review": None, "refusals": ()}
    review = Review.objects.filter(act=FILING, subject=subject_of(claim), outcome=ReviewOutcome.OPEN)
    return {
        "refusals": [said_of(WORDS, refusal) for refusal in filing_refused(claim.facts(terms), claim.today())],
        "review": review.select_related("asked_by").first(),
        "two_steps": FILING in claim.exporter.reviewed_acts,
    }


def asked(claim: Claim, bound: AnswerForm | None) -> dict[str, Any]:
    """What the handler asked for: the open requests with a form each, then those answered."""
    requests = list(claim.paper_requests.select_related("answered_by").order_by("pk"))
    forms = {bound.prefix: bound} if bound else {}
    open_ones = [r for r in requests if r.answered_at is None] if claim.stage == ClaimStage.PAPERS_ASKED else []
    return {
        "open_requests": [
            {"request": r, "code": f"paper_{r.kind}", "form": forms.get(f"r{r.pk}") or AnswerForm(asked=r)}
            for r in open_ones
        ],
        "answered_requests": [{"request": r, "code": f"paper_{r.kind}"} for r in requests if r.answered_at],
    }


def timeline_of(claim: Claim) -> list[dict[str, Any]]:
    """Everything that happened, newest first, in words."""
    return [
        {"title": event_said(event.code, event.facts), "text": event.facts.get("words", ""),
         "at": event.at, "by": event.by.name if event.by else ""}
        for event in claim.events.select_related("by").order_by("-id")
    ]  # fmt: skip
