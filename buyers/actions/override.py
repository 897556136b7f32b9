"""A grade set by an underwriter beside the scorecard's: asked, confirmed by a second one, ended by a person or a day.

Every move that changes the grade in force scores the buyer again at once, so that history, alerts and limits follow by
the same road as with any other regrade; the scorecard's own grade stays beside it in the score.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models import StaffAuthority
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.actions.score import score_buyer
from buyers.lifecycle import GRADE_OVERRIDE
from buyers.models import Buyer, GradeOverride, Score
from buyers.models.override import OPEN, OverrideStage, authorities_beside
from buyers.overriding import asking_refused, authority_refused, end_refused, override_refused
from kernel.refusals import refusal, refuse


@action
def propose_override(
    *,
    by: int,
    buyer: int,
    grade: int,
    reason: str,
    until: date,
    today: date,
    at_stake: Decimal,
    form_key: UUID | None = None,
) -> GradeOverride:
    """Ask that `buyer` have `grade` up to and including `until`. For underwriters; a second one confirms it.

    Asking needs no authority, but somebody else's must reach so far (`at_stake`: see confirm_override). Refused while
    another is open for the buyer, and for what buyers/overriding.py refuses.
    """
    require_group(by, UNDERWRITER_GROUPS)
    concerned = _present(buyer)
    sent = GradeOverride.objects.filter(form_key=form_key).first() if form_key else None
    if sent:
        record(by=by, subject=sent, outcome="repeated")
        return sent
    latest = Score.objects.latest_of(concerned)
    computed = latest.by_scorecard if latest else None
    refuse(override_refused(grade, reason, until, today, computed, bool(latest and latest.override)))
    if GradeOverride.objects.filter(buyer=concerned, stage__in=OPEN).exists():
        refuse([refusal("override_open_already")])
    others = [authority.facts() for authority in authorities_beside(by)]
    refuse(asking_refused(grade, computed, at_stake, others))
    GRADE_OVERRIDE.target("propose")
    row = GradeOverride.objects.create(
        buyer=concerned, grade=grade, computed_grade=computed, reason=reason.strip(), until=until, proposed_by_id=by,
        form_key=form_key,
    )  # fmt: skip
    record(
        by=by, subject=row, buyer=concerned.pk, grade=grade, computed=computed, until=until.isoformat(), reason=reason
    )
    return row


@action
def confirm_override(*, by: int, override: int, today: date, at_stake: Decimal) -> GradeOverride:
    """Put in force what another underwriter asked for. Refused to the one who asked, when its end is past, and beyond
    the authority of the one who confirms; `at_stake` are the limits issued on the firm (the floor of the policies
    knows them), in house currency."""
    row = _moved(by, override, "confirm")
    refuse([refusal("override_needs_another")] if row.proposed_by_id == by else end_refused(row.until, today))
    own = StaffAuthority.objects.filter(user_id=by).first()
    latest = Score.objects.latest_of(row.buyer_id)
    computed = latest.by_scorecard if latest else None
    refuse(authority_refused(row.grade, computed, at_stake, own.facts() if own else None))
    row.stage, row.decided_by_id, row.decided_at = OverrideStage.IN_FORCE, by, timezone.now()
    row.save(update_fields=["stage", "decided_by", "decided_at"])
    record(
        by=by, subject=row, buyer=row.buyer_id, grade=row.grade, until=row.until.isoformat(), at_stake=f"{at_stake:f}"
    )
    score_buyer(by=by, buyer=row.buyer_id, today=today)
    return row


@action
def refuse_override(*, by: int, override: int) -> GradeOverride:
    """Turn down what another underwriter asked for. Nothing changes for the buyer."""
    row = _moved(by, override, "refuse")
    refuse([refusal("override_needs_another")] if row.proposed_by_id == by else [])
    row.stage, row.decided_by_id, row.decided_at = OverrideStage.REFUSED, by, timezone.now()
    row.save(update_fields=["stage", "decided_by", "decided_at"])
    record(by=by, subject=row, buyer=row.buyer_id)
    return row


@action
def withdraw_override(*, by: int, override: int) -> GradeOverride:
    """Take back what one asked for before anybody decided."""
    row = _moved(by, override, "withdraw")
    refuse([] if row.proposed_by_id == by else [refusal("override_is_anothers")])
    row.stage, row.ended_at = OverrideStage.WITHDRAWN, timezone.now()
    row.save(update_fields=["stage", "ended_at"])
    record(by=by, subject=row, buyer=row.buyer_id)
    return row


@action
def end_override(*, by: int, override: int, today: date) -> GradeOverride:
    """End a grade in force before its day: the scorecard's counts again at once. Any underwriter may: it needs one to
    return to the rule, two to leave it."""
    row = _moved(by, override, "end")
    row.stage, row.ended_at = OverrideStage.ENDED, timezone.now()
    row.save(update_fields=["stage", "ended_at"])
    record(by=by, subject=row, buyer=row.buyer_id)
    score_buyer(by=by, buyer=row.buyer_id, today=today)
    return row


@action
def lapse_override(*, by: int | None, override: int, today: date) -> GradeOverride:
    """Close one whose last day is past and let the scorecard's grade count again; once closed, nothing happens."""
    row = _of_buyer(override)
    if row.stage != OverrideStage.IN_FORCE or row.until >= today:
        record(by=by, subject=row, outcome="repeated")
        return row
    GRADE_OVERRIDE.target("lapse", row.stage)
    row.stage, row.ended_at = OverrideStage.LAPSED, timezone.now()
    row.save(update_fields=["stage", "ended_at"])
    record(by=by, subject=row, buyer=row.buyer_id, until=row.until.isoformat())
    score_buyer(by=by, buyer=row.buyer_id, today=today)
    return row


@action
def move_override(*, by: int, override: int, into: int, today: date) -> GradeOverride:
    """What stands open on an entry of the directory stands on `into` from now on, which that entry was just merged
    into; in force, it counts there at once. Refused where something is open on both: one firm has one."""
    require_group(by, UNDERWRITER_GROUPS)
    row = GradeOverride.objects.select_for_update().get(pk=override)
    if GradeOverride.objects.filter(buyer=into, stage__in=OPEN).exists():
        refuse([refusal("override_open_on_both", "into")])
    former, row.buyer_id = row.buyer_id, into
    row.save(update_fields=["buyer"])
    record(by=by, subject=row, buyer=into, former_buyer=former, grade=row.grade, stage=row.stage)
    if row.stage == OverrideStage.IN_FORCE:
        score_buyer(by=by, buyer=into, today=today)
    return row


def _moved(by: int, override: int, move: str) -> GradeOverride:
    """The override, its buyer locked before it as everywhere, when `by` may decide and the move is possible."""
    require_group(by, UNDERWRITER_GROUPS)
    row = _of_buyer(override)
    GRADE_OVERRIDE.target(move, row.stage)
    return row


def _of_buyer(override: int) -> GradeOverride:
    _locked(GradeOverride.objects.values_list("buyer_id", flat=True).get(pk=override))
    return GradeOverride.objects.select_for_update().get(pk=override)


def _present(buyer: int) -> Buyer:
    """The entry that speaks for the firm, locked; one that was merged while we waited for it speaks no more."""
    found = _locked(Buyer.objects.present(buyer).pk)
    return _locked(found.merged_into_id) if found.merged_into_id else found


def _locked(buyer: int) -> Buyer:
    return Buyer.objects.select_for_update().get(pk=buyer)
