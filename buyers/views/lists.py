"""Lists of customers: handed in, columns confirmed, watched while they are matched, reviewed, added to the book."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import reads, writes
from accounts.forms import show_refusals, tell_refusals
from accounts.models.roles import MAY_WRITE
from accounts.paging import keyset_page
from accounts.wording import said, said_of, whole_shown
from buyers.actions.customer_list import (
    Chosen,
    add_listed_buyers,
    ask_for_result,
    choose_listed_buyers,
    choose_only_namesakes,
    confirm_columns,
    give_up_customer_list,
    hand_in_customer_list,
)
from buyers.customer_lists.columns import guessed
from buyers.customer_lists.forms import ColumnsForm, CustomerListForm
from buyers.customer_lists.live import rows_so_far
from buyers.customer_lists.reading import ENCODINGS
from buyers.customer_lists.storage import looked_into
from buyers.customer_lists.tables import ROWS_WHILE_WAITING, written_result
from buyers.lifecycle import CUSTOMER_LIST
from buyers.models import BookEntry, Buyer, CustomerList, CustomerRow, Identifier, ListResult
from buyers.models.customer_list import ListStage, Outcome
from buyers.models.proposal import CAME_TO_NOTHING
from buyers.search import category_warning
from buyers.views.book import XLSX
from buyers.wording import WORDS
from desk.views.uploads import limits_uploads
from kernel.references import row_number
from kernel.refusals import Refused

ROWS_SHOWN = 25
PREVIEW_ROWS = 5
# The rows to choose whose name one company bears, and nothing more is said.
ALONE = "alone"
AT_WORK = (ListStage.CONFIRMED, ListStage.MATCHING)
TO_REVIEW = (ListStage.READY, ListStage.ADDED)


@reads
def customer_lists(request: HttpRequest) -> HttpResponse:
    """The firm's lists, newest first."""
    page = keyset_page(request, _own(request).select_related("uploaded_by"), order=("-id",))
    return render(request, "buyers/customer_lists.html", {"page": page, "may_write": _may_write(request)})


@writes
@limits_uploads
def upload_customer_list(request: HttpRequest) -> HttpResponse:
    """Hand in a file; the page that asks what its columns mean comes next."""
    form = CustomerListForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    for refusal in request.files_refused:  # type: ignore[attr-defined]
        form.fields["file"].required = False
        form.add_error("file", said_of(WORDS, refusal))
    if request.method == "POST" and form.is_valid():
        try:
            row = hand_in_customer_list(
                by=request.user.pk,
                exporter=request.firm.pk,
                upload=form.cleaned_data["file"],
                form_key=form.cleaned_data["form_key"],
            )
        except Refused as refused:
            for refusal in refused.refusals:
                form.add_error("file", said_of(WORDS, refusal))
        else:
            return redirect("customer_list_columns", pk=row.pk)
    return render(request, "buyers/upload_customer_list.html", {"form": form})


@writes
def customer_list_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What the columns mean, as guessed; the clerk corrects and confirms, and the match begins."""
    row = get_object_or_404(_own(request).select_related("document"), pk=pk)
    if row.stage != ListStage.UPLOADED:
        return redirect("customer_list", pk=pk)
    header, sample, columns, encoding = row.header, row.sample, row.columns, row.encoding
    wanted = request.POST.get("encoding") or request.GET.get("encoding") or encoding
    if not row.sheet and wanted != encoding and wanted in ENCODINGS:
        file = looked_into(row.document, wanted)  # shown only; what is kept is what is confirmed
        header, sample, columns, encoding = file.header, file.sample, guessed(file.header, file.sample), wanted
    form = ColumnsForm(
        request.POST if request.POST.get("confirm") else None, header=header, sample=sample, columns=columns,
        encoding=encoding, is_sheet=bool(row.sheet),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            confirm_columns(by=request.user.pk, customer_list=pk, **form.said())
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            return redirect("customer_list", pk=pk)
    context = {
        "list": row,
        "form": form,
        "columns": form.columns(PREVIEW_ROWS),
        "preview": sample[:PREVIEW_ROWS],
        "same": _own(request).of_the_same_file(row).select_related("uploaded_by").first(),
    }
    return render(request, "buyers/customer_list_columns.html", context)


@reads
def customer_list(request: HttpRequest, pk: int) -> HttpResponse:
    """How a list goes; then its rows by outcome, with what to choose from."""
    row = get_object_or_404(_own(request).select_related("uploaded_by"), pk=pk)
    if row.stage == ListStage.UPLOADED and _may_write(request):
        return redirect("customer_list_columns", pk=pk)
    context: dict[str, Any] = {"list": row, "may_write": _may_write(request), "at_work": row.stage in AT_WORK}
    if row.stage in AT_WORK:
        context["matched"] = sum(row.ranges.filter(done_at__isnull=False).values_list("rows", flat=True))
        context["read"] = rows_so_far(row) if row.stage == ListStage.CONFIRMED else row.rows_read
        context["percent"] = 100 * context["matched"] // max(row.rows_read, 1)
    part = request.headers.get("HX-Target") if request.headers.get("HX-Request") else ""
    if part == "list-state":
        return render(request, "buyers/customer_list_state.html", context)
    if part == "list-results":
        if row.stage not in TO_REVIEW:  # a colleague dropped it
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "buyers/customer_list_results.html", context | _results(row))
    if row.stage in TO_REVIEW:
        context |= _results(row) | _review(request, row)
    context["failure"] = {"code": row.failure, "facts": row.failure_facts} if row.failure else None
    context["may_give_up"] = context["may_write"] and CUSTOMER_LIST.may_move("give up", row.stage)
    return render(request, "buyers/customer_list.html", context)


@require_POST
@writes
def choose_customers(request: HttpRequest, pk: int) -> HttpResponse:
    """What was chosen on one page of rows. A row nobody touched is sent as it was seen, and left alone."""
    row = get_object_or_404(_own(request), pk=pk)
    choices, seen = {}, {}
    for key, value in request.POST.items():
        number, before = row_number(key[4:]) if key.startswith("row-") else 0, request.POST.get(f"was-{key[4:]}", "")
        if number and value != before and (value == "none" or row_number(value)):
            choices[number], seen[number] = row_number(value) or None, before

    def words(chosen: Chosen) -> str:
        for number in chosen.overtaken[:ROWS_SHOWN]:
            messages.warning(request, said(WORDS, "choice_overtaken", {"number": number}))
        return ngettext("%(n)s choice is kept.", "%(n)s choices are kept.", chosen.rows) % _n(chosen.rows)

    _acted(request, choose_listed_buyers, words, customer_list=pk, choices=choices, seen=seen)
    return redirect(_address(row, request.GET))


@require_POST
@writes
def choose_namesakes(request: HttpRequest, pk: int) -> HttpResponse:
    """The one company of its name for every row that has one and that nobody decided on."""
    row = get_object_or_404(_own(request), pk=pk)

    def words(rows: int) -> str:
        return ngettext(
            "%(n)s row has the only company of its name.", "%(n)s rows have the only company of their name.", rows
        ) % _n(rows)

    _acted(request, choose_only_namesakes, words, customer_list=pk)
    return redirect(_address(row, request.GET))


@require_POST
@writes
def add_customers(request: HttpRequest, pk: int) -> HttpResponse:
    """All certain and chosen buyers into the book."""
    row = get_object_or_404(_own(request), pk=pk)

    def words(done: CustomerList) -> str:
        new = done.added - row.added
        return ngettext("%(n)s buyer is new in your book.", "%(n)s buyers are new in your book.", new) % _n(new)

    _acted(request, add_listed_buyers, words, customer_list=pk)
    return redirect("customer_list", pk=pk)


@require_POST
@writes
def give_up_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop a list that is not wanted."""
    row = get_object_or_404(_own(request), pk=pk)
    _acted(
        request, give_up_customer_list, lambda _row: _("The list is dropped; your book is as it was."),
        customer_list=row.pk,
    )  # fmt: skip
    return redirect("customer_lists")


@reads
def export_list(request: HttpRequest, pk: str, kind: str) -> HttpResponseBase:
    """Every row with what it came to and why, as CSV or Excel; of a long list, the file that a worker wrote."""
    row = get_object_or_404(_own(request), pk=row_number(pk), stage__in=TO_REVIEW)
    if row.rows_read <= ROWS_WHILE_WAITING:
        file = written_result(row, kind)
    elif made := row.results.filter(kind=kind, language=get_language(), done_at__isnull=False).first():
        file = default_storage.open(made.key)
    else:
        return redirect("customer_list", pk=row.pk)
    content_type = XLSX if kind == "xlsx" else "text/csv; charset=utf-8"
    title = _("matched customers")
    return FileResponse(file, as_attachment=True, filename=f"{title}-{row.pk}.{kind}", content_type=content_type)


@require_POST
@reads
def ask_list_result(request: HttpRequest, pk: str, kind: str) -> HttpResponse:
    """Have the file of a long list's results written."""
    row = get_object_or_404(_own(request), pk=row_number(pk), stage__in=TO_REVIEW)
    ask_for_result(by=request.user.pk, customer_list=row.pk, kind=kind, language=get_language() or "en")
    return redirect("customer_list", pk=row.pk)


def _own(request: HttpRequest) -> Any:
    return CustomerList.objects.visible_to(request.user).of(request.firm)


def _n(number: int) -> dict[str, str]:
    """The number as sentences show it."""
    return {"n": whole_shown(number)}


def _acted(request: HttpRequest, act: Callable[..., Any], words: Callable[[Any], str], **facts: Any) -> None:
    """Act, and say what came of it, or why not."""
    try:
        came = act(by=request.user.pk, **facts)
    except Refused as refused:
        tell_refusals(request, refused, WORDS)
    else:
        messages.success(request, words(came))


def _may_write(request: HttpRequest) -> bool:
    return request.membership.role in MAY_WRITE


def _address(row: CustomerList, query: Any) -> str:
    kept = {name: query[name] for name in ("show", "named", "from", "after", "before") if query.get(name)}
    return f"{reverse('customer_list', args=[row.pk])}?{urlencode(kept)}#rows"


def _results(row: CustomerList) -> dict[str, Any]:
    """The files of the results: at once of a short list; of a long one to ask for, on their way, or there."""
    if row.rows_read <= ROWS_WHILE_WAITING:
        return {"files": None}
    asked = {result.kind: result for result in row.results.filter(language=get_language())}
    percent = {kind: 100 * rows_so_far(result) // row.rows_read for kind, result in asked.items()}
    return {
        "files": [(kind, label, asked.get(kind), percent.get(kind)) for kind, label in ListResult.KINDS],
        "files_at_work": any(result.at_work for result in asked.values()),
    }


def _review(request: HttpRequest, row: CustomerList) -> dict[str, Any]:
    counts = row.counts()
    usual = Outcome.CHOOSE if counts[Outcome.CHOOSE] else Outcome.CERTAIN
    show = request.GET.get("show") if request.GET.get("show") in Outcome.values else usual
    alone = show == Outcome.CHOOSE and request.GET.get("named") == ALONE
    rows = row.rows.only_namesakes() if alone else row.rows.filter(outcome=show)
    begin = row_number(request.GET.get("from", ""))
    if begin and rows.filter(number__lt=begin).exists():
        rows = rows.filter(number__gte=begin)
    else:
        begin = None
    page = keyset_page(request, rows.select_related("proposal"), order=("number", "id"), size=ROWS_SHOWN)
    _complete(page.rows, row.exporter_id)
    to_add = row.rows.to_add()
    return {
        "page": page,
        "show": show,
        "tabs": [(value, label, counts[value]) for value, label in Outcome.choices],
        "bars": [
            {"label": label, "value": counts[value], "url": f"?show={value}"}
            for value, label in Outcome.choices
            if counts[value]
        ],
        "alone": alone,
        "begin": begin,
        "undecided": row.rows.undecided().count(),
        "namesakes": row.rows.undecided().only_namesakes().count(),
        "certain_to_add": to_add.filter(by_hand=False).count(),
        "chosen_to_add": to_add.filter(by_hand=True).count(),
        "query": request.GET.urlencode(),
    }


def _complete(rows: Sequence[CustomerRow], exporter: int) -> None:
    """Each row with its `choices`: buyers with numbers, warning, reasons, whether in the book; in three queries."""
    wanted = {candidate["buyer"] for row in rows for candidate in row.candidates}
    buyers = Buyer.objects.select_related("merged_into").in_bulk(list(wanted))
    numbers: dict[int, list[Identifier]] = {}
    for number in Identifier.objects.filter(buyer__in=list(wanted)).order_by("scheme", "value"):
        numbers.setdefault(number.buyer_id, []).append(number)
    own = set(BookEntry.objects.current().filter(exporter=exporter, buyer__in=wanted).values_list("buyer", flat=True))
    for row in rows:
        row.choices = [  # type: ignore[attr-defined]
            {
                "buyer": buyers[candidate["buyer"]],
                "numbers": numbers.get(candidate["buyer"], []),
                "reasons": candidate["reasons"],
                "likeness": candidate["likeness"],
                "warning": category_warning(buyers[candidate["buyer"]]),
                "in_book": candidate["buyer"] in own,
            }
            for candidate in row.candidates
            if candidate["buyer"] in buyers
        ]
        row.why = {"code": row.reason, "facts": row.reason_facts}  # type: ignore[attr-defined]
        wanted_still = row.proposal is None or row.proposal.stage in CAME_TO_NOTHING
        row.proposing = _proposing(row) if wanted_still else ""  # type: ignore[attr-defined]


def _proposing(row: CustomerRow) -> str:
    """The form that proposes the customer, filled with what the row says."""
    facts = row.facts
    scheme, value = next((tuple(number) for number in facts.get("numbers", ()) if number[0]), ("", ""))
    said_there = {
        "name": row.name, "country": row.country, "scheme": scheme, "value": value,
        "address": facts.get("address", ""), "city": facts.get("city", ""), "own_reference": facts.get("reference", ""),
        "customer_row": str(row.pk),
    }  # fmt: skip
    return f"{reverse('propose_buyer')}?{urlencode({name: text for name, text in said_there.items() if text})}"
