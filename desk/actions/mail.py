"""The life of a mail in the outbox: claimed, settled, given up, taken up again by a person.

A mail goes queued → sending → sent. A server that says no before taking it puts it back, later and later, until it has
failed; a connection lost on the way, or a worker that died, leaves it `unknown`: it may have arrived, so it is not sent
again blindly (seams.md, "Messages"). The sending itself is in desk/adapters.py, outside every transaction.
"""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import POLICY_ADMINISTRATOR
from desk.models import Notice
from desk.models.notice import Channel, MailStage
from kernel.refusals import refusal, refuse

LEASE = timedelta(seconds=120)
FIRST_REST = timedelta(minutes=1)  # doubled with every refusal
MOST_ATTEMPTS = 8


@action
def claim_mail() -> Notice | None:
    """The next mail that is due, ours to send for LEASE; None when there is none.

    Committed before a byte is sent, so that a dead worker's mail is known as such. Skipping locked rows lets any
    number of workers take different ones without waiting for each other.
    """
    now = timezone.now()
    due = Notice.objects.filter(Q(not_before__isnull=True) | Q(not_before__lte=now), stage=MailStage.QUEUED)
    found = due.order_by("id").select_for_update(skip_locked=True).first()
    if found:
        found.stage, found.claimed_until = MailStage.SENDING, now + LEASE
        found.attempts += 1
        found.save(update_fields=["stage", "claimed_until", "attempts"])
    record(by=None, subject=found or "notice:none", attempt=found.attempts if found else 0)
    return found


@action
def settle_mail(*, notice: int, stage: str, trouble: str = "") -> Notice:
    """Write down how a claimed mail ended; one that another hand has settled meanwhile stays as it is.

    QUEUED means not taken this time: it rests, twice as long each time, and has failed after MOST_ATTEMPTS.
    """
    found = Notice.objects.select_for_update().get(pk=notice)
    if found.stage == MailStage.SENDING:
        tired = stage == MailStage.QUEUED and found.attempts >= MOST_ATTEMPTS
        found.stage = MailStage.FAILED if tired else stage
        found.trouble, found.claimed_until = trouble[:300], None
        found.sent_at = timezone.now() if stage == MailStage.SENT else None
        rest = FIRST_REST * 2 ** (found.attempts - 1)
        found.not_before = timezone.now() + rest if found.stage == MailStage.QUEUED else None
        found.save(update_fields=["stage", "trouble", "claimed_until", "sent_at", "not_before"])
    record(by=None, subject=found, stage=found.stage, trouble=found.trouble, attempts=found.attempts)
    return found


@action
def give_up_lost_mails() -> int:
    """Mails whose worker died while sending become `unknown`: they may have arrived."""
    lost = Notice.objects.filter(stage=MailStage.SENDING, claimed_until__lt=timezone.now())
    found = lost.update(stage=MailStage.UNKNOWN, claimed_until=None, trouble="worker lost while sending")
    record(by=None, subject="notice:mail", unknown=found)
    return found


@action
def send_mail_again(*, by: int, notice: int) -> Notice:
    """A person has looked and wants an unknown or failed mail sent (once more)."""
    found = _awaiting_a_person(by, notice)
    found.stage, found.attempts, found.not_before, found.trouble = MailStage.QUEUED, 0, None, ""
    found.save(update_fields=["stage", "attempts", "not_before", "trouble"])
    record(by=by, subject=found, outcome="queued")
    return found


@action
def mark_mail_sent(*, by: int, notice: int) -> Notice:
    """A person has found out that an unknown mail did arrive."""
    found = _awaiting_a_person(by, notice)
    found.stage, found.sent_at, found.trouble = MailStage.SENT, timezone.now(), ""
    found.save(update_fields=["stage", "sent_at", "trouble"])
    record(by=by, subject=found, outcome="sent")
    return found


def _awaiting_a_person(by: int, notice: int) -> Notice:
    require_group(by, frozenset({POLICY_ADMINISTRATOR}))
    found = Notice.objects.select_for_update().get(pk=notice, channel=Channel.MAIL)
    if found.stage not in (MailStage.UNKNOWN, MailStage.FAILED):
        refuse([refusal("mail_needs_nobody")])
    return found
