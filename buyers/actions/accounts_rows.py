"""Rows of a file of annual accounts, taken in block by block, until all are in or the file is given up.

What a source says of a year is kept once. Other figures of the same year and source are a newer version: the older one
stays as it was and is superseded. Figures that stood there before, the latest or not, are known: so an older file
handed in once more changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.audit import action, record, subject_of
from buyers.actions.signal import record_signals
from buyers.intake.rows import Accounts, Opened, Row
from buyers.models import Buyer, FeedRefusal, FeedRun, FinancialStatement, Identifier
from buyers.models.accounts import LINES
from buyers.models.file_run import ImportStage
from buyers.signals import Event
from kernel.refusals import Refusal, refusal, refuse

RAW_KEPT = 10_000
TOLD = ("currency", "months", "audited", *LINES)

Key = tuple[int, date, str]  # buyer, year-end, source


@dataclass
class _Block:
    """What becomes of a block of rows."""

    fresh: dict[Key, Accounts] = field(default_factory=dict)
    replaced: list[int] = field(default_factory=list)
    repeated: int = 0
    refused: list[tuple[Row, Refusal]] = field(default_factory=list)


@action
def take_in_accounts(*, by: int | None, run: int, after: int, rows: Sequence[Row], today: date) -> FeedRun:
    """Take in the rows that follow the first `after` of the file. Refuses `import_is_over` where another worker has
    gone on meanwhile: what it took in stands."""
    row = FeedRun.objects.select_for_update().get(pk=run)
    moved_on = row.stage != ImportStage.RUNNING or row.rows_read != after
    refuse([refusal("import_is_over")] if moved_on else [])
    block = _sorted(rows, run)
    now = timezone.now()
    FinancialStatement.objects.filter(pk__in=block.replaced).update(superseded_at=now)
    kept = FinancialStatement.objects.bulk_create(
        FinancialStatement(buyer_id=buyer, period_end=end, source=source, received_at=now, **_told(said))
        for (buyer, end, source), said in block.fresh.items()
    )
    new = record_signals(by=by, events=[_event(statement, today) for statement in kept], subject=subject_of(row))
    FeedRefusal.objects.bulk_create(
        FeedRefusal(run=row, line=r.line, code=no.code, facts=_facts(no), raw=r.raw[:RAW_KEPT])
        for r, no in block.refused
    )
    row.rows_read += len(rows)
    row.taken_in += len(kept)
    row.repeated += block.repeated
    row.refused += len(block.refused)
    row.signals += len(new)
    row.save(update_fields=["rows_read", "taken_in", "repeated", "refused", "signals"])
    record(
        by=by, subject=row, rows=len(rows), taken_in=len(kept), replaced=len(block.replaced), repeated=block.repeated,
        refused=len(block.refused),
    )  # fmt: skip
    return row


@action
def open_accounts_file(*, by: int | None, run: int, file: Opened) -> FeedRun:
    """Write down what was found when the file was looked at."""
    row = FeedRun.objects.select_for_update().get(pk=run)
    row.sha256, row.header = file.sha256, file.header
    row.save(update_fields=["sha256", "header"])
    record(by=by, subject=row, sha256=file.sha256)
    return row


@action
def close_accounts_file(*, by: int | None, run: int, failure: str = "", facts: dict[str, Any] | None = None) -> FeedRun:
    """All rows are in, or (`failure`) the file could not be read on. A run that is over stays as it ended."""
    row = FeedRun.objects.select_for_update().get(pk=run)
    if row.stage == ImportStage.RUNNING:
        row.stage = ImportStage.FAILED if failure else ImportStage.DONE
        row.finished_at, row.failure, row.failure_facts = timezone.now(), failure, facts or {}
        row.save(update_fields=["stage", "finished_at", "failure", "failure_facts"])
    record(by=by, subject=row, taken_in=row.taken_in, refused=row.refused, failure=row.failure)
    return row


def _sorted(rows: Sequence[Row], run: int) -> _Block:
    """Each row's fate. The buyers are locked in the order of their ids, as everybody does."""
    block = _Block()
    found = _buyers(row.said for row in rows if isinstance(row.said, Accounts))
    list(Buyer.objects.select_for_update().filter(pk__in=set(found.values())).order_by("pk").values_list("pk"))
    versions = _versions(set(found.values()))
    for row in rows:
        refused = row.said if isinstance(row.said, Refusal) else _settle(block, row.said, found, versions)
        if refused:
            block.refused.append((row, refused))
    return block


def _settle(
    block: _Block, said: Accounts, found: dict[tuple[str, str], int], versions: dict[Key, list[FinancialStatement]]
) -> Refusal | None:
    buyers = {found[number] for number in said.numbers if number in found}
    if len(buyers) != 1:
        return refusal("number_of_several" if buyers else "number_unknown", "number")
    key = (buyers.pop(), said.period_end, said.source)
    before = versions.get(key, [])
    if key in block.fresh:
        if _told(block.fresh[key]) != _told(said):
            return refusal("accounts_twice_in_file", "period_end")
        block.repeated += 1
    elif any(_as_told(version) == _told(said) for version in before):
        block.repeated += 1
    else:
        block.fresh[key] = said
        block.replaced += [version.pk for version in before if version.superseded_at is None]
    return None


def _buyers(told: Iterable[Accounts]) -> dict[tuple[str, str], int]:
    """The buyer, as it is today, of each number."""
    values = {value for said in told for _scheme, value in said.numbers}
    rows = Identifier.objects.filter(value__in=values).filter(Q(buyer__private_person=False))
    return {
        (scheme, value): into or buyer
        for scheme, value, buyer, into in rows.values_list("scheme", "value", "buyer", "buyer__merged_into")
    }


def _versions(buyers: set[int]) -> dict[Key, list[FinancialStatement]]:
    found: dict[Key, list[FinancialStatement]] = {}
    for row in FinancialStatement.objects.filter(buyer__in=buyers):
        found.setdefault((row.buyer_id, row.period_end, row.source), []).append(row)
    return found


def _told(said: Accounts) -> dict[str, Any]:
    return {"currency": said.currency, "months": said.months, "audited": said.audited, **said.lines}


def _as_told(row: FinancialStatement) -> dict[str, Any]:
    return {name: getattr(row, name) for name in TOLD}


def _event(row: FinancialStatement, today: date) -> Event:
    facts = {"statement": row.pk, "period_end_on": row.period_end.isoformat()}
    return Event(row.buyer_id, "accounts_received", today, row.source, f"accounts:{row.pk}", facts=facts)


def _facts(no: Refusal) -> dict[str, Any]:
    """JSON-safe, with the column concerned."""
    return {name: str(value) for name, value in no.facts.items()} | ({"column": no.about} if no.about else {})
