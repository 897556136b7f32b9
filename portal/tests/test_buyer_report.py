"""A buyer's report, on the page and as a PDF: for whom, what it says, and what it never says."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from accounts.models import Exporter
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions.merge import merge_buyers
from buyers.actions.score import score_buyer
from buyers.models import Buyer, BuyerLink, CountryRisk, Score, Signal
from buyers.tests.factories import buyer, experience, in_book, quoted, score, statement
from policies.tests.factories import policy
from portal.typesetting import printable, typeset
from portal.views.report import TEMPLATE

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> Exporter:
    return exporter(name="Ours GmbH")


@pytest.fixture
def reader(client: Client, firm: Exporter) -> Client:
    return signed_in(client, member(firm, "reader"), firm)


def today() -> date:
    return timezone.now().date()


def with_accounts(firm: Exporter, name: str = "Kesselring Werkzeuge GmbH", **columns: object) -> Buyer:
    about = in_book(firm, buyer(name, **columns)).buyer
    last = date(today().year - 1, 12, 31)
    statement(about, last, audited=True)
    statement(about, last.replace(year=last.year - 1), sales=14_000_000, equity=3_100_000)
    return about


def scored(about: Buyer) -> Buyer:
    score_buyer(by=None, buyer=about.pk, today=today())
    about.refresh_from_db()
    return about


def page_of(reader: Client, about: Buyer) -> str:
    response = reader.get(reverse("buyer_report", args=[about.pk]))
    assert response.status_code == 200
    return response.content.decode()


def pdf_of(reader: Client, about: Buyer, language: str = "en") -> tuple[bytes, str]:
    reader.cookies["django_language"] = language
    response = reader.get(reverse("buyer_report_pdf", args=[about.pk]), headers={"accept-language": language})
    content = b"".join(response.streaming_content)
    return content, words_of(content)


def words_of(content: bytes) -> str:
    """The text of a PDF with its line breaks taken out, since they fall where the paper ends."""
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return " ".join(text.split())


def test_a_buyer_outside_the_book_has_no_report(reader: Client):
    about = in_book(exporter(), buyer()).buyer
    for name in ("buyer_report", "buyer_report_pdf"):
        assert reader.get(reverse(name, args=[about.pk])).status_code == 404


def test_a_merged_buyer_leads_to_the_one_it_became(reader: Client, firm: Exporter):
    now_is = in_book(firm, buyer()).buyer
    was = buyer(merged_into=now_is)
    for name in ("buyer_report", "buyer_report_pdf"):
        assert reader.get(reverse(name, args=[was.pk])).url == reverse(name, args=[now_is.pk])


def test_a_firm_with_two_entries_has_one_report(reader: Client, firm: Exporter):
    about = in_book(firm, buyer("Kesselring AG")).buyer
    old = buyer("Kesselring Werkzeuge GmbH")
    score(old, 3)
    score(about, 6)
    score(old, 9)  # of a refresh before the two were known to be one: not the firm's grade
    statement(old, date(today().year - 1, 12, 31), sales=14_000_000)
    Signal.objects.create(buyer=old, kind="court_case", happened_on=today(), source="Court", key="1")
    merge_buyers(by=staff().pk, source=old.pk, into=about.pk)
    answer = reader.get(reverse("buyer_report", args=[about.pk]))
    assert [grade for _, grade in answer.context["trend"]] == [3, 6]
    assert answer.context["score"].grade == 6
    assert [event["title"] for event in answer.context["events"]] == ["A court case was brought against it"]
    assert "14,000,000" in answer.content.decode()
    assert "14,000,000" in pdf_of(reader, about)[1]


def test_a_buyer_of_whom_nothing_is_known_has_a_report_all_the_same(reader: Client, firm: Exporter):
    about = in_book(firm, buyer("Unbekannt AG")).buyer
    content = page_of(reader, about)
    for words in ("There are no accounts of this buyer", "No amount is recommended", "Nothing is known to have"):
        assert words in content
    assert "Not graded" in pdf_of(reader, about)[1]


def test_what_is_not_known_yet_says_what_to_do_next(client: Client, firm: Exporter):
    about = in_book(firm, buyer("Unbekannt AG")).buyer
    send, ask = reverse("send_accounts", args=[about.pk]), reverse("ask_limit", args=[about.pk])
    writer, reader = signed_in(client, member(firm, "editor"), firm), signed_in(Client(), member(firm, "reader"), firm)
    content = page_of(writer, about)
    assert f'href="{send}"' in content
    assert f'href="{ask}"' in content
    assert "your firm is alerted" in content
    assert f'href="{send}"' in writer.get(reverse("score_history", args=[about.pk])).content.decode()
    for url in (send, ask):  # what a reader may not do is not offered
        assert f'href="{url}"' not in page_of(reader, about)
    assert f'href="{send}"' not in reader.get(reverse("score_history", args=[about.pk])).content.decode()


def test_what_happened_says_from_what_to_what(reader: Client, firm: Exporter):
    about = in_book(firm, buyer(country="TR")).buyer
    for day, grade in ((1, "BB"), (2, "B")):
        CountryRisk.objects.create(
            country="TR", valid_from=date(2026, 1, day), house_grade=grade, house_level=3, source="OECD"
        )
    score(about, 4)
    score(about, 6)
    facts = {"court": "AG Köln", "amount": "12000.00", "currency": "EUR"}
    Signal.objects.create(buyer=about, kind="court_case", happened_on=today(), source="register", key="1", facts=facts)
    for said in (page_of(reader, about), pdf_of(reader, about)[1]):
        assert "The grade fell from 4 to 6" in said
        assert "The rating of its country fell from BB3 to B3" in said
        assert "Court: AG Köln · Amount: 12,000.00 EUR · register" in said


def test_reasons_are_bars_of_five_steps_either_way_and_no_points(reader: Client, firm: Exporter):
    about = with_accounts(firm)
    for _ in range(3):
        experience(about, exporter(), month=today().replace(day=1), days_beyond_terms=31, share_overdue=Decimal(44))
    scored(about)
    answer = reader.get(reverse("buyer_report", args=[about.pk]))
    explanation = answer.context["explanation"]
    list_of = answer.content.decode().split('<ul class="hbars pulls"')[1].split("</ul>")[0]
    shown = re.findall(r'<span class="hbars-text num">([^<]*)</span>', list_of)
    assert len(shown) == len(explanation.lowers) + len(explanation.lifts)
    assert [number.startswith("−") for number in shown] == [line.points < 0 for line in explanation.pulling]
    assert {abs(int(number.replace("−", "-"))) for number in shown} <= {1, 2, 3, 4, 5}
    assert max(abs(line.points) for line in explanation.pulling) > 5  # points would be seen
    text = pdf_of(reader, about)[1]
    assert "To the left what lowers the grade" in text
    assert text.count("−5") + text.count("+5") >= 1


def test_the_page_says_where_the_buyer_stands_without_points(reader: Client, firm: Exporter):
    about = scored(with_accounts(firm))
    content = page_of(reader, about)
    for words in ("Solvency", "Above the middle", "Equity is 35 % of total assets", "15,000,000", "14,000,000", "68"):
        assert words in content
    body = content.lower().split("<main")[1]
    assert "points" not in body
    assert "probability" not in body


def test_the_recommended_credit_shows_its_working(reader: Client, firm: Exporter):
    about = with_accounts(firm)
    score(about, 2, confidence=90)
    content = page_of(reader, about)
    # By hand: 10 % of 3,500,000 is the smallest of the three shares; no factor lowers it.
    for words in ("10 % of the equity of 3,500,000.00 EUR", "350,000.00", "400,000.00", "437,500.00", "credit-2026-1"):
        assert words in content
    assert "350,000" in pdf_of(reader, about)[1]


def test_the_recommended_credit_stands_in_the_policys_currency_too(reader: Client, firm: Exporter):
    policy(firm, currency="USD")
    about = with_accounts(firm)
    score(about, 2, confidence=90)
    quoted("USD", "1.1", today())
    content = page_of(reader, about)
    assert "385,000" in content  # 350,000 × 1.1
    assert "1 EUR = 1.1 USD" in content
    assert "385,000.00 USD" in pdf_of(reader, about)[1].replace("\u00a0", " ")


def test_a_currency_without_a_rate_is_said(reader: Client, firm: Exporter):
    policy(firm, currency="USD")
    about = with_accounts(firm)
    score(about, 2, confidence=90)
    assert "USD" in page_of(reader, about)
    assert "350,000" in page_of(reader, about)


@pytest.mark.parametrize(("reporters", "shown"), [(2, False), (3, True)])
def test_payment_experience_is_shown_from_three_reporters_up(
    reader: Client, firm: Exporter, reporters: int, shown: bool
):
    about = with_accounts(firm)
    for _ in range(reporters):
        experience(about, exporter(), month=today().replace(day=1), days_beyond_terms=31, share_overdue=Decimal(44))
    content, (_file, text) = page_of(reader, scored(about)), pdf_of(reader, about)
    for said in (content, text):
        assert ("31 days after terms" in said) is shown
        assert ("only once three policyholders" in said) is not shown


def test_who_reported_is_never_said(reader: Client, firm: Exporter):
    about = with_accounts(firm)
    rival = exporter(name="Rival Ltd")
    for kind, source, reporter in (("overdue_reported", "receivables", rival), ("court_case", "AG Köln", None)):
        Signal.objects.create(buyer=about, kind=kind, happened_on=today(), source=source, reporter=reporter)
    statement(about, date(today().year - 3, 12, 31), source="policyholder")
    for said in (page_of(reader, scored(about)), pdf_of(reader, about)[1]):
        assert "Rival" not in said
        assert "verdue reported" not in said
        assert "policyholder" not in said.replace("policyholders have reported", "").replace("policyholder has rep", "")


def test_the_country_and_the_public_group_stand_in_it(reader: Client, firm: Exporter):
    about = with_accounts(firm, country="VN")
    CountryRisk.objects.create(
        country="VN", valid_from=date(2026, 1, 1), oecd_class=4, house_grade="B", house_level=3, source="OECD"
    )
    staff_only = firm.created_by
    BuyerLink.objects.create(buyer=about, relation="parent", other=buyer("Mutter AG"), source="GLEIF")
    BuyerLink.objects.create(buyer=buyer("Tochter GmbH"), relation="parent", other=about, source="GLEIF")
    BuyerLink.objects.create(buyer=about, relation="main_customer", other=buyer("Kunde AG"), source="GLEIF")
    entered = buyer("Heimlich KG")
    BuyerLink.objects.create(buyer=entered, relation="parent", other=about, source="told", recorded_by=staff_only)
    for said in (page_of(reader, about), pdf_of(reader, about)[1]):
        assert "B3" in said
        for public in ("Mutter AG", "Tochter GmbH"):
            assert public in said
        for private in ("Kunde AG", "Heimlich KG"):
            assert private not in said


# --- the PDF ---------------------------------------------------------------------------------------------------------


def test_the_pdf_is_a_file_with_a_plain_name(reader: Client, firm: Exporter):
    about = with_accounts(firm, "苏州“强钢”管业有限公司", country="CN")
    response = reader.get(reverse("buyer_report_pdf", args=[about.pk]))
    assert response.headers["Content-Type"] == "application/pdf"
    name = response.headers["Content-Disposition"].partition("filename=")[2].strip('"')
    assert name == f"report-suzhouqianggangguanyeyouxiangongsi-{today().isoformat()}.pdf"
    assert b"".join(response.streaming_content).startswith(b"%PDF-1.")


def test_a_chinese_reader_gets_chinese(reader: Client, firm: Exporter):
    about = scored(with_accounts(firm, "苏州强钢管业有限公司", country="CN"))
    with translation.override("zh-hans"):
        _file, text = pdf_of(reader, about, "zh-hans")
    tight = text.replace(" ", "")
    for words in ("苏州强钢管业有限公司", "买方报告", "建议最高赊销额", "15,000,000", "评级"):
        assert words in tight
    assert "Recommended" not in text


@pytest.mark.parametrize(("language", "first", "now", "gone"), [
    ("en", "This is the first score", "None of the indicators shown",
     "Total assets in the portal’s currency: not known now"),
    ("zh-hans", "这是首次评分", "所示指标的得分与上次相同", "总资产：目前缺失"),
])  # fmt: skip
def test_what_changed_stands_in_the_pdf(reader: Client, firm: Exporter, language: str, first: str, now: str, gone: str):
    about = scored(with_accounts(firm))
    assert first in pdf_of(reader, about, language)[1]
    row = Score.objects.latest_of(about)
    row.pk, row.former_grade = None, row.grade  # the same score once more, as a refresh of everybody writes it
    row.save(force_insert=True)
    assert now in pdf_of(reader, about, language)[1]
    last = about.statements.order_by("-period_end").first()
    statement(about, last.period_end, audited=True, source="later", total_assets=None)
    said = pdf_of(reader, scored(about), language)[1]
    assert gone in said
    assert ("before: " if language == "en" else "此前：") in said


def test_day_and_currency_of_a_year_stand_below_each_other(reader: Client, firm: Exporter):
    about = with_accounts(firm)
    last = f"{today().year - 1}-12-31"
    content, _ = pdf_of(reader, about)
    lines = [line.strip() for page in PdfReader(BytesIO(content)).pages for line in page.extract_text().split("\n")]
    assert not [line for line in lines if f"{last}EUR" in line]


def test_half_a_years_sales_are_called_so(reader: Client, firm: Exporter):
    about = with_accounts(firm)
    statement(about, today().replace(day=1), months=6, sales=7_000_000)
    content = page_of(reader, about)
    assert f"{today().year} · 6 months" in content
    assert f">{today().year - 1}<" in content


def test_the_same_facts_make_the_same_file(reader: Client, firm: Exporter):
    about = scored(with_accounts(firm))
    assert pdf_of(reader, about)[0] == pdf_of(reader, about)[0]


@pytest.mark.parametrize("name", [
    "Kesselring Werkzeuge GmbH", "Ελληνική Χαλυβουργία", "Уралмаш", "苏州强钢管业有限公司", "福興澤五金股份有限公司",
    "한강마루공구 주식회사", "柏原山工機株式会社", "شركة القمرية لمواد البناء", "תעשיות נגב", "บริษัท สยามโฟลว์ จำกัด",
    "कल्याण इंजीनियरिंग प्रा. लि.", "பத்மா கருவிகள்", "পদ্মা টুলস", "ກໍ່ສ້າງ", "គ្រឿងចក្រ", "စက်ရုံ",
])  # fmt: skip
def test_it_is_an_archive_file_whatever_script_the_name_is_in(reader: Client, firm: Exporter, name: str):
    content, _text = pdf_of(reader, scored(with_accounts(firm, name)))
    metadata = PdfReader(BytesIO(content)).xmp_metadata
    assert metadata is not None
    (part,) = metadata.rdf_root.getElementsByTagName("pdfaid:part")
    assert part.firstChild.data == "2"


def test_later_pages_say_whose_report_it_is_and_the_accounts_stand_on_one(reader: Client, firm: Exporter):
    content, _text = pdf_of(reader, scored(with_accounts(firm)))
    pages = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
    assert len(pages) > 1
    for later in pages[1:]:
        assert later.split("\n")[0].startswith("Kesselring Werkzeuge GmbH")
    assert [("Months" in text, "Days its customers take to pay" in text) for text in pages].count((True, True)) == 1


@pytest.mark.parametrize(
    "name",
    [
        '#panic("x") *bold* _it_ $x^2$ `raw` \\u{41} [a] <label> @ref // no /* no */',
        "#include \"/etc/passwd\"",
        "الشركة العربية للتجارة",
        "東京電力 株式会社 한국전력",
        "= Heading - item + item",
    ],
)  # fmt: skip
def test_a_name_is_never_markup(reader: Client, firm: Exporter, name: str):
    about = in_book(firm, buyer(name)).buyer
    content, text = pdf_of(reader, about)
    tight = "".join(text.split())
    if "ا" in name:  # right to left, and dots are glyphs of their own: all letters are there
        assert set(tight) >= set("".join(name.split()))
    else:
        assert "".join(name.split()) in tight
    assert "root:" not in text
    assert content.startswith(b"%PDF")


def test_a_character_no_font_has_breaks_nothing(reader: Client, firm: Exporter):
    about = in_book(firm, buyer("บริษัท 😀 Siam")).buyer
    assert "Siam" in pdf_of(reader, about)[1]


def test_marks_that_turn_text_round_are_left_out():
    assert printable({"a": ["x\u202ey\x07", 3, None]}) == {"a": ["xy", 3, None]}


def test_nothing_but_the_data_is_asked_of_the_caller():
    assert typeset(TEMPLATE, SHEET).startswith(b"%PDF")


SHEET = {
    "lang": "en", "region": "GB", "title": "t", "label": "l", "name": "n", "sub": "s", "made": "m",
    "date": [2026, 11, 21], "grade": 9, "grade_is": "bad", "grade_label": "g", "ungraded": "u", "scale": "s",
    "sub_grade": "", "blocks": [], "fine": [],
}  # fmt: skip
