"""Where one is signed in is noted once a minute, at once from elsewhere, and never stands in for the sign-in itself."""

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import exporter, member, signed_in

pytestmark = pytest.mark.django_db


def notes(client: Client, **headers: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        client.get("/", **headers)  # type: ignore[arg-type]
    return sum("usersessions" in query["sql"] for query in seen)


def test_a_session_is_noted_once_a_minute(client: Client):
    firm = exporter()
    signed_in(client, member(firm), firm)
    row = UserSession.objects.get()
    assert notes(client) == 0
    caches["process"].clear()  # a minute later
    assert notes(client) > 0
    assert UserSession.objects.get().last_seen_at > row.last_seen_at


def test_another_browser_or_address_is_noted_at_once(client: Client):
    firm = exporter()
    signed_in(client, member(firm), firm)
    assert notes(client, HTTP_USER_AGENT="Another") > 0
    assert UserSession.objects.get().user_agent == "Another"
    assert notes(client, HTTP_USER_AGENT="Another", REMOTE_ADDR="192.0.2.7") > 0
    assert UserSession.objects.get().ip == "192.0.2.7"


def test_a_session_ended_elsewhere_ends_at_once_though_it_was_just_noted(client: Client):
    firm = exporter()
    signed_in(client, member(firm), firm)
    assert client.get("/").status_code == 200
    UserSession.objects.get().end()
    assert client.get("/").status_code == 302


def test_two_people_are_noted_apart(client: Client):
    firm = exporter()
    for _ in range(2):
        signed_in(Client(), member(firm), firm)
    assert UserSession.objects.values("user").distinct().count() == 2
