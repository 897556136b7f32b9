"""The match of a list to the directory: its rows read, matched range by range by any number of workers, ready."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.audit import action, record, subject_of
from accounts.models import Membership
from buyers.customer_lists.columns import Said, said
from buyers.customer_lists.live import tell_rows
from buyers.customer_lists.reading import Line, lines
from buyers.customer_lists.search import entities_for
from buyers.customer_lists.storage import looked_into
from buyers.lifecycle import CUSTOMER_LIST
from buyers.matching import CERTAIN, CHOOSE, REFUSED, UNKNOWN, Judged, Row, judged
from buyers.models import CustomerList, CustomerRange, CustomerRow
from buyers.models.customer_list import MOST_ATTEMPTS
from desk.actions.notice import tell
from kernel.refusals import Refused, refusal

_READ_AT_ONCE = 2_000

_CUT = """
    INSERT INTO buyers_customerrange (customer_list_id, first, last, rows, claimed_by, attempts, failure)
    SELECT %(list)s, min(number), max(number), count(*), '', 0, ''
    FROM (
        SELECT number, (row_number() OVER (ORDER BY number) - 1) / %(size)s AS part
        FROM buyers_customerrow WHERE customer_list_id = %(list)s
    ) AS numbered
    GROUP BY part ORDER BY part
"""
_WRITE = """
    UPDATE buyers_customerrow r
    SET name = m.name, country = m.country, facts = m.facts, outcome = m.outcome, reason = m.reason,
        reason_facts = m.reason_facts, candidates = m.candidates, chosen_id = m.chosen
    FROM jsonb_to_recordset(%s::jsonb) AS m (
        id bigint, name text, country text, facts jsonb, outcome text, reason text, reason_facts jsonb,
        candidates jsonb, chosen bigint)
    WHERE r.id = m.id
"""


@action
def read_customer_list(*, by: int | None, customer_list: int) -> CustomerList:
    """Bring the rows of a list whose columns are confirmed into the database and cut them into ranges.

    A file that turns out unreadable, empty or too long is given up with its reason. One that was read already stays.
    """
    row = CustomerList.objects.select_for_update(of=("self",)).select_related("document").get(pk=customer_list)
    if row.stage != "confirmed":
        record(by=by, subject=row, exporter=row.exporter_id, outcome="repeated")
        return row
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
    try:
        row.rows_read = _brought_in(row)
    except Refused as refused:
        return _turned_away(by, row, refused)
    row.stage = CUSTOMER_LIST.target("read", row.stage)
    row.save(update_fields=["stage", "rows_read"])
    with connection.cursor() as cursor:
        cursor.execute(_CUT, {"list": row.pk, "size": settings.MATCH_RANGE_SIZE})
    record(by=by, subject=row, exporter=row.exporter_id, rows=row.rows_read)
    return row


@action
def turn_customer_list_away(*, by: int | None, customer_list: int) -> CustomerList:
    """Give up a list whose reading broke off again and again: a fault of the portal's, which its operator finds."""
    row = CustomerList.objects.select_for_update().get(pk=customer_list)
    if row.stage != "confirmed":
        record(by=by, subject=row, exporter=row.exporter_id, outcome="repeated")
        return row
    return _turned_away(by, row, Refused([refusal("list_broke_off")]))


@action
def match_range(*, by: int | None, customer_range: int, worker: str) -> int:
    """Match the rows of a range that `worker` has claimed; how many. One that another holds or ended is left alone.

    With the last range the list is ready.
    """
    held = CustomerRange.objects.select_for_update(of=("self",)).filter(
        pk=customer_range, claimed_by=worker, done_at__isnull=True
    )
    part = held.select_related("customer_list").first()
    if part is None:
        record(by=by, subject=f"customerrange:{customer_range}", worker=worker, outcome="not_held")
        return 0
    found = part.customer_list
    rows = list(found.rows.filter(number__range=(part.first, part.last)).order_by("number"))
    _write_outcomes(rows, found.columns, found.country.code or "")
    part.done_at, part.failure = timezone.now(), ""
    part.save(update_fields=["done_at", "failure"])
    _end(found.pk)
    record(by=by, subject=part, exporter=found.exporter_id, worker=worker, rows=len(rows))
    return len(rows)


@action
def fail_customer_range(*, by: int | None, customer_range: int, worker: str, failure: str) -> None:
    """Write down why a range could not be matched. Its claim is left to run out; after MOST_ATTEMPTS its rows are
    refused, so that the rest of the list can be used."""
    held = CustomerRange.objects.select_for_update().filter(pk=customer_range, claimed_by=worker, done_at__isnull=True)
    part = held.first()
    if part is not None:
        part.failure = failure[:2000]
        if part.attempts >= MOST_ATTEMPTS:
            part.done_at = timezone.now()
            rows = CustomerRow.objects.filter(
                customer_list=part.customer_list_id, number__range=(part.first, part.last), outcome=""
            )
            rows.update(outcome=REFUSED, reason="row_broke_off")
        part.save(update_fields=["failure", "done_at"])
        _end(part.customer_list_id)
    record(by=by, subject=f"customerrange:{customer_range}", worker=worker, failure=failure[:200])


def _brought_in(row: CustomerList) -> int:
    """COPY the rows of the file into the table; how many."""
    all_lines: Iterator[Line] = lines(looked_into(row.document, row.encoding))
    count = 0
    with connection.cursor() as cursor:
        while block := list(islice(all_lines, _READ_AT_ONCE)):
            with cursor.copy(
                "COPY buyers_customerrow (customer_list_id, number, cells, unread, name, country, facts, outcome, "
                "reason, reason_facts, candidates, by_hand, done) FROM STDIN"
            ) as copy:
                for line in block:
                    cells, unread = json.dumps(line.cells), json.dumps(line.unread)
                    copy.write_row((row.pk, line.number, cells, unread, "", "", "{}", "", "", "{}", "[]", False, False))
            count += len(block)
            tell_rows(row, count)
    if not count:
        raise Refused([refusal("file_empty", "file")])
    return count


def _turned_away(by: int | None, row: CustomerList, refused: Refused) -> CustomerList:
    why = refused.refusals[0]
    row.rows.all().delete()
    row.stage = CUSTOMER_LIST.target("turn away", row.stage)
    row.failure, row.failure_facts = why.code, why.facts
    row.save(update_fields=["stage", "failure", "failure_facts"])
    record(by=by, subject=row, exporter=row.exporter_id, failure=row.failure)
    _tell(by, row, "buyers.list_turned_away", why={"code": why.code, "facts": why.facts})
    return row


def _outcomes(rows: Iterable[CustomerRow], columns: list[str], country: str) -> Iterator[dict[str, Any]]:
    read = [(row, said(row.cells, row.unread, columns, country)) for row in rows]
    asked = [what.row if not what.refusals else Row("") for _row, what in read]
    for (row, what), entities in zip(read, entities_for(asked), strict=True):
        came = Judged(REFUSED, what.refusals[0]) if what.refusals else judged(what.row, entities)
        yield _written(row, what, came)


def _write_outcomes(rows: Iterable[CustomerRow], columns: list[str], country: str) -> None:
    """The rows as the rule judges them, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [json.dumps(list(_outcomes(rows, columns, country)))])


def _written(row: CustomerRow, what: Said, came: Judged) -> dict[str, Any]:
    facts = {
        "address": what.row.address, "city": what.row.city, "reference": what.reference,
        "numbers": [list(number) for number in what.row.numbers], "numbers_wrong": list(what.numbers_wrong),
    }  # fmt: skip
    candidates = [{"buyer": c.buyer, "reasons": c.reasons, "likeness": c.likeness} for c in came.choices]
    return {
        "id": row.pk, "name": what.row.name, "country": what.row.country, "facts": facts, "outcome": came.outcome,
        "reason": came.reason.code, "reason_facts": came.reason.facts, "candidates": candidates, "chosen": came.buyer,
    }  # fmt: skip


def _end(customer_list: int) -> None:
    """The list is ready when none of its ranges is left; the lock lets the last two workers end one after the other."""
    row = CustomerList.objects.select_for_update().get(pk=customer_list)
    if row.stage != "matching" or row.ranges.filter(done_at__isnull=True).exists():
        return
    by_outcome = (row.rows.filter(outcome=outcome).count() for outcome in (CERTAIN, CHOOSE, UNKNOWN, REFUSED))
    row.certain, row.to_choose, row.unknown, row.refused = by_outcome
    row.stage, row.matched_at = CUSTOMER_LIST.target("match", row.stage), timezone.now()
    row.save(update_fields=["stage", "matched_at", "certain", "to_choose", "unknown", "refused"])
    _tell(None, row, "buyers.list_matched", **row.counts())


def _tell(by: int | None, row: CustomerList, kind: str, **facts: Any) -> None:
    """Whoever handed the list in; all of the firm, when that person has left it."""
    there = Membership.objects.filter(exporter=row.exporter_id, user=row.uploaded_by_id, ended_at__isnull=True).exists()
    tell(
        by=by,
        exporter=row.exporter_id,
        kind=kind,
        facts={"file": row.file_name, **facts},
        subject=subject_of(row),
        path=reverse("customer_list", args=[row.pk]),
        recipients=[row.uploaded_by_id] if there else None,
    )
