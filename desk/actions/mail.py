"""Delivering the outbox. A row is claimed just before it is sent; an outcome nobody knows waits for a person.

A mail goes queued → sending → sent. A server that says no before taking it puts it back, later and later, until it has
failed; a connection lost on the way, or a worker that died, leaves it `unknown`: it may have arrived, so it is not sent
again blindly (seams.md, "Messages").
"""

import smtplib
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection as database
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import POLICY_ADMINISTRATOR
from desk.models import Notice
from desk.models.notice import Channel, MailStage
from desk.wording import notice_words
from kernel.refusals import refusal, refuse

LEASE = timedelta(seconds=120)
FIRST_REST = timedelta(minutes=1)  # doubled with every refusal
MOST_ATTEMPTS = 8
PER_SWEEP = 500

log = structlog.get_logger(__name__)


class NotAccepted(Exception):
    """The server said no before it took the mail. `for_good`: it will say so again."""

    def __init__(self, why: str, for_good: bool = False):
        super().__init__(why)
        self.for_good = for_good


def deliver_mails() -> int:
    """Send what is queued and due, at most PER_SWEEP; returns how many were sent."""
    if _lost().exists():
        give_up_lost_mails()
    sent = 0
    with_server = get_connection()
    try:
        for _turn in range(PER_SWEEP):
            notice = _claimed()
            if notice is None:
                break
            sent += _delivered(notice, with_server) == MailStage.SENT
    finally:
        with_server.close()
    return sent


# SKIP LOCKED: any number of workers take different rows without waiting for each other.
CLAIM = """
    UPDATE desk_notice SET stage = 'sending', claimed_until = %(until)s, attempts = attempts + 1
    WHERE id = (
        SELECT id FROM desk_notice
        WHERE stage = 'queued' AND (not_before IS NULL OR not_before <= %(now)s)
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) AND stage = 'queued'
    RETURNING id
"""


def _claimed() -> Notice | None:
    """The next mail, ours for LEASE; committed before a byte is sent, so that a dead worker's mail is known as such."""
    now = timezone.now()
    with database.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "until": now + LEASE})
        row = cursor.fetchone()
    return Notice.objects.select_related("recipient", "exporter").get(pk=row[0]) if row else None


def _delivered(notice: Notice, server: Any) -> str:
    """Send one mail and write down how it went; returns the stage after it."""
    try:
        _send(letter(notice), server)
    except NotAccepted as why:
        tired = why.for_good or notice.attempts >= MOST_ATTEMPTS
        stage, trouble = (MailStage.FAILED if tired else MailStage.QUEUED), str(why)
    except (smtplib.SMTPException, OSError) as lost:
        stage, trouble = MailStage.UNKNOWN, repr(lost)
    except Exception as defect:  # words that cannot be rendered must not hold up everybody else's mail
        log.exception("mail_not_rendered", notice=notice.pk, kind=notice.kind)
        stage, trouble = MailStage.FAILED, repr(defect)
    else:
        stage, trouble = MailStage.SENT, ""
    settle_mail(notice=notice.pk, stage=stage, trouble=trouble)
    return stage


def letter(notice: Notice) -> EmailMultiAlternatives:
    """The mail of a notice in its reader's language, as text and as HTML; its Message-ID is the row's for ever."""
    language = notice.recipient.language or settings.LANGUAGE_CODE
    with translation.override(language):
        words = notice_words(notice)
        facts = {"words": words, "notice": notice, "link": settings.SITE_URL + notice.path, "language": language}
        text, page = render_to_string("desk/mail.txt", facts), render_to_string("desk/mail.html", facts)
    domain = settings.DEFAULT_FROM_EMAIL.rstrip("> ").rpartition("@")[2]
    mail = EmailMultiAlternatives(
        words.headline,
        text,
        to=[notice.recipient.email],
        headers={
            "Message-ID": f"<{notice.message_id}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
        },
    )
    mail.attach_alternative(page, "text/html")
    return mail


def _send(mail: EmailMultiAlternatives, server: Any) -> None:
    """Hand the mail over. NotAccepted when it surely was not taken; any other trouble means nobody knows."""
    mail.connection = server
    message = mail.message().as_bytes()  # a header that cannot be written fails here, before the server hears of it
    assert message
    _ready(server)
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as no:
        codes = [code for code, _answer in no.recipients.values()]
        raise NotAccepted(str(no.recipients), for_good=all(code >= 500 for code in codes)) from no
    except smtplib.SMTPResponseException as no:  # the server answered MAIL or DATA with a refusal
        raise NotAccepted(f"{no.smtp_code} {no.smtp_error!r}", for_good=no.smtp_code >= 500) from no


def _ready(server: Any) -> None:
    """A connection that answers: an idle one may have been closed at the other end, which says nothing about the mail."""
    line = getattr(server, "connection", None)
    try:
        if line is not None and line.noop()[0] != 250:
            server.close()
    except (smtplib.SMTPException, OSError):
        server.close()
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as no:
        raise NotAccepted(repr(no)) from no


@action
def settle_mail(*, notice: int, stage: str, trouble: str = "") -> Notice:
    """Write down how a claimed mail ended; one that another hand has settled meanwhile stays as it is."""
    found = Notice.objects.select_for_update().get(pk=notice)
    if found.stage == MailStage.SENDING:
        found.stage, found.trouble, found.claimed_until = stage, trouble[:300], None
        found.sent_at = timezone.now() if stage == MailStage.SENT else None
        rest = FIRST_REST * 2 ** (found.attempts - 1)
        found.not_before = timezone.now() + rest if stage == MailStage.QUEUED else None
        found.save(update_fields=["stage", "trouble", "claimed_until", "sent_at", "not_before"])
    record(by=None, subject=found, exporter=None, stage=found.stage, trouble=found.trouble, attempts=found.attempts)
    return found


def _lost() -> Any:
    return Notice.objects.filter(Q(stage=MailStage.SENDING), claimed_until__lt=timezone.now())


@action
def give_up_lost_mails() -> int:
    """Mails whose worker died while sending become `unknown`: they may have arrived."""
    lost = _lost().update(stage=MailStage.UNKNOWN, claimed_until=None, trouble="worker_lost")
    record(by=None, subject="notice:mail", unknown=lost)
    return lost


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
