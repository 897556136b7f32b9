"""News is a row first: told once per person and channel, read under the bell by its recipient alone."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from accounts.models.roles import CLAIMS_HANDLER, Role
from accounts.tests.factories import exporter, member, person, signed_in, staff
from desk.actions.notice import News, read_notices, retell_firms, tell, tell_firms
from desk.gravity import Gravity
from desk.models import Notice
from desk.wording import notice_words

pytestmark = pytest.mark.django_db

FACTS = {"act": "act_claims_file_claim", "by": "Lin"}


def told(firm: Any, subject: str = "review:1", **options: Any) -> int:
    values = {"by": None, "kind": "desk.review_asked", "facts": FACTS, "path": "/desk/reviews/", **options}
    return tell(exporter=firm.pk, subject=subject, **values)


def news(firm: Any, subject: str = "alert:1") -> tuple[int, str, str, dict[str, Any]]:
    return (firm.pk, subject, "/desk/reviews/", FACTS)


def left(person: Any) -> None:
    Membership.objects.filter(user=person).update(ended_at="2026-01-01T00:00Z", ended_by=person)


def test_every_current_member_is_told_in_the_page_and_by_mail():
    firm = exporter()
    here = [member(firm, role) for role in Role.values]
    left(member(firm))
    member(firm, is_active=False)
    assert told(firm) == 6
    assert set(Notice.objects.values_list("recipient", "channel", "stage")) == {
        (p.pk, channel, stage) for p in here for channel, stage in (("page", ""), ("mail", "queued"))
    }
    event = AuditEvent.objects.get(action="tell")
    assert (event.exporter, event.subject, event.details) == (
        firm,
        "review:1",
        {"kind": "desk.review_asked", "told": 6},
    )


def test_the_same_news_is_told_once_and_other_news_again():
    firm = exporter()
    member(firm)
    assert told(firm) == 2
    assert told(firm) == 0
    assert told(firm, subject="review:2") == 2


def test_named_recipients_are_told_and_mail_may_be_left_out():
    firm = exporter()
    member(firm)
    handler = staff(CLAIMS_HANDLER)
    assert told(firm, recipients=[handler.pk, handler.pk], mail=False) == 1
    assert Notice.objects.get().recipient == handler


def test_firms_are_told_by_one_statement_each_its_own_news():
    first, second, silent = exporter(), exporter(), exporter()
    one, two = member(first), member(second)
    both = member(first)
    member(second, user=both)
    left(member(second))
    member(silent)
    with CaptureQueriesContext(connection) as queries:
        assert tell_firms(by=None, kind="buyers.regraded", news=[news(first), news(second, "alert:2")]) == 8
    assert sum("INSERT INTO desk_notice" in query["sql"] for query in queries) == 1
    rows = Notice.objects.filter(channel="page").values_list("recipient", "exporter", "subject", "facts")
    assert {(r, e, s) for r, e, s, _f in rows} == {
        (one.pk, first.pk, "alert:1"), (both.pk, first.pk, "alert:1"),
        (two.pk, second.pk, "alert:2"), (both.pk, second.pk, "alert:2"),
    }  # fmt: skip
    assert all(facts == FACTS for _r, _e, _s, facts in rows)
    assert len(set(Notice.objects.values_list("message_id", flat=True))) == 8
    assert tell_firms(by=None, kind="buyers.regraded", news=[news(first)]) == 0
    assert tell_firms(by=None, kind="buyers.regraded", news=[]) == 0
    assert AuditEvent.objects.filter(action="tell_firms").count() == 3


def test_what_was_told_says_more_where_it_has_not_gone_out_and_of_its_own_firm_only():
    firm, other = exporter(), exporter()
    clerk, sent, gone = member(firm), member(firm), member(firm)
    member(other)
    kind = "buyers.signalled"
    tell_firms(by=None, kind=kind, news=[news(firm), news(other), news(firm, "alert:2")])
    Notice.objects.filter(recipient=sent, channel="mail").update(stage="sent")
    left(gone)
    late = member(firm)
    more = {"act": "act_claims_file_claim", "by": "Wei"}
    grave = News(firm.pk, "alert:1", "/desk/reviews/", more, Gravity.SERIOUS)
    assert retell_firms(by=None, kind=kind, news=[grave]) == 2  # who came since has both for the first time
    found = {
        (row.recipient_id, row.channel) for row in Notice.objects.filter(subject="alert:1", facts=more, exporter=firm)
    }
    assert found == {(clerk.pk, "page"), (clerk.pk, "mail"), (sent.pk, "page"), (late.pk, "page"), (late.pk, "mail")}
    assert Notice.objects.filter(facts=more).exclude(subject="alert:1", exporter=firm).count() == 0
    event = AuditEvent.objects.get(action="retell_firms")
    assert (event.details["said"], event.details["told"]) == (3, 2)
    assert retell_firms(by=None, kind=kind, news=[]) == 0


def test_saying_more_leaves_a_mail_the_rest_the_server_asked_for():
    firm = exporter()
    member(firm)
    tell_firms(by=None, kind="buyers.signalled", news=[news(firm)])
    later = timezone.now() + timedelta(minutes=5)
    Notice.objects.filter(channel="mail").update(attempts=1, not_before=later)
    retell_firms(by=None, kind="buyers.signalled", news=[News(*news(firm))])
    assert Notice.objects.get(channel="mail").not_before == later


def test_telling_wakes_the_worker_and_open_pages_after_the_commit(django_capture_on_commit_callbacks):
    firm = exporter()
    member(firm)
    with django_capture_on_commit_callbacks() as waiting:
        told(firm)
        tell_firms(by=None, kind="buyers.regraded", news=[news(firm)])
        told(firm, subject="review:3", mail=False)
    woken = [callback.__qualname__.split(".")[0] for callback in waiting]
    assert woken == ["announce", "WakingTask", "announce", "WakingTask", "announce"]


def test_a_person_reads_only_their_own():
    firm = exporter()
    reader, other = member(firm), member(firm)
    told(firm)
    theirs = Notice.objects.get(recipient=other, channel="page")
    assert read_notices(by=reader.pk, notices=[theirs.pk]) == 0
    assert read_notices(by=reader.pk) == 1
    assert read_notices(by=reader.pk) == 0
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_words_follow_the_language():
    firm = exporter()
    member(firm)
    told(firm)
    notice = Notice.objects.filter(channel="page").get()
    assert notice_words(notice, "en").headline == "Lin has entered something for you to send: Filing a claim"
    assert notice_words(notice, "zh-hans").headline != notice_words(notice, "en").headline
    assert notice_words(notice, "en").body.startswith("Your firm lets one colleague enter")


# --- the page ---------------------------------------------------------------------------------------------------------


def test_notices(client: Client):
    firm = exporter()
    reader, rival = member(firm, Role.READER), person()
    told(firm)
    address = reverse("notices")
    assert client.get(address).status_code == 302
    page = signed_in(client, reader, firm).get(address).content.decode()
    assert "Lin has entered" in page and "Mark all as read" in page
    assert "Lin has entered" not in signed_in(Client(), rival).get(address).content.decode()
    staff_page = signed_in(Client(), staff(CLAIMS_HANDLER)).get(address)
    assert staff_page.status_code == 200 and "No notices yet" in staff_page.content.decode()


def test_all_are_marked_as_read_by_a_button(client: Client):
    firm = exporter()
    reader = member(firm)
    told(firm)
    signed_in(client, reader, firm)
    assert client.get(reverse("read_all_notices")).status_code == 405
    page = client.post(reverse("read_all_notices"), follow=True).content.decode()
    assert "Mark all as read" not in page
    assert "Nothing unread" in client.get(reverse("notices") + "?show=unread").content.decode()


def test_opening_a_notice_reads_it_and_chooses_its_firm(client: Client):
    first, second = exporter(name="A"), exporter(name="B")
    reader = member(first)
    member(second, user=reader)
    told(second)
    signed_in(client, reader, first)
    notice = Notice.objects.get(recipient=reader, channel="page")
    answer = client.get(reverse("notice", args=[notice.pk]))
    assert (answer.status_code, answer.url) == (302, "/desk/reviews/")
    assert client.session["firm"] == second.pk
    notice.refresh_from_db()
    assert notice.read_at
    assert client.get(reverse("notice", args=[notice.pk])).status_code == 302
    assert signed_in(Client(), member(second), second).get(reverse("notice", args=[notice.pk])).status_code == 404


def test_a_notice_never_leads_out_of_the_portal(client: Client):
    firm = exporter()
    reader = member(firm)
    told(firm, path="https://elsewhere.example/")
    notice = Notice.objects.get(channel="page")
    assert signed_in(client, reader, firm).get(reverse("notice", args=[notice.pk])).url == reverse("notices")


def test_fifty_notices_cost_as_many_queries_as_one(client: Client):
    firm = exporter()
    reader = member(firm)
    signed_in(client, reader, firm)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("notices")).status_code == 200
        return len(found)

    told(firm, subject="review:0")
    queries()
    one = queries()
    for n in range(1, 50):
        told(firm, subject=f"review:{n}", mail=False)
    assert queries() == one


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_two_workers_telling_the_same_tell_it_once():
    firms = [exporter() for _n in range(3)]
    for firm in firms:
        member(firm)
        member(firm)
    barrier, counts = threading.Barrier(2), []

    def work(items: list[Any]) -> None:
        barrier.wait()
        try:
            counts.append(tell_firms(by=None, kind="buyers.regraded", news=[news(f, f"alert:{f.pk}") for f in items]))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(items,)) for items in (firms, firms[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 12 == Notice.objects.count()
