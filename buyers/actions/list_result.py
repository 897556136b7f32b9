"""The file of a long list's results: written by a worker, kept for a day."""

import uuid
from datetime import timedelta

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone, translation

from accounts.audit import action, record
from buyers.customer_lists.live import tell_rows
from buyers.customer_lists.storage import RESULTS, forget_results
from buyers.customer_lists.tables import written_result
from buyers.models import ListResult
from desk.storage import Streamed, files_follow_rows, forget, store

KEPT = timedelta(days=1)


@files_follow_rows()
@action
def write_result(*, by: int | None, result: int, worker: str) -> bool:
    """Write the file that `worker` has claimed; False when it is another's by now, or a choice made it untrue.

    Its row is locked at the end only, so that nobody who chooses meanwhile waits for the file.
    """
    mine = ListResult.objects.filter(pk=result, claimed_by=worker, done_at__isnull=True)
    row = mine.select_related("customer_list").first()
    key, size = f"{RESULTS}/{uuid.uuid4().hex}", 0
    if row is not None:
        asked = row
        with (
            translation.override(row.language),
            written_result(row.customer_list, row.kind, lambda rows: tell_rows(asked, rows)) as file,
        ):
            stream = Streamed(File(file, name=RESULTS))
            store(key, stream)
            size = stream.passed
        row = mine.select_for_update().first()
    if row is None:
        forget(key)
        record(by=by, subject=f"listresult:{result}", worker=worker, outcome="not_held")
        return False
    row.key, row.size, row.done_at = key, size, timezone.now()
    row.save(update_fields=["key", "size", "done_at"])
    record(by=by, subject=row, exporter=row.customer_list.exporter_id, worker=worker, kind=row.kind, size=size)
    return True


@action
def forget_old_results(*, by: int | None) -> int:
    """Result files older than a day, and what killed processes left of some; how many rows."""
    oldest = timezone.now() - KEPT
    old = ListResult.objects.filter(done_at__lt=oldest)
    count = old.count()
    forget_results(old)
    names = default_storage.listdir(RESULTS)[1] if default_storage.exists(RESULTS) else []
    for key in (f"{RESULTS}/{name}" for name in names):
        if default_storage.get_modified_time(key) < oldest:
            forget(key)
    record(by=by, subject="listresult:old", forgotten=count)
    return count
