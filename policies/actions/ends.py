"""What happens to limits and policies when a day has come: ends, announced cuts, falling back after a season.

Hourly, per time zone of the policies, so that every zone's midnight is met; in ranges; doing it twice changes nothing.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone

from accounts.audit import action, record, subject_of
from accounts.clock import today_in
from desk.actions.duty import lapse_duty, set_duty
from desk.actions.notice import News, tell_firms
from desk.models import Duty
from policies.actions.holding import LIMIT_ENDS
from policies.edition import edition
from policies.lifecycle import POLICY
from policies.models import BuyerCapacity, CreditLimit, LimitDecision, Policy
from policies.models.policy import PolicyStage

RANGE = 500


@action
def lapse_limits(*, time_zone: str, at_most: int = RANGE) -> int:
    """Bring up to `at_most` limits to the present day of `time_zone`: put announced decisions in force, end what has
    ended with its last day or its policy, free the capacity. Returns how many changed; 0: all are current."""
    day = today_in(time_zone)
    due = list(_due(time_zone, day).order_by("buyer_id", "id").values_list("id", "buyer_id")[:at_most])
    capacities = {
        row.buyer_id: row
        for row in BuyerCapacity.objects.filter(buyer__in={buyer for _, buyer in due})
        .order_by("buyer_id")
        .select_for_update()
    }
    limits = list(
        _due(time_zone, day)
        .filter(pk__in=[pk for pk, _ in due])
        .select_related("policy", "buyer__merged_into", "decision", "upcoming")
        .order_by("buyer_id", "id")
        .select_for_update(of=("self",))
    )
    changed: list[News] = []
    ended: list[News] = []
    for limit in limits:
        capacity, before = capacities[limit.buyer_id], limit.house_amount
        goes_on = _brought_to(limit, day)
        capacity.issued += limit.house_amount - before
        (changed if goes_on else ended).append(_news(limit))
    CreditLimit.objects.bulk_update(limits, COLUMNS)
    BuyerCapacity.objects.bulk_update(capacities.values(), ["issued"])
    _drop_duties(limits)
    _tell("policies.limit_changed", changed)
    _tell("policies.limit_ended", ended)
    record(by=None, subject="creditlimit:*", time_zone=time_zone, day=str(day), changed=len(changed), ended=len(ended))
    return len(limits)


@action
def warn_of_limit_ends(*, time_zone: str, at_most: int = RANGE) -> int:
    """Put the end of up to `at_most` limits on their firms' desks, so many days before as the edition says. Once per
    end: a duty that was done does not come back. Returns how many were set."""
    day = today_in(time_zone)
    told = Duty.objects.filter(
        exporter=OuterRef("exporter"),
        kind=LIMIT_ENDS,
        subject=Concat(Value("creditlimit:"), Cast(OuterRef("pk"), CharField())),
        due_on=OuterRef("valid_to"),
    )
    soon = CreditLimit.objects.in_force_on(day).filter(
        ~Exists(told),
        policy__time_zone=time_zone,
        valid_to__lte=day + timedelta(days=edition().ending_notice_days),
        upcoming__isnull=True,
    )
    found = list(soon.select_related("buyer__merged_into").order_by("id")[:at_most])
    for limit in found:
        set_duty(
            by=None,
            exporter=limit.exporter_id,
            kind=LIMIT_ENDS,
            subject=subject_of(limit),
            due_on=limit.valid_to,
            facts=_facts(limit),
            path=reverse("limit", args=[limit.pk]),
        )
    record(by=None, subject="creditlimit:*", time_zone=time_zone, day=str(day), warned=len(found))
    return len(found)


@action
def expire_policies(*, time_zone: str) -> int:
    """Policies whose last day is over have expired; returns how many did so now."""
    day = today_in(time_zone)
    expired = 0
    for stage in (PolicyStage.BOUND, PolicyStage.SUSPENDED):
        over = Policy.objects.filter(time_zone=time_zone, stage=stage, ends_on__lt=day)
        expired += over.update(stage=POLICY.target("expire", stage), stage_on=F("ends_on") + timedelta(days=1))
    record(by=None, subject="policy:*", time_zone=time_zone, day=str(day), expired=expired)
    return expired


COLUMNS = [
    "decision", "amount", "currency", "valid_to", "house_amount", "upcoming", "upcoming_on", "lapsed_at",
]  # fmt: skip


def _due(time_zone: str, day: date):  # type: ignore[no-untyped-def]
    over = Q(valid_to__lt=day) | Q(policy__ends_on__lt=day)
    cancelled = Q(policy__stage=PolicyStage.CANCELLED, policy__stage_on__lt=day)
    return CreditLimit.objects.filter(
        Q(amount__gt=0) & (over | cancelled) | Q(upcoming_on__lte=day), policy__time_zone=time_zone
    )


def _brought_to(limit: CreditLimit, day: date) -> bool:
    """Walk the limit through everything that was due by `day`; False when it has ended."""
    while limit.upcoming is not None and limit.upcoming_on is not None and limit.upcoming_on <= day:
        _put_in_force(limit, limit.upcoming)
    policy = limit.policy
    gone = policy.stage == PolicyStage.CANCELLED and policy.stage_on is not None and policy.stage_on < day
    if gone or policy.ends_on < day or (limit.valid_to is not None and limit.valid_to < day):
        limit.upcoming = limit.upcoming_on = None
        limit.amount = limit.house_amount = Decimal(0)
    if limit.amount == 0:
        limit.lapsed_at = timezone.now()
    return limit.amount > 0


def _put_in_force(limit: CreditLimit, made: LimitDecision) -> None:
    # Another entry of the same firm may have a limit of its own still; what is to come for that one stays its own.
    others = CreditLimit.objects.filter(policy=limit.policy_id, amount__gt=0).exclude(pk=limit.pk).values("buyer")
    decisions = LimitDecision.objects.on_limit(limit.policy_id, limit.buyer_id).exclude(buyer__in=others)
    later = decisions.filter(pk__gt=made.pk, valid_from__gt=made.valid_from)
    limit.decision = made
    limit.amount, limit.currency, limit.valid_to = made.amount, made.currency, made.valid_to
    limit.house_amount = made.house_amount
    limit.upcoming = later.order_by("valid_from", "-id").first()
    limit.upcoming_on = limit.upcoming.valid_from if limit.upcoming else None


def _facts(limit: CreditLimit) -> dict[str, Any]:
    return {
        "buyer": limit.buyer.firm.name,
        "amount": f"{limit.amount or limit.decision.amount:f}",
        "currency": limit.currency,
        "valid_to_on": limit.valid_to.isoformat() if limit.valid_to else None,
    }


def _news(limit: CreditLimit) -> News:
    subject = f"{subject_of(limit)}@{limit.decision_id}"
    return News(limit.exporter_id, subject, reverse("limit", args=[limit.pk]), _facts(limit))


def _tell(kind: str, news: list[News]) -> None:
    if news:
        tell_firms(by=None, kind=kind, news=news)


def _drop_duties(limits: list[CreditLimit]) -> None:
    open_ones = Duty.objects.filter(
        kind=LIMIT_ENDS, subject__in=[subject_of(limit) for limit in limits], done_at=None, lapsed_at=None
    )
    for exporter, subject in open_ones.values_list("exporter_id", "subject"):
        lapse_duty(exporter=exporter, kind=LIMIT_ENDS, subject=subject)
