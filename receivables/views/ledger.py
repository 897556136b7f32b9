"""The ledger: every invoice of the firm, what is still owed on it and since when it is late."""

from datetime import date
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import reads
from accounts.paging import keyset_page
from buyers.models import Buyer
from receivables.forms import LedgerFilter
from receivables.models import Invoice


@reads
def ledger(request: HttpRequest) -> HttpResponse:
    """Invoices by due date, the latest first; narrowed by state, buyer or currency."""
    form = LedgerFilter(request.GET)
    today = timezone.localdate()
    invoices = _narrowed(Invoice.objects.visible_to(request.user).of(request.firm), form, today)
    page = keyset_page(request, invoices.select_related("buyer"), order=("-due_on", "-id"))
    for invoice in page.rows:
        invoice.state = state_of(invoice, today)
    shown = {"page": page, "form": form, "today": today, "narrowed": any(request.GET.get(n) for n in form.fields)}
    return render(request, "receivables/ledger.html", shown)


def _narrowed(invoices: Any, form: LedgerFilter, today: date) -> Any:
    """The invoices with `open_gross`, as the filter says; what the filter cannot read narrows nothing."""
    invoices = invoices.with_open_amount()
    form.is_valid()
    wanted = form.cleaned_data
    if wanted.get("buyer"):
        invoices = invoices.filter(buyer__in=_same_buyer(wanted["buyer"]))
    if wanted.get("currency"):
        invoices = invoices.filter(currency=wanted["currency"])
    states = {
        LedgerFilter.OPEN: {"open_gross__gt": 0},
        LedgerFilter.OVERDUE: {"open_gross__gt": 0, "due_on__lt": today},
        LedgerFilter.PAID: {"open_gross__lte": 0},
    }
    return invoices.filter(**states.get(wanted.get("state") or "", {})).annotate(gross=F("net") + F("vat"))


def _same_buyer(pk: int) -> Any:
    """The entries of the directory that are one buyer with `pk`: invoices stay with the one they were made on."""
    present = Buyer.objects.filter(pk=pk).values_list("merged_into", flat=True).first()
    return Buyer.objects.same_firm(present or pk)


def state_of(invoice: Any, today: date) -> str:
    """`paid`, `overdue`, `partly` (something received, not late) or `open`."""
    if invoice.open_gross <= 0:
        return "paid"
    if invoice.due_on < today:
        return "overdue"
    return "partly" if invoice.open_gross < invoice.net + invoice.vat else "open"
