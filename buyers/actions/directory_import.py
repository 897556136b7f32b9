"""Imports into the directory: a file is handed in, its rows are staged (buyers/adapters.py), then merged or given up.

Nothing of a file shows in the directory before `merge_directory_file`, and then all of it.
"""

import uuid
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import POLICY_ADMINISTRATOR, UNDERWRITER_GROUPS
from buyers.directory.reading import Opened
from buyers.directory.staging import merge
from buyers.models import DirectoryImport
from buyers.models.directory_import import ImportPhase, ImportStage
from kernel.refusals import refusal, refuse

KEEP_THE_DIRECTORY = UNDERWRITER_GROUPS | {POLICY_ADMINISTRATOR}
FOLDER = "directory"
LONGEST_NAME = 255


@action
def hand_in_directory_file(
    *, by: int | None, file_name: str, shape: str = "", upload: File | None = None, form_key: uuid.UUID | None = None
) -> DirectoryImport:
    """Begin an import: of an upload, which is kept in private storage until it is in, or of a file on this machine.

    `by` empty: the machine's own command. Refuses `file_empty`. The same form sent twice is one import.
    """
    if by is not None:
        require_group(by, KEEP_THE_DIRECTORY)
    if form_key and (known := DirectoryImport.objects.filter(form_key=form_key).first()):
        record(by=by, subject=known, outcome="repeated")
        return known
    refuse([refusal("file_empty", "file")] if upload is not None and not upload.size else [])
    run = DirectoryImport.objects.create(
        file_name=file_name[-LONGEST_NAME:],
        shape=shape,
        form_key=form_key,
        stored_as=default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}", upload) if upload is not None else "",
        started_by_id=by,
    )
    record(by=by, subject=run, file_name=run.file_name)
    return run


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
