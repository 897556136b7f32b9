"""A list of customers on its way into the book: handed in, its columns confirmed, buyers chosen, added, given up."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.utils import timezone

from accounts.access import require_role
from accounts.audit import action, record
from accounts.models.roles import MAY_READ
from buyers.customer_lists.columns import columns_refused, guessed
from buyers.customer_lists.reading import ENCODINGS
from buyers.customer_lists.storage import forget_results, looked_into, results_untrue
from buyers.customer_lists.tasks import match_lists, write_results
from buyers.lifecycle import CUSTOMER_LIST
from buyers.models import CustomerList, CustomerRow, ListResult
from desk.actions.document import keep_document, remove_document
from desk.storage import files_follow_rows
from kernel.refusals import refusal, refuse

# Set-based, for any number of rows: new entries, then those that lay archived, then what is done. A buyer that was
# merged since the match is followed; what became a private person meanwhile stays out.
_PRESENT = """
    CREATE TEMP TABLE list_buyers ON COMMIT DROP AS
    SELECT DISTINCT ON (coalesce(b.merged_into_id, b.id)) coalesce(b.merged_into_id, b.id) AS buyer,
        coalesce(r.facts ->> 'reference', '') AS reference
    FROM buyers_customerrow r JOIN buyers_buyer b ON b.id = r.chosen_id
    WHERE r.customer_list_id = %(list)s AND r.chosen_id IS NOT NULL AND NOT r.done
    ORDER BY coalesce(b.merged_into_id, b.id), r.number
"""
_ADD = """
    INSERT INTO buyers_bookentry
        (exporter_id, buyer_id, own_reference, notes, affiliate, watch, sort_key, added_at, added_by_id)
    SELECT %(exporter)s, b.id, left(l.reference, 60), '', false, 'worse', b.sort_key, %(now)s, %(by)s
    FROM list_buyers l JOIN buyers_buyer b ON b.id = l.buyer
    WHERE NOT b.private_person ORDER BY b.id
    ON CONFLICT (exporter_id, buyer_id) DO NOTHING
"""
_RESTORE = """
    UPDATE buyers_bookentry e SET archived_at = NULL, archived_by_id = NULL FROM list_buyers l
    WHERE e.exporter_id = %(exporter)s AND e.buyer_id = l.buyer AND e.archived_at IS NOT NULL
"""
# Of 200,000 rows that takes a quarter of a minute, on a busy machine more than a page's statement may take.
_LONG = "SET LOCAL statement_timeout = 0"
# The one candidate of this name in the country of the row (buyers/matching.py): what was offered, nothing else.
_ONLY_NAMESAKES = """
    UPDATE buyers_customerrow r SET chosen_id = alone.buyer, by_hand = true
    FROM (
        SELECT r.id, min((c ->> 'buyer')::bigint) AS buyer
        FROM buyers_customerrow r LEFT JOIN buyers_buyerproposal p ON p.id = r.proposal_id,
            jsonb_array_elements(r.candidates) c
        WHERE r.customer_list_id = %(list)s AND r.outcome = 'choose' AND r.reason = 'match_name_alone'
            AND r.chosen_id IS NULL AND NOT r.by_hand AND NOT r.done
            AND (p.id IS NULL OR p.stage IN ('refused', 'withdrawn'))
            AND c -> 'reasons' @> '["found_by_name"]' AND NOT c -> 'reasons' @> '["match_other_country"]'
        GROUP BY r.id HAVING count(*) = 1
    ) alone
    JOIN buyers_buyer b ON b.id = alone.buyer AND NOT b.private_person
    WHERE r.id = alone.id
    RETURNING r.number, r.chosen_id
"""
_DONE = """
    UPDATE buyers_customerrow r SET done = true FROM buyers_buyer b
    JOIN buyers_bookentry e ON e.buyer_id = coalesce(b.merged_into_id, b.id)
    WHERE r.customer_list_id = %(list)s AND NOT r.done AND b.id = r.chosen_id AND e.exporter_id = %(exporter)s
"""


@files_follow_rows()
@action
def hand_in_customer_list(
    *, by: int, exporter: int, upload: UploadedFile, form_key: uuid.UUID | None = None
) -> CustomerList:
    """Keep a file of customers and guess what its columns mean. The same form sent twice is one list.

    Refuses what keep_document refuses, `list_is_no_table`, and what cannot be read (buyers/customer_lists/reading.py);
    nothing is kept then.
    """
    require_role(by, exporter)
    if form_key and (known := CustomerList.objects.filter(form_key=form_key, exporter=exporter).first()):
        record(by=by, subject=known, exporter=exporter, outcome="repeated")
        return known
    document = keep_document(by=by, exporter=exporter, upload=upload, form=form_key)
    refuse([] if document.ending().lower() in ("csv", "txt", "xlsx") else [refusal("list_is_no_table", "file")])
    file = looked_into(document)
    row = CustomerList.objects.create(
        exporter_id=exporter,
        document=document,
        file_name=document.name[-255:],
        sheet=file.sheet,
        encoding=file.encoding,
        header=file.header,
        sample=file.sample,
        columns=guessed(file.header, file.sample),
        stage=CUSTOMER_LIST.target("hand in"),
        uploaded_by_id=by,
        form_key=form_key,
    )
    record(by=by, subject=row, exporter=exporter, file_name=row.file_name, columns=row.columns)
    return row


@action
def confirm_columns(
    *, by: int, customer_list: int, columns: Sequence[str], country: str = "", encoding: str = ""
) -> CustomerList:
    """Say what the columns mean and let the match begin. A second time changes nothing once it has begun.

    `country`: of rows that name none. `encoding`: the characters of a CSV file, when they were guessed wrong.
    Refuses `list_names_nobody`, `column_means_twice`, `column_meaning_unknown`, `list_encoding_wrong`.
    """
    row = _locked(customer_list)
    require_role(by, row.exporter_id)
    if row.stage == "confirmed":
        record(by=by, subject=row, exporter=row.exporter_id, outcome="repeated")
        return row
    stage = CUSTOMER_LIST.target("confirm columns", row.stage)
    refuse(columns_refused(columns))
    if encoding and not row.sheet and encoding != row.encoding:
        refuse([] if encoding in ENCODINGS else [refusal("list_encoding_wrong", "encoding")])
        file = looked_into(row.document, encoding)
        row.encoding, row.header, row.sample = encoding, file.header, file.sample
    row.columns = list(columns)[: len(row.header)]
    row.country, row.stage = country, stage
    row.save()
    record(by=by, subject=row, exporter=row.exporter_id, columns=row.columns, country=country)
    match_lists.delay_on_commit()
    return row


@action
def choose_only_namesakes(*, by: int, customer_list: int) -> int:
    """Take, for every row nobody decided on whose name one company in its country bears, that company; how many rows.

    A person says so for all of them at once, having looked at them: a name alone decides nothing. Rows that several
    companies share, or whose number, country or place speaks against it, stay to be chosen one by one.
    """
    row = _locked(customer_list)
    require_role(by, row.exporter_id)
    CUSTOMER_LIST.target("choose", row.stage)
    with connection.cursor() as cursor:
        cursor.execute(_LONG)
        cursor.execute(_ONLY_NAMESAKES, {"list": row.pk})
        chosen = dict(cursor.fetchall())
    if chosen:
        results_untrue(row)
    outcome = "chosen" if chosen else "repeated"
    record(
        by=by, subject=row, exporter=row.exporter_id, rows=len(chosen), outcome=outcome,
        chosen={str(number): chosen[number] for number in sorted(chosen)[:200]},
    )  # fmt: skip
    return len(chosen)


class Chosen(NamedTuple):
    """How many rows changed, and the numbers of those that somebody else had decided meanwhile."""

    rows: int
    overtaken: list[int]


@action
def choose_listed_buyers(
    *, by: int, customer_list: int, choices: Mapping[int, int | None], seen: Mapping[int, str] | None = None
) -> Chosen:
    """Say for rows (their ids) which of their candidates they mean; None: none of them.

    `seen`: what stood for a row when the person chose (`CustomerRow.decision`). Rows for which something else stands
    now, or whose buyer is in the book, stay. Only what the match offered can be chosen: refuses `choice_not_offered`.
    """
    row = _locked(customer_list)
    require_role(by, row.exporter_id)
    CUSTOMER_LIST.target("choose", row.stage)
    changed, overtaken = [], []
    for line in row.rows.filter(pk__in=list(choices)).order_by("number"):
        wanted = choices[line.pk]
        offered = {candidate["buyer"] for candidate in line.candidates}
        refuse([refusal("choice_not_offered", "", number=line.number)] if wanted not in {None, *offered} else [])
        # What the match took for certain and a person left as it is stays the match's.
        if line.chosen_id == wanted and (wanted or line.by_hand):
            continue
        if line.done or (seen is not None and line.decision != seen.get(line.pk, "")):
            overtaken.append(line.number)
            continue
        line.chosen_id, line.by_hand = wanted, True
        changed.append(line)
    CustomerRow.objects.bulk_update(changed, ["chosen", "by_hand"], batch_size=500)
    if changed:
        results_untrue(row)
    record(
        by=by, subject=row, exporter=row.exporter_id, rows=len(changed), overtaken=overtaken,
        chosen={str(line.number): line.chosen_id for line in changed[:200]},
    )  # fmt: skip
    return Chosen(len(changed), overtaken)


@action
def add_listed_buyers(*, by: int, customer_list: int) -> CustomerList:
    """Take every certain and every chosen buyer of the list into the book, in one step, whatever their number.

    Buyers in the book stay as they are, archived ones come back. Done again, it adds what was chosen since.
    """
    row = _locked(customer_list)
    require_role(by, row.exporter_id)
    row.stage = CUSTOMER_LIST.target("add", row.stage)
    now = timezone.now()
    facts: dict[str, Any] = {"list": row.pk, "exporter": row.exporter_id, "by": by, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_LONG)
        cursor.execute(_PRESENT, facts)
        cursor.execute(_ADD, facts)
        new = cursor.rowcount
        cursor.execute(_RESTORE, facts)
        restored = cursor.rowcount
        cursor.execute(_DONE, facts)
        rows = cursor.rowcount
        cursor.execute("DROP TABLE list_buyers")
    row.added += new + restored
    row.added_at, row.added_by_id = now, by
    row.save(update_fields=["stage", "added", "added_at", "added_by"])
    if rows:
        results_untrue(row)
    outcome = "added" if rows else "repeated"
    record(by=by, subject=row, exporter=row.exporter_id, new=new, restored=restored, rows=rows, outcome=outcome)
    return row


@action
def give_up_customer_list(*, by: int, customer_list: int) -> CustomerList:
    """Drop a list: its rows and its file go; what was added to the book stays. A second time changes nothing."""
    row = _locked(customer_list)
    require_role(by, row.exporter_id)
    if row.stage == "given_up":
        record(by=by, subject=row, exporter=row.exporter_id, outcome="repeated")
        return row
    row.stage = CUSTOMER_LIST.target("give up", row.stage)
    with connection.cursor() as cursor:
        cursor.execute(_LONG)
    row.rows.all().delete()
    row.ranges.all().delete()
    forget_results(row.results.all())
    row.sample = []
    row.save(update_fields=["stage", "sample"])
    remove_document(by=by, document=row.document_id)
    record(by=by, subject=row, exporter=row.exporter_id)
    return row


@action
def ask_for_result(*, by: int, customer_list: int, kind: str, language: str) -> ListResult:
    """Have the file of what all rows came to written. One that is there or on its way is not written a second time."""
    row = _locked(customer_list)
    require_role(by, row.exporter_id, MAY_READ)
    CUSTOMER_LIST.target("choose", row.stage)  # what can be chosen from has results
    result, new = row.results.get_or_create(kind=kind, language=language)
    if result.failed:
        result.attempts, result.claimed_until = 0, None
        result.save(update_fields=["attempts", "claimed_until"])
    write_results.delay_on_commit()
    outcome = "asked" if new else "repeated"
    record(by=by, subject=result, exporter=row.exporter_id, customer_list=row.pk, kind=kind, outcome=outcome)
    return result


def _locked(customer_list: int) -> CustomerList:
    return CustomerList.objects.select_for_update(of=("self",)).select_related("document").get(pk=customer_list)
