"""Why a buyer has its grade, and how it came to it."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.access import reads
from accounts.models.roles import MAY_WRITE
from accounts.paging import keyset_page
from buyers.explanation import Line
from buyers.models import BookEntry, Buyer, Score

HISTORY_SIZE = 25


@reads
def score_history(request: HttpRequest, pk: int) -> HttpResponse:
    """The buyer's grade, all its indicators by group, what changed, and the scores before; for buyers in the book."""
    book = BookEntry.objects.visible_to(request.user).of(request.firm)
    present = get_object_or_404(Buyer.objects.select_related("merged_into"), pk=pk)
    buyer = present.merged_into or present
    entry = get_object_or_404(book, buyer=buyer)
    if buyer.pk != pk:
        return redirect("score_history", pk=buyer.pk)
    score = Score.objects.latest_of(buyer)
    explanation = score.for_exporters() if score else None
    context = {
        "buyer": buyer,
        "sends": request.membership.role in MAY_WRITE and not entry.archived_at,
        "score": score,
        "explanation": explanation,
        "groups": grouped(explanation.lines) if explanation else [],
        "trend": Score.objects.trend_of(buyer, timezone.now().date()),
        "page": keyset_page(request, Score.objects.of_firm(buyer), order=("-id",), size=HISTORY_SIZE),
    }
    return render(request, "buyers/score_history.html", context)


def grouped(lines: tuple[Line, ...]) -> list[tuple[str, list[Line]]]:
    """The lines by group, in the order of the edition."""
    return [(f"group_{name}", list(found)) for name, found in groupby(lines, key=lambda line: line.group)]
