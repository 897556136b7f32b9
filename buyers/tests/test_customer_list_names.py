"""Names of a list are looked up together, and find what the search finds for each of them alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from buyers.customer_lists.search import entities_for
from buyers.customer_lists.search import names as lookup
from buyers.customer_lists.search.names import buyers_called
from buyers.matching import Row
from buyers.models import Buyer
from buyers.search.keeping import count_terms
from buyers.tests.factories import buyer

pytestmark = pytest.mark.django_db


@pytest.fixture
def directory() -> None:
    buyer("ACME GmbH", country="DE")
    buyer("Acme Trading Ltd", country="GB")
    buyer("Nordlicht Maschinenbau AG", country="DE")
    buyer("Nordlicht Maschinenbau GmbH", country="AT")
    buyer("Łódź Stal S.A.", country="PL")
    buyer("上海宏远贸易有限公司", country="CN")
    buyer("宏大远洋有限公司", country="CN")
    buyer("ООО Ромашка", country="RU")
    buyer("شركة النور للتجارة", country="AE")
    count_terms()


def called(name: str, country: str = "", limit: int = 6) -> list[str]:
    names = dict(Buyer.objects.values_list("pk", "name"))
    return [names[pk] for pk in buyers_called([(name, country)], limit)[name, country]]


@pytest.mark.parametrize(
    ("name", "country", "found"),
    [
        ("acme trading limited", "GB", ["Acme Trading Ltd"]),
        ("Acme Tradng Ltd", "GB", ["Acme Trading Ltd"]),
        ("Trading, Acme", "GB", ["Acme Trading Ltd"]),
        ("Nordlicht Maschinenba", "AT", ["Nordlicht Maschinenbau GmbH", "Nordlicht Maschinenbau AG"]),
        ("Nordlicht Mashinenbau", "DE", ["Nordlicht Maschinenbau AG", "Nordlicht Maschinenbau GmbH"]),
        ("Nordlicht Mashinenbau", "", ["Nordlicht Maschinenbau AG", "Nordlicht Maschinenbau GmbH"]),
        ("Lodz Stahl SA", "DE", ["Łódź Stal S.A."]),  # in another country than the row says
        ("Acmee", "DE", ["ACME GmbH", "Acme Trading Ltd"]),
        ("Kyn", "DE", []),  # too short to be like another
        ("上海宏元贸易有限公司", "CN", ["上海宏远贸易有限公司"]),
        ("上海宏远贸易有限公", "CN", ["上海宏远贸易有限公司"]),
        ("上海宏遠貿易", "CN", ["上海宏远贸易有限公司"]),
        ("shanghai hongyuan", "", ["上海宏远贸易有限公司"]),  # in pinyin: left to the search
        ("有限公司", "", ["上海宏远贸易有限公司", "宏大远洋有限公司"]),  # a piece of a form: too
        ("Romashka OOO", "RU", ["ООО Ромашка"]),
        ("شركة النور", "AE", ["شركة النور للتجارة"]),
        ("Quuxorama", "DE", []),
        ("x", "", []),
        ("👍 ---", "", []),
    ],
)
def test_who_may_be_meant(directory: None, name: str, country: str, found: list[str]):
    assert called(name, country) == found


def test_no_more_are_answered_than_asked_for_those_of_the_country_first(directory: None):
    assert called("Nordlicht Maschinenba", "AT", limit=1) == ["Nordlicht Maschinenbau GmbH"]


def test_words_that_everybody_has_are_left_to_the_search(directory: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lookup, "too_common", lambda questions: True)
    assert called("trading acme", "GB") == ["Acme Trading Ltd"]


def test_where_the_index_answers_all_it_may_the_country_is_asked_for_once_more(
    directory: None, monkeypatch: pytest.MonkeyPatch
):
    for number in range(5):
        buyer(f"Zenith Maschinenbau {number}", country="FR")
    buyer("Zenith Maschinenbau Süd", country="IT")
    for stage in ("_BEGINNING", "_SAME", "_TERMS", "_TERMS_AND_SIZE"):
        monkeypatch.setattr(lookup, stage, getattr(lookup, stage)._replace(most=2))
    assert called("Maschinenbau Zenith", "IT")[0] == "Zenith Maschinenbau Süd"
    assert called("Zenith Maschinenbau", "IT")[0] == "Zenith Maschinenbau Süd"


def test_what_takes_too_long_together_is_searched_for_one_by_one(directory: None, monkeypatch: pytest.MonkeyPatch):
    asked = []

    def slow(names):
        asked.append(len(names))
        lookup.put(lookup.Lookup("SELECT pg_sleep(1)", {}), limit=20)

    monkeypatch.setattr(lookup, "_answered", slow)
    assert called("Acme Tradng Ltd", "GB") == ["Acme Trading Ltd"]
    assert asked == [1]


def test_more_names_ask_no_more_queries(directory: None):
    def asked(rows: list[Row]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            entities_for(rows)
        return len(queries)

    few = [Row(f"Nordlich{letter} Mashinenbau", "DE") for letter in "abc"]
    many = [Row(f"Nordlich{letter} Mashinenbau", "DE") for letter in "abcdefghijklmnopqrsuvwxyz"]
    assert asked(many) == asked(few)
