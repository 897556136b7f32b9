"""The beginning of an import into the directory: a file is handed in; the queue does the rest."""

import uuid

from django.core.files.base import File
from django.core.files.storage import default_storage

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import POLICY_ADMINISTRATOR, UNDERWRITER_GROUPS
from buyers.models import DirectoryImport
from buyers.tasks import import_directory_file
from kernel.refusals import refusal, refuse

KEEP_THE_DIRECTORY = UNDERWRITER_GROUPS | {POLICY_ADMINISTRATOR}
FOLDER = "directory"
LONGEST_NAME = 255
# GLEIF's whole golden copy is some 450 MB as it is sent (zipped); more is not a list of companies.
LARGEST = 1024**3


@action
def hand_in_directory_file(
    *, by: int | None, file_name: str, shape: str = "", upload: File | None = None, form_key: uuid.UUID | None = None
) -> DirectoryImport:
    """Begin an import: of an upload, which is kept in private storage until it is in, or of a file on this machine.

    `by` empty: the machine's own command. Refuses `file_empty`, `file_too_large`. The same form
    sent twice is one import.
    """
    if by is not None:
        require_group(by, KEEP_THE_DIRECTORY)
    if form_key and (known := DirectoryImport.objects.filter(form_key=form_key).first()):
        record(by=by, subject=known, outcome="repeated")
        return known
    if upload is not None:
        refuse([refusal("file_empty", "file")] if not upload.size else [])
        refuse([refusal("file_too_large", "file")] if upload.size > LARGEST else [])
    run = DirectoryImport.objects.create(
        file_name=file_name[-LONGEST_NAME:],
        shape=shape,
        form_key=form_key,
        stored_as=default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}", upload) if upload is not None else "",
        started_by_id=by,
    )
    record(by=by, subject=run, file_name=run.file_name)
    if run.stored_as:
        import_directory_file.delay_on_commit(run.pk)
    return run
