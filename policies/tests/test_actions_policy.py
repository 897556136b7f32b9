"""Binding, changing, suspending, cancelling, and what the day brings: ends, cuts, reminders."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.models.roles import POLICY_ADMINISTRATOR
from accounts.tests.factories import exporter, member, staff
from desk.models import Duty, Notice
from kernel.refusals import NotAllowed, Refused
from policies.actions.appetite import set_appetite
from policies.actions.ends import expire_policies, lapse_limits, warn_of_limit_ends
from policies.actions.policy import bind_policy, cancel_policy, change_terms, resume_policy, suspend_policy
from policies.models import Appetite, BuyerCapacity, CreditLimit, Policy, PolicyTerms, Suspension
from policies.tasks import keep_limits_current
from policies.tests.factories import TERMS
from policies.tests.scene import Scene, scene, senior, underwriter

pytestmark = pytest.mark.django_db
ZONE = "UTC"


def administrator() -> int:
    return staff(POLICY_ADMINISTRATOR).pk


def refusals(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [r.code for r in caught.value.refusals]


def bound(**changed: Any) -> Policy:
    firm = exporter()
    member(firm)
    values = {
        "by": administrator(), "exporter": firm.pk, "number": "TC-2026-900001", "currency": "EUR",
        "time_zone": ZONE, "calendar_country": "DE", "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31),
        "terms": TERMS,
    }  # fmt: skip
    return bind_policy(**{**values, **changed})


def test_a_policy_is_bound_with_its_first_terms_and_the_firm_is_told() -> None:
    policy = bound()
    terms = PolicyTerms.objects.terms_on(policy.pk, date(2026, 1, 1))
    assert (policy.stage, terms.insured_percentage) == ("bound", D(90))
    assert PolicyTerms.objects.terms_on(policy.pk, date(2025, 12, 31)) is None
    assert Notice.objects.filter(kind="policies.policy_bound").exists()


def test_a_number_is_used_once_and_binding_is_for_administrators() -> None:
    bound()
    with pytest.raises(Refused) as caught:
        bound()
    assert refusals(caught) == ["policy_number_taken"]
    with pytest.raises(NotAllowed):
        bound(by=underwriter().pk, number="TC-2")
    with pytest.raises(Refused) as caught:
        bound(number="TC-3", ends_on=date(2025, 1, 1), terms={**TERMS, "insured_percentage": D(101)})
    assert refusals(caught) == ["policy_ends_before_start", "percentage_out_of_range"]


def test_terms_change_from_a_day_on_and_the_day_before_still_has_the_former() -> None:
    policy = bound()
    change_terms(by=administrator(), policy=policy.pk, valid_from=date(2026, 7, 1), changes={"maximum_terms_days": 90})
    on = PolicyTerms.objects.terms_on
    assert on(policy.pk, date(2026, 6, 30)).maximum_terms_days == 120
    assert on(policy.pk, date(2026, 7, 1)).maximum_terms_days == 90
    assert on(policy.pk, date(2026, 7, 1)).machine_limit_maximum == D(500_000)


def test_a_relief_ends_by_itself() -> None:
    policy = bound()
    change_terms(
        by=administrator(), policy=policy.pk, valid_from=date(2026, 3, 1), valid_to=date(2026, 5, 31),
        changes={"report_overdue_number": 60},
    )  # fmt: skip
    days = [PolicyTerms.objects.terms_on(policy.pk, day).report_overdue_number for day in (
        date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1))]  # fmt: skip
    assert days == [30, 60, 60, 30]


def test_what_was_told_is_not_rewritten() -> None:
    policy = bound()
    with pytest.raises(Refused) as caught:
        change_terms(by=administrator(), policy=policy.pk, valid_from=date(2026, 1, 1), changes={})
    assert refusals(caught) == ["change_before_last_change"]
    assert PolicyTerms.objects.filter(policy=policy).count() == 1


def test_suspended_resumed_cancelled() -> None:
    policy, by = bound(ends_on=date(2036, 1, 1)), administrator()
    with time_machine.travel("2026-03-01T12:00:00Z"):
        assert suspend_policy(by=by, policy=policy.pk, reason="Premium unpaid").stage == "suspended"
        with pytest.raises(Refused):
            suspend_policy(by=by, policy=policy.pk, reason="again")
    with time_machine.travel("2026-03-11T12:00:00Z"):
        assert resume_policy(by=by, policy=policy.pk).stage == "bound"
        pause = Suspension.objects.get()
        assert (pause.starts_on, pause.ends_on) == (date(2026, 3, 1), date(2026, 3, 10))
        suspend_policy(by=by, policy=policy.pk, reason="a mistake")
        resume_policy(by=by, policy=policy.pk)
        assert Suspension.objects.count() == 1  # suspended and resumed on one day: no day without cover
        assert cancel_policy(by=by, policy=policy.pk, reason="Sold").stage == "cancelled"
        with pytest.raises(Refused):
            resume_policy(by=by, policy=policy.pk)
    for act in (suspend_policy, cancel_policy):
        with pytest.raises(NotAllowed):
            act(by=underwriter().pk, policy=policy.pk, reason="")


# --- what the day brings ---------------------------------------------------------------------------------------------


def noon(days: int) -> time_machine.travel:
    """Noon, so many days from today."""
    return time_machine.travel(timezone.now().replace(hour=12, minute=0) + timedelta(days=days))


def limited(**terms: Any) -> Scene:
    s = scene(**terms)
    s.ask(until=timezone.now().date() + timedelta(days=20))
    return s


def test_a_limit_holds_on_its_last_day_and_ends_after_it() -> None:
    s = limited()
    with noon(20):
        assert lapse_limits(time_zone=ZONE) == 0
    with noon(21):
        assert lapse_limits(time_zone=ZONE) == 1
        assert lapse_limits(time_zone=ZONE) == 0  # twice changes nothing
    limit = CreditLimit.objects.get()
    assert (limit.amount, limit.house_amount, limit.lapsed_at is not None) == (D(0), D(0), True)
    assert BuyerCapacity.objects.get().issued == D(0)
    assert Notice.objects.filter(kind="policies.limit_ended", recipient=s.clerk, channel="page").count() == 1


def test_midnight_is_the_policy_s_own() -> None:
    s = limited(time_zone="Asia/Shanghai")
    last = CreditLimit.objects.get().valid_to
    with time_machine.travel(f"{last.isoformat()}T15:59:00Z"):  # 23:59 in Shanghai
        assert lapse_limits(time_zone="Asia/Shanghai") == 0
    with time_machine.travel(f"{last.isoformat()}T16:00:00Z"):
        assert lapse_limits(time_zone=ZONE) == 0
        assert lapse_limits(time_zone="Asia/Shanghai") == 1
    assert s.policy.time_zone == "Asia/Shanghai"


def test_an_announced_cut_takes_effect_and_frees_capacity() -> None:
    s = scene(limit_notice_days=5)
    s.ask()
    s.ask(kind="reduction", amount=D(40_000))
    s.policy.terms.update(limit_notice_days=9)
    s.ask(kind="reduction", amount=D(30_000))
    with noon(5):
        assert lapse_limits(time_zone=ZONE) == 0
    with noon(6):
        lapse_limits(time_zone=ZONE)
        assert (CreditLimit.objects.get().amount, BuyerCapacity.objects.get().issued) == (D(40_000), D(40_000))
        assert CreditLimit.objects.get().upcoming.amount == D(30_000)
    with noon(40):
        lapse_limits(time_zone=ZONE)
        assert (CreditLimit.objects.get().amount, BuyerCapacity.objects.get().issued) == (D(30_000), D(30_000))
    assert Notice.objects.filter(kind="policies.limit_changed", recipient=s.clerk, channel="page").count() == 2


def test_a_second_suspension_on_the_same_day_is_told_and_so_is_its_end() -> None:
    s, by = scene(), administrator()
    for reason in ("Premium unpaid.", "Premium unpaid still."):
        suspend_policy(by=by, policy=s.policy.pk, reason=reason)
        resume_policy(by=by, policy=s.policy.pk)
    told = Notice.objects.filter(recipient=s.clerk, channel="page").order_by("pk")
    assert list(told.values_list("kind", flat=True)) == [
        "policies.policy_suspended", "policies.policy_resumed", "policies.policy_suspended", "policies.policy_resumed",
    ]  # fmt: skip


def test_a_cancellation_ends_the_limit_and_frees_it_all() -> None:
    s = scene()
    s.ask()
    s.ask(kind="cancellation")
    with noon(1):
        lapse_limits(time_zone=ZONE)
    assert (CreditLimit.objects.get().amount, BuyerCapacity.objects.get().issued) == (D(0), D(0))


def test_after_a_season_the_former_limit_holds_again() -> None:
    s = scene()
    s.ask()
    s.ask(kind="temporary", amount=D(300_000), until=timezone.now().date() + timedelta(days=10))
    assert BuyerCapacity.objects.get().issued == D(300_000)
    with noon(11):
        lapse_limits(time_zone=ZONE)
    assert (CreditLimit.objects.get().amount, BuyerCapacity.objects.get().issued) == (D(100_000), D(100_000))


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_with_its_policy_a_limit_ends(end: str) -> None:
    s = scene()
    s.ask()
    if end == "cancelled":
        cancel_policy(by=administrator(), policy=s.policy.pk, reason="Sold")
        with noon(0):
            assert lapse_limits(time_zone=ZONE) == 0  # the day itself is covered
        days = 1
    else:
        days = (s.policy.ends_on - timezone.now().date()).days + 1
    with noon(days):
        expire_policies(time_zone=ZONE)
        lapse_limits(time_zone=ZONE)
    assert Policy.objects.get(pk=s.policy.pk).stage == end
    assert (CreditLimit.objects.get().amount, BuyerCapacity.objects.get().issued) == (D(0), D(0))


def test_the_end_of_a_limit_comes_on_the_desk_once_and_leaves_it_with_a_new_decision() -> None:
    s = scene()
    s.ask(until=timezone.now().date() + timedelta(days=40))
    with noon(9):
        assert warn_of_limit_ends(time_zone=ZONE) == 0
    with noon(10):
        assert warn_of_limit_ends(time_zone=ZONE) == 1
        assert warn_of_limit_ends(time_zone=ZONE) == 0
        assert Duty.objects.get().due_on == CreditLimit.objects.get().valid_to
        Duty.objects.update(done_at=timezone.now(), done_by=s.clerk)
        assert warn_of_limit_ends(time_zone=ZONE) == 0  # done is done
        Duty.objects.update(done_at=None, done_by=None)
        s.ask(kind="increase", amount=D(150_000))
        assert Duty.objects.get().lapsed_at is not None


def test_a_duty_lapses_with_the_limit() -> None:
    limited()
    warn_of_limit_ends(time_zone=ZONE)
    with noon(21):
        lapse_limits(time_zone=ZONE)
    assert Duty.objects.get().lapsed_at is not None


def test_the_hourly_task_does_all_of_it_in_every_zone_and_in_ranges() -> None:
    first, second = limited(), limited(time_zone="Asia/Shanghai")
    with noon(21):
        assert lapse_limits(time_zone=ZONE, at_most=1) == 1
        keep_limits_current()
    assert [limit.amount for limit in CreditLimit.objects.all()] == [D(0), D(0)]
    assert first.policy.pk != second.policy.pk


# --- appetite --------------------------------------------------------------------------------------------------------


@time_machine.travel(datetime(2026, 1, 1, 12, tzinfo=UTC))
def test_a_new_cap_ends_the_former_one_the_day_before() -> None:
    by = senior().pk
    first = set_appetite(by=by, cap=D(100), valid_from=date(2026, 1, 1), grade=4)
    later = set_appetite(by=by, cap=D(150), valid_from=date(2027, 1, 1), grade=4)
    second = set_appetite(by=by, cap=D(200), valid_from=date(2026, 7, 1), grade=4)
    assert list(Appetite.objects.order_by("valid_from").values_list("cap", "valid_to")) == [
        (D(100), date(2026, 6, 30)), (D(200), None), (D(150), None),
    ]  # fmt: skip
    assert Appetite.objects.in_force_on(date(2026, 6, 30)).get() == first
    assert Appetite.objects.in_force_on(date(2026, 7, 1)).get() == second
    later.refresh_from_db()
    assert (Appetite.objects.in_force_on(date(2027, 1, 1)).get(), later.replaced_at is not None) == (second, True)


@time_machine.travel(datetime(2026, 1, 1, 12, tzinfo=UTC))
def test_a_cap_for_a_while_leaves_alone_what_begins_after_it() -> None:
    by = senior().pk
    planned = set_appetite(by=by, cap=D(150), valid_from=date(2026, 8, 1), grade=4)
    set_appetite(by=by, cap=D(200), valid_from=date(2026, 7, 1), valid_to=date(2026, 7, 31), grade=4)
    assert Appetite.objects.in_force_on(date(2026, 8, 1)).get() == planned
    assert Appetite.objects.in_force_on(date(2026, 7, 31)).get().cap == D(200)


def test_no_cap_begins_in_the_past_so_that_what_was_in_force_stays_known() -> None:
    by = senior().pk
    with time_machine.travel(datetime(2026, 1, 1, 12, tzinfo=UTC)):
        first = set_appetite(by=by, cap=D(100), valid_from=date(2026, 1, 1), grade=4)
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        with pytest.raises(Refused) as caught:
            set_appetite(by=by, cap=D(200), valid_from=date(2026, 2, 28), grade=4)
        assert [(r.code, r.about) for r in caught.value.refusals] == [("cap_begins_in_the_past", "valid_from")]
        assert Appetite.objects.get() == first
        set_appetite(by=by, cap=D(200), valid_from=date(2026, 3, 1), grade=4)
    assert Appetite.objects.in_force_on(date(2026, 2, 28)).get() == first


@time_machine.travel(datetime(2026, 1, 1, 12, tzinfo=UTC))
def test_a_cap_put_right_on_its_first_day_is_replaced_and_not_forgotten() -> None:
    by = senior().pk
    wrong = set_appetite(by=by, cap=D(1_000_000), valid_from=date(2026, 1, 1), grade=4)
    right = set_appetite(by=by, cap=D(100_000), valid_from=date(2026, 1, 1), grade=4)
    assert Appetite.objects.in_force_on(date(2026, 1, 1)).get() == right
    wrong.refresh_from_db()
    assert (wrong.cap, wrong.replaced_at is not None) == (D(1_000_000), True)
    told = AuditEvent.objects.filter(action="set_appetite").latest("pk")
    assert told.details["replaced"] == [wrong.pk]


def test_appetite_is_for_senior_underwriters_and_of_one_thing() -> None:
    with pytest.raises(NotAllowed):
        set_appetite(by=underwriter().pk, cap=D(1), valid_from=date(2100, 1, 1), grade=4)
    with pytest.raises(Refused) as caught:
        set_appetite(by=senior().pk, cap=D(1), valid_from=date(2100, 1, 1), grade=4, country="DE")
    assert refusals(caught) == ["cap_of_one_thing"]


def test_a_country_off_cover_declines_at_once() -> None:
    s = scene()
    set_appetite(by=senior().pk, cap=D(0), valid_from=timezone.localdate(), country="DE", off_cover=True)
    made = s.ask()
    assert (made.stage, made.decisions.get().reasons[0]["code"]) == ("decided", "country_off_cover")
