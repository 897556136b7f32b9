"""What the firm and the claims handler do to a claim: every way it goes and every way it is refused."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.models.roles import UNDERWRITER, Role
from accounts.tests.factories import exporter, member, staff
from buyers.actions.merge import merge_buyers
from buyers.models import Signal
from buyers.models.signal import SignalKind
from buyers.tests.factories import buyer as new_buyer
from buyers.tests.factories import in_book
from claims.actions.claim import amend_claim, file_claim, hand_back_claim, start_claim, withdraw_claim
from claims.actions.handling import ask_for_papers, assess_claim, take_claim
from claims.actions.item import add_claim_invoice, add_ledger_invoice, remove_claim_invoice
from claims.actions.paper import answer_paper_request, attach_paper, remove_paper
from claims.models import Claim, ClaimItem, ClaimPaper, PaperRequest
from claims.models.claim import FILING, Cause, ClaimStage
from claims.tests.factories import draft, filed, handler, papers_asked, pdf
from desk.models import Document, Duty, Notice, Review
from kernel.refusals import NotAllowed, Refused
from policies.models.policy import PolicyStage
from policies.tests.factories import policy as new_policy
from receivables.models import Invoice
from receivables.tests.factories import invoice as new_invoice
from receivables.tests.factories import receipt

pytestmark = pytest.mark.django_db


def codes(refused: Any) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


def now(claim: Claim) -> Claim:
    return Claim.objects.get(pk=claim.pk)


def events(claim: Claim) -> list[str]:
    return list(claim.events.order_by("id").values_list("code", flat=True))


def kinds_told(person: Any) -> list[str]:
    return list(Notice.objects.filter(recipient=person, channel="page").order_by("id").values_list("kind", flat=True))


def author(claim: Claim) -> int:
    return claim.created_by_id


# --- a draft ----------------------------------------------------------------------------------------------------------


def start(firm: Any, by: Any, buyer: Any, **facts: Any) -> Claim:
    policy = facts.pop("under", None) or new_policy(firm)
    values = {
        "cause": Cause.INSOLVENCY, "event_on": timezone.now().date(), "currency": "EUR", "form_key": uuid.uuid4(),
        **facts,
    }  # fmt: skip
    return start_claim(by=by.pk, exporter=firm.pk, policy=policy.pk, buyer=buyer.pk, **values)


def test_a_draft_is_begun_once_per_form():
    firm, buyer = exporter(), new_buyer()
    by, policy, key = member(firm), new_policy(firm), uuid.uuid4()
    in_book(firm, buyer)
    first = start(firm, by, buyer, under=policy, form_key=key, account=" Told us. ", own_reference=" K-7 ")
    assert start(firm, by, buyer, under=policy, form_key=key) == first
    assert start(firm, by, buyer, under=policy) != first
    assert (first.stage, first.papers_edition) == (ClaimStage.DRAFT, "papers-2026-1")
    assert (first.account, first.own_reference) == ("Told us.", "K-7")
    assert events(first) == ["claim_started"]
    assert str(first.reference) == f"CL-{timezone.now().year}-{first.pk:06d}"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"event_on": timezone.now().date() + timedelta(days=2)}, "event_in_future"),
        ({"currency": "XYZ"}, "unknown_currency"),
    ],
)
def test_a_draft_of_impossible_facts_is_refused(facts, code):
    firm, buyer = exporter(), new_buyer()
    in_book(firm, buyer)
    with pytest.raises(Refused) as refused:
        start(firm, member(firm), buyer, **facts)
    assert codes(refused) == [code]
    assert not Claim.objects.exists()


def test_a_draft_is_on_a_buyer_of_the_book_under_a_policy_of_the_firm():
    firm, buyer = exporter(), new_buyer()
    by = member(firm)
    with pytest.raises(Refused) as refused:
        start(firm, by, buyer)
    assert codes(refused) == ["buyer_not_in_book"]
    in_book(firm, buyer)
    with pytest.raises(new_policy(exporter()).DoesNotExist):
        start(firm, by, buyer, under=new_policy(exporter()))
    for person in (member(firm, Role.READER), member(exporter()), staff(UNDERWRITER)):
        with pytest.raises(NotAllowed):
            start(firm, person, buyer)


def test_a_draft_is_amended_and_a_filed_claim_is_not():
    claim = draft()
    amended = amend_claim(
        by=author(claim), claim=claim.pk, cause=Cause.INSOLVENCY, event_on=claim.event_on, account=" New. "
    )
    assert (amended.cause, amended.account) == (Cause.INSOLVENCY, "New.")
    with pytest.raises(Refused) as refused:
        amend_claim(
            by=author(claim), claim=claim.pk, cause=Cause.INSOLVENCY,
            event_on=timezone.now().date() + timedelta(days=2),
        )  # fmt: skip
    assert codes(refused) == ["event_in_future"]
    file_claim(by=author(claim), claim=claim.pk)
    with pytest.raises(Refused) as refused:
        amend_claim(by=author(claim), claim=claim.pk, cause=Cause.POLITICAL, event_on=claim.event_on)
    assert codes(refused) == ["claim_filed_already"]


# --- invoices ---------------------------------------------------------------------------------------------------------


def typed(claim: Claim, **changes: Any) -> ClaimItem:
    today = timezone.now().date()
    facts = {
        "number": "26-0881", "delivered_on": today - timedelta(days=150), "issued_on": today - timedelta(days=150),
        "due_on": today - timedelta(days=90), "net": Decimal("84210.50"), "vat": Decimal("100"), **changes,
    }  # fmt: skip
    return add_claim_invoice(by=author(claim), claim=claim.pk, **facts)


def test_an_invoice_typed_in_stands_in_the_ledger_first():
    claim = draft(invoices=0)
    item = typed(claim)
    assert item.invoice.exporter == claim.exporter and item.invoice.currency == claim.currency
    assert typed(claim) == item  # a double click
    assert Invoice.objects.count() == 1
    with pytest.raises(Refused) as refused:
        typed(claim, net=Decimal("1000"))
    assert codes(refused) == ["invoice_number_taken"]
    assert AuditEvent.objects.filter(action="record_invoice").count() == 2


def test_a_refused_invoice_leaves_nothing():
    claim = draft(invoices=0)
    with pytest.raises(Refused) as refused:
        typed(claim, net=Decimal(0))
    assert codes(refused) == ["amount_not_positive"]
    assert not Invoice.objects.exists() and not ClaimItem.objects.exists()


def test_an_invoice_is_claimed_once_at_a_time():
    claim = draft()
    owed = claim.invoices().get()
    other = draft(policy=claim.policy, buyer=claim.buyer, by=claim.created_by, invoices=0)
    with pytest.raises(Refused) as refused:
        add_ledger_invoice(by=author(other), claim=other.pk, invoice=owed.pk)
    assert codes(refused) == ["invoice_claimed_already"]
    assert refused.value.refusals[0].facts["reference"] == str(claim.reference)
    item = claim.items.get()
    assert remove_claim_invoice(by=author(claim), item=item.pk).removed_at
    assert remove_claim_invoice(by=author(claim), item=item.pk).removed_at
    assert add_ledger_invoice(by=author(other), claim=other.pk, invoice=owed.pk).claim == other
    assert list(claim.invoices()) == []


def test_an_invoice_of_the_ledger_fits_the_claim_or_is_refused():
    claim = draft(invoices=0)
    elsewhere = new_buyer()
    in_book(claim.exporter, elsewhere)
    for owed, code in (
        (new_invoice(claim.policy, elsewhere), "invoice_of_another_buyer"),
        (new_invoice(claim.policy, claim.buyer, currency="USD"), "invoice_in_another_currency"),
    ):
        with pytest.raises(Refused) as refused:
            add_ledger_invoice(by=author(claim), claim=claim.pk, invoice=owed.pk)
        assert codes(refused) == [code]
    with pytest.raises(Invoice.DoesNotExist):
        add_ledger_invoice(by=author(claim), claim=claim.pk, invoice=new_invoice().pk)


@pytest.fixture
def merged() -> Any:
    """A draft on an entry of the directory, and a second entry of the book; then the first was merged into it."""
    claim, into = draft(invoices=0), new_buyer()
    in_book(claim.exporter, into)
    merge_buyers(by=staff(UNDERWRITER).pk, source=claim.buyer_id, into=into.pk)
    return now(claim), into


def test_of_merged_entries_every_invoice_is_the_claims(merged):
    before, into = merged
    after = draft(policy=before.policy, buyer=into, by=before.created_by, invoices=0)
    for claim in (before, after):
        for owed in (new_invoice(claim.policy, before.buyer), new_invoice(claim.policy, into)):
            assert add_ledger_invoice(by=author(claim), claim=claim.pk, invoice=owed.pk).claim == claim
        assert file_claim(by=author(claim), claim=claim.pk).filed_at
        with pytest.raises(Refused) as refused:
            other = draft(policy=claim.policy, buyer=into, by=claim.created_by, invoices=0)
            add_ledger_invoice(by=author(other), claim=other.pk, invoice=claim.invoices().first().pk)
        assert codes(refused) == ["invoice_claimed_already"]
    assert set(Signal.objects.filter(kind=SignalKind.CLAIM_FILED).values_list("buyer", flat=True)) == {into.pk}


def test_an_invoice_is_typed_into_a_claim_on_a_merged_entry_under_what_it_is_today(merged):
    claim, into = merged
    assert typed(claim).invoice.buyer == into


def test_an_invoice_typed_in_anew_after_a_merge_is_the_one_of_the_ledger_and_claimed_once():
    before, into = draft(invoices=0), new_buyer()
    in_book(before.exporter, into)
    typed(before)
    merge_buyers(by=staff(UNDERWRITER).pk, source=before.buyer_id, into=into.pk)
    after = draft(policy=before.policy, buyer=into, by=before.created_by, invoices=0)
    with pytest.raises(Refused) as refused:
        typed(after)
    assert codes(refused) == ["invoice_claimed_already"]
    assert Invoice.objects.count() == 1


def test_a_filed_claims_invoices_stay():
    claim = filed()
    for act in (
        lambda: typed(claim),
        lambda: remove_claim_invoice(by=author(claim), item=claim.items.get().pk),
        lambda: add_ledger_invoice(by=author(claim), claim=claim.pk, invoice=new_invoice(claim.policy, claim.buyer).pk),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert codes(refused) == ["claim_filed_already"]


# --- filing -----------------------------------------------------------------------------------------------------------


def test_filing_sets_the_clock_tells_both_sides_and_signals_the_buyer():
    colleague, claims_handler, underwriter = None, handler(), staff(UNDERWRITER)
    claim = draft(cause=Cause.INSOLVENCY)
    colleague = member(claim.exporter, Role.READER)
    with time_machine.travel("2026-11-02T12:00Z", tick=False):
        found = draft(policy=claim.policy, buyer=claim.buyer, by=claim.created_by, cause=Cause.INSOLVENCY)
        file_claim(by=author(found), claim=found.pk)
    found = now(found)
    assert (found.stage, found.filed_by) == (ClaimStage.FILED, claim.created_by)
    assert found.decide_by.isoformat() == "2026-12-14"  # 30 working days in Germany
    assert kinds_told(colleague) == kinds_told(found.created_by) == ["claims.claim_filed"]
    assert kinds_told(claims_handler) == ["claims.claim_to_handle"] and kinds_told(underwriter) == []
    signals = Signal.objects.filter(buyer=found.buyer)
    assert list(signals.values_list("kind", "reporter")) == [(SignalKind.CLAIM_FILED, found.exporter_id)]
    assert events(found)[-1] == "claim_filed"


def test_a_default_is_no_insolvency_signal():
    claim = filed()
    assert list(Signal.objects.values_list("kind", flat=True)) == [SignalKind.CLAIM_FILED]
    assert file_claim(by=author(claim), claim=claim.pk) == claim  # again
    assert Signal.objects.count() == 1
    assert AuditEvent.objects.filter(action="file_claim").latest("id").details["outcome"] == "repeated"


def test_a_claim_that_the_rule_refuses_stays_a_draft():
    claim = draft(invoices=0)
    with pytest.raises(Refused) as refused:
        file_claim(by=author(claim), claim=claim.pk)
    assert codes(refused) == ["no_invoice_claimed"]
    owed = draft(policy=claim.policy, buyer=claim.buyer, by=claim.created_by)
    receipt(owed.invoices().get(), 10_000)
    with pytest.raises(Refused) as refused:
        file_claim(by=author(owed), claim=owed.pk)
    assert codes(refused) == ["invoice_already_paid"]
    assert now(claim).stage == now(owed).stage == ClaimStage.DRAFT
    with pytest.raises(NotAllowed):
        file_claim(by=member(claim.exporter, Role.READER).pk, claim=claim.pk)


@pytest.mark.parametrize(("ended_days_ago", "code"), [(100, None), (200, "delivered_outside_policy")])
def test_an_ended_policy_still_pays_for_what_was_delivered_before(ended_days_ago, code):
    claim = draft()  # delivered 150 days ago
    policy = claim.policy
    policy.stage, policy.stage_on = PolicyStage.CANCELLED, timezone.now().date() - timedelta(days=ended_days_ago)
    policy.starts_on = timezone.now().date() - timedelta(days=400)
    policy.save()
    if code is None:
        assert file_claim(by=author(claim), claim=claim.pk).filed_at
    else:
        with pytest.raises(Refused) as refused:
            file_claim(by=author(claim), claim=claim.pk)
        assert codes(refused) == [code]


# --- two steps --------------------------------------------------------------------------------------------------------


@pytest.fixture
def reviewed() -> Any:
    firm = exporter(reviewed_acts=[FILING])
    return draft(firm=firm, by=member(firm)), member(firm)


def test_one_enters_and_another_sends(reviewed):
    claim, colleague = reviewed
    handed = file_claim(by=author(claim), claim=claim.pk)
    assert (handed.stage, handed.filed_at) == (ClaimStage.DRAFT, None)
    assert file_claim(by=author(claim), claim=claim.pk).filed_at is None  # a double click sends nothing
    assert Review.objects.count() == 1
    assert not Signal.objects.exists() and kinds_told(colleague) == ["desk.review_asked"]
    sent = file_claim(by=colleague.pk, claim=claim.pk)
    assert sent.filed_by == colleague
    assert Review.objects.get().outcome == "sent"
    assert "claim_awaits_review" in events(claim)


def test_a_colleague_gives_it_back_and_the_author_hears_of_it(reviewed):
    claim, colleague = reviewed
    file_claim(by=author(claim), claim=claim.pk)
    with pytest.raises(Refused) as silent:
        hand_back_claim(by=colleague.pk, claim=claim.pk, words=" ")
    assert codes(silent) == ["hand_back_says_nothing"]
    hand_back_claim(by=colleague.pk, claim=claim.pk, words="The second invoice is paid.")
    assert Review.objects.get().outcome == "returned"
    assert claim.events.get(code="claim_handed_back").facts == {"words": "The second invoice is paid."}
    told = Notice.objects.filter(kind="claims.claim_handed_back").first()
    assert told.facts["words"] == "The second invoice is paid."
    assert kinds_told(claim.created_by) == ["claims.claim_handed_back"]
    with pytest.raises(Refused) as refused:
        hand_back_claim(by=colleague.pk, claim=claim.pk)
    assert codes(refused) == ["review_decided_already"]
    file_claim(by=author(claim), claim=claim.pk)
    hand_back_claim(by=author(claim), claim=claim.pk)
    assert Review.objects.latest("pk").outcome == "withdrawn"
    assert kinds_told(claim.created_by) == ["claims.claim_handed_back"]
    assert events(claim)[-1] == "claim_taken_back"


def change_invoices(claim: Claim, by: int) -> None:
    remove_claim_invoice(by=by, item=claim.items.filter(removed_at__isnull=True).first().pk)


def change_papers(claim: Claim, by: int) -> None:
    attach_paper(by=by, claim=claim.pk, upload=pdf(), kind="contract")


def change_facts(claim: Claim, by: int) -> None:
    amend_claim(by=by, claim=claim.pk, cause=claim.cause, event_on=claim.event_on)


@pytest.mark.parametrize("change", [change_invoices, change_papers, change_facts])
def test_nobody_sends_what_was_changed_after_it_was_handed_in(reviewed, change):
    claim, colleague = reviewed
    file_claim(by=author(claim), claim=claim.pk)
    change(claim, colleague.pk)
    assert Review.objects.get().outcome == "withdrawn"
    if change is not change_invoices:
        assert file_claim(by=colleague.pk, claim=claim.pk).filed_at is None  # now the colleague's own entry


# --- papers -----------------------------------------------------------------------------------------------------------


def test_a_paper_is_a_document_of_a_kind(kept):
    claim, form = draft(), uuid.uuid4()
    paper = attach_paper(by=author(claim), claim=claim.pk, upload=pdf(), kind="contract", form=form)
    again = attach_paper(by=author(claim), claim=claim.pk, upload=pdf(), kind="contract", form=form)
    assert paper == again and len(kept()) == 1
    assert (paper.kind, paper.document.name) == ("contract", "contract.pdf")
    assert list(claim.papers.present()) == [paper]


def test_a_file_sent_with_one_form_to_two_claims_is_a_paper_of_each(kept, django_capture_on_commit_callbacks):
    claim, form = draft(), uuid.uuid4()
    other = draft(policy=claim.policy, buyer=claim.buyer, by=claim.created_by)
    first, second = (
        attach_paper(by=author(to), claim=to.pk, upload=pdf(), kind="contract", form=form) for to in (claim, other)
    )
    assert list(claim.papers.present()) == [first]
    assert list(other.papers.present()) == [second]
    with django_capture_on_commit_callbacks(execute=True):
        remove_paper(by=author(claim), paper=first.pk)
    assert list(other.papers.present()) == [second] and len(kept()) == 1


def test_a_paper_of_no_kind_or_too_late_leaves_no_file(kept):
    claim = draft()
    with pytest.raises(ValueError, match="poem"):
        attach_paper(by=author(claim), claim=claim.pk, upload=pdf(), kind="poem")
    withdraw_claim(by=author(claim), claim=claim.pk)
    with pytest.raises(Refused) as refused:
        attach_paper(by=author(claim), claim=claim.pk, upload=pdf(), kind="contract")
    assert codes(refused) == ["claim_takes_no_papers"]
    assert kept() == [] and not Document.objects.exists() and not ClaimPaper.objects.exists()


def test_a_paper_is_taken_away_until_the_claim_is_filed(kept, django_capture_on_commit_callbacks):
    claim = draft()
    paper, other = (attach_paper(by=author(claim), claim=claim.pk, upload=pdf(), kind="contract") for _n in range(2))
    with django_capture_on_commit_callbacks(execute=True):
        remove_paper(by=author(claim), paper=paper.pk)
    assert kept() == [other.document.key]
    assert list(claim.papers.present()) == [other]
    assert remove_paper(by=author(claim), paper=paper.pk).removed_at
    file_claim(by=author(claim), claim=claim.pk)
    with pytest.raises(Refused) as refused:
        remove_paper(by=author(claim), paper=other.pk)
    assert codes(refused) == ["claim_filed_already"]
    attach_paper(by=author(claim), claim=claim.pk, upload=pdf(), kind="delivery")  # more may come at any time


# --- the handler ------------------------------------------------------------------------------------------------------


def test_a_handler_takes_a_claim_and_the_slower_one_is_told():
    claim, first, second = filed(), handler(), handler()
    assert take_claim(by=first.pk, claim=claim.pk).handler == first
    assert take_claim(by=first.pk, claim=claim.pk).handler == first
    with pytest.raises(Refused) as refused:
        take_claim(by=second.pk, claim=claim.pk)
    assert codes(refused) == ["claim_taken_already"]
    assert take_claim(by=second.pk, claim=claim.pk, taken_from=first.pk).handler == second
    assert events(claim).count("claim_taken") == 2
    with pytest.raises(Refused) as refused:
        take_claim(by=first.pk, claim=draft().pk)
    assert codes(refused) == ["claim_not_on_the_desk"]


def test_only_claims_handlers_handle():
    claim, day = filed(), timezone.now().date() + timedelta(days=14)
    for person in (staff(UNDERWRITER), claim.created_by):
        with pytest.raises(NotAllowed):
            take_claim(by=person.pk, claim=claim.pk)
        with pytest.raises(NotAllowed):
            ask_for_papers(by=person.pk, claim=claim.pk, asked=[("delivery", "")], answer_by=day)
        with pytest.raises(NotAllowed):
            assess_claim(by=person.pk, claim=claim.pk, words="Fine.")


def test_asking_stops_the_clock_and_sets_a_duty():
    claim, by = filed(), handler()
    day = claim.today() + timedelta(days=14)
    asked = ask_for_papers(
        by=by.pk, claim=claim.pk, asked=[("delivery", " CMR, please. "), ("contract", "")], answer_by=day
    )
    assert [(r.kind, r.words) for r in asked] == [("delivery", "CMR, please."), ("contract", "")]
    claim = now(claim)
    assert (claim.stage, claim.clock_stopped_on, claim.handler) == (ClaimStage.PAPERS_ASKED, claim.today(), by)
    duty = Duty.objects.get()
    assert (duty.kind, duty.subject, duty.due_on) == ("claims.answer_papers", f"claim:{claim.pk}", day)
    assert kinds_told(claim.created_by) == ["claims.claim_filed", "claims.papers_asked"]
    ask_for_papers(by=by.pk, claim=claim.pk, asked=[("dunning", "")], answer_by=day - timedelta(days=7))
    assert Duty.objects.get().due_on == day  # never sooner than was told
    assert kinds_told(claim.created_by).count("claims.papers_asked") == 2


@pytest.mark.parametrize(
    ("asked", "days", "code"),
    [
        ([], 14, "no_paper_asked_for"),
        ([("contract", "")], 0, "answer_day_out_of_range"),
        ([("contract", "")], 367, "answer_day_out_of_range"),
        ([("delivery", "")], 14, "paper_asked_already"),
    ],
)
def test_asking_for_what_makes_no_sense_is_refused(asked, days, code):
    claim = papers_asked("delivery")
    with pytest.raises(Refused) as refused:
        ask_for_papers(by=handler().pk, claim=claim.pk, asked=asked, answer_by=claim.today() + timedelta(days=days))
    assert codes(refused) == [code]
    assert PaperRequest.objects.count() == 1


def test_nothing_is_asked_about_a_draft():
    claim = draft()
    with pytest.raises(Refused) as refused:
        ask_for_papers(
            by=handler().pk, claim=claim.pk, asked=[("delivery", "")], answer_by=claim.today() + timedelta(days=1)
        )
    assert codes(refused) == ["stage_has_moved_on"]


def test_the_last_answer_starts_the_clock_again():
    by = handler()
    with time_machine.travel("2026-11-02T12:00Z", tick=False):
        claim = filed()
    with time_machine.travel("2026-11-09T12:00Z", tick=False):
        ask_for_papers(
            by=by.pk, claim=claim.pk, asked=[("delivery", ""), ("contract", "")],
            answer_by=claim.today() + timedelta(days=30),
        )  # fmt: skip
    delivery, contract = claim.paper_requests.order_by("pk")
    with time_machine.travel("2026-11-23T12:00Z", tick=False):
        answer_paper_request(by=author(claim), request=delivery.pk, uploads=[pdf("cmr.pdf")])
        assert now(claim).stage == ClaimStage.PAPERS_ASKED
        answer_paper_request(by=author(claim), request=contract.pk, words=" There is none. ")
    claim = now(claim)
    assert (claim.stage, claim.clock_stopped_on) == (ClaimStage.PAPERS_RECEIVED, None)
    assert claim.decide_by.isoformat() == "2026-12-29"  # 14 December and ten working days, over Christmas
    assert [p.kind for p in claim.papers.present()] == ["delivery"]
    contract.refresh_from_db()
    assert (contract.answer, contract.answered_by_id) == ("There is none.", author(claim))
    assert Duty.objects.get().done_by_id == author(claim)
    assert kinds_told(by)[-1] == "claims.papers_answered"
    assert events(claim)[-2:] == ["paper_request_answered", "papers_complete"]
    ask_for_papers(
        by=by.pk, claim=claim.pk, asked=[("delivery", "better")], answer_by=claim.today() + timedelta(days=9)
    )
    assert now(claim).stage == ClaimStage.PAPERS_ASKED  # and round again


def test_an_answer_is_given_once_and_says_something():
    claim = papers_asked()
    request = claim.paper_requests.get()
    with pytest.raises(Refused) as refused:
        answer_paper_request(by=author(claim), request=request.pk, words="  ")
    assert codes(refused) == ["answer_is_empty"]
    answer_paper_request(by=author(claim), request=request.pk, words="Lost.")
    answer_paper_request(by=author(claim), request=request.pk, words="Lost.")  # a double click
    with pytest.raises(Refused) as refused:
        answer_paper_request(by=member(claim.exporter).pk, request=request.pk, words="Here.")
    assert codes(refused) == ["paper_request_answered_already"]
    assert events(claim).count("paper_request_answered") == 1


def test_of_an_answers_files_all_are_kept_or_none(kept):
    claim = papers_asked()
    request = claim.paper_requests.get()
    with pytest.raises(Refused) as refused:
        answer_paper_request(
            by=author(claim), request=request.pk, uploads=[pdf("a.pdf"), pdf("b.pdf", b"MZ" + bytes(99))]
        )
    assert codes(refused) == ["document_is_program"]
    assert kept() == [] and not ClaimPaper.objects.exists()
    request.refresh_from_db()
    assert request.answered_at is None


def test_a_withdrawn_claim_takes_no_answer():
    claim = papers_asked()
    withdraw_claim(by=author(claim), claim=claim.pk)
    with pytest.raises(Refused) as refused:
        answer_paper_request(by=author(claim), request=claim.paper_requests.get().pk, words="Lost.")
    assert codes(refused) == ["claim_takes_no_papers"]


def test_an_answer_without_a_handler_tells_nobody_of_the_office():
    claim = papers_asked()
    Claim.objects.filter(pk=claim.pk).update(handler=None)
    answer_paper_request(by=author(claim), request=claim.paper_requests.get().pk, words="Lost.")
    assert not Notice.objects.filter(kind="claims.papers_answered").exists()


def test_an_assessment_has_words_and_ends_the_work():
    claim, by = filed(), handler()
    with pytest.raises(Refused) as refused:
        assess_claim(by=by.pk, claim=claim.pk, words=" ")
    assert codes(refused) == ["assessment_needs_words"]
    assessed = assess_claim(by=by.pk, claim=claim.pk, words=" Covered in full. ")
    assert (assessed.stage, assessed.assessment, assessed.handler) == (ClaimStage.ASSESSED, "Covered in full.", by)
    assert assess_claim(by=by.pk, claim=claim.pk, words="Covered in full.").stage == ClaimStage.ASSESSED
    assert kinds_told(claim.created_by)[-1] == "claims.claim_assessed"
    with pytest.raises(Refused) as refused:
        assess_claim(by=by.pk, claim=claim.pk, words="Or not.")
    assert codes(refused) == ["stage_has_moved_on"]


def test_a_firms_word_makes_no_buyer_insolvent_for_others_until_a_handler_saw_the_proof():
    claim = filed(cause=Cause.INSOLVENCY)
    insolvent = Signal.objects.filter(buyer=claim.buyer, kind=SignalKind.INSOLVENCY_FILED)
    assert not insolvent.exists()
    assess_claim(by=handler().pk, claim=claim.pk, words="The court's order is there.")
    assert insolvent.get().happened_on == claim.event_on
    other = filed()
    assess_claim(by=handler().pk, claim=other.pk, words="Covered in full.")
    assert not Signal.objects.filter(buyer=other.buyer, kind=SignalKind.INSOLVENCY_FILED).exists()


def test_nothing_is_assessed_while_papers_are_asked_for():
    claim = papers_asked()
    with pytest.raises(Refused) as refused:
        assess_claim(by=handler().pk, claim=claim.pk, words="Fine.")
    assert codes(refused) == ["stage_has_moved_on"]


# --- the end ----------------------------------------------------------------------------------------------------------


def test_a_withdrawn_claim_lets_its_invoices_go_and_shows_them_still():
    by = handler()
    claim = papers_asked(by=by)
    owed = claim.invoices().get()
    withdraw_claim(by=author(claim), claim=claim.pk)
    withdraw_claim(by=author(claim), claim=claim.pk)
    claim = now(claim)
    assert claim.stage == ClaimStage.WITHDRAWN
    assert Duty.objects.get().lapsed_at
    assert list(claim.invoices()) == [owed]
    assert kinds_told(by)[-1] == "claims.claim_withdrawn"
    other = draft(policy=claim.policy, buyer=claim.buyer, by=claim.created_by, invoices=0)
    assert add_ledger_invoice(by=author(other), claim=other.pk, invoice=owed.pk)
    with pytest.raises(Refused) as refused:
        file_claim(by=author(claim), claim=claim.pk)
    assert codes(refused) == ["stage_has_moved_on"]


def test_a_withdrawn_draft_is_nobodys_news():
    by, claim = handler(), draft()
    withdraw_claim(by=author(claim), claim=claim.pk)
    assert kinds_told(by) == []
    with pytest.raises(Refused):
        assess_claim(by=by.pk, claim=claim.pk, words="Fine.")


def test_every_act_leaves_one_event_of_its_own():
    claim = papers_asked()
    answer_paper_request(by=author(claim), request=claim.paper_requests.get().pk, uploads=[pdf()])
    for name in ("start_claim", "add_ledger_invoice", "file_claim", "ask_for_papers", "answer_paper_request",
                 "attach_paper", "keep_document", "close_duty", "set_duty"):  # fmt: skip
        assert AuditEvent.objects.filter(action=name).count() == 1, name
