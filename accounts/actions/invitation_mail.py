"""The secret of an invitation's link, drawn when its mail is written: by the machine alone."""

import secrets
from datetime import timedelta

from django.utils import timezone

from accounts.audit import action, record
from accounts.invitation import hash_of
from accounts.models import Invitation

CLAIM = timedelta(minutes=2)  # how long a worker may take over one mail before another tries


@action
def draw_invitation_link(*, by: None, invitation: int) -> str | None:
    """The machine writes the mail: a fresh secret whose hash alone is kept, and a claim so that one worker sends it.

    None when the mail need not be sent any more (sent, revoked, expired, or claimed by another worker meanwhile).
    """
    now = timezone.now()
    row = Invitation.objects.select_for_update().get(pk=invitation)
    if not Invitation.objects.to_mail(now).filter(pk=invitation).exists():
        record(by=by, subject=row, exporter=row.exporter_id, email=row.email, outcome="repeated")
        return None
    token = secrets.token_urlsafe(32)
    row.token_sha256, row.mail_claimed_until = hash_of(token), now + CLAIM
    row.mail_attempts += 1
    row.save(update_fields=["token_sha256", "mail_claimed_until", "mail_attempts"])
    record(by=by, subject=row, exporter=row.exporter_id, email=row.email, attempt=row.mail_attempts)
    return token
