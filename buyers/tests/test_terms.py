"""Terms find a name whatever slip its query has: one of the questions asks only for terms that the slip left alone."""

import random

import pytest

from buyers.chinese import pinyin_key, simplified, written
from buyers.names import spelled
from buyers.terms import (
    AT_MOST,
    CHEAP_READ,
    FEW,
    LAST_RESORT,
    MOST_READ,
    Question,
    asked_terms,
    in_any_order,
    one_slip_away,
    pairs_of,
    part_questions,
    piece_questions,
    sizes,
    slip_questions,
    terms_of,
    word_questions,
)

NAMES = (
    "Nordlicht Trading GmbH",
    "Société Générale de Banque S.A.",
    "上海宏远国际贸易有限公司",
    "宏远有限公司",
    "ООО Ромашка Плюс",
    "Siemens AG",
    "ABB（中国）有限公司",
    "삼성전자 주식회사",
)


def terms(name: str) -> set[int]:
    found = spelled(name)
    return set(terms_of(found.content, found.seam))


def slipped(content: list[str], count: dict[int, int] | None = None, total: int = 0) -> list[Question]:
    cheap, dear = slip_questions(content, count or {}, total)
    return cheap + dear


def answers(questions: list[Question], name: str) -> bool:
    return any(question.terms <= terms(name) for question in questions)


def slips(name: str, rng: random.Random) -> list[str]:
    letters = "贸宏大上" if name[0] > "\u3000" else "aeiourst"
    found = []
    for place in range(len(name)):
        letter = rng.choice(letters)
        found += [
            name[:place] + letter + name[place + 1 :],
            name[:place] + name[place + 1 :],
            name[:place] + letter + name[place:],
            name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :],
        ]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_all_its_words_and_their_parts(name: str):
    content = spelled(name).content
    assert answers(word_questions(content, {}, 0), name)
    assert answers(part_questions(content, {}, 0), name)


@pytest.mark.parametrize("name", [name for name in NAMES if len(spelled(name).key) > 7])
def test_nine_of_ten_slips_anywhere_in_a_name_leave_a_question_that_finds_it(name: str):
    tried = slips(spelled(name).key, random.Random(1))
    found = sum(answers(slipped(spelled(slip).content), name) for slip in tried)
    assert found >= 0.9 * len(tried), [s for s in tried if not answers(slipped(spelled(s).content), name)]


def test_the_rarest_terms_are_asked_for():
    content = spelled("global trading nordlicht").content
    [(common,)] = [question.terms for question in word_questions(["global"], {}, 0)]
    count = dict.fromkeys(asked_terms(content), 9_000) | {common: 50_000}
    same_length, question = word_questions(content, count, 1_000_000)
    assert question.rarest == 9_000
    assert same_length.terms - question.terms == {
        sizes(content, 0)[0]
    }  # very many have these: those with no more first
    lone = Question(frozenset({common}), 50_000, 50_000)
    assert word_questions(["global"], count, 1_000_000) == [lone]


def test_words_that_few_have_are_asked_for_alone_whatever_the_slip_made_of_the_rest():
    # Each alone, both as one word, with the blank between them one letter further, and in halves.
    assert [len(q.terms) for q in slipped(["nordlicht", "tradnig"])] == [1, 1, 1, 2, 2, 4]


def test_what_has_too_many_answers_is_asked_for_by_length_too():
    content = ["power", "truth"]
    count = dict.fromkeys(asked_terms(content), 5_000)
    questions = slipped(content, count, 1_000_000)
    assert any(question.sized for question in questions)
    assert all(question.expected > FEW for question in questions if question.sized)
    assert {*sizes(["power", "trutg"])} == {*sizes(content)}
    assert len(sizes(["a"])) == 2  # no name has no letters


@pytest.mark.parametrize("text", ["a" * 200, "ab " * 66, "上" * 200, "上海贸易" * 50, "x 上 " * 40, "1 2 3 4 5 6 7 8"])
def test_the_questions_of_any_query_are_few_and_cheap(text: str):
    content = spelled(text).content
    for count in ({}, dict.fromkeys(asked_terms(content), 100_000)):
        cheap, dear = slip_questions(content, count, 10**7)
        pieces = piece_questions(content, count, 10**7)
        questions = word_questions(content, count, 10**7) + part_questions(content, count, 10**7) + cheap + dear
        assert len(questions) <= AT_MOST + 6
        assert len(pieces) <= AT_MOST and sum(question.rarest for question in pieces[1:]) <= CHEAP_READ
        assert all(len(question.terms) <= 5 for question in questions)
        assert sum(question.rarest for question in cheap) <= CHEAP_READ
        assert len(dear) <= 1 or sum(question.rarest for question in dear) <= MOST_READ


def test_short_names_one_slip_away_are_spelled_out():
    away = one_slip_away("acme")
    assert {"acne", "acm", "cme", "acmee", "aceme", "caem", "ac me", "amce", "4cme"} - {"caem"} <= {*away}
    assert "acme" not in away and len(away) == len({*away}) < 350
    assert one_slip_away("abc") == one_slip_away("a" * 13) == one_slip_away("上海宏远") == []


def test_a_longer_name_is_spelled_out_when_it_is_said_to():
    assert "global equity fund" in one_slip_away("global eiuity fund", LAST_RESORT)
    assert one_slip_away("a" * 31, LAST_RESORT) == []


@pytest.mark.parametrize(
    ("name", "slip"),
    [
        ("Intersul Chemical LLP", "Intresul Chemical LLP"),  # turned round where the halves of the word meet
        ("Semer6 Consulting GmbH", "Semer 6Consulting GmbH"),  # a blank and a letter turned round
        ("Semer 6consulting GmbH", "Semer6 consulting GmbH"),
    ],
)
def test_letters_turned_round_are_found_wherever_they_are(name: str, slip: str):
    assert answers(slipped(spelled(slip).content), name)


@pytest.mark.parametrize(
    ("typed", "name", "found"),
    [
        ("深圳华为", "深圳市华为技术有限公司", True),
        ("宁波机械", "宁波大发机械设备有限公司", True),
        ("上海宏远 贸易", "上海市宏远贸易", True),
        ("华为深圳", "上海宏远", False),
        ("上海", "上大海", False),  # too short for pieces
        ("上海宏远国际贸易", "上海市宏远国际贸易", False),  # so long: a slip finds it
    ],
)
def test_a_short_east_asian_word_may_stand_in_two_pieces(typed: str, name: str, found: bool):
    assert answers(piece_questions(words_of_query(typed), {}, 0), name) is found


def words_of_query(text: str) -> list[str]:
    return [word for part in text.split() for word in spelled(part).content]


def test_a_single_character_asks_nothing():
    assert word_questions(["上"], {}, 0) == []
    assert part_questions([], {}, 0) == []
    assert slip_questions([], {}, 0) == ([], [])


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("shanghai hongyuan", "shang hai hong yuan"),
        ("Shang Hai", "shang hai"),
        ("lvyou", "lv you"),
        ("xian", ""),  # one syllable may be any word
        ("acme", ""),
        ("shanghai acme", ""),
        ("上海", ""),
        ("a" * 50, ""),
        ("", ""),
    ],
)
def test_pinyin_is_read_as_its_syllables(typed: str, key: str):
    assert pinyin_key(typed) == key


def test_traditional_characters_are_read_as_simplified_ones():
    assert simplified("上海貿易") == "上海贸易"
    assert simplified("Łódź 上海") == "Łódź 上海"


def test_a_slip_in_a_name_of_many_words_is_asked_for_without_its_word():
    """No name has the mistyped word: questions that have it look rare, and must not crowd out those that have not."""
    words = ["first", "trust", "intermediate", "duration", "ivnestment", "grade", "corporate", "etf"]
    meant = set(terms_of([word.replace("ivn", "inv") for word in words]))
    cheap, dear = slip_questions(words, dict.fromkeys(meant, 50), 100_000)
    assert any(question.terms <= meant for question in cheap + dear)
    assert len(cheap + dear) <= AT_MOST


def test_a_few_words_are_looked_up_in_every_order():
    assert in_any_order(["fund", "global", "fund"]) == ["fund fund global", "fund global fund", "global fund fund"]
    assert len(in_any_order(["a", "b", "c", "d", "e"])) == 120
    for words in (["a"], ["a", "b", "c", "d", "e", "f"], ["宏远", "贸易"]):
        assert in_any_order(words) == []


def test_a_syllable_may_be_any_character_in_use_that_is_read_so():
    assert {"华", "化", "花"} <= set(written("hua"))
    assert "為" not in written("wei")  # names are compared in simplified characters
    assert written("xyz") == ""


def test_two_syllables_are_pairs_of_characters():
    assert pairs_of([["技"], ["华花", "为", "技"]]) == [
        [terms_of(["为技"])[1]],  # the fewest first
        [terms_of(["华为"])[1], terms_of(["花为"])[1]],
    ]
    assert pairs_of([[written("yi"), written("ji")]]) == []  # too many
    assert pairs_of([["华", ""], ["华"]]) == []
    assert len(pairs_of([["华"] * 100])) == 4
