"""Accounts of a buyer that an exporter sends in: sent, withdrawn, confirmed by an underwriter or handed back.

Figures a firm types are its own words until an underwriter has read them off the file. No other firm learns who sent
what: the accounts come in from "policyholder", and the signal's reporter is for staff (seams.md, "Who reported?").
"""

import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.access import require_group, require_role
from accounts.audit import action, record, subject_of
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.actions.accounts import record_statement
from buyers.lifecycle import SENT_ACCOUNTS
from buyers.models import AccountsSubmission, BookEntry, FinancialStatement
from buyers.models.accounts import POLICYHOLDER
from buyers.statements import sending_refused
from desk.actions.document import keep_document, remove_document
from desk.actions.notice import tell
from desk.storage import files_follow_rows
from kernel.refusals import Refusal, refusal, refuse


@files_follow_rows()
@action
def send_accounts(
    *,
    by: int,
    exporter: int,
    buyer: int,
    upload: UploadedFile,
    period_end: date,
    currency: str,
    today: date,
    months: int = 12,
    audited: bool = False,
    lines: Mapping[str, Decimal | None] | None = None,
    comment: str = "",
    form_key: uuid.UUID | None = None,
) -> AccountsSubmission:
    """Send a year's accounts of a buyer in the firm's book, as a file and, where it typed them, as lines.

    The same form sent twice is one sending. Refuses a buyer that is not in the book, figures that cannot be, files
    that may not come in, and `accounts_sent_already` while the same year of the firm waits.
    """
    require_role(by, exporter)
    # One at a time of a firm and buyer: the same click twice, or two colleagues, are told apart by what stands then.
    in_book = BookEntry.objects.current().filter(exporter=exporter, buyer=buyer).select_for_update().first()
    if form_key and (sent := AccountsSubmission.objects.filter(form_key=form_key, exporter=exporter).first()):
        record(by=by, subject=sent, exporter=exporter, outcome="repeated")
        return sent
    refuse([] if in_book else [refusal("accounts_of_no_buyer_of_yours")])
    figures = {name: amount for name, amount in (lines or {}).items() if amount is not None}
    refuse(sending_refused(figures, currency, period_end, months, today))
    refuse(_waiting(exporter, buyer, period_end))
    document = keep_document(by=by, exporter=exporter, upload=upload, form=form_key)
    row = AccountsSubmission.objects.create(
        exporter_id=exporter,
        buyer_id=buyer,
        document=document,
        period_end=period_end,
        months=months,
        currency=currency,
        audited=audited,
        figures={name: f"{amount:f}" for name, amount in figures.items()},
        comment=comment.strip(),
        stage=SENT_ACCOUNTS.target("send"),
        sent_by_id=by,
        form_key=form_key,
    )
    record(by=by, subject=row, exporter=exporter, buyer=buyer, period_end=period_end.isoformat(), lines=len(figures))
    return row


@action
def withdraw_accounts(*, by: int, submission: int) -> AccountsSubmission:
    """The firm takes back what it sent, and its file with it. A second time changes nothing."""
    row = _locked(submission)
    require_role(by, row.exporter_id)
    if row.stage == "withdrawn":
        record(by=by, subject=row, exporter=row.exporter_id, outcome="repeated")
        return row
    row.stage = SENT_ACCOUNTS.target("withdraw", row.stage)
    _decide(row, by)
    remove_document(by=by, document=row.document_id)
    record(by=by, subject=row, exporter=row.exporter_id)
    return row


@action
def confirm_accounts(
    *,
    by: int,
    submission: int,
    period_end: date,
    currency: str,
    lines: Mapping[str, Decimal | None],
    today: date,
    months: int = 12,
    audited: bool = False,
    replaces: int | None = None,
) -> AccountsSubmission:
    """The lines as the underwriter read them off the file become the buyer's accounts; the firm is told.

    Refuses what record_statement refuses, and what somebody else has decided.
    """
    require_group(by, UNDERWRITER_GROUPS)
    row = _locked(submission)
    stage = SENT_ACCOUNTS.target("confirm", row.stage)
    statement = record_statement(
        by=by, buyer=row.buyer_id, period_end=period_end, currency=currency, source=POLICYHOLDER, lines=lines,
        today=today, months=months, audited=audited, replaces=replaces, reporter=row.exporter_id,
    )  # fmt: skip
    row.stage, row.statement = stage, statement
    _decide(row, by)
    record(by=by, subject=row, exporter=row.exporter_id, statement=statement.pk, corrected=_corrected(row, statement))
    _tell(by, row, "buyers.accounts_confirmed")
    return row


@action
def hand_accounts_back(*, by: int, submission: int, remark: str) -> AccountsSubmission:
    """The underwriter cannot use it and says why: another company, another year, pages missing. The firm is told."""
    require_group(by, UNDERWRITER_GROUPS)
    row = _locked(submission)
    row.stage = SENT_ACCOUNTS.target("hand_back", row.stage)
    refuse([] if remark.strip() else [refusal("remark_missing", "remark")])
    row.remark = remark.strip()
    _decide(row, by)
    record(by=by, subject=row, exporter=row.exporter_id)
    _tell(by, row, "buyers.accounts_handed_back", remark=row.remark)
    return row


def _locked(submission: int) -> AccountsSubmission:
    return AccountsSubmission.objects.select_for_update(of=("self",)).select_related("buyer").get(pk=submission)


def _decide(row: AccountsSubmission, by: int) -> None:
    row.decided_at, row.decided_by_id = timezone.now(), by
    row.save(update_fields=["stage", "statement", "remark", "decided_at", "decided_by"])


def _waiting(exporter: int, buyer: int, period_end: date) -> list[Refusal]:
    open_one = AccountsSubmission.objects.filter(
        exporter=exporter, buyer=buyer, period_end=period_end, stage="sent"
    ).first()
    told = {"reference": open_one.reference, "period_end_on": period_end} if open_one else {}
    return [refusal("accounts_sent_already", "period_end", **told)] if open_one else []


def _corrected(row: AccountsSubmission, statement: FinancialStatement) -> list[str]:
    """The lines the firm typed and the underwriter read otherwise."""
    return [name for name, typed in row.figures.items() if getattr(statement, name) != Decimal(typed)]


def _tell(by: int, row: AccountsSubmission, kind: str, **facts: str) -> None:
    tell(
        by=by,
        exporter=row.exporter_id,
        kind=kind,
        facts={
            "buyer": row.buyer.name,
            "reference": row.reference,
            "period_end_on": row.period_end.isoformat(),
            **facts,
        },
        subject=subject_of(row),
        path=reverse("accounts_sent", args=[row.pk]),
    )
