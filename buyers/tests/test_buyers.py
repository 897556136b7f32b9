"""An exporter's book: taking buyers in, its list, its file, notes, laying aside."""

import csv
import io
from datetime import UTC, datetime

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from accounts.models.roles import CLAIMS_HANDLER, Role
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers import tables
from buyers.actions.book import add_to_book, archive_book_entry, edit_book_entry, restore_book_entry
from buyers.models import Alert, BookEntry
from buyers.tests.factories import buyer, in_book, score
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return exporter()


@pytest.fixture
def clerk(firm):
    return member(firm, Role.EDITOR)


@pytest.fixture
def page(client: Client, firm, clerk):
    return signed_in(client, clerk, firm)


def listed(client: Client, query: str = "") -> list[str]:
    return [entry.buyer.name for entry in client.get(f"/buyers/{query}").context["page"].rows]


# --- acts -------------------------------------------------------------------------------------------------------------


def test_a_buyer_is_taken_into_the_book_once(firm, clerk):
    found = buyer("ACME")
    entry = add_to_book(by=clerk.pk, exporter=firm.pk, buyer=found.pk, own_reference=" K-1 ")
    assert (entry.own_reference, entry.sort_key, entry.watch) == ("K-1", "acme", "worse")
    assert add_to_book(by=clerk.pk, exporter=firm.pk, buyer=found.pk) == entry
    outcomes = AuditEvent.objects.filter(action="add_to_book").order_by("id").values_list("details__outcome", flat=True)
    assert list(outcomes) == ["added", "repeated"]


def test_a_laid_aside_buyer_comes_back_with_its_notes(firm, clerk):
    entry = in_book(firm, buyer(), notes="pays late")
    archive_book_entry(by=clerk.pk, entry=entry.pk)
    again = add_to_book(by=clerk.pk, exporter=firm.pk, buyer=entry.buyer_id)
    assert (again.pk, again.archived_at, again.notes) == (entry.pk, None, "pays late")


def test_a_merged_entry_leads_to_the_one_that_stays(firm, clerk):
    stays = buyer("Stays")
    old = buyer("Goes", merged_into=stays)
    assert add_to_book(by=clerk.pk, exporter=firm.pk, buyer=old.pk).buyer == stays


def test_persons_are_not_taken_in_public_bodies_are(firm, clerk):
    with pytest.raises(Refused) as caught:
        add_to_book(by=clerk.pk, exporter=firm.pk, buyer=buyer(private_person=True).pk)
    assert caught.value.refusals[0].code == "buyer_is_private_person"
    assert add_to_book(by=clerk.pk, exporter=firm.pk, buyer=buyer(public_body=True).pk)


def test_who_may_write_in_a_book(firm):
    entry, found = in_book(firm, buyer()), buyer()
    outsiders = [member(firm, Role.READER), member(exporter(), Role.OWNER), staff(CLAIMS_HANDLER)]
    for person in outsiders:
        for act in (
            lambda by: add_to_book(by=by, exporter=firm.pk, buyer=found.pk),
            lambda by: archive_book_entry(by=by, entry=entry.pk),
            lambda by: restore_book_entry(by=by, entry=entry.pk),
            lambda by: edit_book_entry(by=by, entry=entry.pk, own_reference="", notes="", affiliate=True, watch="all"),
        ):
            with pytest.raises(NotAllowed):
                act(person.pk)
    assert add_to_book(by=staff().pk, exporter=firm.pk, buyer=found.pk)  # an underwriter, for a confirmed proposal


def test_laying_aside_and_taking_back_twice_changes_nothing(firm, clerk):
    entry = in_book(firm, buyer())
    first = archive_book_entry(by=clerk.pk, entry=entry.pk).archived_at
    assert archive_book_entry(by=clerk.pk, entry=entry.pk).archived_at == first
    restore_book_entry(by=clerk.pk, entry=entry.pk)
    assert restore_book_entry(by=clerk.pk, entry=entry.pk).archived_at is None


def test_the_trail_keeps_what_notes_were_before(firm, clerk):
    entry = in_book(firm, buyer(), notes="old")
    edit_book_entry(by=clerk.pk, entry=entry.pk, own_reference="R", notes="new", affiliate=True, watch="worse")
    event = AuditEvent.objects.get(action="edit_book_entry")
    assert event.details == {
        "before": {"own_reference": "", "notes": "old", "affiliate": False},
        "after": {"own_reference": "R", "notes": "new", "affiliate": True},
    }
    assert BookEntry.objects.get(pk=entry.pk).facts() == {
        "public_body": False, "private_person": False, "affiliate": True,
    }  # fmt: skip


# --- the list ---------------------------------------------------------------------------------------------------------


def test_buyers(client: Client, firm):
    """Every member sees the book; only writers see buttons; a stranger sees an empty one."""
    in_book(firm, buyer("ACME", grade=3, confidence=80))
    for role in (Role.OWNER, Role.EDITOR, Role.READER):
        seen = signed_in(client, member(firm, role)).get("/buyers/")
        assert [e.buyer.name for e in seen.context["page"].rows] == ["ACME"]
        assert ("Add a buyer" in seen.content.decode()) is (role != Role.READER)
    assert listed(signed_in(client, member(exporter()))) == []
    assert signed_in(client, staff()).get("/buyers/").status_code == 302
    assert Client().get("/buyers/").status_code == 302


@pytest.fixture
def book(firm):
    day = datetime(2026, 5, 1, tzinfo=UTC)
    zebra = in_book(firm, buyer("Zebra", grade=2, country="GB", scored_at=day), own_reference="K-9", watch="none")
    in_book(firm, buyer("上海宏远", country="CN", identifiers={"USCC": "91110000600037341L"}), own_reference="A-1")
    in_book(firm, buyer("alpha", grade=8, scored_at=day.replace(month=6)), affiliate=True)
    in_book(firm, buyer("Gone", grade=5), archived_at=day, archived_by=member(firm))
    in_book(exporter(), buyer("Rival's", grade=1))
    return zebra


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["alpha", "上海宏远", "Zebra"]),
        ("?q=zeb", ["Zebra"]),
        ("?q=k-9", ["Zebra"]),
        ("?q=宏远", ["上海宏远"]),
        ("?q=91110000 600037341l", ["上海宏远"]),
        ("?q=%F0%9F%91%8D", []),
        ("?country=CN", ["上海宏远"]),
        ("?grade=1-4", ["Zebra"]),
        ("?grade=8-10", ["alpha"]),
        ("?grade=none", ["上海宏远"]),
        ("?mark=unwatched", ["Zebra"]),
        ("?mark=watched", ["alpha", "上海宏远"]),
        ("?mark=affiliates", ["alpha"]),
        ("?mark=archived", ["Gone"]),
        ("?mark=alerts", []),
        ("?sort=-name", ["Zebra", "上海宏远", "alpha"]),
        ("?sort=grade", ["Zebra", "alpha", "上海宏远"]),
        ("?sort=-grade", ["上海宏远", "alpha", "Zebra"]),
        ("?sort=scored", ["上海宏远", "Zebra", "alpha"]),
        ("?sort=reference", ["alpha", "上海宏远", "Zebra"]),
        ("?sort=-added", ["alpha", "上海宏远", "Zebra"]),
        ("?sort=nonsense&country=zz&grade=x&mark=y&column=z", ["alpha", "上海宏远", "Zebra"]),
    ],
)
def test_the_list_is_narrowed_and_sorted_by_its_address(page: Client, book, query: str, names: list[str]):
    assert listed(page, query) == names


def test_pages_follow_each_other_in_every_order(page: Client, firm):
    for number in range(120):
        in_book(firm, buyer(f"Firm {number:03d}", grade=number % 10 + 1 if number % 7 else None))
    for sort in ("name", "-grade", "scored", "reference"):
        address, seen = f"/buyers/?sort={sort}", []
        while address:
            shown = page.get(address).context["page"]
            seen += [entry.pk for entry in shown.rows]
            address = shown.next_url and f"/buyers/{shown.next_url}"
        assert len(seen) == len(set(seen)) == 120, sort


def test_columns_are_chosen_in_the_address(page: Client, book):
    content = page.get("/buyers/?column=city&column=numbers").content.decode()
    assert "91110000600037341L" in content
    assert '<th scope="col">City</th>' in content
    assert "Confidence, %</a></th>" not in content
    for column in tables.COLUMNS:
        assert page.get(f"/buyers/?column={column.code}").status_code == 200


def test_open_alerts_are_counted_and_only_ones_own(page: Client, firm, book):
    other = exporter()
    in_book(other, book.buyer)
    made = score(book.buyer, grade=9)
    Alert.objects.filter(buyer=book.buyer).delete()
    Alert.objects.create(exporter=firm, buyer=book.buyer, score=made, kind="downgrade")
    Alert.objects.create(exporter=other, buyer=book.buyer, score=made, kind="downgrade")
    rows = page.get("/buyers/?mark=alerts").context["page"].rows
    assert [(e.buyer.name, e.open_alerts) for e in rows] == [("Zebra", 1)]


def test_the_list_costs_the_same_for_one_row_and_for_fifty(page: Client, firm):
    in_book(firm, buyer(identifiers={"VAT": "DE136695976"}))
    query = "/buyers/?column=numbers&column=alerts&sort=grade"
    page.get(query)
    with CaptureQueriesContext(connection) as one:
        page.get(query)
    for number in range(49):
        in_book(firm, buyer(identifiers={"REG": f"DE{number}"}))
    with CaptureQueriesContext(connection) as fifty:
        page.get(query)
    assert len(fifty) == len(one)


# --- the file ---------------------------------------------------------------------------------------------------------


def test_export_buyers(page: Client, firm, book, monkeypatch: pytest.MonkeyPatch):
    """What the address shows, all pages of it; no cell is a formula."""
    monkeypatch.setattr("buyers.views.book.ROWS_AT_ONCE", 2)
    in_book(firm, buyer("=HYPERLINK(evil)"), own_reference="+1")
    answer = page.get("/buyers/export.csv?column=reference&column=grade&column=watched&sort=-name")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows == [
        ["Buyer", "Your reference", "Grade", "Watched"],
        ["Zebra", "K-9", "2", "Nothing – we look in the portal"],
        ["上海宏远", "A-1", "", "When it gets worse"],
        ["'=HYPERLINK(evil)", "'+1", "", "When it gets worse"],
        ["alpha", "", "8", "When it gets worse"],
    ]
    assert "attachment" in answer["Content-Disposition"]
    assert page.get("/buyers/export.pdf").status_code == 404


def test_the_excel_file_holds_texts_and_numbers(page: Client, firm, book):
    in_book(firm, buyer("=1+1"))
    answer = page.get("/buyers/export.xlsx?column=" + "&column=".join(c.code for c in tables.COLUMNS))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 5
    assert rows[0][0] == "Buyer"
    assert {row[0] for row in rows[1:]} == {"alpha", "上海宏远", "Zebra", "=1+1"}
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    zebra = next(row for row in rows if row[0] == "Zebra")
    assert zebra[4] == 2 and "2026-05-01" in zebra


def test_an_empty_book_makes_a_file_too(page: Client):
    assert page.get("/buyers/export.xlsx").status_code == 200
    assert "Your book is empty" in page.get("/buyers/").content.decode()


# --- one entry --------------------------------------------------------------------------------------------------------


def test_add_buyer(page: Client, firm):
    found = buyer("ACME")
    assert page.post("/buyers/add/", {"buyer": found.pk})["Location"] == f"/buyers/{found.pk}/"
    assert BookEntry.objects.filter(exporter=firm, buyer=found).count() == 1
    assert page.post("/buyers/add/", {"buyer": found.pk}).status_code == 302  # a double click
    for wrong in ("", "x", "-1", "9" * 30, "99999999"):
        assert page.post("/buyers/add/", {"buyer": wrong}).status_code == 404
    assert page.get("/buyers/add/").status_code == 405
    person = buyer("Max", private_person=True)
    answer = page.post("/buyers/add/", {"buyer": person.pk}, follow=True)
    assert "credit insurance covers companies only" in answer.content.decode()


def test_book_entry_edit(page: Client, client: Client, firm):
    entry = in_book(firm, buyer("ACME"))
    path = f"/buyers/entries/{entry.pk}/"
    assert "Your notes on ACME" in page.get(path).content.decode()
    sent = page.post(path, {"own_reference": "R-1", "notes": "x", "affiliate": "on", "watch": "serious"})
    entry.refresh_from_db()
    assert sent.status_code == 302
    assert (entry.own_reference, entry.affiliate, entry.watch) == ("R-1", True, "serious")
    assert page.post(path, {"own_reference": "x" * 61}).status_code == 200
    assert signed_in(Client(), member(exporter())).get(path).status_code == 404
    assert signed_in(Client(), member(firm, Role.READER)).get(path).status_code == 403


def test_archive_buyer_and_restore_buyer(page: Client, firm):
    entry = in_book(firm, buyer("ACME"))
    assert page.post(f"/buyers/entries/{entry.pk}/archive/").status_code == 302
    assert listed(page) == []
    assert "Laid aside" in page.get(f"/buyers/entries/{entry.pk}/").content.decode()
    assert page.post(f"/buyers/entries/{entry.pk}/restore/").status_code == 302
    assert listed(page) == ["ACME"]
    stranger = signed_in(Client(), member(exporter()))
    for act in ("archive", "restore"):
        assert stranger.post(f"/buyers/entries/{entry.pk}/{act}/").status_code == 404
        assert page.get(f"/buyers/entries/{entry.pk}/{act}/").status_code == 405
