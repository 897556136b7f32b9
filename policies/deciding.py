"""What an underwriter may decide on a request. The page and the action ask this one function; authority is apart
(accounts/authority.py), and so is the capacity, which only the row lock can answer for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from kernel.money import amount_refused
from kernel.refusals import Refusal, refusal
from policies.limits import Reason, reason

APPROVED, PARTLY_APPROVED, DECLINED = "approved", "partly_approved", "declined"
OUTCOMES = (APPROVED, PARTLY_APPROVED, DECLINED)

# After UN/EDIFACT 4509, in this house's words. None speaks of the insurer's exposure ("credit limit full" is not
# on the list: it would tell an exporter about its rivals).
DECISION_REASONS = (
    reason("financials_support_limit"),
    reason("experience_supports_limit"),
    reason("no_financial_information"),
    reason("accounts_late"),
    reason("weak_equity"),
    reason("weak_liquidity"),
    reason("losses_in_accounts"),
    reason("young_company"),
    reason("lack_of_turnover"),
    reason("slow_payment"),
    reason("adverse_public_information"),
    reason("buyer_not_registered"),
    reason("country_situation"),
    reason("terms_too_long"),
    reason("overall_assessment"),
)
CONDITIONS = (
    reason("retention_of_title"),
    reason("parent_guarantee"),
    reason("advance_payment"),
    reason("accounts_within_90_days"),
    reason("confirmed_bill"),
)


def codes(of: Sequence[Reason]) -> tuple[str, ...]:
    """Their codes, in the order of the list."""
    return tuple(r.code for r in of)


@dataclass(frozen=True)
class Verdict:
    """An underwriter's decision. Amount in the request's currency; `reasons` and `conditions` are codes."""

    outcome: str
    amount: Decimal
    valid_to: date | None
    reasons: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    words: str = ""


def as_proposed(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON, while it waits for a countersignature."""
    return {
        "outcome": verdict.outcome,
        "amount": f"{verdict.amount:f}",
        "valid_to": verdict.valid_to.isoformat() if verdict.valid_to else None,
        "reasons": list(verdict.reasons),
        "conditions": list(verdict.conditions),
        "words": verdict.words,
    }


def proposed(stored: dict[str, Any]) -> Verdict:
    """The verdict that was proposed."""
    return Verdict(
        stored["outcome"],
        Decimal(stored["amount"]),
        date.fromisoformat(stored["valid_to"]) if stored["valid_to"] else None,
        tuple(stored["reasons"]),
        tuple(stored["conditions"]),
        stored["words"],
    )


@dataclass(frozen=True)
class Case:
    """What is decided on: the request's amount, the present limit (0: none), the policy's day and last day."""

    asked: Decimal
    currency: str
    present: Decimal
    today: date
    policy_ends_on: date
    policy_open: bool


def verdict_refused(verdict: Verdict, case: Case) -> tuple[Refusal, ...]:
    """Every reason why this decision cannot stand as entered; empty when it can."""
    if verdict.outcome not in OUTCOMES:
        return (refusal("outcome_unknown", "outcome"),)
    found = [*_amount(verdict, case), *_reasons(verdict)]
    if verdict.outcome != DECLINED:
        found += _dates(verdict, case)
        if not case.policy_open:
            found.append(refusal("policy_not_open_for_grants", "outcome"))
    return tuple(found)


def _amount(verdict: Verdict, case: Case) -> Iterator[Refusal]:
    if verdict.outcome == DECLINED:
        if verdict.amount != 0:
            yield refusal("declined_means_nothing", "amount")
        return
    wrong = amount_refused(verdict.amount, case.currency)
    yield from wrong
    asked = {"asked_amount": case.asked, "currency": case.currency}
    if wrong:
        return
    if verdict.outcome == APPROVED and verdict.amount != case.asked:
        yield refusal("approved_means_all", "amount", **asked)
    if verdict.outcome == PARTLY_APPROVED and verdict.amount >= case.asked:
        yield refusal("partly_means_less", "amount", **asked)
    if verdict.amount < case.present:
        yield refusal("not_below_present_limit", "amount", present_amount=case.present, currency=case.currency)


def _reasons(verdict: Verdict) -> Iterator[Refusal]:
    if verdict.outcome != APPROVED and not verdict.reasons:
        yield refusal("reason_missing", "reasons")
    if set(verdict.reasons) - set(codes(DECISION_REASONS)):
        yield refusal("reason_unknown", "reasons")
    if set(verdict.conditions) - set(codes(CONDITIONS)):
        yield refusal("condition_unknown", "conditions")


def _dates(verdict: Verdict, case: Case) -> Iterator[Refusal]:
    if verdict.valid_to is None:
        return
    if verdict.valid_to <= case.today:
        yield refusal("valid_to_not_in_future", "valid_to", today_on=case.today)
    elif verdict.valid_to > case.policy_ends_on:
        yield refusal("valid_to_after_policy", "valid_to", ends_on=case.policy_ends_on)
