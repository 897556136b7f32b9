"""A grade set by an underwriter: two people, a reason, an end; the scorecard's stays beside it, alerts follow it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.models.roles import CLAIMS_HANDLER, SENIOR_UNDERWRITER, UNDERWRITER
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions.override import (
    confirm_override,
    end_override,
    lapse_override,
    propose_override,
    refuse_override,
    withdraw_override,
)
from buyers.actions.score import score_buyer
from buyers.models import Alert, GradeOverride, Score
from buyers.overriding import end_refused, override_refused
from buyers.tasks import lapse_overrides
from buyers.tests.factories import buyer, in_book, statement
from kernel.refusals import NotAllowed, Refused

TODAY = date(2026, 11, 21)
WHY = "The parent has guaranteed all trade debts until June."
END = TODAY + timedelta(days=100)


# --- the rule --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"grade": 1}, []),
        ({"grade": 9}, []),
        ({"grade": 0}, ["override_grade_out_of_range"]),
        ({"grade": 10}, ["override_grade_out_of_range"]),
        ({"grade": 6}, ["override_changes_nothing"]),
        ({"computed": None}, ["override_needs_a_score"]),
        ({"insolvent": True, "computed": 10}, ["override_not_of_insolvency"]),
        ({"reason": "x" * 19}, ["override_reason_too_short"]),
        ({"reason": " " * 40}, ["override_reason_too_short"]),
        ({"reason": "x" * 20}, []),
        ({"until": TODAY}, ["override_end_not_ahead"]),
        ({"until": TODAY + timedelta(days=1)}, []),
        ({"until": TODAY + timedelta(days=366)}, []),
        ({"until": TODAY + timedelta(days=367)}, ["override_end_too_far"]),
    ],
)
def test_what_may_be_set(changed: dict, codes: list[str]):
    told = {"grade": 4, "reason": WHY, "until": END, "today": TODAY, "computed": 6, "insolvent": False, **changed}
    assert [r.code for r in override_refused(**told)] == codes


def test_an_end_is_asked_again_when_it_is_confirmed():
    assert [r.code for r in end_refused(TODAY, TODAY)] == ["override_end_not_ahead"]


# --- the acts --------------------------------------------------------------------------------------------------------


@pytest.fixture
def firm(db):
    about = buyer(founded_on=date(1990, 1, 1))
    statement(about)
    score_buyer(by=None, buyer=about.pk, today=TODAY)
    about.refresh_from_db()
    return about


@pytest.fixture
def one(db):
    return staff(UNDERWRITER)


@pytest.fixture
def other(db):
    return staff(SENIOR_UNDERWRITER)


def another_grade(about) -> int:
    return 8 if about.grade != 8 else 7


def proposed(about, by, **columns) -> GradeOverride:
    told = {"grade": another_grade(about), "reason": WHY, "until": END, "today": TODAY, **columns}
    return propose_override(by=by.pk, buyer=about.pk, **told)


def codes(refused) -> list[str]:
    return [r.code for r in refused.value.refusals]


def test_until_a_second_underwriter_confirms_nothing_changes(firm, one):
    row = proposed(firm, one)
    before = firm.grade
    score_buyer(by=None, buyer=firm.pk, today=TODAY)
    firm.refresh_from_db()
    assert (firm.grade, row.stage, row.computed_grade) == (before, "proposed", before)


def test_confirmed_it_is_the_grade_and_the_scorecards_stays_beside_it(firm, one, other):
    of_firm = exporter()
    in_book(of_firm, firm)
    Alert.objects.all().delete()
    computed, wanted = firm.grade, another_grade(firm)
    row = confirm_override(by=other.pk, override=proposed(firm, one).pk, today=TODAY)
    firm.refresh_from_db()
    score = Score.objects.latest_of(firm)
    assert (row.stage, row.decided_by) == ("in_force", other)
    assert (firm.grade, score.grade, score.computed_grade, score.former_grade) == (wanted, wanted, computed, computed)
    alert = Alert.objects.get(exporter=of_firm)
    assert (alert.kind, alert.facts["grade"], alert.facts["former_grade"]) == ("downgrade", wanted, computed)
    assert [r["code"] for r in alert.facts["reasons"]] == ["grade_set_by_underwriter"]
    events = AuditEvent.objects.filter(action__endswith="_override").order_by("id")
    assert [(e.action, e.by_id) for e in events] == [("propose_override", one.pk), ("confirm_override", other.pk)]


def test_the_next_refresh_keeps_it_and_raises_nothing(firm, one, other):
    in_book(exporter(), firm)
    confirm_override(by=other.pk, override=proposed(firm, one).pk, today=TODAY)
    Alert.objects.all().delete()
    score_buyer(by=None, buyer=firm.pk, today=TODAY + timedelta(days=30))
    firm.refresh_from_db()
    assert firm.grade == GradeOverride.objects.get().grade
    assert not Alert.objects.exists()


def test_the_day_after_its_end_the_scorecard_counts_again_and_the_buyer_is_due_that_day(firm, one, other):
    computed = firm.grade
    confirm_override(by=other.pk, override=proposed(firm, one, until=TODAY + timedelta(days=5)).pk, today=TODAY)
    firm.refresh_from_db()
    assert firm.next_score_on == TODAY + timedelta(days=6)
    score_buyer(by=None, buyer=firm.pk, today=TODAY + timedelta(days=5))
    firm.refresh_from_db()
    assert firm.grade != computed
    score_buyer(by=None, buyer=firm.pk, today=TODAY + timedelta(days=6))
    firm.refresh_from_db()
    assert (firm.grade, Score.objects.latest_of(firm).computed_grade) == (computed, None)


def test_the_sweep_closes_what_is_over_alerts_and_says_why(firm, one, other, monkeypatch):
    today = timezone.now().date()
    in_book(exporter(), firm)
    computed = firm.grade
    row = confirm_override(by=other.pk, override=proposed(firm, one, until=TODAY + timedelta(days=5)).pk, today=TODAY)
    Alert.objects.all().delete()
    later = max(today, row.until) + timedelta(days=1)
    lapse_override(by=None, override=row.pk, today=later)
    row.refresh_from_db()
    firm.refresh_from_db()
    assert (row.stage, firm.grade) == ("lapsed", computed)
    alert = Alert.objects.get()
    assert (alert.kind, alert.facts["reasons"][0]["code"]) == ("upgrade", "grade_set_is_over")
    events = AuditEvent.objects.filter(action="lapse_override")
    lapse_override(by=None, override=row.pk, today=later)
    assert [e.details.get("outcome") for e in events.order_by("id")] == [None, "repeated"]


def test_the_hourly_task_finds_only_what_is_over(firm, one, other):
    today = timezone.now().date()
    row = propose_override(by=one.pk, buyer=firm.pk, grade=another_grade(firm), reason=WHY,
                           until=today + timedelta(days=1), today=today)  # fmt: skip
    confirm_override(by=other.pk, override=row.pk, today=today)
    lapse_overrides()
    assert GradeOverride.objects.get().stage == "in_force"
    assert not GradeOverride.objects.over(today + timedelta(days=1)).exists()
    assert GradeOverride.objects.over(today + timedelta(days=2)).exists()


def test_insolvency_is_no_opinion(firm, one, other):
    confirm_override(by=other.pk, override=proposed(firm, one).pk, today=TODAY)
    type(firm).objects.filter(pk=firm.pk).update(status="insolvent")
    score = score_buyer(by=None, buyer=firm.pk, today=TODAY)
    assert (score.grade, score.computed_grade) == (10, None)
    end_override(by=one.pk, override=GradeOverride.objects.get().pk, today=TODAY)
    with pytest.raises(Refused) as refused:
        proposed(firm, one, grade=4)
    assert codes(refused) == ["override_not_of_insolvency"]


def test_nobody_confirms_or_refuses_what_they_asked_for(firm, one, other):
    row = proposed(firm, one)
    for act in (lambda: confirm_override(by=one.pk, override=row.pk, today=TODAY),
                lambda: refuse_override(by=one.pk, override=row.pk)):  # fmt: skip
        with pytest.raises(Refused) as refused:
            act()
        assert codes(refused) == ["override_needs_another"]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE buyers_gradeoverride SET stage = 'in_force', decided_by_id = proposed_by_id, decided_at = now()"
        )


def test_an_end_that_passed_meanwhile_is_not_confirmed(firm, one, other):
    row = proposed(firm, one, until=TODAY + timedelta(days=1))
    with pytest.raises(Refused) as refused:
        confirm_override(by=other.pk, override=row.pk, today=TODAY + timedelta(days=1))
    assert codes(refused) == ["override_end_not_ahead"]


def test_it_is_refused_withdrawn_or_ended_early(firm, one, other):
    computed = firm.grade
    refused_row = refuse_override(by=other.pk, override=proposed(firm, one).pk)
    with pytest.raises(Refused) as refused:
        withdraw_override(by=other.pk, override=proposed(firm, one).pk)
    assert codes(refused) == ["override_is_anothers"]
    withdrawn = withdraw_override(by=one.pk, override=GradeOverride.objects.get(stage="proposed").pk)
    row = confirm_override(by=other.pk, override=proposed(firm, one).pk, today=TODAY)
    ended = end_override(by=one.pk, override=row.pk, today=TODAY)
    firm.refresh_from_db()
    assert [r.stage for r in (refused_row, withdrawn, ended)] == ["refused", "withdrawn", "ended"]
    assert firm.grade == computed
    with pytest.raises(Refused) as refused:
        end_override(by=one.pk, override=row.pk, today=TODAY)
    assert codes(refused) == ["stage_has_moved_on"]


def test_a_buyer_has_one_open_override_and_a_double_click_makes_one(firm, one):
    key = uuid4()
    first = proposed(firm, one, form_key=key)
    assert proposed(firm, one, form_key=key) == first
    with pytest.raises(Refused) as refused:
        proposed(firm, one)
    assert codes(refused) == ["override_open_already"]


def test_only_underwriters_set_grades(firm, one):
    row = proposed(firm, one)
    for person in (staff(CLAIMS_HANDLER), member(exporter())):
        for act in (lambda p: proposed(firm, p), lambda p: confirm_override(by=p.pk, override=row.pk, today=TODAY)):
            with pytest.raises(NotAllowed):
                act(person)


def test_a_buyer_without_a_score_gets_none_by_hand(one):
    with pytest.raises(Refused) as refused:
        propose_override(by=one.pk, buyer=buyer().pk, grade=4, reason=WHY, until=END, today=TODAY)
    assert codes(refused) == ["override_needs_a_score"]


# --- the pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(client: Client, one) -> Client:
    return signed_in(client, one)


def test_an_underwriter_asks_and_a_second_one_confirms_on_the_page(office, firm, other):
    page = reverse("admin:buyers_gradeoverride_add")
    assert "First choose the buyer" in office.get(page).content.decode()
    address = f"{page}?buyer={firm.pk}"
    assert office.get(address).status_code == 200
    until = timezone.now().date() + timedelta(days=60)
    told = {"grade": another_grade(firm), "reason": WHY, "until": until.isoformat(), "form_key": str(uuid4())}
    assert "at least 20 characters" in office.post(address, {**told, "reason": "short"}).content.decode()
    answer = office.post(address, told)
    row = GradeOverride.objects.get()
    decide = reverse("admin:decide_override", args=[row.pk])
    assert answer.headers["Location"] == decide
    content = office.get(decide).content.decode()
    assert "A second underwriter decides" in content
    assert 'value="confirm"' not in content
    assert 'value="withdraw"' in content
    assert "asked for it yourself" in office.post(decide, {"act": "confirm"}, follow=True).content.decode()
    second = signed_in(Client(), other)
    assert row.reason in second.get(decide).content.decode()
    second.post(decide, {"act": "confirm"})
    row.refresh_from_db()
    assert row.stage == "in_force"
    content = second.get(decide).content.decode()
    assert 'value="end"' in content
    second.post(decide, {"act": "end"})
    row.refresh_from_db()
    assert row.stage == "ended"
    assert second.post(decide, {"act": "nonsense"}).status_code == 302


def test_the_list_shows_them_and_leads_to_the_page(office, firm, one):
    row = proposed(firm, one)
    content = office.get(reverse("admin:buyers_gradeoverride_changelist")).content.decode()
    assert firm.name in content
    answer = office.get(reverse("admin:buyers_gradeoverride_change", args=[row.pk]))
    assert answer.headers["Location"] == reverse("admin:decide_override", args=[row.pk])


def test_an_exporter_reads_that_an_underwriter_set_the_grade_but_not_why_nor_who(firm, one, other):
    of_firm = exporter()
    in_book(of_firm, firm)
    confirm_override(by=other.pk, override=proposed(firm, one).pk, today=TODAY)
    page = signed_in(Client(), member(of_firm), of_firm)
    content = page.get(reverse("score_history", args=[firm.pk])).content.decode()
    assert "An underwriter set this grade" in content
    assert WHY not in content
    assert one.name not in content
