"""What may be bound: the dates, currency and terms of a policy."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kernel.currencies import is_currency
from kernel.refusals import Refusal, refusal


@dataclass(frozen=True)
class Binding:
    """The policy itself."""

    number: str
    currency: str
    time_zone: str
    starts_on: date
    ends_on: date


def binding_refused(policy: Binding) -> tuple[Refusal, ...]:
    """Refuses a policy without a number, in no currency, in no time zone, or that ends before it begins."""
    found = []
    if not policy.number.strip():
        found.append(refusal("policy_without_number", "number"))
    if not is_currency(policy.currency):
        found.append(refusal("unknown_currency", "currency", currency=policy.currency))
    if policy.ends_on < policy.starts_on:
        found.append(refusal("policy_ends_before_start", "ends_on"))
    try:
        ZoneInfo(policy.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found.append(refusal("time_zone_unknown", "time_zone", zone=policy.time_zone))
    return tuple(found)


@dataclass(frozen=True)
class Terms:
    """The terms that must fit together; the rest are numbers of their own."""

    insured_percentage: Decimal
    standard_terms_days: int
    maximum_terms_days: int
    machine_limit_maximum: Decimal


def terms_refused(terms: Terms) -> tuple[Refusal, ...]:
    """Refuses an insured percentage outside 0-100, standard terms over the maximum, a machine limit below 0."""
    found = []
    if not 0 < terms.insured_percentage <= 100:
        found.append(refusal("percentage_out_of_range", "insured_percentage"))
    if terms.standard_terms_days > terms.maximum_terms_days:
        found.append(refusal("standard_terms_over_maximum", "standard_terms_days"))
    if terms.machine_limit_maximum < 0:
        found.append(refusal("machine_maximum_below_zero", "machine_limit_maximum"))
    return tuple(found)


def change_refused(valid_from: date, valid_to: date | None, policy: Binding, latest_from: date) -> tuple[Refusal, ...]:
    """Refuses a change of terms outside the policy, or from before the latest one: what was told is not rewritten."""
    found = []
    if not policy.starts_on <= valid_from <= policy.ends_on:
        found.append(refusal("change_outside_policy", "valid_from", starts_on=policy.starts_on, ends_on=policy.ends_on))
    elif valid_from <= latest_from:
        found.append(refusal("change_before_last_change", "valid_from", last_on=latest_from))
    if valid_to is not None and valid_to < valid_from:
        found.append(refusal("change_ends_before_start", "valid_to"))
    elif valid_to is not None and valid_to > policy.ends_on:
        found.append(refusal("change_outside_policy", "valid_to", starts_on=policy.starts_on, ends_on=policy.ends_on))
    return tuple(found)


def day_before(day: date) -> date:
    """The last day of what ends when something else begins on `day`."""
    return day - timedelta(days=1)
