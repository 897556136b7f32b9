"""Which news goes out by mail: the whole table, and setting the level for one buyer and for many."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.models.roles import Role
from accounts.tests.factories import exporter, member, signed_in
from buyers.actions.book import watch_buyers
from buyers.models import BookEntry
from buyers.tests.factories import buyer, in_book
from buyers.watching import LEVELS, told_by_mail
from desk.gravity import Gravity
from kernel.refusals import NotAllowed, Refused

N, W, S, U = Gravity


@pytest.mark.parametrize(
    ("level", "mailed"),
    [("all", [N, W, S, U]), ("worse", [W, S, U]), ("serious", [S, U]), ("none", []), ("nonsense", [])],
)
def test_a_level_says_what_goes_out_by_mail(level: str, mailed: list[Gravity]):
    assert [gravity for gravity in Gravity if told_by_mail(level, gravity)] == mailed


def test_the_form_offers_every_level():
    assert set(dict(BookEntry._meta.get_field("watch").choices)) == set(LEVELS)


@pytest.fixture
def firm(db):
    return exporter()


def levels(firm) -> dict[str, str]:
    return dict(BookEntry.objects.filter(exporter=firm).values_list("buyer__name", "watch"))


def test_a_new_buyer_is_watched_for_what_gets_worse(firm):
    assert in_book(firm, buyer()).watch == "worse"


def test_many_buyers_are_set_at_once_and_only_those_of_the_firm(firm):
    clerk = member(firm)
    mine, other = in_book(firm, buyer("A")), in_book(firm, buyer("B"))
    theirs = in_book(exporter(), buyer("C"))
    assert watch_buyers(by=clerk.pk, exporter=firm.pk, entries=[mine.pk, theirs.pk], watch="none") == 1
    assert watch_buyers(by=clerk.pk, exporter=firm.pk, entries=[mine.pk], watch="none") == 0
    theirs.refresh_from_db()
    other.refresh_from_db()
    assert (levels(firm), theirs.watch) == ({"A": "none", "B": "worse"}, "worse")
    assert AuditEvent.objects.filter(action="watch_buyers").count() == 2


def test_who_may_set_levels_and_to_what(firm):
    entry = in_book(firm, buyer())
    for person in (member(firm, Role.READER), member(exporter())):
        with pytest.raises(NotAllowed):
            watch_buyers(by=person.pk, exporter=firm.pk, entries=[entry.pk], watch="all")
    with pytest.raises(Refused) as caught:
        watch_buyers(by=member(firm).pk, exporter=firm.pk, entries=[entry.pk], watch="some")
    assert caught.value.refusals[0].code == "watch_level_unknown"


def test_watch_shown_buyers(firm, client: Client):
    """The list's button sets what the list shows, on all its pages."""
    in_book(firm, buyer("Acme", country="GB"))
    in_book(firm, buyer("Zebra", country="DE"))
    page = signed_in(client, member(firm), firm)
    assert "Mails about these buyers" in page.get(reverse("buyers")).content.decode()
    answer = page.post(reverse("watch_shown_buyers") + "?country=GB", {"watch": "serious"}, follow=True)
    assert answer.redirect_chain == [("/buyers/?country=GB", 302)]
    assert "set for 1 buyer." in answer.content.decode()
    assert levels(firm) == {"Acme": "serious", "Zebra": "worse"}
    answer = page.post(reverse("watch_shown_buyers"), {"watch": "some"}, follow=True)
    assert "Choose one of the levels" in answer.content.decode()
    assert page.get(reverse("watch_shown_buyers")).status_code == 405
    reader = signed_in(Client(), member(firm, Role.READER), firm)
    assert "Mails about these buyers" not in reader.get(reverse("buyers")).content.decode()
    assert reader.post(reverse("watch_shown_buyers")).status_code == 403
