"""The quick look at a grade: by choosing a company, never by a name; recorded, limited, and without the reasons."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Exporter
from accounts.models.roles import UNDERWRITER
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions.lookup import look_up_grade
from buyers.models import Buyer, CountryRisk
from buyers.models.lookups import lookups_of
from buyers.tests.factories import buyer, in_book, score
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db
PAGE = "/buyers/lookup/"


@pytest.fixture
def firm() -> Exporter:
    return exporter()


@pytest.fixture
def reader(client: Client, firm: Exporter) -> Client:
    return signed_in(client, member(firm, "reader"), firm)


def graded(name: str = "Kesselring Werkzeuge GmbH", **columns: object) -> Buyer:
    about = buyer(name, **columns)
    score(about, 4)
    return about


def looked_up(firm: Exporter) -> list[str]:
    return list(AuditEvent.objects.filter(exporter=firm, action="look_up_grade").values_list("subject", flat=True))


def test_a_name_alone_shows_no_grade(reader: Client, firm: Exporter):
    about = graded()
    content = reader.get(PAGE, {"q": "Kesselring Werkzeuge GmbH"}).content.decode()
    assert about.name in content
    assert 'class="grade' not in content
    assert looked_up(firm) == []


def test_a_number_makes_a_list_to_choose_from_too(reader: Client):
    about = graded(lei="529900T8BM49AURSDO55")
    content = reader.get(PAGE, {"q": "5299 00T8 BM49 AURS DO55"}).content.decode()
    assert f'name="buyer" value="{about.pk}"' in content
    assert 'class="grade' not in content


def test_choosing_shows_grade_day_confidence_and_is_recorded(reader: Client, firm: Exporter):
    about = graded(country="VN")
    CountryRisk.objects.create(
        country="VN", valid_from=timezone.now().date() - timedelta(days=1), oecd_class=4, house_grade="B",
        house_level=3, source="OECD",
    )  # fmt: skip
    response = reader.post(PAGE, {"buyer": about.pk}, follow=True)
    assert response.redirect_chain == [(f"{PAGE}{about.pk}/", 302)]
    content = response.content.decode()
    for words in ("grade-ok", "80\u00a0%", f"{about.scored_at:%Y-%m-%d}", "B3"):
        assert words in content
    assert looked_up(firm) == [f"buyer:{about.pk}"]


def test_of_a_buyer_outside_the_book_nothing_is_said_of_why(reader: Client):
    about = graded()
    body = reader.post(PAGE, {"buyer": about.pk}, follow=True).content.decode().lower().split("<main")[1]
    for word in ("lowers", "supports", "missing", "policyholder", "payment", "trend", "exposure"):
        assert word not in body


def test_a_buyer_nobody_looked_up_is_not_there(reader: Client, firm: Exporter):
    about = graded()
    assert reader.get(f"{PAGE}{about.pk}/").status_code == 404
    look_up_grade(by=member(rival := exporter()).pk, exporter=rival.pk, buyer=about.pk)
    assert reader.get(f"{PAGE}{about.pk}/").status_code == 404


def test_a_look_stays_open_for_a_day(reader: Client, firm: Exporter):
    about = graded()
    reader.post(PAGE, {"buyer": about.pk})
    assert reader.get(f"{PAGE}{about.pk}/").status_code == 200
    with connection.cursor() as cursor:  # the trail refuses changes; a test may turn its guard off
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE accounts_auditevent SET at = at - interval '25 hours' WHERE action = 'look_up_grade'")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    assert reader.get(f"{PAGE}{about.pk}/").status_code == 404


def test_a_buyer_of_the_book_needs_no_look_up(reader: Client, firm: Exporter):
    about = in_book(firm, graded()).buyer
    content = reader.get(f"{PAGE}{about.pk}/").content.decode()
    assert reverse("buyer_report", args=[about.pk]) in content
    assert looked_up(firm) == []


def test_the_next_step_depends_on_the_role(firm: Exporter):
    about = graded()
    for role, may_add in (("reader", False), ("editor", True)):
        client = signed_in(Client(), member(firm, role), firm)
        content = client.post(PAGE, {"buyer": about.pk}, follow=True).content.decode()
        assert ("Add to your book" in content) is may_add


def test_what_is_not_found_may_be_proposed_by_who_may_write(firm: Exporter):
    for role, may_propose in (("reader", False), ("editor", True)):
        client = signed_in(Client(), member(firm, role), firm)
        content = client.get(PAGE, {"q": "Niemand & Söhne"}).content.decode()
        assert "The directory has no company" in content
        assert (f"{reverse('propose_buyer')}?name=Niemand%20%26%20S%C3%B6hne" in content) is may_propose


def test_a_public_body_is_said_not_to_be_covered(reader: Client):
    about = graded(public_body=True)
    assert "This is a public body" in reader.post(PAGE, {"buyer": about.pk}, follow=True).content.decode()


def test_a_merged_buyer_leads_to_the_one_it_became(reader: Client, firm: Exporter):
    now_is = graded()
    was = buyer(merged_into=now_is)
    assert reader.post(PAGE, {"buyer": was.pk}).url == f"{PAGE}{now_is.pk}/"
    assert reader.get(f"{PAGE}{was.pk}/").url == f"{PAGE}{now_is.pk}/"


def test_the_same_buyer_again_counts_once(firm: Exporter):
    clerk, about = member(firm), graded()
    for _ in range(3):
        look_up_grade(by=clerk.pk, exporter=firm.pk, buyer=about.pk)
    assert lookups_of(firm.pk) == 1
    events = AuditEvent.objects.filter(action="look_up_grade").order_by("id")
    assert [event.details["outcome"] for event in events] == ["looked_up", "repeated", "repeated"]


def test_looking_up_has_an_end(reader: Client, firm: Exporter, settings):
    settings.GRADE_LOOKUPS_A_DAY = 2
    first, second, third = graded("Eins AG"), graded("Zwei AG"), graded("Drei AG")
    for about in (first, second):
        assert reader.post(PAGE, {"buyer": about.pk}).status_code == 302
    refused = reader.post(PAGE, {"buyer": third.pk})
    assert "2 buyers within a day" in refused.content.decode()
    assert reader.post(PAGE, {"buyer": first.pk}).status_code == 302  # open already
    assert lookups_of(firm.pk) == 2


def test_a_private_person_is_refused(firm: Exporter):
    with pytest.raises(Refused, match="buyer_is_private_person"):
        look_up_grade(by=member(firm).pk, exporter=firm.pk, buyer=graded(private_person=True).pk)


def test_strangers_look_nothing_up(firm: Exporter):
    about = graded()
    for stranger in (member(exporter()), staff(UNDERWRITER)):
        with pytest.raises(NotAllowed):
            look_up_grade(by=stranger.pk, exporter=firm.pk, buyer=about.pk)


@pytest.mark.parametrize("said", ["", "x", "0", "99999999999999999999", "-1"])
def test_a_buyer_that_is_none_is_not_there(reader: Client, said: str):
    assert reader.post(PAGE, {"buyer": said}).status_code == 404


@pytest.mark.parametrize("text", ["", " ", "x", "x" * 10_000, "\x00", "😀", "\u202eabc", "'; --"])
def test_rough_input_is_answered(reader: Client, text: str):
    assert reader.get(PAGE, {"q": text}).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_many_at_once_do_not_pass_the_end(settings):
    settings.GRADE_LOOKUPS_A_DAY = 3
    firm = exporter()
    clerk, abouts = member(firm), [graded(f"Nummer {n} AG") for n in range(8)]

    def look(about: Buyer) -> None:
        try:
            look_up_grade(by=clerk.pk, exporter=firm.pk, buyer=about.pk)
        except Refused:
            pass
        finally:
            connection.close()

    threads = [Thread(target=look, args=(about,)) for about in abouts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lookups_of(firm.pk) == 3
