"""What a regrade means: by hand for every kind of change."""

from datetime import date

import pytest

from buyers.advice import Alerting, Stake, advice, alert_advice, alerting, fitting, signal_advice
from buyers.signals import SIGNALS, Told, catalogue
from buyers.wording import WORDS
from desk.gravity import Gravity

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("former", "grade", "meaning", "first_step", "severity"),
    [
        (None, 3, "means_first_grade", "ask_for_cover", "info"),
        (None, 6, "means_first_grade", "ask_for_cover", "info"),
        (None, 7, "means_first_grade", "ask_for_cover", "warn"),
        (None, 10, "means_insolvent", "stop_delivering", "bad"),
        (5, 3, "means_upgrade", "ask_for_more", "ok"),
        (10, 9, "means_upgrade", "ask_for_more", "ok"),
        (3, 5, "means_weaker", "watch_payments", "warn"),
        (3, 6, "means_weaker", "watch_payments", "warn"),
        (3, 7, "means_high_risk", "cut_the_limit", "bad"),
        (7, 8, "means_high_risk", "cut_the_limit", "bad"),
        (8, 9, "means_near_failure", "hold_deliveries", "bad"),
        (9, 10, "means_insolvent", "stop_delivering", "bad"),
    ],
)
def test_a_change_has_its_meaning(former: int | None, grade: int, meaning: str, first_step: str, severity: str):
    found = advice(former, grade)
    assert (found.meaning, found.steps[0], found.severity) == (meaning, first_step, severity)


def test_every_advice_has_its_words():
    changes = [(f, g) for f in (None, *range(1, 11)) for g in range(1, 11) if f != g]
    codes = {code for f, g in changes for code in (advice(f, g).meaning, *advice(f, g).steps)}
    assert codes <= set(WORDS)


@pytest.mark.parametrize(
    ("former", "grade", "gravity"),
    [
        (None, 6, Gravity.NEWS), (None, 7, Gravity.WORSE), (None, 8, Gravity.SERIOUS), (None, 10, Gravity.URGENT),
        (9, 8, Gravity.NEWS), (2, 1, Gravity.NEWS),
        (3, 4, Gravity.WORSE), (6, 7, Gravity.WORSE), (7, 8, Gravity.SERIOUS), (8, 9, Gravity.SERIOUS),
        (9, 10, Gravity.URGENT),
    ],
)  # fmt: skip
def test_from_grade_8_on_it_is_serious_and_at_10_urgent(former: int | None, grade: int, gravity: Gravity):
    assert advice(former, grade).gravity == gravity


@pytest.mark.parametrize(
    ("kind", "gravity"),
    [
        ("insolvency_filed", Gravity.URGENT), ("dissolved", Gravity.URGENT),
        ("strike_off_proposed", Gravity.SERIOUS), ("claim_filed", Gravity.SERIOUS),
        ("court_case", Gravity.WORSE), ("accounts_late", Gravity.WORSE),
        ("accounts_received", Gravity.NEWS), ("register_status_restored", Gravity.NEWS),
    ],
)  # fmt: skip
def test_a_signal_is_as_grave_as_the_catalogue_says_and_urgent_where_cover_ends(kind: str, gravity: Gravity):
    assert signal_advice(kind).gravity == gravity


def test_every_signal_that_alerts_has_its_words():
    for code in catalogue().kinds:
        found = signal_advice(code)
        assert {found.meaning, *found.steps, f"signal_{code}"} <= set(WORDS)


@pytest.mark.parametrize(
    ("kind", "former", "grade", "meaning", "also", "first_step", "last_step"),
    [
        ("insolvency_filed", 4, 10, "means_insolvency_filed", "", "stop_delivering", "file_the_claim"),
        ("dissolved", 4, 10, "means_dissolved", "", "stop_delivering", "file_the_claim"),
        ("court_case", 4, 10, "means_insolvent", "means_court_case", "stop_delivering", "file_the_claim"),
        ("insolvency_filed", 4, 9, "means_insolvency_filed", "means_near_failure", "stop_delivering", "file_the_claim"),
        ("court_case", 4, 8, "means_high_risk", "means_court_case", "cut_the_limit", "watch_payments"),
        ("court_case", 4, 5, "means_court_case", "means_weaker", "get_security", "remind_earlier"),
        ("accounts_received", 4, 3, "means_accounts_received", "means_upgrade", "read_the_accounts", "ask_for_more"),
    ],
)  # fmt: skip
def test_an_event_and_its_regrade_are_advised_together(kind, former, grade, meaning, also, first_step, last_step):
    found = alert_advice(kind, {"former_grade": former, "grade": grade}, of_score=False)
    assert (found.meaning, found.also) == (meaning, also)
    assert (found.steps[0], found.steps[-1]) == (first_step, last_step)
    assert len(set(found.steps)) == len(found.steps)
    assert found.gravity == max(signal_advice(kind).gravity, advice(former, grade).gravity)


def test_an_alert_is_advised_by_what_it_hangs_on():
    assert alert_advice("court_case", {}, of_score=False) == signal_advice("court_case")
    assert alert_advice("downgrade", {"former_grade": 4, "grade": 7}, of_score=True) == advice(4, 7)
    assert alert_advice("first_grade", {"grade": 7}, of_score=True) == advice(None, 7)


ALL_STEPS = ("stop_delivering", "cut_the_limit", "ask_for_more", "ask_for_cover", "collect_now", "get_security")


@pytest.mark.parametrize(
    ("stake", "steps"),
    [
        (Stake(True, True, True), ("stop_delivering", "cut_the_limit", "ask_for_more", "collect_now", "get_security")),
        (Stake(True, False, False), ("stop_delivering", "cut_the_limit", "ask_for_more", "get_security")),
        (Stake(True, None, None), ("stop_delivering", "cut_the_limit", "ask_for_more", "collect_now", "get_security")),
        (Stake(False, True, False), ("stop_delivering", "ask_for_cover", "collect_now", "get_security")),
        (Stake(False, None, None), ("stop_delivering", "ask_for_cover", "collect_now", "get_security")),
        (Stake(False, False, False), ("stop_delivering", "ask_for_cover", "nothing_at_stake")),
    ],
)
def test_only_what_a_firm_can_do_is_advised(stake: Stake, steps: tuple[str, ...]):
    assert fitting(ALL_STEPS, stake) == steps


@pytest.mark.parametrize(("overdue", "offered"), [(True, True), (None, True), (False, False)])
def test_an_overdue_is_to_be_reported_where_there_is_one_or_nobody_knows(overdue: bool | None, offered: bool):
    for grade in (5, 7, 9):
        assert ("report_own_overdue" in fitting(advice(4, grade).steps, Stake(True, True, overdue))) is offered


@pytest.mark.parametrize("limit", [True, False])
@pytest.mark.parametrize("invoices", [True, False, None])
def test_something_is_always_said(limit: bool, invoices: bool | None):
    assert fitting(("collect_now",), Stake(limit, invoices, invoices))
    assert fitting(("cut_the_limit", "watch_payments"), Stake(limit, invoices, invoices))
    assert fitting(("watch_payments",), Stake(True, False, False)) == ("nothing_to_collect",)


def told(kind: str, day: date = DAY, reporter: int | None = None, staff_only: bool = False, **facts) -> Told:
    return Told(kind, day, "gazette", facts, staff_only, reporter)


def test_exporters_are_alerted_of_public_events_with_the_facts_they_may_read():
    rows = [(1, 7, told("court_case", court="AG Essen", note="ours"))]
    assert alerting(rows) == [Alerting(1, {"court": "AG Essen", "happened_on": "2026-11-20"}, 0)]


def test_what_is_for_staff_or_told_by_other_rows_alerts_nobody():
    rows = [
        (1, 7, told("sanctions_hit")),
        (2, 7, told("linked_trouble", staff_only=True)),
        *((3, 7, told(code)) for code, kind in catalogue().kinds.items() if kind.told_by != SIGNALS),
    ]
    assert alerting(rows) == []


def test_reports_of_policyholders_alert_by_month_without_facts_and_only_the_latest():
    rows = [
        (1, 7, told("overdue_reported", date(2026, 11, 2), reporter=5, amount="1")),
        (2, 7, told("overdue_reported", date(2026, 11, 20), reporter=6)),
        (3, 8, told("overdue_reported", reporter=5)),
        (4, 7, told("insolvency_filed", reporter=5, court="AG Essen")),
    ]
    found = {item.signal: item for item in alerting(rows)}
    assert set(found) == {2, 3, 4}
    assert found[2] == Alerting(2, {"happened_on": "2026-11-01"}, catalogue().enough_reporters)
    assert found[4] == Alerting(4, {"happened_on": "2026-11-20"}, 0)
