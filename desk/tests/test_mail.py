"""Mail leaves once, in the reader's language; what nobody knows the outcome of waits for a person."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from email.header import decode_header, make_header
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as house
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from accounts.models.roles import POLICY_ADMINISTRATOR, UNDERWRITER, Role
from accounts.tests.factories import exporter, member, signed_in, staff
from desk.actions.mail import (
    FIRST_REST,
    LEASE,
    MOST_ATTEMPTS,
    claim_mail,
    give_up_lost_mails,
    mark_mail_sent,
    send_mail_again,
    settle_mail,
)
from desk.actions.notice import tell
from desk.models import Notice
from desk.models.notice import MailStage
from desk.tasks import send_mails
from desk.tests.smtpd import mail_server
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Any:
    with mail_server() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = found.server_address
        settings.SITE_URL = "https://portal.example/"
        settings.DEFAULT_FROM_EMAIL = "Fairlead <notices@fairlead.example>"
        yield found


def mail(language: str = "en", by: str = "Lin & Söhne", **columns: Any) -> Notice:
    """A queued mail to a new colleague of a new firm."""
    firm = exporter(name="Ningbo Lanhai & Co.")
    reader = member(firm, Role.EDITOR, language=language)
    tell(
        by=None, exporter=firm.pk, kind=columns.pop("kind", "desk.review_asked"),
        facts={"act": "act_claims_file_claim", "by": by}, subject="review:7", path="/claims/7/",
        recipients=[reader.pk],
    )  # fmt: skip
    row = Notice.objects.get(recipient=reader, channel="mail")
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
    return row


def settled(notice: Notice) -> tuple[str, int]:
    notice.refresh_from_db()
    return notice.stage, notice.attempts


def parts(message: Any) -> tuple[str, str]:
    text, page = (part.get_payload(decode=True).decode() for part in message.get_payload())
    return text, page


def test_a_mail_is_sent_once_as_text_and_html(server):
    row = mail()
    assert send_mails() == 1
    assert send_mails() == 0
    [message] = server.taken
    assert settled(row) == (MailStage.SENT, 1)
    assert row.sent_at and row.claimed_until is None
    assert message["Message-ID"] == f"<{row.message_id}@fairlead.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == row.recipient.email
    text, page = parts(message)
    assert "https://portal.example/claims/7/" in text
    assert 'href="https://portal.example/claims/7/"' in page
    # Plain words are not escaped as text and are escaped once as HTML.
    assert "Lin & Söhne" in text and "Lin &amp; Söhne" in page and "&amp;amp;" not in page
    assert "style=" not in page


@pytest.mark.parametrize(
    ("language", "subject", "link"),
    [
        ("en", "Lin has entered something for you to send", "Open it in the portal"),
        ("zh-hans", "Lin", "在门户中打开"),
    ],
)
def test_a_mail_speaks_the_readers_language(server, language, subject, link):
    mail(language, by="Lin")
    send_mails()
    [message] = server.taken
    assert subject in str(make_header(decode_header(message["Subject"])))
    assert message["Content-Language"] == language
    assert link in parts(message)[0]
    assert f'lang="{language}"' in parts(message)[1]


def test_a_reader_who_chose_no_language_gets_the_browsers(server):
    notice = mail("")
    User.objects.filter(pk=notice.recipient_id).update(browser_language="zh-hans")
    send_mails()
    assert server.taken[0]["Content-Language"] == "zh-hans"


def test_a_reader_without_a_language_gets_the_houses(server):
    mail("")
    send_mails()
    assert server.taken[0]["Content-Language"] == house.LANGUAGE_CODE


@pytest.mark.parametrize(
    ("manner", "stage"),
    [
        ("busy", MailStage.QUEUED),
        ("later", MailStage.QUEUED),
        ("shuts", MailStage.QUEUED),
        ("never", MailStage.FAILED),
        ("unknown", MailStage.FAILED),
        ("hangs up", MailStage.UNKNOWN),
    ],
)
def test_what_the_server_does_decides_where_the_mail_stands(server, manner, stage):
    server.manner = manner
    row = mail()
    assert send_mails() == 0
    assert settled(row) == (stage, 1)
    assert row.trouble and row.claimed_until is None
    assert (row.not_before is not None) == (stage == MailStage.QUEUED)


def test_a_server_that_is_not_there_costs_an_attempt_and_no_mail(server, settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.EMAIL_PORT = port
    row = mail()
    send_mails()
    assert settled(row) == (MailStage.QUEUED, 1)


def test_a_refused_mail_rests_twice_as_long_each_time_and_then_has_failed(server):
    server.manner = "busy"
    row = mail()
    for attempt in range(1, MOST_ATTEMPTS):
        before = timezone.now()
        send_mails()
        assert settled(row) == (MailStage.QUEUED, attempt)
        rest = FIRST_REST * 2 ** (attempt - 1)
        assert before + rest <= row.not_before <= timezone.now() + rest
        assert send_mails() == 0 and settled(row)[1] == attempt  # not before
        Notice.objects.filter(pk=row.pk).update(not_before=timezone.now())
    send_mails()
    assert settled(row) == (MailStage.FAILED, MOST_ATTEMPTS)


def test_one_line_serves_many_mails(server):
    rows = [mail(), mail()]
    assert send_mails() == 2
    assert {settled(row)[0] for row in rows} == {MailStage.SENT}
    assert len(server.lines) == 1


def test_an_idle_line_that_was_closed_is_opened_again(server):
    rows = [mail(), mail()]
    server.manner = "closes when idle"
    assert send_mails() == 2
    assert {settled(row)[0] for row in rows} == {MailStage.SENT}
    assert len(server.lines) == 2


def test_an_unknown_outcome_is_never_sent_again_by_the_machine(server):
    server.manner = "hangs up"
    row = mail()
    send_mails()
    server.manner = ""
    assert send_mails() == 0
    assert settled(row) == (MailStage.UNKNOWN, 1)


def test_words_that_cannot_be_written_hold_up_nobody_else(server):
    broken, fine = mail(kind="desk.nothing_of_that_name"), mail()
    assert send_mails() == 1
    assert settled(broken)[0] == MailStage.FAILED and "TemplateDoesNotExist" in broken.trouble
    assert settled(fine)[0] == MailStage.SENT


def test_a_claim_takes_the_oldest_due_mail_and_leaves_one_event_even_for_none():
    assert claim_mail() is None
    resting, due = mail(not_before=timezone.now() + timedelta(hours=1)), mail()
    found = claim_mail()
    assert found == due and found.stage == MailStage.SENDING
    assert found.claimed_until > timezone.now() + LEASE / 2
    assert claim_mail() is None
    assert settled(resting)[0] == MailStage.QUEUED
    assert AuditEvent.objects.filter(action="claim_mail").count() == 3


def test_a_mail_settled_by_another_hand_stays_as_it_is():
    row = mail(stage=MailStage.UNKNOWN)
    assert settle_mail(notice=row.pk, stage=MailStage.SENT).stage == MailStage.UNKNOWN


def test_a_lost_lease_is_an_unknown_outcome(server):
    lost = mail(stage=MailStage.SENDING, claimed_until=timezone.now() - timedelta(seconds=1))
    running = mail(stage=MailStage.SENDING, claimed_until=timezone.now() + timedelta(minutes=1))
    assert send_mails() == 0
    assert settled(lost)[0] == MailStage.UNKNOWN and lost.trouble
    assert settled(running)[0] == MailStage.SENDING
    assert server.taken == []
    assert give_up_lost_mails() == 0


def test_a_person_decides_what_becomes_of_it(server):
    administrator = staff(POLICY_ADMINISTRATOR)
    unknown, failed = mail(stage=MailStage.UNKNOWN, attempts=3), mail(stage=MailStage.FAILED)
    send_mail_again(by=administrator.pk, notice=unknown.pk)
    mark_mail_sent(by=administrator.pk, notice=failed.pk)
    assert settled(unknown) == (MailStage.QUEUED, 0)
    assert settled(failed)[0] == MailStage.SENT and failed.sent_at
    assert send_mails() == 1
    with pytest.raises(Refused):
        send_mail_again(by=administrator.pk, notice=unknown.pk)
    for person in (staff(UNDERWRITER), unknown.recipient):
        with pytest.raises(NotAllowed):
            mark_mail_sent(by=person.pk, notice=unknown.pk)


def test_the_office_lists_the_outbox_and_decides(client: Client):
    administrator = staff(POLICY_ADMINISTRATOR)
    row, page_row = mail(stage=MailStage.UNKNOWN), Notice.objects.filter(channel="page")
    signed_in(client, administrator)
    address = reverse("admin:desk_notice_changelist")
    assert "Lin &amp; Söhne has entered" in client.get(address + "?stage=unknown").content.decode()
    assert client.get(reverse("admin:desk_notice_change", args=[row.pk])).status_code == 200
    client.post(address, {"action": "mark_sent", "_selected_action": [row.pk]})
    assert settled(row)[0] == MailStage.SENT
    answer = client.post(address, {"action": "send_again", "_selected_action": [row.pk]}, follow=True)
    assert "neither of unknown outcome nor failed" in answer.content.decode()
    answer = client.post(address, {"action": "send_again", "_selected_action": [page_row[0].pk]}, follow=True)
    assert "Choose mails" in answer.content.decode()
    assert signed_in(Client(), staff(UNDERWRITER)).get(address).status_code == 403


# The worker as a process of its own, which the test kills while the mail server keeps it waiting after DATA.
WORKER = """
import django
django.setup()
from desk.tasks import send_mails
send_mails()
"""


def a_worker(port: int) -> subprocess.Popen[bytes]:
    """A worker on this test's database that sends to the mail server on `port`."""
    database = connection.settings_dict
    who = f"{database['USER']}:{quote(database['PASSWORD'])}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{who}@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    return subprocess.Popen([sys.executable, "-c", WORKER], env=environment, cwd=house.BASE_DIR)


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_a_worker_killed_while_sending_leaves_an_unknown_outcome(server):
    row = mail()
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the call and never says a word
        worker = a_worker(silent.getsockname()[1])
        try:
            silent.settimeout(60)
            line, _address = silent.accept()
            assert settled(row)[0] == MailStage.SENDING
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        line.close()
    assert send_mails() == 0
    assert settled(row)[0] == MailStage.SENDING  # the lease still runs
    Notice.objects.filter(pk=row.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    send_mails()
    assert settled(row) == (MailStage.UNKNOWN, 1)
    assert server.taken == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_two_workers_never_send_the_same_mail(server):
    rows = [mail() for _n in range(6)]
    workers = [a_worker(server.server_address[1]) for _n in range(2)]
    deadline = time.monotonic() + 60
    for worker in workers:
        assert worker.wait(timeout=max(1, deadline - time.monotonic())) == 0
    ids = [message["Message-ID"] for message in server.taken]
    assert len(ids) == len(set(ids)) == len(rows)
    assert {settled(row) for row in rows} == {(MailStage.SENT, 1)}
