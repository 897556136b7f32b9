"""The quick look at a grade: number or name → choose the company → grade, date, confidence, what to do next.

A name alone never selects (domain.md §1): what is typed makes a list, and only choosing a row shows a grade. Of a
buyer that is not in its book a firm sees grade, confidence, the day and what public lists say, nothing of why
(docs/adr/0018).
"""

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.access import reads
from accounts.models.roles import MAY_WRITE
from buyers.actions.lookup import look_up_grade
from buyers.exclusions import excluded
from buyers.forms import FindForm
from buyers.models import BookEntry, Buyer, CountryRisk
from buyers.models.lookups import looked_up_at
from buyers.search import SHOWN, Findings, find_buyers
from kernel.references import row_number
from kernel.refusals import Refusal, Refused
from portal.shell import address
from portal.views.report_sheet import oecd_said


@reads
def grade_lookup(request: HttpRequest) -> HttpResponse:
    """Search (GET) and choose (POST `buyer`), which the trail records."""
    refusals: tuple[Refusal, ...] = ()
    if request.method == "POST":
        chosen = get_object_or_404(Buyer, pk=row_number(request.POST.get("buyer", "")))
        try:
            found = look_up_grade(by=request.user.pk, exporter=request.firm.pk, buyer=chosen.pk)
            return redirect("looked_up_grade", pk=found.pk)
        except Refused as refused:
            refusals = refused.refusals
    form = FindForm(request.GET)
    text, narrowed = form.wanted()
    asked = bool(text)
    found_rows = find_buyers(text=text, **narrowed, exporter=request.firm.pk) if asked else Findings()
    context = {
        "form": form,
        "asked": asked,
        "found": found_rows,
        "namesakes": sum(row.same_name for row in found_rows.rows),
        "at_most": SHOWN,
        "refusals": refusals,
        "text": text[:100],
        "encoded": quote(text[:100]),
        "may_write": request.membership.role in MAY_WRITE,
    }
    return render(request, "portal/grade_lookup.html", context)


@reads
def looked_up_grade(request: HttpRequest, pk: int) -> HttpResponse:
    """The grade of a buyer that the firm looked up within a day, or has in its book; else there is no such page."""
    buyer = get_object_or_404(Buyer.objects.select_related("merged_into"), pk=pk).firm
    entry = BookEntry.objects.visible_to(request.user).of(request.firm).filter(buyer=buyer).first()
    if entry is None and looked_up_at(request.firm.pk, buyer.pk) is None:
        raise Http404
    if buyer.pk != pk:
        return redirect("looked_up_grade", pk=buyer.pk)
    return render(request, "portal/looked_up_grade.html", context_of(buyer, entry) | {
        "may_write": request.membership.role in MAY_WRITE,
    })  # fmt: skip


def context_of(buyer: Buyer, entry: BookEntry | None) -> dict[str, Any]:
    """What a firm sees of a buyer it looked up."""
    code = buyer.country.code or ""
    risk = CountryRisk.objects.risk_on(code, timezone.localdate())
    return {
        "buyer": buyer,
        "entry": entry,
        "identifiers": buyer.identifiers.order_by("scheme", "id"),
        "exclusions": excluded(buyer.public_body, buyer.private_person, bool(entry and entry.affiliate)),
        "risk": risk,
        "oecd": oecd_said(risk) if risk else "",
        "country_url": address("country", code) if code else "",
    }
