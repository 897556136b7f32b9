"""Two hands at once on one claim: one wins, nothing is done twice."""

import threading
from typing import Any

import pytest
from django.db import connection

from accounts.tests.factories import member
from buyers.models import Signal
from claims.actions.claim import file_claim
from claims.actions.handling import take_claim
from claims.actions.item import add_ledger_invoice
from claims.actions.paper import answer_paper_request
from claims.models import Claim, ClaimItem
from claims.models.claim import ClaimStage
from claims.tests.factories import draft, filed, handler, papers_asked, pdf
from desk.models import Document, Notice
from kernel.refusals import Refused
from receivables.tests.factories import invoice as new_invoice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("races")]


def at_once(*works: Any) -> list[Any]:
    """What each of `works` returned, or the code of its first refusal, in their order."""
    barrier, found = threading.Barrier(len(works)), [None] * len(works)

    def one(n: int) -> None:
        barrier.wait()
        try:
            found[n] = works[n]()
        except Refused as refused:
            found[n] = refused.refusals[0].code
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_claim_filed_by_two_at_once_is_filed_once():
    claim = draft()
    colleague = member(claim.exporter)
    at_once(
        lambda: file_claim(by=claim.created_by_id, claim=claim.pk),
        lambda: file_claim(by=colleague.pk, claim=claim.pk),
    )
    assert claim.events.filter(code="claim_filed").count() == 1
    assert Signal.objects.count() == 1
    assert Notice.objects.filter(kind="claims.claim_filed", channel="page").count() == 2


def test_two_browsers_answering_at_once_give_one_answer(kept):
    claim = papers_asked("delivery", "contract")
    request, colleague = claim.paper_requests.order_by("pk").first(), member(claim.exporter)
    found = at_once(
        lambda: answer_paper_request(by=claim.created_by_id, request=request.pk, uploads=[pdf("mine.pdf")]).pk,
        lambda: answer_paper_request(by=colleague.pk, request=request.pk, uploads=[pdf("theirs.pdf")]).pk,
    )
    assert sorted(map(str, found)) == sorted([str(request.pk), "paper_request_answered_already"])
    assert Document.objects.count() == len(kept()) == 1


def test_the_last_two_answers_at_once_complete_the_papers():
    claim = papers_asked("delivery", "contract")
    works = [
        lambda r=request: answer_paper_request(by=claim.created_by_id, request=r.pk, words="Lost.")
        for request in claim.paper_requests.all()
    ]
    at_once(*works)
    assert Claim.objects.get(pk=claim.pk).stage == ClaimStage.PAPERS_RECEIVED
    assert claim.events.filter(code="papers_complete").count() == 1


def test_two_handlers_reaching_for_one_claim_get_it_once():
    claim, first, second = filed(), handler(), handler()
    found = at_once(
        lambda: take_claim(by=first.pk, claim=claim.pk).handler_id,
        lambda: take_claim(by=second.pk, claim=claim.pk).handler_id,
    )
    assert "claim_taken_already" in found
    assert Claim.objects.get(pk=claim.pk).handler_id in found


def test_one_invoice_put_into_two_claims_at_once_is_claimed_once():
    claim = draft(invoices=0)
    other = draft(policy=claim.policy, buyer=claim.buyer, by=claim.created_by, invoices=0)
    owed = new_invoice(claim.policy, claim.buyer)
    found = at_once(
        lambda: add_ledger_invoice(by=claim.created_by_id, claim=claim.pk, invoice=owed.pk).pk,
        lambda: add_ledger_invoice(by=claim.created_by_id, claim=other.pk, invoice=owed.pk).pk,
    )
    assert "invoice_claimed_already" in found
    assert ClaimItem.objects.filter(removed_at__isnull=True).count() == 1
