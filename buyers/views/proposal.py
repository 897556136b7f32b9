"""Proposing a buyer the directory does not know, and what became of it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import reads, writes
from accounts.forms import show_refusals, tell_refusals
from accounts.models.roles import MAY_WRITE
from accounts.paging import keyset_page
from buyers.actions.proposal import propose_buyer as propose
from buyers.actions.proposal import withdraw_proposal as withdraw
from buyers.forms import ProposalForm
from buyers.lifecycle import PROPOSED_BUYER
from buyers.models import BuyerProposal, CustomerRow
from buyers.search import Found, buyers_with_number, category_warning, find_buyers
from buyers.wording import WORDS
from kernel.references import row_number
from kernel.refusals import Refused

CANDIDATES_SHOWN = 10


@writes
def propose_buyer(request: HttpRequest) -> HttpResponse:
    """The form. Entries of the directory that may be the company are shown before a proposal is taken."""
    form = ProposalForm(request.POST or None, initial=_from_search(request))
    row = _listed(request)
    likely: list[Found] = []
    if request.method == "POST" and form.is_valid():
        likely = _likely(form, request.firm.pk)
        if not likely or form.cleaned_data["looked"]:
            try:
                made = propose(
                    by=request.user.pk, exporter=request.firm.pk, customer_row=row.pk if row else None, **form.said()
                )  # fmt: skip
            except Refused as refused:
                show_refusals(form, refused, WORDS)
            else:
                messages.success(request, _("Your proposal %(reference)s is sent.") % {"reference": made.reference})
                return redirect(_place_of(row) if row else reverse("buyer_proposal", args=[made.pk]))
        else:
            asked_once = request.POST.copy()
            asked_once["looked"] = "on"
            form.data = asked_once
    context = {
        "form": form,
        "back": _place_of(row) if row else reverse("find_buyer"),
        "likely": likely,
        "choices": [(row, category_warning(row.buyer)) for row in likely],
        "by_number": any(row.how == "number" for row in likely),
    }
    return render(request, "buyers/propose_buyer.html", context)


@reads
def buyer_proposals(request: HttpRequest) -> HttpResponse:
    """The firm's proposals, newest first."""
    page = keyset_page(request, _own(request).select_related("buyer", "proposed_by"), order=("-id",))
    context = {"page": page, "may_write": request.membership.role in MAY_WRITE}
    return render(request, "buyers/buyer_proposals.html", context)


@reads
def buyer_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: what was typed, where it stands, what came of it."""
    row = get_object_or_404(_own(request).select_related("buyer", "proposed_by"), pk=pk)
    may_write = request.membership.role in MAY_WRITE
    may_withdraw = may_write and PROPOSED_BUYER.may_move("withdraw", row.stage)
    context = {"proposal": row, "may_write": may_write, "may_withdraw": may_withdraw}
    return render(request, "buyers/buyer_proposal.html", context)


@require_POST
@writes
def withdraw_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a proposal back before it is decided."""
    row = get_object_or_404(_own(request), pk=pk)
    try:
        withdraw(by=request.user.pk, proposal=row.pk)
        messages.success(request, _("The proposal is withdrawn."))
    except Refused as refused:
        tell_refusals(request, refused, WORDS)
    return redirect("buyer_proposal", pk=pk)


def _own(request: HttpRequest) -> Any:
    return BuyerProposal.objects.visible_to(request.user).of(request.firm)


def _from_search(request: HttpRequest) -> dict[str, str]:
    """What was looked for in vain is what is proposed; a row of a customer list says more than a search."""
    longest = {
        "name": 500, "country": 2, "scheme": 12, "value": 60, "address": 500, "city": 120, "own_reference": 60,
        "customer_row": 18,
    }  # fmt: skip
    return {name: request.GET.get(name, "")[:length] for name, length in longest.items()}


def _listed(request: HttpRequest) -> CustomerRow | None:
    """The row of one of the firm's lists that is to be proposed; None when the proposal is of no list."""
    asked = row_number(request.POST.get("customer_row") or request.GET.get("customer_row", ""))
    return CustomerRow.objects.filter(pk=asked, customer_list__exporter=request.firm).first() if asked else None


def _place_of(row: CustomerRow) -> str:
    """Where the row stands on the page of its list, for whoever goes through it row by row."""
    query = urlencode({"show": row.outcome, "from": row.number})
    return f"{reverse('customer_list', args=[row.customer_list_id])}?{query}#rows"


def _likely(form: ProposalForm, exporter: int) -> list[Found]:
    """Who it may be: the one with the number, else those with that name in that country."""
    said = form.cleaned_data
    if said["value"]:
        known = [Found(buyer, "number") for buyer in buyers_with_number(said["value"], said["country"])]
        if known:
            numbered = find_buyers(text=said["value"], exporter=exporter).rows
            return [row for row in numbered if row.how == "number"] or known
    return find_buyers(text=said["name"], country=said["country"], exporter=exporter).rows[:CANDIDATES_SHOWN]
