"""Making the digests that are due: one mail for what was gathered for a person in a day or a week."""

import json
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.audit import action, record
from desk.digests import occasion
from desk.models import Notice
from desk.models.notice import MailStage

# One statement for everybody who is due. The digest's row decides who makes it: a second worker at the same moment
# finds it there and takes nothing. News of a firm the person has left meanwhile are not told any more.
MAKE = """
    WITH due AS (
        SELECT * FROM jsonb_to_recordset(%(people)s::jsonb)
            AS due (person bigint, rhythm text, starts_on date, before timestamptz)
    ), gathered AS (
        SELECT notice.id, due.person
        FROM due
        JOIN desk_notice notice ON notice.recipient_id = due.person AND notice.stage = 'gathered'
            AND notice.created_at < due.before
        JOIN accounts_membership member ON member.user_id = due.person AND member.exporter_id = notice.exporter_id
            AND member.ended_at IS NULL
    ), made AS (
        INSERT INTO desk_digest (recipient_id, rhythm, starts_on, made_at)
        SELECT person, rhythm, starts_on, %(now)s FROM due
        WHERE EXISTS (SELECT FROM gathered WHERE gathered.person = due.person) ORDER BY person
        ON CONFLICT (recipient_id, rhythm, starts_on) DO NOTHING
        RETURNING id, recipient_id, rhythm, starts_on
    ), taken AS (
        UPDATE desk_notice SET stage = 'digested', digest_id = made.id
        FROM gathered JOIN made ON made.recipient_id = gathered.person WHERE desk_notice.id = gathered.id
        RETURNING desk_notice.id, made.id AS digest
    )
    INSERT INTO desk_notice
        (recipient_id, channel, stage, kind, facts, subject, path, gravity, created_at, message_id, attempts, trouble)
    SELECT made.recipient_id, 'mail', 'queued', 'desk.digest',
           jsonb_build_object('digest', made.id, 'rhythm', made.rhythm, 'starts_on', made.starts_on,
                              'number', (SELECT count(*) FROM taken WHERE taken.digest = made.id)),
           'digest:' || made.id, %(path)s, 0, %(now)s, gen_random_uuid(), 0, ''
    FROM made ORDER BY made.recipient_id
"""


@action
def make_digests() -> int:
    """Make every digest that is due now; how many there were. Called again it makes none twice, and none is empty."""
    now = timezone.now()
    waiting = Notice.objects.filter(stage=MailStage.GATHERED, recipient__is_active=True).order_by()
    people = waiting.values_list("recipient", "recipient__mail_rhythm", "recipient__time_zone").distinct()
    due = [
        {
            "person": person,
            "rhythm": rhythm,
            "starts_on": found.starts_on.isoformat(),
            "before": found.before.isoformat(),
        }
        for person, rhythm, zone in people
        if (found := occasion(rhythm, now.astimezone(ZoneInfo(zone or settings.TIME_ZONE))))
    ]
    with connection.cursor() as cursor:
        cursor.execute(MAKE, {"people": json.dumps(due), "now": now, "path": reverse("notices")})
        made = cursor.rowcount
    record(by=None, subject="digest:all", due=len(due), made=made)
    return made
