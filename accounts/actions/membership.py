"""Who works for a firm, and as what.

Every change locks the firm's row first, so that two owners cannot both take the other's last colleague away.
"""

from django.utils import timezone

from accounts.access import require_role
from accounts.audit import action, record
from accounts.membership import keeps_an_owner
from accounts.models import Exporter, Membership
from accounts.models.roles import MAY_READ, Role
from kernel.refusals import refusal, refuse


@action
def change_role(*, by: int, membership: int, role: str) -> Membership:
    """Gives a colleague another role; for owners. Refuses to make the last owner something else.

    The same role again changes nothing (a second click), an ended membership is refused.
    """
    row = _locked(membership)
    require_role(by, row.exporter_id, frozenset({Role.OWNER}))
    refuse(_still_there(row))
    if role not in Role.values:
        refuse((refusal("role_unknown", "role"),))
    if row.role == Role.OWNER and role != Role.OWNER:
        refuse(keeps_an_owner(_owners(row.exporter_id), without=row.pk))
    before, row.role = row.role, role
    row.save(update_fields=["role"])
    outcome = {"outcome": "repeated"} if before == role else {}
    record(by=by, subject=row, exporter=row.exporter_id, person=str(row.user), role=role, former_role=before, **outcome)
    return row


@action
def end_membership(*, by: int, membership: int) -> Membership:
    """The person no longer works for the firm: an owner ends it, or they leave themselves.

    Refuses to take the last owner away. What they did stays theirs; a second click changes nothing.
    """
    row = _locked(membership)
    own = row.user_id == by
    require_role(by, row.exporter_id, MAY_READ if own and row.ended_at is None else frozenset({Role.OWNER}))
    if row.ended_at is not None:
        record(by=by, subject=row, exporter=row.exporter_id, person=str(row.user), outcome="repeated")
        return row
    if row.role == Role.OWNER:
        refuse(keeps_an_owner(_owners(row.exporter_id), without=row.pk))
    row.ended_at, row.ended_by_id = timezone.now(), by
    row.save(update_fields=["ended_at", "ended_by"])
    record(by=by, subject=row, exporter=row.exporter_id, person=str(row.user), role=row.role, left=own)
    return row


def _locked(membership: int) -> Membership:
    """The membership as it stands once nobody else may change who works for that firm."""
    exporter = Membership.objects.values_list("exporter_id", flat=True).get(pk=membership)
    Exporter.objects.select_for_update(no_key=True).get(pk=exporter)
    return Membership.objects.select_related("user").get(pk=membership)


def _owners(exporter: int) -> list[int]:
    """Memberships of owners who can still sign in."""
    found = Membership.objects.current().filter(exporter_id=exporter, role=Role.OWNER, user__is_active=True)
    return list(found.values_list("pk", flat=True))


def _still_there(row: Membership) -> tuple:
    return () if row.ended_at is None else (refusal("membership_ended"),)
