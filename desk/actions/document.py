"""Taking a file in, and taking it away again."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.access import require_role
from accounts.audit import action, record
from desk.contents import Kind, recognised, too_large
from desk.filenames import shown_name, with_ending
from desk.models import Document
from desk.models.document import ScanState
from desk.scanning import ScanFailed, threat_in
from desk.storage import FOLDER, Streamed, files_follow_rows, forget, new_key, store
from kernel.refusals import Refusal, refusal, refuse

# Files without a row may be an upload that has not committed yet; after a day they are what a killed process left.
ORPHAN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Checked:
    """A file that may come in: its name as shown, what it is, what the scanner said."""

    name: str
    kind: Kind
    scan_state: str


@files_follow_rows()
@action
def keep_document(*, by: int, exporter: int, upload: UploadedFile, form: uuid.UUID | None = None) -> Document:
    """Keep an uploaded file of the firm's: streamed to private storage, hashed, its type read from its content.

    `form` is the hidden key of the form it came with: the same content sent twice with it is one document.
    Refuses what is empty, too large, of a type not allowed, a bomb, or infected. Nothing is left when it fails.
    """
    require_role(by, exporter)
    checked = _checked(upload)
    key, stream = new_key(), Streamed(upload)
    store(key, stream)
    if stream.passed != upload.size:
        refuse([refusal("document_cut_short", "files", name=checked.name)])
    row = Document(
        exporter_id=exporter,
        name=checked.name,
        key=key,
        content_type=checked.kind.content_type,
        size=stream.passed,
        sha256=stream.sha256.hexdigest(),
        scan_state=checked.scan_state,
        uploaded_by_id=by,
        form_key=form,
    )
    document, outcome = _saved(row)
    record(
        by=by, subject=document, exporter=exporter, name=document.name, size=document.size, sha256=document.sha256,
        type=document.content_type, scan=document.scan_state, outcome=outcome,
    )  # fmt: skip
    return document


def _checked(upload: UploadedFile) -> Checked:
    """The file, or Refused."""
    name = shown_name(upload.name or "")
    if not upload.size:
        refuse([refusal("document_empty", "files", name=name)])
    if upload.size > settings.DOCUMENT_MAX_BYTES:
        refuse([too_large(name, settings.DOCUMENT_MAX_BYTES)])
    kind = recognised(upload, name)  # type: ignore[arg-type]
    if isinstance(kind, Refusal):
        refuse([kind])
    assert isinstance(kind, Kind)
    return Checked(with_ending(name, kind.endings), kind, _scanned(upload, name))


def _scanned(upload: UploadedFile, name: str) -> str:
    """The scanner's word. One that is configured and does not answer keeps files out: it is there for a reason."""
    if not settings.CLAMAV_ADDRESS:
        return ScanState.NOT_SCANNED
    try:
        threat = threat_in(upload.chunks(), settings.CLAMAV_ADDRESS)
    except ScanFailed:
        refuse([refusal("document_not_scanned", "files", name=name)])
    if threat:
        refuse([refusal("document_infected", "files", name=name, threat=threat)])
    return ScanState.CLEAN


def _saved(row: Document) -> tuple[Document, str]:
    """The row written, or the one a double submit has written before (document_once_per_form)."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
        return row, "kept"
    except IntegrityError:
        forget(row.key)
        there = Document.objects.get(
            exporter=row.exporter_id, form_key=row.form_key, sha256=row.sha256, removed_at__isnull=True
        )
        return there, "repeated"


@action
def remove_document(*, by: int, document: uuid.UUID) -> Document:
    """Take a file away: the row stays as history, the file is deleted once that is certain."""
    found = Document.objects.select_for_update().get(pk=document)
    require_role(by, found.exporter_id)
    repeated = found.removed_at is not None
    if not repeated:
        found.removed_at, found.removed_by_id = timezone.now(), by
        found.save(update_fields=["removed_at", "removed_by"])
        transaction.on_commit(lambda: forget(found.key))
    record(by=by, subject=found, exporter=found.exporter_id, outcome="repeated" if repeated else "removed")
    return found


@action
def forget_orphans() -> int:
    """Delete files no row points to, and those of removed rows: what killed processes left. Returns how many."""
    gone = 0
    oldest = timezone.now() - ORPHAN_AFTER
    folders, _ = default_storage.listdir(FOLDER) if default_storage.exists(FOLDER) else ([], [])
    for folder in folders:
        keys = [f"{FOLDER}/{folder}/{name}" for name in default_storage.listdir(f"{FOLDER}/{folder}")[1]]
        wanted = set(Document.objects.filter(key__in=keys, removed_at__isnull=True).values_list("key", flat=True))
        for key in set(keys) - wanted:
            if default_storage.get_modified_time(key) < oldest:
                forget(key)
                gone += 1
    record(by=None, subject="document:orphans", deleted=gone)
    return gone
