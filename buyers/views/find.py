"""Finding a buyer in the directory, and choosing among those that bear the name."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import reads
from accounts.models.roles import MAY_WRITE
from buyers.forms import FindForm
from buyers.search import SHOWN, Findings, category_warning, find_buyers


@reads
def find_buyer(request: HttpRequest) -> HttpResponse:
    """Search the shared directory; choosing a row takes it into the firm's book."""
    form = FindForm(request.GET)
    text, narrowed = form.wanted()
    asked = bool(text)
    found = find_buyers(text=text, **narrowed, exporter=request.firm.pk) if asked else Findings()
    context = {
        "form": form,
        "asked": asked,
        "found": found,
        "rows": [(row, category_warning(row.buyer)) for row in found.rows],
        "namesakes": sum(row.same_name for row in found.rows),
        "at_most": SHOWN,
        "may_write": request.membership.role in MAY_WRITE,
        "text": text[:100],
        "encoded": quote(text[:100]),
    }
    return render(request, "buyers/find_buyer.html", context)
