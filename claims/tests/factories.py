"""Claims for tests, in any stage, walked there through the actions."""

import uuid
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Exporter, User
from accounts.models.roles import CLAIMS_HANDLER
from accounts.tests.factories import exporter as new_exporter
from accounts.tests.factories import member, staff
from buyers.models import Buyer
from buyers.tests.factories import buyer as new_buyer
from buyers.tests.factories import in_book
from claims.actions.claim import file_claim, start_claim
from claims.actions.handling import ask_for_papers
from claims.actions.item import add_ledger_invoice
from claims.models import Claim
from claims.models.claim import Cause
from policies.models import Policy
from policies.tests.factories import policy as new_policy
from receivables.tests.factories import invoice as new_invoice

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n"


def pdf(name: str = "contract.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """A small PDF as uploaded."""
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def draft(
    firm: Exporter | None = None,
    by: User | None = None,
    policy: Policy | None = None,
    buyer: Buyer | None = None,
    invoices: int = 1,
    **facts: Any,
) -> Claim:
    """A draft on a buyer of the book, with overdue invoices of 10,000 in it."""
    firm = firm or (policy.exporter if policy else new_exporter())
    by = by or member(firm)
    policy = policy or new_policy(firm)
    if buyer is None:
        buyer = new_buyer()
        in_book(firm, buyer)
    values = {
        "cause": Cause.PROTRACTED_DEFAULT,
        "event_on": timezone.now().date() - timedelta(days=90),
        "currency": policy.currency,
        "form_key": uuid.uuid4(),
        **facts,
    }
    claim = start_claim(by=by.pk, exporter=firm.pk, policy=policy.pk, buyer=buyer.pk, **values)
    for _n in range(invoices):
        owed = new_invoice(policy, buyer, currency=claim.currency)
        add_ledger_invoice(by=by.pk, claim=claim.pk, invoice=owed.pk)
    return Claim.objects.get(pk=claim.pk)


def filed(**facts: Any) -> Claim:
    """A claim that has been filed by whoever began it."""
    claim = draft(**facts)
    return file_claim(by=claim.created_by_id, claim=claim.pk)


def handler() -> User:
    """A claims handler."""
    return staff(CLAIMS_HANDLER)


def papers_asked(*kinds: str, by: User | None = None, **facts: Any) -> Claim:
    """A filed claim for which papers (proof of delivery unless named) are asked for."""
    claim = filed(**facts)
    ask_for_papers(
        by=(by or handler()).pk,
        claim=claim.pk,
        asked=[(kind, "Please send it.") for kind in kinds or ("delivery",)],
        answer_by=timezone.now().date() + timedelta(days=14),
    )
    return Claim.objects.get(pk=claim.pk)
