"""In a real browser: news appear in the open page, whoever committed them, and again after the line was lost."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.models.exporter import Exporter
from accounts.tests.factories import exporter, member, signed_in
from buyers.actions.alert import read_alert, reopen_alert, settle_alert
from buyers.models import Alert
from buyers.tests.factories import buyer, in_book, score
from desk.actions.notice import tell
from portal.asgi import application
from scripts.places import ROOT
from tests.test_services.portal_server import serving

SECONDS = 5_000  # milliseconds within which a page must show what was committed; it takes a fraction of one
TOLD = """
import django; django.setup()
from desk.actions.notice import News, tell_firms
from desk.gravity import Gravity
facts = {{"kind": "downgrade", "buyer_name": "Kesselring AG", "former_grade": 4, "grade": 7, "reasons": []}}
news = News({firm}, "alert:{number}", "/buyers/alerts/{number}/", facts, Gravity.WORSE)
tell_firms(by=None, kind="buyers.regraded", news=[news], mail=False)
"""


def told_by_another_process(firm: Exporter, number: int = 1) -> None:
    """As a worker on another machine does: it shares nothing with this process but the database and the broker."""
    of = connection.settings_dict
    address = f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    words = TOLD.format(firm=firm.pk, number=number)
    subprocess.run([sys.executable, "-c", words], cwd=ROOT, env=environment, check=True, timeout=60)


def told(firm: Exporter, number: int = 1) -> None:
    facts = {"kind": "downgrade", "buyer_name": f"Buyer {number}", "former_grade": 4, "grade": 7, "reasons": []}
    tell(
        by=None, exporter=firm.pk, kind="buyers.regraded", facts=facts, subject=f"alert:{number}",
        path=f"/buyers/alerts/{number}/", mail=False,
    )  # fmt: skip


@pytest.fixture
def windows(browser: Any) -> Iterator[Any]:
    """Opens windows, each with cookies of its own, and shuts them."""
    contexts = []

    def opened(home: str, user: User, firm: Exporter, locale: str = "en-GB") -> Any:
        context = browser.new_context(base_url=home, locale=locale)
        context.set_default_timeout(15_000)
        contexts.append(context)
        cookie = signed_in(Client(), user, firm).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": home}])
        return context

    yield opened
    for context in contexts:
        context.close()


def listening(context: Any, path: str = "/") -> Any:
    """A page of the window, once its stream is open."""
    page = context.new_page()
    with page.expect_response("**/live/events*"):
        page.goto(path)
    page.wait_for_timeout(300)  # its first look
    return page


def test_both_windows_of_a_firm_show_what_another_process_committed_and_a_rivals_does_not(portal_server, windows):
    firm, rival = exporter(), exporter()
    home = portal_server.url
    here, there = listening(windows(home, member(firm), firm)), listening(windows(home, member(firm), firm), "/buyers/")
    theirs = listening(windows(home, member(rival), rival))
    told_by_another_process(firm)
    for page in (here, there):
        line = page.locator("#live .news-line")
        line.wait_for(timeout=SECONDS)
        assert line.inner_text().strip() == "Kesselring AG has fallen from grade 4 to 7 — see what to do"
        assert page.locator("#bell .bell-n").inner_text() == "1"
        assert page.locator("#bell .visually-hidden").inner_text() == "1 unread notice"
    assert theirs.locator("#live .news-line").count() == 0
    assert theirs.locator("#bell .bell-n").count() == 0
    assert page.locator("#live").get_attribute("aria-live") == "polite"


def test_the_line_leads_to_the_page_and_takes_the_number_from_the_bell(portal_server, windows):
    firm = exporter()
    page = listening(windows(portal_server.url, member(firm), firm))
    tell(
        by=None, exporter=firm.pk, kind="desk.review_asked", facts={"act": "act_claims_file_claim", "by": "Lin"},
        subject="review:1", path="/desk/reviews/", mail=False,
    )  # fmt: skip
    page.locator("#live .news-line a").click(timeout=SECONDS)
    page.wait_for_url("**/desk/reviews/")
    assert page.locator("#bell .bell-n").count() == 0


def test_a_line_is_dismissed_by_its_button(portal_server, windows):
    firm = exporter()
    page = listening(windows(portal_server.url, member(firm), firm))
    told(firm)
    page.get_by_role("button", name="Dismiss").click(timeout=SECONDS)
    assert page.locator("#live .news-line").count() == 0


def test_the_list_of_alerts_offers_its_new_rows(portal_server, windows):
    firm = exporter()
    page = listening(windows(portal_server.url, member(firm), firm), "/buyers/alerts/")
    offer = page.locator("[data-live-rows]")
    assert not offer.is_visible()
    told(firm, 1)
    offer.wait_for(timeout=SECONDS)
    assert offer.inner_text() == "1 new alert: show it"
    told(firm, 2)
    page.get_by_text("2 new alerts: show them").wait_for(timeout=SECONDS)


def alert_of(firm: Exporter) -> Alert:
    about = buyer("Kesselring AG")
    in_book(firm, about)
    score(about, 4)
    facts = {"former_grade": 4, "grade": 7, "reasons": []}
    return Alert.objects.create(exporter=firm, buyer=about, score=score(about, 7), kind="downgrade", facts=facts)


def test_what_a_colleague_did_with_an_alert_shows_in_the_open_page(portal_server, windows):
    firm = exporter()
    alert, lin = alert_of(firm), member(firm, name="Lin Wei")
    page = listening(windows(portal_server.url, member(firm), firm), f"/buyers/alerts/{alert.pk}/")
    page.get_by_role("button", name="Mark as done").focus()
    settle_alert(by=lin.pk, alert=alert.pk)
    page.get_by_text("ticked off by Lin Wei").wait_for(timeout=SECONDS)
    again = page.get_by_role("button", name="Open again")
    again.wait_for(timeout=SECONDS)
    assert again.evaluate("button => button === document.activeElement")  # the focus stayed where it was
    again.click()
    page.get_by_role("button", name="Mark as done").wait_for(timeout=SECONDS)


def test_what_a_colleague_did_with_an_alert_shows_in_the_open_list(portal_server, windows):
    firm = exporter()
    alert, lin = alert_of(firm), member(firm, name="Lin Wei")
    context = windows(portal_server.url, member(firm), firm)
    page = listening(context, "/buyers/alerts/")
    second = context.new_page()  # a tab that has no stream of its own
    second.goto("/buyers/alerts/?state=all")
    read_alert(by=lin.pk, alert=alert.pk)
    page.get_by_text("Opened by Lin Wei").wait_for(timeout=SECONDS)
    second.get_by_text("Opened by Lin Wei").wait_for(timeout=SECONDS)
    settle_alert(by=lin.pk, alert=alert.pk)
    page.get_by_text("Done by Lin Wei").wait_for(timeout=SECONDS)  # the list of open ones lacks it now
    assert page.get_by_role("button", name="Mark the alert on").count() == 0
    second.get_by_text("Lin Wei ·").wait_for(timeout=SECONDS)
    reopen_alert(by=lin.pk, alert=alert.pk)
    for each in (page, second):
        each.get_by_role("button", name="Mark the alert on").wait_for(timeout=SECONDS)


def test_a_page_catches_up_when_the_server_was_away(transactional_db, windows):
    firm = exporter()
    user = member(firm)
    with serving(application) as server:
        page = listening(windows(server.url, user, firm))
        told(firm, 1)
        page.get_by_text("Buyer 1 has fallen").wait_for(timeout=SECONDS)
    told(firm, 2)
    with serving(application, server.port):
        page.get_by_text("Buyer 2 has fallen").wait_for(timeout=4 * SECONDS)
        assert page.locator("#bell .bell-n").inner_text() == "2"
        assert page.get_by_text("Buyer 1 has fallen").count() == 1


def test_of_several_tabs_one_holds_the_stream_and_all_are_told(portal_server, windows):
    firm = exporter()
    context = windows(portal_server.url, member(firm), firm)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url) if "/live/" in request.url else None)
    first = listening(context)
    others = [context.new_page() for _ in range(7)]
    for page in others:
        page.goto("/desk/notices/")
    told(firm)
    for page in (first, *others):
        page.locator("#bell .bell-n").wait_for(timeout=SECONDS)
    assert len(asked) == 1
    first.close()
    told(firm, 2)
    for page in others:
        page.locator("#bell .bell-n", has_text="2").wait_for(timeout=2 * SECONDS)
    assert len(asked) == 2


def test_the_words_are_chinese_for_a_chinese_reader(portal_server, windows):
    firm = exporter()
    page = listening(windows(portal_server.url, member(firm, language="zh-hans"), firm, "zh-CN"))
    told(firm)
    line = page.locator("#live .news-line")
    line.wait_for(timeout=SECONDS)
    assert "Buyer 1 的评级由 4 级降至 7 级" in line.inner_text()
    assert "see what" not in line.inner_text()
