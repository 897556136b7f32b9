"""Signals: who may record one, what it sets off, and where it goes when the buyer was merged."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.models.roles import CLAIMS_HANDLER, Role
from accounts.tests.factories import exporter, member, staff
from buyers import tasks
from buyers.actions import signal as signals
from buyers.actions.signal import record_signal
from buyers.models import Score, Signal
from buyers.tasks import score_signalled
from buyers.tests.factories import buyer
from kernel.refusals import NotAllowed

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def queued(monkeypatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(signals.score_signalled, "delay_on_commit", found.append)
    return found


def recorded(**columns):
    return record_signal(**{"by": None, "kind": "overdue_reported", "happened_on": DAY, "source": "test", **columns})


def test_a_signal_makes_the_buyer_due_and_wakes_the_worker(queued):
    firm = buyer(next_score_on=timezone.now().date() + timedelta(days=20))
    row = recorded(buyer=firm.pk, facts={"days": 31})
    firm.refresh_from_db()
    assert firm.next_score_on == timezone.now().date()
    assert queued == [firm.pk]
    assert (row.facts, row.reporter) == ({"days": 31}, None)
    assert AuditEvent.objects.filter(action="record_signal").count() == 1


def test_a_buyer_that_is_due_already_is_not_put_off(queued):
    firm = buyer(next_score_on=DAY)
    recorded(buyer=firm.pk)
    firm.refresh_from_db()
    assert firm.next_score_on == DAY


def test_a_signal_about_a_merged_buyer_goes_to_the_one_that_stands(queued):
    stands = buyer()
    gone = buyer(merged_into=stands)
    assert recorded(buyer=gone.pk).buyer == stands
    assert queued == [stands.pk]


def test_members_who_may_write_report_for_their_firm_only(queued):
    firm, mine, rival = buyer(), exporter(), exporter()
    clerk, reader = member(mine), member(mine, Role.READER)
    assert recorded(buyer=firm.pk, by=clerk.pk, reporter=mine.pk).reporter == mine
    for person, reporter in ((clerk, rival.pk), (clerk, None), (reader, mine.pk)):
        with pytest.raises(NotAllowed):
            recorded(buyer=firm.pk, by=person.pk, reporter=reporter)
    assert Signal.objects.count() == 1


def test_staff_record_for_a_firm_or_for_nobody(queued):
    firm, handler = buyer(), staff(CLAIMS_HANDLER)
    assert recorded(buyer=firm.pk, by=handler.pk)
    assert recorded(buyer=firm.pk, by=handler.pk, reporter=exporter().pk)


def test_an_unknown_kind_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="rumour"):
        recorded(buyer=buyer().pk, kind="rumour")


def test_signals_are_only_ever_added_to(queued):
    row = recorded(buyer=buyer().pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


def test_the_task_scores_the_buyer(queued):
    firm = buyer()
    recorded(buyer=firm.pk, happened_on=timezone.now().date())
    score_signalled(firm.pk)
    assert Score.objects.get().buyer == firm
    assert tasks.worker_name() != tasks.worker_name()
