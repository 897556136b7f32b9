"""A duty has one open row and a date that is never drawn nearer once it has been told."""

from datetime import date
from typing import Any

import pytest

from accounts.models import AuditEvent
from accounts.tests.factories import exporter, member
from desk.actions.duty import close_duty, lapse_duty, set_duty
from desk.models import Duty

pytestmark = pytest.mark.django_db


def set_for(firm: Any, due_on: date = date(2026, 12, 1), **options: Any) -> Duty:
    values = {"by": None, "kind": "claims.answer_papers", "subject": "claim:1", "facts": {"n": 1}, "path": "/claims/1/"}
    return set_duty(exporter=firm.pk, due_on=due_on, **{**values, **options})


def test_a_duty_set_twice_is_one():
    firm = exporter()
    assert set_for(firm) == set_for(firm)
    assert set_for(firm, subject="claim:2") != set_for(exporter())
    events = AuditEvent.objects.filter(action="set_duty").order_by("id")
    assert [event.details["outcome"] for event in events] == ["set", "repeated", "set", "set"]


@pytest.mark.parametrize(
    ("then", "stands"),
    [
        (date(2026, 11, 30), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 12, 2), date(2026, 12, 2)),
    ],
)
def test_recomputing_never_shortens_a_deadline_someone_was_told(then: date, stands: date):
    firm = exporter()
    set_for(firm)
    duty = set_for(firm, then, facts={"n": 2}, path="/claims/1/#papers")
    assert (duty.due_on, duty.facts, duty.path) == (stands, {"n": 2}, "/claims/1/#papers")
    assert AuditEvent.objects.filter(action="set_duty").latest("id").details["asked"] == then.isoformat()


def test_a_duty_is_closed_by_somebody_or_lapses_by_nobody():
    firm = exporter()
    person = member(firm)
    done, lapsed = set_for(firm), set_for(firm, subject="claim:2")
    assert close_duty(by=person.pk, exporter=firm.pk, kind=done.kind, subject=done.subject) == 1
    assert close_duty(by=person.pk, exporter=firm.pk, kind=done.kind, subject=done.subject) == 0
    assert lapse_duty(exporter=firm.pk, kind=lapsed.kind, subject=lapsed.subject) == 1
    assert lapse_duty(exporter=firm.pk, kind=lapsed.kind, subject=lapsed.subject) == 0
    done.refresh_from_db()
    lapsed.refresh_from_db()
    assert (done.done_by, bool(done.done_at), done.lapsed_at) == (person, True, None)
    assert (lapsed.done_by, lapsed.done_at, bool(lapsed.lapsed_at)) == (None, None, True)


def test_after_a_duty_ended_the_next_one_may_come_sooner():
    firm = exporter()
    first = set_for(firm)
    lapse_duty(exporter=firm.pk, kind=first.kind, subject=first.subject)
    sooner = set_for(firm, date(2026, 11, 1))
    assert sooner != first and sooner.due_on == date(2026, 11, 1)
