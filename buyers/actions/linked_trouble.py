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
# What several sources tell of one day happened once.
# From the links to what happened, not the other way round: few companies have links, and the directory is large.
TROUBLE = """
    WITH linked AS (
        SELECT COALESCE(buyer.merged_into_id, buyer.id) AS buyer, link.relation,
               COALESCE(other.merged_into_id, other.id) AS firm
        FROM buyers_buyerlink link
        JOIN buyers_buyer buyer ON buyer.id = link.buyer_id JOIN buyers_buyer other ON other.id = link.other_id
        WHERE link.ended_at IS NULL AND link.relation = ANY(%(relations)s)
    ), firms AS MATERIALIZED (SELECT DISTINCT firm FROM linked), entries AS MATERIALIZED (
        SELECT firm, firm AS entry FROM firms
        UNION ALL
        SELECT firms.firm, merged.id FROM firms JOIN buyers_buyer merged ON merged.merged_into_id = firms.firm
    ), trouble AS (
        SELECT entries.firm, signal.kind, signal.happened_on AS day, 'signal:' || min(signal.id) AS key
        FROM entries JOIN buyers_signal signal ON signal.buyer_id = entries.entry
        WHERE signal.kind = ANY(%(kinds)s) AND signal.happened_on BETWEEN %(since)s AND %(today)s
        GROUP BY 1, 2, 3
        UNION ALL
        SELECT entries.firm, 'downgrade', score.scored_for, 'score:' || score.id
        FROM entries
        JOIN buyers_buyer graded ON graded.id = entries.entry AND graded.regraded_at >= %(since)s
        JOIN buyers_score score ON score.buyer_id = entries.entry
        WHERE score.scored_for BETWEEN %(since)s AND %(today)s
            AND score.grade >= %(grade)s AND score.former_grade < %(grade)s AND 'downgrade' = ANY(%(kinds)s)
    )
    SELECT DISTINCT linked.buyer, linked.relation, other.name, trouble.kind, trouble.day, trouble.key
    FROM trouble JOIN linked ON linked.firm = trouble.firm JOIN buyers_buyer other ON other.id = trouble.firm
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
