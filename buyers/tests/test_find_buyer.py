"""A clerk finds a buyer on the page by whatever contract, invoice or memory gives; rough queries get an answer."""

import html
import re
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.search.keeping import count_terms
from buyers.tests.factories import buyer, named

pytestmark = pytest.mark.django_db

NAMES = {
    "宁波大发机械有限公司": "CN",
    "宁波大发机械设备有限责任公司": "CN",
    "深圳市华为技术有限公司": "CN",
    "台灣積體電路製造股份有限公司": "TW",
    "株式会社日立製作所": "JP",
    "삼성전자 주식회사": "KR",
    "Müller Maschinenbau GmbH": "DE",
    "Kaufhof Warenhaus GmbH & Co. KG": "DE",
    "Société Générale S.A.": "FR",
    "Øresund Shipping A/S": "DK",
    "Şişecam A.Ş.": "TR",
    "Marks & Spencer plc": "GB",
    "L'Oréal S.A.": "FR",
    "Công ty TNHH Thành Đạt": "VN",
    "ООО «Газпром нефть»": "RU",
    "Київстар ТОВ": "UA",
    "شركة النور للتجارة": "AE",
    "הפועלים בנק בע״מ": "IL",
    "टाटा मोटर्स लिमिटेड": "IN",
    "Τράπεζα Πειραιώς Α.Ε.": "GR",
}


@pytest.fixture
def clerk(client: Client) -> Client:
    for name, country in NAMES.items():
        buyer(name, country=country)
    count_terms()
    return signed_in(client, member(exporter()))


def found(page: str) -> list[tuple[str, str]]:
    """The rows of the page: name, first reason."""
    rows = re.findall(r"<b>([^<]+)</b><br><span class=\"tag[^>]*>(.*?)</span>", page)
    return [(html.unescape(name), html.unescape(re.sub(r"<.*?>", "", why).strip())) for name, why in rows]


def asked(client: Client, text: str, **narrowed: str) -> str:
    return client.get("/buyers/find/", {"q": text, **narrowed}).content.decode()


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        # the name as the register has it, and without its legal form or with it abbreviated or written out
        ("Müller Maschinenbau GmbH", "Müller Maschinenbau GmbH", "Same name"),
        ("Mueller Maschinenbau Gesellschaft mit beschränkter Haftung", "Müller Maschinenbau GmbH", "Same name"),
        ("muller maschinenbau", "Müller Maschinenbau GmbH", "Same name, other legal form"),
        ("Kaufhof Warenhaus GmbH&Co.KG", "Kaufhof Warenhaus GmbH & Co. KG", "Same name"),
        ("kaufhof warenhaus", "Kaufhof Warenhaus GmbH & Co. KG", "Same name, other legal form"),
        ("宁波大发机械有限责任公司", "宁波大发机械有限公司", "Same name"),
        ("宁波大发机械", "宁波大发机械有限公司", "Same name, other legal form"),
        ("㈱日立製作所", "株式会社日立製作所", "Same name"),
        ("日立製作所（株）", "株式会社日立製作所", "Same name"),
        ("삼성전자(주)", "삼성전자 주식회사", "Same name"),
        ("cong ty thanh dat", "Công ty TNHH Thành Đạt", "Same name, other legal form"),
        # accents, umlauts, capitals, marks
        ("MULLER MASCHINENBAU GMBH", "Müller Maschinenbau GmbH", "Same name"),
        ("societe generale", "Société Générale S.A.", "Same name, other legal form"),
        ("oeresund shipping as", "Øresund Shipping A/S", "Same name"),
        ("SISECAM", "Şişecam A.Ş.", "Same name, other legal form"),
        ("marks and spencer plc", "Marks & Spencer plc", "Same name"),
        ("L’OREAL", "L'Oréal S.A.", "Same name, other legal form"),
        ("ｍüｌｌｅｒ　ｍａｓｃｈｉｎｅｎｂａｕ", "Müller Maschinenbau GmbH", "Same name, other legal form"),
        # other alphabets, as they are and transliterated
        ("газпром нефть", "ООО «Газпром нефть»", "Same name, other legal form"),
        ("Gazprom Neft OOO", "ООО «Газпром нефть»", "Same name"),
        ("kyivstar", "Київстар ТОВ", "One letter differs"),
        ("النور", "شركة النور للتجارة", "Has all the words"),
        ("הפועלים", "הפועלים בנק בע״מ", "Begins so"),
        ("टाटा मोटर्स", "टाटा मोटर्स लिमिटेड", "Same name, other legal form"),
        ("trapeza peiraios", "Τράπεζα Πειραιώς Α.Ε.", "Begins so"),
        # as it begins
        ("Kaufh", "Kaufhof Warenhaus GmbH & Co. KG", "Begins so"),
        ("宁波大", "宁波大发机械有限公司", "Begins so"),
        ("ningbo dafa", "宁波大发机械有限公司", "Begins so"),
        # words in any order
        ("maschinenbau müller", "Müller Maschinenbau GmbH", "Same words, other order"),
        ("机械 宁波", "宁波大发机械有限公司", "Has all the words"),
        ("宁波　机械", "宁波大发机械有限公司", "Has all the words"),
        # Chinese without spaces, two characters, traditional characters
        ("华为", "深圳市华为技术有限公司", "Has all the words"),
        ("深圳华为", "深圳市华为技术有限公司", "Has all you typed"),
        ("宁波机械", "宁波大发机械有限公司", "Has all you typed"),
        ("寧波大發機械", "宁波大发机械有限公司", "Same name, other legal form"),
        ("台湾积体电路", "台灣積體電路製造股份有限公司", "Begins so"),
        # Chinese in pinyin, its words anywhere in the name
        ("huawei", "深圳市华为技术有限公司", "Has all you typed"),
        ("shenzhen huawei", "深圳市华为技术有限公司", "Has all you typed"),
        ("jishu huawei", "深圳市华为技术有限公司", "Has all you typed"),
        # typing errors
        ("Societe Genrale", "Société Générale S.A.", "One letter differs"),
        ("kaufhof warenhuas", "Kaufhof Warenhaus GmbH & Co. KG", "One letter differs"),
        ("宁波大法机械", "宁波大发机械有限公司", "One letter differs"),
    ],
)
def test_a_clerk_finds_it_and_is_told_how(clerk: Client, text: str, name: str, why: str):
    assert found(asked(clerk, text))[0] == (name, why)


def test_a_number_finds_its_company_however_it_is_written(clerk: Client):
    buyer("Quite Other SA", country="FR", identifiers={"VAT": "DE136695976"})
    for text in ("DE136695976", "de 136 695 976", "ＤＥ１３６６９５９７６", "DE-136.695.976"):
        assert found(asked(clerk, text)) == [("Quite Other SA", "Same number")]


def test_a_former_name_finds_the_company_under_its_name_of_today(clerk: Client):
    today = buyer("Aurora Energy AG")
    named(today, "Ilium Works GmbH", kind="former")
    page = asked(clerk, "ilium works")
    assert found(page) == [("Aurora Energy AG", "Same name, other legal form")]
    assert "Also known as Ilium Works GmbH" in page


def test_country_and_status_narrow_what_is_found(clerk: Client):
    buyer("Müller Maschinenbau AG", country="CH", status="insolvent")
    assert len(found(asked(clerk, "müller maschinenbau"))) == 2
    assert found(asked(clerk, "müller maschinenbau", country="CH"))[0][0] == "Müller Maschinenbau AG"
    assert found(asked(clerk, "müller maschinenbau", status="active"))[0][0] == "Müller Maschinenbau GmbH"
    assert found(asked(clerk, "müller maschinenbau", country="DE", status="insolvent")) == []


HELP, SHORT, LONG = "What you can type", "Type at least two characters.", "Type at most 200 characters."
MARKS, NONE = "There is no letter and no digit in this.", "The directory has no company for"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", HELP),
        ("%20%20%09", HELP),
        ("%00", HELP),
        ("%E2%80%8B%E2%80%AE%EF%BB%BF", HELP),  # marks nobody sees
        ("x", SHORT),
        ("%E5%8D%8E", SHORT),
        ("x%00%1B", SHORT),
        ("x" * 10_000, LONG),
        ("%E4%B8%8A" * 10_000, LONG),
        ("ab%20" * 10_000, LONG),
        ("%F0%9F%91%8D%F0%9F%91%8D", MARKS),
        ("%F0%9F%87%A8%F0%9F%87%B3", MARKS),  # a flag
        ("...%20%25%25__", MARKS),
        ("%D9%84%D9%88%D8%B1%D9%85%20%D8%A5%D9%8A%D8%A8%D8%B3%D9%88%D9%85", NONE),  # from right to left
        ("%E2%80%AEzzyzx%E2%80%AC", NONE),
        ("zz%00yzx%07", NONE),
        ("%ED%A0%80zzyzx", NONE),  # half of a pair
        ("%FF%FEzzyzx", NONE),
        ("zzyzx%F0%9F%91%8D", NONE),
        ("%27%3B%20DROP%20TABLE%20buyers_name%3B--", NONE),
        ("zz%25_%5C%5C", NONE),
    ],
)
@pytest.mark.parametrize("address", ["/buyers/find/", "/buyers/lookup/", "/office/buyers/financialstatement/add/"])
def test_a_rough_query_gets_a_sentence_and_costs_little(client: Client, query: str, said: str, address: str):
    who = staff() if address.startswith("/office/") else member(exporter())
    with CaptureQueriesContext(connection) as run:
        answer = signed_in(client, who).get(f"{address}?q={query}&country=%00&status=%F0%9F%91%8D")
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    assert len(run) < 60
    assert not set(page) & set("\x00\x07\x1b\u200b\u202e\u202c\ufeff")
    if address == "/buyers/find/":
        assert said in page
        assert ("propose the company" in page or "Propose the company" in page) is (said == NONE)
    elif said in (SHORT, LONG, MARKS):
        assert said in page


def test_the_sentences_are_said_in_chinese_too(client: Client):
    client = signed_in(client, member(exporter()))
    for query, said in (
        ("x", "请至少输入两个字符。"),
        ("x" * 201, "最多"),
        ("%F0%9F%91%8D" * 2, "既没有文字，也没有数字"),
    ):
        page = client.get(f"/buyers/find/?q={query}", headers={"accept-language": "zh-hans"}).content.decode()
        assert said in page


def test_a_query_that_finds_nothing_is_taken_along_to_the_proposal(client: Client):
    page = asked(signed_in(client, member(exporter())), "Zzyzx\x00 宁波 & Sons")
    assert f"/buyers/propose/?name={quote('Zzyzx 宁波 & Sons')}" in page
