"""Reporting an overdue: what the ledger knows of it stands in the form already."""

from typing import Any

from django.contrib import messages
from django.db.models import Min, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import writes
from accounts.forms import show_refusals
from buyers.models import BookEntry, Buyer, Signal
from buyers.models.signal import SignalKind
from claims.actions import overdue as acts
from claims.forms import OverdueForm
from claims.wording import WORDS
from kernel.money import rounded
from kernel.refusals import Refused
from receivables.models import Invoice

SHOWN = 10


@writes
def report_overdue(request: HttpRequest, buyer: int) -> HttpResponse:
    """What is overdue at a buyer of the book, since when; and what the firm has reported of it before."""
    book = BookEntry.objects.visible_to(request.user).of(request.firm).current().select_related("buyer")
    entry = get_object_or_404(book, buyer_id=buyer)
    same = Buyer.objects.same_firm(entry.buyer_id)
    form = OverdueForm(request.POST or None, initial=_known(request, same))
    if request.method == "POST" and form.is_valid():
        try:
            acts.report_overdue(by=request.user.pk, exporter=request.firm.pk, buyer=buyer, **form.cleaned_data)
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            messages.success(request, _("The overdue is reported. No other firm learns that it was you."))
            return redirect("buyer", buyer)
    own = Signal.objects.filter(buyer__in=same, kind=SignalKind.OVERDUE_REPORTED, reporter=request.firm)
    reports = own.order_by("-happened_on", "-id")[:SHOWN]
    return render(request, "claims/report_overdue.html", {"form": form, "entry": entry, "reports": reports})


def _known(request: HttpRequest, same: Any) -> dict[str, Any]:
    """What the ledger has as overdue, in the currency of which most is; nothing when it has nothing."""
    late = Invoice.objects.of(request.firm).with_open_amount().filter(
        buyer__in=same, open_gross__gt=0, due_on__lt=timezone.localdate()
    )  # fmt: skip
    sums = late.values("currency").annotate(amount=Sum("open_gross"), due_on=Min("due_on")).order_by("-amount")
    most = sums.first()
    return {**most, "amount": rounded(most["amount"], most["currency"])} if most else {}
