"""The end of an import into the directory: what was staged (buyers/adapters.py) is merged, or given up.

Nothing of a file shows in the directory before `merge_directory_file`, and then all of it.
"""

from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.audit import action, record
from buyers.directory.reading import Opened
from buyers.directory.staging import merge
from buyers.models import DirectoryImport
from buyers.models.directory_import import ImportPhase
from buyers.models.file_run import ImportStage
from kernel.refusals import refusal, refuse


@action
def merge_directory_file(*, by: int | None, run: int, file: Opened) -> DirectoryImport:
    """Bring what this session has staged of `file` into the directory: all of it, in this transaction."""
    row = DirectoryImport.objects.select_for_update().get(pk=run)
    refuse([refusal("import_is_over")] if row.stage != ImportStage.RUNNING else [])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        merged = merge(cursor, run, file)
    for name in ("rows_read", "accepted", "added", "changed", "refused", "warned"):
        setattr(row, name, getattr(merged, name))
    row.stage, row.finished_at, row.phase = ImportStage.DONE, timezone.now(), ImportPhase.WRITING
    row.save()
    record(by=by, subject=row, accepted=row.accepted, added=row.added, changed=row.changed, refused=row.refused)
    return row


@action
def give_up_directory_file(*, by: int | None, run: int, failure: str, facts: dict[str, Any]) -> DirectoryImport:
    """Close an import that could not be done; the directory is as it was. One that is over stays as it ended."""
    row = DirectoryImport.objects.select_for_update().get(pk=run)
    if row.stage == ImportStage.RUNNING:
        row.stage, row.finished_at = ImportStage.FAILED, timezone.now()
        row.failure, row.failure_facts = failure, facts
        row.save(update_fields=["stage", "finished_at", "failure", "failure_facts"])
    record(by=by, subject=row, failure=row.failure)
    return row
