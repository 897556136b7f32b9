"""A claim begun, amended, filed or withdrawn by the firm."""

import uuid
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.access import require_role
from accounts.audit import action, record, subject_of
from accounts.models import User
from accounts.models.roles import CLAIMS_HANDLER
from buyers.actions.signal import record_signal
from buyers.models import BookEntry
from buyers.models.signal import SignalKind
from claims.deadlines import decide_by
from claims.filing import event_refused, filing_refused
from claims.lifecycle import CLAIM
from claims.models import Claim, ClaimEvent
from claims.models.claim import FILING, Cause, ClaimStage
from claims.papers import edition_of
from desk.actions.duty import lapse_duty
from desk.actions.notice import tell
from desk.actions.review import decide_review, drop_review, open_review
from desk.models import Review
from desk.models.review import ReviewOutcome
from kernel.currencies import is_currency
from kernel.refusals import refusal, refuse
from policies.models import Policy


@action
def start_claim(
    *,
    by: int,
    exporter: int,
    policy: int,
    buyer: int,
    cause: str,
    event_on: date,
    currency: str,
    form_key: uuid.UUID,
    account: str = "",
    own_reference: str = "",
) -> Claim:
    """A draft on a buyer of the firm's book. `form_key` names the form: sent twice, it is one claim.

    `event_on` is the opening of the insolvency, the political event, or the day since which the buyer is in default.
    """
    require_role(by, exporter)
    under = Policy.objects.get(pk=policy, exporter_id=exporter)
    claim = Claim(
        exporter_id=exporter, policy=under, buyer_id=buyer, cause=Cause(cause), event_on=event_on, currency=currency,
        form_key=form_key, account=account.strip(), own_reference=own_reference.strip(), created_by_id=by,
    )  # fmt: skip
    today = claim.today()
    refuse(event_refused(event_on, today))
    refuse([] if is_currency(currency) else [refusal("unknown_currency", "currency", currency=currency)])
    if not BookEntry.objects.filter(exporter_id=exporter, buyer_id=buyer).standing():
        refuse([refusal("buyer_not_in_book", "buyer")])
    claim.stage, claim.papers_edition = CLAIM.target("start"), edition_of(today).name
    columns = {f.attname: getattr(claim, f.attname) for f in Claim._meta.concrete_fields if not f.primary_key}
    made, new = Claim.objects.get_or_create(
        exporter_id=columns.pop("exporter_id"), form_key=columns.pop("form_key"), defaults=columns
    )
    if new:
        ClaimEvent.objects.add(made, "claim_started", by)
    record(by=by, subject=made, exporter=exporter, buyer=made.buyer_id, outcome="started" if new else "repeated")
    return made


@action
def amend_claim(
    *, by: int, claim: int, cause: str, event_on: date, account: str = "", own_reference: str = ""
) -> Claim:
    """Change what a draft says; what a colleague was to send goes back to be asked for again."""
    found = Claim.objects.locked(claim)
    require_role(by, found.exporter_id)
    refuse([] if found.stage == ClaimStage.DRAFT else [refusal("claim_filed_already")])
    refuse(event_refused(event_on, found.today()))
    before = {"cause": found.cause, "event_on": found.event_on.isoformat()}
    found.cause, found.event_on = Cause(cause), event_on
    found.account, found.own_reference = account.strip(), own_reference.strip()
    found.save(update_fields=["cause", "event_on", "account", "own_reference"])
    drop_review(by=by, exporter=found.exporter_id, act=FILING, subject=subject_of(found))
    record(by=by, subject=found, exporter=found.exporter_id, before=before, cause=cause, event_on=event_on.isoformat())
    return found


@action
def file_claim(*, by: int, claim: int) -> Claim:
    """Send the claim to the insurer, who decides it within the policy's term; the buyer's grade hears of it.

    Where the firm reviews this act, the first colleague's call opens the review and the second one's files. Filing
    what is filed already changes nothing.
    """
    found = Claim.objects.locked(claim)
    require_role(by, found.exporter_id)
    if found.filed_at and found.stage != ClaimStage.WITHDRAWN:
        record(by=by, subject=found, exporter=found.exporter_id, outcome="repeated")
        return found
    target, terms = CLAIM.target("file", found.stage), found.terms()
    refuse(filing_refused(found.facts(terms), found.today()))
    if FILING in found.exporter.reviewed_acts and not _sent_by_colleague(by, found):
        record(by=by, subject=found, exporter=found.exporter_id, outcome="awaits review")
        return found
    today = found.today()
    found.stage, found.filed_at, found.filed_by_id = target, timezone.now(), by
    found.decide_by = decide_by(today, terms)
    found.save(update_fields=["stage", "filed_at", "filed_by", "decide_by"])
    ClaimEvent.objects.add(found, "claim_filed", by, decide_on=found.decide_by.isoformat())
    record(by=by, subject=found, exporter=found.exporter_id, outcome="filed", decide_by=found.decide_by.isoformat())
    _signal(by, found, today)
    _tell_filed(by, found)
    return found


def _sent_by_colleague(by: int, claim: Claim) -> bool:
    """True when `by` sends what a colleague entered; else the review is opened (or stands open) and waits."""
    review = _open_review(claim)
    if review and review.asked_by_id != by:
        decide_review(by=by, review=review.pk, outcome=ReviewOutcome.SENT)
        return True
    if review is None:
        open_review(by=by, exporter=claim.exporter_id, act=FILING, subject=subject_of(claim), path=_path(claim))
        ClaimEvent.objects.add(claim, "claim_awaits_review", by)
    return False


def _open_review(claim: Claim) -> Review | None:
    return Review.objects.filter(act=FILING, subject=subject_of(claim), outcome=ReviewOutcome.OPEN).first()


def _signal(by: int, claim: Claim, today: date) -> None:
    """A firm's word that its buyer is insolvent is for staff to look at; what it changes for all others waits until a
    claims handler has seen the proof (assess_claim)."""
    record_signal(
        by=by, buyer=claim.buyer_id, kind=SignalKind.CLAIM_FILED, happened_on=today, source="claim",
        reporter=claim.exporter_id, facts={"cause": claim.cause},
    )  # fmt: skip


def _tell_filed(by: int, claim: Claim) -> None:
    facts = {
        "reference": str(claim.reference),
        "buyer": claim.buyer.name,
        "firm": claim.exporter.name,
        "decide_on": claim.decide_by.isoformat() if claim.decide_by else "",
    }
    subject = subject_of(claim)
    tell(by=by, exporter=claim.exporter_id, kind="claims.claim_filed", facts=facts, subject=subject, path=_path(claim))
    tell(
        by=by, exporter=None, kind="claims.claim_to_handle", facts=facts, subject=subject,
        path=_office_path(claim), recipients=_handlers(),
    )  # fmt: skip


@action
def hand_back_claim(*, by: int, claim: int, words: str = "") -> Claim:
    """A colleague gives back what awaits review, or its author takes it back; it is a draft as before.

    A colleague's `words` say what is to be mended: the author is told, the timeline keeps them. Refused without any.
    """
    found = Claim.objects.locked(claim)
    require_role(by, found.exporter_id)
    review = _open_review(found)
    if review is None:
        refuse([refusal("review_decided_already")])
    assert review
    own, words = review.asked_by_id == by, words.strip()
    refuse([] if own or words else [refusal("hand_back_says_nothing", "words")])
    decide_review(by=by, review=review.pk, outcome=ReviewOutcome.WITHDRAWN if own else ReviewOutcome.RETURNED)
    ClaimEvent.objects.add(found, "claim_taken_back" if own else "claim_handed_back", by, words="" if own else words)
    if not own:
        tell(
            by=by,
            exporter=found.exporter_id,
            kind="claims.claim_handed_back",
            facts={"reference": str(found.reference), "buyer": found.buyer.name, "words": words},
            subject=subject_of(review),
            path=_path(found),
            recipients=[review.asked_by_id],
        )
    record(by=by, subject=found, exporter=found.exporter_id, review=review.pk, own=own)
    return found


@action
def withdraw_claim(*, by: int, claim: int) -> Claim:
    """The firm takes its claim back, filed or not; its invoices may be claimed anew. Twice is once."""
    found = Claim.objects.locked(claim)
    require_role(by, found.exporter_id)
    if found.stage == ClaimStage.WITHDRAWN:
        record(by=by, subject=found, exporter=found.exporter_id, outcome="repeated")
        return found
    was_filed, now = found.filed_at is not None, timezone.now()
    found.stage = CLAIM.target("withdraw", found.stage)
    found.save(update_fields=["stage"])
    _let_go(by, found, now)
    ClaimEvent.objects.add(found, "claim_withdrawn", by)
    if was_filed:
        tell(
            by=by, exporter=None, kind="claims.claim_withdrawn",
            facts={"reference": str(found.reference), "buyer": found.buyer.name, "firm": found.exporter.name},
            subject=subject_of(found), path=_office_path(found),
            recipients=[found.handler_id] if found.handler_id else _handlers(),
        )  # fmt: skip
    record(by=by, subject=found, exporter=found.exporter_id, outcome="withdrawn", was_filed=was_filed)
    return found


def _let_go(by: int, claim: Claim, now: datetime) -> None:
    claim.items.filter(removed_at__isnull=True).update(removed_at=now)
    drop_review(by=by, exporter=claim.exporter_id, act=FILING, subject=subject_of(claim))
    lapse_duty(exporter=claim.exporter_id, kind="claims.answer_papers", subject=subject_of(claim))


def _path(claim: Claim) -> str:
    return reverse("claim", args=[claim.pk])


def _office_path(claim: Claim) -> str:
    return reverse("admin:claims_claim_decide", args=[claim.pk])


def _handlers() -> list[int]:
    found: Any = User.objects.filter(is_active=True, is_staff=True, groups__name=CLAIMS_HANDLER)
    return list(found.values_list("pk", flat=True))
