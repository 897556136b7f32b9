"""Names are sorted and compared whatever script they are written in."""

import pytest

from buyers.names import LONGEST_KEY, compared_name, has_han, sort_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ACME GmbH", "acme gmbh"),
        ("Łódź S.A.", "lodz s a"),
        ("Ærø Shipping A/S", "aero shipping a s"),
        ("  Ça & Là  ", "ca la"),
        ("上海宏远贸易有限公司", "shang hai hong yuan mao yi you xian gong si"),
        ("重庆", "chong qing"),  # 重 alone is zhong: the word decides
        ("ООО Ромашка", "ооо ромашка"),
        ("한국전력", "한국전력"),
        ("株式会社ガンダム", "zhu shi hui she ガンダム"),
        ("ＡＢＣ１", "abc1"),
        ("!!!", "!!!"),  # of marks alone
        ("👍", "👍"),
        ("", ""),
    ],
)
def test_a_name_sorts_by_its_letters(name: str, key: str):
    assert sort_key(name) == key


def test_chinese_cities_sort_by_pinyin_and_small_letters_beside_capitals():
    names = ["上海", "安徽", "北京", "Zeta", "alpha", "Äpfel"]
    assert sorted(names, key=sort_key) == ["alpha", "安徽", "Äpfel", "北京", "上海", "Zeta"]


def test_a_key_fits_its_column():
    assert len(sort_key("Ab " * 400)) <= LONGEST_KEY
    assert len(sort_key("上" * 400)) <= LONGEST_KEY
    assert len(sort_key("!" * 600)) == LONGEST_KEY


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ACME Co., Ltd.", "Acme Co Ltd", True),
        ("Société Générale", "SOCIETE GENERALE", True),
        ("上海", "商海", False),  # the same pinyin, another name
        ("ACME GmbH", "ACME AG", False),
        ("!!!", "???", False),
    ],
)
def test_names_are_the_same_when_only_capitals_accents_and_marks_differ(one: str, other: str, same: bool):
    assert (compared_name(one) == compared_name(other)) is same


@pytest.mark.parametrize(
    ("text", "han"),
    [
        ("上海", True),
        ("Siemens (中国) Ltd", True),
        ("㐀", True),  # the first of extension A
        ("ガンダム", False),  # kana
        ("한국전력", False),
        ("，。", False),  # Chinese marks are no characters
        ("Łódź", False),
        ("", False),
    ],
)
def test_han_is_seen_among_other_letters(text: str, han: bool):
    assert has_han(text) is han
