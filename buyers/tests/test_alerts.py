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
from buyers.actions.alert import (
    FOR_THE_REGRADE,
    raise_country_alerts,
    raise_signal_alerts,
    read_alert,
    reopen_alert,
    settle_alert,
    tell_of_regrades,
)
from buyers.actions.country import follow_country_risks, keep_country_risks
from buyers.actions.score import score_buyer
from buyers.actions.signal import record_signal
from buyers.countries import Rating
from buyers.feeds.tasks import follow_countries
from buyers.models import Alert, BookEntry, Buyer, CountryRisk, Signal
from buyers.models.alert import REGRADES
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


def test_the_latest_raised_comes_first_also_over_pages(page, firm):
    """A score's alert bears the moment of its scoring: one written later may have been raised before."""
    rows = [raised(firm, name=f"No. {number} AG") for number in range(52)]
    Alert.objects.filter(pk=rows[-1].pk).update(raised_at=timezone.now() - timedelta(days=2))
    Alert.objects.filter(pk=rows[0].pk).update(raised_at=timezone.now() + timedelta(minutes=1))
    first = page.get(reverse("alerts"))
    second = page.get(reverse("alerts") + first.context["page"].next_url)
    expected = [0, *range(50, 0, -1), 51]
    assert names(first) + names(second) == [f"No. {number} AG" for number in expected]
    assert len(names(first)) == 50


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
    assert "Equity is −2 % of total assets" in content
    assert "Non-payment has become clearly more likely" in content


def test_the_list_says_what_is_known_of_an_event(page, firm):
    about = buyer("Kesselring AG")
    in_book(firm, about)
    facts = {"court": "AG Essen", "reference": "7 HK O 12/26", "amount": "52000", "currency": "USD"}
    raise_signal_alerts(by=None, signals=[signalled(about, "court_case", **facts).pk])
    content = page.get(reverse("alerts")).content.decode()
    assert "Court: AG Essen" in content and "52,000.00 USD" in content


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
    _about, alert, firm = graded_twice()
    content = signed_in(client, member(firm), firm).get(reverse("alert", args=[alert.pk])).content.decode()
    assert "your reference D-1043" in content
    assert "Equity is below zero by 1 % of total assets" in content
    assert "Equity is not below zero" in content  # before
    assert "Reduce the limit" not in content  # it has none: portal/tests/test_alert.py


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


@pytest.mark.parametrize("proved_first", [True, False])
def test_what_a_register_and_a_policyholders_papers_tell_of_one_day_alerts_once(firm, proved_first: bool):
    about, day = buyer(), date(2026, 9, 17)
    in_book(firm, about)
    told = {"buyer": about.pk, "kind": "insolvency_filed", "source": "x"}
    proved, public = {"reporter": exporter().pk}, {"facts": {"court": "AG Essen"}}
    first, second = (proved, public) if proved_first else (public, proved)
    record_signal(by=None, happened_on=day, **told, **first)
    Alert.objects.update(raised_at=timezone.now() - timedelta(days=40))
    record_signal(by=None, happened_on=day, **told, **second)
    assert Alert.objects.filter(exporter=firm).count() == 1
    record_signal(by=None, happened_on=day + timedelta(days=1), **told, **public)
    assert Alert.objects.filter(exporter=firm).count() == 2  # another day is another event


def test_two_court_cases_of_one_day_are_two_alerts(firm):
    about = buyer()
    in_book(firm, about)
    for reference in ("A 1", "A 2"):
        record_signal(by=None, buyer=about.pk, kind="court_case", happened_on=date(2026, 9, 17), source="x",
                      key=reference, facts={"reference": reference})  # fmt: skip
    assert Alert.objects.filter(exporter=firm).count() == 2


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


def test_an_alert_hangs_on_something_that_befell_a_buyer_or_on_a_countrys_rating(firm):
    about = buyer()
    made, rating = score(about), risk("TR", "B", 3)
    for columns in (
        {"buyer": about}, {"country_risk": rating, "buyer": about}, {}, {"score": made},
        {"country_risk": rating, "score": made}, {"country_risk": rating, "signal": signalled(about)},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Alert.objects.create(exporter=firm, kind="downgrade", **columns)
    Alert.objects.create(exporter=firm, kind="country_downgrade", country_risk=rating)
    Alert.objects.create(exporter=firm, kind="court_case", buyer=about, signal=signalled(about), score=made)


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


# --- one alert per cause ---------------------------------------------------------------------------------------------


def befell(about: Buyer, kind: str = "insolvency_filed", reporter=None, **facts) -> Alert | None:
    """What happened to `about`, told to those who have it in their books."""
    signal = signalled(about, kind, reporter, **facts)
    raise_signal_alerts(by=None, signals=[signal.pk])
    return Alert.objects.filter(signal=signal).first()


def regraded(about: Buyer, grade: int, reasons: tuple = ()) -> list:
    """A score of `about`, told as scoring tells it."""
    before = about.scores.order_by("-id").first()
    made = score(about, grade)
    facts = {"grade": grade, "former_grade": made.former_grade, "reasons": list(reasons)}
    since = before.scored_at.isoformat() if before else None
    raised_now = Alert.objects.raise_for([{"score": made.pk, "since": since, "facts": facts}])
    tell_of_regrades(by=None, raised=raised_now)
    return raised_now


@pytest.fixture
def watched(firm, clerk):
    """A buyer of grade 4 in the firm's book."""
    about = buyer("Kesselring AG")
    in_book(firm, about)
    score(about, 4)
    about.refresh_from_db()
    return about


def test_an_insolvency_and_the_regrade_it_causes_are_one_alert_and_one_notice_that_say_both(page, clerk, watched):
    first = befell(watched, court="AG Essen")
    (joined,) = regraded(watched, 10)
    alert = Alert.objects.get()
    assert (alert.pk, joined.alert, joined.joined) == (first.pk, first.pk, True)
    assert (alert.kind, alert.score.grade, alert.facts["former_grade"]) == ("insolvency_filed", 10, 4)
    assert alert.facts["court"] == "AG Essen"
    notice = Notice.objects.get(recipient=clerk, channel="page")
    assert notice_words(notice, "en").headline == "Kesselring AG: Insolvency proceedings; from grade 4 to 10"
    assert notice_words(notice, "zh-hans").headline == "Kesselring AG：进入破产程序；评级由 4 级变为 10 级"
    mail = Notice.objects.get(recipient=clerk, channel="mail")
    assert mail.facts == notice.facts
    content = page.get(reverse("alert", args=[alert.pk])).content.decode()
    assert "from grade 4 to grade 10" in content and "Insolvency proceedings" in content
    assert "Why the grade changed" in content
    assert content.count("Nothing you deliver from now on is covered") == 1


def test_the_mail_about_what_has_a_buyer_scored_at_once_waits_for_the_regrade_then_goes(clerk, watched):
    befell(watched)
    mail = Notice.objects.get(channel="mail")
    assert mail.not_before - mail.created_at == timedelta(seconds=FOR_THE_REGRADE)
    regraded(watched, 10)
    mail.refresh_from_db()
    assert (mail.stage, mail.not_before) == ("queued", None)


def test_the_mail_about_what_is_scored_later_does_not_wait(firm, clerk, watched):
    BookEntry.objects.update(watch="all")
    befell(watched, "address_change")
    assert Notice.objects.get(channel="mail").not_before is None


@pytest.mark.parametrize(
    ("kind", "former", "grade", "one"),
    [
        ("insolvency_filed", 4, 10, True), ("court_case", 4, 6, True), ("accounts_received", 4, 6, True),
        ("accounts_received", 4, 2, True), ("register_status_restored", 10, 5, True),
        ("court_case", 4, 2, False),  # bad news lifts no grade
        ("register_status_restored", 4, 6, False),  # and good news lowers none
        ("address_change", 4, 6, False),  # nobody is scored for that within the day
    ],
)  # fmt: skip
def test_a_regrade_joins_what_can_have_brought_it_about(firm, clerk, kind: str, former: int, grade: int, one: bool):
    about = buyer()
    in_book(firm, about)
    score(about, former)
    about.refresh_from_db()
    befell(about, kind)
    regraded(about, grade)
    assert Alert.objects.count() == (1 if one else 2)


def test_of_several_causes_the_gravest_takes_the_regrade_in(watched):
    grave = befell(watched, "strike_off_proposed")
    befell(watched, "court_case")
    regraded(watched, 9)
    assert [alert.pk for alert in Alert.objects.exclude(score=None)] == [grave.pk]


def test_what_happened_before_the_last_score_or_was_ticked_off_takes_nothing_in(firm, clerk, watched):
    befell(watched)
    score(watched, 5)
    watched.refresh_from_db()
    assert [r.joined for r in regraded(watched, 9)] == [False]
    settled = befell(watched, "court_case")
    settle_alert(by=clerk.pk, alert=settled.pk)
    assert [r.joined for r in regraded(watched, 10)] == [False]


def test_a_regrade_handed_in_twice_joins_once_and_raises_nothing_more(watched):
    befell(watched)
    befell(watched, "court_case")
    regraded(watched, 10)
    made = watched.scores.order_by("-id").first()
    news = [{"score": made.pk, "since": None, "facts": {"grade": 10, "former_grade": 4, "reasons": []}}]
    assert Alert.objects.raise_for(news) == []
    assert Alert.objects.filter(score=made).count() == 1


def test_each_firm_has_one_alert_whether_it_was_told_of_the_event_or_not(firm, watched):
    befell(watched)
    other = exporter()
    in_book(other, watched)  # after the event
    assert {(r.exporter, r.joined) for r in regraded(watched, 10)} == {(firm.pk, True), (other.pk, False)}


def test_a_firm_that_laid_the_buyer_aside_after_the_event_hears_nothing_of_the_regrade(firm, watched):
    befell(watched)
    BookEntry.objects.update(archived_at=timezone.now(), archived_by=member(firm))
    assert regraded(watched, 10) == []


def test_graver_than_told_is_unread_again_and_mailed_where_the_event_alone_was_not(firm, clerk, watched):
    BookEntry.objects.update(watch="serious")
    alert = befell(watched, "court_case")
    Notice.objects.update(read_at=timezone.now())
    assert not Notice.objects.filter(channel="mail").exists()
    regraded(watched, 9)
    page, mail = Notice.objects.order_by("id")
    assert (page.gravity, page.read_at) == (Gravity.SERIOUS, None)
    assert (mail.channel, mail.subject) == ("mail", f"alert:{alert.pk}")


def test_as_grave_as_told_stays_read(clerk, watched):
    befell(watched, "court_case")
    Notice.objects.filter(channel="page").update(read_at=timezone.now())
    regraded(watched, 6)
    assert Notice.objects.get(channel="page").read_at is not None


def test_urgent_news_waits_for_no_digest_any_more(clerk, watched):
    type(clerk).objects.update(mail_rhythm="daily")
    befell(watched, "court_case")
    assert Notice.objects.get(channel="mail").stage == "gathered"
    regraded(watched, 10)
    assert Notice.objects.get(channel="mail").stage == "queued"


def test_a_mail_that_is_out_is_not_sent_again(clerk, watched):
    befell(watched)
    Notice.objects.filter(channel="mail").update(stage="sent", sent_at=timezone.now())
    regraded(watched, 10)
    mail = Notice.objects.get(channel="mail")
    assert mail.stage == "sent" and "grade" not in mail.facts


def test_the_kind_narrows_to_regrades_that_an_alert_of_a_signal_took_in(page, firm, watched):
    befell(watched)
    regraded(watched, 10)
    raised(firm, 2, 4, name="Better AG")
    raised(firm, 3, None, name="New AG")
    addresses = {kind: names(page.get(f"{reverse('alerts')}?kind={kind}")) for kind in REGRADES}
    assert addresses == {"downgrade": ["Kesselring AG"], "upgrade": ["Better AG"], "first_grade": ["New AG"]}
    assert names(page.get(f"{reverse('alerts')}?kind=insolvency_filed")) == ["Kesselring AG"]


def test_the_buyers_page_counts_a_joined_regrade_as_a_fall(page, firm, watched):
    befell(watched, "court_case")
    regraded(watched, 8)
    assert Alert.objects.get().fell
    content = page.get(reverse("buyer", args=[watched.pk])).content.decode()
    assert "Grade 4 → 8" in content


# --- countries -------------------------------------------------------------------------------------------------------


def risk(country: str, grade: str, level: int, day: date = date(2026, 11, 1), **columns) -> CountryRisk:
    return CountryRisk.objects.create(
        country=country, valid_from=day, house_grade=grade, house_level=level, oecd_class=4, source="test", **columns
    )


def rated(country: str, grade: str, level: int, day: date) -> Rating:
    return Rating(country, day, 4, False, grade, level)


@pytest.fixture
def today():
    return timezone.now().date()


def sells_to(firm, *countries: str, watch: str = "worse") -> None:
    for country in countries:
        in_book(firm, buyer(country=country), watch=watch)


def test_a_fallen_country_alerts_each_firm_with_buyers_there_once(firm, clerk, today):
    risk("TR", "BB", 3)
    sells_to(firm, "TR", "TR", "DE")
    elsewhere, left = exporter(), exporter()
    sells_to(elsewhere, "DE")
    in_book(left, buyer(country="TR"), archived_at=timezone.now(), archived_by=clerk)
    with CaptureQueriesContext(connection) as queries:
        keep_country_risks(by=None, ratings=[rated("TR", "B", 3, today), rated("DE", "AA", 1, today)])
    assert sum("INSERT INTO buyers_alert" in query["sql"] for query in queries) == 1
    alert = Alert.objects.get()
    assert (alert.exporter, alert.buyer, alert.country_risk.rating) == (firm, None, "B3")
    assert alert.facts == {
        "country": "TR", "former_rating": "BB3", "rating": "B3", "happened_on": today.isoformat(), "buyers": 2
    }  # fmt: skip
    notice = Notice.objects.get(recipient=clerk, channel="page")
    assert notice_words(notice, "en").headline == "Türkiye: the country’s rating fell from BB3 to B3"
    assert "Buyers there in your book: 2." in notice_words(notice, "en").body
    assert notice_words(notice, "zh-hans").headline == "土耳其：国家评级由 BB3 降至 B3"
    assert Notice.objects.filter(recipient=clerk, channel="mail").count() == 1


def test_the_same_list_again_or_a_better_rating_alerts_nobody(firm, today):
    risk("TR", "BB", 3)
    sells_to(firm, "TR")
    for rating in (rated("TR", "BB", 2, today), rated("TR", "B", 2, today), rated("TR", "B", 2, today)):
        keep_country_risks(by=None, ratings=[rating])
    assert Alert.objects.count() == 1
    keep_country_risks(by=None, ratings=[rated("TR", "BB", 1, today)])
    assert Alert.objects.count() == 1


def test_a_country_is_watched_as_closely_as_the_most_closely_watched_buyer_there(firm, clerk, today):
    risk("TR", "BB", 3)
    risk("EG", "BB", 3)
    sells_to(firm, "TR", "EG", watch="none")
    sells_to(firm, "TR", watch="all")
    keep_country_risks(by=None, ratings=[rated("TR", "C", 4, today), rated("EG", "C", 4, today)])
    mails = Notice.objects.filter(channel="mail")
    assert [mail.facts["said"]["facts"]["country"] for mail in mails] == ["TR"]
    assert Notice.objects.filter(channel="page").count() == 2


def test_a_rating_announced_for_later_alerts_on_the_day_it_holds_and_once(firm, today):
    risk("TR", "BB", 3)
    risk("EG", "B", 3)
    sells_to(firm, "TR", "EG")
    later = today + timedelta(days=3)
    scored = buyer(country="TR", next_score_on=today + timedelta(days=90))
    keep_country_risks(by=None, ratings=[rated("TR", "B", 3, later), rated("EG", "BB", 3, later)])
    assert follow_country_risks(by=None) == 0
    assert not Alert.objects.exists()
    assert follow_country_risks(by=None, today=later) == 1
    scored.refresh_from_db()
    assert scored.next_score_on <= today + timedelta(days=7)
    assert follow_country_risks(by=None, today=later + timedelta(days=1)) == 0
    assert follow_countries() == 0
    assert [alert.facts["country"] for alert in Alert.objects.all()] == ["TR"]


def test_no_fallen_country_alerts_nobody_and_a_rating_handed_in_twice_alerts_once(firm, today):
    sells_to(firm, "TR")
    fallen = {
        "risk": risk("TR", "C", 4).pk, "country": "TR", "happened_on": today.isoformat(), "former_rating": "BB3",
        "rating": "C4",
    }  # fmt: skip
    assert [raise_country_alerts(by=None, fallen=rows) for rows in ([], [fallen], [fallen])] == [0, 1, 0]


def test_a_first_rating_is_no_fall_whenever_it_was_announced(firm, today):
    sells_to(firm, "TR")
    later = today + timedelta(days=1)
    keep_country_risks(by=None, ratings=[rated("TR", "D", 4, later)])
    assert follow_country_risks(by=None, today=later) == 0


def test_the_page_of_a_country_says_what_it_means_and_where_to_look(page, firm, today):
    risk("TR", "BB", 3)
    sells_to(firm, "TR", "TR")
    keep_country_risks(by=None, ratings=[rated("TR", "B", 3, today)])
    sells_to(firm, "TR")
    alert = Alert.objects.get()
    content = page.get(reverse("alert", args=[alert.pk])).content.decode()
    assert "from BB3 to B3" in content and "2 when you were told · 3 now" in content
    assert reverse("country", args=["TR"]) in content and f"{reverse('buyers')}?country=TR" in content
    shown = page.get(reverse("alerts")).content.decode()
    assert "Türkiye" in shown and "BB3 → B3" in shown
    assert names_of(page, "kind=country_downgrade") == ["Türkiye"]
    assert names_of(page, "kind=downgrade") == []
    assert page.post(reverse("alert_done", args=[alert.pk])).status_code == 302
    assert str(alert) == f"country_downgrade Türkiye → {firm.pk}"


def names_of(page: Client, query: str) -> list[str]:
    return [alert.about for alert in page.get(f"{reverse('alerts')}?{query}").context["page"].rows]


# --- what colleagues see while their page is open --------------------------------------------------------------------


def test_every_act_on_an_alert_gives_it_a_new_version_and_wakes_the_firms_pages(
    firm, clerk, django_capture_on_commit_callbacks
):
    alert = raised(firm)
    versions = [alert.version]
    for act in (read_alert, settle_alert, reopen_alert):
        with django_capture_on_commit_callbacks() as waiting:
            versions.append(act(by=clerk.pk, alert=alert.pk).version)
        assert [c for c in waiting if c.__qualname__.startswith("announce")]
        with django_capture_on_commit_callbacks() as waiting:
            assert act(by=clerk.pk, alert=alert.pk).version == versions[-1]
        assert not [c for c in waiting if c.__qualname__.startswith("announce")]
    assert versions[0] == 0 and versions == sorted(set(versions))


def test_a_page_that_was_opened_first_shows_the_version_it_made(page, firm):
    alert = raised(firm)
    content = page.get(reverse("alert", args=[alert.pk])).content.decode()
    alert.refresh_from_db()
    assert f'data-version="{alert.version}"' in content and alert.version


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
