"""Binding a policy, changing its terms, suspending, resuming and cancelling it."""

from dataclasses import fields
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict
from django.urls import reverse

from accounts.access import require_group
from accounts.audit import action, record, subject_of
from accounts.clock import today_in
from accounts.models.roles import POLICY_ADMINISTRATOR
from desk.actions.notice import tell
from kernel.refusals import refusal, refuse
from policies.binding import Binding, Terms, binding_refused, change_refused, day_before, terms_refused
from policies.lifecycle import POLICY
from policies.models import Policy, PolicyTerms, Suspension

ADMINISTRATORS = frozenset({POLICY_ADMINISTRATOR})


@action
def bind_policy(
    *,
    by: int,
    exporter: int,
    number: str,
    currency: str,
    time_zone: str,
    calendar_country: str,
    starts_on: date,
    ends_on: date,
    terms: dict[str, Any],
) -> Policy:
    """A policy with its first terms (columns of PolicyTerms, amounts in `currency`), from its first day on.

    Refuses what policies/binding.py refuses, and a number in use.
    """
    require_group(by, ADMINISTRATORS)
    refuse(
        (*binding_refused(Binding(number, currency, time_zone, starts_on, ends_on)), *terms_refused(_fitting(terms)))
    )
    policy = Policy(
        exporter_id=exporter, number=number.strip(), currency=currency, time_zone=time_zone, starts_on=starts_on,
        calendar_country=calendar_country, ends_on=ends_on, bound_by_id=by, stage=POLICY.target("bind"),
    )  # fmt: skip
    try:
        with transaction.atomic():
            policy.save()
    except IntegrityError:
        refuse([refusal("policy_number_taken", "number", number=number)])
    PolicyTerms.objects.create(policy=policy, valid_from=starts_on, **terms)
    record(
        by=by, subject=policy, exporter=exporter, number=policy.number, starts_on=str(starts_on), ends_on=str(ends_on)
    )
    _tell(by, policy, "policies.policy_bound", starts_on)
    return policy


@action
def change_terms(
    *, by: int, policy: int, valid_from: date, changes: dict[str, Any], valid_to: date | None = None
) -> PolicyTerms:
    """From `valid_from` on the policy says `changes` instead (columns of PolicyTerms); until `valid_to` when one is
    given (a relief for a period), after which the former terms hold again. Refuses what policies/binding.py refuses."""
    require_group(by, ADMINISTRATORS)
    found = Policy.objects.select_for_update().get(pk=policy)
    last = PolicyTerms.objects.filter(policy=found).latest("valid_from")
    values = {k: v for k, v in model_to_dict(last).items() if k not in ("id", "policy", "valid_from", "valid_to")}
    refuse(
        (
            *change_refused(valid_from, valid_to, _binding(found), last.valid_from),
            *terms_refused(_fitting(values | changes)),
        )
    )
    PolicyTerms.objects.filter(pk=last.pk).update(valid_to=day_before(valid_from))
    made = PolicyTerms.objects.create(policy=found, valid_from=valid_from, valid_to=valid_to, **(values | changes))
    if valid_to is not None and valid_to < date.max:
        PolicyTerms.objects.create(policy=found, valid_from=valid_to.fromordinal(valid_to.toordinal() + 1), **values)
    record(
        by=by, subject=found, exporter=found.exporter_id, valid_from=valid_from.isoformat(),
        changes={name: str(value) for name, value in changes.items()},
    )  # fmt: skip
    _tell(by, found, "policies.terms_changed", valid_from)
    return made


@action
def suspend_policy(*, by: int, policy: int, reason: str) -> Policy:
    """From today (the policy's) no limit can be asked for and deliveries are not covered; limits in force stay."""
    require_group(by, ADMINISTRATORS)
    found, today = _moved(policy, "suspend")
    begun = Suspension.objects.create(policy=found, starts_on=today, reason=reason)
    record(by=by, subject=found, exporter=found.exporter_id, stage=found.stage, on=today.isoformat(), reason=reason)
    _tell(by, found, "policies.policy_suspended", today, subject_of(begun), reason=reason)
    return found


@action
def resume_policy(*, by: int, policy: int) -> Policy:
    """From today on the policy covers again what is delivered."""
    require_group(by, ADMINISTRATORS)
    found, today = _moved(policy, "resume")
    ended = _end_suspension(found, today)
    record(by=by, subject=found, exporter=found.exporter_id, stage=found.stage, on=today.isoformat())
    _tell(by, found, "policies.policy_resumed", today, ended)
    return found


@action
def cancel_policy(*, by: int, policy: int, reason: str) -> Policy:
    """The policy ends today. Its limits end with the day (actions/ends.py); what was delivered before runs off."""
    require_group(by, ADMINISTRATORS)
    found, today = _moved(policy, "cancel")
    _end_suspension(found, today)
    record(by=by, subject=found, exporter=found.exporter_id, stage=found.stage, on=today.isoformat(), reason=reason)
    _tell(by, found, "policies.policy_cancelled", today, reason=reason)
    return found


def _moved(policy: int, move: str) -> tuple[Policy, date]:
    found = Policy.objects.select_for_update().get(pk=policy)
    found.stage, today = POLICY.target(move, found.stage), today_in(found.time_zone)
    found.stage_on = today
    found.save(update_fields=["stage", "stage_on"])
    return found, today


def _end_suspension(policy: Policy, today: date) -> str:
    """Suspended up to yesterday; one begun today was none. Answers which one it was."""
    running = Suspension.objects.filter(policy=policy, ends_on__isnull=True)
    ended = "".join(subject_of(row) for row in running)
    running.filter(starts_on=today).delete()
    running.update(ends_on=day_before(today))
    return ended


def _tell(by: int, policy: Policy, kind: str, day: date, subject: str = "", **facts: Any) -> None:
    """`subject` names what is told about where it may happen twice on one day."""
    tell(
        by=by,
        exporter=policy.exporter_id,
        kind=kind,
        facts={"policy": policy.number, "day_on": day.isoformat(), **facts},
        subject=subject or f"{subject_of(policy)}@{day.isoformat()}",
        path=reverse("policy"),
    )


def _fitting(terms: dict[str, Any]) -> Terms:
    return Terms(**{field.name: terms[field.name] for field in fields(Terms)})


def _binding(policy: Policy) -> Binding:
    return Binding(policy.number, policy.currency, policy.time_zone, policy.starts_on, policy.ends_on)
