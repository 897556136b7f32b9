"""Buyers the directory does not know: proposed by an exporter; confirmed, merged or refused by an underwriter."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.access import require_group, require_role
from accounts.audit import action, record, subject_of
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.actions.book import add_to_book
from buyers.customer_lists.storage import results_untrue
from buyers.identity import Checked, checked
from buyers.lifecycle import PROPOSED_BUYER
from buyers.models import Buyer, BuyerProposal, CustomerList, Identifier
from buyers.models.buyer import BuyerCategory
from buyers.names import sort_key
from buyers.proposing import confirmation_refused, proposal_refused, refusal_refused
from buyers.search.keeping import keep_names
from desk.actions.notice import tell
from kernel.refusals import refusal, refuse


@action
def propose_buyer(
    *,
    by: int,
    exporter: int,
    name: str,
    country: str,
    scheme: str = "",
    value: str = "",
    address: str = "",
    city: str = "",
    website: str = "",
    comment: str = "",
    own_reference: str = "",
    customer_row: int | None = None,
    form_key: uuid.UUID | None = None,
) -> BuyerProposal:
    """Propose a company for the directory. The same form sent twice is one proposal.

    `customer_row`: the row of a list of the firm's that it is of, which shows the proposal from now on.

    Refuses numbers that cannot be, `buyer_already_known` and `buyer_already_proposed`.
    """
    require_role(by, exporter)
    if form_key and (sent := BuyerProposal.objects.filter(form_key=form_key, exporter=exporter).first()):
        record(by=by, subject=sent, exporter=exporter, outcome="repeated")
        return sent
    number = _number(scheme, value, country)
    refuse(proposal_refused(number, _known(scheme, number), _open_reference(exporter, scheme, number)))
    row = BuyerProposal(
        exporter_id=exporter,
        name=name,
        country=country,
        scheme=scheme if number else "",
        value=number.value if number else "",
        address=address,
        city=city,
        website=website,
        comment=comment,
        own_reference=own_reference,
        stage=PROPOSED_BUYER.target("propose"),
        proposed_by_id=by,
        form_key=form_key,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # a colleague, or the same click, was quicker
        refuse(proposal_refused(number, "", _open_reference(exporter, scheme, number)))
        row = BuyerProposal.objects.get(form_key=form_key, exporter=exporter)
    _show_on_list(row, customer_row)
    record(by=by, subject=row, exporter=exporter, name=name, country=country, scheme=row.scheme, value=row.value)
    return row


@action
def confirm_proposal(
    *,
    by: int,
    proposal: int,
    name: str,
    country: str,
    scheme: str,
    value: str,
    category: str = BuyerCategory.GENERAL,
    address: str = "",
    city: str = "",
) -> BuyerProposal:
    """Make the proposed company a buyer of the directory and of the exporter's book, with the facts as checked.

    Refuses `proposal_incomplete` (no number), numbers that cannot be, `buyer_already_known` (merge it then), and a
    proposal that somebody else has decided.
    """
    require_group(by, UNDERWRITER_GROUPS)
    row = _locked(proposal)
    stage = PROPOSED_BUYER.target("confirm", row.stage)
    number = _number(scheme, value, country)
    refuse(confirmation_refused(number, _known(scheme, number)))
    assert number is not None  # refused above
    buyer = _new_buyer(name=name, country=country, category=category, address=address, city=city)
    keep_names([buyer.pk])
    _give_number(buyer, scheme, number)
    _decide(row, by, stage, buyer)
    add_to_book(by=by, exporter=row.exporter_id, buyer=buyer.pk, own_reference=row.own_reference)
    record(by=by, subject=row, exporter=row.exporter_id, buyer=buyer.pk)
    _tell(by, row, "buyers.proposal_confirmed", name=buyer.name)
    return row


@action
def merge_proposal(*, by: int, proposal: int, buyer: int, with_number: bool = False) -> BuyerProposal:
    """The proposed company is one the directory has: it goes into the exporter's book.

    `with_number`: the directory did not know the number that was proposed; it is the buyer's too.
    """
    require_group(by, UNDERWRITER_GROUPS)
    row = _locked(proposal)
    stage = PROPOSED_BUYER.target("merge", row.stage)
    found = Buyer.objects.present(buyer)
    if with_number and (number := _number(row.scheme, row.value, row.country.code)):
        refuse(confirmation_refused(number, _known(row.scheme, number)))
        _give_number(found, row.scheme, number)
    _decide(row, by, stage, found)
    add_to_book(by=by, exporter=row.exporter_id, buyer=found.pk, own_reference=row.own_reference)
    record(by=by, subject=row, exporter=row.exporter_id, buyer=found.pk)
    _tell(by, row, "buyers.proposal_merged", name=found.name)
    return row


@action
def refuse_proposal(*, by: int, proposal: int, reason: str, remark: str = "") -> BuyerProposal:
    """Say no, with a reason the exporter reads; `remark` is what it can do now."""
    require_group(by, UNDERWRITER_GROUPS)
    row = _locked(proposal)
    stage = PROPOSED_BUYER.target("refuse", row.stage)
    refuse(refusal_refused(reason))
    row.reason, row.remark = reason, remark.strip()
    _decide(row, by, stage, None)
    record(by=by, subject=row, exporter=row.exporter_id, reason=reason)
    _tell(by, row, "buyers.proposal_refused", reason=reason, remark=row.remark)
    return row


@action
def withdraw_proposal(*, by: int, proposal: int) -> BuyerProposal:
    """The exporter takes its proposal back before it is decided. A second time changes nothing."""
    row = _locked(proposal)
    require_role(by, row.exporter_id)
    if row.stage == "withdrawn":
        record(by=by, subject=row, exporter=row.exporter_id, outcome="repeated")
        return row
    _decide(row, by, PROPOSED_BUYER.target("withdraw", row.stage), None)
    record(by=by, subject=row, exporter=row.exporter_id)
    return row


def _locked(proposal: int) -> BuyerProposal:
    return BuyerProposal.objects.select_for_update().get(pk=proposal)


def _number(scheme: str, value: str, country: str) -> Checked | None:
    return checked(scheme, value, country) if scheme or value.strip() else None


def _known(scheme: str, number: Checked | None) -> str:
    """The name of the directory's buyer with this number, as it is today."""
    found = Identifier.objects.filter(scheme=scheme, value=number.value) if number and number.value else None
    row = found.select_related("buyer__merged_into").first() if found is not None else None
    return (row.buyer.merged_into or row.buyer).name if row else ""


def _open_reference(exporter: int, scheme: str, number: Checked | None) -> str:
    if not number or not number.value:
        return ""
    own = BuyerProposal.objects.filter(exporter=exporter, scheme=scheme, value=number.value, stage="proposed").first()
    return own.reference if own else ""


def _new_buyer(**columns: Any) -> Buyer:
    return Buyer.objects.create(
        sort_key=sort_key(columns["name"]),
        public_body=columns["category"] == BuyerCategory.RESIDENT_GOVERNMENT_ENTITY,
        source="proposal",
        **columns,
    )


def _give_number(buyer: Buyer, scheme: str, number: Checked) -> None:
    try:
        with transaction.atomic():
            Identifier.objects.create(buyer=buyer, scheme=scheme, value=number.value)
    except IntegrityError:  # another firm's proposal of the same company was confirmed this very moment
        refuse([refusal("buyer_already_known", "value", name=_known(scheme, number))])


def _decide(row: BuyerProposal, by: int, stage: str, buyer: Buyer | None) -> None:
    row.stage, row.buyer = stage, buyer
    row.decided_at, row.decided_by_id = timezone.now(), by
    row.save()


def _tell(by: int, row: BuyerProposal, kind: str, **facts: str) -> None:
    path = reverse("buyer", args=[row.buyer_id]) if row.buyer_id else reverse("buyer_proposal", args=[row.pk])
    tell(
        by=by,
        exporter=row.exporter_id,
        kind=kind,
        facts={"proposed_name": row.name, "reference": row.reference, **facts},
        subject=subject_of(row),
        path=path,
    )


def _show_on_list(row: BuyerProposal, customer_row: int | None) -> None:
    own = CustomerList.objects.filter(exporter=row.exporter_id, rows=customer_row).select_for_update()
    if customer_row and (found := own.first()):
        found.rows.filter(pk=customer_row).update(proposal=row)
        results_untrue(found)
