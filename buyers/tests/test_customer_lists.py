"""A list from the file to the book: each act, the queue behind it, its pages, and what rivals and readers may not."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from redis import RedisError

from accounts.models import AuditEvent, Exporter, Membership, User
from accounts.tests.factories import exporter, member, signed_in
from accounts.tests.moments import of_a_process, waiting_for
from buyers.actions import list_result, match
from buyers.actions.customer_list import (
    add_listed_buyers,
    ask_for_result,
    choose_listed_buyers,
    choose_only_namesakes,
    confirm_columns,
    give_up_customer_list,
    hand_in_customer_list,
)
from buyers.actions.list_result import forget_old_results, write_result
from buyers.actions.match import fail_customer_range, match_range, read_customer_list, turn_customer_list_away
from buyers.actions.proposal import propose_buyer, withdraw_proposal
from buyers.customer_lists import live, reading, tasks
from buyers.customer_lists.storage import RESULTS
from buyers.customer_lists.tasks import (
    match_lists,
    match_next_range,
    match_rows,
    read_next_list,
    sweep_customer_lists,
    sweep_results,
    write_next_result,
)
from buyers.models import BookEntry, Buyer, BuyerProposal, CustomerList, CustomerRange, CustomerRow, ListResult
from buyers.models.customer_list import MOST_ATTEMPTS
from buyers.tests.factories import buyer, in_book
from buyers.views import lists
from desk.models import Document, Notice
from desk.wording import notice_words
from kernel.refusals import NotAllowed, Refused

ROOT = Path(__file__).resolve().parent.parent.parent
LIST = """Name;Country;VAT;City;Our reference
Kesselring Werkzeuge;DE;DE136695976;;C-1
Acme Trading GmbH;DE;;Hamburg;C-2
Acme Trading;DE;;;C-3
Nobody Knows Them Ltd;GB;;;C-4
Somewhere Ltd;Narnia;;;C-5
"""


@pytest.fixture
def firm(db) -> Exporter:
    return exporter()


@pytest.fixture
def clerk(firm: Exporter) -> User:
    return member(firm, "editor", name="Clerk")


@pytest.fixture
def known(db) -> dict[str, Buyer]:
    """The directory: one by number, two namesakes of which one has the address."""
    return {
        "kesselring": buyer("Kesselring Werkzeuge GmbH", identifiers={"VAT": "DE136695976"}),
        "hamburg": buyer("Acme Trading GmbH", city="Hamburg"),
        "berlin": buyer("Acme Trading AG", city="Berlin"),
    }


@pytest.fixture
def page(client: Client, clerk: User, firm: Exporter) -> Client:
    return signed_in(client, clerk, firm)


def handed_in(clerk: User, firm: Exporter, text: str = LIST, **more) -> CustomerList:
    upload = SimpleUploadedFile("customers.csv", text.encode(), "text/csv")
    return hand_in_customer_list(by=clerk.pk, exporter=firm.pk, upload=upload, **more)


def worked_off() -> None:
    while read_next_list():
        pass
    while match_next_range():
        pass


def matched(clerk: User, firm: Exporter, text: str = LIST) -> CustomerList:
    row = handed_in(clerk, firm, text)
    confirm_columns(by=clerk.pk, customer_list=row.pk, columns=row.columns)
    worked_off()
    row.refresh_from_db()
    return row


def events(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


# --- handed in and confirmed ------------------------------------------------------------------------------------------


def test_a_list_is_handed_in_with_its_columns_guessed(clerk: User, firm: Exporter):
    row = handed_in(clerk, firm)
    assert (row.stage, row.columns) == ("uploaded", ["name", "country", "VAT", "city", "reference"])
    assert (len(row.sample), row.encoding) == (5, "utf-8-sig")
    assert events("hand_in_customer_list") == 1


def test_the_same_form_sent_twice_is_one_list(clerk: User, firm: Exporter):
    key = uuid.uuid4()
    assert handed_in(clerk, firm, form_key=key) == handed_in(clerk, firm, form_key=key)
    assert CustomerList.objects.count() == Document.objects.count() == 1


def test_of_a_file_that_is_refused_nothing_is_kept(clerk: User, firm: Exporter):
    for name, content, code in (
        ("list.pdf", b"%PDF-1.4 ...", "list_is_no_table"),
        ("list.csv", b"", "document_empty"),
        ("list.exe", b"MZ\x90", "document_is_program"),
    ):
        with pytest.raises(Refused) as caught:
            hand_in_customer_list(by=clerk.pk, exporter=firm.pk, upload=SimpleUploadedFile(name, content))
        assert caught.value.refusals[0].code == code
    assert CustomerList.objects.count() == Document.objects.count() == 0


def test_columns_are_confirmed_once_and_only_such_as_can_be_matched_by(clerk: User, firm: Exporter):
    row = handed_in(clerk, firm)
    with pytest.raises(Refused):
        confirm_columns(by=clerk.pk, customer_list=row.pk, columns=["", "country", "", "", ""])
    with pytest.raises(Refused):
        confirm_columns(by=clerk.pk, customer_list=row.pk, columns=row.columns, encoding="rot13")
    for _ in range(2):
        again = confirm_columns(
            by=clerk.pk, customer_list=row.pk, columns=row.columns, country="DE", encoding="utf-8-sig"
        )
    assert (again.stage, again.country.code) == ("confirmed", "DE")


def test_characters_said_by_a_person_are_those_the_list_is_read_by(clerk: User, firm: Exporter):
    upload = SimpleUploadedFile("list.csv", "Név,Ország\nMagyar Szőlő Kft,HU\n".encode("cp1250"))
    row = hand_in_customer_list(by=clerk.pk, exporter=firm.pk, upload=upload)
    confirm_columns(by=clerk.pk, customer_list=row.pk, columns=["name", "country"], encoding="cp1250")
    worked_off()
    assert CustomerRow.objects.get().name == "Magyar Szőlő Kft"


# --- matched ----------------------------------------------------------------------------------------------------------


def test_rows_end_as_certain_choose_unknown_or_refused(clerk: User, firm: Exporter, known: dict[str, Buyer]):
    row = matched(clerk, firm)
    assert (row.stage, row.rows_read, list(row.counts().values())) == ("ready", 5, [2, 1, 1, 1])
    by_number, by_place, shared, nobody, nowhere = row.rows.order_by("number")
    assert (by_number.number, by_number.chosen, by_number.reason) == (2, known["kesselring"], "match_by_number")
    assert (by_place.chosen, by_place.reason) == (known["hamburg"], "match_by_name_and_address")
    assert (shared.chosen, shared.reason, shared.reason_facts) == (None, "match_name_shared", {"number": 2})
    assert {c["buyer"] for c in shared.candidates} == {known["hamburg"].pk, known["berlin"].pk}
    assert (nobody.outcome, nobody.candidates) == ("unknown", [])
    assert (nowhere.reason, nowhere.reason_facts) == ("row_country_unknown", {"found": "Narnia"})


def test_a_merged_entry_is_matched_as_the_one_it_is_today_and_a_person_never(clerk: User, firm: Exporter):
    stays = buyer("Neuer Name SE")
    buyer("Alter Name GmbH", city="Bonn", merged_into=stays, identifiers={"VAT": "DE136695976"})
    buyer("Olaf Meier", private_person=True, identifiers={"VAT": "DE111111125"})
    row = matched(
        clerk, firm, "Name,Country,VAT\nAlter Name GmbH,DE,DE136695976\nOlaf Meier,DE,DE111111125\nOlaf Meier,DE,\n"
    )
    merged, numbered, named = row.rows.order_by("number")
    assert merged.chosen == stays
    assert {numbered.reason, named.reason} == {"buyer_is_private_person"}


def test_a_company_that_is_dissolved_is_offered_and_never_taken(page: Client, clerk, firm):
    gone = buyer("Kesselring Werkzeuge GmbH", status="dissolved", city="Solingen", identifiers={"VAT": "DE136695976"})
    row = matched(clerk, firm, "Name,Country,VAT,City\nKesselring,DE,DE136695976,\nKesselring Werkzeuge,DE,,Solingen\n")
    for line in row.rows.all():
        assert (line.reason, line.chosen, line.candidates[0]["buyer"]) == ("match_dissolved", None, gone.pk)
    shown = page.get(reverse("customer_list", args=[row.pk])).content.decode()
    assert "the company is dissolved" in shown and "Dissolved" in shown


def test_a_list_of_thousands_is_cut_into_ranges_that_are_matched_once_each(clerk, firm, known, settings):
    settings.MATCH_RANGE_SIZE = 3
    row = matched(clerk, firm, "Name,VAT\n" + "Kesselring,DE136695976\n" * 10)
    assert list(row.ranges.order_by("first").values_list("rows", "attempts")) == [(3, 1), (3, 1), (3, 1), (1, 1)]
    assert (row.certain, events("match_range")) == (10, 4)


def test_a_worker_that_no_longer_holds_a_range_changes_nothing(clerk, firm, known):
    row = handed_in(clerk, firm)
    confirm_columns(by=clerk.pk, customer_list=row.pk, columns=row.columns)
    read_next_list()
    first = CustomerRange.objects.claim_next("dead", timedelta(seconds=-1))
    assert CustomerRange.objects.claim_next("alive", timedelta(seconds=60)) == first
    assert match_range(by=None, customer_range=first, worker="dead") == 0
    assert match_range(by=None, customer_range=first, worker="alive") == 5
    assert match_range(by=None, customer_range=first, worker="alive") == 0
    assert read_customer_list(by=None, customer_list=row.pk).stage == "ready"
    assert turn_customer_list_away(by=None, customer_list=row.pk).stage == "ready"


def test_a_range_that_fails_again_and_again_is_refused_and_the_rest_can_be_used(
    clerk, firm, known, settings, monkeypatch
):
    settings.MATCH_RANGE_SIZE, settings.MATCH_LEASE_SECONDS = 4, -1
    calls = []

    def broken(**of):
        calls.append(of)
        if CustomerRange.objects.get(pk=of["customer_range"]).first == 2:
            raise RuntimeError("no")
        return match_range(**of)

    monkeypatch.setattr(tasks, "match_range", broken)
    row = matched(clerk, firm)
    assert (row.stage, row.refused, len(calls)) == ("ready", 5, MOST_ATTEMPTS + 1)
    assert row.ranges.get(first=2).failure == "RuntimeError: no"
    assert row.rows.filter(reason="row_broke_off").count() == 4


def test_a_range_whose_workers_were_killed_is_closed_by_the_sweep(clerk, firm, known):
    row = handed_in(clerk, firm)
    confirm_columns(by=clerk.pk, customer_list=row.pk, columns=row.columns)
    read_next_list()
    row.ranges.update(attempts=MOST_ATTEMPTS, claimed_by="killed", claimed_until=timezone.now() - timedelta(seconds=1))
    sweep_customer_lists()
    row.refresh_from_db()
    assert (row.stage, row.refused) == ("ready", 5)
    fail_customer_range(by=None, customer_range=row.ranges.get().pk, worker="killed", failure="again")
    assert row.ranges.get().failure == "killed"


def test_a_list_too_long_is_given_up_with_its_reason(clerk, firm, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    row = matched(clerk, firm)
    assert (row.stage, row.failure, row.failure_facts, row.rows.count()) == (
        "given_up",
        "list_too_long",
        {"most": 2},
        0,
    )
    words = notice_words(Notice.objects.get(kind="buyers.list_turned_away", channel="mail"), "en")
    assert words.headline == "Your list customers.csv could not be matched" and "more than 2 rows" in words.body


def test_headings_without_a_row_are_an_empty_list(clerk, firm):
    assert matched(clerk, firm, "Name,Country\n").failure == "file_empty"


def test_a_list_whose_reading_breaks_off_is_tried_again_and_then_turned_away(clerk, firm, settings, monkeypatch):
    settings.MATCH_LEASE_SECONDS = -1

    def broken(**of):
        raise RuntimeError("no")

    monkeypatch.setattr(tasks, "read_customer_list", broken)
    row = matched(clerk, firm)
    assert (row.stage, row.failure, row.attempts) == ("given_up", "list_broke_off", MOST_ATTEMPTS + 1)


def test_whoever_handed_the_list_in_is_told_when_it_is_matched(clerk, firm, known):
    colleague = member(firm, "editor")
    row = matched(clerk, firm)
    told = Notice.objects.filter(kind="buyers.list_matched")
    assert sorted(told.values_list("recipient", "channel")) == [(clerk.pk, "mail"), (clerk.pk, "page")]
    words = notice_words(told.get(channel="page"), "en")
    assert words.headline == "Your list customers.csv is matched to the directory"
    assert "Certain: 2. To choose: 1. Unknown: 1. Refused: 1." in words.body
    assert told.first().path == reverse("customer_list", args=[row.pk])
    assert "客户名单" in notice_words(told.get(channel="page"), "zh-hans").headline
    assert not Notice.objects.filter(recipient=colleague).exists()


def test_of_who_has_left_the_firm_all_the_others_are_told(clerk, firm, known):
    colleague = member(firm, "editor")
    row = handed_in(clerk, firm)
    confirm_columns(by=clerk.pk, customer_list=row.pk, columns=row.columns)
    Membership.objects.filter(user=clerk).update(ended_at=timezone.now(), ended_by=colleague)
    worked_off()
    assert set(Notice.objects.values_list("recipient", flat=True)) == {colleague.pk}


def test_how_far_the_reading_is_shows_before_its_rows_do(page: Client, clerk, firm, known, monkeypatch):
    row = handed_in(clerk, firm)
    confirm_columns(by=clerk.pk, customer_list=row.pk, columns=row.columns)
    polled = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "list-state"}
    live.cache.clear()  # an earlier run's list of this number
    assert "Its rows are read first" in page.get(reverse("customer_list", args=[row.pk]), **polled).content.decode()
    live.tell_rows(row, 12_000)
    assert "12,000 rows are read so far" in page.get(reverse("customer_list", args=[row.pk]), **polled).content.decode()
    monkeypatch.setattr(match, "_READ_AT_ONCE", 2)
    worked_off()
    assert live.rows_so_far(row) == 5


def test_a_cache_that_is_down_costs_the_number_only(monkeypatch):
    def broken(*_arguments, **_named):
        raise RedisError

    monkeypatch.setattr(live.cache, "set", broken)
    monkeypatch.setattr(live.cache, "get", broken)
    live.tell_rows(CustomerList(pk=1), 5)
    assert live.rows_so_far(CustomerList(pk=1)) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_the_queue_does_it_all_and_the_sweep_what_it_forgot(firm, clerk, known, settings, monkeypatch):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    woken = []
    monkeypatch.setattr(match_rows, "delay_on_commit", lambda: woken.append("rows"))
    monkeypatch.setattr(match_lists, "delay_on_commit", lambda: woken.append("lists"))
    row = handed_in(clerk, firm)
    confirm_columns(by=clerk.pk, customer_list=row.pk, columns=row.columns)
    sweep_customer_lists()
    match_lists()
    match_rows()
    match_rows()
    row.refresh_from_db()
    assert (row.stage, woken) == ("ready", ["lists", "lists", "lists", "rows", "rows"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_workers_at_once_match_every_row_once(firm, clerk, known, settings):
    settings.MATCH_RANGE_SIZE = 2
    row = handed_in(clerk, firm, "Name,VAT\n" + "Kesselring,DE136695976\n" * 16)
    confirm_columns(by=clerk.pk, customer_list=row.pk, columns=row.columns)
    read_next_list()
    begin = Barrier(4)

    def work() -> None:
        begin.wait()
        try:
            while match_next_range():
                pass
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    row.refresh_from_db()
    assert (row.stage, row.certain, events("match_range")) == ("ready", 16, 8)
    assert set(row.ranges.values_list("attempts", flat=True)) == {1}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(firm, clerk, known, settings):
    settings.MATCH_RANGE_SIZE = 3
    row = handed_in(clerk, firm)
    confirm_columns(by=clerk.pk, customer_list=row.pk, columns=row.columns)
    read_next_list()
    work = "import django; django.setup(); from buyers.customer_lists.tasks import match_next_range; match_next_range()"
    environment = of_a_process(MATCH_LEASE_SECONDS="1")
    with transaction.atomic():  # the rows are locked, so that the worker stands still in its transaction
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE buyers_customerrow IN SHARE MODE")
        worker = subprocess.Popen([sys.executable, "-c", work], env=environment, cwd=ROOT)
        until = time.monotonic() + 60
        while not waiting_for("buyers_customerrow"):
            assert worker.poll() is None and time.monotonic() < until, "the worker never came so far"
            time.sleep(0.05)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    while row.stage != "ready":
        assert time.monotonic() < until, "nobody took the range over"
        match_next_range()
        row.refresh_from_db()
    assert (row.certain, row.to_choose, row.unknown, row.refused) == (2, 1, 1, 1)
    assert list(row.ranges.order_by("first").values_list("attempts", flat=True)) == [2, 1]
    assert events("match_range") == 2


# Four of the five rows are written, in two blocks, and nothing is committed: there the worker stands still.
STANDS_STILL = """
import django, time
django.setup()
from buyers.actions import match
from buyers.customer_lists.tasks import read_next_list
match._READ_AT_ONCE = 2
match.tell_rows = lambda row, rows: rows == 4 and (print(rows, flush=True), time.sleep(600))
read_next_list()
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_a_worker_killed_while_it_reads_loses_and_doubles_nothing(firm, clerk, known):
    row = handed_in(clerk, firm)
    confirm_columns(by=clerk.pk, customer_list=row.pk, columns=row.columns)
    environment = of_a_process(MATCH_LEASE_SECONDS="1")
    reader = [sys.executable, "-c", STANDS_STILL]
    with subprocess.Popen(reader, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout and worker.stdout.readline() == "4\n", "the worker never came so far"
        os.kill(worker.pid, signal.SIGKILL)
    row.refresh_from_db()
    assert (row.stage, row.rows.count(), row.ranges.count()) == ("confirmed", 0, 0)
    until = time.monotonic() + 60
    while row.stage == "confirmed":
        assert time.monotonic() < until, "nobody took the list over"
        read_next_list()
        row.refresh_from_db()
    assert list(row.rows.order_by("number").values_list("number", flat=True)) == [2, 3, 4, 5, 6]
    assert (row.rows_read, row.attempts, events("read_customer_list")) == (5, 2, 1)
    worked_off()
    row.refresh_from_db()
    assert (row.stage, list(row.counts().values())) == ("ready", [2, 1, 1, 1])


# --- chosen and added -------------------------------------------------------------------------------------------------


def test_only_what_was_found_can_be_chosen(clerk, firm, known):
    row = matched(clerk, firm)
    shared = row.rows.get(number=4)
    stranger = buyer("Stranger SA")
    with pytest.raises(Refused):
        choose_listed_buyers(by=clerk.pk, customer_list=row.pk, choices={shared.pk: stranger.pk})
    berlin = {shared.pk: known["berlin"].pk}
    assert choose_listed_buyers(by=clerk.pk, customer_list=row.pk, choices=berlin) == (1, [])
    assert choose_listed_buyers(by=clerk.pk, customer_list=row.pk, choices=berlin) == (0, [])
    other = matched(clerk, firm)
    assert choose_listed_buyers(by=clerk.pk, customer_list=other.pk, choices={shared.pk: None}) == (0, [])
    assert events("choose_listed_buyers") == 3


def test_all_are_added_in_one_step_with_one_event_and_again_adds_what_was_chosen_since(clerk, firm, known):
    row = matched(clerk, firm)
    add_listed_buyers(by=clerk.pk, customer_list=row.pk)
    assert dict(BookEntry.objects.filter(exporter=firm).values_list("buyer__name", "own_reference")) == {
        "Kesselring Werkzeuge GmbH": "C-1",
        "Acme Trading GmbH": "C-2",
    }
    assert (events("add_listed_buyers"), events("add_to_book")) == (1, 0)
    shared = row.rows.get(number=4)
    choose_listed_buyers(by=clerk.pk, customer_list=row.pk, choices={shared.pk: known["berlin"].pk})
    done = add_listed_buyers(by=clerk.pk, customer_list=row.pk)
    assert (done.stage, done.added, BookEntry.objects.count()) == ("added", 3, 3)
    assert add_listed_buyers(by=clerk.pk, customer_list=row.pk).added == 3
    entry = BookEntry.objects.first()
    assert entry.sort_key == entry.buyer.sort_key and entry.watch == "worse"


def test_who_is_in_the_book_stays_and_who_was_laid_aside_comes_back(clerk, firm, known):
    in_book(firm, known["hamburg"], own_reference="mine")
    laid = in_book(firm, known["kesselring"], archived_at=timezone.now(), archived_by=clerk)
    row = matched(clerk, firm)
    assert add_listed_buyers(by=clerk.pk, customer_list=row.pk).added == 1
    laid.refresh_from_db()
    assert laid.archived_at is None
    assert BookEntry.objects.get(buyer=known["hamburg"]).own_reference == "mine"
    assert row.rows.filter(done=True).count() == 2


def test_what_was_merged_since_the_match_is_added_as_it_is_today_and_a_person_is_not(clerk, firm, known):
    row = matched(clerk, firm)
    Buyer.objects.filter(pk=known["kesselring"].pk).update(merged_into=known["berlin"])
    Buyer.objects.filter(pk=known["hamburg"].pk).update(private_person=True)
    add_listed_buyers(by=clerk.pk, customer_list=row.pk)
    assert [entry.buyer for entry in BookEntry.objects.all()] == [known["berlin"]]


def test_none_of_them_takes_a_certain_one_out(clerk, firm, known):
    row = matched(clerk, firm)
    choose_listed_buyers(by=clerk.pk, customer_list=row.pk, choices={row.rows.get(number=2).pk: None})
    assert add_listed_buyers(by=clerk.pk, customer_list=row.pk).added == 1


def test_what_a_person_leaves_as_it_was_stays_the_choice_of_the_match(clerk, firm, known):
    row = matched(clerk, firm)
    certain, shared = row.rows.get(number=2), row.rows.get(number=4)
    choices = {certain.pk: certain.chosen_id, shared.pk: None}
    assert choose_listed_buyers(by=clerk.pk, customer_list=row.pk, choices=choices) == (1, [])
    certain.refresh_from_db()
    shared.refresh_from_db()
    assert (certain.by_hand, shared.by_hand) == (False, True)


def test_of_two_who_review_one_list_at_once_neither_undoes_what_the_other_decided(page: Client, clerk, firm, known):
    row = matched(clerk, firm, LIST + "Acme Trading;DE;;;C-6\n")
    certain, first, second = row.rows.get(number=2), row.rows.get(number=4), row.rows.get(number=7)
    there = reverse("choose_customers", args=[row.pk]) + "?show=choose"
    open_page = page.get(reverse("customer_list", args=[row.pk]), {"show": "certain"}).content.decode()
    assert f'name="was-{certain.pk}" value="{certain.chosen_id}"' in open_page
    colleague = member(firm, "editor").pk
    theirs = {certain.pk: None, first.pk: known["berlin"].pk}
    assert choose_listed_buyers(by=colleague, customer_list=row.pk, choices=theirs).rows == 2
    # Sent from pages loaded before: untouched, decided by both, decided by this person alone, decided alike by both.
    sent = {f"row-{certain.pk}": str(certain.chosen_id), f"was-{certain.pk}": str(certain.chosen_id)}
    sent |= {f"row-{first.pk}": str(known["hamburg"].pk), f"was-{first.pk}": ""}
    sent |= {f"row-{second.pk}": "none", f"was-{second.pk}": ""}
    said = page.post(there, sent, follow=True).content.decode()
    assert "1 choice is kept." in said and "Row 4: a colleague decided meanwhile." in said
    decided = {line.number: line.decision for line in row.rows.filter(by_hand=True)}
    assert decided == {2: "none", 4: str(known["berlin"].pk), 7: "none"}
    again = page.post(there, {f"row-{first.pk}": str(known["berlin"].pk), f"was-{first.pk}": ""}, follow=True)
    assert "0 choices are kept." in again.content.decode() and "meanwhile" not in again.content.decode()


def test_who_went_into_the_book_meanwhile_stays_as_it_is(clerk, firm, known):
    row = matched(clerk, firm)
    add_listed_buyers(by=clerk.pk, customer_list=row.pk)
    choices = {row.rows.get(number=2).pk: None}
    assert choose_listed_buyers(by=clerk.pk, customer_list=row.pk, choices=choices) == (0, [2])
    assert row.rows.get(number=2).chosen == known["kesselring"]


ALONE = """Name;Country;VAT;City
Kesselring Werkzeuge GmbH;DE;;
Acme Trading;DE;;
Acme Trading GmbH;DE;;München
Acme Trading GmbH;DE;DE136695976;
"""


def test_the_only_company_of_its_name_is_taken_for_all_rows_when_a_person_says_so(clerk, firm, known):
    row = matched(clerk, firm, ALONE + "Kesselring Werkzeuge;DE;;\n" * 3)
    assert set(row.rows.values_list("chosen", flat=True)) == {None}
    last = row.rows.get(number=8)
    choose_listed_buyers(by=clerk.pk, customer_list=row.pk, choices={last.pk: None})
    assert choose_only_namesakes(by=clerk.pk, customer_list=row.pk) == 3
    chosen = dict(row.rows.values_list("number", "chosen"))
    # Shared by two, at another place, with another's number, and said to be none of them: left alone.
    assert {number for number, buyer in chosen.items() if buyer} == {2, 6, 7}
    assert {chosen[2], chosen[6]} == {known["kesselring"].pk}
    assert set(row.rows.filter(chosen__isnull=False).values_list("by_hand", flat=True)) == {True}
    assert choose_only_namesakes(by=clerk.pk, customer_list=row.pk) == 0
    assert events("choose_only_namesakes") == 2 and BookEntry.objects.count() == 0


def test_who_became_a_private_person_or_bears_the_name_abroad_is_not_taken_for_all(clerk, firm, known):
    buyer("Kesselring Werkzeuge GmbH", country="AT")
    buyer("Nordlicht GmbH")
    row = matched(clerk, firm, "Name;Country\nKesselring Werkzeuge GmbH;DE\nNordlicht GmbH;DE\n")
    Buyer.objects.filter(name="Nordlicht GmbH").update(private_person=True)
    assert choose_only_namesakes(by=clerk.pk, customer_list=row.pk) == 1
    assert row.rows.get(chosen__isnull=False).chosen == known["kesselring"]


def test_the_page_shows_those_rows_alone_before_they_are_taken(page: Client, clerk, firm, known):
    row = matched(clerk, firm, ALONE)
    address = reverse("customer_list", args=[row.pk])
    whole = page.get(address).content.decode()
    assert "4 rows are not decided yet" in whole and "named=alone" in whole and "Choose the only company" not in whole
    only = page.get(address, {"show": "choose", "named": "alone"})
    assert [shown.number for shown in only.context["page"].rows] == [2]
    assert "Choose the only company of its name for 1 row" in only.content.decode()
    there = f"{reverse('choose_namesakes', args=[row.pk])}?show=choose&named=alone"
    assert page.post(there).url == f"{address}?show=choose&named=alone#rows"
    after = page.get(address, {"show": "choose", "named": "alone"}).content.decode()
    assert "1 row has the only company of its name." in after and "Choose the only company" not in after
    assert "3 rows are not decided yet" in after
    page.post(reverse("give_up_list", args=[row.pk]))
    assert page.post(there, follow=True).status_code == 200
    assert events("choose_only_namesakes") == 1


def test_a_list_dropped_leaves_no_row_and_no_file(clerk, firm, known):
    row = matched(clerk, firm)
    for _ in range(2):
        give_up_customer_list(by=clerk.pk, customer_list=row.pk)
    row.refresh_from_db()
    assert (row.stage, row.rows.count(), row.ranges.count(), row.document.removed_at is None) == (
        "given_up",
        0,
        0,
        False,
    )
    with pytest.raises(Refused):
        add_listed_buyers(by=clerk.pk, customer_list=row.pk)


def test_readers_and_other_firms_change_nothing(clerk, firm, known):
    row = matched(clerk, firm)
    for stranger in (member(firm, "reader"), member(exporter(), "owner")):
        for act in (
            lambda by: add_listed_buyers(by=by, customer_list=row.pk),
            lambda by: choose_listed_buyers(by=by, customer_list=row.pk, choices={}),
            lambda by: give_up_customer_list(by=by, customer_list=row.pk),
            lambda by: confirm_columns(by=by, customer_list=row.pk, columns=["name"]),
            lambda by: hand_in_customer_list(by=by, exporter=firm.pk, upload=SimpleUploadedFile("a.csv", b"Name\nA\n")),
        ):
            with pytest.raises(NotAllowed):
                act(stranger.pk)


# --- the pages --------------------------------------------------------------------------------------------------------


def test_a_clerk_goes_from_the_file_to_the_book(page: Client, firm, known):
    assert page.get(reverse("customer_lists")).status_code == 200
    form = page.get(reverse("upload_customer_list")).context["form"]
    sent = {"file": SimpleUploadedFile("customers.csv", LIST.encode()), "form_key": form.initial["form_key"]}
    response = page.post(reverse("upload_customer_list"), sent)
    row = CustomerList.objects.get()
    columns = reverse("customer_list_columns", args=[row.pk])
    assert response.url == columns and page.get(reverse("customer_list", args=[row.pk])).url == columns
    shown = page.get(columns).content.decode()
    assert "Kesselring Werkzeuge" in shown and 'value="VAT" selected' in shown
    chosen = {f"column-{n}": meaning for n, meaning in enumerate(row.columns)}
    assert "Say which column" in page.post(columns, {"confirm": "1", "encoding": "utf-8-sig"}).content.decode()
    assert page.post(columns, {**chosen, "encoding": "utf-8-sig", "confirm": "1"}).status_code == 302
    assert page.get(columns).status_code == 302
    waiting = page.get(reverse("customer_list", args=[row.pk]))
    assert "being matched" in waiting.content.decode()
    read_next_list()
    polled = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "list-state"}
    part = page.get(reverse("customer_list", args=[row.pk]), **polled).content.decode()
    assert "0 of 5 rows" in part and "<html" not in part
    worked_off()
    assert "Review the list" in page.get(reverse("customer_list", args=[row.pk]), **polled).content.decode()
    review = page.get(reverse("customer_list", args=[row.pk])).content.decode()
    assert "Add 2 certain and 0 chosen to your book" in review and "2 companies bear this name" in review
    shared = row.rows.get(number=4)
    page.post(
        reverse("choose_customers", args=[row.pk]) + "?show=choose",
        {f"row-{shared.pk}": str(known["berlin"].pk), "row-x": "1", "row-99": "²"},
    )
    for show in ("certain", "choose", "unknown", "refused", "wishes"):
        assert page.get(reverse("customer_list", args=[row.pk]), {"show": show}).status_code == 200
    page.post(reverse("add_customers", args=[row.pk]))
    assert BookEntry.objects.filter(exporter=firm).count() == 3
    assert (
        "/propose/?name=Nobody"
        in page.get(reverse("customer_list", args=[row.pk]), {"show": "unknown"}).content.decode()
    )


def test_characters_are_tried_on_the_page_before_they_are_kept(page: Client, clerk, firm):
    upload = SimpleUploadedFile("list.csv", "Név,Ország\nMagyar Szőlő Kft,HU\n".encode("cp1250"))
    row = hand_in_customer_list(by=clerk.pk, exporter=firm.pk, upload=upload)
    columns = reverse("customer_list_columns", args=[row.pk])
    assert "Szőlő" not in page.get(columns).content.decode()
    assert "Szőlő" in page.post(columns, {"encoding": "cp1250", "again": "1"}).content.decode()
    row.refresh_from_db()
    assert row.encoding == "cp1252"


def test_a_refused_file_says_why_at_its_field(page: Client):
    response = page.post(reverse("upload_customer_list"), {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4")})
    assert "This is no table" in response.content.decode()
    assert page.post(reverse("upload_customer_list"), {}).status_code == 200


def test_a_file_too_large_is_let_go_by_with_a_word(page: Client, settings):
    settings.DOCUMENT_MAX_BYTES = 10
    response = page.post(reverse("upload_customer_list"), {"file": SimpleUploadedFile("a.csv", b"Name\n" * 100)})
    assert response.status_code == 200 and CustomerList.objects.count() == 0
    assert response.context["form"].errors["file"]


def test_the_result_is_downloaded_with_reasons_and_no_cell_is_a_formula(page: Client, clerk, firm, known):
    row = matched(clerk, firm, LIST + '=HYPERLINK("x");DE;;;C-6\n＝1+1;DE;"a,=1+1";x\n')
    response = page.get(reverse("export_list", args=[row.pk, "csv"]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0][:2] == ["Row number", "Name"] and len(lines) == 8
    # However a program cuts the line, at commas or at semicolons, no cell of it begins as a formula.
    for delimiter in (",", ";"):
        cells = [cell for line in csv.reader(io.StringIO(text), delimiter=delimiter) for cell in line]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝"))]
    assert lines[1][6:10] == ["Certain", "The number is this company’s alone.", "Kesselring Werkzeuge GmbH", "Germany"]
    assert lines[6][1].startswith("'=") and lines[7][1].startswith("'＝")
    place = lines[0].index("Companies found")
    assert set(lines[3][place].split("; ")) == {"Acme Trading GmbH (DE)", "Acme Trading AG (DE)"}
    assert lines[4][place] == ""
    sheet = load_workbook(
        io.BytesIO(b"".join(page.get(reverse("export_list", args=[row.pk, "xlsx"])).streaming_content))
    )
    assert sheet.active.cell(7, 2).data_type == "s"


def test_dropped_lists_and_other_stages_say_where_they_stand(page: Client, client, clerk, firm, known):
    row = handed_in(clerk, firm)
    reader = signed_in(Client(), member(firm, "reader"), firm)
    assert "still has to confirm" in reader.get(reverse("customer_list", args=[row.pk])).content.decode()
    assert reader.get(reverse("export_list", args=[row.pk, "csv"])).status_code == 404
    for path in ("add_customers", "choose_customers"):
        page.post(reverse(path, args=[row.pk]), {})
    row.refresh_from_db()
    assert row.stage == "uploaded"
    page.post(reverse("give_up_list", args=[row.pk]))
    assert "It was dropped" in page.get(reverse("customer_list", args=[row.pk])).content.decode()
    assert page.post(reverse("give_up_list", args=[row.pk])).status_code == 302


@pytest.mark.parametrize("show", ["choose", "certain"])
def test_a_longer_list_asks_no_more_queries(page: Client, clerk, firm, known, show: str):
    line = "Acme Trading;DE;;;\n" if show == "choose" else "Kesselring;DE;DE136695976;;\n"
    found = []
    for rows in (1, 25):
        row = matched(clerk, firm, LIST.splitlines()[0] + "\n" + line * rows)
        page.get(reverse("customer_list", args=[row.pk]), {"show": show})
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page.get(reverse("customer_list", args=[row.pk]), {"show": show})
        found.append(len(queries))
    assert found[0] == found[1]


def test_more_lists_ask_no_more_queries(page: Client, clerk, firm):
    found = []
    for rows in (1, 20):
        for _ in range(rows):
            handed_in(clerk, firm)
        page.get(reverse("customer_lists"))
        with CaptureQueriesContext(connection) as queries:
            page.get(reverse("customer_lists"))
        found.append(len(queries))
    assert found[0] == found[1]


# --- the file of a long list's results --------------------------------------------------------------------------------


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings) -> None:
    """Every list is one whose file a worker writes."""
    monkeypatch.setattr(lists, "ROWS_WHILE_WAITING", 2)
    default = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": default}


def content(response) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


def kept() -> list[str]:
    return default_storage.listdir(RESULTS)[1] if default_storage.exists(RESULTS) else []


@pytest.mark.django_db(transaction=True)
def test_the_file_of_a_long_list_is_written_by_a_worker_and_fetched_then(page: Client, clerk, firm, known, long):
    row = matched(clerk, firm)
    there, file = reverse("customer_list", args=[row.pk]), reverse("export_list", args=[row.pk, "csv"])
    assert page.get(file).url == there  # nothing is there yet
    assert "Write Excel" in page.get(there).content.decode()
    for _ in range(2):
        assert page.post(reverse("ask_list_result", args=[row.pk, "csv"])).url == there
    result = ListResult.objects.get()
    live.tell_rows(result, 2)
    polled = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "list-results"}
    part = page.get(there, **polled).content.decode()
    assert "CSV is being written: 40 %" in part and "every 2s" in part and "<html" not in part
    assert write_next_result() and not write_next_result()
    part = page.get(there, **polled).content.decode()
    assert "being written" not in part and "every 2s" not in part and f'href="{file}"' in part
    text = content(page.get(file))
    assert len(list(csv.reader(io.StringIO(text)))) == 6 and "The number is this company’s alone." in text
    assert (live.rows_so_far(result), events("write_result"), len(kept())) == (5, 1, 1)
    reader = signed_in(Client(), member(firm, "reader"), firm)
    reader.post(reverse("ask_list_result", args=[row.pk, "xlsx"]))
    assert write_next_result()
    sheet = load_workbook(io.BytesIO(b"".join(reader.get(file.replace("csv", "xlsx")).streaming_content)))
    assert sheet.active.max_row == 6


@pytest.mark.django_db(transaction=True)
def test_a_choice_makes_written_results_untrue_and_they_are_written_anew(page: Client, clerk, firm, known, long):
    row = matched(clerk, firm)
    shared = row.rows.get(number=4)
    for kind in ("csv", "xlsx"):
        ask_for_result(by=clerk.pk, customer_list=row.pk, kind=kind, language="en")
    assert write_next_result()
    claimed = ListResult.objects.claim_next("slow", timedelta(seconds=60))
    choose_listed_buyers(by=clerk.pk, customer_list=row.pk, choices={shared.pk: known["berlin"].pk})
    assert ListResult.objects.get().kind == "xlsx" and kept() == []
    assert not write_result(by=None, result=claimed, worker="slow")  # what it read may be older than the choice
    assert kept() == [] and write_next_result() and len(kept()) == 1
    add_listed_buyers(by=clerk.pk, customer_list=row.pk)
    assert ListResult.objects.count() == 0 and kept() == []
    ask_for_result(by=clerk.pk, customer_list=row.pk, kind="csv", language="zh-hans")
    assert write_next_result()
    page.cookies["django_language"] = "zh-hans"
    assert "理由" in content(page.get(reverse("export_list", args=[row.pk, "csv"])))
    add_listed_buyers(by=clerk.pk, customer_list=row.pk)  # nothing is left to add: the file stays
    assert len(kept()) == 1
    other = matched(clerk, firm)
    ask_for_result(by=clerk.pk, customer_list=other.pk, kind="csv", language="en")
    assert write_next_result() and len(kept()) == 2
    give_up_customer_list(by=clerk.pk, customer_list=other.pk)
    assert len(kept()) == 1
    polled = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "list-results"}
    assert page.get(reverse("customer_list", args=[other.pk]), **polled)["HX-Refresh"] == "true"


@pytest.mark.django_db(transaction=True)
def test_a_choice_while_the_file_is_being_written_leaves_no_file(clerk, firm, known, long, monkeypatch):
    row = matched(clerk, firm)
    ask_for_result(by=clerk.pk, customer_list=row.pk, kind="csv", language="en")

    def meanwhile(*_of) -> None:
        def choose() -> None:
            shared = row.rows.get(number=4)
            choose_listed_buyers(by=clerk.pk, customer_list=row.pk, choices={shared.pk: known["berlin"].pk})
            connection.close()

        colleague = Thread(target=choose)
        colleague.start()
        colleague.join(20)
        assert not colleague.is_alive(), "whoever chooses waits for the file"

    monkeypatch.setattr(list_result, "tell_rows", meanwhile)
    assert write_next_result()
    assert (ListResult.objects.get().done_at, kept(), events("choose_listed_buyers")) == (None, [], 1)
    monkeypatch.undo()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_cannot_be_written_is_tried_again_and_then_asked_for_once_more(
    page: Client, clerk, firm, known, long, settings, monkeypatch
):
    settings.MATCH_LEASE_SECONDS = -1
    row = matched(clerk, firm)
    ask_for_result(by=clerk.pk, customer_list=row.pk, kind="csv", language="en")

    def broken(*_of, **_more):
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(list_result, "store", broken)
        while write_next_result():
            pass
    assert ListResult.objects.get().attempts == MOST_ATTEMPTS
    assert "The file could not be written." in page.get(reverse("customer_list", args=[row.pk])).content.decode()
    page.post(reverse("ask_list_result", args=[row.pk, "csv"]))
    assert write_next_result() and ListResult.objects.get().done_at


@pytest.mark.django_db(transaction=True)
def test_result_files_are_kept_for_a_day_and_what_killed_processes_left_no_longer(clerk, firm, known, long, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    row = matched(clerk, firm)
    forget_old_results(by=None)  # where none ever was
    ask_for_result(by=clerk.pk, customer_list=row.pk, kind="csv", language="en")
    sweep_customer_lists()
    default_storage.save(f"{RESULTS}/left", ContentFile(b"x"))
    sweep_results()
    assert len(kept()) == 2
    ListResult.objects.update(done_at=timezone.now() - list_result.KEPT * 2)
    for name in kept():
        os.utime(default_storage.path(f"{RESULTS}/{name}"), (0, 0))
    assert forget_old_results(by=None) == 1
    assert kept() == [] and ListResult.objects.count() == 0


def test_whoever_is_not_of_the_firm_has_no_file_and_a_list_being_matched_has_none(clerk, firm, known, long):
    row = handed_in(clerk, firm)
    with pytest.raises(Refused):
        ask_for_result(by=clerk.pk, customer_list=row.pk, kind="csv", language="en")
    with pytest.raises(NotAllowed):
        ask_for_result(by=member(exporter(), "owner").pk, customer_list=row.pk, kind="csv", language="en")


# --- proposals --------------------------------------------------------------------------------------------------------


def test_an_unknown_row_is_proposed_with_one_click_and_shows_what_became_of_it(page: Client, clerk, firm, known):
    row = matched(
        clerk, firm, "Name;Country;City;Our reference\nFirst Unknown Ltd;GB;;\nNobody Knows Them Ltd;GB;Leeds;C-4\n"
    )
    there = reverse("customer_list", args=[row.pk])
    line = row.rows.get(number=3)
    listed = page.get(there, {"show": "unknown"})
    proposing = listed.context["page"].rows[1].proposing
    form = page.get(proposing).context["form"]
    filled = {name: form[name].value() for name in ("name", "country", "city", "own_reference", "customer_row")}
    assert filled == {
        "name": "Nobody Knows Them Ltd", "country": "GB", "city": "Leeds", "own_reference": "C-4",
        "customer_row": str(line.pk),
    }  # fmt: skip
    assert f"{there}?show=unknown&amp;from=3#rows" in page.get(proposing).content.decode()  # Cancel
    done = page.post(reverse("propose_buyer"), {**filled, "form_key": form["form_key"].value()})
    assert done.url == f"{there}?show=unknown&from=3#rows"
    made = BuyerProposal.objects.get()
    back = page.get(done.url)
    assert [shown.number for shown in back.context["page"].rows] == [3]
    text = back.content.decode()
    assert f"Proposed as {made.reference}" in text and "Propose it as a new buyer" not in text
    assert "From row 3 on." in text
    withdraw_proposal(by=clerk.pk, proposal=made.pk)
    text = page.get(done.url).content.decode()
    assert "Withdrawn" in text and "Propose it as a new buyer" in text
    lines = list(csv.reader(io.StringIO(content(page.get(reverse("export_list", args=[row.pk, "csv"]))))))
    assert lines[2][-1] == made.reference and lines[1][-1] == ""


def test_a_row_to_choose_that_is_proposed_waits_for_no_choice(clerk, firm, known):
    row = matched(clerk, firm, ALONE)
    line = row.rows.get(number=2)
    assert row.rows.undecided().count() == 4
    propose_buyer(by=clerk.pk, exporter=firm.pk, name="Kesselring Werkzeuge", country="DE", customer_row=line.pk)
    assert row.rows.undecided().count() == 3
    assert choose_only_namesakes(by=clerk.pk, customer_list=row.pk) == 0
    withdraw_proposal(by=clerk.pk, proposal=BuyerProposal.objects.get().pk)
    assert row.rows.undecided().count() == 4
    assert choose_only_namesakes(by=clerk.pk, customer_list=row.pk) == 1


def test_of_another_firms_list_no_row_is_proposed(page: Client, clerk, firm, known):
    rival = exporter()
    line = matched(member(rival, "owner"), rival).rows.get(number=5)
    sent = {"name": "Nobody Knows Them Ltd", "country": "GB", "customer_row": str(line.pk)}
    assert page.get(reverse("propose_buyer"), sent).context["back"] == reverse("find_buyer")
    assert page.post(reverse("propose_buyer"), sent).url.startswith("/buyers/proposals/")
    propose_buyer(by=clerk.pk, exporter=firm.pk, name="Nobody", country="GB", customer_row=line.pk)
    line.refresh_from_db()
    assert line.proposal is None
    for junk in ("²", "x", "9" * 30):
        assert page.get(reverse("propose_buyer"), {"customer_row": junk}).status_code == 200


# --- several lists ----------------------------------------------------------------------------------------------------


def test_a_short_list_does_not_wait_for_a_long_one_that_came_before(clerk, firm, known, settings):
    settings.MATCH_RANGE_SIZE = 2
    first = handed_in(clerk, firm, "Name,VAT\n" + "Kesselring,DE136695976\n" * 10)
    second = handed_in(clerk, firm)
    for row in (first, second):
        confirm_columns(by=clerk.pk, customer_list=row.pk, columns=row.columns)
    while read_next_list():
        pass
    for _ in range(6):
        match_next_range()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.stage, second.stage) == ("matching", "ready")
    worked_off()
    first.refresh_from_db()
    assert first.certain == 10


def test_whoever_hands_in_a_file_once_more_is_told_of_the_list_it_is_already(page: Client, clerk, firm, known):
    rivals = exporter()
    handed_in(member(rivals, "owner"), rivals)
    first = handed_in(clerk, firm)
    columns = page.get(reverse("customer_list_columns", args=[first.pk])).content.decode()
    assert "handed in the same file" not in columns
    again = handed_in(clerk, firm)
    columns = page.get(reverse("customer_list_columns", args=[again.pk])).content.decode()
    assert "Clerk handed in the same file on" in columns and reverse("customer_list", args=[first.pk]) in columns
    give_up_customer_list(by=clerk.pk, customer_list=first.pk)
    columns = page.get(reverse("customer_list_columns", args=[again.pk])).content.decode()
    assert "handed in the same file" not in columns


def test_a_list_handed_in_twice_adds_nobody_twice(clerk, firm, known):
    one, two = matched(clerk, firm), matched(clerk, firm)
    assert one.pk != two.pk and one.counts() == two.counts()
    assert [add_listed_buyers(by=clerk.pk, customer_list=row.pk).added for row in (one, two)] == [2, 0]
    assert BookEntry.objects.count() == 2 and two.rows.filter(done=True).count() == 2


def test_a_reader_sees_a_list_and_has_nothing_to_press(clerk, firm, known):
    row = matched(clerk, firm)
    reader = signed_in(Client(), member(firm, "reader"), firm)
    for show in ("certain", "choose", "unknown", "refused"):
        text = reader.get(reverse("customer_list", args=[row.pk]), {"show": show}).content.decode()
        assert "Row by row" in text
        for word in ("Keep these choices", "to your book</button>", "Drop this list", "Propose it", 'name="was-'):
            assert word not in text
    for name in ("choose_customers", "choose_namesakes", "add_customers", "give_up_list"):
        assert reader.post(reverse(name, args=[row.pk])).status_code == 403
    assert reader.get(reverse("customer_list_columns", args=[row.pk])).status_code == 403


def test_another_firms_list_is_not_there(page: Client, known):
    rival = exporter()
    row = matched(member(rival, "owner"), rival)
    for name in ("customer_list", "customer_list_columns"):
        assert page.get(reverse(name, args=[row.pk])).status_code == 404
    for name in ("choose_customers", "choose_namesakes", "add_customers", "give_up_list"):
        assert page.post(reverse(name, args=[row.pk])).status_code == 404
    assert page.get(reverse("export_list", args=[row.pk, "csv"])).status_code == 404
    assert page.post(reverse("ask_list_result", args=[row.pk, "csv"])).status_code == 404
