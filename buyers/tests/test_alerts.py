"""A firm's alerts: whose they are, what each says, and ticking one off for all of the firm."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import AuditEvent
from accounts.models.roles import Role
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions.alert import raise_signal_alerts, read_alert, reopen_alert, settle_alert, tell_of_regrades
from buyers.actions.score import score_buyer
from buyers.models import Alert, Buyer, Signal
from buyers.tests.factories import buyer, in_book, score, statement
from buyers.views.letters import LETTERS
from desk.gravity import Gravity
from desk.models import Notice
from desk.wording import notice_words
from kernel.refusals import NotAllowed

pytestmark = pytest.mark.django_db


def raised(firm, grade: int = 8, former: int | None = 4, name: str = "", done: bool = False, **facts) -> Alert:
    """An alert of `firm` about a buyer of its book."""
    about = buyer(name)
    in_book(firm, about)
    if former:
        score(about, former)
    row = score(about, grade)
    kind = "first_grade" if former is None else "downgrade" if grade > former else "upgrade"
    facts = {"grade": grade, "former_grade": former, "reasons": [], **facts}
    by = {"done_at": timezone.now(), "done_by": member(firm)} if done else {}
    return Alert.objects.create(exporter=firm, buyer=about, score=row, kind=kind, facts=facts, **by)


@pytest.fixture
def firm():
    return exporter()


@pytest.fixture
def clerk(firm):
    return member(firm)


@pytest.fixture
def page(client: Client, clerk, firm) -> Client:
    return signed_in(client, clerk, firm)


def names(response) -> list[str]:
    return [alert.buyer.name for alert in response.context["page"].rows]


# --- the list --------------------------------------------------------------------------------------------------------


def test_the_list_shows_the_firms_open_alerts_newest_first(page, firm):
    raised(firm, name="First AG")
    raised(firm, name="Second AG")
    raised(firm, name="Settled AG", done=True)
    raised(exporter(), name="Rival's AG")
    assert names(page.get(reverse("alerts"))) == ["Second AG", "First AG"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=done", ["Settled AG"]), ("state=all", ["Better AG", "Settled AG", "Open AG"]),
        ("kind=upgrade", ["Better AG"]), ("name=open", ["Open AG"]), ("name=nobody", []),
        ("state=nonsense&kind=nonsense", ["Better AG", "Open AG"]),
    ],
)  # fmt: skip
def test_the_address_narrows_the_list(page, firm, query: str, found: list[str]):
    raised(firm, name="Open AG")
    raised(firm, name="Settled AG", done=True)
    raised(firm, 2, 4, name="Better AG")
    assert names(page.get(f"{reverse('alerts')}?{query}")) == found


def test_the_list_says_why_and_what_it_means(page, firm):
    raised(firm, reasons=[{"code": "equity_ratio", "facts": {"value_percent": "-2"}}])
    content = page.get(reverse("alerts")).content.decode()
    assert "Equity is -2 % of total assets" in content
    assert "Non-payment has become clearly more likely" in content


def test_the_list_costs_the_same_queries_for_one_alert_and_for_fifty(page, firm, django_assert_max_num_queries):
    raised(firm)
    page.get(reverse("alerts"))
    with django_assert_max_num_queries(100) as few:
        page.get(reverse("alerts"))
    for _ in range(49):
        raised(firm)
    with django_assert_max_num_queries(len(few)):
        assert len(page.get(reverse("alerts")).context["page"].rows) == 50


# --- one alert -------------------------------------------------------------------------------------------------------


def graded_twice() -> tuple[Buyer, Alert, object]:
    firm = exporter()
    about = buyer("Kesselring Werkzeuge GmbH")
    in_book(firm, about, own_reference="D-1043")
    statement(about)
    score_buyer(by=None, buyer=about.pk, today=date(2026, 11, 20))
    statement(about, date(2026, 6, 30), equity=-100_000, retained_earnings=-1_200_000, net_profit=-900_000,
              operating_profit=-1_500_000, operating_costs=16_500_000, profit_before_tax=-1_700_000)  # fmt: skip
    score_buyer(by=None, buyer=about.pk, today=date(2026, 11, 21))
    return about, Alert.objects.get(kind="downgrade"), firm


def test_an_alert_says_what_changed_what_it_means_and_what_to_do(client):
    about, alert, firm = graded_twice()
    content = signed_in(client, member(firm), firm).get(reverse("alert", args=[alert.pk])).content.decode()
    assert "your reference D-1043" in content
    assert "Equity is below zero by 1 % of total assets" in content
    assert "Equity is not below zero" in content  # before
    assert "Reduce the limit" in content
    assert f"{reverse('ask_limit', args=[about.pk])}?kind=reduction" in content


def test_an_alert_says_when_the_buyer_was_graded_again_since(client):
    about, alert, firm = graded_twice()
    Buyer.objects.filter(pk=about.pk).update(grade=10)
    content = signed_in(client, member(firm), firm).get(reverse("alert", args=[alert.pk])).content.decode()
    assert "its grade is now 10" in content


def test_an_alert_of_a_rival_is_not_found(page):
    theirs = raised(exporter())
    for name in ("alert", "alert_done"):
        method = page.get if name == "alert" else page.post
        assert method(reverse(name, args=[theirs.pk])).status_code == 404
    theirs.refresh_from_db()
    assert theirs.done_at is None


def test_a_reader_sees_alerts_without_buttons_and_may_not_tick_them_off(client, firm):
    alert = raised(firm)
    reader = signed_in(client, member(firm, Role.READER), firm)
    assert "alert_done" not in reader.get(reverse("alert", args=[alert.pk])).content.decode()
    assert f"/{alert.pk}/done/" not in reader.get(reverse("alerts")).content.decode()
    assert reader.post(reverse("alert_done", args=[alert.pk])).status_code == 403


def test_strangers_are_sent_to_the_door_and_staff_to_the_office(client):
    assert client.get(reverse("alerts")).headers["Location"].startswith(reverse("account_login"))
    assert signed_in(client, staff()).get(reverse("alerts")).headers["Location"] == reverse("admin:index")


# --- ticking off -----------------------------------------------------------------------------------------------------


def test_done_is_done_for_the_whole_firm_and_can_be_taken_back(page, firm, clerk):
    alert = raised(firm)
    response = page.post(reverse("alert_done", args=[alert.pk]), {"back": "alerts"})
    assert response.headers["Location"] == reverse("alerts")
    alert.refresh_from_db()
    assert alert.done_by == clerk
    assert names(page.get(reverse("alerts"))) == []
    response = page.post(reverse("alert_done", args=[alert.pk]), {"open": "1"})
    assert response.headers["Location"] == reverse("alert", args=[alert.pk])
    alert.refresh_from_db()
    assert (alert.done_at, alert.done_by) == (None, None)


def test_done_by_get_is_refused(page, firm):
    assert page.get(reverse("alert_done", args=[raised(firm).pk])).status_code == 405


def test_a_second_tick_changes_nothing(firm, clerk):
    alert = raised(firm)
    first = settle_alert(by=clerk.pk, alert=alert.pk)
    assert settle_alert(by=member(firm).pk, alert=alert.pk).done_at == first.done_at
    reopen_alert(by=clerk.pk, alert=alert.pk)
    reopen_alert(by=clerk.pk, alert=alert.pk)
    outcomes = AuditEvent.objects.filter(subject=f"alert:{alert.pk}").order_by("id")
    assert [e.details["outcome"] for e in outcomes] == ["done", "repeated", "open", "repeated"]


def test_nobody_ticks_off_for_another_firm(firm):
    alert = raised(firm)
    for act in (settle_alert, reopen_alert):
        for person in (member(exporter()), member(firm, Role.READER)):
            with pytest.raises(NotAllowed):
                act(by=person.pk, alert=alert.pk)


# --- the notice ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "english", "chinese"),
    [
        ("downgrade", "Kesselring & Co has fallen from grade 5 to 7", "Kesselring & Co 的评级由 5 级降至 7 级"),
        ("upgrade", "Kesselring & Co has risen from grade 5 to 7", "Kesselring & Co 的评级由 5 级升至 7 级"),
        ("first_grade", "Kesselring & Co has been graded for the first time: 7", "Kesselring & Co 首次获得评级：7 级"),
    ],
)
def test_the_notice_is_worded_in_the_readers_language(kind: str, english: str, chinese: str):
    facts = {"kind": kind, "buyer_name": "Kesselring & Co", "former_grade": 5, "grade": 7, "reasons": []}
    notice = Notice(kind="buyers.regraded", facts=facts)
    with translation.override("en"):
        assert notice_words(notice).headline == english
    with translation.override("zh-hans"):
        assert notice_words(notice).headline == chinese


# --- alerts of signals -----------------------------------------------------------------------------------------------


def signalled(about: Buyer, kind: str = "insolvency_filed", reporter=None, **facts) -> Signal:
    return Signal.objects.create(
        buyer=about, kind=kind, happened_on=date(2026, 11, 20), source="gazette", reporter=reporter, facts=facts
    )


def news_of(*signals: Signal, enough: int = 0, **facts) -> list:
    return [{"signal": signal.pk, "enough": enough, "facts": facts} for signal in signals]


def test_a_signal_alerts_exactly_the_firms_with_the_buyer_in_their_book(firm):
    about, other = buyer("Kesselring AG"), exporter()
    entry = in_book(firm, about)
    in_book(other, buyer())
    left = exporter()
    in_book(left, about, archived_at=timezone.now(), archived_by=entry.added_by)
    (raised_one,) = Alert.objects.raise_for_signals(news_of(signal := signalled(about), court="AG Essen"))
    row = Alert.objects.get()
    assert (row.exporter, row.signal, row.score, row.kind) == (firm, signal, None, "insolvency_filed")
    assert row.facts == {"court": "AG Essen"}
    assert (raised_one.exporter, raised_one.buyer_name) == (firm.pk, "Kesselring AG")


def test_a_signal_raises_no_second_alert_and_none_to_the_firm_that_reported_it(firm):
    about, reporter = buyer(), exporter()
    in_book(firm, about)
    in_book(reporter, about)
    signal = signalled(about, reporter=reporter)
    assert [r.exporter for r in Alert.objects.raise_for_signals(news_of(signal))] == [firm.pk]
    assert Alert.objects.raise_for_signals(news_of(signal)) == []


@pytest.mark.parametrize(("reporters", "told"), [(1, False), (2, False), (3, True)])
def test_what_policyholders_report_is_told_to_others_once_enough_reported_it(firm, reporters: int, told: bool):
    about = buyer()
    in_book(firm, about)
    signals = [signalled(about, "overdue_reported", exporter()) for _ in range(reporters)]
    signals.append(signalled(about, "overdue_reported", signals[0].reporter))  # the same firm again counts once
    assert bool(Alert.objects.raise_for_signals(news_of(signals[-1], enough=3))) is told


def test_who_counts_alerts_does_not_count_reports(firm):
    about = buyer()
    in_book(firm, about)
    for number in range(5):
        Alert.objects.raise_for_signals(news_of(signalled(about, "overdue_reported", exporter()), enough=3))
        assert Alert.objects.count() == (1 if number >= 2 else 0)
    Alert.objects.update(raised_at=timezone.now() - timedelta(days=31))
    assert (
        len(Alert.objects.raise_for_signals(news_of(signalled(about, "overdue_reported", exporter()), enough=3))) == 1
    )


def test_an_alert_hangs_on_a_score_or_on_a_signal_never_on_both_or_neither(firm):
    about = buyer()
    made, signal = score(about), signalled(about)
    for columns in ({}, {"score": made, "signal": signal}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Alert.objects.create(exporter=firm, buyer=about, kind="downgrade", **columns)


def test_an_alert_is_called_after_what_it_hangs_on():
    assert Alert(kind="downgrade").get_kind_display() == "Downgrade"
    assert Alert(kind="insolvency_filed").get_kind_display() == "Insolvency filed"
    assert Alert(kind="unheard_of").get_kind_display() == "unheard_of"


def test_what_happened_is_told_with_what_it_means(firm, clerk):
    about = buyer("Kesselring AG")
    in_book(firm, about)
    signal = signalled(about, court="AG Essen", internal="a note of ours")
    assert raise_signal_alerts(by=None, signals=[signal.pk]) == 1
    assert Alert.objects.get().facts == {"court": "AG Essen", "happened_on": "2026-11-20"}
    notice = Notice.objects.get(recipient=clerk, channel="page")
    assert (notice.gravity, notice.subject) == (Gravity.URGENT, f"alert:{Alert.objects.get().pk}")
    words = notice_words(notice, "en")
    assert words.headline == "Kesselring AG: Insolvency proceedings"
    assert "Nothing you deliver from now on is covered" in words.body
    assert notice_words(notice, "zh-hans").headline.startswith("Kesselring AG：")
    assert raise_signal_alerts(by=None, signals=[signal.pk]) == 0
    assert AuditEvent.objects.filter(action="raise_signal_alerts").count() == 2


def test_what_is_for_staff_alerts_nobody(firm):
    about = buyer()
    in_book(firm, about)
    hit = signalled(about, "sanctions_hit")
    link = Signal.objects.create(
        buyer=about, kind="linked_trouble", happened_on=date(2026, 11, 20), source="links", staff_only=True
    )
    assert raise_signal_alerts(by=None, signals=[hit.pk, link.pk]) == 0
    assert raise_signal_alerts(by=None, signals=[]) == 0


def test_many_signals_are_one_statement_and_one_message(firm, django_capture_on_commit_callbacks):
    about = [buyer() for _ in range(20)]
    for each in about:
        in_book(firm, each)
    signals = [signalled(each, "accounts_late").pk for each in about]
    with CaptureQueriesContext(connection) as queries, django_capture_on_commit_callbacks() as waiting:
        assert raise_signal_alerts(by=None, signals=signals) == 20
    assert sum("INSERT INTO buyers_alert" in query["sql"] for query in queries) == 1
    assert sum("INSERT INTO desk_notice" in query["sql"] for query in queries) <= 1
    assert len([c for c in waiting if c.__qualname__.startswith("announce")]) <= 1


def test_telling_of_no_regrade_tells_nobody():
    assert tell_of_regrades(by=None, raised=[]) == 0


def test_an_alert_on_a_signal_says_what_happened_and_offers_the_letters(page, firm):
    about = buyer("Kesselring AG")
    in_book(firm, about)
    raise_signal_alerts(by=None, signals=[signalled(about, "accounts_late", expected_on="2026-10-31").pk])
    alert = Alert.objects.get()
    content = page.get(reverse("alert", args=[alert.pk])).content.decode()
    assert "The annual accounts are late" in content and "2026-11-20" in content
    assert reverse("buyer_letter", args=[about.pk, "accounts"]) in content
    assert "Accounts late" in page.get(reverse("alerts") + "?kind=accounts_late").content.decode()
    assert names(page.get(reverse("alerts") + "?kind=court_case")) == []


# --- read ------------------------------------------------------------------------------------------------------------


def test_who_opens_an_alert_first_is_noted_for_the_firm_and_reads_their_own_notice(client, firm, clerk):
    alert = raised(firm)
    colleague = member(firm, Role.READER, name="Bo Lin")
    for recipient in (clerk, colleague):
        Notice.objects.create(
            recipient=recipient, exporter=firm, channel="page", kind="buyers.regraded", subject=f"alert:{alert.pk}"
        )
    signed_in(client, colleague, firm).get(reverse("alert", args=[alert.pk]))
    alert.refresh_from_db()
    assert alert.read_by == colleague
    assert list(Notice.objects.filter(read_at=None).values_list("recipient", flat=True)) == [clerk.pk]
    other = signed_in(Client(), clerk, firm)
    assert "Opened by Bo Lin" in other.get(reverse("alerts")).content.decode()
    assert "Bo Lin opened this alert first" in other.get(reverse("alert", args=[alert.pk])).content.decode()
    alert.refresh_from_db()
    assert alert.read_by == colleague


def test_a_second_opening_changes_nothing_and_strangers_open_nothing(firm, clerk):
    alert = raised(firm)
    first = read_alert(by=clerk.pk, alert=alert.pk)
    assert read_alert(by=member(firm).pk, alert=alert.pk).read_at == first.read_at
    with pytest.raises(NotAllowed):
        read_alert(by=member(exporter()).pk, alert=alert.pk)


# --- letters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(LETTERS))
def test_a_letter_stands_in_either_language_and_comes_as_a_file(page, firm, clerk, kind: str):
    about = buyer("Kesselring & Co", city="Essen")
    in_book(firm, about, own_reference="D-1043")
    address = reverse("buyer_letter", args=[about.pk, kind])
    shown = page.get(address)
    assert shown.context["language"] == "en"
    assert "Our reference: D-1043" in shown.content.decode()
    file = page.get(address + "?language=zh-hans&file=1")
    assert file.headers["Content-Disposition"] == f'attachment; filename="{kind}-{about.pk}.txt"'
    text = file.content.decode()
    assert "Kesselring & Co\nEssen" in text and "我方编号：D-1043" in text
    assert "Dear" not in text
    assert page.get(address + "?language=xx").context["language"] == "en"


def test_letters_go_to_buyers_of_the_firms_book_only(page, firm):
    about, archived = buyer(), buyer()
    in_book(exporter(), about)
    in_book(firm, archived, archived_at=timezone.now(), archived_by=member(firm))
    for each in (about, archived):
        assert page.get(reverse("buyer_letter", args=[each.pk, "security"])).status_code == 404
    in_book(firm, about)
    assert page.get(reverse("buyer_letter", args=[about.pk, "nonsense"])).status_code == 404
