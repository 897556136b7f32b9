"""Scoring one buyer: from what, what is kept of it, and who hears of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.tests.factories import exporter, member, staff
from buyers.actions.merge import merge_buyers
from buyers.actions.score import score_buyer
from buyers.actions.signal import record_signal
from buyers.explanation import same_bins
from buyers.freshness import next_look
from buyers.models import Alert, Buyer, CountryRisk, Score
from buyers.scorecard import CURRENT, edition
from buyers.tests.factories import buyer, experience, in_book, quoted, score, statement
from desk.models import Notice
from kernel.refusals import NotAllowed

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


def value(row: Score, code: str) -> int | None:
    return row.indicators[edition().codes.index(code)]


def scored(who: Buyer, today: date = TODAY) -> Score:
    row = score_buyer(by=None, buyer=who.pk, today=today)
    assert row is not None
    who.refresh_from_db()
    return row


def test_a_score_is_kept_with_everything_it_came_from():
    firm = buyer(founded_on=date(1976, 11, 21))
    statement(firm, date(2025, 12, 31))
    statement(firm, date(2024, 12, 31), sales=12_000_000)
    row = scored(firm)
    assert (row.edition, row.scale, row.scored_for, row.former_grade) == (CURRENT, "1-10, 1 best", TODAY, None)
    assert value(row, "equity_ratio") == 350  # 35.0 %
    assert value(row, "sales_growth") == 250  # 12 to 15 million
    assert value(row, "accounts_age") == 325
    assert value(row, "assets_size") == 10_000  # thousands of euros
    assert value(row, "days_beyond_terms") is None
    assert row.points == edition().base + sum(row.contributions)
    assert row.default_probability == edition().probabilities[row.points - edition().lowest]
    assert same_bins(row.facts())
    assert (firm.grade, firm.confidence, firm.scored_at) == (row.grade, row.confidence, row.scored_at)
    assert firm.regraded_at == row.scored_at
    assert firm.next_score_on == next_look(row.grade, TODAY)


def test_a_buyer_with_nothing_to_score_from_stays_unrated():
    firm = buyer(founded_on=date(2000, 1, 1), next_score_on=TODAY)
    assert score_buyer(by=None, buyer=firm.pk, today=TODAY) is None
    firm.refresh_from_db()
    assert (firm.grade, firm.next_score_on) == (None, None)
    assert AuditEvent.objects.get(action="score_buyer").details == {
        "looked_at": 1, "scored": 0, "regraded": 0, "alerts": 0, "unrated": 1,
    }  # fmt: skip


def test_a_buyer_once_rated_stays_rated_when_its_accounts_grow_too_old():
    firm = buyer()
    statement(firm, TODAY - timedelta(days=912))
    first = scored(firm)
    later = scored(firm, TODAY + timedelta(days=1))  # the accounts are 913 days old: they count no more
    assert value(first, "equity_ratio") == 350
    assert value(later, "equity_ratio") is None
    assert later.confidence < first.confidence


def test_of_one_year_the_audited_accounts_count_then_the_latest_received():
    firm = buyer()
    statement(firm, source="register", equity=1_000_000, audited=True)
    statement(firm, source="press", equity=5_000_000)
    assert value(scored(firm), "equity_ratio") == 100
    statement(firm, source="corrected", equity=2_000_000, audited=True)
    assert value(scored(firm), "equity_ratio") == 200


def test_accounts_of_the_future_do_not_count():
    firm = buyer()
    statement(firm, TODAY + timedelta(days=1))
    assert score_buyer(by=None, buyer=firm.pk, today=TODAY) is None


def test_size_is_counted_in_the_house_currency_and_missing_without_a_rate():
    abroad, unquoted = buyer(), buyer()
    quoted("USD", "1.25", TODAY - timedelta(days=3))
    statement(abroad, currency="USD", total_assets=1_250_000)
    statement(unquoted, currency="BRL")
    assert value(scored(abroad), "assets_size") == 1_000
    assert value(scored(unquoted), "assets_size") is None


def test_payment_experience_weighs_invoices_over_twelve_months():
    firm = buyer()
    one, other = exporter(), exporter()
    experience(firm, one, date(2026, 10, 1), days_beyond_terms=10, share_overdue=Decimal(20), invoices=1)
    experience(firm, other, date(2026, 3, 1), days_beyond_terms=30, share_overdue=Decimal(40), invoices=3)
    experience(firm, other, date(2025, 11, 1), days_beyond_terms=365, share_overdue=Decimal(100), invoices=9)
    row = scored(firm)
    assert value(row, "days_beyond_terms") == 250  # (10 + 3 x 30) / 4 = 25.0; November 2025 is over a year ago
    assert value(row, "share_overdue") == 350
    assert value(row, "payment_trend") == -200  # 10 days now, 30 before
    assert row.reporters == 2


def test_overdues_count_for_a_year_and_claims_for_three():
    firm = buyer()
    for kind, day in (
        ("overdue_reported", date(2025, 11, 21)),  # a year ago to the day: over
        ("overdue_reported", date(2025, 11, 22)),
        ("claim_filed", date(2023, 11, 21)),
        ("claim_filed", date(2023, 11, 22)),
        ("overdue_reported", TODAY + timedelta(days=1)),  # still to come
    ):
        record_signal(by=None, buyer=firm.pk, kind=kind, happened_on=day, source="test")
    row = scored(firm)
    assert (value(row, "overdues_reported"), value(row, "claims_filed")) == (1, 1)


def test_filed_insolvency_is_grade_ten_for_three_years():
    firm = buyer()
    statement(firm)
    assert scored(firm).grade < 10
    record_signal(by=None, buyer=firm.pk, kind="insolvency_filed", happened_on=TODAY, source="court")
    row = scored(firm)
    assert (row.grade, row.default_probability, row.override) == (10, Decimal(1), "insolvency_filed")
    assert scored(firm, date(2029, 11, 21)).grade < 10


def test_a_firm_the_register_calls_insolvent_is_grade_ten():
    firm = buyer(status="insolvent")
    assert scored(firm).override == "status_insolvent"
    assert firm.grade == 10


@pytest.mark.parametrize(
    ("oecd_class", "high_income", "found"), [(0, False, 0), (7, False, 7), (None, True, 8), (None, False, 9)]
)
def test_an_unclassified_country_is_not_class_nought(oecd_class: int | None, high_income: bool, found: int):
    firm = buyer(country="SG")
    statement(firm)
    country = {"country": "SG", "house_grade": "A", "house_level": 1, "source": "test"}
    CountryRisk.objects.create(**country, valid_from=date(2025, 1, 1), oecd_class=5)
    CountryRisk.objects.create(**country, valid_from=TODAY, oecd_class=oecd_class, high_income=high_income)
    CountryRisk.objects.create(**country, valid_from=TODAY + timedelta(days=1), oecd_class=6)
    assert value(scored(firm), "country_risk") == found


def test_an_underwriter_may_score_and_others_may_not():
    firm = buyer()
    statement(firm)
    assert score_buyer(by=staff().pk, buyer=firm.pk, today=TODAY)
    with pytest.raises(NotAllowed):
        score_buyer(by=member(exporter()).pk, buyer=firm.pk, today=TODAY)


def test_scores_are_only_ever_added_to():
    row = score(buyer())
    with pytest.raises(TypeError):
        Score.objects.filter(pk=row.pk).update(grade=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.grade = 1
        row.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


# --- who hears of it -------------------------------------------------------------------------------------------------


def regraded(firm: Buyer) -> Score:
    """Accounts that make a clean buyer a poor one."""
    statement(firm, date(2026, 6, 30), equity=-100_000, operating_profit=-500_000, net_profit=-900_000, cash=1_000)
    return scored(firm)


def test_a_regrade_alerts_exactly_the_firms_that_have_the_buyer_in_their_book():
    firm, other_buyer = buyer(), buyer()
    mine, yours, rival, left = exporter(), exporter(), exporter(), exporter()
    clerks = {e.pk: member(e) for e in (mine, yours, rival, left)}
    in_book(mine, firm)
    in_book(yours, firm)
    in_book(rival, other_buyer)
    in_book(left, firm, archived_at=timezone.now(), archived_by=clerks[left.pk])
    statement(firm)
    first = scored(firm)
    row = regraded(firm)
    assert row.grade > first.grade
    downgrades = Alert.objects.filter(kind="downgrade")
    assert sorted(downgrades.values_list("exporter_id", flat=True)) == sorted([mine.pk, yours.pk])
    assert set(downgrades.values_list("score_id", flat=True)) == {row.pk}
    told = Notice.objects.filter(kind="buyers.regraded", facts__kind="downgrade")
    assert set(told.values_list("recipient_id", flat=True)) == {clerks[mine.pk].pk, clerks[yours.pk].pk}


def test_a_mail_is_sent_only_where_the_buyer_is_watched_for_it():
    firm = buyer()
    watching, not_watching = exporter(), exporter()
    for each, watch in ((watching, "all"), (not_watching, "none")):
        member(each)
        in_book(each, firm, watch=watch)
    statement(firm)
    scored(firm)
    assert Alert.objects.count() == 2
    channels = {(n.exporter_id, n.channel) for n in Notice.objects.all()}
    assert channels == {(watching.pk, "page"), (watching.pk, "mail"), (not_watching.pk, "page")}


def test_the_same_grade_again_alerts_nobody():
    firm = buyer()
    in_book(exporter(), firm)
    statement(firm)
    scored(firm)
    before = firm.regraded_at
    scored(firm, TODAY + timedelta(days=1))
    assert Alert.objects.count() == 1
    assert firm.regraded_at == before


def test_a_reporter_gets_no_alert_about_its_own_report_but_the_others_do():
    firm = buyer()
    reporter, other = exporter(), exporter()
    by = member(reporter)
    in_book(reporter, firm)
    in_book(other, firm)
    statement(firm)
    scored(firm)
    Alert.objects.all().delete()
    record_signal(
        by=by.pk, buyer=firm.pk, kind="insolvency_filed", happened_on=TODAY, source="claim", reporter=reporter.pk
    )
    scored(firm)
    assert list(Alert.objects.filter(score__isnull=False).values_list("exporter_id", flat=True)) == [other.pk]


def test_a_reporter_is_alerted_when_something_else_happened_as_well():
    firm = buyer()
    reporter = exporter()
    by = member(reporter)
    in_book(reporter, firm)
    statement(firm)
    scored(firm)
    Alert.objects.all().delete()
    record_signal(
        by=by.pk, buyer=firm.pk, kind="overdue_reported", happened_on=TODAY, source="ledger", reporter=reporter.pk
    )
    record_signal(by=None, buyer=firm.pk, kind="insolvency_filed", happened_on=TODAY, source="court")
    scored(firm)
    assert list(Alert.objects.filter(score__isnull=False).values_list("exporter_id", flat=True)) == [reporter.pk]


def test_an_alert_tells_both_grades_and_what_became_worse():
    firm = buyer()
    in_book(exporter(), firm)
    statement(firm)
    first = scored(firm)
    row = regraded(firm)
    facts = Alert.objects.get(kind="downgrade").facts
    assert (facts["former_grade"], facts["grade"]) == (first.grade, row.grade)
    assert facts["reasons"][0]["code"] == "equity_shortfall"


def test_an_alert_says_nothing_of_payment_experience_of_fewer_than_three_reporters():
    firm = buyer()
    in_book(exporter(), firm)
    statement(firm)
    scored(firm)
    for each in (exporter(), exporter()):
        experience(firm, each, days_beyond_terms=90, share_overdue=Decimal(80))
    scored(firm)
    reasons = Alert.objects.get(kind="downgrade").facts["reasons"]
    assert not {"days_beyond_terms", "share_overdue", "overdues_reported"} & {r["code"] for r in reasons}


# --- the trend -------------------------------------------------------------------------------------------------------


def test_the_trend_is_that_of_24_months_and_what_was_in_force_before():
    firm = buyer()
    for day, grade in (
        (date(2024, 1, 1), 2), (date(2024, 10, 1), 3), (date(2025, 5, 5), 4), (date(2026, 2, 2), 6),
        (date(2026, 2, 2), 5), (date(2026, 11, 22), 9),
    ):  # fmt: skip
        score(firm, grade, scored_for=day)
    assert Score.objects.trend_of(firm, TODAY) == [
        (date(2024, 11, 21), 3), (date(2025, 5, 5), 4), (date(2026, 2, 2), 5),
    ]  # fmt: skip


def test_a_buyer_never_scored_has_no_trend():
    assert Score.objects.trend_of(buyer(), TODAY) == []
    assert Score.objects.latest_of(buyer()) is None


# --- two entries of the directory are one firm -----------------------------------------------------------------------


def merged(name: str, into: Buyer) -> Buyer:
    return buyer(name, merged_into=into)


def test_the_accounts_experience_and_signals_of_both_entries_count():
    firm, rest = buyer("Present"), buyer("Another")
    old, oldest = merged("Old", firm), merged("Oldest", firm)
    statement(firm, date(2024, 12, 31), sales=10_000_000)
    statement(old, date(2025, 12, 31), sales=15_000_000)  # the later year, under the entry that went
    statement(rest, date(2025, 12, 31), sales=99_000_000)
    ours, theirs = exporter(), exporter()
    experience(firm, ours, days_beyond_terms=10, invoices=10)
    experience(old, theirs, days_beyond_terms=40, invoices=20)
    experience(old, ours, days_beyond_terms=70, invoices=30)
    for entry, day in ((firm, 1), (oldest, 2), (old, 3)):
        record_signal(by=None, buyer=entry.pk, kind="court_case", happened_on=date(2026, 5, day), source="court")
    Buyer.objects.update(next_score_on=None)
    row = scored(firm)
    assert value(row, "sales_growth") == 500  # 50.0 %
    assert value(row, "days_beyond_terms") == 500  # 50.0: (10×10 + 20×40 + 30×70) / 60
    assert value(row, "court_cases") == 3
    assert row.reporters == 2
    assert value(scored(rest), "court_cases") == 0


def test_of_one_year_under_two_entries_one_is_counted():
    firm = buyer("Present")
    old = merged("Old", firm)
    statement(firm, date(2025, 12, 31), equity=1_000_000)
    statement(old, date(2025, 12, 31), equity=4_000_000, audited=True)
    assert value(scored(firm), "equity_ratio") == 400  # the audited ones, as with two sources of one entry


def test_the_history_of_a_firm_is_its_entrys_and_before_that_what_was_merged_into_it():
    firm, rest = buyer(), buyer()
    old = buyer()
    days = [date(2026, month, 1) for month in range(1, 8)]
    for who, day, grade in ((old, 0, 2), (old, 1, 3), (rest, 1, 9), (firm, 2, 5), (old, 3, 7), (firm, 4, 4)):
        score(who, grade, scored_for=days[day])
    old.merged_into = firm
    old.save(update_fields=["merged_into"])
    assert Score.objects.trend_of(firm, TODAY) == [(days[0], 2), (days[1], 3), (days[2], 5), (days[4], 4)]
    last = Score.objects.latest_of(firm)
    assert last.grade == 4
    assert [(one := Score.objects.before(last)).grade, Score.objects.before(one).grade] == [5, 3]


def test_before_the_entry_that_stays_is_scored_itself_the_others_score_is_the_firms():
    firm = buyer()
    row = score(merged("Old", firm), 6)
    assert Score.objects.latest_of(firm) == row


def test_the_entry_that_stays_is_due_at_once():
    firm, old = buyer(), buyer()
    merge_buyers(by=staff().pk, source=old.pk, into=firm.pk)
    firm.refresh_from_db()
    assert firm.next_score_on == timezone.now().date()
