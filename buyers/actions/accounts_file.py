"""The beginning of a file of annual accounts: it is handed in; the queue does the rest."""

import uuid

from django.core.files.base import File
from django.core.files.storage import default_storage

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.intake.rows import LARGEST
from buyers.intake.tasks import take_in_accounts_file
from buyers.models import FeedRun
from buyers.models.feed import FeedKind
from kernel.refusals import refusal, refuse

FOLDER = "accounts"
LONGEST_NAME = 255


@action
def hand_in_accounts_file(
    *, by: int | None, file_name: str, upload: File | None = None, form_key: uuid.UUID | None = None
) -> FeedRun:
    """Begin: of an upload, which is kept in private storage until it is in, or of a file on this machine.

    `by` empty: the machine's own command. Refuses `file_empty`, `file_too_large`. The same form sent twice is one run.
    """
    if by is not None:
        require_group(by, UNDERWRITER_GROUPS)
    if form_key and (known := FeedRun.objects.filter(form_key=form_key).first()):
        record(by=by, subject=known, outcome="repeated")
        return known
    if upload is not None:
        refuse([refusal("file_empty", "file")] if not upload.size else [])
        refuse([refusal("file_too_large", "file")] if upload.size > LARGEST else [])
    run = FeedRun.objects.create(
        kind=FeedKind.ACCOUNTS,
        file_name=file_name[-LONGEST_NAME:],
        form_key=form_key,
        stored_as=default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}", upload) if upload is not None else "",
        started_by_id=by,
    )
    record(by=by, subject=run, file_name=run.file_name)
    if run.stored_as:
        take_in_accounts_file.delay_on_commit(run.pk)
    return run
