"""Between the outbox and the mail server. Nothing here runs inside a transaction; what happened is told to actions."""

import logging
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from desk.actions.mail import claim_mail, give_up_lost_mails, settle_mail
from desk.models import Notice
from desk.models.notice import MailStage
from desk.wording import DIGEST, notice_words

PER_SWEEP = 500
WAIT_SECONDS = 30  # well under the lease, so that a slow server cannot outlive it unseen

log = logging.getLogger(__name__)


class NotTaken(Exception):
    """The server surely did not take the mail. `for_good`: it would say so again."""

    def __init__(self, why: str, for_good: bool = False):
        super().__init__(why)
        self.for_good = for_good


def deliver_mails() -> int:
    """Send what is queued and due, at most PER_SWEEP; returns how many were sent."""
    if Notice.objects.filter(stage=MailStage.SENDING, claimed_until__lt=timezone.now()).exists():
        give_up_lost_mails()
    sent, server = 0, get_connection(timeout=WAIT_SECONDS)
    try:
        for _turn in range(PER_SWEEP):
            if not Notice.objects.filter(stage=MailStage.QUEUED).exists():
                break
            notice = claim_mail()
            if notice is None:
                break
            sent += _delivered(notice, server) == MailStage.SENT
    finally:
        server.close()
    return sent


def _delivered(notice: Notice, server: Any) -> str:
    """Send one mail and have it written down how that went; returns the stage after it."""
    try:
        _hand_over(letter(notice), server)
    except NotTaken as why:
        stage, trouble = (MailStage.FAILED if why.for_good else MailStage.QUEUED), str(why)
    except (smtplib.SMTPException, OSError) as lost:
        stage, trouble = MailStage.UNKNOWN, repr(lost)
    except Exception as defect:  # words that cannot be rendered must not hold up everybody else's mail
        log.exception("mail %s of kind %s cannot be written", notice.pk, notice.kind)
        stage, trouble = MailStage.FAILED, repr(defect)
    else:
        stage, trouble = MailStage.SENT, ""
    return settle_mail(notice=notice.pk, stage=stage, trouble=trouble).stage


def letter(notice: Notice) -> EmailMultiAlternatives:
    """The mail of a notice in its reader's language, as text and as HTML; its Message-ID is the row's for ever."""
    language = notice.recipient.mail_language()
    with translation.override(language):
        words = notice_words(notice)
        link = settings.SITE_URL.rstrip("/") + notice.path
        choose = settings.SITE_URL.rstrip("/") + reverse("mail_preferences")
        facts = {"words": words, "notice": notice, "link": link, "language": language, "choose": choose}
        text, page = render_to_string("desk/mail.txt", facts), render_to_string("desk/mail.html", facts)
    domain = settings.DEFAULT_FROM_EMAIL.rstrip("> ").rpartition("@")[2]
    headers = {
        "Message-ID": f"<{notice.message_id}@{domain}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": language,
    }
    if notice.kind == DIGEST:
        headers["List-Unsubscribe"] = f"<{choose}>"
    mail = EmailMultiAlternatives(words.headline, text, to=[notice.recipient.email], headers=headers)
    mail.attach_alternative(page, "text/html")
    return mail


def _hand_over(mail: EmailMultiAlternatives, server: Any) -> None:
    """NotTaken when the server surely did not take it; any other trouble with the line means that nobody knows."""
    mail.message().as_bytes()  # a header that cannot be written fails here, before the server hears of it
    _wake(server)
    mail.connection = server
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as no:
        codes = [code for code, _answer in no.recipients.values()]
        raise NotTaken(str(no.recipients), for_good=all(code >= 500 for code in codes)) from no
    except smtplib.SMTPResponseException as no:  # it answered MAIL or DATA with a refusal
        raise NotTaken(f"{no.smtp_code} {no.smtp_error!r}", for_good=no.smtp_code >= 500) from no


def _wake(server: Any) -> None:
    """A line that answers: the other end may have closed an idle one, which says nothing about this mail."""
    line = getattr(server, "connection", None)
    try:
        if line is not None and line.noop()[0] != 250:
            server.close()
        server.open()
    except (smtplib.SMTPException, OSError):
        server.close()
        _open(server)


def _open(server: Any) -> None:
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as no:
        raise NotTaken(repr(no)) from no
