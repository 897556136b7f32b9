"""Inviting people into a firm by mail, and how they come in. There is no other way in (ADR on accounts)."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.access import require_group, require_role
from accounts.audit import action, record
from accounts.invitation import for_this_person, hash_of, may_be_mailed_again, usable
from accounts.membership import may_be_invited
from accounts.models import Exporter, Invitation, Membership, User
from accounts.models.roles import POLICY_ADMINISTRATOR, Role
from accounts.naming import name_refused, tidied
from accounts.tasks import send_invitations
from kernel.refusals import NotAllowed, Refusal, refusal, refuse


@action
def invite_member(
    *, by: int, exporter: int, email: str, role: str, name: str = "", language: str = settings.LANGUAGE_CODE
) -> Invitation:
    """A mail to `email` with a link that lets one person join the firm as `role` within INVITATION_DAYS.

    For owners, and for policy administrators (the first owner). Refuses members and, to administrators, staff and
    closed accounts. The same invitation again is the same row and no second mail; one that expired unanswered makes
    room for a new one.
    """
    _require_owner_or_administrator(by, exporter)
    _lock_firm(exporter)  # one invitation at a time: who is a member must not change
    email, name = email.strip().lower(), tidied(name)
    refuse(_written_wrong(email, name, role, language) or _whom_refused(by, exporter, email))
    now = timezone.now()
    open_one = Invitation.objects.unanswered().filter(exporter_id=exporter, email__iexact=email).first()
    if open_one and open_one.expires_at > now:
        if open_one.role != role:
            refuse((refusal("already_invited", "email", role=open_one.role),))
        record(by=by, subject=open_one, exporter=exporter, email=email, role=role, outcome="repeated")
        return open_one
    if open_one:
        open_one.revoked_at, open_one.revoked_by_id = now, by
        open_one.save(update_fields=["revoked_at", "revoked_by"])
    row = Invitation.objects.create(
        exporter_id=exporter,
        email=email,
        name=name,
        role=role,
        language=language,
        token_sha256=_no_link(),
        invited_at=now,
        invited_by_id=by,
        expires_at=now + timedelta(days=settings.INVITATION_DAYS),
    )
    record(by=by, subject=row, exporter=exporter, email=email, role=role)
    send_invitations.delay_on_commit()
    return row


@action
def resend_invitation(*, by: int, invitation: int) -> Invitation:
    """Another mail with a new link and a new term; the former link is dead from now on.

    Refuses accepted and revoked ones, and a second mail within a minute; an expired one may be sent again.
    """
    row = Invitation.objects.select_for_update().get(pk=invitation)
    _require_owner_or_administrator(by, row.exporter_id)
    now = timezone.now()
    expires_at = now + timedelta(days=settings.INVITATION_DAYS)
    refuse(r for r in usable(row.facts(), now) if r.code != "invitation_expired")
    refuse(may_be_mailed_again(row.sent_at, now))
    row.token_sha256, row.expires_at = _no_link(), expires_at
    row.sent_at, row.mail_claimed_until, row.mail_attempts = None, None, 0
    row.save()
    record(by=by, subject=row, exporter=row.exporter_id, email=row.email, role=row.role)
    send_invitations.delay_on_commit()
    return row


@action
def revoke_invitation(*, by: int, invitation: int) -> Invitation:
    """The link no longer works. A second click changes nothing; an accepted one is refused (end the membership)."""
    row = Invitation.objects.select_for_update().get(pk=invitation)
    _require_owner_or_administrator(by, row.exporter_id)
    if row.accepted_at is not None:
        refuse((refusal("invitation_used"),))
    if row.revoked_at is not None:
        record(by=by, subject=row, exporter=row.exporter_id, email=row.email, outcome="repeated")
        return row
    row.revoked_at, row.revoked_by_id = timezone.now(), by
    row.save(update_fields=["revoked_at", "revoked_by"])
    record(by=by, subject=row, exporter=row.exporter_id, email=row.email)
    return row


@action
def accept_invitation(*, by: int, token: str) -> Membership:
    """Somebody who has an account, signed in with the invited address, joins the firm.

    Refuses expired, revoked and used invitations, and other people. Who joined by this very link and clicks again gets
    their membership.
    """
    row = _locked_by_token(token)
    person = User.objects.get(pk=by)
    if row.accepted_by_id == by:
        found = Membership.objects.current().filter(exporter_id=row.exporter_id, user_id=by).first()
        if found:
            record(by=by, subject=found, exporter=row.exporter_id, role=found.role, outcome="repeated")
            return found
    refuse(
        usable(row.facts(), timezone.now())
        + for_this_person(row.email, person.email, person.is_staff, person.is_active)
    )
    return _join(row, person)


@action
def join_by_invitation(*, by: None, token: str, name: str, password: str, language: str = "") -> Membership:
    """Somebody new makes their account and joins the firm in one step; the mail has proved the address.

    Refuses like `accept_invitation`, a name that is none, a weak password, and an address that has an account by now.
    """
    row = _locked_by_token(token)
    refuse(usable(row.facts(), timezone.now()))
    name = tidied(name)
    if User.objects.filter(email__iexact=row.email).exists():
        refuse((refusal("account_exists", email=row.email),))
    refuse(name_refused(name, longest=150) + _weak(password, User(email=row.email, name=name)))
    try:
        with transaction.atomic():
            person = User.objects.create_user(row.email, password, name=name, language=_known(language))
    except IntegrityError:  # another firm's invitation made the account in this very moment
        refuse((refusal("account_exists", email=row.email),))
    return _join(row, person)


def _join(row: Invitation, person: User) -> Membership:
    now = timezone.now()
    row.accepted_at, row.accepted_by = now, person
    row.save(update_fields=["accepted_at", "accepted_by"])
    membership, _ = Membership.objects.get_or_create(
        exporter_id=row.exporter_id, user=person, ended_at=None, defaults={"role": row.role, "joined_at": now}
    )
    record(by=person.pk, subject=membership, exporter=row.exporter_id, email=row.email, role=membership.role)
    return membership


def _locked_by_token(token: str) -> Invitation:
    """The invitation a link belongs to. Firm first, then invitation: the order in which inviting locks them."""
    found = Invitation.objects.filter(token_sha256=hash_of(token)).first()
    if found is None:
        refuse((refusal("invitation_unknown"),))
    assert found is not None
    _lock_firm(found.exporter_id)
    row = Invitation.objects.select_for_update().filter(pk=found.pk, token_sha256=hash_of(token)).first()
    if row is None:  # sent again in this very moment: this link is the old one
        refuse((refusal("invitation_unknown"),))
    assert row is not None
    return row


def _lock_firm(exporter: int) -> None:
    # Not FOR UPDATE: what others write about the firm (the audit trail of a mail sent again) points at its row, and
    # would wait at its commit for whoever holds the firm, who may be waiting for that very invitation.
    Exporter.objects.select_for_update(no_key=True).get(pk=exporter)


def _require_owner_or_administrator(by: int, exporter: int) -> None:
    try:
        require_role(by, exporter, frozenset({Role.OWNER}))
    except NotAllowed:
        require_group(by, frozenset({POLICY_ADMINISTRATOR}))


def _written_wrong(email: str, name: str, role: str, language: str) -> tuple[Refusal, ...]:
    found = []
    try:
        validate_email(email)
    except ValidationError:
        found.append(refusal("email_malformed", "email"))
    if len(email) > 254:
        found.append(refusal("email_malformed", "email"))
    if role not in Role.values:
        found.append(refusal("role_unknown", "role"))
    if language not in dict(settings.LANGUAGES):
        found.append(refusal("language_unknown", "language"))
    return tuple(found) + (name_refused(name, longest=150) if name else ())


def _whom_refused(by: int, exporter: int, email: str) -> tuple[Refusal, ...]:
    """Who is not to be invited, as far as `by` may know.

    An owner learns by asking that a colleague is a member, and nothing else about an address: the insurer's staff and
    people with closed accounts are sent the mail like anybody, and its link tells them alone why they cannot join.
    """
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        return ()
    is_member = Membership.objects.current().filter(exporter_id=exporter, user=person).exists()
    if not User.objects.get(pk=by).is_staff:
        return may_be_invited(is_member=is_member, is_staff=False, is_active=True)
    return may_be_invited(is_member=is_member, is_staff=person.is_staff, is_active=person.is_active)


def _weak(password: str, person: User) -> tuple[Refusal, ...]:
    try:
        validate_password(password, person)
    except ValidationError as weak:
        return (refusal("password_weak", "password", why=" ".join(weak.messages)),)
    return ()


def _known(language: str) -> str:
    return language if language in dict(settings.LANGUAGES) else ""


def _no_link() -> str:
    """A hash that no link fits, until the mail is written."""
    return hash_of(secrets.token_urlsafe(32))
