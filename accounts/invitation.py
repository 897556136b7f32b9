"""May this invitation still be accepted, and by whom?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from kernel.refusals import Refusal, refusal

# Between two mails to the same address; a second click on "send again" is no second mail.
PAUSE_BETWEEN_MAILS = timedelta(minutes=1)


@dataclass(frozen=True)
class InvitationFacts:
    """How an invitation stands."""

    accepted: bool
    revoked: bool
    expires_at: datetime


def usable(invitation: InvitationFacts, now: datetime) -> tuple[Refusal, ...]:
    """Refuses what was accepted, revoked or is too old; the last instant of `expires_at` itself is too late."""
    if invitation.accepted:
        return (refusal("invitation_used"),)
    if invitation.revoked:
        return (refusal("invitation_revoked"),)
    if now >= invitation.expires_at:
        return (refusal("invitation_expired", expired_on=invitation.expires_at.date()),)
    return ()


def for_this_person(invited: str, signed_in: str, is_staff: bool, is_active: bool) -> tuple[Refusal, ...]:
    """Refuses another address than the invited one (capitals do not matter), staff, and closed accounts."""
    if invited.lower() != signed_in.lower():
        return (refusal("invitation_for_another", email=invited, other=signed_in),)
    if is_staff:
        return (refusal("staff_join_no_firm"),)
    if not is_active:
        return (refusal("account_closed"),)
    return ()


def may_be_mailed_again(sent_at: datetime | None, now: datetime) -> tuple[Refusal, ...]:
    """Refuses a second mail within a minute of the first; one that still waits to be sent is not hurried by asking."""
    if sent_at is not None and now - sent_at < PAUSE_BETWEEN_MAILS:
        return (refusal("invitation_just_sent"),)
    return ()


def hash_of(token: str) -> str:
    """What is kept of a link's secret: enough to know it again, not enough to write it."""
    return sha256(token.encode()).hexdigest()
