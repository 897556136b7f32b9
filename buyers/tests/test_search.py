"""A buyer is found by number, name or part of one, in any script; a name alone never selects it."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models.roles import Role
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers import search
from buyers.models import Buyer, Identifier, Name, TermFrequency
from buyers.names import sort_key, spelled
from buyers.search import Findings, category_warning, find_buyers, index
from buyers.search.keeping import count_terms, keep_names
from buyers.search.ranking import asked_of, compared
from buyers.terms import Question, asked_terms, terms_of
from buyers.tests.factories import buyer, in_book

pytestmark = pytest.mark.django_db

LEI = "5493001KJTIIGC8Y1R12"


def names(text: str, country: str = "") -> list[str]:
    return [row.buyer.name for row in find_buyers(text=text, country=country).rows]


@pytest.fixture
def directory() -> None:
    buyer("Łódź Stal S.A.", country="PL", lei=LEI)
    buyer("ACME GmbH", country="DE", identifiers={"VAT": "DE136695976"})
    buyer("Acme Trading Ltd", country="GB", identifiers={"CRN": "00445790"})
    buyer("Great Acme Holding", country="GB")
    buyer("上海宏远贸易有限公司", country="CN", identifiers={"USCC": "91110000600037341L"})
    buyer("宏大远洋有限公司", country="CN")
    buyer("株式会社トヨタ販売", country="JP")
    buyer("ООО Ромашка", country="RU")
    buyer("شركة النور للتجارة", country="AE")
    buyer("Kim Co", country="VN", identifiers={"REG": "VN0312345"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (LEI, ["Łódź Stal S.A."]),
        ("5493 001k-jtii gc8y 1r12", ["Łódź Stal S.A."]),
        ("de 136.695.976", ["ACME GmbH"]),
        ("00445790", ["Acme Trading Ltd"]),
        ("91110000600037341l", ["上海宏远贸易有限公司"]),
        ("acme gmbh", ["ACME GmbH", "Acme Trading Ltd"]),
        ("acme", ["ACME GmbH", "Acme Trading Ltd", "Great Acme Holding"]),
        ("lodz", ["Łódź Stal S.A."]),  # a beginning, accents left out
        ("stal", ["Łódź Stal S.A."]),
        ("trading acme", ["Acme Trading Ltd"]),  # words in any order
        ("宏远", ["上海宏远贸易有限公司"]),  # two characters, together only
        ("有限公司", ["上海宏远贸易有限公司", "宏大远洋有限公司"]),
        ("贸易 宏远", ["上海宏远贸易有限公司"]),
        ("shang hai", ["上海宏远贸易有限公司"]),
        ("トヨタ", ["株式会社トヨタ販売"]),
        ("トヨ", ["株式会社トヨタ販売"]),
        ("ромашка", ["ООО Ромашка"]),
        ("النور", ["شركة النور للتجارة"]),
        ("ki", ["Kim Co"]),
        ("co", []),  # two Latin letters: beginnings only
        ("tradnig", ["Acme Trading Ltd"]),  # a part of a name, with a slip
        ("acme tradin", ["Acme Trading Ltd"]),
        ("acme trsding limited", ["Acme Trading Ltd"]),
        ("lodzstal", ["Łódź Stal S.A."]),  # a blank forgotten
        ("lo dz stal", ["Łódź Stal S.A."]),  # one too many
        ("romashka", ["ООО Ромашка"]),
        ("上海宏元贸易", ["上海宏远贸易有限公司"]),
        ("上海远宏贸易", ["上海宏远贸易有限公司"]),
        ("上海宏贸易", ["上海宏远贸易有限公司"]),
        ("上海宏远大贸易", ["上海宏远贸易有限公司"]),
        ("上海宏遠貿易", ["上海宏远贸易有限公司"]),  # traditional characters
        ("shanghai hongyuan", ["上海宏远贸易有限公司"]),
        ("hongyuan", ["上海宏远贸易有限公司"]),
        ("yuanmao", ["上海宏远贸易有限公司"]),
        ("hongyi", []),  # not next to each other
        ("yiji yi", []),  # can be more pairs of characters than are looked up
        ("易有", ["上海宏远贸易有限公司"]),
        ("上海贸易", ["上海宏远贸易有限公司"]),  # in two pieces
        ("海宏贸易", ["上海宏远贸易有限公司"]),
        ("贸易上海", []),  # the other way round only with a blank
        ("ｓｈａｎｇ ｈａｉ", ["上海宏远贸易有限公司"]),  # full-width letters
        ("９１１１００００６０００３７３４１Ｌ", ["上海宏远贸易有限公司"]),
        ("acme 宏远", []),
        ("zzzz", []),
        ("100% _", []),
        ("a_me", ["ACME GmbH"]),  # _ is no wildcard, but one slip
        ("ACME\u202e\u200b GmbH\x00", ["ACME GmbH", "Acme Trading Ltd"]),
    ],
)
def test_what_is_found(directory: None, text: str, found: list[str]):
    assert names(text) == found


def test_namesakes_are_found_by_their_likeness(directory: None):
    assert search.namesakes("Great Acme Holdings KG")[0].buyer.name == "Great Acme Holding"
    assert search.namesakes("Niemand Sonst") == []


def test_a_country_narrows_and_completes_a_number(directory: None):
    assert names("acme", "GB") == ["Acme Trading Ltd", "Great Acme Holding"]
    assert names("136695976") == []
    assert names("136695976", "DE") == ["ACME GmbH"]
    assert names("0312345", "VN") == ["Kim Co"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "query_too_short"), (" a ", "query_too_short"), ("\u200b\u202e", "query_too_short"),
     ("x" * 201, "query_too_long"), ("上" * 10_000, "query_too_long"), ("👍", "query_too_short")],
)  # fmt: skip
def test_what_cannot_be_looked_for(text: str, code: str):
    assert [r.code for r in find_buyers(text=text).refusals] == [code]


def test_odd_texts_find_nothing_and_break_nothing():
    for text in ("👍👍👍", "\ud800\ud801", "'; DROP TABLE", "%%%%", "\\\\\\", "((((", "‏‏‏abc", "x" * 200, "上" * 200):
        assert isinstance(find_buyers(text=text.encode("utf-8", "replace").decode()), Findings)


def test_persons_and_merged_entries_are_not_found_but_their_numbers_lead_on():
    stays = buyer("New Firm")
    buyer("Old Firm", lei=LEI, merged_into=stays)
    buyer("Old Person", private_person=True, identifiers={"VAT": "DE136695976"})
    assert names("old") == []
    assert names(LEI) == ["New Firm"]
    assert names("DE136695976") == []


def test_the_same_name_is_marked_and_equal_names_come_first():
    for country in ("DE", "FR", "DE"):
        buyer("Nova S.A.", country=country)
    buyer("Nova Sábado", country="DE")
    rows = find_buyers(text="nova sab").rows
    assert (rows[0].buyer.name, rows[0].same_name) == ("Nova Sábado", False)
    rows = find_buyers(text="NOVA S A").rows
    assert [(r.how, r.same_name) for r in rows] == [("name", True)] * 3 + [("beginning", False)]


def test_the_list_is_capped_and_says_so():
    for number in range(search.SHOWN + 3):
        buyer(f"Capped {number:03d}")
    found = find_buyers(text="capped")
    assert (len(found.rows), found.more) == (search.SHOWN, True)
    assert find_buyers(text="capped 001").more is False


def test_a_search_the_database_cannot_finish_in_time_ends_with_what_it_has(monkeypatch: pytest.MonkeyPatch):
    buyer("Nova Eins", lei=LEI)
    buyer("Eins Nova Zwei")

    def slow(*_arguments: object) -> list[index.Lookup]:
        return [index.Lookup("SELECT pg_sleep(1)", {})]

    monkeypatch.setattr(index, "TIME_LIMIT_MS", 20)
    monkeypatch.setattr(search, "answers", slow)
    found = find_buyers(text="nova")
    assert ([row.buyer.name for row in found.rows], found.more) == (["Nova Eins"], True)
    assert _shown("statement_timeout") == "30s"


def test_a_slip_in_a_long_name_of_common_words_is_worth_dear_questions():
    meant = buyer("Global Equity Fund of the Western Hemisphere")
    buyer("Global Equity Fund of the Eastern Shore")
    words = ["global", "equity", "fund", "of", "western", "hemisphere"]
    TermFrequency.objects.bulk_create(TermFrequency(term=term, names=30_000) for term in asked_terms(words))
    TermFrequency.objects.create(term=TermFrequency.ALL_NAMES, names=10_000_000)
    row = find_buyers(text="global equity fund of the western hemisphare").rows[0]
    assert (row.buyer, row.how) == (meant, "slip")


def test_the_very_name_is_found_among_more_namesakes_than_are_shown():
    for _number in range(search.SHOWN + 2):
        buyer("Nova AG", country="DE")
    buyer("Nova GmbH", country="DE")
    found = find_buyers(text="nova gmbh")
    assert (found.rows[0].buyer.name, found.rows[0].how, found.more) == ("Nova GmbH", "name", True)


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_the_limits_of_a_question_end_with_it():
    settings = index.Lookup("SHOW statement_timeout", {}, tuple), index.Lookup("SHOW enable_seqscan", {}, tuple)
    assert index.put(*settings, limit=1234) == [[("1234ms",)], [("off",)]]
    assert (_shown("statement_timeout"), _shown("enable_seqscan")) == ("30s", "on")
    with pytest.raises(index.TookTooLong):
        index.put(index.Lookup("SELECT pg_sleep(1)", {}), limit=20)
    assert _shown("statement_timeout") == "30s"


def _shown(setting: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {setting}")
        (value,) = cursor.fetchone()
    return str(value)


@pytest.mark.parametrize(
    ("typed", "name", "how"),
    [
        ("宏远国际有限公", "宏远国际有限公司", "beginning"),  # the form was begun
        ("上海宏远贸易有限公同", "上海宏远贸易有限公司", "alike"),  # or has a slip
        ("深圳华为", "深圳市华为技术", "part"),
        ("华为深圳", "深圳市华为技术", ""),
        ("zzyzx", "Acme GmbH", ""),
    ],
)
def test_a_name_is_compared_with_its_legal_form_too(typed: str, name: str, how: str):
    assert compared(asked_of(typed), name, spelled(name).key)[1] == how


def test_another_fault_of_the_database_is_not_hidden():
    def gone(*_values: Any) -> None:
        raise OperationalError("the server closed the connection")

    with pytest.raises(OperationalError), connection.execute_wrapper(gone):
        find_buyers(text="nova")


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({}, ""),
        ({"public_body": True, "category": "BRANCH"}, "choice_is_public_body"),
        ({"category": "BRANCH"}, "choice_is_branch"),
        ({"category": "FUND"}, "choice_is_fund"),
        ({"category": "INTERNATIONAL_ORGANIZATION"}, "choice_is_international"),
        ({"category": "RESIDENT_GOVERNMENT_ENTITY"}, ""),
    ],
)
def test_a_clerk_is_told_what_kind_of_entity_it_is(columns: dict, code: str):
    assert category_warning(Buyer(**{"category": "GENERAL", **columns})) == code


def test_searches_use_their_indexes():
    names = [f"{number * 7919:x} Handel 上{number}海" for number in range(4000)]
    made = Buyer.objects.bulk_create(
        Buyer(name=name, sort_key=sort_key(name), country=("DE", "FR", "GB", "US")[place % 4])
        for place, name in enumerate(names)
    )
    Identifier.objects.bulk_create([Identifier(buyer=b, scheme="REG", value=f"DE{b.pk}") for b in made])
    keep_names(b.pk for b in made)
    count_terms()
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('names_by_terms'::regclass)")
        cursor.execute("ANALYZE buyers_buyer, buyers_identifier, buyers_name")
    expected = {
        # In a small directory the names are read country by country as well as through.
        "acme works": ("names_by_co", "names_by_terms"),
        "宏远": ("names_by_co", "names_by_terms"),
        "shanghai": ("buyers_by_",),
        LEI: ("identifier_of_one_buyer",),
    }
    for text, indexes in expected.items():
        plans = _plans(text)
        assert all(name in plans for name in indexes), (text, plans)
        assert "Seq Scan on buyers_name" not in plans
    assert "names_by_country" in _plans("acme works", country="DE")


def test_how_many_names_begin_so_is_hidden_from_the_planner():
    # Its statistics took 福建, which 8,300 of 1,000,000 names begin with, for 23: it fetched and sorted them all.
    names = [f"Beta {number:04d}" for number in range(2_000)]
    Buyer.objects.bulk_create(Buyer(name=name, sort_key=sort_key(name), country="DE") for name in names)
    keep_names(Buyer.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE buyers_buyer, buyers_name")
    for question in (index.beginning, index.with_pinyin):
        expected = set()
        for text in ("beta", "zeta"):
            asked = question(text, index.Narrowing(), 51)
            plan = json.dumps(index.put(asked._replace(statement=f"EXPLAIN (FORMAT JSON) {asked.statement}", row=list)))
            expected.add(tuple(re.findall(r'"Plan Rows": (\d+)', plan)))
        assert len(expected) == 1, expected


def _plans(text: str, **narrowing: str) -> str:
    with CaptureQueriesContext(connection) as run:
        find_buyers(text=text, **narrowing)
    asked = [question for query in run.captured_queries for question in query["sql"].split("; ")]
    explained = [index.Lookup(f"EXPLAIN {question}", {}, "".join) for question in asked if question[:6] == "SELECT"]
    return "\n".join(line for plan in index.put(*explained) for line in plan)


def test_a_status_narrows():
    buyer("Nova Eins", status="insolvent"), buyer("Nova Zwei")
    assert [row.buyer.name for row in find_buyers(text="nova", status="insolvent").rows] == ["Nova Eins"]
    assert [row.buyer.name for row in find_buyers(text="eins nova", status="active").rows] == []
    ill = buyer("Gone Ltd", status="dissolved", lei=LEI)
    assert find_buyers(text=LEI, status="active").rows == []
    assert find_buyers(text=LEI, status="dissolved").rows[0].buyer == ill
    buyer("上海宏远", status="insolvent", country="CN"), buyer("北京宏远", country="CN")
    found = find_buyers(text="beijing hongyuan", status="active", country="CN").rows
    assert [(row.buyer.name, row.how) for row in found] == [("北京宏远", "beginning")]


@pytest.mark.parametrize("text", ["trading", "贸易"])
def test_what_too_many_have_is_looked_for_in_the_first_names_only(text: str):
    buyer("Acme Trading Ltd", country="GB"), buyer("Zebra Trading Ltd", country="FR")
    buyer("上海贸易有限公司", country="CN"), buyer("Trade Winds", country="GB")
    common = set(terms_of([text]))
    TermFrequency.objects.bulk_create(TermFrequency(term=term, names=9_000_000) for term in common)
    found = find_buyers(text=text)
    assert found.more is True
    assert [row.buyer.name for row in found.rows] == (
        ["Acme Trading Ltd", "Zebra Trading Ltd"] if text == "trading" else ["上海贸易有限公司"]
    )
    assert [row.buyer.country.code for row in find_buyers(text=text, country="FR").rows] == ["FR"] * (text == "trading")


@pytest.fixture
def common_words() -> None:
    """A directory in which some words are so common that names are looked at in their order."""
    for number in range(52):
        buyer(f"Acme Trading {number:02d}", country="GB")
        buyer(f"上海{chr(0x4E00 + number)}贸易有限公司", country="CN")
    for number in range(12):
        buyer(f"重庆{chr(0x4E00 + number)}宏远", country="CN")
    common = {term for word in ("贸易", "易有", "宏远", "trading") for term in terms_of([word])}
    TermFrequency.objects.bulk_create(TermFrequency(term=term, names=40_000) for term in common)
    TermFrequency.objects.create(term=TermFrequency.ALL_NAMES, names=5_000_000)


@pytest.mark.parametrize(
    ("text", "country", "rows", "more", "questions"),
    [
        ("贸易", "", 50, True, ["first_in_order"]),
        ("易有", "", 50, True, ["first_in_order"]),  # where name and legal form meet
        ("trading", "", 50, True, ["first_in_order"]),
        ("贸易", "CN", 50, True, ["first_in_order"]),
        ("贸易", "GB", 0, False, ["first_in_order", "answers", "answers"]),
        ("宏远", "", 12, False, ["first_in_order", "answers"]),  # so few in their order: by its terms too
    ],
)
def test_a_common_word_is_looked_for_in_the_order_of_names(
    common_words: None, text: str, country: str, rows: int, more: bool, questions: list[str],
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    asked: list[str] = []
    for name in ("first_in_order", "answers"):
        monkeypatch.setattr(search, name, _noted(name, asked))
    found = find_buyers(text=text, country=country)
    assert (len(found.rows), found.more, asked) == (rows, more, questions)
    assert all(text in row.buyer.name.casefold() for row in found.rows)


def _noted(name: str, asked: list[str]) -> Callable[..., Any]:
    question = getattr(search, name)

    def noted(*values: Any) -> Any:
        asked.append(name)
        return question(*values)

    return noted


def test_two_characters_are_answered_in_one_message_however_many_have_them(common_words: None):
    for number in range(3):
        buyer(f"南京{chr(0x4E00 + number)}汇通", country="CN")
    names = Name.objects.filter(text__contains="贸易").order_by("-id").values_list("pk", flat=True)
    TermFrequency.objects.filter(term__in=terms_of(["贸易"])).update(examples=list(names[:51]))
    for text, found in (("贸易", 51), ("汇通", 3)):
        with CaptureQueriesContext(connection) as run:
            assert len(search.candidates(text, limit=60)) == found
        assert sum("buyers_name" in query["sql"] for query in run.captured_queries) == 1
    assert find_buyers(text="贸易").more
    assert not find_buyers(text="汇通").more


def test_pinyin_is_asked_for_by_the_word_that_fewest_have(common_words: None):
    for number in range(3):
        buyer(f"上海{chr(0x4E00 + number)}汇通", country="CN")
    TermFrequency.objects.bulk_create(TermFrequency(term=term, names=4_000) for term in terms_of(["上海"])[1:2])
    assert sorted(names("huitong shanghai")) == [f"上海{chr(0x4E00 + number)}汇通" for number in range(3)]
    assert names("huitong shanghai", "GB") == []


@pytest.mark.parametrize(
    ("rarest", "terms", "total", "through"),
    [
        (40_000, 1, 5_000_000, 51 * 125 * 4),  # 51 are expected among 6,375 names, fewer than its list is long
        (40_000, 2, 5_000_000, 0),  # its list is crossed with another one
        (6_000, 1, 5_000_000, 0),  # 51 among 42,500: its list is shorter
        (40_000, 1, 80_000_000 // 3, index.AT_MOST_LOOKED_THROUGH),
        (0, 1, 0, 0),  # never counted
    ],
)
def test_whichever_is_shorter_is_read(rarest: int, terms: int, total: int, through: int):
    question = Question(frozenset(range(terms)), 0, rarest)
    assert index.looked_through_sooner(question, total, 51) == through


def test_names_that_end_as_a_legal_form_begins_do_not_hide_others():
    for number in range(60):
        buyer(f"北京{chr(0x4E00 + number)}大", country="CN")
    buyer("上海大合贸易", country="CN")
    TermFrequency.objects.bulk_create(TermFrequency(term=term, names=40_000) for term in set(terms_of(["大合"])))
    TermFrequency.objects.create(term=TermFrequency.ALL_NAMES, names=5_000_000)
    assert names("大合") == ["上海大合贸易"]


def test_who_has_all_words_in_another_order_is_asked_for_no_slips(directory: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(search, "slip_questions", lambda *_values: pytest.fail("asked for slips"))
    assert names("trading acme limited") == ["Acme Trading Ltd"]


def test_words_that_very_many_have_are_looked_up_in_every_order():
    meant = buyer("Global Equity Fund")
    words = ["global", "equity", "fund"]
    TermFrequency.objects.bulk_create(TermFrequency(term=term, names=30_000) for term in asked_terms(words))
    TermFrequency.objects.create(term=TermFrequency.ALL_NAMES, names=10_000_000)
    with CaptureQueriesContext(connection) as run:
        (row,) = find_buyers(text="fund global equity").rows
    assert (row.buyer, row.how) == (meant, "order")
    assert not any("n.terms @>" in query["sql"] for query in run.captured_queries)


def test_of_names_with_one_slip_the_one_with_the_form_that_was_typed_is_first():
    for form in ("AG", "KG", "GmbH", "SE"):
        buyer(f"Energy {form}", country="DE")
    assert names("enargy gmbh")[0] == "Energy GmbH"


def test_a_slip_among_common_words_is_found_by_what_it_could_have_been(monkeypatch: pytest.MonkeyPatch):
    meant = buyer("Global Equity Fund")
    buyer("Global Equity Fund of Others")
    common = asked_terms(["global", "equity", "fund"])
    rarer = asked_terms(["eiuity"]) - common  # what the slip made
    TermFrequency.objects.bulk_create(TermFrequency(term=term, names=30_000) for term in common)
    TermFrequency.objects.bulk_create(TermFrequency(term=term, names=25_000) for term in rarer)
    TermFrequency.objects.create(term=TermFrequency.ALL_NAMES, names=10_000_000)
    asked: list[str] = []
    monkeypatch.setattr(search, "answers", _noted("answers", asked))
    row = find_buyers(text="global eiuity fund").rows[0]
    assert (row.buyer, row.how) == (meant, "slip")
    # The words in a name of their length and in any, then the cheap questions; the dear ones are spared.
    assert asked == ["answers"] * 3


@pytest.mark.parametrize(
    ("text", "asked"), [("上海宏远贸", False), ("上海宏远", True), ("acme tradi", False), ("acme trad", True)]
)
def test_how_a_name_begins_has_no_slip_when_it_is_long(
    directory: None, text: str, asked: bool, monkeypatch: pytest.MonkeyPatch
):
    slips: list[object] = []

    def noted(*values: object) -> tuple[list[Question], list[Question]]:
        slips.append(values)
        return [], []

    monkeypatch.setattr(search, "slip_questions", noted)
    assert names(text)[0] in ("上海宏远贸易有限公司", "Acme Trading Ltd")
    assert bool(slips) is asked


def test_the_marks_tell_a_number_from_a_name_from_a_guess():
    buyer("Nordlicht Trading AG", lei=LEI)
    for text, how, mark in (
        (LEI, "number", "ok"), ("nordlicht trading ag", "name", "info"), ("nordlicht trading gmbh", "form", "info"),
        ("trading nordlicht", "order", "info"),
        ("ag trading nordlicht", "order", "info"), ("nordlicht tradnig", "slip", "warn"), ("nordl", "beginning", "off"),
        ("trading", "words", "off"), ("radin", "part", "off"), ("nordlcht", "alike", "warn"),
        ("nordlicht trading a", "beginning", "off"), ("nordlicht tradings company", "slip", "warn"),
    ):  # fmt: skip
        [row] = find_buyers(text=text).rows
        assert (row.how, row.mark, [reason.code for reason in row.reasons]) == (how, mark, [f"found_by_{how}"]), text


def test_candidates_are_those_with_the_number_then_those_with_the_name_in_the_country_then_elsewhere():
    numbered = buyer("Quite Other SA", country="FR", identifiers={"VAT": "DE136695976"})
    abroad = buyer("Nordlicht Trading AG", country="CH")
    here = buyer("Nordlicht Trading GmbH", country="DE")
    found = search.candidates("Nordlicht Trading", "DE", ["136695976", "no"], limit=10)
    assert [(c.buyer, c.how, c.country) for c in found] == [
        (numbered.pk, "number", "FR"), (here.pk, "form", "DE"), (abroad.pk, "form", "CH"),
    ]  # fmt: skip
    assert [c.buyer for c in search.candidates("Nordlicht Trading", "DE", limit=1)] == [here.pk]
    assert [c.buyer for c in search.candidates("", "", ["DE136695976"], limit=1)] == [numbered.pk]
    assert search.candidates("x") == search.candidates("👍👍") == []
    assert [c.former for c in search.candidates("nordlicht trading")] == [False, False]


def test_every_query_is_answered_within_a_bounded_number_of_questions(directory: None):
    for text in ("x" * 200, "ab " * 66, "上" * 200, "上海 贸易 " * 33, "👍" * 50, "‏‏‮شركة", "a", "上", "🇨🇳 宏远", "\t\n"):
        with CaptureQueriesContext(connection) as run:
            find_buyers(text=text)
        assert len(run) <= 14, text


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def firm():
    return exporter()


@pytest.mark.parametrize("role", [Role.OWNER, Role.EDITOR, Role.READER])
def test_find_buyer(client: Client, firm, role: str):
    own, other = buyer("Nova Eins", country="XK"), buyer("Nova Zwei", country="")
    in_book(firm, own)
    in_book(exporter(), other)
    page = signed_in(client, member(firm, role)).get("/buyers/find/?q=nova").content.decode()
    assert "Nova Eins" in page and "Nova Zwei" in page
    assert ("Add to your book" in page) is (role != Role.READER)
    assert page.count("In your book") == 1  # nothing tells that another firm has the other one


def test_the_page_before_and_after_a_search_in_vain(client: Client, firm):
    client = signed_in(client, member(firm))
    assert "What you can type" in client.get("/buyers/find/").content.decode()
    page = client.get("/buyers/find/?q=Nobody+%26+Sons").content.decode()
    assert "The directory has no company for “Nobody &amp; Sons”" in page
    assert "/buyers/propose/?name=Nobody%20%26%20Sons" in page
    assert "Type at least two characters." in client.get("/buyers/find/?q=x").content.decode()
    assert client.get("/buyers/find/?q=" + "%E4%B8%8A" * 2000).status_code == 200
    assert client.get("/buyers/find/?q=nova&country=??").status_code == 200
    assert client.get("/buyers/find/?q=%00%ff%F0%9F%91%8D").status_code == 200


def test_staff_look_in_the_office(client: Client):
    assert signed_in(client, staff()).get("/buyers/find/").status_code == 302


def test_the_page_costs_the_same_for_one_row_and_for_fifty(client: Client, firm):
    client = signed_in(client, member(firm))
    buyer("Many 0", lei=LEI)
    client.get("/buyers/find/?q=many")
    with CaptureQueriesContext(connection) as one:
        client.get("/buyers/find/?q=many")
    for number in range(1, 50):
        in_book(firm, buyer(f"Many {number}", identifiers={"REG": f"DE{number}"}))
    with CaptureQueriesContext(connection) as fifty:
        client.get("/buyers/find/?q=many")
    assert len(fifty) <= len(one)
