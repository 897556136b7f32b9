"""With one policyholder that reports, nothing a colleague of another firm reads tells who it was, what it said or when.

Tried by comparison: two buyers alike but for what one single firm reported of each (another firm, another day, other
amounts, the same bins). Whatever is read of the one must read the same of the other.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.tests.factories import exporter, member, signed_in
from buyers.actions.score import score_buyer
from buyers.actions.signal import record_signal
from buyers.models import Alert, Buyer
from buyers.tests.factories import buyer, experience, in_book, statement
from desk.adapters import deliver_mails
from desk.models import Notice
from desk.wording import notice_words
from policies.tests.factories import policy

pytestmark = pytest.mark.django_db

NAMES = ("Kesselring Nord AG", "Kesselring Sued AG")
PAGES = ("buyer", "buyer_report", "score_history", "looked_up_grade")
# What they reported: different, in the same bins of every indicator, so that the grades are the same.
REPORTS = (
    {"firm": "Aargau Export AG", "clerk": "Rosa Melder", "days": 71, "share": 63, "ago": 3, "amount": "48211.50"},
    {"firm": "Xi'an Trading Co", "clerk": "Wu Zhen", "days": 84, "share": 77, "ago": 11, "amount": "9307.20"},
)
SAID_BY_NONE = (
    "Overdue payments were reported", "claimed from the insurer", "after terms on average", "of what it owes",
    "Overdue reported", "Claim filed",
)  # fmt: skip


@pytest.fixture
def clock() -> Iterator[Any]:
    """It stands until it is moved, so that moments are the same."""
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    with time_machine.travel(noon, tick=False) as clock:
        yield clock


def reported(about: Buyer, report: dict[str, Any]) -> None:
    """All that a policyholder can report: how it was paid, an overdue, a claim."""
    firm = exporter(name=report["firm"])
    clerk = member(firm, name=report["clerk"])
    in_book(firm, about)
    day = timezone.now().date() - timedelta(days=report["ago"])
    month = day.replace(day=1)
    experience(about, firm, month=month, days_beyond_terms=report["days"], share_overdue=Decimal(report["share"]))
    for kind in ("overdue_reported", "claim_filed"):
        record_signal(
            by=clerk.pk, buyer=about.pk, kind=kind, happened_on=day, source="claims", reporter=firm.pk,
            facts={"amount": report["amount"], "currency": "CHF", "reference": f"CL-{report['ago']}"},
        )  # fmt: skip


def plain(text: str, about: Buyer) -> str:
    """What is read, without what any two pages differ in: the name, numbers of rows, keys of forms."""
    text = re.sub(r'(csrfmiddlewaretoken" value=|nonce=|X-CSRFToken": )"[^"]*"', "", text)
    text = re.sub(r'name="form_key" value="[^"]*"|value="[0-9a-f-]{36}"', "", text)
    text = re.sub(r"(/|alert-|data-live-alert=\"|data-version=\"|[?&;]buyer=|value=\")\d+", r"\1", text)
    for spelled in (about.name, quote(about.name), quote_plus(about.name)):
        text = text.replace(spelled, "IT")
    return " ".join(text.split())


def pdf(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def everything_read(client: Client, about: Buyer, firm: Any, address: str) -> dict[str, str]:
    """Every page, paper and mail of `firm` about the buyer."""
    found = {name: client.get(reverse(name, args=[about.pk])).content.decode() for name in PAGES}
    found["pdf"] = pdf(b"".join(client.get(reverse("buyer_report_pdf", args=[about.pk])).streaming_content))
    alerts = Alert.objects.filter(exporter=firm, buyer=about).order_by("id")
    assert alerts.exists()
    for place, alert in enumerate(alerts):
        found[f"alert {place}"] = client.get(reverse("alert", args=[alert.pk])).content.decode()
    listed = client.get(reverse("alerts") + f"?name={quote(about.name)}").content.decode()
    found["alerts"] = re.sub(r"<option.*?</option>", "", listed)  # the menu of kinds names them all
    found["facts"] = str([(alert.kind, alert.facts) for alert in alerts])
    notices = Notice.objects.filter(exporter=firm, subject__in=[f"alert:{alert.pk}" for alert in alerts])
    words = [notice_words(notice, language) for notice in notices.order_by("id") for language in ("en", "zh-hans")]
    found["notices"] = str([(said.headline, said.body) for said in words])
    found["mails"] = str([(m.subject, m.body) for m in mail.outbox if m.to == [address] and about.name in m.body])
    return found


def test_of_one_reporter_nothing_is_told(client: Client, clock: Any, django_capture_on_commit_callbacks: Any):
    firm = exporter(name="Reader GmbH")
    person = member(firm)
    reader = signed_in(client, person, firm)
    policy(firm)
    both = [in_book(firm, buyer(name), watch="all").buyer for name in NAMES]
    today = timezone.now().date()
    for about in both:
        statement(about)
        score_buyer(by=None, buyer=about.pk, today=today)
    clock.shift(60)
    for about, report in zip(both, REPORTS, strict=True):
        reported(about, report)
        score_buyer(by=None, buyer=about.pk, today=today)
        about.refresh_from_db()
    assert both[0].grade == both[1].grade
    assert Alert.objects.filter(exporter=firm, kind="downgrade").count() == 2  # what was reported does count
    assert not Alert.objects.filter(kind="downgrade").exclude(exporter=firm).exists()  # who reported knows it
    Notice.objects.update(not_before=None)
    with django_capture_on_commit_callbacks(execute=False):
        deliver_mails()
    Notice.objects.update(read_at=timezone.now())  # the bell counts what is unread of both
    one, other = (everything_read(reader, about, firm, person.email) for about in both)
    assert one["mails"] != "[]"
    for name, said in one.items():
        assert plain(said, both[0]) == plain(other[name], both[1]), name
    for about, read, report in zip(both, (one, other), REPORTS, strict=True):
        for name, said in read.items():
            for word in (report["firm"], report["clerk"], report["amount"], "48,211", "9,307", "CHF", *SAID_BY_NONE):
                assert word not in said, (about.name, name, word)


def test_the_comparison_would_see_a_difference():
    first, second = (Buyer(name=name) for name in NAMES)
    assert plain("IT: 71 days", first) != plain("IT: 84 days", second)
    assert plain(f'<a href="/buyers/7/">{NAMES[0]}</a>', first) == plain(f'<a href="/buyers/8/">{NAMES[1]}</a>', second)
