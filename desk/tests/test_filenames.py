"""A file's name is made fit to be shown; nothing of it is ever a path."""

import pytest

from desk.filenames import LONGEST, parted, shown_name, with_ending


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("contract.pdf", "contract.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\a.dll", "a.dll"),
        ("合同 2026.pdf", "合同 2026.pdf"),
        ("inv\u202efdp.exe", "invfdp.exe"),
        ("zero\u200bwidth\ufeff.pdf", "zerowidth.pdf"),
        ("line\r\nbreak\ttab.pdf", "line break tab.pdf"),
        ("null\x00byte.pdf", "nullbyte.pdf"),
        ('a<b>:"c|d?e*.pdf', "a_b___c_d_e_.pdf"),
        ("Cafe\u0301.pdf", "Café.pdf"),
        ("...hidden", "hidden"),
        ("name. . .", "name"),
        ("", "document"),
        ("..", "document"),
        ("/", "document"),
        ("\u202e\u200b", "document"),
        ("half\ud800.pdf", "half.pdf"),
    ],
)
def test_a_name_loses_what_hides_or_misleads(given: str, shown: str):
    assert shown_name(given) == shown


def test_a_name_of_300_characters_keeps_its_ending():
    shown = shown_name("a" * 300 + ".pdf")
    assert len(shown) == LONGEST
    assert shown.endswith("a.pdf")
    assert shown_name("好" * 300 + ".docx").endswith("好.docx")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.pdf", ("a", ".pdf")),
        ("a.tar.gz", ("a.tar", ".gz")),
        ("plain", ("plain", "")),
        (".profile", (".profile", "")),
        ("v1. final", ("v1. final", "")),
        ("a.anendingtoolong", ("a.anendingtoolong", "")),
    ],
)
def test_a_name_is_parted_at_its_ending(name: str, parts: tuple[str, str]):
    assert parted(name) == parts


def test_a_picture_named_pdf_gets_its_own_ending_behind():
    assert with_ending("scan.pdf", (".png",)) == "scan.pdf.png"
    assert with_ending("scan.JPEG", (".jpg", ".jpeg")) == "scan.JPEG"
    assert len(with_ending("a" * LONGEST, (".pdf",))) == LONGEST
