"""The office's pages about what is watched: publishers' files, sanctions hits, links. For underwriters only."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models.roles import CLAIMS_HANDLER, UNDERWRITER
from accounts.tests.factories import signed_in, staff
from buyers.actions.feed import hand_in_feed
from buyers.actions.link import link_buyers
from buyers.actions.screening import screen_batch
from buyers.models import BuyerLink, FeedRun, SanctionsEntry, SanctionsName, ScreeningDue, ScreeningHit
from buyers.tests.factories import buyer
from buyers.tests.test_screening import listed
from buyers.views import office_feeds

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()


@pytest.fixture
def office(client: Client) -> Client:
    return signed_in(client, staff(UNDERWRITER))


@pytest.fixture
def queued(monkeypatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(office_feeds.take_in_feed, "delay_on_commit", found.append)
    return found


def page(office: Client, name: str, *args: int, **data: str) -> str:
    return office.get(reverse(f"admin:{name}", args=args), data).content.decode()


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_handed_in_and_its_page_shows_what_came_of_it(office, queued):
    assert "Companies House" in page(office, "buyers_feedrun_add")
    content = b"event_id,kind,happened_on,scheme,number\nE1,rumour,2026-10-01,CRN,01234567\n"
    told = {"kind": "events", "file": SimpleUploadedFile("events.csv", content), "edition": "2026-10-01"}
    response = office.post(reverse("admin:buyers_feedrun_add"), told)
    run = FeedRun.objects.get()
    assert (response.headers["Location"], queued) == (reverse("admin:feed", args=[run.pk]), [run.pk])
    assert "The file is being taken in" in page(office, "feed", run.pk)
    office_feeds.take_in_feed(run.pk)
    assert "The file is through" in (through := page(office, "feed", run.pk))
    assert "“rumour” is not a kind of event" in through
    file = office.get(reverse("admin:refused_feed_rows", args=[run.pk]))
    assert b"rumour" in (sent := b"".join(file.streaming_content)) and b"E1" in sent
    state = office.get(reverse("admin:feed", args=[run.pk]), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in state
    listed_in = office.get(reverse("admin:buyers_feedrun_changelist")).content.decode()
    assert "events.csv" in listed_in
    changed = office.get(reverse("admin:buyers_feedrun_change", args=[run.pk]))
    assert changed.headers["Location"] == reverse("admin:feed", args=[run.pk])


def test_a_file_that_cannot_be_is_refused_in_the_form_or_on_its_page(office, queued):
    empty = {"kind": "events", "file": SimpleUploadedFile("x.csv", b"")}
    assert "The file is empty." in office.post(reverse("admin:buyers_feedrun_add"), empty).content.decode()
    assert "Select a valid choice" in office.post(
        reverse("admin:buyers_feedrun_add"), {"kind": "x", "file": SimpleUploadedFile("x", b"x")}
    ).content.decode().replace("This field is required", "Select a valid choice")
    run = hand_in_feed(
        by=None, kind="un_consolidated", file_name="un.xml", upload=SimpleUploadedFile("un.xml", b"<CONSOLIDATED_LIST>")
    )
    office_feeds.take_in_feed(run.pk)
    assert "no complete XML" in page(office, "feed", run.pk)
    assert queued == []


# --- hits -------------------------------------------------------------------------------------------------------------


def hit_of(name: str = "Goldenstar Maritime Ltd") -> ScreeningHit:
    about = buyer(name)
    while screen_batch(by=None):
        pass
    return ScreeningHit.objects.get(buyer=about)


def test_the_worklist_leads_to_hits_and_decisions_go_on_to_the_next(office):
    assert "Nobody has been screened yet" in page(office, "sanctions_hits")
    listed(details={"remarks": "Havana"})
    first, second = hit_of("Goldenstar Maritime One Ltd"), hit_of("Goldenstar Maritime Two Ltd")
    worklist = page(office, "sanctions_hits")
    assert worklist.index(first.buyer_name) < worklist.index(second.buyer_name)
    shown = page(office, "decide_sanctions_hit", first.pk)
    assert "Havana" in shown and "The list names no country" in shown
    path = reverse("admin:decide_sanctions_hit", args=[first.pk])
    assert "somebody will ask for it" in office.post(path, {"act": "clear", "reason": "no"}).content.decode()
    assert "Choose whether" in office.post(path, {"reason": "Founded a century later"}).content.decode()
    response = office.post(path, {"act": "clear", "reason": "Founded a century later"})
    assert response.headers["Location"] == reverse("admin:decide_sanctions_hit", args=[second.pk])
    last = office.post(response.headers["Location"], {"act": "confirm", "reason": "The same address in Havana"})
    assert last.headers["Location"] == reverse("admin:sanctions_hits")
    assert "Confirmed by mistake" in page(office, "decide_sanctions_hit", second.pk)
    assert "Founded a century later" in page(office, "decide_sanctions_hit", first.pk)
    for name in (
        "buyers_screeninghit_changelist",
        "buyers_sanctionsentry_changelist",
        "buyers_screeningrun_changelist",
    ):
        assert office.get(reverse(f"admin:{name}")).status_code == 200
    assert office.get(reverse("admin:buyers_screeninghit_change", args=[second.pk])).status_code == 200
    assert office.get(reverse("admin:buyers_sanctionsentry_change", args=[second.entry_id])).status_code == 200


def test_a_hit_shows_the_buyer_beside_the_entry_and_what_was_decided_on_the_pair_before(office):
    entry = listed(countries=["CU"], details={"reference": "REG 77", "addresses": ["Calle 23, Havana"], "born": "1971"},
                   programs="CUBA")  # fmt: skip
    SanctionsName.objects.create(entry=entry, source_key="a1", name="ESTRELLA DORADA", quality="strong")
    before = hit_of("Goldenstar Maritime Ltd")
    office.post(reverse("admin:decide_sanctions_hit", args=[before.pk]), {"act": "clear", "reason": "Another register"})
    SanctionsEntry.objects.filter(pk=entry.pk).update(version=2)
    ScreeningDue.objects.queue_all()
    while screen_batch(by=None):
        pass
    again = ScreeningHit.objects.to_decide().get()
    assert "Decided before" in page(office, "sanctions_hits")
    shown = page(office, "decide_sanctions_hit", again.pk)
    for told in ("Goldenstar Maritime Ltd", "GOLDENSTAR MARITIME", "ESTRELLA DORADA", "Cuba", "Calle 23, Havana",
                 "REG 77", "1971", "CUBA", "Another register", "the entry has changed since"):  # fmt: skip
        assert told in shown, told


def test_the_worklist_costs_the_same_for_one_hit_and_for_many(office):
    listed()
    hit_of("Goldenstar Maritime Ltd")
    page(office, "sanctions_hits")
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(office, "sanctions_hits")
    for number in range(20):
        buyer(f"Goldenstar Maritime {'abcdefghijklmnopqrstuvwxyz'[number]} Ltd")
    while screen_batch(by=None):
        pass
    assert ScreeningHit.objects.count() > 10
    with CaptureQueriesContext(connection) as many:
        page(office, "sanctions_hits")
    assert len(many) == len(few)


def test_other_staff_see_neither_hits_nor_files(client):
    handler = signed_in(client, staff(CLAIMS_HANDLER))
    for name in ("sanctions_hits", "buyers_feedrun_add"):
        assert handler.get(reverse(f"admin:{name}")).status_code == 403


# --- links ------------------------------------------------------------------------------------------------------------


def test_links_are_entered_and_ended_on_the_buyers_page(office):
    head = buyer("Head plc", country="GB", identifiers={"CRN": "00000009"})
    child = buyer("Child Ltd", country="GB")
    path = reverse("admin:buyer_links", args=[child.pk])
    assert "No links are known" in page(office, "buyer_links", child.pk)
    told = {"relation": "parent", "number": "00000009", "since": "2020-01-01", "source": "Annual report"}
    unknown = office.post(path, {**told, "number": "77777777"}).content.decode()
    assert "No entry of the directory has this number" in unknown
    office.post(path, told)
    link = BuyerLink.objects.get()
    assert (link.other, link.relation, link.since) == (head, "parent", date(2020, 1, 1))
    shown = page(office, "buyer_links", child.pk)
    assert "Annual report" in shown
    assert shown.index("Head plc <span") < shown.index("head of the group")
    circle = {**told, "number": "", "relation": "parent"}
    assert "This field is required" in office.post(path, circle).content.decode()
    buyer("Other plc", country="GB", identifiers={"CRN": "00000010"})
    assert "has another parent" in office.post(path, {**told, "number": "00000010"}).content.decode()
    end = reverse("admin:end_buyer_link", args=[link.pk])
    for data in ({}, {"ended_on": str(TODAY + timedelta(5)), "source": "x"}):
        office.post(end, data)
        assert BuyerLink.objects.current().count() == 1
    assert office.post(end, {"ended_on": str(TODAY), "source": "Sold"}).headers["Location"] == path
    assert BuyerLink.objects.current().count() == 0
    assert "Sold" in page(office, "buyer_links", child.pk)
    assert "Links to other companies" in page(office, "buyers_buyer_change", child.pk)
    assert office.get(reverse("admin:buyers_buyerlink_changelist")).status_code == 200
    assert link_buyers(by=None, buyer=child.pk, relation="parent", other=head.pk, source="x") != link
