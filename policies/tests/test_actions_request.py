"""Asking: one request per form, one open per buyer, decided at once or handed on; nothing half-written."""

import uuid
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.tests.factories import exporter, member
from buyers.actions.merge import merge_buyers
from buyers.actions.signal import record_signal
from buyers.models import Buyer, FeedRun, SanctionsEntry, ScreeningHit, Signal
from buyers.tests.factories import in_book
from desk.models import Document, Notice, Review
from desk.tests.files import PDF
from kernel.refusals import NotAllowed, Refused
from policies.actions.decision import decide_limit_request
from policies.actions.ends import lapse_limits
from policies.actions.paper import keep_request_papers
from policies.actions.request import hand_back_request, send_reviewed_request, withdraw_limit_request
from policies.models import BuyerCapacity, CreditLimit, LimitDecision, LimitRequest
from policies.tests.factories import appetite, decision, limit_request
from policies.tests.scene import Scene, good_buyer, rates, scene, senior, underwriter

pytestmark = pytest.mark.django_db
REVIEWED = {"reviewed_acts": ["policies.ask_for_limit"]}


def pdf(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def refusals(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [r.code for r in caught.value.refusals]


def test_the_machine_answers_at_once_and_everything_stands() -> None:
    s = scene()
    made = s.ask()
    limit = CreditLimit.objects.get()
    given = LimitDecision.objects.get()
    assert (made.stage, given.outcome, given.amount, given.decided_by) == ("decided", "approved", D(100_000), None)
    assert (limit.decision, limit.amount, limit.house_amount) == (given, D(100_000), D(100_000))
    assert BuyerCapacity.objects.get().issued == D(100_000)
    assert given.valid_to == s.policy.ends_on  # twelve months would go beyond the policy
    assert given.reasons == [{"code": "grade_supports_limit", "facts": {"grade": 4}}]
    assert made.working[-1]["code"] == "answer"
    told = Notice.objects.filter(kind="policies.limit_decided", channel="page")
    assert set(told.values_list("recipient", flat=True)) == {s.owner.pk, s.clerk.pk, s.colleague.pk, s.reader.pk}
    assert AuditEvent.objects.filter(action="ask_for_limit").count() == 1


def test_the_same_form_sent_twice_makes_one_request() -> None:
    s, key = scene(), uuid.uuid4()
    first, second = s.ask(form_key=key), s.ask(form_key=key)
    assert first.pk == second.pk
    assert LimitDecision.objects.count() == 1
    assert [e.details.get("outcome") for e in AuditEvent.objects.filter(action="ask_for_limit").order_by("id")] == [
        None,
        "repeated",
    ]


def test_a_second_open_request_is_refused_and_nothing_is_written() -> None:
    s = scene()
    first = s.ask(comment="Please look.")
    with pytest.raises(Refused) as caught:
        s.ask()
    assert refusals(caught) == ["request_open_already"]
    assert caught.value.refusals[0].facts["reference"] == str(first.reference)
    assert LimitRequest.objects.count() == 1


def test_a_reader_a_rival_and_staff_may_not_ask() -> None:
    s, rival = scene(), scene()
    for nobody in (s.reader.pk, rival.clerk.pk, s.firm.created_by_id):
        with pytest.raises(NotAllowed):
            s.ask(by=nobody)
    assert not LimitRequest.objects.exists()


def test_a_buyer_outside_the_book_is_refused() -> None:
    s = scene()
    with pytest.raises(Refused) as caught:
        s.ask(buyer=good_buyer().pk)
    assert refusals(caught) == ["buyer_not_in_book"]


def test_a_merged_entry_of_the_directory_leads_to_the_one_it_became() -> None:
    s = scene()
    old = good_buyer()
    old.merged_into = s.buyer
    old.save()
    assert s.ask(buyer=old.pk).buyer == s.buyer


def test_a_shortage_of_capacity_goes_to_a_person_and_the_exporter_reads_nothing_of_it() -> None:
    rival = scene()
    s = scene(buyer=rival.buyer)
    appetite(150_000, buyer=s.buyer)
    rival.ask()
    made = s.ask()
    assert (made.stage, CreditLimit.objects.filter(exporter=s.firm).count()) == ("referred", 0)
    assert [(r["code"], r.get("staff_only")) for r in made.referral_reasons] == [("capacity_short", True)]
    trail = AuditEvent.objects.filter(exporter=s.firm).values_list("details", flat=True)
    assert not [d for d in trail if "capacity" in str(d)]


def test_reports_of_other_firms_are_for_staff_only() -> None:
    s = scene()
    Signal.objects.create(buyer=s.buyer, kind="overdue_reported", happened_on=timezone.now().date(), source="test")
    assert [(r["code"], r.get("staff_only")) for r in s.ask().referral_reasons] == [("overdue_signal", True)]


def hit(on: Buyer, stage: str) -> None:
    """A sanctions hit on the buyer, at a stage."""
    run = FeedRun.objects.create(kind="un_consolidated", file_name="un.xml")
    day = timezone.now().date()
    entry = SanctionsEntry.objects.create(
        sanctions_list="un", source_id=stage, kind="entity", name="X", digest="x", first_edition=day, edition=day,
        run=run,
    )  # fmt: skip
    ScreeningHit.objects.create(
        buyer=on, entry=entry, entry_version=1, buyer_name="X", list_name="X", likeness=100, country="same", stage=stage
    )


@pytest.mark.parametrize(("stage", "code"), [("open", "sanctions_undecided"), ("confirmed", "sanctions_confirmed")])
def test_a_sanctions_hit_goes_to_a_person_and_the_exporter_reads_nothing_of_it(stage: str, code: str) -> None:
    s = scene()
    hit(s.buyer, stage)
    made = s.ask()
    assert (made.stage, CreditLimit.objects.count()) == ("referred", 0)
    assert [(r["code"], r.get("staff_only")) for r in made.referral_reasons] == [(code, True)]
    trail = AuditEvent.objects.filter(exporter=s.firm).values_list("details", flat=True)
    assert not [d for d in trail if "sanctions" in str(d)]


def test_a_cleared_or_withdrawn_hit_keeps_nobody_from_an_answer() -> None:
    s = scene()
    hit(s.buyer, "cleared")
    hit(s.buyer, "withdrawn")
    assert s.ask().stage == "decided"


def test_an_insolvency_declines_at_once() -> None:
    s = scene()
    record_signal_of_insolvency(s.buyer.pk, s.clerk.pk)
    made = s.ask()
    assert made.stage == "decided"
    assert LimitDecision.objects.get().outcome == "declined"
    assert not CreditLimit.objects.exists()


def record_signal_of_insolvency(buyer: int, by: int) -> None:
    """As claims will record it."""
    try:
        record_signal(
            by=None, buyer=buyer, kind="insolvency_filed", happened_on=timezone.now().date(), source="test", facts={}
        )
    except TypeError:
        Signal.objects.create(buyer_id=buyer, kind="insolvency_filed", happened_on=timezone.now().date(), source="test")


def test_a_request_in_another_currency_takes_capacity_in_the_house_currency() -> None:
    rates()
    s = scene()
    s.ask(currency="USD")  # 1 EUR = 1.25 USD
    limit = CreditLimit.objects.get()
    assert (limit.amount, limit.currency, limit.house_amount) == (D(100_000), "USD", D(80_000))
    assert LimitDecision.objects.get().rate == D("0.8")


@pytest.mark.parametrize(("currency", "code"), [("SVC", "currency_not_quoted"), ("XXX", "unknown_currency")])
def test_unknown_currencies_are_refused(currency: str, code: str) -> None:
    s = scene()
    with pytest.raises(Refused) as caught:
        s.ask(currency=currency)
    assert refusals(caught) == [code]


def test_an_increase_takes_the_place_of_the_limit() -> None:
    s = scene()
    s.ask()
    s.ask(kind="increase", amount=D(250_000))
    limit = CreditLimit.objects.get()
    assert (limit.amount, BuyerCapacity.objects.get().issued) == (D(250_000), D(250_000))
    first, second = LimitDecision.objects.order_by("id")
    assert second.supersedes == first


def test_a_reduction_is_given_at_once_holds_after_the_notice_and_keeps_the_capacity_until_then() -> None:
    s = scene(limit_notice_days=10)
    s.ask()
    made = s.ask(kind="reduction", amount=D(40_000), comment="less, please", terms_days=9)
    limit = CreditLimit.objects.get()
    assert (made.stage, limit.amount, limit.upcoming.amount) == ("decided", D(100_000), D(40_000))
    assert limit.upcoming_on == timezone.now().date() + timedelta(days=11)
    assert BuyerCapacity.objects.get().issued == D(100_000)


def test_a_cancellation_needs_no_amount_and_is_not_held_up_by_an_open_request() -> None:
    s = scene()
    s.ask()
    s.ask(kind="increase", amount=D(200_000), comment="please")
    made = s.ask(kind="cancellation", amount=D(77))
    assert (made.stage, made.amount) == ("decided", D(0))
    assert CreditLimit.objects.get().upcoming.outcome == "cancelled"


def test_an_earlier_cut_goes_before_a_later_one_that_was_announced() -> None:
    s = scene(limit_notice_days=10)
    s.ask()
    s.ask(kind="reduction", amount=D(40_000))
    first = CreditLimit.objects.get().upcoming
    s.policy.terms.update(limit_notice_days=20)
    s.ask(kind="reduction", amount=D(30_000))
    assert CreditLimit.objects.get().upcoming == first  # comes sooner
    s.policy.terms.update(limit_notice_days=0)
    s.ask(kind="reduction", amount=D(20_000))
    assert CreditLimit.objects.get().upcoming.amount == D(20_000)


def test_a_temporary_increase_falls_back_to_what_was_there() -> None:
    s = scene()
    s.ask()
    until = timezone.now().date() + timedelta(days=60)
    s.ask(kind="temporary", amount=D(300_000), until=until)
    limit = CreditLimit.objects.get()
    assert (limit.amount, limit.valid_to) == (D(300_000), until)
    assert (limit.upcoming.amount, limit.upcoming_on) == (D(100_000), until + timedelta(days=1))
    on = LimitDecision.objects.in_force_on
    assert on(s.policy.pk, s.buyer.pk, until).amount == D(300_000)
    assert on(s.policy.pk, s.buyer.pk, until + timedelta(days=1)).amount == D(100_000)
    assert on(s.policy.pk, s.buyer.pk, s.policy.starts_on - timedelta(days=1)) is None


def test_a_temporary_increase_beyond_the_limit_s_own_end_falls_back_to_nothing() -> None:
    s = scene()
    s.ask(until=timezone.now().date() + timedelta(days=10))
    s.ask(kind="temporary", amount=D(300_000), until=timezone.now().date() + timedelta(days=60))
    assert CreditLimit.objects.get().upcoming is None


def test_a_reduction_lasts_no_longer_than_the_limit_it_cuts() -> None:
    s = scene()
    until = timezone.now().date() + timedelta(days=30)
    s.ask(until=until)
    s.ask(kind="reduction", amount=D(99_999))
    s.ask(kind="reduction", amount=D(99_998), until=until + timedelta(days=90))
    assert [d.valid_to for d in LimitDecision.objects.order_by("id")] == [until, until, until]


def test_a_reduction_that_would_begin_after_the_limit_s_end_brings_nothing_back() -> None:
    s = scene()
    s.ask(until=timezone.now().date() + timedelta(days=1))
    today = timezone.now().date()
    CreditLimit.objects.update(valid_to=today)
    s.ask(kind="reduction", amount=D(99_999))
    assert CreditLimit.objects.get().upcoming is None


def held_on(s: Scene, day: date) -> D:
    found = LimitDecision.objects.in_force_on(s.policy.pk, s.buyer.pk, day)
    return found.amount if found else D(0)


@pytest.mark.parametrize(("left", "after"), [(200_000, 100_000), (100_000, 100_000), (60_000, 60_000)])
def test_a_reduction_in_a_season_leaves_no_more_after_it_than_stood_before(left: int, after: int) -> None:
    s = scene()
    s.ask()
    until = timezone.now().date() + timedelta(days=10)
    s.ask(kind="temporary", amount=D(300_000), until=until)
    s.ask(kind="reduction", amount=D(left))
    last = LimitDecision.objects.order_by("id").first().valid_to
    assert [held_on(s, day) for day in (timezone.now().date(), until, until + timedelta(days=1), last)] == [
        D(300_000), D(left), D(after), D(after),
    ]  # fmt: skip
    assert held_on(s, last + timedelta(days=1)) == 0
    for days in (1, 11):
        with time_machine.travel(timezone.now().replace(hour=12, minute=0) + timedelta(days=days)):
            lapse_limits(time_zone="UTC")
    assert CreditLimit.objects.get().amount == D(after)


def test_a_reduction_that_begins_after_a_season_is_held_against_what_holds_then() -> None:
    s = scene(limit_notice_days=20)
    s.ask()
    s.ask(kind="temporary", amount=D(300_000), until=timezone.now().date() + timedelta(days=10))
    with pytest.raises(Refused) as caught:
        s.ask(kind="reduction", amount=D(100_000))
    assert refusals(caught) == ["reduction_not_below_present"]
    s.ask(kind="reduction", amount=D(60_000))
    first = timezone.now().date() + timedelta(days=21)
    assert [held_on(s, first - timedelta(days=1)), held_on(s, first)] == [D(100_000), D(60_000)]


def test_days_below_zero_are_refused_whatever_is_asked() -> None:
    s = scene()
    s.ask()
    for kind in ("reduction", "cancellation"):
        with pytest.raises(Refused) as caught:
            s.ask(kind=kind, amount=D(1), terms_days=-99_999)
        assert refusals(caught) == ["terms_below_zero"]


# --- one firm under two entries -------------------------------------------------------------------------------------


def test_what_is_issued_on_an_entry_counts_for_the_firm_it_was_merged_into() -> None:
    old, new = good_buyer(), good_buyer()
    appetite(buyer=new, cap=150_000)
    scene(old).ask()
    merge_buyers(by=underwriter().pk, source=old.pk, into=new.pk)
    made = scene(new).ask()
    assert made.stage == "referred"
    assert [r["code"] for r in made.referral_reasons] == ["capacity_short"]


def test_what_was_asked_on_an_entry_is_decided_within_the_capacity_of_the_firm_it_was_merged_into() -> None:
    old, new = good_buyer(), good_buyer()
    appetite(buyer=new, cap=150_000)
    waiting = scene(old).ask(comment="please")
    merge_buyers(by=underwriter().pk, source=old.pk, into=new.pk)
    scene(new).ask()
    with pytest.raises(Refused) as caught:
        decide_limit_request(by=senior().pk, request=waiting.pk, outcome="approved", amount=D(100_000))
    assert refusals(caught) == ["over_capacity"]


def test_a_decision_on_a_merged_entry_can_be_appealed() -> None:
    s = scene(good_buyer())
    into = good_buyer()
    refused = decision(limit_request(s.policy, s.buyer, stage="decided"), outcome="declined", amount=0,
                       appeal_by=timezone.now().date())  # fmt: skip
    merge_buyers(by=underwriter().pk, source=s.buyer.pk, into=into.pk)
    made = s.ask(appeals=refused.pk, comment="Newer accounts")
    assert (made.buyer, made.stage) == (into, "referred")


def test_an_announced_cut_sends_the_next_request_to_a_person() -> None:
    s = scene()
    s.ask()
    s.ask(kind="reduction", amount=D(40_000))
    made = s.ask(kind="increase", amount=D(150_000))
    assert [r["code"] for r in made.referral_reasons] == ["cut_announced"]


# --- two steps -------------------------------------------------------------------------------------------------------


def test_where_the_firm_reviews_it_a_colleague_sends_it() -> None:
    s = scene(firm=REVIEWED)
    made = s.ask()
    assert (made.stage, made.asked_at, Review.objects.get().outcome) == ("awaiting_review", None, "")
    assert not CreditLimit.objects.exists()
    with pytest.raises(Refused) as own:
        send_reviewed_request(by=s.clerk.pk, request=made.pk)
    assert refusals(own) == ["review_needs_a_colleague"]
    sent = send_reviewed_request(by=s.colleague.pk, request=made.pk)
    assert (sent.stage, sent.asked_by_id, Review.objects.get().outcome) == ("decided", s.colleague.pk, "sent")
    assert CreditLimit.objects.get().amount == D(100_000)
    with pytest.raises(Refused) as again:
        send_reviewed_request(by=s.colleague.pk, request=made.pk)
    assert refusals(again) == ["stage_has_moved_on"]


def test_what_has_become_impossible_is_not_sent() -> None:
    s = scene(firm=REVIEWED)
    made = s.ask()
    s.policy.stage = "suspended"
    s.policy.save()
    with pytest.raises(Refused) as caught:
        send_reviewed_request(by=s.colleague.pk, request=made.pk)
    assert refusals(caught) == ["policy_suspended"]
    assert LimitRequest.objects.get().stage == "awaiting_review"


def test_handed_back_it_is_a_draft_that_can_be_mended_under_the_same_key() -> None:
    s = scene(firm=REVIEWED)
    made = s.ask()
    with pytest.raises(Refused) as caught:
        hand_back_request(by=s.colleague.pk, request=made.pk, words=" ")
    assert refusals(caught) == ["hand_back_says_nothing"]
    back = hand_back_request(by=s.colleague.pk, request=made.pk, words="Wrong terms: 30 days.")
    assert (back.stage, back.returned_words, Review.objects.get().outcome) == (
        "draft", "Wrong terms: 30 days.", "returned",
    )  # fmt: skip
    told = Notice.objects.filter(kind="policies.request_handed_back", channel="page")
    assert [(row.recipient_id, row.facts["words"], row.facts["by"]) for row in told] == [
        (s.clerk.pk, "Wrong terms: 30 days.", s.colleague.name)
    ]
    again = s.ask(amount=D(90_000), form_key=made.form_key)
    assert (again.pk, again.stage, again.amount) == (made.pk, "awaiting_review", D(90_000))
    assert again.returned_words == ""
    assert Review.objects.filter(outcome="").count() == 1


def test_two_reductions_may_await_a_colleague_beside_an_open_request() -> None:
    s = scene(firm=REVIEWED)
    decision(policy=s.policy, buyer=s.buyer)
    s.ask(kind="increase", amount=D(200_000))
    s.ask(kind="reduction", amount=D(50_000))
    s.ask(kind="reduction", amount=D(40_000))
    assert LimitRequest.objects.filter(stage="awaiting_review").count() == 3


# --- withdrawing -----------------------------------------------------------------------------------------------------


def test_a_request_is_withdrawn_once_and_the_way_is_free_again() -> None:
    s = scene()
    made = s.ask(comment="please")
    withdrawn = withdraw_limit_request(by=s.colleague.pk, request=made.pk)
    assert (withdrawn.stage, withdrawn.closed_at is not None) == ("withdrawn", True)
    withdraw_limit_request(by=s.colleague.pk, request=made.pk)
    assert s.ask().stage == "decided"


def test_withdrawing_what_awaits_review_closes_the_review() -> None:
    s = scene(firm=REVIEWED)
    made = s.ask()
    withdraw_limit_request(by=s.clerk.pk, request=made.pk)
    assert Review.objects.get().outcome == "withdrawn"


def test_what_is_decided_cannot_be_withdrawn() -> None:
    s = scene()
    made = s.ask()
    with pytest.raises(Refused) as caught:
        withdraw_limit_request(by=s.clerk.pk, request=made.pk)
    assert refusals(caught) == ["stage_has_moved_on"]
    for nobody in (s.reader.pk, member(scene().firm).pk):
        with pytest.raises(NotAllowed):
            withdraw_limit_request(by=nobody, request=made.pk)


# --- appeals ---------------------------------------------------------------------------------------------------------


def test_an_appeal_is_a_request_that_names_the_decision_and_goes_to_a_person() -> None:
    s = scene()
    s.ask(amount=D(4_000_000))  # the rule supports 2,400,000
    part = LimitDecision.objects.get()
    assert part.outcome == "partly_approved"
    made = s.ask(kind="increase", amount=D(4_000_000), comment="New accounts.", appeals=part.pk)
    assert (made.stage, made.appeals) == ("referred", part)
    assert [r["code"] for r in made.referral_reasons] == ["decision_appealed", "comment_given"]
    withdraw_limit_request(by=s.clerk.pk, request=made.pk)
    s.ask(kind="increase", amount=D(4_000_000), comment="Once more.", appeals=part.pk)
    with pytest.raises(Refused) as caught:
        s.ask(kind="increase", amount=D(4_000_000), comment="And again.", appeals=part.pk)
    assert "appealed_already" in refusals(caught)


def test_nobody_appeals_against_a_decision_of_another_firm() -> None:
    s, rival = scene(), scene()
    rival.ask()
    in_book(s.firm, rival.buyer)
    with pytest.raises(LimitDecision.DoesNotExist):
        s.ask(comment="x", appeals=LimitDecision.objects.get().pk)


def test_an_appeal_brings_its_documents_and_keeps_each_once_however_often_it_is_sent() -> None:
    s = scene()
    s.ask(amount=D(4_000_000))
    part = LimitDecision.objects.get()
    key = uuid.uuid4()
    again = {"kind": "increase", "amount": D(4_000_000), "comment": "New.", "appeals": part.pk, "form_key": key}
    made = s.ask(**again, uploads=[pdf("accounts.pdf"), pdf("accounts.pdf"), pdf("order.pdf", PDF + b"%order")])
    s.ask(**again, uploads=[pdf("accounts.pdf")])
    assert sorted(paper.document.name for paper in made.papers.all()) == ["accounts.pdf", "order.pdf"]
    assert {paper.document.exporter for paper in made.papers.all()} == {s.policy.exporter}


def test_an_appeal_with_a_file_that_is_refused_leaves_nothing_behind() -> None:
    s = scene()
    s.ask(amount=D(4_000_000))
    part = LimitDecision.objects.get()
    with pytest.raises(Refused) as caught:
        s.ask(kind="increase", amount=D(4_000_000), comment="New accounts.", appeals=part.pk,
              uploads=[pdf("accounts.pdf"), pdf("empty.pdf", b"")])  # fmt: skip
    assert [(no.code, no.about) for no in caught.value.refusals] == [("document_empty", "files")]
    assert not LimitRequest.objects.filter(appeals=part).exists()
    assert not Document.objects.exists()


def test_papers_are_kept_by_people_of_the_firm_only() -> None:
    s = scene()
    made, stranger = s.ask(), member(exporter())
    with pytest.raises(NotAllowed):
        keep_request_papers(by=stranger.pk, request=made.pk, uploads=[pdf("accounts.pdf")])
    assert not made.papers.exists()
