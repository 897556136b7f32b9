"""What the claims handler does: take a claim, ask for papers, assess."""

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record, subject_of
from accounts.models.roles import CLAIMS_HANDLER
from buyers.actions.signal import record_signal
from buyers.models.signal import SignalKind
from claims.lifecycle import CLAIM, ON_THE_DESK
from claims.models import Claim, ClaimEvent, PaperRequest
from claims.models.claim import Cause
from claims.models.paper import PaperKind
from desk.actions.duty import lapse_duty, set_duty
from desk.actions.notice import tell
from kernel.refusals import refusal, refuse

HANDLERS = frozenset({CLAIMS_HANDLER})
LONGEST_ANSWER_DAYS = 366


@action
def take_claim(*, by: int, claim: int, taken_from: int | None = None) -> Claim:
    """The handler takes a claim that is nobody's, or over from `taken_from`, whom the page showed as its handler.

    Refuses when another one has been quicker; taking one's own again is once.
    """
    require_group(by, HANDLERS)
    found = Claim.objects.locked(claim)
    refuse([] if found.stage in ON_THE_DESK else [refusal("claim_not_on_the_desk")])
    outcome = "repeated"
    if found.handler_id != by:
        refuse([] if found.handler_id == taken_from else [refusal("claim_taken_already")])
        found.handler_id = by
        found.save(update_fields=["handler"])
        ClaimEvent.objects.add(found, "claim_taken", by)
        outcome = "taken"
    record(by=by, subject=found, exporter=found.exporter_id, taken_from=taken_from, outcome=outcome)
    return found


@action
def ask_for_papers(*, by: int, claim: int, asked: Sequence[tuple[str, str]], answer_by: date) -> list[PaperRequest]:
    """Ask the firm for papers, each a kind and words of explanation, to be answered by a day.

    The insurer's clock rests from today until everything is answered. Refuses no paper at all, one that is asked for
    already, and a day that is past or more than a year away.
    """
    require_group(by, HANDLERS)
    found = Claim.objects.locked(claim)
    target, today = CLAIM.target("ask_for_papers", found.stage), found.today()
    refuse([] if asked else [refusal("no_paper_asked_for", "kinds")])
    refuse(
        [] if 0 < (answer_by - today).days <= LONGEST_ANSWER_DAYS else [refusal("answer_day_out_of_range", "answer_by")]
    )
    still_open = set(found.paper_requests.filter(answered_at__isnull=True).values_list("kind", flat=True))
    refuse([refusal("paper_asked_already", "kinds", paper=kind) for kind, _words in asked if kind in still_open])
    requests = [
        PaperRequest.objects.create(claim=found, kind=PaperKind(kind), words=words.strip(), asked_by_id=by)
        for kind, words in asked
    ]
    found.stage, found.handler_id = target, found.handler_id or by
    found.clock_stopped_on = found.clock_stopped_on or today
    found.save(update_fields=["stage", "handler", "clock_stopped_on"])
    for request in requests:
        ClaimEvent.objects.add(found, "paper_asked_for", by, paper=f"paper_{request.kind}", words=request.words)
    _tell_asked(by, found, requests, answer_by)
    record(
        by=by, subject=found, exporter=found.exporter_id, kinds=[kind for kind, _words in asked],
        answer_by=answer_by.isoformat(), clock_stopped_on=found.clock_stopped_on.isoformat(),
    )  # fmt: skip
    return requests


def _tell_asked(by: int, claim: Claim, requests: list[PaperRequest], answer_by: date) -> None:
    facts = {
        "reference": str(claim.reference),
        "buyer": claim.buyer.name,
        "papers": [{"code": f"paper_{request.kind}", "words": request.words} for request in requests],
        "answer_on": answer_by.isoformat(),
    }
    path = reverse("claim", args=[claim.pk])
    set_duty(
        by=by, exporter=claim.exporter_id, kind="claims.answer_papers", subject=subject_of(claim), due_on=answer_by,
        facts=facts, path=path,
    )  # fmt: skip
    tell(
        by=by, exporter=claim.exporter_id, kind="claims.papers_asked", facts=facts,
        subject=subject_of(requests[0]), path=path,
    )  # fmt: skip


@action
def assess_claim(*, by: int, claim: int, words: str) -> Claim:
    """Close the assessment with words the firm will read. Refuses without words, and while papers are asked for.

    An insolvency is a signal on the buyer from here on: now that its proof was looked at, not on the firm's word alone.
    """
    require_group(by, HANDLERS)
    found = Claim.objects.locked(claim)
    if found.assessed_by_id == by and found.assessment == words.strip():
        record(by=by, subject=found, exporter=found.exporter_id, outcome="repeated")
        return found
    found.stage = CLAIM.target("assess", found.stage)
    refuse([] if words.strip() else [refusal("assessment_needs_words", "words")])
    found.assessment, found.assessed_at, found.assessed_by_id = words.strip(), timezone.now(), by
    found.handler_id = found.handler_id or by
    found.save(update_fields=["stage", "assessment", "assessed_at", "assessed_by", "handler"])
    ClaimEvent.objects.add(found, "claim_assessed", by, words=found.assessment)
    if found.cause == Cause.INSOLVENCY:
        record_signal(
            by=by, buyer=found.buyer_id, kind=SignalKind.INSOLVENCY_FILED, happened_on=found.event_on, source="claim",
            reporter=found.exporter_id, facts={},
        )  # fmt: skip
    lapse_duty(exporter=found.exporter_id, kind="claims.answer_papers", subject=subject_of(found))
    tell(
        by=by, exporter=found.exporter_id, kind="claims.claim_assessed",
        facts={"reference": str(found.reference), "buyer": found.buyer.name, "assessment": found.assessment},
        subject=subject_of(found), path=reverse("claim", args=[found.pk]),
    )  # fmt: skip
    record(by=by, subject=found, exporter=found.exporter_id, outcome="assessed")
    return found
