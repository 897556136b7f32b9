"""A page of a file is drawn here, in a process of its own that cannot take the portal with it."""

import subprocess
from pathlib import Path

import pytest
import typst

from desk import picturing
from desk.picturing import page_picture
from desk.tests.files import picture

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A PDF of two pages, under a name as storage gives them: no ending."""
    made = typst.compile(b"#set page(width: 100pt, height: 50pt)\n= One\n#pagebreak()\n= Two", format="pdf")
    path = tmp_path / "0f3a"
    path.write_bytes(made)
    return path


def test_each_page_of_a_pdf_has_its_picture(report: Path):
    first, second = page_picture(report, PDF), page_picture(report, PDF, 2)
    assert first and second and first != second
    assert first.startswith(b"\x89PNG")


@pytest.mark.parametrize("page", [0, -1, 3, 51, 10**9])
def test_a_page_that_is_not_there_has_none(report: Path, page: int):
    assert page_picture(report, PDF, page) is None


@pytest.mark.parametrize(("content_type", "kind"), [(PNG, "PNG"), (JPEG, "JPEG")])
def test_a_picture_is_drawn_anew(tmp_path: Path, content_type: str, kind: str):
    (tmp_path / "x").write_bytes(picture(kind))
    assert page_picture(tmp_path / "x", content_type).startswith(b"\x89PNG")
    assert page_picture(tmp_path / "x", content_type, 2) is None


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", b"\x89PNG\r\n\x1a\n", b"<svg/>"])
@pytest.mark.parametrize("content_type", [PDF, PNG, JPEG])
def test_a_damaged_file_has_none(tmp_path: Path, content: bytes, content_type: str):
    (tmp_path / "x").write_bytes(content)
    assert page_picture(tmp_path / "x", content_type) is None


def test_other_kinds_and_lost_files_have_none(report: Path, tmp_path: Path):
    assert page_picture(report, "text/csv") is None
    assert page_picture(tmp_path / "gone", PDF) is None


def test_what_takes_too_long_or_too_much_has_none(report: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(picturing, "_SECONDS", 0.001)
    assert page_picture(report, PDF) is None
    ran = subprocess.run(
        [
            picturing.sys.executable,
            "-c",
            (
                "from desk import picturing; picturing._MEMORY = 40 * 1024 * 1024; "
                f"picturing.main({str(report)!r}, 'pdf', '1')"
            ),
        ],
        cwd=picturing._ROOT,
        capture_output=True,
        check=False,
    )
    assert ran.returncode != 0 and not ran.stdout


def test_the_process_writes_the_picture_to_its_output(report: Path, capsysbinary, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(picturing.resource, "setrlimit", lambda *_limit: None)
    picturing.main(str(report), "pdf", "1")
    assert capsysbinary.readouterr().out.startswith(b"\x89PNG")
