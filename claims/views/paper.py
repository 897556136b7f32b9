"""Papers: sent in, taken away, sent in answer."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.access import writes
from accounts.forms import show_refusals
from accounts.wording import said_of
from claims.actions import paper as acts
from claims.forms import AnswerForm, PapersForm
from claims.lifecycle import TAKES_PAPERS
from claims.models import Claim, ClaimPaper, PaperRequest
from claims.models.paper import PaperKind
from claims.views.page import claim_page, own_claim, posted, say_refused, to_part
from claims.wording import WORDS
from desk.views.uploads import limits_uploads
from kernel.refusals import Refused


@writes
@posted
@limits_uploads
def attach_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Many files at once, each with its own fate: what one is refused for keeps out none of the others.

    A script (static/js/upload.js) sends them one by one and is answered in JSON; a plain form gets the page.
    """
    found = own_claim(request, pk)
    form = PapersForm(request.POST, request.FILES)
    fates = _fates(request, found, form)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"files": fates, "errors": [e for errors in form.errors.values() for e in errors]})
    for fate in fates:
        if fate["accepted"]:
            messages.success(request, fate["words"])
    if form.errors and found.stage not in TAKES_PAPERS:  # the form is gone from the page
        for fate in fates:
            messages.error(request, fate["words"])
    elif form.errors:
        return claim_page(request, found, papers_form=form)
    return to_part("papers", pk)


def _fates(request: HttpRequest, claim: Claim, form: PapersForm) -> list[dict[str, Any]]:
    """What became of each file; refusals also stand at the form's field."""
    refused_early = request.files_refused  # type: ignore[attr-defined]
    form.fields["files"].required = not refused_early
    valid = form.is_valid()
    fates = [{"accepted": False, "words": said_of(WORDS, refusal)} for refusal in refused_early]
    for upload in form.cleaned_data.get("files", []) if valid else []:
        fates.append(_fate(request, claim, form, upload))
    for fate in fates:
        if not fate["accepted"]:
            form.add_error("files", fate["words"])
    return fates


def _fate(request: HttpRequest, claim: Claim, form: PapersForm, upload: UploadedFile) -> dict[str, Any]:
    facts = form.cleaned_data
    try:
        paper = acts.attach_paper(
            by=request.user.pk, claim=claim.pk, upload=upload, kind=facts["kind"], form=facts["form_key"]
        )
    except Refused as refused:
        return {"accepted": False, "words": " ".join(said_of(WORDS, refusal) for refusal in refused.refusals)}
    return {"accepted": True, "words": accepted_words(paper)}


def accepted_words(paper: ClaimPaper) -> str:
    """What was kept, as what, and how large."""
    kept = paper.document
    return _("“%(name)s” was kept as %(kind)s (%(type)s, %(size)s KB).") % {
        "name": kept.name,
        "kind": PaperKind(paper.kind).label,
        "type": kept.ending().upper(),
        "size": kept.kilobytes(),
    }


@writes
@posted
def remove_paper(request: HttpRequest, pk: int, paper: int) -> HttpResponse:
    """Taken away again before the claim is filed."""
    found = get_object_or_404(ClaimPaper, pk=paper, claim=own_claim(request, pk))
    try:
        acts.remove_paper(by=request.user.pk, paper=found.pk)
    except Refused as refused:
        say_refused(request, refused)
    return to_part("papers", pk)


@writes
@limits_uploads
def answer_paper_request(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer to one paper asked for. All of its files are kept, or none."""
    asked = get_object_or_404(PaperRequest.objects.filter(claim__exporter=request.firm), pk=pk)
    found = own_claim(request, asked.claim_id)
    if request.method != "POST":
        return to_part("asked", found.pk)
    form = AnswerForm(request.POST, request.FILES, asked=asked)
    for refusal in request.files_refused:  # type: ignore[attr-defined]
        form.add_error("files", said_of(WORDS, refusal))
    if form.is_valid():
        facts = form.cleaned_data
        try:
            acts.answer_paper_request(
                by=request.user.pk, request=pk, words=facts["words"], uploads=facts["files"], form=facts["form_key"]
            )
        except Refused as refused:
            show_refusals(form, refused, WORDS)
            if PaperRequest.objects.filter(pk=pk, answered_at__isnull=False).exists():
                say_refused(request, refused)  # its form is gone from the page
        else:
            messages.success(request, _("Your answer has been sent to the claims handler."))
            return to_part("asked", found.pk)
    return claim_page(request, own_claim(request, found.pk), answer=form)
