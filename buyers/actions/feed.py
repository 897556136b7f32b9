"""The beginning and the end of taking in a publisher's file; what is between does buyers/feeds/adapters.py."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.models import FeedRun
from buyers.models.feed import FeedKind
from buyers.models.file_run import ImportStage
from kernel.refusals import refusal, refuse

FOLDER = "feeds"
LONGEST_NAME = 255
# The UK's whole register is some 450 MB gzipped.
LARGEST = 1024**3


@action
def hand_in_feed(
    *,
    by: int | None,
    kind: str,
    file_name: str,
    edition: date | None = None,
    upload: File | None = None,
    form_key: uuid.UUID | None = None,
) -> FeedRun:
    """Begin taking in a file: an upload, kept in private storage until it is through, or one on this machine.

    `edition`: the day whose state the file tells, where it does not say itself. `by` empty: the machine's own command;
    a person is an underwriter. Refuses `file_empty`, `file_too_large`, `edition_in_future`. The same form sent twice is
    one run. The caller wakes the queue.
    """
    if by is not None:
        require_group(by, UNDERWRITER_GROUPS)
    if form_key and (known := FeedRun.objects.filter(form_key=form_key).first()):
        record(by=by, subject=known, outcome="repeated")
        return known
    if upload is not None:
        refuse([refusal("file_empty", "file")] if not upload.size else [])
        refuse([refusal("file_too_large", "file")] if upload.size > LARGEST else [])
    refuse([refusal("edition_in_future", "edition")] if edition and edition > _tomorrow() else [])
    run = FeedRun.objects.create(
        kind=FeedKind(kind),
        file_name=file_name[-LONGEST_NAME:],
        edition=edition,
        form_key=form_key,
        stored_as=default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}", upload) if upload is not None else "",
        started_by_id=by,
    )
    record(by=by, subject=run, kind=run.kind, file_name=run.file_name)
    return run


@action
def finish_feed(*, by: int | None, run: int) -> FeedRun:
    """The file is through."""
    return _closed(by, run, ImportStage.DONE, "", {})


@action
def give_up_feed(*, by: int | None, run: int, failure: str, facts: dict[str, Any]) -> FeedRun:
    """The file could not be taken in, or not to its end: why. What stands of it stands; handed in again it goes on,
    since nothing is told twice."""
    return _closed(by, run, ImportStage.FAILED, failure, facts)


def _closed(by: int | None, run: int, stage: str, failure: str, facts: dict[str, Any]) -> FeedRun:
    row = FeedRun.objects.select_for_update().get(pk=run)
    if row.stage == ImportStage.RUNNING:
        row.stage, row.finished_at, row.failure, row.failure_facts = stage, timezone.now(), failure, facts
        row.save(update_fields=["stage", "finished_at", "failure", "failure_facts"])
    record(by=by, subject=row, stage=row.stage, failure=row.failure, signals=row.signals, refused=row.refused)
    return row


def _tomorrow() -> date:
    return timezone.now().date() + timedelta(days=1)
