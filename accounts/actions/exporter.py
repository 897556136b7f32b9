"""Firms: creating one with its first owner, and choosing which of its acts take two steps."""

from django.conf import settings

from accounts.access import require_group, require_role
from accounts.actions.invitation import invite_member
from accounts.acts import REVIEWABLE_ACTS
from accounts.audit import action, record
from accounts.membership import may_review
from accounts.models import Exporter, Membership
from accounts.models.roles import MAY_WRITE, POLICY_ADMINISTRATOR, Role
from accounts.naming import name_refused, tidied
from kernel.refusals import refusal, refuse


@action
def create_exporter(
    *,
    by: int,
    name: str,
    country: str,
    registration: str,
    owner_email: str,
    owner_name: str,
    owner_language: str = settings.LANGUAGE_CODE,
) -> Exporter:
    """A new firm whose first owner is invited by mail (seams.md: a policy administrator creates both).

    Refuses names that are none, and a firm that exists already: same country and registration number.
    """
    require_group(by, frozenset({POLICY_ADMINISTRATOR}))
    name, registration = tidied(name), registration.strip().upper()
    refuse(name_refused(name, longest=300) + name_refused(tidied(owner_name), longest=150, about="owner_name"))
    twin = Exporter.objects.filter(country=country, registration=registration).exclude(registration="").first()
    if twin:
        refuse((refusal("exporter_exists", "registration", name=twin.name),))
    exporter = Exporter.objects.create(name=name, country=country, registration=registration, created_by_id=by)
    record(by=by, subject=exporter, exporter=exporter.pk, name=name, country=country, registration=registration)
    invite_member(
        by=by, exporter=exporter.pk, email=owner_email, name=owner_name, role=Role.OWNER, language=owner_language
    )
    return exporter


@action
def set_reviewed_acts(*, by: int, exporter: int, acts: list[str]) -> Exporter:
    """The firm's acts that one colleague enters and another sends; for owners. Refuses them to a firm of one writer."""
    require_role(by, exporter, frozenset({Role.OWNER}))
    row = Exporter.objects.select_for_update(no_key=True).get(pk=exporter)
    writers = Membership.objects.of(row).current().filter(role__in=MAY_WRITE, user__is_active=True).count()
    refuse(may_review(acts, REVIEWABLE_ACTS, writers))
    before, row.reviewed_acts = row.reviewed_acts, sorted(set(acts))
    row.save(update_fields=["reviewed_acts"])
    record(by=by, subject=row, exporter=exporter, acts=row.reviewed_acts, before=before)
    return row
