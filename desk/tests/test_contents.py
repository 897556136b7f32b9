"""What a file is, is read from its content: a table of friendly and hostile files."""

import io

import pytest

from desk.contents import CHUNK, Kind, recognised, too_large
from desk.tests import files
from kernel.refusals import Refusal

FRIENDLY = [
    ("offer.pdf", files.PDF, "application/pdf"),
    ("no ending", files.PDF, "application/pdf"),
    ("scan.png", files.picture("PNG"), "image/png"),
    ("scan.pdf", files.picture("PNG"), "image/png"),
    ("photo.jpeg", files.picture("JPEG"), "image/jpeg"),
    ("fax.tif", files.picture("TIFF"), "image/tiff"),
    ("IMG_0001.HEIC", files.heic(), "image/heic"),
    ("contract.docx", files.office("docx"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("ledger.xlsx", files.office("xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (
        "slides.pptx",
        files.office("pptx"),
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("notes.txt", b"Dear Sirs,\r\nwe have\tnot been paid.\f", "text/plain"),
    ("notes.txt", "我们至今没有收到货款。".encode(), "text/plain"),
    ("notes.txt", "我们至今没有收到货款。".encode("gb18030"), "text/plain"),
    ("notes.txt", "我们没有收到货款。".encode("utf-16"), "text/plain"),
    ("konto.csv", "Müller;100,00\n".encode("latin-1"), "text/csv"),
    ("konto.CSV", b"number,amount\n1,2\n", "text/csv"),
    ("reminder.eml", b"From: a@example.com\nSubject: reminder\n\nPlease pay.\n", "message/rfc822"),
    ("order.docx", files.office("docx", word__embeddings__table_dot_xlsx=files.office("xlsx")), None),
]

HOSTILE = [
    ("invoice.pdf", files.EXE, "document_is_program"),
    ("invoice.txt", b"\x7fELF\x02\x01\x01" + bytes(60), "document_is_program"),
    ("run.txt", b"#!/bin/sh\nrm -rf /\n", "document_is_script"),
    ("letter.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "document_is_old_office"),
    ("papers.zip", files.zipped({"a.pdf": files.PDF}), "document_is_archive"),
    ("papers.docx", files.zipped({"a.pdf": files.PDF}), "document_is_archive"),
    ("papers.rar", b"Rar!\x1a\x07\x00" + bytes(40), "document_is_archive"),
    ("papers.txt", b"\x1f\x8b\x08" + bytes(40), "document_is_archive"),
    ("page.txt", b"\xef\xbb\xbf  <!DOCTYPE html><script>alert(1)</script>", "document_is_web_page"),
    ("page.csv", b"<!-- x --><svg onload=alert(1)>", "document_is_web_page"),
    ("film.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(300), "document_is_recording"),
    ("macro.docx", files.office("docx", word__vbaProject_dot_bin=b"x"), "document_has_macros"),
    ("locked.docx", files.locked(), "document_is_locked"),
    ("bomb.docx", files.bomb(), "document_unpacks_too_large"),
    ("lying.docx", files.lying_bomb(), "document_is_damaged"),
    ("nested.docx", files.office("docx", word__media__a_dot_png=files.zipped({"a": b"x"})), "document_holds_archive"),
    (
        "deeper.docx",
        files.office("docx", word__embeddings__a_dot_docx=files.office("docx", word__embeddings__b_dot_docx=b"PK")),
        "document_holds_archive",
    ),
    ("cut.docx", files.office("docx")[:120], "document_is_damaged"),
    ("data.bin", bytes(range(256)), "document_type_unknown"),
    ("data.txt", b"text\x00with a zero", "document_type_unknown"),
    ("odd.txt", b"\xff\xfeA", "document_type_unknown"),
    ("plain", b"just text without an ending", "document_type_unknown"),
]


@pytest.mark.parametrize(("name", "content", "content_type"), FRIENDLY)
def test_an_allowed_file_is_known_by_its_content(name: str, content: bytes, content_type: str | None):
    file = io.BytesIO(content)
    found = recognised(file, name)
    assert isinstance(found, Kind), found
    assert content_type in (None, found.content_type)
    assert file.tell() == 0


@pytest.mark.parametrize(("name", "content", "code"), HOSTILE, ids=[f"{n}-{c}" for n, _b, c in HOSTILE])
def test_a_hostile_file_is_refused_by_what_it_is(name: str, content: bytes, code: str):
    found = recognised(io.BytesIO(content), name)
    assert isinstance(found, Refusal)
    assert (found.code, found.about, found.facts) == (code, "files", {"name": name})


def test_a_package_of_too_many_parts_is_refused():
    parts = {f"word/{n}.xml": b"x" for n in range(5_001)}
    found = recognised(io.BytesIO(files.office("docx", **parts)), "many.docx")
    assert isinstance(found, Refusal) and found.code == "document_unpacks_too_large"


def test_what_unpacks_to_more_than_the_limit_is_refused_however_it_is_packed(monkeypatch: pytest.MonkeyPatch):
    content = files.office("docx", word__media__a_dot_bmp=bytes(range(256)) * 4096)
    assert isinstance(recognised(io.BytesIO(content), "fine.docx"), Kind)
    monkeypatch.setattr("desk.contents.MOST_UNPACKED", 1024**2)
    found = recognised(io.BytesIO(content), "large.docx")
    assert isinstance(found, Refusal) and found.code == "document_unpacks_too_large"


def test_a_list_of_parts_that_understates_is_counted_while_unpacking(monkeypatch: pytest.MonkeyPatch):
    content = files.office("docx", word__media__a_dot_bmp=bytes(range(256)) * 4096)
    monkeypatch.setattr("desk.contents.MOST_UNPACKED", 1024**2)
    monkeypatch.setattr("desk.contents._declares_too_much", lambda parts: False)
    found = recognised(io.BytesIO(content), "large.docx")
    assert isinstance(found, Refusal) and found.code == "document_unpacks_too_large"


def test_a_large_part_is_gone_through_to_its_end():
    content = files.office("docx", word__media__a_dot_bmp=bytes(range(256)) * (CHUNK // 64))
    assert isinstance(recognised(io.BytesIO(content), "large.docx"), Kind)


def test_text_is_judged_to_its_end_and_not_by_its_head():
    assert isinstance(recognised(io.BytesIO(b"a" * CHUNK + b"\x00"), "long.txt"), Refusal)
    # A character of three bytes across the border of two pieces is no error.
    assert isinstance(recognised(io.BytesIO(b"a" * (CHUNK - 1) + "中".encode()), "long.txt"), Kind)


def test_the_limit_is_said_in_megabytes():
    assert too_large("a.pdf", 25 * 1024**2).facts == {"name": "a.pdf", "megabytes": 25}
