"""Accounts of a buyer that the firm sends in: the form, what became of it, taking it back."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import reads, writes
from accounts.forms import show_refusals, tell_refusals
from accounts.models.roles import MAY_WRITE
from accounts.wording import said_of
from buyers.actions.submission import send_accounts as send
from buyers.actions.submission import withdraw_accounts as withdraw
from buyers.intake.forms import SendAccountsForm
from buyers.lifecycle import SENT_ACCOUNTS
from buyers.models import AccountsSubmission, BookEntry, FinancialStatement
from buyers.models.accounts import LINES
from buyers.wording import WORDS
from desk.views.uploads import limits_uploads
from kernel.refusals import Refused

SENT_SHOWN = 6


@writes
@limits_uploads
def send_accounts(request: HttpRequest, pk: int) -> HttpResponse:
    """The form: a file, whose year it is, and, where somebody types them, its lines."""
    book = BookEntry.objects.visible_to(request.user).of(request.firm).current()
    entry = get_object_or_404(book.select_related("buyer"), buyer=pk)
    form = SendAccountsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and (made := _sent(request, entry, form)):
        messages.success(request, _("The accounts are sent (%(reference)s).") % {"reference": made.reference})
        return redirect("accounts_sent", made.pk)
    before = _own(request).filter(buyer=entry.buyer_id).select_related("sent_by").order_by("-id")[:SENT_SHOWN]
    context = {
        "form": form, "entry": entry, "buyer": entry.buyer, "before": before,
        "most_megabytes": settings.DOCUMENT_MAX_BYTES // 1024**2,
    }  # fmt: skip
    return render(request, "buyers/send_accounts.html", context)


@reads
def accounts_sent(request: HttpRequest, pk: int) -> HttpResponse:
    """What was sent, where it stands, what the underwriter wrote."""
    row = get_object_or_404(_own(request).select_related("buyer", "document", "sent_by", "statement"), pk=pk)
    may_write = request.membership.role in MAY_WRITE
    context = {
        "submission": row,
        "lines": _lines(row),
        "may_withdraw": may_write and SENT_ACCOUNTS.may_move("withdraw", row.stage),
        "may_send": may_write and row.stage in ("handed_back", "withdrawn"),
    }
    return render(request, "buyers/accounts_sent.html", context)


@require_POST
@writes
def withdraw_accounts(request: HttpRequest, pk: int) -> HttpResponse:
    """Take them back before they are looked at."""
    row = get_object_or_404(_own(request), pk=pk)
    try:
        withdraw(by=request.user.pk, submission=row.pk)
        messages.success(request, _("The accounts are withdrawn, and their file is deleted."))
    except Refused as refused:
        tell_refusals(request, refused, WORDS)
    return redirect("accounts_sent", pk)


def _own(request: HttpRequest) -> Any:
    return AccountsSubmission.objects.visible_to(request.user).of(request.firm)


def _sent(request: HttpRequest, entry: BookEntry, form: SendAccountsForm) -> AccountsSubmission | None:
    refused_early = request.files_refused  # type: ignore[attr-defined]
    form.fields["file"].required = not refused_early
    valid = form.is_valid()
    for refusal in refused_early:
        form.add_error("file", said_of(WORDS, refusal))
    if not valid or refused_early:
        return None
    found = form.cleaned_data
    try:
        return send(
            by=request.user.pk, exporter=request.firm.pk, buyer=entry.buyer_id, upload=found["file"],
            today=timezone.now().date(), comment=found["comment"], form_key=found["form_key"], **form.said(),
        )  # fmt: skip
    except Refused as refused:
        for refusal in refused.refusals:
            if refusal.about == "files":  # the desk's word for the field
                form.add_error("file", said_of(WORDS, refusal))
        show_refusals(form, Refused(no for no in refused.refusals if no.about != "files"), WORDS)
        return None


def _lines(row: AccountsSubmission) -> list[dict[str, Any]]:
    """What the firm typed and, once confirmed, what was read off the file."""
    names = [name for name in LINES if name in row.figures]
    return [
        {
            "label": FinancialStatement._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
            "typed": Decimal(row.figures[name]),
            "read": getattr(row.statement, name) if row.statement else None,
        }
        for name in names
    ]
