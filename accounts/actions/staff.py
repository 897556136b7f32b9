"""The insurer's own people: appointing them, how far they may decide, and closing an account."""

from decimal import Decimal

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.access import require_group
from accounts.audit import action, record
from accounts.authority import authority_refused
from accounts.membership import keeps_an_owner
from accounts.models import Exporter, Membership, StaffAuthority, User
from accounts.models.roles import POLICY_ADMINISTRATOR, STAFF_GROUPS, Role
from accounts.naming import name_refused, tidied
from kernel.refusals import Refusal, refusal, refuse

OPERATOR_ALONE: frozenset[str] = frozenset()


@action
def appoint_staff(*, by: int, email: str, name: str, groups: list[str]) -> User:
    """A person of the insurer's in `groups`; somebody who is staff already gets these groups instead.

    The operator's act. Refuses people who work for a firm: nobody sits on both sides of the desk. A new person has no
    password until they set one by the mail for forgotten passwords, and does nothing before a second factor stands.
    """
    require_group(by, OPERATOR_ALONE)
    email, name = email.strip().lower(), tidied(name)
    refuse(_appointment_refused(email, name, groups))
    person = User.objects.select_for_update(no_key=True).filter(email__iexact=email).first()
    if person and not person.is_staff:
        refuse((refusal("works_for_a_firm", "email"),))
    person = person or User.objects.create_user(email, None, is_staff=True)
    person.name = name
    person.save(update_fields=["name"])
    person.groups.set(Group.objects.filter(name__in=groups))
    record(by=by, subject=person, email=email, name=name, groups=sorted(groups))
    return person


@action
def set_authority(
    *, by: int, user: int, amount: Decimal, currency: str, best_grade: int, worst_grade: int
) -> StaffAuthority:
    """How far a member of staff decides alone, in the house currency; the former row's values stay in the trail.

    For policy administrators and the operator. Nobody sets their own.
    """
    require_group(by, frozenset({POLICY_ADMINISTRATOR}))
    person = User.objects.select_for_update(no_key=True).get(pk=user)
    if by == user:
        refuse((refusal("own_authority", "user"),))
    if not person.is_staff:
        refuse((refusal("not_staff", "user"),))
    refuse(authority_refused(amount, currency, settings.HOUSE_CURRENCY, best_grade, worst_grade))
    former = StaffAuthority.objects.filter(user=person).first()
    row, _ = StaffAuthority.objects.update_or_create(
        user=person,
        defaults={"amount": amount, "currency": currency, "best_grade": best_grade, "worst_grade": worst_grade},
    )
    record(
        by=by,
        subject=row,
        person=str(person),
        amount=f"{amount:f}",
        currency=currency,
        best=best_grade,
        worst=worst_grade,
        former_amount=f"{former.amount:f}" if former else None,
        former_worst=former.worst_grade if former else None,
    )
    return row


@action
def reset_second_factor(*, by: int, user: int) -> User:
    """Takes a lost second factor away; the person sets up a new one at the next sign-in. The operator's act, never for
    oneself: whoever holds a stolen session could otherwise shake the factor off."""
    require_group(by, OPERATOR_ALONE)
    if by == user:
        refuse((refusal("own_second_factor"),))
    person = User.objects.select_for_update(no_key=True).get(pk=user)
    taken = Authenticator.objects.filter(user=person).delete()[0]
    record(by=by, subject=person, person=str(person), taken=taken)
    return person


@action
def close_account(*, by: int, user: int) -> User:
    """The person can no longer sign in; open sessions end with the next page. The operator's act.

    Refuses one's own account, and that of a firm's last owner.
    """
    require_group(by, OPERATOR_ALONE)
    if by == user:
        refuse((refusal("own_account"),))
    firms = list(Membership.objects.current().filter(user_id=user, role=Role.OWNER).values_list("exporter_id", "pk"))
    for exporter, membership in sorted(firms):
        Exporter.objects.select_for_update(no_key=True).get(pk=exporter)
        others = Membership.objects.current().filter(exporter_id=exporter, role=Role.OWNER, user__is_active=True)
        refuse(keeps_an_owner(list(others.values_list("pk", flat=True)), without=membership))
    person = User.objects.select_for_update(no_key=True).get(pk=user)
    person.is_active = False
    person.save(update_fields=["is_active"])
    record(by=by, subject=person, person=str(person))
    return person


@action
def reopen_account(*, by: int, user: int) -> User:
    """The person may sign in again, with the memberships they still have."""
    require_group(by, OPERATOR_ALONE)
    person = User.objects.select_for_update(no_key=True).get(pk=user)
    person.is_active = True
    person.save(update_fields=["is_active"])
    record(by=by, subject=person, person=str(person))
    return person


def _appointment_refused(email: str, name: str, groups: list[str]) -> tuple[Refusal, ...]:
    found = name_refused(name, longest=150)
    try:
        validate_email(email)
    except ValidationError:
        found += (refusal("email_malformed", "email"),)
    if not groups or set(groups) - set(STAFF_GROUPS):
        found += (refusal("group_unknown", "groups"),)
    return found
