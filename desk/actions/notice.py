"""Telling people. The outbox row comes first, with the act it tells of; page and mail are read from it."""

import json
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from accounts.audit import action, record
from accounts.models import Membership
from desk.gravity import Gravity
from desk.live import announce
from desk.models import Notice
from desk.models.notice import Channel, MailStage
from desk.tasks import send_mails


class News(NamedTuple):
    """A firm's own news: the exporter, the subject ("alert:7"), the path of its page, facts for the words."""

    exporter: int
    subject: str
    path: str
    facts: dict[str, Any]
    gravity: Gravity = Gravity.NEWS
    mail: bool = True  # by mail too, where `tell_firms` sends any
    mail_waits: int = 0  # so many seconds, for what is about to be said beside it (`retell_firms`)


@action
def tell(
    *,
    by: int | None,
    exporter: int | None,
    kind: str,
    facts: dict[str, Any],
    subject: str,
    path: str,
    recipients: list[int] | None = None,
    mail: bool = True,
) -> int:
    """Tell `recipients` (None: every current member of `exporter`) in the page and, unless `mail` is off, by mail.

    The same `kind` about the same `subject` reaches a person once per channel; returns how many rows were new.
    """
    people = _members_of(exporter) if recipients is None else sorted(set(recipients))
    channels = {Channel.PAGE: "", Channel.MAIL: MailStage.QUEUED} if mail else {Channel.PAGE: ""}
    before = _told(people, kind, subject)
    Notice.objects.bulk_create(
        [
            Notice(
                exporter_id=exporter,
                recipient_id=person,
                channel=channel,
                stage=stage,
                kind=kind,
                facts=facts,
                subject=subject,
                path=path,
            )
            for person in people
            for channel, stage in channels.items()
        ],
        ignore_conflicts=True,
    )
    told = _told(people, kind, subject) - before
    record(by=by, subject=subject, exporter=exporter, kind=kind, told=told)
    announce(firms=[exporter] if recipients is None and exporter else [], people=people if recipients else [])
    if mail:
        send_mails.delay_on_commit()
    return told


def _members_of(exporter: int | None) -> list[int]:
    found = Membership.objects.filter(exporter_id=exporter, ended_at__isnull=True, user__is_active=True)
    return list(found.order_by("user_id").values_list("user_id", flat=True))


def _told(people: list[int], kind: str, subject: str) -> int:
    return Notice.objects.filter(recipient__in=people, kind=kind, subject=subject).count()


# One statement however many firms and people: a regrade may concern thousands of books at once.
TELL_FIRMS = """
    INSERT INTO desk_notice
        (exporter_id, recipient_id, channel, stage, kind, facts, subject, path, gravity, created_at, message_id,
         attempts, trouble, not_before)
    SELECT news.exporter, member.user_id, way.channel,
           CASE WHEN way.channel = 'mail' AND %(gathers)s AND news.gravity < %(urgent)s
                     AND person.mail_rhythm <> 'at_once' THEN 'gathered' ELSE way.stage END,
           %(kind)s, news.facts, news.subject, news.path, news.gravity, %(now)s, gen_random_uuid(), 0, '',
           CASE WHEN way.channel = 'mail' AND news.mail_waits > 0
                THEN %(now)s + make_interval(secs => news.mail_waits) END
    FROM jsonb_to_recordset(%(news)s::jsonb) AS news
        (exporter bigint, subject text, path text, facts jsonb, gravity smallint, mail boolean, mail_waits int)
    JOIN accounts_membership member ON member.exporter_id = news.exporter AND member.ended_at IS NULL
    JOIN accounts_user person ON person.id = member.user_id AND person.is_active
    CROSS JOIN (VALUES ('page', ''), ('mail', 'queued')) AS way (channel, stage)
    WHERE way.channel = 'page' OR (%(mail)s AND news.mail)
    ORDER BY member.user_id, news.subject, way.channel
    ON CONFLICT (recipient_id, channel, kind, subject) DO NOTHING
"""


@action
def tell_firms(*, by: int | None, kind: str, news: list[News], mail: bool = True, gathers: bool = False) -> int:
    """Tell every current member of each firm its own news, in the page and, unless `mail` is off, by mail; returns how
    many rows were new.

    With `gathers` the mails of people who chose a digest wait for it, except what is urgent.

    Rows go in in one order (person, subject, channel), so that two workers telling the same people cannot deadlock.
    """
    rows = [News(*item)._asdict() for item in news]
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "kind": kind,
            "now": timezone.now(),
            "news": json.dumps(rows),
            "mail": mail,
            "gathers": gathers,
        }
        cursor.execute(TELL_FIRMS, {**values, "urgent": int(Gravity.URGENT)})
        told = cursor.rowcount
    record(by=by, subject=f"notice:{kind}", kind=kind, news=len(news), told=told)
    if told:
        announce(firms={row["exporter"] for row in rows})
    if told and mail:
        send_mails.delay_on_commit()
    return told


# What is in the page, and the mails that have not gone out. Graver news is unread again; urgent waits for no digest.
RETELL_FIRMS = """
    WITH mine AS (
        SELECT notice.id, news.facts, news.gravity
        FROM jsonb_to_recordset(%(news)s::jsonb) AS news (exporter bigint, subject text, facts jsonb, gravity smallint)
        JOIN accounts_membership member ON member.exporter_id = news.exporter AND member.ended_at IS NULL
        JOIN desk_notice notice ON notice.recipient_id = member.user_id AND notice.kind = %(kind)s
            AND notice.subject = news.subject AND notice.channel IN ('page', 'mail')
        WHERE notice.stage IN ('', 'queued', 'gathered')
        ORDER BY notice.recipient_id, notice.subject, notice.channel FOR UPDATE OF notice
    )
    UPDATE desk_notice notice
    SET facts = mine.facts, gravity = GREATEST(notice.gravity, mine.gravity),
        read_at = CASE WHEN mine.gravity <= notice.gravity THEN notice.read_at END,
        stage = CASE WHEN notice.stage = 'gathered' AND mine.gravity >= %(urgent)s THEN 'queued' ELSE notice.stage END,
        not_before = CASE WHEN notice.attempts > 0 THEN notice.not_before END
    FROM mine WHERE notice.id = mine.id
"""


@action
def retell_firms(*, by: int | None, kind: str, news: list[News]) -> int:
    """There is more to what firms were told: their people's notices of it, and the mails not yet sent, say the whole
    now. Who had no notice, or no mail because it was not grave enough for one, gets it; how many those were."""
    rows = [News(*item)._asdict() for item in news]
    with connection.cursor() as cursor:
        cursor.execute(RETELL_FIRMS, {"kind": kind, "news": json.dumps(rows), "urgent": int(Gravity.URGENT)})
        said = cursor.rowcount
    told = tell_firms(by=None, kind=kind, news=news, gathers=True)
    record(by=by, subject=f"notice:{kind}", kind=kind, news=len(news), said=said, told=told)
    if said:
        announce(firms={row["exporter"] for row in rows})
        send_mails.delay_on_commit()
    return told


@action
def read_notices(*, by: int, notices: list[int] | None = None) -> int:
    """Mark the person's own notices as read: those named, or all that are in the page."""
    found = Notice.objects.filter(recipient_id=by, channel=Channel.PAGE, read_at__isnull=True)
    if notices is not None:
        found = found.filter(pk__in=notices)
    read = found.update(read_at=timezone.now())
    record(by=by, subject=f"user:{by}", read=read)
    if read:
        announce(people=[by])  # the bell in the person's other windows
    return read
