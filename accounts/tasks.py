"""Mails of invitations. The invitation's row is the outbox: whoever runs this sends what still waits."""

import logging

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actions.invitation_mail import draw_invitation_link
from accounts.models import Invitation

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8  # then the page of members says that the mail could not be sent, and "send again" starts anew
PER_SWEEP = 200


@shared_task(autoretry_for=(), ignore_result=True)
def send_invitations() -> None:
    """Send every invitation that waits for its mail. Woken by actions, swept by beat; harmless to run twice."""
    waiting = Invitation.objects.to_mail(timezone.now()).filter(mail_attempts__lt=MOST_ATTEMPTS)
    for pk in waiting.order_by("id").values_list("pk", flat=True)[:PER_SWEEP]:
        send_invitation(pk)


@shared_task(ignore_result=True)
def forget_ended_sessions() -> None:
    """Delete sessions that have ended, forms kept for nobody among them; once a day."""
    call_command("clearsessions")


def send_invitation(invitation: int) -> None:
    """Send one. A worker killed between sending and noting it leads to a second mail whose link replaces the first:
    the reader loses nothing, while a mail that never came would leave them outside."""
    token = draw_invitation_link(by=None, invitation=invitation)
    if token is None:
        return
    row = Invitation.objects.select_related("exporter", "invited_by").get(pk=invitation)
    try:
        invitation_mail(row, token).send()
    except OSError:  # smtplib's errors too; the claim ends by itself, then the sweep tries again
        log.exception("invitation %s not sent", invitation)
        return
    Invitation.objects.filter(pk=invitation, token_sha256=row.token_sha256).update(
        sent_at=timezone.now(), mail_claimed_until=None
    )


def invitation_mail(row: Invitation, token: str) -> EmailMessage:
    """The mail in the language chosen for it. The first line of the template is the subject, the rest the text."""
    with translation.override(row.language):
        link = settings.SITE_URL.rstrip("/") + reverse("open_invitation", args=[token])
        text = render_to_string("accounts/mail/invitation.txt", {"invitation": row, "link": link})
    subject, _, body = text.strip().partition("\n")
    return EmailMessage(subject=" ".join(subject.split()), body=body.strip() + "\n", to=[row.email])
