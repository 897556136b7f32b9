"""Files are kept privately, whole or not at all, and leave through a permission check only."""

import hashlib
import os
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.audit import action, record
from accounts.models import AuditEvent
from accounts.models.roles import CLAIMS_HANDLER, POLICY_ADMINISTRATOR, Role
from accounts.tests.factories import exporter, member, signed_in, staff
from desk.actions.document import forget_orphans, keep_document, remove_document
from desk.models import Document
from desk.models.document import ScanState
from desk.storage import Streamed, files_follow_rows, store
from desk.tasks import sweep_documents
from desk.tests import files
from desk.tests.clamd import EICAR, clamd
from kernel.refusals import NotAllowed, Refused, refusal, refuse

pytestmark = pytest.mark.django_db


def upload(name: str = "contract.pdf", content: bytes = files.PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


@pytest.fixture
def firm() -> Any:
    return exporter()


@pytest.fixture
def editor(firm: Any) -> Any:
    return member(firm)


def keep(editor: Any, firm: Any, **options: Any) -> Document:
    return keep_document(by=editor.pk, exporter=firm.pk, **{"upload": upload(), **options})


def codes(refused: Any) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


def test_a_document_is_what_its_content_says(firm, editor, kept):
    row = keep(editor, firm, upload=upload("../../合同.pdf"))
    assert (row.name, row.content_type, row.size) == ("合同.pdf", "application/pdf", len(files.PDF))
    assert row.sha256 == hashlib.sha256(files.PDF).hexdigest()
    assert row.scan_state == ScanState.NOT_SCANNED
    assert kept() == [row.key]
    assert "合同" not in row.key and ".." not in row.key
    event = AuditEvent.objects.get(action="keep_document")
    assert (event.exporter, event.details["outcome"], event.details["size"]) == (firm, "kept", len(files.PDF))


def test_a_file_on_disk_is_streamed_and_not_read_whole(firm, editor, monkeypatch):
    content = files.PDF + os.urandom(3 * 1024**2)
    file = TemporaryUploadedFile("large.pdf", "application/pdf", len(content), None)
    file.file.write(content)
    largest = []
    reads = Streamed.chunks

    def watched(self: Streamed, chunk_size: int | None = None) -> Any:
        for piece in reads(self, chunk_size):
            largest.append(len(piece))
            yield piece

    monkeypatch.setattr(Streamed, "chunks", watched)
    row = keep(editor, firm, upload=file)
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert len(largest) > 10 and max(largest) <= 64 * 1024


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.pdf", b"", "document_empty"),
        ("tool.pdf", files.EXE, "document_is_program"),
        ("bomb.docx", files.bomb(), "document_unpacks_too_large"),
    ],
)
def test_a_refused_file_leaves_neither_row_nor_file(firm, editor, kept, name, content, code):
    with pytest.raises(Refused) as refused:
        keep(editor, firm, upload=upload(name, content))
    assert codes(refused) == [code]
    assert kept() == [] and not Document.objects.exists() and not AuditEvent.objects.exists()


def test_a_file_of_the_limit_is_kept_and_one_byte_more_refused(firm, editor, settings):
    settings.DOCUMENT_MAX_BYTES = len(files.PDF)
    keep(editor, firm)
    with pytest.raises(Refused) as refused:
        keep(editor, firm, upload=upload(content=files.PDF + b"x"))
    assert codes(refused) == ["document_too_large"]


def test_a_file_that_is_shorter_than_it_said_is_refused(firm, editor, kept):
    cut = upload()
    cut.size += 1
    with pytest.raises(Refused) as refused:
        keep(editor, firm, upload=cut)
    assert codes(refused) == ["document_cut_short"]
    assert kept() == []


def test_only_owners_and_editors_keep_and_remove(firm, editor):
    for person in (member(firm, Role.READER), member(exporter()), staff(CLAIMS_HANDLER)):
        with pytest.raises(NotAllowed):
            keep(person, firm)
    row = keep(editor, firm)
    with pytest.raises(NotAllowed):
        remove_document(by=member(firm, Role.READER).pk, document=row.pk)


def test_the_same_content_sent_twice_with_one_form_is_kept_once(firm, editor, kept):
    form = uuid.uuid4()
    first, second = keep(editor, firm, form=form), keep(editor, firm, form=form)
    other = keep(editor, firm, form=uuid.uuid4())
    unnamed = keep(editor, firm)
    assert first == second
    assert len({first.pk, other.pk, unnamed.pk}) == 3
    assert len(kept()) == 3
    outcomes = (
        AuditEvent.objects.filter(action="keep_document").order_by("id").values_list("details__outcome", flat=True)
    )
    assert list(outcomes) == ["kept", "repeated", "kept", "kept"]


@files_follow_rows()
@action
def keep_and_fail(*, by: int, exporter: int, upload: Any) -> None:
    keep_document(by=by, exporter=exporter, upload=upload)
    record(by=by, subject="test:1")
    refuse([refusal("review_decided_already")])


def test_an_outer_act_that_fails_takes_the_file_with_it(firm, editor, kept):
    with pytest.raises(Refused):
        keep_and_fail(by=editor.pk, exporter=firm.pk, upload=upload())
    assert kept() == [] and not Document.objects.exists()


def test_nothing_is_stored_outside_an_act():
    with pytest.raises(AssertionError):
        store("documents/aa/bb", Streamed(upload()))


def test_removing_keeps_the_row_and_deletes_the_file_after_the_commit(
    firm, editor, kept, django_capture_on_commit_callbacks
):
    row = keep(editor, firm)
    with django_capture_on_commit_callbacks(execute=True):
        remove_document(by=editor.pk, document=row.pk)
        assert kept() == [row.key]
    assert kept() == []
    again = remove_document(by=editor.pk, document=row.pk)
    assert again.removed_by == editor
    outcomes = AuditEvent.objects.filter(action="remove_document").order_by("id")
    assert [event.details["outcome"] for event in outcomes] == ["removed", "repeated"]


# --- the scanner ------------------------------------------------------------------------------------------------------


def test_a_clean_file_is_marked_clean(firm, editor, settings):
    with clamd() as address:
        settings.CLAMAV_ADDRESS = address
        assert keep(editor, firm).scan_state == ScanState.CLEAN


def test_an_infected_file_is_refused_by_its_name(firm, editor, settings, kept):
    with clamd() as address:
        settings.CLAMAV_ADDRESS = address
        with pytest.raises(Refused) as refused:
            keep(editor, firm, upload=upload("note.txt", EICAR))
    assert [(r.code, r.facts["threat"]) for r in refused.value.refusals] == [("document_infected", "Eicar-Signature")]
    assert kept() == []


def test_a_scanner_that_does_not_answer_keeps_files_out(firm, editor, settings):
    with clamd() as address:
        settings.CLAMAV_ADDRESS = address
    with pytest.raises(Refused) as refused:
        keep(editor, firm)
    assert codes(refused) == ["document_not_scanned"]


# --- what killed processes leave --------------------------------------------------------------------------------------


def aged(private: Path, key: str) -> None:
    old = time.time() - 2 * 86_400
    os.utime(private / key, (old, old))


def test_orphans_are_swept_after_a_day_and_nothing_else(firm, editor, private, kept):
    wanted, removed = keep(editor, firm), keep(editor, firm)
    remove_document(by=editor.pk, document=removed.pk)
    for name in ("documents/ab/old", "documents/ab/new"):
        default_storage.save(name, upload())
    for key in (wanted.key, removed.key, "documents/ab/old"):
        aged(private, key)
    assert sweep_documents() == 2
    assert kept() == sorted([wanted.key, "documents/ab/new"])


def test_sweeping_where_nothing_was_ever_stored_is_no_trouble():
    assert forget_orphans() == 0


# --- the way out ------------------------------------------------------------------------------------------------------


def test_a_member_downloads_and_never_sees_it_in_the_page(firm, editor, client: Client):
    row = keep(editor, firm, upload=upload("合同 “A”.pdf"))
    answer = signed_in(client, member(firm, Role.READER), firm).get(reverse("document", args=[row.pk]))
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == files.PDF
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''%E5%90%88%E5%90%8C")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_file_is_nobodys_and_no_rivals(firm, editor, client: Client):
    row = keep(editor, firm)
    address = reverse("document", args=[row.pk])
    assert client.get(address).status_code == 302
    rival = exporter()
    assert signed_in(client, member(rival), rival).get(address).status_code == 404
    both = member(rival)
    member(firm, user=both)
    # A member of both firms opens it only while the right one is chosen.
    assert signed_in(Client(), both, rival).get(address).status_code == 404
    assert signed_in(Client(), both, firm).get(address).status_code == 200


def test_a_removed_or_lost_file_is_not_found(firm, editor, client: Client, private):
    removed, lost = keep(editor, firm), keep(editor, firm)
    remove_document(by=editor.pk, document=removed.pk)
    (private / lost.key).unlink()
    signed_in(client, editor, firm)
    for row in (removed, lost):
        assert client.get(reverse("document", args=[row.pk])).status_code == 404


def test_staff_who_judge_papers_download_in_the_office(firm, editor, client: Client):
    row = keep(editor, firm)
    address = reverse("admin:desk_document_download", args=[row.pk])
    assert signed_in(client, staff(CLAIMS_HANDLER)).get(address).status_code == 200
    assert signed_in(Client(), staff(POLICY_ADMINISTRATOR)).get(address).status_code == 403
    assert signed_in(Client(), editor, firm).get(address).status_code in (302, 403)


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_two_clicks_at_once_keep_one_file(kept):
    firm = exporter()
    editor, form, barrier = member(firm), uuid.uuid4(), threading.Barrier(2)
    found: list[Any] = []

    def click() -> None:
        barrier.wait()
        try:
            found.append(keep(editor, firm, form=form).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2 and len(set(found)) == 1
    assert len(kept()) == 1
