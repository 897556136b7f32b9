"""Every action leaves exactly one event or nothing; the trail is only ever added to, in the database itself."""

import uuid

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import DatabaseError

from accounts.audit import NoTrail, action, circumstances, record, subject_of
from accounts.models import AuditEvent, User
from accounts.models.roles import Role
from accounts.tests.factories import exporter, member, person, staff
from kernel.refusals import Refused, refusal, refuse

pytestmark = pytest.mark.django_db


@action
def rename(*, by: int, user: int, name: str, events: int = 1) -> User:
    row = User.objects.get(pk=user)
    row.name = name
    row.save()
    for _ in range(events):
        record(by=by, subject=row, name=name)
    return row


@action
def rename_both(*, by: int, users: list[int]) -> None:
    for user in users:
        rename(by=by, user=user, name="Both")
    record(by=by, subject="user:both", count=len(users))


@action
def rename_and_refuse(*, by: int, user: int) -> None:
    rename(by=by, user=user, name="Gone")
    record(by=by, subject="user:x")
    refuse((refusal("no"),))


def test_an_action_leaves_one_event_with_its_name_subject_and_details():
    user = person()
    with circumstances(address="192.0.2.7") as around:
        rename(by=user.pk, user=user.pk, name="New")
    event = AuditEvent.objects.get()
    assert (event.action, event.by, event.subject) == ("rename", user, f"user:{user.pk}")
    assert event.details == {"name": "New"}
    assert (event.correlation, event.address) == (around.correlation, "192.0.2.7")


@pytest.mark.parametrize("events", [0, 2])
def test_no_event_or_two_undo_the_action(events):
    user = person(name="Old")
    with pytest.raises(NoTrail):
        rename(by=user.pk, user=user.pk, name="New", events=events)
    user.refresh_from_db()
    assert user.name == "Old"
    assert not AuditEvent.objects.exists()


def test_nested_actions_record_their_own_events_and_share_a_correlation():
    users = [person(), person()]
    rename_both(by=users[0].pk, users=[u.pk for u in users])
    events = list(AuditEvent.objects.order_by("id"))
    assert [e.action for e in events] == ["rename", "rename", "rename_both"]
    assert len({e.correlation for e in events}) == 1


def test_two_actions_without_a_request_have_their_own_correlation():
    user = person()
    rename(by=user.pk, user=user.pk, name="A")
    rename(by=user.pk, user=user.pk, name="B")
    assert AuditEvent.objects.values("correlation").distinct().count() == 2


def test_a_refusal_takes_the_events_of_nested_actions_with_it():
    user = person(name="Old")
    with pytest.raises(Refused):
        rename_and_refuse(by=user.pk, user=user.pk)
    user.refresh_from_db()
    assert user.name == "Old"
    assert not AuditEvent.objects.exists()


def test_positional_arguments_are_refused():
    user = person()
    with pytest.raises(TypeError, match="keyword arguments only"):
        rename(user.pk, user.pk, "New")


def test_an_event_outside_an_action_is_refused():
    with pytest.raises(NoTrail):
        record(by=None, subject="user:1")


def test_the_machine_is_nobody():
    @action
    def tick(*, by: None) -> None:
        record(by=by, subject="clock:1")

    tick(by=None)
    assert AuditEvent.objects.get().by is None


def test_a_subject_is_model_and_id():
    user = person()
    assert subject_of(user) == f"user:{user.pk}"


@pytest.mark.parametrize("sql", ["UPDATE accounts_auditevent SET action = 'x'", "DELETE FROM accounts_auditevent"])
def test_the_database_refuses_to_rewrite_the_trail(sql):
    user = person()
    rename(by=user.pk, user=user.pk, name="A")
    with pytest.raises((InternalError, DatabaseError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEvent.objects.get().action == "rename"


def test_the_queryset_refuses_to_rewrite_the_trail():
    with pytest.raises(TypeError):
        AuditEvent.objects.all().update(action="x")
    with pytest.raises(TypeError):
        AuditEvent.objects.all().delete()


def test_an_owner_sees_the_firms_events_alone_staff_see_all():
    firm, rival = exporter(), exporter()
    owner, editor = member(firm, Role.OWNER), member(firm, Role.EDITOR)
    for of in (firm, rival, None):
        AuditEvent.objects.create(
            action="x", subject="a:1", exporter=of, by=owner, correlation=uuid.uuid4(), details={}
        )
    visible = AuditEvent.objects.visible_to
    assert [e.exporter for e in visible(owner)] == [firm]
    assert not visible(editor).exists()
    assert visible(staff()).count() == 3


def test_acts_and_people_of_a_trail_are_found_however_long_it_is():
    firm, rival = exporter(), exporter()
    first, second, third = person(), person(), person()
    rows = [(firm, first, "b"), (firm, second, "a"), (firm, first, "b"), (firm, None, "c"), (rival, third, "z")]
    for of, by, act in rows:
        AuditEvent.objects.create(action=act, subject="a:1", exporter=of, by=by)
    assert AuditEvent.objects.all().acts_of(firm) == ["a", "b", "c"]
    assert AuditEvent.objects.all().people_of(firm) == sorted([first.pk, second.pk])
    assert AuditEvent.objects.all().acts_of(exporter()) == []
