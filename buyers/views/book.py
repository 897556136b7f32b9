"""An exporter's book of buyers: the list, its file, one entry's notes, taking back what was laid aside."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.db.models import DateTimeField, IntegerField, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import reads, writes
from accounts.forms import tell_refusals
from accounts.models.roles import MAY_WRITE
from accounts.paging import keyset_page
from buyers.actions.book import add_to_book, edit_book_entry, restore_book_entry, watch_buyers
from buyers.forms import BookEntryForm, BookFilter
from buyers.models import BookEntry, Buyer
from buyers.models.book import Watch
from buyers.tables import ROWS_AT_ONCE, completed, written_csv, written_xlsx
from buyers.wording import WORDS
from kernel.references import row_number
from kernel.refusals import Refused

# Buyers without a grade stand behind the worst ones; those never graded before the oldest grade.
UNGRADED = 99
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@reads
def buyers(request: HttpRequest) -> HttpResponse:
    """The firm's buyers, narrowed and sorted as the address says."""
    form = BookFilter(request.GET)
    page = keyset_page(request, form.narrowed(_book(request)), order=BookFilter.SORTS[form.sorting])
    completed(page.rows, request.firm.pk)
    context = {
        "page": page,
        "form": form,
        "headings": _headings(request, form),
        "shown": [column.code for column in form.columns],
        "exports": {kind: _export_address(request, kind) for kind in ("csv", "xlsx")},
        "may_write": request.membership.role in MAY_WRITE,
        "watch_levels": Watch.choices,
    }
    return render(request, "buyers/buyers.html", context)


@require_POST
@writes
def watch_shown_buyers(request: HttpRequest) -> HttpResponse:
    """Set what is told by mail for every buyer of the list the address names, on all its pages."""
    shown = BookFilter(request.GET).narrowed(_book(request)).values_list("pk", flat=True)
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    try:
        changed = watch_buyers(
            by=request.user.pk, exporter=request.firm.pk, entries=list(shown), watch=request.POST.get("watch", "")
        )
    except Refused as refused:
        tell_refusals(request, refused, WORDS)
    else:
        done = ngettext("Mails are set for %(n)s buyer.", "Mails are set for %(n)s buyers.", changed) % {"n": changed}
        messages.success(request, done)
    return redirect(reverse("buyers") + query)


@reads
def export_buyers(request: HttpRequest, kind: str) -> HttpResponse:
    """Exactly the list the address names, all its pages, as CSV or XLSX."""
    form = BookFilter(request.GET)
    entries = form.narrowed(_book(request)).order_by(*BookFilter.SORTS[form.sorting])
    rows = _in_pieces(entries, request.firm.pk)
    title = _("buyers")
    name = f"{title}-{timezone.localdate().isoformat()}.{kind}"
    if kind == "csv":
        file, content_type = written_csv(form.columns, rows), "text/csv; charset=utf-8"
    else:
        file, content_type = written_xlsx(form.columns, rows, _("Buyers")), XLSX
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)


@require_POST
@writes
def add_buyer(request: HttpRequest) -> HttpResponse:
    """Take the buyer chosen in the search into the firm's book and go on to its page."""
    buyer = get_object_or_404(Buyer, pk=row_number(request.POST.get("buyer", "")))
    try:
        entry = add_to_book(by=request.user.pk, exporter=request.firm.pk, buyer=buyer.pk)
    except Refused as refused:
        tell_refusals(request, refused, WORDS)
        return redirect("find_buyer")
    messages.success(request, _("%(name)s is in your book.") % {"name": entry.buyer.name})
    return redirect("buyer", pk=entry.buyer_id)


@writes
def book_entry_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The firm's own reference, notes and marks of a buyer."""
    entry = _entry(request, pk)
    form = BookEntryForm(request.POST or None, instance=entry)
    if request.method == "POST" and form.is_valid():
        edit_book_entry(by=request.user.pk, entry=pk, **form.cleaned_data)
        messages.success(request, _("Your notes are kept."))
        return redirect("buyer", pk=entry.buyer_id)
    return render(request, "buyers/book_entry_edit.html", {"form": form, "entry": entry, "buyer": entry.buyer})


@require_POST
@writes
def restore_buyer(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a laid-aside buyer back."""
    entry = restore_book_entry(by=request.user.pk, entry=_entry(request, pk).pk)
    messages.success(request, _("%(name)s is in your book again.") % {"name": entry.buyer.name})
    return redirect("buyer", pk=entry.buyer_id)


def _entry(request: HttpRequest, pk: int) -> BookEntry:
    own = BookEntry.objects.visible_to(request.user).of(request.firm)
    return get_object_or_404(own.select_related("buyer"), pk=pk)


def _book(request: HttpRequest) -> QuerySet[BookEntry]:
    entries = BookEntry.objects.visible_to(request.user).of(request.firm).select_related("buyer")
    return entries.annotate(
        grade_or_none=Coalesce("buyer__grade", Value(UNGRADED), output_field=IntegerField()),
        scored_or_never=Coalesce("buyer__scored_at", Value(NEVER), output_field=DateTimeField()),
    )


def _in_pieces(entries: QuerySet[BookEntry], exporter: int) -> Any:
    """The entries with what their columns need, some thousands at a time."""
    piece: list[BookEntry] = []
    for entry in entries.iterator(chunk_size=ROWS_AT_ONCE):
        piece.append(entry)
        if len(piece) == ROWS_AT_ONCE:
            yield from completed(piece, exporter)
            piece = []
    yield from completed(piece, exporter)


def _headings(request: HttpRequest, form: BookFilter) -> list[dict[str, Any]]:
    """Each column with the address that sorts by it (again: the other way round) and how it is sorted now."""
    return [
        {
            "column": column,
            "url": _sort_address(request, f"-{column.code}" if form.sorting == column.code else column.code)
            if column.code in BookFilter.SORTS
            else "",
            "sorted": {column.code: "ascending", f"-{column.code}": "descending"}.get(form.sorting, ""),
            "number": column.code in ("confidence", "alerts"),
        }
        for column in form.columns
    ]


def _sort_address(request: HttpRequest, sort: str) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query["sort"] = sort
    return f"?{query.urlencode()}"


def _export_address(request: HttpRequest, kind: str) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    path = reverse("export_buyers", args=[kind])
    return f"{path}?{query.urlencode()}" if query else path
