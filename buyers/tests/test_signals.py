"""The catalogue of what is watched, the rule of late accounts, who sees what: by hand at every edge."""

import copy
import json
from datetime import date, timedelta

import pytest
from django.utils import translation

from accounts.models import AuditEvent
from accounts.models.roles import UNDERWRITER
from accounts.tests.factories import exporter, member, staff
from accounts.wording import said
from buyers.actions.country import keep_country_risks
from buyers.actions.late_accounts import find_late_accounts
from buyers.actions.signal import record_signal, record_signals
from buyers.countries import Rating
from buyers.models import Buyer, Signal
from buyers.models.country import CountryRisk
from buyers.models.signal import SignalKind
from buyers.signals import (
    DATA,
    SIGNALS,
    BadCatalogue,
    Event,
    LateAccounts,
    Told,
    accounts_expected_on,
    catalogue,
    country_worsened,
    fact_lines,
    kind_of,
    late_when_last_to,
    parsed_catalogue,
    score_by,
    seen_by_exporters,
)
from buyers.tests.factories import buyer, score, statement
from buyers.wording import WORDS
from kernel.refusals import NotAllowed

TODAY = date(2026, 11, 22)
RULE = LateAccounts({"": 12, "GB": 9}, grace_days=30, given_up_after_months=36)
RAW = json.loads(DATA.read_text(encoding="utf-8"))


# --- the catalogue ----------------------------------------------------------------------------------------------------


def test_rows_tell_of_the_kinds_the_catalogue_says():
    assert {k.code for k in catalogue().kinds.values() if k.told_by == SIGNALS} == set(SignalKind.values)


@pytest.mark.parametrize("kind", catalogue().kinds.values(), ids=lambda k: k.code)
def test_every_kind_is_worded(kind):
    assert {kind.words, kind.meaning, *kind.advice} <= set(WORDS)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("kinds", "court_case", "severity"), "grave"),
        (("kinds", "court_case", "seen_by"), "everybody"),
        (("kinds", "court_case", "told_by"), "rumours"),
        (("kinds", "court_case", "colour"), "red"),
        (("kinds", "court_case", "advice"), []),
        (("late_accounts", "months_after_year_end"), {"GB": 9}),
        (("linked", "trouble"), {"rumour": {"public": True}}),
    ],
)
def test_a_crooked_catalogue_is_refused(path, value):
    data = copy.deepcopy(RAW)
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(BadCatalogue):
        parsed_catalogue(data)


def test_a_kind_nobody_knows_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="rumour"):
        kind_of("rumour")


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("court_case", None, TODAY),
        ("court_case", TODAY + timedelta(days=60), TODAY),
        ("court_case", TODAY - timedelta(days=1), TODAY - timedelta(days=1)),
        ("name_change", TODAY + timedelta(days=60), TODAY + timedelta(days=7)),
        ("name_change", TODAY + timedelta(days=3), TODAY + timedelta(days=3)),
        ("sanctions_hit", TODAY + timedelta(days=60), TODAY + timedelta(days=60)),
        ("sanctions_hit", None, None),
    ],
)
def test_an_event_brings_the_next_score_forward_and_never_puts_it_off(kind, before, after):
    assert score_by(kind_of(kind), before, TODAY) == after


# --- late accounts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period_end", "country", "expected"),
    [
        (date(2024, 12, 31), "GB", date(2026, 10, 30)),  # 31 Dec 2025 + 9 months = 30 Sep 2026, + 30 days
        (date(2024, 12, 31), "DE", date(2027, 1, 30)),
        (date(2024, 2, 29), "DE", date(2026, 3, 30)),  # 28 Feb 2026 + 30 days
    ],
)
def test_accounts_are_expected_a_year_some_months_and_some_days_later(period_end, country, expected):
    assert accounts_expected_on(period_end, country, RULE) == expected


@pytest.mark.parametrize("country", ["GB", "DE"])
@pytest.mark.parametrize("today", [TODAY, date(2026, 3, 1), date(2028, 2, 29), date(2026, 1, 31), date(2026, 5, 31)])
def test_the_last_year_end_that_is_late_is_the_last(country, today):
    first, last = late_when_last_to(today, country, RULE)
    assert accounts_expected_on(last, country, RULE) < today <= accounts_expected_on(last + timedelta(1), country, RULE)
    assert first < last


@pytest.fixture
def quiet(monkeypatch):
    monkeypatch.setattr("buyers.tasks.score_signalled.delay_on_commit", lambda *_: None)
    monkeypatch.setattr("buyers.tasks.plan_scores.delay_on_commit", lambda *_: None)


@pytest.mark.django_db
def test_late_accounts_are_a_signal_once(quiet):
    late, other = buyer(country="GB"), buyer(country="DE")
    statement(late, date(2023, 12, 31))
    statement(late, date(2024, 12, 31))
    statement(other, date(2024, 12, 31))  # Germany has until 30 January 2027
    gone = buyer(country="GB", status="dissolved")
    statement(gone, date(2024, 12, 31))
    merged = buyer(country="GB", merged_into=late)
    statement(merged, date(2024, 6, 30))
    statement(buyer(country="BR"), date(2020, 12, 31))  # given up long ago
    buyer(country="GB")  # never sent any
    assert find_late_accounts(by=None, today=TODAY) == 1
    assert find_late_accounts(by=None, today=TODAY + timedelta(days=1)) == 0
    row = Signal.objects.get()
    assert (row.buyer, row.kind, row.happened_on) == (late, "accounts_late", date(2026, 10, 31))
    assert row.facts == {"period_end_on": "2024-12-31", "expected_on": "2026-10-30"}
    assert find_late_accounts(by=None, today=date(2027, 1, 31)) == 1  # the German ones


# --- many at once -----------------------------------------------------------------------------------------------------


def event(about: Buyer, key: str, **changed) -> Event:
    told = {"kind": "court_case", "happened_on": TODAY, "source": "gazette", "facts": {"court": "Köln"}, **changed}
    return Event(buyer=about.pk, key=key, **told)


@pytest.mark.django_db
def test_the_same_event_of_a_source_is_appended_once(quiet):
    one, two = buyer(), buyer()
    assert len(record_signals(by=None, events=[event(one, "1"), event(two, "2"), event(one, "1")])) == 2
    assert record_signals(by=None, events=[event(one, "1")]) == []
    assert len(record_signals(by=None, events=[event(one, "1", source="another gazette")])) == 1
    assert AuditEvent.objects.filter(action="record_signals").count() == 3
    assert record_signals(by=None, events=[]) == []


@pytest.mark.django_db
def test_an_event_of_many_without_its_key_is_a_mistake_of_the_caller(quiet):
    with pytest.raises(AssertionError):
        record_signals(by=None, events=[event(buyer(), "")])


@pytest.mark.django_db
def test_staff_only_append_many_at_once(quiet):
    with pytest.raises(NotAllowed):
        record_signals(by=member(exporter()).pk, events=[event(buyer(), "1")])
    assert len(record_signals(by=staff(UNDERWRITER).pk, events=[event(buyer(), "1")])) == 1


@pytest.mark.django_db
def test_a_single_signal_with_a_key_told_twice_is_one(quiet):
    told = {"by": None, "buyer": buyer().pk, "kind": "court_case", "happened_on": TODAY, "source": "x", "key": "7"}
    assert record_signal(**told) == record_signal(**told)
    events = AuditEvent.objects.filter(action="record_signal").order_by("id")
    assert [e.details.get("outcome") for e in events] == [None, "repeated"]


@pytest.mark.django_db
def test_events_of_many_buyers_wake_the_refresh_and_of_few_the_buyers_themselves(monkeypatch):
    one_by_one, planned = [], []
    monkeypatch.setattr("buyers.tasks.score_signalled.delay_on_commit", one_by_one.append)
    monkeypatch.setattr("buyers.tasks.plan_scores.delay_on_commit", lambda: planned.append(1))
    few = [buyer(next_score_on=TODAY + timedelta(days=3000)) for _ in range(2)]
    record_signals(by=None, events=[event(few[0], "1"), event(few[1], "2", kind="name_change")])
    assert (one_by_one, planned) == ([few[0].pk], [])
    few[1].refresh_from_db()
    assert few[1].next_score_on > few[0].next_score_on.__class__.today()
    many = [buyer() for _ in range(21)]
    record_signals(by=None, events=[event(b, f"many {b.pk}") for b in many])
    assert (len(one_by_one), planned) == (1, [1])
    assert not Buyer.objects.filter(pk__in=[b.pk for b in many], next_score_on__isnull=True).exists()


# --- countries --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "worse"),
    [
        (("A", 2, 2), ("BB", 1, 2), True),
        (("BB", 2, 3), ("A", 4, 5), False),  # the house grade goes before level and class
        (("A", 2, 2), ("A", 3, 2), True),
        (("A", 3, 2), ("A", 2, 4), False),
        (("A", 2, 2), ("A", 2, 3), True),
        (("A", 2, 3), ("A", 2, 2), False),
        (("A", 2, None), ("A", 2, 7), False),
        (("A", 2, 3), ("A", 2, None), False),
        (("A", 2, 2), ("A", 2, 2), False),
    ],
)
def test_a_country_is_downgraded_by_grade_then_level_then_class(old, new, worse):
    assert country_worsened(old, new) is worse


@pytest.mark.django_db
def test_a_country_rated_anew_makes_its_scored_buyers_due_within_a_week():
    scored = [buyer(country="TR", next_score_on=date(2030, 1, 1)) for _ in range(9)]
    never, elsewhere = buyer(country="TR"), buyer(country="DE", next_score_on=date(2030, 1, 1))
    keep_country_risks(by=None, ratings=[Rating("TR", date(2026, 11, 1), 5, False, "B", 3)], source="test")
    for row in (*scored, never, elsewhere):
        row.refresh_from_db()
    days = {(row.next_score_on - date.today()).days for row in scored}
    assert min(days) >= -1 and max(days) <= 7 and len(days) > 1
    assert (never.next_score_on, elsewhere.next_score_on) == (None, date(2030, 1, 1))


# --- who sees what ----------------------------------------------------------------------------------------------------


def told(kind: str, day: date = TODAY, reporter: int | None = None, **changed) -> Told:
    return Told(kind, day, changed.pop("source", "ledger"), changed.pop("facts", {}), changed.pop("staff_only", False),
                reporter, f"Firm {reporter}" if reporter else "")  # fmt: skip


def shown(*rows: Told) -> list[tuple[str, date, str]]:
    return [(line.kind.code, line.happened_on, line.source) for line in seen_by_exporters(rows, catalogue())]


def test_reports_of_two_policyholders_are_not_shown_of_three_by_month():
    two = [told("overdue_reported", TODAY, 1), told("overdue_reported", TODAY, 2), told("overdue_reported", TODAY, 2)]
    assert shown(*two) == []
    assert shown(*two, told("overdue_reported", date(2026, 11, 3), 3)) == [("overdue_reported", date(2026, 11, 1), "")]


def test_reports_count_within_twelve_months_and_kind_by_kind():
    old = [told("overdue_reported", date(2025, 11, 30), 1), told("overdue_reported", date(2025, 12, 1), 2)]
    assert shown(*old, told("overdue_reported", TODAY, 3)) == []  # the first is thirteen months back
    assert shown(*old[1:], told("overdue_reported", TODAY, 3), told("claim_filed", TODAY, 1)) == []
    new = [told("overdue_reported", date(2025, 12, 1), 1), *old[1:], told("overdue_reported", TODAY, 3)]
    # December stands alone with two of them; November sees all three.
    assert shown(*new) == [("overdue_reported", date(2026, 11, 1), "")]


def test_reports_without_a_reporter_count_for_nobody():
    assert shown(*[told("claim_filed") for _ in range(5)]) == []


def test_an_insolvency_that_firms_proved_is_shown_once_without_where_it_came_from():
    rows = [told("insolvency_filed", TODAY, n, source="claim", facts={"claim": n}) for n in (1, 2)]
    assert shown(*rows) == [("insolvency_filed", TODAY, "")]
    assert seen_by_exporters(rows, catalogue())[0].facts == {}


def test_an_exporter_reads_the_facts_the_catalogue_lists_and_no_others():
    row = told("court_case", facts={"court": "Köln", "note": "of the underwriter"}, source="gazette")
    line = seen_by_exporters([row], catalogue())[0]
    assert (line.facts, line.source, line.code, line.reporter) == (
        {"court": "Köln"},
        "gazette",
        "signal_court_case",
        None,
    )


def test_what_is_for_staff_is_shown_to_no_exporter():
    assert shown(told("sanctions_hit"), told("linked_trouble", staff_only=True)) == []
    assert shown(told("linked_trouble")) == [("linked_trouble", TODAY, "ledger")]


@pytest.mark.django_db
def test_the_timeline_shows_signals_downgrades_and_the_countrys(quiet):
    about, firms = buyer(country="TR"), [exporter(), exporter(), exporter()]
    gone = buyer(merged_into=about)
    CountryRisk.objects.create(country="TR", valid_from=date(2026, 1, 1), house_grade="BB", house_level=2, source="x")
    CountryRisk.objects.create(country="TR", valid_from=date(2026, 6, 1), house_grade="B", house_level=2, source="x")
    score(about, 4, scored_for=date(2026, 2, 1))
    score(about, 6, scored_for=date(2026, 3, 1))
    score(about, 5, scored_for=date(2026, 4, 1))
    for number, firm in enumerate(firms):
        row = Signal.objects.create(
            buyer=gone if number else about, kind="overdue_reported", happened_on=TODAY, source="ledger", reporter=firm
        )
    Signal.objects.create(buyer=about, kind="sanctions_hit", happened_on=date(2026, 5, 1), source="screening")
    seen = Signal.objects.timeline(gone.pk)
    assert [line.kind.code for line in seen] == ["overdue_reported", "country_downgrade", "downgrade"]
    assert seen[1].facts == {"country": "TR", "former_rating": "BB2", "rating": "B2"}
    assert seen[2].facts == {"former_grade": 4, "grade": 6}
    assert [line.code for line in seen] == [
        "signal_overdue_reported",
        "signal_country_downgrade_from",
        "signal_downgrade_from",
    ]
    assert all(line.reporter is None for line in seen)
    staff_sees = Signal.objects.timeline(about.pk, for_exporters=False)
    assert [line.kind.code for line in staff_sees].count("overdue_reported") == 3
    assert {line.reporter for line in staff_sees} == {None, *(firm.name for firm in firms)}
    assert row.reporter.name not in str(seen)
    assert len(Signal.objects.timeline(about.pk, shown=1)) == 1


def test_what_is_known_of_an_event_is_worded_in_its_order_and_the_rest_is_left_out():
    facts = {
        "currency": "EUR", "amount": "84000", "court": "AG Essen", "happened_on": "2026-11-20", "status": "",
        "relation": "parent", "linked_name": "Mutter AG", "trouble": "insolvency_filed",
    }  # fmt: skip
    found = fact_lines(facts)
    codes = ["fact_court", "fact_amount", "fact_linked_parent", "signal_insolvency_filed"]
    assert [line["code"] for line in found] == codes
    assert fact_lines({"happened_on": "2026-11-20", "grade": 4}) == []
    with translation.override("en"):
        words = [said(WORDS, line["code"], line["facts"]) for line in found]
    assert words[0] == "Court: AG Essen" and "84,000" in words[1] and words[2] == "Its parent: Mutter AG"


def test_every_fact_an_exporter_may_read_has_its_words():
    shown = {name for kind in catalogue().kinds.values() if kind.told_by == "signals" for name in kind.facts}
    apart = {"currency", "relation", "linked_name", "trouble", "former_status"}
    assert {f"fact_{name}" for name in shown - apart} <= set(WORDS)
    assert {f"fact_linked_{relation}" for relation in catalogue().linked.relations} <= set(WORDS)
