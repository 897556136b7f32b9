"""A small world: one firm with something of everything an exporter's page can show. What the laws walk through."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Exporter, Invitation, Membership
from accounts.tests.factories import exporter, member, staff
from buyers.models import AccountsSubmission, Alert, BookEntry, Buyer, BuyerProposal, CustomerList
from buyers.models.alert import AlertKind
from buyers.tests.factories import buyer, in_book, score, statement
from claims.models import Claim, ClaimItem, ClaimPaper, PaperRequest
from claims.models.claim import Cause, ClaimStage
from claims.models.paper import PaperKind
from desk.models import Document, Notice
from desk.models.notice import Channel
from policies.models import LimitDecision, LimitRequest, Policy
from policies.models.limit_request import RequestStage
from policies.tests.factories import decision, limit_request, policy
from receivables.models import Invoice
from receivables.tests.factories import invoice


@dataclass(frozen=True)
class World:
    """The rows that stand in paths; all are of `firm`."""

    firm: Exporter
    other_member: Membership
    invitation: Invitation
    policy: Policy
    buyer: Buyer
    entry: BookEntry
    proposal: BuyerProposal
    alert: Alert
    request: LimitRequest
    decision: LimitDecision
    invoice: Invoice
    claim: Claim
    item: ClaimItem
    paper: ClaimPaper
    paper_request: PaperRequest
    document: Document
    sent_accounts: AccountsSubmission
    notice: Notice
    customer_list: CustomerList


def grown_world() -> World:
    """Everything once. The firm's people are made by each test, so that every role can be tried."""
    firm = exporter(name="Ours GmbH")
    clerk = member(firm, "editor", name="Clerk")
    held = policy(firm)
    of_ours = buyer("Kesselring Werkzeuge GmbH", lei="529900T8BM49AURSDO55")
    statement(of_ours)
    latest = score(of_ours, 4)
    asked = limit_request(held, of_ours, created_by=clerk)
    owed = invoice(held, of_ours)
    filed = Claim.objects.create(
        exporter=firm,
        policy=held,
        buyer=of_ours,
        cause=Cause.PROTRACTED_DEFAULT,
        papers_edition="papers-2026-1",
        event_on=timezone.now().date() - timedelta(days=90),
        currency=held.currency,
        stage=ClaimStage.PAPERS_ASKED,
        created_by=clerk,
        filed_at=timezone.now(),
        filed_by=clerk,
        decide_by=timezone.now().date() + timedelta(days=30),
        clock_stopped_on=timezone.now().date(),
    )
    document = Document.objects.create(
        exporter=firm,
        name="order.pdf",
        key=default_storage.save(f"documents/{uuid4()}", ContentFile(b"%PDF-")),
        content_type="application/pdf",
        size=5,
        sha256="0" * 64,
        uploaded_by=clerk,
    )
    return World(
        firm=firm,
        other_member=Membership.objects.get(user=member(firm, "reader")),
        invitation=Invitation.objects.create(
            exporter=firm,
            email="new@example.com",
            role="reader",
            token_sha256="1" * 64,
            invited_by=clerk,
            expires_at=timezone.now() + timedelta(days=14),
        ),
        policy=held,
        buyer=of_ours,
        entry=in_book(firm, of_ours),
        proposal=BuyerProposal.objects.create(exporter=firm, name="New Co", country="FR", proposed_by=clerk),
        alert=Alert.objects.create(
            exporter=firm, buyer=of_ours, score=latest, kind=AlertKind.FIRST_GRADE, facts={"grade": 4}
        ),
        request=asked,
        decision=decision(
            limit_request(held, of_ours, stage=RequestStage.DECIDED, created_by=clerk),
            outcome="partly_approved",
            appeal_by=timezone.now().date() + timedelta(days=30),
            decided_by=staff(),
        ),
        invoice=owed,
        claim=filed,
        item=ClaimItem.objects.create(claim=filed, invoice=owed),
        paper=ClaimPaper.objects.create(claim=filed, document=document, kind=PaperKind.CONTRACT),
        paper_request=PaperRequest.objects.create(claim=filed, kind=PaperKind.DELIVERY, asked_by=staff()),
        document=document,
        sent_accounts=AccountsSubmission.objects.create(
            exporter=firm,
            buyer=of_ours,
            document=document,
            period_end=timezone.now().date() - timedelta(days=90),
            currency="EUR",
            sent_by=clerk,
        ),
        notice=Notice.objects.create(
            exporter=firm, recipient=clerk, channel=Channel.PAGE, kind="policies.limit_granted", subject="x:1", path="/"
        ),
        customer_list=CustomerList.objects.create(
            exporter=firm,
            document=document,
            file_name="customers.csv",
            header=["Name"],
            columns=["name"],
            stage="ready",
            uploaded_by=clerk,
        ),
    )
