"""Asking for a limit, sending what a colleague entered, taking a request back; and the machine's answer."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.access import require_role
from accounts.audit import action, record, subject_of
from accounts.clock import today_in
from buyers.models import Buyer
from desk.actions.notice import tell
from desk.actions.review import decide_review, open_review
from desk.models import Review
from desk.models.review import ReviewOutcome
from desk.storage import files_follow_rows
from kernel.currencies import is_currency
from kernel.money import Rate
from kernel.refusals import refusal, refuse
from kernel.working import as_json
from policies.actions.holding import HeldBuyer, Writ
from policies.actions.paper import keep_request_papers
from policies.appealing import Appealed, appeal_refused
from policies.capacity import Capacity
from policies.edition import Edition, edition
from policies.lifecycle import LIMIT_REQUEST
from policies.limits import (
    DECLINED,
    GRANTED,
    LESS,
    PARTLY,
    REFERRED,
    Answer,
    Question,
    Standing,
    answered,
    reasons_as_json,
)
from policies.models import CreditLimit, LimitDecision, LimitRequest, Policy, PolicyTerms
from policies.models.facts import capacity_on, house_rate, in_house, refreshed, setting_of, standing_of
from policies.models.limit_decision import CUTS, Outcome
from policies.models.limit_request import GIVING_UP, RequestKind, RequestStage
from policies.requesting import Setting, Wanted, refused
from policies.validity import Validity, cut_takes_effect, granted

ACT = "policies.ask_for_limit"
OUTCOMES = {GRANTED: Outcome.APPROVED, PARTLY: Outcome.PARTLY_APPROVED, DECLINED: Outcome.DECLINED}


@files_follow_rows()
@action
def ask_for_limit(
    *,
    by: int,
    policy: int,
    buyer: int,
    kind: str,
    amount: Decimal,
    currency: str,
    terms_days: int,
    form_key: uuid.UUID,
    until: date | None = None,
    turnover: Decimal | None = None,
    comment: str = "",
    own_reference: str = "",
    appeals: int | None = None,
    uploads: Sequence[UploadedFile] = (),
) -> LimitRequest:
    """Ask for a limit on a buyer of the firm's book; `amount` and `turnover` in `currency`, `until` the last day.

    The machine answers in the same transaction, or hands it to an underwriter; where the firm reviews this act, it
    waits for a colleague instead. The same `form_key` finds the request it already made. Refuses what
    policies/requesting.py refuses, and appeals that policies/appealing.py refuses. An appeal may bring files along;
    when keep_document refuses one of them, nothing of the request is left.
    """
    asking = _Asking.gathered(policy, buyer, currency)
    require_role(by, asking.policy.exporter_id)
    made = LimitRequest.objects.filter(exporter_id=asking.policy.exporter_id, form_key=form_key).first()
    if made and made.stage != RequestStage.DRAFT:
        record(by=by, subject=made, exporter=made.exporter_id, outcome="repeated")
        return made
    held = HeldBuyer.lock(asking.buyer.pk)
    asking = asking.about(held.firm)
    # A double click waits at the lock; what its first click made is seen only now.
    made = LimitRequest.objects.filter(exporter_id=asking.policy.exporter_id, form_key=form_key).first()
    if made and made.stage != RequestStage.DRAFT:
        record(by=by, subject=made, exporter=made.exporter_id, outcome="repeated")
        return made
    if kind == RequestKind.CANCELLATION:
        amount = Decimal(0)
    wanted = Wanted(kind, amount, currency, terms_days, until, turnover)
    setting = refreshed(asking.setting, asking.policy, asking.buyer)
    refuse((*refused(wanted, setting), *_appeal_refused(appeals, asking, comment)))
    request = made or LimitRequest(form_key=form_key, created_by_id=by, exporter_id=asking.policy.exporter_id)
    request.policy, request.buyer, request.appeals_id = asking.policy, asking.buyer, appeals
    request.kind, request.amount, request.currency, request.terms_days = kind, amount, currency, terms_days
    request.wanted_until, request.expected_turnover = until, turnover
    request.comment, request.own_reference, request.returned_words = comment, own_reference, ""
    return _handed_in(by, request, held, asking, uploads)


@action
def send_reviewed_request(*, by: int, request: int) -> LimitRequest:
    """A colleague of whoever entered it sends the request; the machine answers as it would have then."""
    seen = LimitRequest.objects.get(pk=request)
    require_role(by, seen.exporter_id)
    asking = _Asking.gathered(seen.policy_id, seen.buyer_id, seen.currency)
    held = HeldBuyer.lock(asking.buyer.pk)
    asking = asking.about(held.firm)
    found = LimitRequest.objects.select_for_update().get(pk=request)
    LIMIT_REQUEST.target("send", found.stage)
    wanted = Wanted(
        found.kind, found.amount, found.currency, found.terms_days, found.wanted_until, found.expected_turnover
    )
    refuse(refused(wanted, refreshed(asking.setting, asking.policy, asking.buyer, found.pk)))
    decide_review(by=by, review=_review_of(found).pk, outcome=ReviewOutcome.SENT)
    found.stage = LIMIT_REQUEST.target("send", found.stage)
    found.asked_at, found.asked_by_id = timezone.now(), by
    _answer(found, held, asking)
    record(by=by, subject=found, exporter=found.exporter_id, **_told(found))
    return found


@action
def hand_back_request(*, by: int, request: int, words: str) -> LimitRequest:
    """The colleague asked to send it hands it back: a draft again, which whoever entered it may mend and hand in.

    `words` say what is to be mended; its author is told, and finds them on the request. Refused without any.
    """
    found = LimitRequest.objects.select_for_update().get(pk=request)
    require_role(by, found.exporter_id)
    found.stage = LIMIT_REQUEST.target("hand_back", found.stage)
    found.returned_words = words.strip()
    refuse([] if found.returned_words else [refusal("hand_back_says_nothing", "words")])
    review = decide_review(by=by, review=_review_of(found).pk, outcome=ReviewOutcome.RETURNED)
    found.save(update_fields=["stage", "returned_words"])
    record(by=by, subject=found, exporter=found.exporter_id, stage=found.stage, words=found.returned_words)
    _tell_handed_back(by, found, review)
    return found


@action
def withdraw_limit_request(*, by: int, request: int) -> LimitRequest:
    """The firm no longer wants an answer. Refused once there is one; withdrawing twice changes nothing."""
    found = LimitRequest.objects.select_for_update().get(pk=request)
    require_role(by, found.exporter_id)
    if found.stage == RequestStage.WITHDRAWN:
        record(by=by, subject=found, exporter=found.exporter_id, outcome="repeated")
        return found
    former, found.stage = found.stage, LIMIT_REQUEST.target("withdraw", found.stage)
    if former == RequestStage.AWAITING_REVIEW:
        decide_review(by=by, review=_review_of(found).pk, outcome=ReviewOutcome.WITHDRAWN)
    found.closed_at = timezone.now()
    found.save(update_fields=["stage", "closed_at"])
    record(by=by, subject=found, exporter=found.exporter_id, former=former, stage=found.stage)
    return found


@dataclass(frozen=True)
class _Asking:
    """What is read before the buyer is locked, so that the lock is held as short as can be."""

    policy: Policy
    terms: PolicyTerms | None
    buyer: Buyer
    currency: str
    now: datetime
    today: date
    edition: Edition
    setting: Setting
    cap: Capacity
    standing: Standing

    @classmethod
    def gathered(cls, policy: int, buyer: int, currency: str) -> "_Asking":
        found = Policy.objects.select_related("exporter").get(pk=policy)
        today = today_in(found.time_zone)
        terms, entity, rule, now = (
            PolicyTerms.objects.terms_on(policy, today),
            Buyer.objects.present(buyer),
            edition(),
            timezone.now(),
        )
        cap = capacity_on(entity, today, rule)
        setting = setting_of(found, terms, entity, today, currency if is_currency(currency) else "")
        standing = standing_of(entity, now, today, rule, cap)
        return cls(found, terms, entity, currency, now, today, rule, setting, cap, standing)

    def about(self, firm: Buyer) -> "_Asking":
        """The same, unless the buyer was merged into `firm` before it was locked: then read again."""
        return self if firm.pk == self.buyer.pk else _Asking.gathered(self.policy.pk, firm.pk, self.currency)

    def question(self, request: LimitRequest, held: HeldBuyer, limit: CreditLimit | None, rate: Rate) -> Question:
        """The request as the rule is asked, with the room that is left on the locked buyer."""
        assert self.terms is not None  # requesting.refused
        in_force = limit if limit and limit.amount else None
        return Question(
            kind=request.kind,
            amount=request.amount,
            currency=request.currency,
            terms_days=request.terms_days,
            rate=rate,
            standing=self.standing,
            standard_terms_days=self.terms.standard_terms_days,
            machine_maximum=in_house(self.terms.machine_limit_maximum, self.policy.currency, self.today),
            comment_given=bool(request.comment.strip()),
            appealed=request.appeals_id is not None,
            cut_announced=in_force is not None and in_force.upcoming is not None
            and in_force.upcoming.outcome in CUTS,
            present=in_force.amount if in_force else Decimal(0),
            present_house=in_force.house_amount if in_force else Decimal(0),
            room=self.cap.room(held.issued),
        )  # fmt: skip


def _handed_in(
    by: int, request: LimitRequest, held: HeldBuyer, asking: _Asking, uploads: Sequence[UploadedFile]
) -> LimitRequest:
    """Store it: awaiting a colleague where the firm wants two steps, else asked and answered."""
    reviewed = ACT in asking.policy.exporter.reviewed_acts
    before = request.stage if request.pk else ""
    request.stage = LIMIT_REQUEST.target("hand_in" if reviewed else "ask", before)
    if not reviewed:
        request.asked_at, request.asked_by_id = timezone.now(), by
    _stored(request)
    if uploads:
        keep_request_papers(by=by, request=request.pk, uploads=uploads)
    if reviewed:
        path = reverse("limit_request", args=[request.pk])
        open_review(by=by, exporter=request.exporter_id, act=ACT, subject=subject_of(request), path=path)
    else:
        _answer(request, held, asking)
    record(by=by, subject=request, exporter=request.exporter_id, **_told(request))
    return request


def _tell_handed_back(by: int, request: LimitRequest, review: Review) -> None:
    assert review.decided_by is not None  # just now
    facts = {
        "reference": str(request.reference),
        "buyer": request.buyer.firm.name,
        "by": review.decided_by.name,
        "words": request.returned_words,
    }
    tell(
        by=by, exporter=request.exporter_id, kind="policies.request_handed_back", facts=facts,
        subject=subject_of(review), path=reverse("limit_request", args=[request.pk]),
        recipients=[request.created_by_id],
    )  # fmt: skip


def _stored(request: LimitRequest) -> None:
    """Save; what two browsers wrote at the same instant under one form key is told as what it is."""
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError:
        refuse([refusal("request_open_already", "buyer", reference="")])


def _answer(request: LimitRequest, held: HeldBuyer, asking: _Asking) -> None:
    """Ask the rule, write its answer: a decision, or the reasons for a person to look."""
    limit = held.limit_under(asking.policy)
    rate = house_rate(request.currency or asking.policy.currency, asking.today)
    if request.kind == RequestKind.CANCELLATION and limit:
        request.currency = limit.currency
        rate = house_rate(limit.currency, asking.today)
    answer = answered(asking.question(request, held, limit, rate), asking.edition)
    request.edition, request.working = answer.edition, as_json(answer.steps)
    request.machine_amount = answer.machine_amount
    if answer.outcome == REFERRED:
        request.referral_reasons = reasons_as_json(answer.reasons)
        request.stage = LIMIT_REQUEST.target("refer", request.stage)
    else:
        request.stage = LIMIT_REQUEST.target("answer", request.stage)
        request.closed_at = timezone.now()
        validity = _validity(request, held, limit, asking)
        held.issue(asking.policy, limit, _writ(request, answer, validity, asking, rate), request, asking.today)
    request.save()


def _writ(request: LimitRequest, answer: Answer, validity: Validity, asking: _Asking, rate: Rate) -> Writ:
    terms = asking.terms
    assert terms is not None  # requesting.refused
    outcome = _outcome(request, answer)
    gives_up = request.kind in GIVING_UP
    return Writ(
        outcome=outcome,
        amount=answer.amount,
        currency=request.currency,
        terms_days=request.terms_days,
        validity=validity,
        rate=rate,
        edition=answer.edition,
        reasons=tuple(reasons_as_json(answer.shown_reasons)),
        working=tuple(request.working),
        appeal_by=None if gives_up else asking.today + timedelta(days=terms.appeal_days),
    )


def _outcome(request: LimitRequest, answer: Answer) -> str:
    if request.kind in LESS:
        return Outcome.REDUCED if request.kind == RequestKind.REDUCTION else Outcome.CANCELLED
    return OUTCOMES[answer.outcome]


def _validity(request: LimitRequest, held: HeldBuyer, limit: CreditLimit | None, asking: _Asking) -> Validity:
    terms, ends_on = asking.terms, asking.policy.ends_on
    assert terms is not None  # requesting.refused
    if request.kind in LESS:
        first = cut_takes_effect(asking.today, terms.limit_notice_days)
        assert limit is not None  # requesting.refused
        return held.cut(asking.policy, limit, request.amount, first, request.wanted_until)
    return granted(asking.today, terms.limit_lifetime_months, request.wanted_until, ends_on)


def _appeal_refused(appeals: int | None, asking: _Asking, comment: str) -> tuple[Any, ...]:
    if appeals is None:
        return ()
    same_firm = Buyer.objects.same_firm(asking.buyer.pk)
    decision = LimitDecision.objects.get(pk=appeals, policy=asking.policy, buyer__in=same_firm)
    again = LimitRequest.objects.filter(appeals=decision).exclude(stage=RequestStage.WITHDRAWN).exists()
    return appeal_refused(Appealed(decision.appeal_by, again), comment, asking.today)


def _review_of(request: LimitRequest) -> Review:
    return Review.objects.get(act=ACT, subject=subject_of(request), outcome=ReviewOutcome.OPEN)


def _told(request: LimitRequest) -> dict[str, Any]:
    """What the firm's owners may read in the trail: never why a request was referred."""
    return {
        "reference": str(request.reference),
        "own_reference": request.own_reference,
        "kind": request.kind,
        "amount": f"{request.amount:f}",
        "currency": request.currency,
        "buyer": request.buyer_id,
        "buyer_name": request.buyer.name,
        "stage": request.stage,
    }
