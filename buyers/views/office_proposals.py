"""The underwriter's desk for the directory: proposed buyers, and entries that turn out to be one firm."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.access import staff
from accounts.forms import show_refusals, tell_refusals
from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER
from accounts.paging import keyset_page
from accounts.views.office_page import office_page
from buyers.actions.merge import merge_buyers
from buyers.actions.proposal import confirm_proposal, merge_proposal, refuse_proposal
from buyers.forms import ConfirmForm, MergeForm, RefuseForm
from buyers.identity import checked
from buyers.lifecycle import PROPOSED_BUYER
from buyers.models import BookEntry, Buyer, BuyerProposal
from buyers.search import Found, buyers_with_number, category_warning, namesakes
from buyers.wording import WORDS
from kernel.references import row_number
from kernel.refusals import Refused

CANDIDATES_SHOWN = 8


@staff(UNDERWRITER, SENIOR_UNDERWRITER)
def proposed_buyers(request: HttpRequest) -> HttpResponse:
    """Proposals nobody has decided, the oldest first."""
    waiting = BuyerProposal.objects.filter(stage="proposed").select_related("exporter", "proposed_by")
    page = keyset_page(request, waiting, order=("proposed_at", "id"))
    for row in page.rows:
        row.number_refused = checked(row.scheme, row.value, row.country.code).refusals if row.value else ()
    return office_page(request, "buyers/office/proposed_buyers.html", title=_("Proposed buyers"), page=page)


@staff(UNDERWRITER, SENIOR_UNDERWRITER)
def decide_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal beside the entries it may be; confirmed, merged or refused here."""
    row = get_object_or_404(BuyerProposal.objects.select_related("exporter", "proposed_by", "buyer"), pk=pk)
    forms = {"confirm": ConfirmForm(initial=_as_proposed(row)), "refuse": RefuseForm()}
    act = request.POST.get("act", "")
    if request.method == "POST" and act == "merge":
        return _merge(request, row)
    if request.method == "POST" and act in forms:
        forms[act] = type(forms[act])(request.POST)
        if forms[act].is_valid() and _done(request, row, act, forms[act]):
            return _next(row)
    return office_page(
        request,
        "buyers/office/decide_proposal.html",
        title=row.name,
        proposal=row,
        moves={move.name for move in PROPOSED_BUYER.moves_from(row.stage, "underwriter")},
        candidates=[(found, category_warning(found.buyer)) for found in _candidates(row)],
        forms=forms,
        follows=_following(row),
    )


@staff(UNDERWRITER, SENIOR_UNDERWRITER)
def merge_entries(request: HttpRequest, pk: int) -> HttpResponse:
    """Two entries of the directory side by side; the first becomes the second."""
    source = get_object_or_404(Buyer.objects.select_related("merged_into"), pk=pk)
    form, into = MergeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        into = next(iter(buyers_with_number(form.cleaned_data["number"], source.country.code)), None)
        if into is None:
            form.add_error("number", _("No entry of the directory has this number."))
        elif "into" in request.POST:
            try:
                merge_buyers(by=request.user.pk, source=source.pk, into=into.pk)
            except Refused as refused:
                show_refusals(form, refused, WORDS)
            else:
                messages.success(request, _("The two entries are one now."))
                return redirect("admin:buyers_buyer_change", into.pk)
    pair = [(entry, entry.identifiers.order_by("scheme", "value")) for entry in (source, into) if entry]
    books = BookEntry.objects.current().filter(buyer=source).count()
    return office_page(
        request, "buyers/office/merge_entries.html", title=source.name, source=source, into=into, form=form,
        pair=pair, books=books,
    )  # fmt: skip


def _as_proposed(row: BuyerProposal) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("name", "scheme", "value", "address", "city")} | {
        "country": row.country.code,
        "category": "GENERAL",
    }


def _done(request: HttpRequest, row: BuyerProposal, act: str, form: Any) -> bool:
    acts: dict[str, tuple[Any, str]] = {
        "confirm": (confirm_proposal, _("%(name)s is in the directory; the exporter has been told.")),
        "refuse": (refuse_proposal, _("The proposal of %(name)s is refused; the exporter has been told.")),
    }
    verb, told = acts[act]
    try:
        verb(by=request.user.pk, proposal=row.pk, **form.cleaned_data)
    except Refused as refused:
        show_refusals(form, refused, WORDS)
        return False
    messages.success(request, told % {"name": row.name})
    return True


def _merge(request: HttpRequest, row: BuyerProposal) -> HttpResponse:
    buyer = get_object_or_404(Buyer, pk=row_number(request.POST.get("buyer", "")))
    try:
        merge_proposal(by=request.user.pk, proposal=row.pk, buyer=buyer.pk, with_number="with_number" in request.POST)
    except Refused as refused:
        tell_refusals(request, refused, WORDS)
        return redirect("admin:decide_proposal", row.pk)
    messages.success(request, _("%(name)s is in the exporter’s book; it has been told.") % {"name": buyer.name})
    return _next(row)


def _candidates(row: BuyerProposal) -> list[Found]:
    """By number whatever its kind, then by name in the country, then by name anywhere."""
    found = {b.pk: Found(b, "number") for b in buyers_with_number(row.value, row.country.code)} if row.value else {}
    for country in (row.country.code, ""):
        for other in namesakes(row.name, country):
            found.setdefault(other.buyer.pk, other)
    rows = list(found.values())[:CANDIDATES_SHOWN]
    for row_found in rows:
        row_found.identifiers = row_found.identifiers or list(row_found.buyer.identifiers.order_by("scheme", "value"))
    return rows


def _following(row: BuyerProposal) -> int | None:
    """The next proposal that waits, the oldest of those not decided."""
    waiting = BuyerProposal.objects.filter(stage="proposed").exclude(pk=row.pk)
    later = waiting.filter(proposed_at__gte=row.proposed_at).order_by("proposed_at", "id").first()
    found = later or waiting.order_by("proposed_at", "id").first()
    return found.pk if found else None


def _next(row: BuyerProposal) -> HttpResponse:
    follows = _following(row)
    return redirect("admin:decide_proposal", follows) if follows else redirect("admin:proposed_buyers")
