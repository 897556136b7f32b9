"""A grade set by an underwriter: two people, a reason, an end; the scorecard's stays beside it, alerts follow it."""

import threading
import time
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.authority import Authority
from accounts.models import AuditEvent
from accounts.models.roles import CLAIMS_HANDLER, SENIOR_UNDERWRITER, UNDERWRITER
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions.merge import merge_buyers
from buyers.actions.override import (
    confirm_override,
    end_override,
    lapse_override,
    move_override,
    propose_override,
    refuse_override,
    withdraw_override,
)
from buyers.actions.score import score_buyer
from buyers.models import Alert, GradeOverride, Score
from buyers.overriding import asking_refused, authority_refused, end_refused, override_refused
from buyers.tasks import lapse_overrides
from buyers.tests.factories import REASON, another_grade, buyer, in_book, proposed_grade, scored, statement
from kernel.refusals import NotAllowed, Refused

TODAY = date(2026, 11, 21)
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
    told = {"grade": 4, "reason": REASON, "until": END, "today": TODAY, "computed": 6, "insolvent": False, **changed}
    assert [r.code for r in override_refused(**told)] == codes


def test_an_end_is_asked_again_when_it_is_confirmed():
    assert [r.code for r in end_refused(TODAY, TODAY)] == ["override_end_not_ahead"]


@pytest.mark.parametrize(
    ("grade", "computed", "at_stake", "codes"),
    [
        (4, 6, "1000000.00", []),  # both ends of an authority belong to it
        (4, 6, "1000000.01", ["amount_over_authority"]),
        (2, 7, "0", []),
        (1, 7, "0", ["grade_outside_authority"]),
        (7, 2, "0", []),
        (8, 2, "0", ["grade_outside_authority"]),
        # The grade the card gives counts as well: else a bad buyer is made a good one by who may not decide on it.
        (4, 8, "0", ["grade_outside_authority"]),
        (4, None, "0", ["ungraded_outside_authority"]),
        (1, 8, "2000000", ["amount_over_authority", "grade_outside_authority"]),
    ],
)
def test_whoever_confirms_stays_within_their_authority(grade: int, computed: int | None, at_stake: str, codes: list):
    own = Authority(Decimal(1_000_000), "EUR", best_grade=2, worst_grade=7)
    assert [r.code for r in authority_refused(grade, computed, Decimal(at_stake), own)] == codes


def test_without_an_authority_nobody_confirms():
    assert [r.code for r in authority_refused(4, 6, Decimal(0), None)] == ["no_authority"]


@pytest.mark.parametrize(
    ("others", "codes"),
    [
        ([], ["override_nobody_may_confirm"]),
        ([(999_999, 10)], ["override_nobody_may_confirm"]),  # the limits are above it
        ([(5_000_000, 6)], ["override_nobody_may_confirm"]),  # the grade set is outside it
        (
            [(999_999, 10), (5_000_000, 6)],
            ["override_nobody_may_confirm"],
        ),  # what each lacks the other has: not one of them
        ([(999_999, 10), (1_000_000, 7)], []),
    ],
)
def test_what_nobody_else_may_confirm_is_not_asked_for(others: list[tuple[int, int]], codes: list[str]):
    authorities = [Authority(Decimal(amount), "EUR", 1, worst) for amount, worst in others]
    assert [r.code for r in asking_refused(7, 4, Decimal(1_000_000), authorities)] == codes


# --- the acts --------------------------------------------------------------------------------------------------------


@pytest.fixture
def firm(db):
    return scored(TODAY)


@pytest.fixture
def one(other):
    """Who asks; `other` may confirm it."""
    return staff(UNDERWRITER)


@pytest.fixture
def other(db):
    return staff(SENIOR_UNDERWRITER, amount=5_000_000)


def confirmed(by, row, today: date = TODAY, at_stake: int = 0) -> GradeOverride:
    return confirm_override(by=by.pk, override=row.pk, today=today, at_stake=Decimal(at_stake))


def proposed(about, by, **columns) -> GradeOverride:
    return proposed_grade(about, by, **{"today": TODAY, **columns})


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
    row = confirmed(other, proposed(firm, one))
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
    confirmed(other, proposed(firm, one))
    Alert.objects.all().delete()
    score_buyer(by=None, buyer=firm.pk, today=TODAY + timedelta(days=30))
    firm.refresh_from_db()
    assert firm.grade == GradeOverride.objects.get().grade
    assert not Alert.objects.exists()


def test_the_day_after_its_end_the_scorecard_counts_again_and_the_buyer_is_due_that_day(firm, one, other):
    computed = firm.grade
    confirmed(other, proposed(firm, one, until=TODAY + timedelta(days=5)))
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
    row = confirmed(other, proposed(firm, one, until=TODAY + timedelta(days=5)))
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
    row = propose_override(by=one.pk, buyer=firm.pk, grade=another_grade(firm), reason=REASON,
                           until=today + timedelta(days=1), today=today, at_stake=Decimal(0))  # fmt: skip
    confirmed(other, row, today)
    lapse_overrides()
    assert GradeOverride.objects.get().stage == "in_force"
    assert not GradeOverride.objects.over(today + timedelta(days=1)).exists()
    assert GradeOverride.objects.over(today + timedelta(days=2)).exists()


def test_insolvency_is_no_opinion(firm, one, other):
    confirmed(other, proposed(firm, one))
    type(firm).objects.filter(pk=firm.pk).update(status="insolvent")
    score = score_buyer(by=None, buyer=firm.pk, today=TODAY)
    assert (score.grade, score.computed_grade) == (10, None)
    end_override(by=one.pk, override=GradeOverride.objects.get().pk, today=TODAY)
    with pytest.raises(Refused) as refused:
        proposed(firm, one, grade=4)
    assert codes(refused) == ["override_not_of_insolvency"]


def test_nobody_confirms_or_refuses_what_they_asked_for(firm, one, other):
    row = proposed(firm, one)
    for act in (lambda: confirmed(one, row),
                lambda: refuse_override(by=one.pk, override=row.pk)):  # fmt: skip
        with pytest.raises(Refused) as refused:
            act()
        assert codes(refused) == ["override_needs_another"]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE buyers_gradeoverride SET stage = 'in_force', decided_by_id = proposed_by_id, decided_at = now()"
        )


def test_beyond_their_authority_an_underwriter_refuses_but_does_not_confirm(firm, one):
    row = proposed(firm, one)
    for colleague, at_stake, why in (
        (staff(SENIOR_UNDERWRITER), 0, "no_authority"),
        (staff(UNDERWRITER, amount=100_000), 100_001, "amount_over_authority"),
        (staff(UNDERWRITER, amount=100_000, best_grade=row.grade + 1), 0, "grade_outside_authority"),
    ):
        with pytest.raises(Refused) as refused:
            confirmed(colleague, row, at_stake=at_stake)
        assert codes(refused) == [why]
    row.refresh_from_db()
    assert row.stage == "proposed"
    assert refuse_override(by=staff(UNDERWRITER).pk, override=row.pk).stage == "refused"


def test_what_was_at_stake_stands_in_the_trail(firm, one, other):
    confirmed(other, proposed(firm, one), at_stake=4_000_000)
    assert AuditEvent.objects.get(action="confirm_override").details["at_stake"] == "4000000"


def test_an_end_that_passed_meanwhile_is_not_confirmed(firm, one, other):
    row = proposed(firm, one, until=TODAY + timedelta(days=1))
    with pytest.raises(Refused) as refused:
        confirmed(other, row, TODAY + timedelta(days=1))
    assert codes(refused) == ["override_end_not_ahead"]


def test_it_is_refused_withdrawn_or_ended_early(firm, one, other):
    computed = firm.grade
    refused_row = refuse_override(by=other.pk, override=proposed(firm, one).pk)
    with pytest.raises(Refused) as refused:
        withdraw_override(by=other.pk, override=proposed(firm, one).pk)
    assert codes(refused) == ["override_is_anothers"]
    withdrawn = withdraw_override(by=one.pk, override=GradeOverride.objects.get(stage="proposed").pk)
    row = confirmed(other, proposed(firm, one))
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
        for act in (lambda p: proposed(firm, p), lambda p: confirmed(p, row)):
            with pytest.raises(NotAllowed):
                act(person)


def test_asking_needs_no_authority_but_a_colleague_who_has_it(firm, one, other):
    small = staff(UNDERWRITER, amount=1)
    assert proposed(firm, small, at_stake=Decimal(5_000_000)).stage == "proposed"  # far beyond one's own


def test_ones_own_authority_is_none_of_a_colleague(firm, one, other):
    for by, at_stake in ((other, 0), (one, 5_000_001)):  # `one` has no authority; nobody's goes above `other`'s
        with pytest.raises(Refused) as refused:
            proposed(firm, by, at_stake=Decimal(at_stake))
        assert codes(refused) == ["override_nobody_may_confirm"]
    assert not GradeOverride.objects.exists()


def test_whoever_left_or_is_no_underwriter_counts_for_nobody(firm, one, other):
    other.is_active = False
    other.save()
    staff(CLAIMS_HANDLER, amount=9_000_000)
    with pytest.raises(Refused) as refused:
        proposed(firm, one)
    assert codes(refused) == ["override_nobody_may_confirm"]


def test_a_buyer_without_a_score_gets_none_by_hand(one):
    with pytest.raises(Refused) as refused:
        proposed(buyer(), one, grade=4)
    assert codes(refused) == ["override_needs_a_score"]


# --- two entries of the directory are one firm -----------------------------------------------------------------------


@pytest.fixture
def twin(db):
    """Another entry of the same firm."""
    found = buyer(founded_on=date(1990, 1, 1))
    statement(found)
    score_buyer(by=None, buyer=found.pk, today=TODAY)
    return found


def merged(firm, twin, by):
    merge_buyers(by=by.pk, source=firm.pk, into=twin.pk)
    twin.refresh_from_db()


def test_a_grade_in_force_goes_with_a_merge_and_counts_there_at_once(firm, twin, one, other):
    of_firm = exporter()
    in_book(of_firm, firm)
    row = confirmed(other, proposed(firm, one))
    Alert.objects.all().delete()
    merged(firm, twin, other)
    row.refresh_from_db()
    assert (row.buyer, row.stage, twin.grade) == (twin, "in_force", row.grade)
    assert Score.objects.latest_of(twin).computed_grade
    assert AuditEvent.objects.get(action="move_override").details == {
        "buyer": twin.pk, "former_buyer": firm.pk, "grade": row.grade, "stage": "in_force",
    }  # fmt: skip
    end_override(by=one.pk, override=row.pk, today=TODAY)
    twin.refresh_from_db()
    assert twin.grade != row.grade


def test_one_that_waits_goes_along_and_is_confirmed_there(firm, twin, one, other):
    row = proposed(firm, one)
    merged(firm, twin, other)
    assert twin.grade != row.grade
    confirmed(other, row)
    twin.refresh_from_db()
    assert (twin.grade, GradeOverride.objects.get().buyer) == (row.grade, twin)


def test_two_open_ones_do_not_become_one_firms(firm, twin, one, other):
    confirmed(other, proposed(firm, one))
    row = proposed(twin, one)
    with pytest.raises(Refused) as refused:
        merged(firm, twin, other)
    assert codes(refused) == ["override_open_on_both"]
    firm.refresh_from_db()
    assert firm.merged_into is None
    withdraw_override(by=one.pk, override=row.pk)
    merged(firm, twin, other)
    assert GradeOverride.objects.get(stage="in_force").buyer == twin


def test_what_is_over_stays_where_it_was(firm, twin, one, other):
    row = refuse_override(by=other.pk, override=proposed(firm, one).pk)
    merged(firm, twin, other)
    row.refresh_from_db()
    assert row.buyer == firm


def test_nothing_but_a_merge_moves_one(firm, twin, one):
    row = proposed(firm, one)
    with pytest.raises(ProgrammingError, match="stays with its buyer"), transaction.atomic():
        GradeOverride.objects.filter(pk=row.pk).update(buyer=twin)
    with pytest.raises(NotAllowed):
        move_override(by=staff(CLAIMS_HANDLER).pk, override=row.pk, into=twin.pk, today=TODAY)


@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_one_asked_for_while_its_entry_is_merged_stands_on_the_one_that_stays(firm, twin, one, other):
    asked: list[GradeOverride] = []

    def ask():
        try:
            asked.append(proposed(firm, one))
        finally:
            connection.close()

    with transaction.atomic():
        merge_buyers(by=other.pk, source=firm.pk, into=twin.pk)
        thread = threading.Thread(target=ask)
        thread.start()
        wait_until_blocked()
    thread.join(10)
    assert asked[0].buyer == twin


def wait_until_blocked() -> None:
    """Until another connection waits for a lock this one holds."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


# --- the page of an exporter ------------------------------------------------------------------------------------------


def test_an_exporter_reads_that_an_underwriter_set_the_grade_but_not_why_nor_who(firm, one, other):
    of_firm = exporter()
    in_book(of_firm, firm)
    confirmed(other, proposed(firm, one))
    page = signed_in(Client(), member(of_firm), of_firm)
    content = page.get(reverse("score_history", args=[firm.pk])).content.decode()
    assert "An underwriter set this grade" in content
    assert REASON not in content
    assert one.name not in content
