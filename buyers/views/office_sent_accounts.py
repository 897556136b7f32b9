"""The underwriter's desk for accounts that exporters send in: the worklist, and the file beside the form."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import staff
from accounts.forms import show_refusals
from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER
from accounts.paging import keyset_page
from accounts.views.office_page import office_page
from buyers.actions.submission import confirm_accounts, hand_accounts_back
from buyers.intake.forms import HandBackForm, ReviewedForm, as_typed
from buyers.lifecycle import SENT_ACCOUNTS
from buyers.models import AccountsSubmission, Buyer
from buyers.views.accounts_review import changed_lines, judged, known_as, review_of
from buyers.wording import WORDS
from desk.picturing import DRAWN, page_picture
from kernel.references import row_number
from kernel.refusals import Refused


@staff(UNDERWRITER, SENIOR_UNDERWRITER)
def sent_accounts(request: HttpRequest) -> HttpResponse:
    """Accounts nobody has looked at, the oldest first."""
    waiting = AccountsSubmission.objects.filter(stage="sent").select_related("exporter", "buyer", "document")
    page = keyset_page(request, waiting, order=("sent_at", "id"))
    return office_page(request, "buyers/office/sent_accounts.html", title=_("Accounts sent in"), page=page)


@staff(UNDERWRITER, SENIOR_UNDERWRITER)
def decide_accounts(request: HttpRequest, pk: int) -> HttpResponse:
    """One file with the lines to read off it: looked through with their ratios, then confirmed; or handed back."""
    row = get_object_or_404(
        AccountsSubmission.objects.select_related(
            "exporter", "buyer__merged_into", "document", "sent_by", "decided_by"
        ),
        pk=pk,
    )
    sheet = _sheet(row, row_number(request.POST.get("page") or request.GET.get("page", "")) or 1)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "sheet":
        return render(request, "buyers/office/accounts_sheet.html", {"submission": row, "sheet": sheet})
    buyer: Buyer = row.buyer.merged_into or row.buyer
    posted = request.POST if request.method == "POST" else None
    back = HandBackForm(posted if posted and "hand_back" in posted else None)
    form = ReviewedForm(posted if posted and "hand_back" not in posted else None, initial=_as_sent(row))
    same, seen = None, ""
    if back.is_bound and back.is_valid() and _handed_back(request, row, back):
        return _next(row)
    if form.is_bound and judged(form, timezone.now().date()):
        same = known_as(buyer, form)
        seen = form.digest(same.pk if same else None)
        if form.cleaned_data["reviewed"] == seen and _confirmed(request, row, form, same.pk if same else None):
            return _next(row)
    context = {
        "submission": row, "buyer": buyer, "form": form, "back": back, "same": same,
        "seen": seen if not form.errors else "",
        "changed": changed_lines(same, form) if same else [],
        "moves": {move.name for move in SENT_ACCOUNTS.moves_from(row.stage, "underwriter")},
        "follows": _following(row),
        "sheet": sheet,
    }  # fmt: skip
    read = form if form.is_bound else ReviewedForm(_as_sent(row))
    read.full_clean()
    return office_page(
        request, "buyers/office/decide_accounts.html", title=row.reference, **context, **review_of(read, buyer)
    )


@staff(UNDERWRITER, SENIOR_UNDERWRITER)
def accounts_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A page of the file as a picture that was drawn here; the file itself goes out as a download only."""
    row = get_object_or_404(AccountsSubmission.objects.select_related("document"), pk=pk)
    picture = _picture(row, number)
    if picture is None:
        raise Http404
    return HttpResponse(picture, content_type="image/png")


def _sheet(row: AccountsSubmission, page: int) -> dict[str, Any] | None:
    """What is shown of the file: which page, and whether it was asked beyond the last; None when it has no picture."""
    if row.document.removed_at or row.document.content_type not in DRAWN:
        return None
    beyond = page > 1 and _picture(row, page) is None
    return {"page": 1 if beyond else page, "beyond": beyond, "turns": row.document.content_type == "application/pdf"}


def _picture(row: AccountsSubmission, page: int) -> bytes | None:
    if row.document.removed_at:
        return None
    return page_picture(Path(default_storage.path(row.document.key)), row.document.content_type, page)


def _as_sent(row: AccountsSubmission) -> dict[str, Any]:
    return as_typed(row.period_end, row.months, row.currency, row.audited, row.figures)


def _confirmed(request: HttpRequest, row: AccountsSubmission, form: ReviewedForm, replaces: int | None) -> bool:
    try:
        today = timezone.now().date()
        confirm_accounts(by=request.user.pk, submission=row.pk, today=today, replaces=replaces, **form.said())
    except Refused as refused:
        show_refusals(form, refused, WORDS)
        return False
    messages.success(request, _("The accounts are confirmed; the exporter has been told."))
    return True


def _handed_back(request: HttpRequest, row: AccountsSubmission, form: HandBackForm) -> bool:
    try:
        hand_accounts_back(by=request.user.pk, submission=row.pk, remark=form.cleaned_data["remark"])
    except Refused as refused:
        show_refusals(form, refused, WORDS)
        return False
    messages.success(request, _("The accounts are handed back; the exporter has been told."))
    return True


def _following(row: AccountsSubmission) -> int | None:
    """The next that waits, the oldest of those nobody has looked at."""
    waiting = AccountsSubmission.objects.filter(stage="sent").exclude(pk=row.pk).order_by("sent_at", "id")
    found = waiting.filter(sent_at__gte=row.sent_at).first() or waiting.first()
    return found.pk if found else None


def _next(row: AccountsSubmission) -> HttpResponse:
    follows = _following(row)
    return redirect("admin:decide_accounts", follows) if follows else redirect("admin:sent_accounts")
