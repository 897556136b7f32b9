"""The search box: buyers of the book, references, invoices. An exact reference leads straight to its page."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access import reads
from buyers.identity import normalised
from buyers.models import BookEntry
from buyers.names import sort_key
from claims.models import Claim
from kernel.references import CLAIM, LIMIT_REQUEST, POLICY, parsed_reference
from policies.models import LimitRequest, Policy
from portal.shell import address
from receivables.models import Invoice

SHOWN = 20
LONGEST = 200


@reads
def search(request: HttpRequest) -> HttpResponse:
    """What the box found in the firm's own rows; what it does not find may be in the directory."""
    # PostgreSQL keeps no NUL in a text; an over-long query is cut, as the box itself would.
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    if page := page_of_reference(request, asked):
        return redirect(page)
    found = {"buyers": buyers(request, asked), "invoices": invoices(request, asked), **own_references(request, asked)}
    context = {"q": asked, **found, "nothing": not any(found.values()), "shown": SHOWN, "directory": directory(asked)}
    return render(request, "portal/search.html", context)


def directory(asked: str) -> str:
    """Where to look for the same words in the shared directory."""
    return address("find_buyer") + ("?" + urlencode({"q": asked}) if asked else "")


def page_of_reference(request: HttpRequest, asked: str) -> str:
    """The page of an exact reference of this firm's, '' when it is none."""
    if Policy.objects.visible_to(request.user).of(request.firm).filter(number__iexact=asked).exists():
        return reverse("policy")
    reference = parsed_reference(asked)
    if reference is None or reference.kind == POLICY or reference.number > 2**63 - 1:
        return ""
    pages = {LIMIT_REQUEST: ("limit_request", LimitRequest), CLAIM: ("claim", Claim)}
    if reference.kind not in pages:
        return ""
    page, model = pages[reference.kind]
    row = model.objects.visible_to(request.user).of(request.firm).filter(pk=reference.number).first()
    return reverse(page, args=[row.pk]) if row and row.reference == reference else ""


def buyers(request: HttpRequest, asked: str) -> list[BookEntry]:
    """Entries of the book by part of the name, own reference or identifier."""
    if not asked:
        return []
    number = normalised(asked)
    # The sort key has accents folded and Chinese in pinyin, so that "me kong" and "suzhou" find what they mean.
    named = Q(buyer__name__icontains=asked) | Q(own_reference__icontains=asked)
    named |= Q(sort_key__contains=key) if (key := sort_key(asked)) else Q()
    numbered = Q(buyer__identifiers__value=number) if number else Q()
    book = BookEntry.objects.visible_to(request.user).of(request.firm).current()
    # The ids first, without joins that repeat rows: a buyer with three identifiers is one result.
    ids = book.filter(named | numbered).order_by().values("id")
    return list(book.filter(id__in=ids).select_related("buyer").order_by("sort_key", "id")[:SHOWN])


def invoices(request: HttpRequest, asked: str) -> list[Invoice]:
    """Invoices of the firm whose number begins so."""
    if not asked:
        return []
    rows = Invoice.objects.visible_to(request.user).of(request.firm).filter(number__istartswith=asked)
    return list(rows.select_related("buyer").order_by("number", "id")[:SHOWN])


def own_references(request: HttpRequest, asked: str) -> dict[str, list[Any]]:
    """Requests and claims by the exporter's own reference."""
    if not asked:
        return {"requests": [], "claims": []}
    return {
        name: list(
            model.objects.visible_to(request.user)
            .of(request.firm)
            .filter(own_reference__icontains=asked)
            .select_related("buyer")
            .order_by("-id")[:SHOWN]
        )
        for name, model in (("requests", LimitRequest), ("claims", Claim))
    }
