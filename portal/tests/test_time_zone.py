"""Moments are told in the reader's time zone: their firm's policy's, the office's for staff; days follow suit."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models.roles import CLAIMS_HANDLER, Role
from accounts.tests.factories import exporter, member, person, signed_in, staff
from claims.tests.factories import filed
from policies.tests.factories import policy
from receivables.tests.factories import invoice

pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 3, 10, 17, 30, tzinfo=UTC)  # the 11th in Shanghai already


@pytest.fixture(autouse=True)
def evening():
    with time_machine.travel(EVENING, tick=False):
        yield


@pytest.fixture
def firm():
    firm = exporter()
    policy(firm, time_zone="Asia/Shanghai")
    return firm


def test_a_firms_people_read_moments_in_its_policys_time_zone(client: Client, firm):
    claim = filed(firm=firm, policy=firm.policies.get())
    text = signed_in(client, member(firm, Role.READER), firm).get(reverse("claim", args=[claim.pk])).content.decode()
    assert ">2026-03-11 01:30</time>" in text and "2026-03-10 17:30" not in text
    assert 'title="Wednesday, 11 March 2026 01:30 Asia/Shanghai (UTC+08:00)"' in text


def test_a_firm_without_a_policy_and_a_person_without_a_firm_read_utc(client: Client):
    sessions = reverse("usersessions_list")
    for user, of in ((member(firm := exporter()), firm), (person(), None)):
        text = signed_in(client, user, of).get(sessions).content.decode()
        assert ">2026-03-10 17:30</time>" in text and "17:30 UTC" in text


def test_staff_read_the_offices_time_zone(client: Client, firm, settings):
    claim, handler = filed(firm=firm, policy=firm.policies.get()), staff(CLAIMS_HANDLER)
    page = reverse("admin:claims_claim_decide", args=[claim.pk])
    assert ">2026-03-10 17:30</time>" in signed_in(client, handler).get(page).content.decode()
    settings.OFFICE_TIME_ZONE = "Europe/Berlin"
    text = client.get(page).content.decode()
    assert ">2026-03-10 18:30</time>" in text and "Europe/Berlin (UTC+01:00)" in text


def test_the_ledgers_today_is_the_policys_day(client: Client, firm):
    invoice(firm.policies.get(), number="LATE", due_on=datetime(2026, 3, 10).date())
    page = signed_in(client, member(firm), firm).get(reverse("ledger"), {"state": "overdue"}).content.decode()
    assert ">LATE<" in page  # due on the 10th, and in Shanghai that day is over


def test_nothing_of_it_stays_when_the_answer_is_given(client: Client, firm):
    signed_in(client, member(firm), firm).get("/")
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_mail_sent_while_a_page_is_answered_says_utc_and_means_it(client: Client, firm):
    user = member(firm)
    user.set_password("harbour-lantern-41")
    user.save()
    signed_in(client, user, firm)
    typed = {"oldpassword": "harbour-lantern-41", "password1": "quiet-harbour-77", "password2": "quiet-harbour-77"}
    client.post(reverse("account_change_password"), typed)
    assert "2026-03-10 17:30 UTC" in mail.outbox[-1].body
