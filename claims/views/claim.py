"""Claims of the firm: the list, a new one, the claim's page and the buttons that move it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import reads, writes
from accounts.forms import show_refusals
from accounts.paging import keyset_page
from buyers.models import BookEntry
from claims.actions import claim as acts
from claims.forms import ClaimDetailsForm, StartClaimForm
from claims.models import Claim
from claims.models.claim import ClaimStage
from claims.views.page import claim_page, own_claim, posted, say_refused
from claims.wording import WORDS
from kernel.refusals import Refused
from policies.models import Policy

FOUND_AT_ONCE = 20
RETURNED_WORDS = 1000


@reads
def claims(request: HttpRequest) -> HttpResponse:
    """The firm's claims, the newest first."""
    own = Claim.objects.visible_to(request.user).of(request.firm)
    page = keyset_page(request, own.with_claimed().select_related("buyer", "policy"), order=("-id",))
    return render(request, "claims/claims.html", {"page": page})


@writes
def file_claim(request: HttpRequest, buyer: int | None = None) -> HttpResponse:
    """A new claim: first the buyer, out of the book; then what has happened."""
    book = BookEntry.objects.visible_to(request.user).of(request.firm).current().select_related("buyer")
    if buyer is None:
        return render(request, "claims/choose_buyer.html", _found(request, book))
    entry = get_object_or_404(book, buyer_id=buyer)
    policies = Policy.objects.of(request.firm).order_by("-starts_on", "-id")
    form = StartClaimForm(request.POST or None, policies=policies)
    if request.method == "POST" and form.is_valid():
        facts = {**form.cleaned_data, "policy": form.cleaned_data["policy"].pk}
        try:
            started = acts.start_claim(by=request.user.pk, exporter=request.firm.pk, buyer=entry.buyer_id, **facts)
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            return redirect("claim", started.pk)
    shown = {"form": form, "entry": entry, "has_policy": policies.exists()}
    return render(request, "claims/file_claim.html", shown)


def _found(request: HttpRequest, book: Any) -> dict[str, Any]:
    """The first entries of the book whose name or own reference contains what is looked for."""
    wanted = request.GET.get("q", "").strip()[:200].replace("\x00", "")
    if wanted:
        book = book.filter(buyer__name__icontains=wanted) | book.filter(own_reference__icontains=wanted)
    entries = list(book.order_by("sort_key", "id")[: FOUND_AT_ONCE + 1])
    return {"entries": entries[:FOUND_AT_ONCE], "more": len(entries) > FOUND_AT_ONCE, "wanted": wanted}


@reads
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim."""
    return claim_page(request, own_claim(request, pk))


@writes
def amend_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """What the draft says."""
    found = own_claim(request, pk)
    if found.stage != ClaimStage.DRAFT:
        return redirect("claim", pk)
    form = ClaimDetailsForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            acts.amend_claim(by=request.user.pk, claim=pk, **form.cleaned_data)
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            return redirect("claim", pk)
    return render(request, "claims/amend_claim.html", {"form": form, "claim": found})


@writes
@posted
def send_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """File it, or hand it to a colleague where the firm wants two steps."""
    own_claim(request, pk)
    try:
        found = acts.file_claim(by=request.user.pk, claim=pk)
    except Refused as refused:
        say_refused(request, refused)
    else:
        if found.filed_at:
            messages.success(request, _("The claim is filed. You will be told what happens to it."))
        else:
            messages.success(request, _("Handed over: a colleague can now look it through and send it."))
    return redirect("claim", pk)


@writes
@posted
def hand_back_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Give back with words, or take back, what awaits a colleague."""
    own_claim(request, pk)
    words = request.POST.get("words", "").replace("\0", "")[:RETURNED_WORDS]
    try:
        acts.hand_back_claim(by=request.user.pk, claim=pk, words=words)
    except Refused as refused:
        say_refused(request, refused)
    return redirect("claim", pk)


@writes
def withdraw_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once more before it is done."""
    found = own_claim(request, pk)
    if request.method != "POST":
        return render(request, "claims/withdraw_claim.html", {"claim": found})
    try:
        acts.withdraw_claim(by=request.user.pk, claim=pk)
    except Refused as refused:
        say_refused(request, refused)
    else:
        messages.success(request, _("The claim is withdrawn. Its invoices can be claimed anew."))
    return redirect("claim", pk)
