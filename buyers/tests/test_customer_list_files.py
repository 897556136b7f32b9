"""Files of customers as people make them: characters, delimiters, merged cells, formulas, headings, limits, bombs."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import Workbook

from buyers.customer_lists import reading
from buyers.customer_lists.columns import columns_refused, guessed, headless, said
from buyers.customer_lists.places import country_code
from buyers.customer_lists.reading import lines, opened
from kernel.refusals import Refused


def csv_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


def workbook(folder: Path, *rows: list[object], merged: tuple[str, ...] = (), hidden: bool = False) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if hidden:
        sheet.title, sheet.sheet_state = "Secret", "hidden"
        sheet.append(["not", "this"])
        sheet = book.create_sheet("Customers")
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    path = folder / "list.xlsx"
    book.save(path)
    return path


def cells(path: Path, encoding: str = "") -> list[list[str]]:
    return [line.cells for line in lines(opened(path, encoding))]


def refused(path: Path, encoding: str = "") -> str:
    with pytest.raises(Refused) as caught:
        list(lines(opened(path, encoding)))
    return caught.value.refusals[0].code


# --- CSV --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "公司名称,国家\n上海宏远贸易有限公司,中国\n"),
        ("utf-8-sig", "公司名称,国家\n上海宏远贸易有限公司,中国\n"),
        ("utf-16", "公司名称,国家\n上海宏远贸易有限公司,中国\n"),
        ("gbk", "公司名称,国家\n上海宏远贸易有限公司,中国\n"),
        ("cp1252", "Kunde,Land\nMüller Großhandel GmbH,Österreich\n"),
        ("cp1252", "Client,Pays\nCrème Brûlée SARL,France\nPêcheries à Brest,France\n"),
        ("cp1252", "Kunde,Land\nSjællands Værft,Danmark\nCompañía Española,España\n"),
        ("cp1250", "Nazwa,Kraj\nŁódź Stal Spółka Akcyjna,PL\n"),
        ("cp1250", "Název,Země\nŘeznictví Dvořák,CZ\nPlzeňský závod,CZ\n"),
        ("cp1251", "Название,Страна\nООО Ромашка и сыновья,Россия\n"),
        ("cp1253", "Όνομα,Χώρα\nΑθηναϊκή Ζυθοποιία ΑΕ,GR\n"),
        ("cp1254", "Firma,Ülke\nİstanbul Şişe ve Cam Fabrikaları,TR\nDoğuş Otomotiv,TR\n"),
        ("utf-16-le", "公司名称,国家\n上海宏远贸易有限公司,中国\n"),
        ("utf-16-be", "公司名称,国家\n上海宏远贸易有限公司,中国\n"),
        ("big5", "公司名稱,國家\n臺灣積體電路製造股份有限公司,TW\n"),
        ("big5hkscs", "公司名稱,國家\n鰂魚涌貿易有限公司,HK\n啟德發展有限公司,HK\n"),
        ("cp932", "会社名,国\n㈱日立製作所,日本\nトヨタ自動車株式会社,日本\n"),
        ("euc_kr", "회사명,국가\n삼성전자 주식회사,KR\n현대자동차 주식회사,KR\n"),
    ],
)
def test_the_characters_are_found_out(tmp_path: Path, encoding: str, text: str):
    header, *rows = [line.split(",") for line in text.splitlines()]
    file = opened(csv_file(tmp_path, text, encoding))
    assert (file.header, file.sample) == (header, rows)


def test_characters_guessed_wrong_are_said_by_a_person(tmp_path: Path):
    path = csv_file(tmp_path, "Név,Ország\nMagyar Szőlő Kft,HU\n", "cp1250")
    assert opened(path).sample == [["Magyar Szõlõ Kft", "HU"]]
    assert opened(path, "cp1250").sample == [["Magyar Szőlő Kft", "HU"]]
    assert refused(path, "rot13") == "list_encoding_wrong"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out_whatever_stands_in_the_cells(tmp_path: Path, delimiter: str):
    path = csv_file(tmp_path, f'Name{delimiter}City\n"Smith, Jones; Co"{delimiter}Leeds\nAcme{delimiter}Bonn\n')
    assert cells(path) == [["Smith, Jones; Co", "Leeds"], ["Acme", "Bonn"]]


def test_one_column_is_a_list_too(tmp_path: Path):
    assert cells(csv_file(tmp_path, "Name\nAcme GmbH\n\nBeta Ltd\n")) == [["Acme GmbH"], ["Beta Ltd"]]


def test_a_first_line_that_is_a_customer_is_no_heading(tmp_path: Path):
    file = opened(csv_file(tmp_path, "Acme GmbH,DE\nBeta Ltd,GB\n"))
    assert (file.header, len(file.sample), len(list(lines(file)))) == (["", ""], 2, 2)


def test_titles_above_the_headings_are_left_out_and_rows_keep_their_numbers(tmp_path: Path):
    file = opened(csv_file(tmp_path, "Customers of 2026,,\n,,\nName,Country,City\nAcme,DE,Bonn\nBeta,GB,Leeds\n"))
    assert (file.header, file.header_line) == (["Name", "Country", "City"], 3)
    assert [line.number for line in lines(file)] == [4, 5]


def test_a_quotation_mark_that_is_never_closed_spoils_its_row_only(tmp_path: Path):
    path = csv_file(tmp_path, 'Name,City\nAcme,Bonn\n"' + "x" * 140_000 + "\nBeta,Leeds\n")
    found = list(lines(opened(path)))
    assert found[0].cells == ["Acme", "Bonn"]
    assert any(line.unread for line in found[1:])


def test_what_the_database_cannot_keep_is_replaced(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"Name,City\nAc\x00me,Bonn\n")
    assert cells(path) == [["Ac\ufffdme", "Bonn"]]


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "file_empty"), (b"\xef\xbb\xbf \n", "file_empty"), (b",,\n,\n", "file_empty")]
)
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes, code: str):
    (tmp_path / "list.csv").write_bytes(content)
    assert refused(tmp_path / "list.csv") == code


def test_more_rows_or_columns_than_a_list_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    assert len(cells(csv_file(tmp_path, "Name,City\n" + "Acme,Bonn\n" * 3))) == 3
    assert refused(csv_file(tmp_path, "Name,City\n" + "Acme,Bonn\n" * 4)) == "list_too_long"
    assert refused(csv_file(tmp_path, ",".join("abc" for _ in range(61)) + "\n")) == "list_too_wide"


# --- Excel ------------------------------------------------------------------------------------------------------------


def test_a_cell_merged_over_rows_counts_in_each_of_them(tmp_path: Path):
    path = workbook(
        tmp_path, ["Name", "Land"], ["Acme", "DE"], ["Beta", None], ["Gamma", None], ["Delta", "FR"], merged=("B2:B4",)
    )
    assert cells(path) == [["Acme", "DE"], ["Beta", "DE"], ["Gamma", "DE"], ["Delta", "FR"]]


def test_hidden_sheets_and_merged_titles_are_left_out_and_headings_are_told_apart(tmp_path: Path):
    path = workbook(
        tmp_path, ["Our customers"], ["Name", "Name", "Land"], ["Acme", 12.0, "DE"], merged=("A1:C1",), hidden=True
    )
    file = opened(path)
    assert (file.sheet, file.header) == ("Customers", ["Name", "Name (2)", "Land"])
    assert cells(path) == [["Acme", "12", "DE"]]


def test_a_formula_without_a_saved_value_is_unread_and_one_with_it_is_its_value(tmp_path: Path):
    path = workbook(tmp_path, ["Name", "Land"], ['="Ac"&"me"', "DE"], ["Beta", "DE"])
    [first, second] = lines(opened(path))
    assert (first.unread, second.unread) == ([0], [])
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Name", "Land"])
        sheet.write_formula(1, 0, '="Ac"&"me"', None, "Acme")
        sheet.write_row(2, 0, ["Beta", "FR"])
        sheet.write(1, 1, "DE")
    [first, _second] = lines(opened(path))
    assert (first.cells, first.unread) == (["Acme", "DE"], [])


def test_cells_are_read_as_their_sheet_shows_them(tmp_path: Path):
    moment, midday = datetime(2026, 10, 1), datetime(2026, 10, 1, 12, 30)
    path = workbook(tmp_path, ["Name", "A", "B", "C", "D", "E"], ["Acme", True, 1.5, 12.0, moment, midday], [None], [1])
    assert cells(path) == [["Acme", "TRUE", "1.5", "12", "2026-10-01", "2026-10-01T12:30:00"], ["1"]]
    assert reading._as_text(date(2026, 10, 1)) == "2026-10-01"  # as some writers mark their cells
    assert reading._as_text(12.0) == "12"


def test_a_cell_merged_beyond_what_a_row_has_is_none_of_it(tmp_path: Path):
    path = workbook(tmp_path, ["Name", "Land"], ["Acme", "DE"], ["Beta", "FR"], merged=("BK2:BK3",))
    assert cells(path) == [["Acme", "DE"], ["Beta", "FR"]]


def test_a_sheet_cut_short_or_merged_without_end_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = workbook(tmp_path, ["Name", "Land"], *(["Acme", "DE"] for _ in range(9)), merged=("A3:A4", "A5:A6"))
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with monkeypatch.context() as fewer:
        fewer.setattr(reading, "_MOST_MERGED", 1)
        assert refused(path) == "list_damaged"
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content[: len(content) // 2] if name == sheet else content)
        package.writestr("docProps/thumbnail.jpeg", b"<!DOCTYPE is no more than bytes here>")
    assert refused(path) == "list_damaged"


def test_a_file_that_is_no_workbook_or_declares_entities_is_damaged(tmp_path: Path):
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("xl/workbook.xml", "<nothing/>")
    assert refused(path) == "list_damaged"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>')
    assert refused(path) == "list_damaged"
    empty = io.BytesIO()
    Workbook().save(empty)
    path.write_bytes(empty.getvalue())
    assert refused(path) == "file_empty"


# --- what columns mean ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "sample", "meanings"),
    [
        (["Customer", "Country", "VAT No.", "Our reference"], [], ["name", "country", "VAT", "reference"]),
        (["Kunde", "Land", "USt-ID", "PLZ", "Straße"], [], ["name", "country", "VAT", "address", "address"]),
        (["Raison sociale", "Pays", "N° TVA", "Ville"], [], ["name", "country", "VAT", "city"]),
        (["公司名称", "国家", "统一社会信用代码", "地址"], [], ["name", "country", "USCC", "address"]),
        (["Name", "Name (2)"], [], ["name", ""]),
        (["a", "b", "c"], [["Acme Ltd", "GB", "529900T8BM49AURSDO55"]], ["name", "country", "LEI"]),
        (["x"], [["1"]], [""]),
        (["x"], [["", "Acme"]], [""]),
    ],
)  # fmt: skip
def test_what_the_columns_mean_is_guessed(header: list[str], sample: list[list[str]], meanings: list[str]):
    assert guessed(header, sample) == meanings


def test_a_first_line_is_headless_only_when_it_looks_like_a_customer():
    assert headless(["Acme", "529900T8BM49AURSDO55"], [])
    assert not headless(["Name", "DE"], [])
    assert not headless(["foo", "bar"], [])


@pytest.mark.parametrize(
    ("meanings", "codes"),
    [
        (["name"], []), (["LEI"], []), (["number", "address", "address"], []),
        (["country"], ["list_names_nobody"]), ([], ["list_names_nobody"]),
        (["name", "name"], ["column_means_twice"]), (["name", "wishes"], ["column_meaning_unknown"]),
    ],
)  # fmt: skip
def test_which_columns_cannot_be_matched_by(meanings: list[str], codes: list[str]):
    assert [refusal.code for refusal in columns_refused(meanings)] == codes


@pytest.mark.parametrize(
    ("cells", "unread", "code"),
    [
        (["Acme", "DE", ""], [], ""),
        (["Acme", "Narnia", ""], [], "row_country_unknown"),
        (["", "DE", ""], [], "row_names_nobody"),
        (["---", "", ""], [], "row_names_nobody"),
        (["", "DE", "DE123"], [], "row_number_wrong"),
        (["Acme", "DE", "DE123"], [], ""),
        (["Acme", "DE", ""], [0], "row_formula_unread"),
        (["Acme", "DE", ""], [7], ""),
        (["Ac\u202eme", "DE", ""], [], "control_characters"),
        (["x" * 501, "DE", ""], [], "cell_too_long"),
    ],
)
def test_what_of_a_row_cannot_be_matched(cells: list[str], unread: list[int], code: str):
    found = said(cells, unread, ["name", "country", "VAT"])
    assert "".join(refusal.code for refusal in found.refusals) == code


def test_a_row_is_read_by_its_columns():
    found = said(
        ["Acme", "Allemagne", "136 695 976", "HRB 123", "12", "Hafenstr. 5", "20457", "C-7", "ab"], [],
        ["name", "country", "VAT", "number", "number", "address", "address", "reference", ""],
    )  # fmt: skip
    assert (found.row.country, found.row.address) == ("DE", "Hafenstr. 5, 20457")
    assert found.row.numbers == (("VAT", "DE136695976"), ("", "HRB123"))
    assert (found.reference, found.numbers_wrong, found.refusals) == ("C-7", ("12",), ())
    assert said(["Acme"], [], ["name"], country="CN").row.country == "CN"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("de", "DE"),
        ("Deutschland", "DE"),
        ("德国", "DE"),
        ("USA", "US"),
        ("U.K.", "GB"),
        ("中国大陆", "CN"),
        ("ZZ", ""),
        ("", ""),
    ],
)
def test_countries_as_people_write_them(text: str, code: str):
    assert country_code(text) == code
