"""Home: what must I do, what changed, where do I stand; for whom, in which words, and at what cost."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Exporter, User
from accounts.models.roles import UNDERWRITER, Role
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.tests.factories import buyer, in_book, score
from desk.models import Duty, Notice
from desk.models.notice import Channel
from policies.actions.ends import lapse_limits
from policies.models import CreditLimit
from policies.models.limit_decision import Outcome
from policies.tests.factories import decision, limit_request, policy
from portal.views.home import greeting, pressing

pytestmark = pytest.mark.django_db


def home_of(client: Client, user: User, firm: Exporter) -> str:
    response = signed_in(client, user, firm).get("/")
    assert response.status_code == 200
    return response.content.decode()


def duty(firm: Exporter, days: int, subject: str = "creditlimit:1", **facts: object) -> Duty:
    return Duty.objects.create(
        exporter=firm,
        kind="policies.limit_ends",
        subject=subject,
        due_on=timezone.now().date() + timedelta(days=days),
        facts={"buyer": "Kivipaja Oy", "amount": "50000", "currency": "EUR", "valid_to_on": "2027-01-31", **facts},
        path="/limits/1/",
    )


def news(user: User, firm: Exporter, number: int, at: object = None) -> Notice:
    return Notice.objects.create(
        exporter=firm,
        recipient=user,
        channel=Channel.PAGE,
        kind="policies.limit_ended",
        subject=f"creditlimit:{number}",
        path=f"/limits/{number}/",
        facts={"buyer": f"Buyer {number}", "amount": "1000", "currency": "EUR", "valid_to_on": "2026-11-01"},
        created_at=at or timezone.now(),
    )


def test_a_stranger_is_asked_to_sign_in(client: Client):
    assert client.get("/").status_code == 302


def test_staff_are_led_to_their_office(client: Client):
    assert signed_in(client, staff(UNDERWRITER)).get("/").headers["Location"] == "/office/"


@pytest.mark.parametrize("role", Role.values)
def test_every_member_has_a_home(client: Client, role: str):
    firm = exporter()
    assert "Where you stand" in home_of(client, member(firm, role), firm)


def test_a_new_firm_is_told_what_to_do_next(client: Client):
    firm = exporter()
    page = home_of(client, member(firm), firm)
    assert "Your policy is being prepared" in page
    policy(firm, time_zone="UTC")
    assert "Start with your first buyer" in home_of(client, member(firm), firm)


def test_duties_stand_in_the_order_of_their_dates(client: Client):
    firm = exporter()
    policy(firm, time_zone="UTC")
    duty(firm, 20, "creditlimit:2", buyer="Later Oy")
    duty(firm, 2, "creditlimit:3", buyer="Sooner Oy")
    page = home_of(client, member(firm), firm)
    assert page.index("Sooner Oy") < page.index("Later Oy")
    assert "2 things need you" in page


def test_a_duty_that_is_done_or_lapsed_is_gone(client: Client):
    firm = exporter()
    someone = member(firm)
    duty(firm, 2, "creditlimit:2", buyer="Done Oy")
    Duty.objects.update(done_at=timezone.now(), done_by=someone)
    assert "Done Oy" not in home_of(client, someone, firm)


def test_more_duties_than_home_shows_stand_on_their_own_page(client: Client):
    firm = exporter()
    someone = member(firm)
    for number in range(12):
        duty(firm, number, f"creditlimit:{number}", buyer=f"Number {number} Oy")
    page = home_of(client, someone, firm)
    assert "Number 7 Oy" in page and "Number 8 Oy" not in page and "/todo/" in page
    assert "Number 11 Oy" in client.get("/todo/").content.decode()


def test_a_rivals_duties_and_news_are_not_mine(client: Client):
    mine, rival = exporter(), exporter()
    duty(rival, 1, buyer="Secret Oy")
    news(member(rival), rival, 4)
    page = home_of(client, member(mine), mine)
    assert "Secret Oy" not in page and "Buyer 4" not in page


def test_news_since_the_last_visit_stays_new_for_the_whole_visit(client: Client):
    firm = exporter()
    now = timezone.now()
    someone = member(firm, seen_changes_at=now - timedelta(days=2))
    news(someone, firm, 1, now - timedelta(days=5))
    news(someone, firm, 2, now - timedelta(hours=5))
    page = home_of(client, someone, firm)
    assert "New since your last visit" in page and "Buyer 2" in page and "Buyer 1" not in page
    assert "Buyer 1" not in client.get("/").content.decode()
    client.logout()
    someone.refresh_from_db()
    page = home_of(client, someone, firm)
    assert "Nothing new since" in page and "Buyer 1" in page


def test_limits_are_summed_by_currency_and_only_those_in_force(client: Client):
    firm = exporter()
    held = policy(firm, time_zone="UTC")
    decision(policy=held, amount=120_000)
    decision(policy=held, amount=80_000)
    decision(policy=held, amount=55_000, currency="USD")
    decision(policy=held, amount=999_000, valid_to=timezone.now().date() - timedelta(days=1),
             valid_from=timezone.now().date() - timedelta(days=9))  # fmt: skip
    limit_request(held)
    page = home_of(client, member(firm), firm)
    assert ">200,000<" in page and "55,000" in page and "999,000" not in page


def test_the_sums_follow_what_happens(client: Client):
    firm = exporter()
    someone = member(firm)
    page = home_of(client, someone, firm)
    assert "Your book is empty" in page
    entry = in_book(firm, buyer())
    score(entry.buyer, grade=3)  # a score is news for every standing
    assert "Your book is empty" not in client.get("/").content.decode()


def test_the_sums_follow_a_limit_that_changes_by_the_clock(client: Client):
    firm = exporter()
    held, today = policy(firm, time_zone="UTC"), timezone.now().date()
    made = decision(policy=held, amount=120_000)
    decision(policy=held, amount=80_000)
    page = home_of(client, member(firm), firm)
    assert ">200,000<" in page
    cut = decision(policy=held, amount=20_000, buyer=made.buyer, valid_from=today, outcome=Outcome.REDUCED)
    CreditLimit.objects.filter(buyer=made.buyer).update(
        amount=120_000, decision=made, upcoming=cut, upcoming_on=today
    )  # announced some days ago, and nothing of the firm's happens when its day comes
    assert lapse_limits(time_zone="UTC") == 1
    assert ">100,000<" in client.get("/").content.decode()


@time_machine.travel("2026-03-10 17:30+00:00", tick=False)
def test_a_limit_ends_with_the_day_of_its_own_policy(client: Client):
    firm = exporter()  # it is the 11th in Shanghai, the 10th in Berlin
    east = policy(firm, number="EAST", time_zone="Asia/Shanghai", ends_on=date(2026, 11, 1))
    west = policy(firm, number="WEST", time_zone="Europe/Berlin", ends_on=date(2026, 12, 1))
    for held, amount in ((east, 30_000), (west, 50_000)):
        decision(policy=held, amount=amount, valid_to=date(2026, 3, 10))
    with time_machine.travel("2026-03-10 15:30+00:00", tick=False):
        both = home_of(client, member(firm), firm)
        assert ">80,000<" in both
    assert ">50,000<" in client.get("/").content.decode()


def test_home_costs_the_same_for_none_one_and_fifty(client: Client):
    firm = exporter()
    held = policy(firm, time_zone="UTC")
    someone = member(firm)
    signed_in(client, someone, firm)
    client.get("/")
    counts = []
    for rows in (0, 1, 50):
        for number in range(rows):
            bought = buyer()
            in_book(firm, bought)
            decision(policy=held, buyer=bought, amount=Decimal(1000 + number))
            duty(firm, number, f"creditlimit:{rows}-{number}")
            news(someone, firm, rows * 100 + number)
        score(buyer(), grade=2)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/").status_code == 200
        counts.append(len(seen))
    # An empty book asks nothing about largest limits and their debts.
    assert counts[1] == counts[2]
    assert counts[0] <= counts[1]


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (0, "Good morning"),
        (11, "Good morning"),
        (12, "Good afternoon"),
        (17, "Good afternoon"),
        (18, "Good evening"),
        (23, "Good evening"),
    ],
)
def test_one_greets_by_the_hour(hour: int, words: str):
    assert greeting(hour) == words


@pytest.mark.parametrize(("days", "shape"), [(-1, "bad"), (0, "warn"), (7, "warn"), (8, "info")])
def test_a_date_presses_the_nearer_it_is(days: int, shape: str):
    today = timezone.now().date()
    assert pressing(today + timedelta(days=days), today) == shape


def test_home_speaks_chinese(client: Client):
    firm = exporter()
    page = home_of(client, member(firm, language="zh-hans"), firm)
    assert "待办" in page and "Where you stand" not in page
