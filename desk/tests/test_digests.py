"""Digests: when one is due by hand at every edge, who gets what, one per person and period, never an empty one."""

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connection

from accounts.models import AuditEvent, Membership
from accounts.tests.factories import exporter, member
from desk.actions.digest import make_digests
from desk.actions.notice import News, tell_firms
from desk.adapters import deliver_mails
from desk.digests import Occasion, occasion
from desk.gravity import Gravity
from desk.models import Digest, Notice
from desk.tasks import gather_mails

ESSEN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # 07:30 in Essen, 14:30 in Shanghai
NIGHT = datetime(2026, 11, 23, 3, tzinfo=UTC)  # 04:00 in Essen, 11:00 in Shanghai


@pytest.mark.parametrize(
    ("rhythm", "now", "day"),
    [
        ("daily", datetime(2026, 11, 23, 6, 59), None),
        ("daily", datetime(2026, 11, 23, 7, 0), date(2026, 11, 23)),
        ("daily", datetime(2026, 11, 23, 19, 59), date(2026, 11, 23)),
        ("daily", datetime(2026, 11, 23, 20, 0), None),
        ("at_once", datetime(2026, 11, 24, 8, 0), date(2026, 11, 24)),  # what was gathered before the change of mind
        ("weekly", datetime(2026, 11, 22, 8, 0), date(2026, 11, 16)),  # on Sunday it is still last Monday's
        ("weekly", datetime(2026, 11, 23, 7, 0), date(2026, 11, 23)),
        ("weekly", datetime(2026, 11, 25, 8, 0), date(2026, 11, 23)),
    ],
)  # fmt: skip
def test_a_digest_is_due_in_the_morning_of_its_person(rhythm: str, now: datetime, day: date | None):
    before = datetime(day.year, day.month, day.day, 7, tzinfo=ESSEN) if day else None
    assert occasion(rhythm, now.replace(tzinfo=ESSEN)) == (Occasion(day, before) if day else None)


@pytest.mark.parametrize(
    ("zone", "rhythm", "now", "day", "before"),  # all moments in UTC
    [
        # the clock goes forward on Sunday 29 March 2026, and seven o'clock comes an hour earlier
        ("Europe/Berlin", "daily", "2026-03-28 05:59", None, ""),
        ("Europe/Berlin", "daily", "2026-03-28 06:00", "2026-03-28", "2026-03-28 06:00"),
        ("Europe/Berlin", "daily", "2026-03-29 04:59", None, ""),
        ("Europe/Berlin", "daily", "2026-03-29 05:00", "2026-03-29", "2026-03-29 05:00"),
        ("Europe/Berlin", "weekly", "2026-03-29 10:00", "2026-03-23", "2026-03-23 06:00"),  # a week of 167 hours
        ("Europe/Berlin", "weekly", "2026-03-30 05:00", "2026-03-30", "2026-03-30 05:00"),
        # and back on Sunday 25 October
        ("Europe/Berlin", "daily", "2026-10-25 05:59", None, ""),
        ("Europe/Berlin", "daily", "2026-10-25 06:00", "2026-10-25", "2026-10-25 06:00"),
        ("Europe/Berlin", "daily", "2026-10-25 18:59", "2026-10-25", "2026-10-25 06:00"),
        ("Europe/Berlin", "daily", "2026-10-25 19:00", None, ""),
        # in New York on other days than here
        ("America/New_York", "daily", "2026-03-08 11:00", "2026-03-08", "2026-03-08 11:00"),
        ("America/New_York", "daily", "2026-03-07 11:59", None, ""),
        # in Cairo at midnight, so that Friday 24 April begins at one o'clock
        ("Africa/Cairo", "daily", "2026-04-24 04:00", "2026-04-24", "2026-04-24 04:00"),
        # where it is another day than in Greenwich
        ("Pacific/Kiritimati", "weekly", "2026-11-22 17:00", "2026-11-23", "2026-11-22 17:00"),
        ("Pacific/Kiritimati", "daily", "2026-11-22 16:59", None, ""),
        ("Pacific/Pago_Pago", "weekly", "2026-11-23 18:00", "2026-11-23", "2026-11-23 18:00"),
        ("Pacific/Pago_Pago", "weekly", "2026-11-23 06:59", "2026-11-16", "2026-11-16 18:00"),  # Sunday evening there
        # where the clocks are not on the hour
        ("Asia/Kolkata", "daily", "2026-11-23 01:29", None, ""),
        ("Asia/Kolkata", "daily", "2026-11-23 01:30", "2026-11-23", "2026-11-23 01:30"),
    ],
)  # fmt: skip
def test_seven_is_seven_on_the_persons_clock_whatever_it_does(zone, rhythm, now, day, before):
    found = occasion(rhythm, datetime.fromisoformat(now).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)))
    if day is None:
        assert found is None
    else:
        assert found.starts_on == date.fromisoformat(day)
        assert found.before == datetime.fromisoformat(before).replace(tzinfo=UTC)


@pytest.mark.parametrize(("clocks", "seven"), [("2026-03-29", 5), ("2026-10-25", 6)])
def test_a_day_on_which_the_clock_changes_has_one_digest_and_loses_no_news(firm, clocks: str, seven: int):
    reader(firm)
    morning = datetime.fromisoformat(clocks).replace(hour=seven, tzinfo=UTC)
    for number, minutes in ((1, -24 * 60), (2, -1), (3, 1)):
        with time_machine.travel(morning + timedelta(minutes=minutes), tick=False):
            told(firm, number)
    made = []
    for hours in range(-2, 26):
        with time_machine.travel(morning + timedelta(hours=hours), tick=False):
            made.append(make_digests())
    assert sum(made) == 2 and made[2] == 1 and made[26] == 1
    first, second = Digest.objects.order_by("starts_on")
    assert set(first.notices.values_list("subject", flat=True)) == {"alert:1", "alert:2"}
    assert set(second.notices.values_list("subject", flat=True)) == {"alert:3"}


def told(firm, number: int = 1, gravity: Gravity = Gravity.WORSE, gathers: bool = True) -> None:
    facts = {"kind": "downgrade", "buyer_name": f"Buyer {number}", "former_grade": 4, "grade": 7, "reasons": []}
    news = News(firm.pk, f"alert:{number}", f"/buyers/alerts/{number}/", facts, gravity)
    tell_firms(by=None, kind="buyers.regraded", news=[news], gathers=gathers)


def reader(firm, rhythm: str = "daily", zone: str = "Europe/Berlin", **columns):
    return member(firm, mail_rhythm=rhythm, time_zone=zone, **columns)


@pytest.fixture
def firm(db):
    return exporter(name="Muster AG")


def stages() -> dict[str, int]:
    found: dict[str, int] = {}
    for stage in Notice.objects.filter(channel="mail").values_list("stage", flat=True):
        found[stage] = found.get(stage, 0) + 1
    return found


def test_mails_wait_for_the_digest_except_what_is_urgent_or_told_to_people_who_want_them_at_once(firm):
    reader(firm)
    told(firm, 1)
    told(firm, 2, Gravity.URGENT)
    told(firm, 3, gathers=False)
    assert stages() == {"gathered": 1, "queued": 2}
    member(firm)
    told(firm, 4)
    assert stages() == {"gathered": 2, "queued": 3}
    assert Notice.objects.filter(channel="page", subject="alert:4").count() == 2  # in the page at once


def test_one_digest_holds_what_came_before_the_morning(firm):
    clerk = reader(firm)
    with time_machine.travel(SUNDAY, tick=False):
        told(firm, 1)
        told(firm, 2)
    with time_machine.travel(MONDAY, tick=False):
        told(firm, 3)  # after seven: for tomorrow
        assert make_digests() == 1
        assert make_digests() == 0
    digest = Digest.objects.get()
    assert (digest.recipient, digest.rhythm, digest.starts_on) == (clerk, "daily", date(2026, 11, 23))
    assert set(digest.notices.values_list("subject", flat=True)) == {"alert:1", "alert:2"}
    assert stages() == {"digested": 2, "gathered": 1, "queued": 1}
    row = Notice.objects.get(kind="desk.digest")
    assert (row.subject, row.facts["number"], row.exporter) == (f"digest:{digest.pk}", 2, None)
    assert AuditEvent.objects.filter(action="make_digests").count() == 2
    with time_machine.travel(MONDAY.replace(day=24), tick=False):
        assert make_digests() == 1


def test_it_is_morning_in_each_persons_own_zone(firm):
    there = reader(firm, zone="Asia/Shanghai")
    reader(firm)
    with time_machine.travel(SUNDAY, tick=False):
        told(firm)
    with time_machine.travel(NIGHT, tick=False):
        assert make_digests() == 1
    assert Digest.objects.get().recipient == there


def test_a_weekly_digest_is_mondays_and_a_daily_one_every_days(firm):
    weekly, daily = reader(firm, "weekly"), reader(firm)
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=False):
        told(firm)
    for day in (25, 26, 27, 28, 29):
        with time_machine.travel(datetime(2026, 11, day, 7, tzinfo=UTC), tick=False):
            make_digests()
    assert list(Digest.objects.values_list("recipient", flat=True)) == [daily.pk]
    with time_machine.travel(datetime(2026, 11, 30, 7, tzinfo=UTC), tick=False):
        make_digests()
    assert Digest.objects.filter(recipient=weekly).count() == 1


def test_no_digest_is_empty_and_none_tells_of_a_firm_one_has_left(firm):
    clerk, gone = reader(firm), reader(firm)
    reader(firm, is_active=False)
    with time_machine.travel(SUNDAY, tick=False):
        told(firm)
        Membership.objects.filter(user=gone).update(ended_at=SUNDAY, ended_by=clerk)
    with time_machine.travel(MONDAY, tick=False):
        assert make_digests() == 1
        assert make_digests() == 0
    assert Digest.objects.get().recipient == clerk


def test_who_goes_back_to_mails_at_once_gets_what_was_gathered(firm):
    clerk = reader(firm, "weekly")
    with time_machine.travel(SUNDAY, tick=False):
        told(firm)
    type(clerk).objects.update(mail_rhythm="at_once")
    with time_machine.travel(datetime(2026, 11, 26, 7, tzinfo=UTC), tick=False):
        assert make_digests() == 1


@pytest.mark.parametrize(
    ("language", "subject", "grave", "end"),
    [
        ("en", "Your day: 3 alerts on your buyers", "Serious", "Insolvencies and other ends of cover"),
        ("zh-hans", "您的每日汇总：3 条买方预警", "严重", "破产等导致承保终止的情况"),
    ],
)
def test_the_mail_groups_by_firm_and_gravity_and_leads_to_the_choice(
    firm, settings, language: str, subject: str, grave: str, end: str
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    clerk = reader(firm, language=language)
    other = exporter(name="Zweite AG")
    member(other, user=clerk)
    with time_machine.travel(SUNDAY, tick=False):
        told(firm, 1)
        told(firm, 2, Gravity.SERIOUS)
        told(other, 3)
    with time_machine.travel(MONDAY, tick=False):
        make_digests()
        deliver_mails()
    (sent,) = [m for m in mail.outbox if m.to == [clerk.email]]
    assert sent.subject == subject
    assert sent.extra_headers["List-Unsubscribe"] == f"<{settings.SITE_URL}/accounts/profile/mails/>"
    lines = sent.body.splitlines()
    assert lines.index("Muster AG") < lines.index(grave) < lines.index("Zweite AG")
    first, second = (next(n for n, line in enumerate(lines) if f"Buyer {b} " in line) for b in (2, 1))
    assert first < second
    assert f"{settings.SITE_URL}/buyers/alerts/2/" in lines[first + 1]
    assert end in sent.body
    assert "/accounts/profile/mails/" in sent.body
    assert f'href="{settings.SITE_URL}/buyers/alerts/2/"' in sent.alternatives[0][0]


def test_a_long_digest_names_the_gravest_and_counts_the_rest(firm, monkeypatch):
    monkeypatch.setattr("desk.wording.MOST_TOLD", 2)
    reader(firm)
    with time_machine.travel(SUNDAY, tick=False):
        for number in range(5):
            told(firm, number)
    with time_machine.travel(MONDAY, tick=False):
        gather_mails()
        deliver_mails()
    assert "and 3 more" in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_two_workers_make_one_digest():
    firm = exporter()
    reader(firm)
    with time_machine.travel(SUNDAY, tick=False):
        told(firm)
    with time_machine.travel(MONDAY, tick=False):
        start, made = threading.Barrier(2), []

        def work() -> None:
            try:
                start.wait()
                made.append(make_digests())
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(made) == [0, 1]
    assert Digest.objects.count() == Notice.objects.filter(kind="desk.digest").count() == 1
