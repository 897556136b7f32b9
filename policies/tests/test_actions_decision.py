"""Deciding, countersigning, reviewing: within authority, within capacity, by the right people, once."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from accounts.models.roles import CLAIMS_HANDLER
from accounts.tests.factories import staff
from buyers.tests.factories import score
from kernel.refusals import NotAllowed, Refused
from policies.actions.decision import countersign_decision, decide_limit_request, return_decision
from policies.actions.request import withdraw_limit_request
from policies.actions.review import review_limit
from policies.models import BuyerCapacity, CreditLimit, LimitDecision, LimitRequest
from policies.tests.factories import appetite, decision
from policies.tests.scene import Scene, good_buyer, rates, scene, senior, underwriter

pytestmark = pytest.mark.django_db
PART = {"outcome": "partly_approved", "amount": D(60_000), "reasons": ("slow_payment",)}
ALL = {"outcome": "approved", "amount": D(100_000)}
NO = {"outcome": "declined", "amount": D(0), "reasons": ("overall_assessment",)}


def referred(s: Scene | None = None, **wanted: object) -> LimitRequest:
    return (s or scene()).ask(comment="Please look.", **wanted)


def refusals(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [r.code for r in caught.value.refusals]


def test_an_underwriter_grants_a_part_with_reasons_conditions_and_words() -> None:
    made, by = referred(), underwriter()
    until = timezone.now().date() + timedelta(days=90)
    done = decide_limit_request(
        by=by.pk, request=made.pk, **PART, valid_to=until, conditions=("retention_of_title",), words="Until spring."
    )
    given = LimitDecision.objects.get()
    assert done.stage == "decided"
    assert (given.outcome, given.amount, given.valid_to, given.decided_by) == ("partly_approved", D(60_000), until, by)
    assert (given.conditions, given.words, given.working) == (["retention_of_title"], "Until spring.", [])
    assert given.appeal_by == timezone.now().date() + timedelta(days=30)
    assert CreditLimit.objects.get().amount == D(60_000)


def test_declining_leaves_the_present_limit_as_it_is() -> None:
    s = scene()
    s.ask()
    made = s.ask(kind="increase", amount=D(300_000), comment="please")
    decide_limit_request(by=underwriter().pk, request=made.pk, **NO)
    assert CreditLimit.objects.get().amount == D(100_000)
    refused = LimitDecision.objects.get(outcome="declined")
    assert (refused.supersedes, refused.amount) == (None, D(0))


def test_nobody_else_decides() -> None:
    s = scene()
    made = referred(s)
    for nobody in (s.owner.pk, staff(CLAIMS_HANDLER).pk):
        with pytest.raises(NotAllowed):
            decide_limit_request(by=nobody, request=made.pk, **ALL)


def test_a_request_is_decided_once_and_not_after_it_was_withdrawn() -> None:
    s = scene()
    made, by = referred(s), underwriter().pk
    decide_limit_request(by=by, request=made.pk, **ALL)
    with pytest.raises(Refused) as again:
        decide_limit_request(by=by, request=made.pk, **ALL)
    assert refusals(again) == ["stage_has_moved_on"]
    other = referred(scene(buyer=s.buyer))
    withdraw_limit_request(by=LimitRequest.objects.get(pk=other.pk).created_by_id, request=other.pk)
    with pytest.raises(Refused):
        decide_limit_request(by=by, request=other.pk, **ALL)


def test_the_rule_of_decisions_is_asked() -> None:
    made = referred()
    with pytest.raises(Refused) as caught:
        decide_limit_request(by=underwriter().pk, request=made.pk, outcome="partly_approved", amount=D(100_000))
    assert refusals(caught) == ["partly_means_less", "reason_missing"]
    assert not LimitDecision.objects.exists()


def test_no_one_passes_the_cap_neither_alone_nor_with_a_second() -> None:
    s = scene()
    appetite(150_000, buyer=s.buyer)
    decision(policy=scene(buyer=s.buyer).policy, buyer=s.buyer, amount=D(60_000))
    made = referred(s)
    with pytest.raises(Refused) as caught:
        decide_limit_request(by=underwriter().pk, request=made.pk, **ALL)
    assert refusals(caught) == ["over_capacity"]
    assert caught.value.refusals[0].facts["room_amount"] == D(90_000)
    decide_limit_request(by=underwriter().pk, request=made.pk, **{**PART, "amount": D(90_000)})
    assert BuyerCapacity.objects.get().issued == D(150_000)


def test_keeping_the_present_limit_needs_no_room() -> None:
    s = scene()
    s.ask()
    made = s.ask(kind="increase", amount=D(300_000), comment="please")
    appetite(10, buyer=s.buyer)
    decide_limit_request(by=underwriter().pk, request=made.pk, **{**PART, "amount": D(100_000)})
    assert CreditLimit.objects.get().decision.outcome == "partly_approved"


@pytest.mark.parametrize(
    ("authority", "alone"),
    [
        ({"amount": 100_000}, True),
        ({"amount": 99_999}, False),
        ({"amount": None}, False),
        ({"worst_grade": 4}, True),
        ({"worst_grade": 3}, False),
    ],
)
def test_above_an_authority_the_decision_waits_for_a_countersignature(
    authority: dict[str, object], alone: bool
) -> None:
    made, by = referred(), underwriter(**authority)
    done = decide_limit_request(by=by.pk, request=made.pk, **ALL)
    assert done.stage == ("decided" if alone else "countersign")
    assert CreditLimit.objects.exists() is alone
    assert done.proposed_by == (None if alone else by)


def test_saying_no_needs_no_authority() -> None:
    made = referred()
    assert decide_limit_request(by=underwriter(amount=None).pk, request=made.pk, **NO).stage == "decided"


def test_authority_is_compared_in_the_house_currency() -> None:
    rates()
    made = referred(currency="USD")  # 80,000 EUR
    assert decide_limit_request(by=underwriter(amount=80_000).pk, request=made.pk, **ALL).stage == "decided"


def test_another_senior_underwriter_countersigns() -> None:
    s = scene()
    made, proposer, second = referred(s), senior(amount=10), senior()
    decide_limit_request(by=proposer.pk, request=made.pk, **PART)
    for nobody in (underwriter().pk, s.owner.pk):
        with pytest.raises(NotAllowed):
            countersign_decision(by=nobody, request=made.pk)
    with pytest.raises(Refused) as own:
        countersign_decision(by=proposer.pk, request=made.pk)
    assert refusals(own) == ["countersign_needs_another"]
    with pytest.raises(Refused) as short:
        countersign_decision(by=senior(amount=59_999).pk, request=made.pk)
    assert refusals(short) == ["amount_over_authority"]
    done = countersign_decision(by=second.pk, request=made.pk)
    given = LimitDecision.objects.get()
    assert (done.stage, given.amount, given.decided_by, given.countersigned_by) == (
        "decided", D(60_000), proposer, second,
    )  # fmt: skip


def test_a_proposal_may_be_returned_by_a_senior_or_taken_back() -> None:
    s = scene()
    made, proposer = referred(s), underwriter(amount=10)
    decide_limit_request(by=proposer.pk, request=made.pk, **ALL)
    with pytest.raises(NotAllowed):
        return_decision(by=underwriter().pk, request=made.pk)
    back = return_decision(by=senior().pk, request=made.pk)
    assert (back.stage, back.proposed, back.proposed_by) == ("referred", None, None)
    decide_limit_request(by=proposer.pk, request=made.pk, **ALL)
    assert return_decision(by=proposer.pk, request=made.pk).stage == "referred"


def test_capacity_that_went_meanwhile_stops_the_countersignature() -> None:
    s = scene()
    made = referred(s)
    decide_limit_request(by=underwriter(amount=10).pk, request=made.pk, **ALL)
    appetite(99_999, buyer=s.buyer)
    with pytest.raises(Refused) as caught:
        countersign_decision(by=senior().pk, request=made.pk)
    assert refusals(caught) == ["over_capacity"]


def test_under_a_closed_policy_one_can_only_decline() -> None:
    s = scene()
    made = referred(s)
    s.policy.stage = "cancelled"
    s.policy.save()
    with pytest.raises(Refused) as caught:
        decide_limit_request(by=underwriter().pk, request=made.pk, **ALL)
    assert refusals(caught) == ["policy_not_open_for_grants"]
    assert decide_limit_request(by=underwriter().pk, request=made.pk, **NO).stage == "decided"


def test_a_decision_about_a_policy_without_terms_today_still_declines() -> None:
    s = scene()
    made = referred(s)
    s.policy.terms.all().delete()
    assert decide_limit_request(by=underwriter().pk, request=made.pk, **NO).stage == "decided"


# --- reviews ---------------------------------------------------------------------------------------------------------


def regraded(s: Scene) -> CreditLimit:
    s.ask()
    score(s.buyer, 7)
    return CreditLimit.objects.to_review().get()


def test_a_regrade_puts_the_limit_on_the_review_list_and_keeping_takes_it_off() -> None:
    s = scene()
    limit = regraded(s)
    review_limit(by=underwriter().pk, limit=limit.pk, choice="keep")
    assert not CreditLimit.objects.to_review().exists()
    assert CreditLimit.objects.get().amount == D(100_000)


def test_a_reduction_is_announced_now_and_effective_after_the_notice() -> None:
    s = scene(limit_notice_days=30)
    limit = regraded(s)
    review_limit(by=underwriter().pk, limit=limit.pk, choice="reduce", amount=D(40_000), reasons=("weak_equity",))
    limit = CreditLimit.objects.get()
    assert (limit.amount, limit.upcoming.amount, limit.upcoming.request) == (D(100_000), D(40_000), None)
    assert limit.upcoming_on == timezone.now().date() + timedelta(days=31)
    assert not CreditLimit.objects.to_review().exists()


def test_a_withdrawal_ends_the_limit() -> None:
    s = scene()
    limit = regraded(s)
    review_limit(by=underwriter().pk, limit=limit.pk, choice="withdraw", reasons=("slow_payment",), words="Sorry.")
    upcoming = CreditLimit.objects.get().upcoming
    assert (upcoming.outcome, upcoming.amount, upcoming.valid_to) == ("cancelled", D(0), None)


def test_a_cut_never_takes_more_capacity_than_what_it_cuts_whatever_the_currency_did() -> None:
    rates()
    s = scene()
    made = decision(policy=s.policy, buyer=s.buyer, amount=D(100_000), currency="USD", house_amount=D(50_000))
    limit = CreditLimit.objects.get()
    review_limit(by=underwriter().pk, limit=limit.pk, choice="reduce", amount=D(90_000), reasons=("weak_equity",))
    assert made.house_amount == D(50_000)
    assert CreditLimit.objects.get().upcoming.house_amount == D(45_000)  # not 72,000


def test_reviews_are_refused_to_others_and_for_what_has_ended() -> None:
    s = scene()
    limit = regraded(s)
    with pytest.raises(NotAllowed):
        review_limit(by=s.owner.pk, limit=limit.pk, choice="keep")
    with pytest.raises(Refused) as caught:
        review_limit(by=underwriter().pk, limit=limit.pk, choice="reduce", amount=D(100_000), reasons=("weak_equity",))
    assert refusals(caught) == ["reduction_not_below_present"]
    CreditLimit.objects.update(amount=0, house_amount=0)
    with pytest.raises(Refused) as ended:
        review_limit(by=underwriter().pk, limit=limit.pk, choice="keep")
    assert refusals(ended) == ["limit_has_ended"]


def test_an_ungraded_buyer_needs_a_cap_of_its_own_before_the_first_limit() -> None:
    s = scene(buyer=good_buyer())
    s.buyer.grade = None
    s.buyer.save()
    made = referred(s)
    with pytest.raises(Refused) as caught:
        decide_limit_request(by=underwriter().pk, request=made.pk, **ALL)
    assert refusals(caught) == ["over_capacity"]
    appetite(100_000, buyer=s.buyer)
    assert decide_limit_request(by=senior().pk, request=made.pk, **ALL).stage == "decided"
