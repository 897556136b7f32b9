"""Policies, requests and decisions for tests, with as little said as a test needs to say."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Exporter
from accounts.tests.factories import exporter as new_exporter
from buyers.models import Buyer
from buyers.tests.factories import buyer as new_buyer
from policies.models import (
    Appetite,
    BuyerCapacity,
    CreditLimit,
    LimitDecision,
    LimitRequest,
    Policy,
    PolicyTerms,
)
from policies.models.limit_decision import Outcome
from policies.models.limit_request import RequestKind, RequestStage

TERMS: dict[str, Any] = {
    "edition": "2026-1",
    "insured_percentage": Decimal("90"),
    "standard_terms_days": 60,
    "maximum_terms_days": 120,
    "machine_limit_maximum": Decimal("500000"),
    "maximum_extension_days": 60,
    "waiting_number": 120,
    "premium_rate": Decimal("0.25"),
}
POLICY_COLUMNS = {"number", "currency", "time_zone", "calendar_country", "stage", "stage_on", "starts_on", "ends_on"}


def policy(exporter: Exporter | None = None, **terms: Any) -> Policy:
    """A policy in force since half a year, with terms from its first day; `terms` may name the policy's columns too."""
    exporter = exporter or new_exporter()
    columns = {name: terms.pop(name) for name in POLICY_COLUMNS & set(terms)}
    today = timezone.now().date()
    columns = {
        "number": f"TC-{today.year}-{Policy.objects.count() + 1:06d}",
        "currency": "EUR",
        "time_zone": "UTC",  # so that a test's day is the policy's
        "calendar_country": "DE",
        "starts_on": today - timedelta(days=182),
        "ends_on": today + timedelta(days=182),
        "bound_by_id": exporter.created_by_id,
        **columns,
    }
    made = Policy.objects.create(exporter=exporter, **columns)
    PolicyTerms.objects.create(policy=made, **{"valid_from": made.starts_on, **TERMS, **terms})
    return made


def limit_request(policy: Policy | None = None, buyer: Buyer | None = None, **columns: Any) -> LimitRequest:
    """A request, referred to an underwriter unless `stage` says otherwise."""
    policy = policy or globals()["policy"]()
    by, now = policy.exporter.created_by_id, timezone.now()
    stage = columns.get("stage", RequestStage.REFERRED)
    asked = {} if stage == RequestStage.AWAITING_REVIEW else {"asked_at": now, "asked_by_id": by}
    values = {
        "kind": RequestKind.NEW,
        "amount": Decimal("100000"),
        "currency": policy.currency,
        "terms_days": 60,
        "stage": stage,
        "created_by_id": by,
        **asked,
        **columns,
    }
    return LimitRequest.objects.create(exporter=policy.exporter, policy=policy, buyer=buyer or new_buyer(), **values)


def decision(request: LimitRequest | None = None, **columns: Any) -> LimitDecision:
    """A decision with its limit and the capacity it takes; of `request`, or of `policy` and `buyer` in `columns`."""
    if request is None and "policy" not in columns:
        request = limit_request(stage=RequestStage.DECIDED)
    held: Policy = columns.pop("policy", None) or request.policy  # type: ignore[union-attr]
    buyer: Buyer = columns.pop("buyer", None) or (request.buyer if request else new_buyer())
    amount = Decimal(columns.pop("amount", request.amount if request else Decimal("100000")))
    today: date = timezone.now().date()
    former = CreditLimit.objects.filter(policy=held, buyer=buyer).first()
    values = {
        "outcome": Outcome.APPROVED,
        "currency": request.currency if request else held.currency,
        "terms_days": request.terms_days if request else 60,
        "valid_from": today,
        "valid_to": today + timedelta(days=365),
        "reasons": [{"code": "grade_supports_limit", "facts": {"grade": 4}}],
        "edition": "2026-1",
        "house_amount": amount,
        "rate": Decimal(1),
        "rate_day": today,
        "supersedes": former.decision if former else None,
        **columns,
    }
    made = LimitDecision.objects.create(
        exporter=held.exporter, policy=held, buyer=buyer, request=request, amount=amount, **values
    )
    if made.outcome != Outcome.DECLINED:
        CreditLimit.objects.update_or_create(
            policy=held,
            buyer=buyer,
            defaults={
                "exporter": held.exporter,
                "decision": made,
                "amount": amount,
                "currency": made.currency,
                "valid_to": made.valid_to,
                "house_amount": made.house_amount,
                "reviewed_at": made.decided_at,
            },
        )
        taken = sum(CreditLimit.objects.filter(buyer=buyer).values_list("house_amount", flat=True), Decimal(0))
        BuyerCapacity.objects.update_or_create(buyer=buyer, defaults={"issued": taken})
    return made


def appetite(cap: Decimal | int | str = 5_000_000, **of: Any) -> Appetite:
    """A cap, of a grade, a country or a buyer; of grade 4 when nothing is said."""
    setter = of.pop("set_by", None) or new_exporter().created_by
    of = of or {"grade": 4}
    return Appetite.objects.create(
        **{"valid_from": timezone.now().date() - timedelta(days=30), **of}, cap=Decimal(cap), set_by=setter
    )
