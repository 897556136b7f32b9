"""A company's name is its words without the legal form, whatever country wrote it, in front or behind."""

import pytest

from buyers.legal_forms import is_fragment, kind_of, meant_without_form
from buyers.names import spelled, words_of


@pytest.mark.parametrize(
    ("name", "core", "form"),
    [
        ("ACME GmbH", "acme", "gmbh"),
        ("Acme G.m.b.H.", "acme", "gmbh"),
        ("Acme Gesellschaft mit beschränkter Haftung", "acme", "gmbh"),
        ("Müller & Söhne GmbH & Co. KG", "muller sohne", "gmbh co kg"),
        ("Mueller und Soehne GmbH & Co KG", "muller sohne", "gmbh co kg"),
        ("The Łódź Stal S.A.", "lodz stal", "sa"),
        ("OLIVIA SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ", "olivia", "sp zoo"),
        ("Olivia Sp. z o.o.", "olivia", "sp zoo"),
        ("Kim Co., Ltd.", "kim", "ltd"),
        ("Kim Pte. Ltd.", "kim", "private limited"),
        ("PT Astra Tbk", "astra", "tbk"),
        ("ООО «Ромашка»", "romashka", "llc"),
        ("Общество с ограниченной ответственностью Ромашка", "romashka", "llc"),
        ("Open Joint Stock Company Gazprom", "gazprom", "ao"),
        ("上海宏远（集团）有限公司", "上海宏远集团", "ltd"),
        ("上海宏遠貿易股份有限公司", "上海宏远贸易", "plc"),  # traditional characters
        ("株式会社トヨタ", "トヨタ", "kk"),
        ("トヨタ株式会社", "トヨタ", "kk"),
        ("株式会社 ABC", "abc", "kk"),
        ("㈱日立製作所", "日立制作所", "kk"),
        ("日立製作所（株）", "日立制作所", "kk"),
        ("(有)ABC", "abc", "ltd"),
        ("(주)삼성전자", "삼성전자", "kk"),
        ("株木建設", "株木建设", ""),
        ("Công ty TNHH Thành Đạt", "thanh dat", "ltd"),
        ("Cong ty Thanh Dat", "thanh dat", "co"),
        ("Công ty CP Thành Đạt", "thanh dat", "ao"),
        ("삼성전자 주식회사", "삼성전자", "kk"),
        ("ABB（中国）有限公司", "abb 中国", "ltd"),
        ("上海分公司 公司", "上海分", "co"),
        ("Limited", "limited", ""),  # nothing but a form
        ("有限公司", "有限公司", ""),
        ("株式会社", "株式会社", ""),
        ("The", "the", ""),
        ("Theatre", "theatre", ""),
        ("Acme Haftung", "acme haftung", ""),
        ("S.A.", "sa", ""),
        ("Private Equity", "private equity", ""),
        ("👍", "", ""),
        ("", "", ""),
    ],
)
def test_a_form_is_no_part_of_the_name(name: str, core: str, form: str):
    found = spelled(name)
    assert (" ".join(found.core), found.form) == (core, form)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("L'Oréal", ["loreal"]),
        ("L’Oréal", ["loreal"]),
        ("I B M Corp", ["ibm", "corp"]),
        ("3 M", ["3", "m"]),
        ("Smith & Sons", ["smith", "sons"]),
        ("and", ["and"]),
        ("Århus Aarhus Arhus", ["arhus", "arhus", "arhus"]),
        ("Straße", ["strasse"]),
        ("शक्ति इंडिया", ["skti", "imdiya"]),
        ("شركة النور", ["shrkh", "lnwr"]),
        ("上海 · 宏远", ["上海宏远"]),
        ("ABB 中国", ["abb", "中国"]),
        ("100% _ __", ["100"]),
        ("‏‮abc", ["abc"]),
    ],
)
def test_words_are_folded(name: str, words: list[str]):
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("acme private lim", "acme"),
        ("acme limted", "acme"),
        ("acme prviate limited", "acme"),
        ("part 2 spol", "part 2"),
        ("pcwo spolka z ograniczona dopowiedzialnoscia", "pcwo"),
        ("pcwo spolka z qgraniczona odpowiedzialnoscia", "pcwo"),
        ("pcwo spolka z qgraniczona odpowiedzialnosci", "pcwo spolka z qgraniczona"),
        ("spolka z qgraniczona odpowiedzialnoscia", ""),
        ("acme trading", ""),
        ("lim", ""),
        ("limted", ""),
    ],
)
def test_a_form_that_was_begun_or_mistyped_is_seen(typed: str, meant: str):
    assert " ".join(meant_without_form(typed.split())) == meant


def test_forms_are_of_a_kind_whatever_their_country():
    assert kind_of("gmbh") == kind_of("llc") == "limited"
    assert kind_of("ag") == kind_of("inc") == "stock"
    assert kind_of("lp") == "partnership"
    assert kind_of("") == kind_of("as") == ""


def test_a_piece_of_an_east_asian_form_finds_nobody_by_itself():
    assert is_fragment("限公") and is_fragment("有限")
    assert not is_fragment("宏远")


@pytest.mark.parametrize(
    ("name", "seam"),
    [("上海宏远有限公司", "远有"), ("上海宏远", ""), ("Acme GmbH", ""), ("株式会社トヨタ", ""), ("", "")],
)
def test_the_seam_is_where_name_and_form_meet(name: str, seam: str):
    assert spelled(name).seam == seam
