"""Trouble of a parent or a main customer reaches the companies linked to it: a signal on each of them, once."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.audit import action, record
from buyers.actions.signal import record_signals
from buyers.signals import Event, catalogue

SOURCE = "fairlead"

# Only direct links, and trouble that came from a link goes no further: else one failure would run through everybody.
TROUBLE = """
    WITH trouble AS (
        SELECT COALESCE(firm.merged_into_id, firm.id) AS firm, signal.kind, signal.happened_on AS day,
               'signal:' || signal.id AS key
        FROM buyers_signal signal JOIN buyers_buyer firm ON firm.id = signal.buyer_id
        WHERE signal.kind = ANY(%(kinds)s) AND signal.happened_on BETWEEN %(since)s AND %(today)s
        UNION ALL
        SELECT COALESCE(firm.merged_into_id, firm.id), 'downgrade', score.scored_for, 'score:' || score.id
        FROM buyers_score score JOIN buyers_buyer firm ON firm.id = score.buyer_id
        WHERE firm.regraded_at >= %(since)s AND score.scored_for BETWEEN %(since)s AND %(today)s
            AND score.grade >= %(grade)s AND score.former_grade < %(grade)s AND 'downgrade' = ANY(%(kinds)s)
    )
    SELECT DISTINCT COALESCE(linked.merged_into_id, linked.id), link.relation, other.name, trouble.kind, trouble.day,
           trouble.key
    FROM trouble
    JOIN buyers_buyer other ON other.id = trouble.firm
    JOIN buyers_buyer entry ON entry.id = trouble.firm OR entry.merged_into_id = trouble.firm
    JOIN buyers_buyerlink link
        ON link.other_id = entry.id AND link.ended_at IS NULL AND link.relation = ANY(%(relations)s)
    JOIN buyers_buyer linked ON linked.id = link.buyer_id
    ORDER BY 1, trouble.key
"""


@action
def spread_trouble(*, by: int | None, today: date | None = None) -> int:
    """Record what befell parents and main customers lately as signals on those linked to them; how many were new.

    For exporters only where the trouble itself is a public fact; a grade or a sanctions hit of another company is not
    theirs to read.
    """
    day, rule = today or timezone.now().date(), catalogue().linked
    asked: dict[str, Any] = {
        "kinds": list(rule.public), "relations": list(rule.relations), "grade": rule.downgrade_from_grade,
        "since": day - timedelta(days=rule.within_days), "today": day,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(TROUBLE, asked)
        found = cursor.fetchall()
    events = [_event(rule.public, *row) for row in found]
    new = record_signals(by=by, events=events, subject="signal:linked_trouble")
    record(by=by, subject="signal:linked_trouble", linked=len(found), signals=len(new))
    return len(new)


def _event(public: Mapping[str, bool], buyer: int, relation: str, name: str, kind: str, day: date, key: str) -> Event:
    facts = {"relation": relation, "linked_name": name, "trouble": kind}
    return Event(
        buyer, "linked_trouble", day, SOURCE, f"{key}:{relation}:{buyer}", staff_only=not public[kind], facts=facts
    )
