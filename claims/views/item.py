"""Invoices put into a draft and taken out of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.access import writes
from accounts.forms import show_refusals
from claims.actions import item as acts
from claims.models import ClaimItem
from claims.models.claim import ClaimStage
from claims.views.page import claim_page, own_claim, posted, say_refused, to_part
from claims.wording import WORDS
from kernel.refusals import Refused
from receivables.forms import InvoiceForm
from receivables.models import Invoice


@writes
@posted
def add_claim_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """An invoice typed in."""
    found = own_claim(request, pk)
    form = InvoiceForm(request.POST)
    if form.is_valid():
        try:
            acts.add_claim_invoice(by=request.user.pk, claim=pk, **form.cleaned_data)
            return to_part("invoices", pk)
        except Refused as refused:
            if found.stage != ClaimStage.DRAFT:  # filed in another window: the form is gone from the page
                say_refused(request, refused)
                return to_part("invoices", pk)
            show_refusals(form, refused, WORDS)
    return claim_page(request, found, invoice_form=form)


@writes
@posted
def add_ledger_invoice(request: HttpRequest, pk: int, invoice: int) -> HttpResponse:
    """An invoice the ledger has already."""
    own_claim(request, pk)
    owed = get_object_or_404(Invoice.objects.visible_to(request.user).of(request.firm), pk=invoice)
    try:
        acts.add_ledger_invoice(by=request.user.pk, claim=pk, invoice=owed.pk)
    except Refused as refused:
        say_refused(request, refused)
    return to_part("invoices", pk)


@writes
@posted
def remove_claim_invoice(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Out of the claim; the ledger keeps it."""
    found = get_object_or_404(ClaimItem, pk=item, claim=own_claim(request, pk))
    try:
        acts.remove_claim_invoice(by=request.user.pk, item=found.pk)
    except Refused as refused:
        say_refused(request, refused)
    return to_part("invoices", pk)
