"""Lists as they come, through the page: what can be read is read as it was meant, what cannot is refused in words."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from accounts.models import Exporter
from accounts.tests.factories import exporter, member, signed_in
from buyers.actions.customer_list import confirm_columns
from buyers.customer_lists import reading
from buyers.customer_lists.tasks import match_next_range, read_next_list
from buyers.models import CustomerList, CustomerRow
from buyers.tests.factories import buyer
from desk.models import Document

NAMES = "公司名称,国家\n上海宏远贸易有限公司,CN\nشركة النور للتجارة,AE\n"
CHINESE = "公司名称,国家\n上海宏远贸易有限公司,CN\n"


@pytest.fixture
def firm(db) -> Exporter:
    return exporter()


@pytest.fixture
def page(client: Client, firm: Exporter) -> Client:
    return signed_in(client, member(firm, "editor"), firm)


def sheet(*rows: list, merged: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            package.writestr(name, "<x/>")
        package.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    return content.getvalue()


def sent(page: Client, name: str, content: bytes):
    return page.post(reverse("upload_customer_list"), {"file": SimpleUploadedFile(name, content)})


def read(page: Client, name: str, content: bytes) -> list[CustomerRow]:
    """The rows of a list that came in by the page, its columns confirmed as guessed, read and matched."""
    response = sent(page, name, content)
    assert response.status_code == 302, response.context["form"].errors
    row = CustomerList.objects.get()
    assert response.url == reverse("customer_list_columns", args=[row.pk])
    assert page.get(response.url).status_code == 200
    confirm_columns(by=row.uploaded_by_id, customer_list=row.pk, columns=row.columns)
    read_next_list()
    while match_next_range():
        pass
    for show in ("certain", "choose", "unknown", "refused"):
        assert page.get(reverse("customer_list", args=[row.pk]), {"show": show}).status_code == 200
    return list(row.rows.order_by("number"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("utf8.csv", NAMES.encode()),
        ("utf8-bom.csv", NAMES.encode("utf-8-sig")),
        ("utf16.csv", NAMES.encode("utf-16")),
        ("windows.csv", NAMES.replace("\n", "\r\n").encode()),
        ("old-mac.csv", NAMES.replace("\n", "\r").encode()),
        ("semicolons.txt", NAMES.replace(",", ";").encode()),
        ("sheet.xlsx", sheet(*(line.split(",") for line in NAMES.splitlines()))),
        ("gb18030.csv", NAMES.encode("gb18030")),
    ],
)
def test_chinese_and_arabic_names_come_in_whatever_the_file(page: Client, name: str, content: bytes):
    known = buyer("شركة النور للتجارة", country="AE")
    rows = read(page, name, content)
    assert [row.name for row in rows] == ["上海宏远贸易有限公司", "شركة النور للتجارة"]
    assert [row.outcome for row in rows] == ["unknown", "choose"]
    assert rows[1].candidates[0]["buyer"] == known.pk


@pytest.mark.parametrize("encoding", ["gbk", "gb2312", "gb18030"])
def test_chinese_files_of_windows_are_read_without_a_question(page: Client, encoding: str):
    [row] = read(page, "list.csv", CHINESE.encode(encoding))
    assert (row.name, row.country) == ("上海宏远贸易有限公司", "CN")


def test_a_cell_merged_over_rows_counts_in_each_of_them(page: Client):
    rows = read(page, "list.xlsx", sheet(["Name", "Country"], ["Acme", "DE"], ["Beta", None], merged=("B2:B3",)))
    assert [(row.name, row.country) for row in rows] == [("Acme", "DE"), ("Beta", "DE")]


def test_headings_that_stand_twice_are_told_apart_on_the_page(page: Client):
    response = sent(page, "list.csv", b"Name,Name,Country\nAcme,Acme Holding,DE\n")
    assert "Name (2)" in page.get(response.url).content.decode()


def test_a_formula_nobody_worked_out_is_refused_in_its_row_and_the_rest_goes_on(page: Client):
    broken, whole = read(page, "list.xlsx", sheet(["Name", "Country"], ['="Ac"&"me"', "DE"], ["Beta", "DE"]))
    assert (broken.outcome, broken.reason, whole.outcome) == ("refused", "row_formula_unread", "unknown")
    shown = page.get(reverse("customer_list", args=[broken.customer_list_id]), {"show": "refused"}).content.decode()
    assert "A cell is a formula without a saved value." in shown


def test_rows_that_cannot_be_are_refused_each_with_its_reason_and_the_rest_goes_on(page: Client):
    lines = [
        "Name,Country,VAT",
        "Acme,Narnia,",
        "---,DE,",
        ",DE,DE123",
        "Ac\u202eme,DE,",
        "x" * 501 + ",DE,",
        "Beta,DE,",
    ]
    rows = read(page, "list.csv", "\n".join(lines).encode())
    assert [row.reason for row in rows] == [
        "row_country_unknown", "row_names_nobody", "row_number_wrong", "control_characters", "cell_too_long",
        "match_found_nothing",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "english", "chinese"),
    [
        ("empty.csv", b"", "is empty (0 bytes)", "0 字节"),
        ("list.csv", b"MZ\x90\x00" + b"\x00" * 99, "looks like a program", "程序"),
        ("list.xlsx", b"MZ\x90\x00" + b"\x00" * 99, "looks like a program", "程序"),
        ("list.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "old Office edition", "旧版"),
        ("list.xlsx", bomb(), "would unpack to far more", "解压"),
        ("list.xlsx", b"PK\x03\x04" + b"x" * 99, "damaged", "损坏"),
        ("list.pdf", b"%PDF-1.4 ...", "This is no table", "不是表格"),
        ("blank.csv", b"\n\n\n", "The file is empty", "空"),
        ("wide.csv", b",".join([b"abc"] * 61) + b"\n", "more than 60 columns", "60 列"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words_and_nothing_of_it_is_kept(
    page: Client, name: str, content: bytes, english: str, chinese: str
):
    for language, words in (("en", english), ("zh-hans", chinese)):
        page.cookies["django_language"] = language
        response = page.post(
            reverse("upload_customer_list"),
            {"file": SimpleUploadedFile(name, content)},
            headers={"accept-language": language},
        )
        assert response.status_code == 200
        [said] = response.context["form"].errors["file"]
        assert words in said
    assert CustomerList.objects.count() == Document.objects.count() == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_longer_than_lists_may_be_is_turned_away_in_words(
    page: Client, kind: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    rows = [["Name", "Country"], *([f"Acme {n}", "DE"] for n in range(4))]
    content = sheet(*rows) if kind == "xlsx" else "\n".join(map(",".join, rows)).encode()
    assert read(page, f"list.{kind}", content) == []
    row = CustomerList.objects.get()
    shown = page.get(reverse("customer_list", args=[row.pk])).content.decode()
    assert "The list has more than 3 rows. Send it in parts." in shown
