"""Pages of long lists (accounts/paging.py)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core import signing
from django.db import connection
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts import paging
from accounts.models import Exporter
from accounts.paging import KeysetPage, keyset_page
from accounts.tests import factories

ORDER = ("name", "id")


@pytest.fixture
def firms(db: None) -> QuerySet[Exporter]:
    """Seven firms, three of them with one name: A, B, B, B, C, D, E."""
    creator = factories.person()
    for name in "ABBBCDE":
        factories.exporter(name=name, created_by=creator)
    return Exporter.objects.all()


def asked(address: str = "") -> HttpRequest:
    return RequestFactory().get(f"/{address}")


def walked(firms: QuerySet[Exporter], order: tuple[str, ...], size: int) -> list[list[Exporter]]:
    """Every page from the first, by their `next_url`."""
    pages, page = [], keyset_page(asked(), firms, order, size)
    pages.append(page.rows)
    while page.next_url:
        page = keyset_page(asked(page.next_url), firms, order, size)
        pages.append(page.rows)
    return pages


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6, 7, 8])
@pytest.mark.parametrize("order", [ORDER, ("-name", "-id"), ("-name", "id"), ("name", "-id"), ("name",), ("-name",)])
def test_walking_on_shows_every_row_once_in_order(firms: QuerySet[Exporter], order: tuple[str, ...], size: int) -> None:
    full = order if order[-1].endswith("id") else (*order, "-id" if order[-1].startswith("-") else "id")
    pages = walked(firms, order, size)
    assert [row for page in pages for row in page] == list(firms.order_by(*full))
    assert all(len(page) == size for page in pages[:-1])


@pytest.mark.parametrize("order", [ORDER, ("-name", "-id"), ("-name", "id")])
def test_going_back_shows_the_pages_one_came_by(firms: QuerySet[Exporter], order: tuple[str, ...]) -> None:
    forward, page, seen = [], keyset_page(asked(), firms, order, 3), []
    while page.next_url:
        forward.append(page.rows)
        page = keyset_page(asked(page.next_url), firms, order, 3)
    while page.previous_url:
        page = keyset_page(asked(page.previous_url), firms, order, 3)
        seen.append(page.rows)
    assert seen == forward[::-1]
    assert page.previous_url == ""


def test_rows_with_equal_keys_are_neither_lost_nor_shown_twice(firms: QuerySet[Exporter]) -> None:
    first = keyset_page(asked(), firms, ORDER, 2)
    second = keyset_page(asked(first.next_url), firms, ORDER, 2)
    assert [row.name for row in [*first, *second]] == ["A", "B", "B", "B"]
    assert len({row.pk for row in [*first, *second]}) == 4


def test_an_empty_list_is_one_empty_page(db: None) -> None:
    page = keyset_page(asked(), Exporter.objects.none(), ORDER)
    assert (page.rows, page.next_url, page.previous_url, page.total, len(page)) == ([], "", "", "0", 0)


def test_a_list_as_long_as_a_page_has_no_next_one(firms: QuerySet[Exporter]) -> None:
    assert keyset_page(asked(), firms, ORDER, 7).next_url == ""


def cursor(values: Any, order: tuple[str, ...] = ORDER) -> str:
    return signing.dumps(values, salt=f"accounts.paging accounts.Exporter {' '.join(order)}")


@pytest.mark.parametrize(
    "garbage",
    ["x", "%00", "a:b:c", "é", "9" * 5000, cursor(["B"]), cursor(["B", "no number"]), cursor("B"), cursor(7),
     cursor(["B", "3"], ("-name", "id")), cursor(["B", "3"])[:-1]],
    ids=range(11),  # a signature has the time in it, and every worker must count the same tests
)  # fmt: skip
@pytest.mark.parametrize("name", ["after", "before"])
def test_a_cursor_that_is_none_of_this_list_shows_the_first_page(
    firms: QuerySet[Exporter], name: str, garbage: str
) -> None:
    page = keyset_page(RequestFactory().get("/", {name: garbage}), firms, ORDER, 2)
    assert page.rows == list(firms.order_by(*ORDER)[:2])
    assert page.previous_url == ""


def test_a_number_no_column_holds_is_no_error(firms: QuerySet[Exporter]) -> None:
    page = keyset_page(RequestFactory().get("/", {"after": cursor(["B", str(10**30)])}), firms, ORDER, 9)
    assert [row.name for row in page] == ["C", "D", "E"]


def test_after_the_last_row_comes_the_first_page_again(firms: QuerySet[Exporter]) -> None:
    page = keyset_page(RequestFactory().get("/", {"after": cursor(["Z", "1"])}), firms, ORDER, 2)
    assert [row.name for row in page] == ["A", "B"]


def test_going_back_to_less_than_a_page_shows_the_first_page_whole(firms: QuerySet[Exporter]) -> None:
    second_row = firms.order_by(*ORDER)[1]
    page = keyset_page(RequestFactory().get("/", {"before": cursor(["B", str(second_row.pk)])}), firms, ORDER, 3)
    assert [row.name for row in page] == ["A", "B", "B"]
    assert page.next_url and not page.previous_url


def test_filters_stay_in_the_address_and_only_one_cursor_does(firms: QuerySet[Exporter]) -> None:
    page = keyset_page(asked("?show=open&show=all&q=%E4%B8%8A%E6%B5%B7"), firms, ORDER, 2)
    page = keyset_page(asked(page.next_url), firms, ORDER, 2)
    query = parse_qs(page.next_url[1:])
    assert query["show"] == ["open", "all"]
    assert query["q"] == ["上海"]
    assert set(query) == {"show", "q", "after"}
    assert set(parse_qs(page.previous_url[1:])) == {"show", "q", "before"}


def test_moments_related_columns_and_annotations_are_keys_too(firms: QuerySet[Exporter]) -> None:
    start = datetime(2026, 11, 21, 9, 14, 5, 123456, tzinfo=UTC)
    for number, firm in enumerate(firms.order_by("id")):
        Exporter.objects.filter(pk=firm.pk).update(created_at=start + timedelta(microseconds=number // 2))
    for order in [("-created_at", "-id"), ("created_by__email", "id")]:
        assert [row for page in walked(firms, order, 2) for row in page] == list(firms.order_by(*order))
    named = firms.annotate(label=F("name"))
    assert [row for page in walked(named, ("label", "pk"), 2) for row in page] == list(firms.order_by("name", "id"))


def test_rows_may_be_dicts(firms: QuerySet[Exporter]) -> None:
    rows = firms.values("id", "name")
    page = keyset_page(asked(), rows, ORDER, 2)
    assert [row["name"] for row in keyset_page(asked(page.next_url), rows, ORDER, 2)] == ["B", "B"]


def test_totals_are_exact_up_to_a_bound_and_words_above(
    firms: QuerySet[Exporter], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keyset_page(asked(), firms, ORDER, 2).total == "7"
    monkeypatch.setattr(paging, "COUNTED_UP_TO", 7)
    assert KeysetPage([], "", "", firms).total == "7"
    monkeypatch.setattr(paging, "COUNTED_UP_TO", 6)
    assert KeysetPage([], "", "", firms).total == "6+"


def test_a_page_is_one_query_and_its_total_another(firms: QuerySet[Exporter]) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = keyset_page(asked(), firms, ORDER, 2)
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        assert page.total == page.total
    assert len(queries) == 1


def test_the_index_of_the_order_bounds_what_is_read(firms: QuerySet[Exporter]) -> None:
    page = keyset_page(asked(), firms, ORDER, 2)
    with CaptureQueriesContext(connection) as queries:
        keyset_page(asked(page.next_url), firms, ORDER, 2)
    assert '"name" >= ' in queries[0]["sql"]
