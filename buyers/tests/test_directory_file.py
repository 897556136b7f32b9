"""A file of companies is read in its own characters and shape, or refused with a reason; so is each of its rows."""

import gzip
import zipfile
from pathlib import Path

import pytest

from buyers.directory import reading, unpacked
from buyers.directory.characters import encoding_of
from buyers.directory.reading import blocks, opened
from buyers.directory.rows import REFUSALS, WARNINGS, judged
from buyers.directory.shapes import layout_of
from buyers.wording import WORDS
from kernel.refusals import Refused

COUNTRIES = frozenset({"DE", "CN", "GB", "XK"})
LEI = "5493001KJTIIGC8Y1R12"
GLEIF = "LEI,legal_name,country,category"
PLAIN = "name,country,scheme,number,address,city,category,status,founded_on,sector"
CHINESE = f"{GLEIF}\n{LEI},上海宏远贸易有限公司,CN,GENERAL\n"


def kept(tmp_path: Path, content: bytes, name: str = "companies.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def refused_code(path: Path, shape: str = "") -> str:
    with pytest.raises(Refused) as caught:
        opened(path, shape)
    return caught.value.refusals[0].code


def rows_of(path: Path):
    file = opened(path)
    return [judged(block.rows, file.layout, COUNTRIES) for block in blocks(file)]


# --- characters -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        CHINESE.encode(),
        CHINESE.encode("utf-8-sig"),
        CHINESE.replace("\n", "\r\n").encode(),
        CHINESE.encode("gbk"),
        CHINESE.encode("gb18030"),
        CHINESE.encode("utf-16"),
        CHINESE.encode("utf-16-le"),
        CHINESE.encode("utf-16-be"),
        b"\xfe\xff" + CHINESE.encode("utf-16-be"),
        gzip.compress(CHINESE.encode("gbk"), mtime=0),
        CHINESE.replace(",", ";").encode(),
        CHINESE.replace(",", "\t").encode("utf-16"),
    ],
    ids=[
        "utf8",
        "bom",
        "crlf",
        "gbk",
        "gb18030",
        "utf16",
        "utf16le",
        "utf16be",
        "utf16be-bom",
        "gz",
        "semicolon",
        "tab",
    ],
)
def test_a_name_is_read_in_whatever_characters_it_was_written(tmp_path: Path, content: bytes):
    (found,) = rows_of(kept(tmp_path, content))
    assert [(row.name, row.sort_key) for row in found.accepted] == [
        ("上海宏远贸易有限公司", "shang hai hong yuan mao yi you xian gong si")
    ]


def test_latin_accents_are_not_taken_for_chinese(tmp_path: Path):
    # "Müller" in windows-1252 can be read as GB 18030 too, as a character nobody uses.
    text = f"{GLEIF}\n{LEI},Müller Größe Söhne GmbH,DE,GENERAL\n"
    assert refused_code(kept(tmp_path, text.encode("cp1252"))) == "encoding_unclear"


def test_a_character_cut_at_the_edge_of_a_piece_is_no_fault():
    content = CHINESE.encode()
    assert encoding_of([content[:40], content[40:]]) == "utf-8-sig"


def test_bytes_that_are_nothing_are_refused(tmp_path: Path):
    assert refused_code(kept(tmp_path, b"LEI,legal_name\n\xff\xff\xfe\x80\x81")) == "encoding_unclear"


@pytest.mark.parametrize("content", [b"", b"\n\r\n", b"\xef\xbb\xbf", b"\xff\xfe", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes):
    assert refused_code(kept(tmp_path, content)) == "file_empty"


def test_a_zip_is_refused_with_what_to_do(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", CHINESE)
    assert refused_code(tmp_path / "a.zip") == "file_is_zip"


def test_a_gzip_cut_short_is_refused(tmp_path: Path):
    whole = gzip.compress(CHINESE.encode() * 200)
    assert refused_code(kept(tmp_path, whole[: len(whole) // 2])) == "file_damaged"


def test_a_gzip_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unpacked, "LARGEST_UNPACKED", 1000)
    assert refused_code(kept(tmp_path, gzip.compress(b"a" * 2_000_000))) == "file_too_large"


# --- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "shape"),
    [
        (GLEIF, "gleif"),
        ("category,country,legal_name,LEI,something else", "gleif"),
        (
            "LEI,Entity.LegalName,Entity.LegalName.xmllang,Entity.LegalAddress.FirstAddressLine,Entity.LegalAddress.City,"
            "Entity.LegalAddress.Country,Entity.EntityCategory,Entity.EntityStatus,Registration.RegistrationStatus",
            "gleif",
        ),
        ('"LEI","Entity.LegalName","Entity.LegalAddress.Country","Entity.EntityCategory"', "gleif"),
        ("NAME;Country;Scheme;Number", "plain"),
        (PLAIN, "plain"),
    ],
)
def test_a_shape_is_read_off_the_first_line(header: str, shape: str):
    assert layout_of(header).shape == shape


def test_missing_columns_are_named():
    with pytest.raises(Refused) as caught:
        layout_of("name,country,city")
    (refusal,) = caught.value.refusals
    assert (refusal.code, refusal.facts["missing"]) == ("columns_missing", "scheme, number")
    assert refusal.facts["found"] == "name, country, city"


def test_the_shape_that_is_asked_for_is_held_to():
    with pytest.raises(Refused):
        layout_of(GLEIF, "plain")


def test_a_column_that_stands_twice_is_refused():
    with pytest.raises(Refused) as caught:
        layout_of("name,country,scheme,number,name")
    assert caught.value.refusals[0].code == "column_twice"


# --- rows -------------------------------------------------------------------------------------------------------------


def gleif_row(**cells: str) -> list[str]:
    return list({"lei": LEI, "name": "ACME GmbH", "country": "DE", "category": "GENERAL", **cells}.values())


def plain_row(**cells: str) -> list[str]:
    usual = {
        "name": "ACME GmbH", "country": "DE", "scheme": "VAT", "number": "DE136695976", "address": "Hauptstr. 1",
        "city": "Bonn", "category": "", "status": "", "founded_on": "", "sector": "",
    }  # fmt: skip
    return list({**usual, **cells}.values())


def verdict(header: str, cells: list[str]) -> str:
    found = judged([(2, cells)], layout_of(header), COUNTRIES)
    return found.refused[0][1] if found.refused else "accepted"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, "accepted"),
        ({"category": "SOLE_PROPRIETOR"}, "row_is_a_person"),
        ({"category": "SPACESHIP"}, "category_unknown"),
        ({"category": ""}, "accepted"),
        ({"category": "resident_government_entity"}, "accepted"),
        ({"lei": "5493001KJTIIGC8Y1R1"}, "identifier_wrong_length"),
        ({"lei": "5493001KJTIIGC8Y1RAB"}, "identifier_wrong_characters"),
        ({"lei": ""}, "identifier_missing"),
        ({"lei": " 5493001kjtiigc8y1r12"}, "accepted"),
        ({"lei": "391200011MR2KPMKTD85"}, "accepted"),  # issued, check digits wrong
        ({"country": "XX"}, "country_unknown"),
        ({"country": ""}, "accepted"),
        ({"country": "XK"}, "accepted"),
        ({"name": " "}, "name_missing"),
        ({"name": "x" * 501}, "cell_too_long"),
        ({"name": "AC\x00ME"}, "control_characters"),
        ({"name": "AC\ud800ME"}, "control_characters"),
        ({"name": "AC\nME"}, "accepted"),  # a line end inside quotes
    ],
)
def test_a_row_of_gleif(cells: dict[str, str], expected: str):
    assert verdict(GLEIF, gleif_row(**cells)) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, "accepted"),
        ({"country": ""}, "country_missing"),
        ({"country": "Germany"}, "country_unknown"),
        ({"scheme": ""}, "identifier_scheme_unknown"),
        ({"number": ""}, "identifier_missing"),
        ({"number": "DE136695977"}, "identifier_check_digit_wrong"),
        ({"scheme": "LEI", "number": "391200011MR2KPMKTD85"}, "accepted"),
        ({"scheme": "REG", "number": "HRB 123"}, "accepted"),
        ({"address": "x" * 501}, "cell_too_long"),
        ({"city": "x" * 121}, "cell_too_long"),
        ({"status": "Dissolved"}, "accepted"),
        ({"status": "asleep"}, "status_unknown"),
        ({"founded_on": "1998-05-04"}, "accepted"),
        ({"founded_on": "04.05.1998"}, "date_unreadable"),
        ({"category": "SOLE_PROPRIETOR"}, "row_is_a_person"),
        ({"name": ""}, "name_missing"),
    ],
)
def test_a_row_of_a_plain_list(cells: dict[str, str], expected: str):
    assert verdict(PLAIN, plain_row(**cells)) == expected


def test_a_row_of_other_length_than_the_header_is_refused():
    assert verdict(GLEIF, gleif_row()[:3]) == "cells_miscounted"
    assert verdict(PLAIN, [*plain_row(), "more"]) == "cells_miscounted"


def test_what_gleif_leaves_out_or_writes_oddly_does_not_keep_an_entity_out():
    header = f"{GLEIF},Entity.EntityCreationDate,Entity.EntityStatus"
    found = judged([(2, [*gleif_row(), "soon", "NULL"])], layout_of(header), COUNTRIES)
    assert (found.accepted[0].founded_on, found.accepted[0].status) == ("", "active")
    found = judged([(2, [*gleif_row(), "1998-05-04T00:00:00Z", "INACTIVE"])], layout_of(header), COUNTRIES)
    assert (found.accepted[0].founded_on, found.accepted[0].status) == ("1998-05-04", "dissolved")


@pytest.mark.parametrize("status", ["ANNULLED", "DUPLICATE"])
def test_an_lei_that_was_taken_back_identifies_nobody(status: str):
    assert verdict(f"{GLEIF},Registration.RegistrationStatus", [*gleif_row(), status]) == "lei_annulled"
    assert verdict(f"{GLEIF},Registration.RegistrationStatus", [*gleif_row(), "LAPSED"]) == "accepted"


def test_odd_rows_go_in_with_a_warning():
    rows = [(2, gleif_row(lei="391200011MR2KPMKTD85")), (3, gleif_row(country="")), (4, gleif_row())]
    found = judged(rows, layout_of(GLEIF), COUNTRIES)
    assert [(line, code) for line, code, _cells in found.warned] == [(3, "country_not_given"), (2, "check_digits_fail")]
    assert [row.check_digits_fail for row in found.accepted] == [True, False, False]


def test_a_name_cannot_show_as_another_one():
    # A mark that turns the writing direction would show "EMCA".
    found = judged([(2, gleif_row(name="AC\u202eME\u200f  GmbH\u00a0"))], layout_of(GLEIF), COUNTRIES)
    assert found.accepted[0].name == "ACME GmbH"


def test_a_block_without_leis_has_no_check_digits_to_look_at():
    assert judged([], layout_of(GLEIF), COUNTRIES).accepted == []


def test_a_cell_without_end_costs_its_rows_only(tmp_path: Path):
    huge = '"' + "x" * (reading.LONGEST_CELL + 10) + '"'
    text = f"{GLEIF}\n{LEI},{huge},DE,GENERAL\n\n213800KUD8LAJWSQ9D15,After Ltd,GB,GENERAL\n"
    file = opened(kept(tmp_path, text.encode()))
    (block,) = blocks(file)
    assert block.unreadable == [2]
    assert [cells[1] for _line, cells in block.rows] == ["After Ltd"]


def test_every_reason_has_its_words():
    assert [code for code in (*REFUSALS, *WARNINGS) if code not in WORDS] == []


def test_a_file_that_is_not_in_the_characters_it_says_is_refused(tmp_path: Path):
    assert refused_code(kept(tmp_path, b"\xef\xbb\xbf" + CHINESE.encode("gbk"))) == "encoding_unclear"
