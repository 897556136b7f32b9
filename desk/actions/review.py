"""Two steps: one colleague enters, another sends (seams.md, "Two-step review")."""

from django.utils import timezone

from accounts.access import require_role
from accounts.acts import act_code
from accounts.audit import action, record, subject_of
from accounts.models import Membership
from accounts.models.roles import MAY_WRITE
from desk.actions.notice import tell
from desk.models import Review
from desk.models.review import ReviewOutcome
from kernel.refusals import refusal, refuse


@action
def open_review(*, by: int, exporter: int, act: str, subject: str, path: str) -> Review:
    """`by` has entered an act ("claims.file_claim") that waits for a colleague; asked again, it is the same review."""
    require_role(by, exporter)
    review, made = Review.objects.get_or_create(
        exporter_id=exporter,
        act=act,
        subject=subject,
        outcome=ReviewOutcome.OPEN,
        defaults={"asked_by_id": by, "path": path},
    )
    record(by=by, subject=review, exporter=exporter, act=act, about=subject, outcome="opened" if made else "repeated")
    if made:
        tell(
            by=by,
            exporter=exporter,
            kind="desk.review_asked",
            facts={"act": act_code(act), "by": review.asked_by.name},
            subject=subject_of(review),
            path=path,
            recipients=_colleagues(by, exporter),
        )
    return review


@action
def decide_review(*, by: int, review: int, outcome: str) -> Review:
    """Send, return or withdraw what awaits review. Refuses what is decided already and sending one's own entry."""
    found = Review.objects.select_for_update().get(pk=review)
    require_role(by, found.exporter_id)
    if found.outcome == outcome and found.decided_by_id == by:
        record(by=by, subject=found, exporter=found.exporter_id, act=found.act, outcome="repeated")
        return found
    if found.outcome != ReviewOutcome.OPEN:
        refuse([refusal("review_decided_already")])
    if outcome == ReviewOutcome.SENT and found.asked_by_id == by:
        refuse([refusal("review_needs_a_colleague")])
    found.outcome, found.decided_at, found.decided_by_id = outcome, timezone.now(), by
    found.save(update_fields=["outcome", "decided_at", "decided_by"])
    record(by=by, subject=found, exporter=found.exporter_id, act=found.act, outcome=outcome)
    return found


@action
def drop_review(*, by: int, exporter: int, act: str, subject: str) -> int:
    """What awaited review has been changed or taken back: nobody sends it before it is handed in again."""
    require_role(by, exporter)
    found = Review.objects.filter(exporter_id=exporter, act=act, subject=subject, outcome=ReviewOutcome.OPEN)
    dropped = found.update(outcome=ReviewOutcome.WITHDRAWN, decided_at=timezone.now(), decided_by_id=by)
    record(by=by, subject=subject, exporter=exporter, act=act, dropped=dropped)
    return dropped


def _colleagues(by: int, exporter: int) -> list[int]:
    """Who may send what `by` entered."""
    found = Membership.objects.filter(
        exporter_id=exporter, ended_at__isnull=True, user__is_active=True, role__in=MAY_WRITE
    )
    return list(found.exclude(user_id=by).values_list("user_id", flat=True))
