"""Setting, doing and dropping what must be done by a day."""

from datetime import date
from typing import Any

from django.utils import timezone

from accounts.audit import action, record
from desk.models import Duty


@action
def set_duty(
    *, by: int | None, exporter: int, kind: str, subject: str, due_on: date, facts: dict[str, Any], path: str
) -> Duty:
    """The firm's open duty of that kind about that row, made or brought up to date.

    Recomputing never shortens a deadline someone was told (seams.md, "Deadlines"): of two dates the later one stands.
    A term that really is to end sooner lapses the duty first and sets a new one, with a notice.
    """
    duty, made = Duty.objects.select_for_update().get_or_create(
        exporter_id=exporter,
        kind=kind,
        subject=subject,
        done_at__isnull=True,
        lapsed_at__isnull=True,
        defaults={"due_on": due_on, "facts": facts, "path": path},
    )
    if not made:
        duty.due_on = max(duty.due_on, due_on)
        duty.facts, duty.path = facts, path
        duty.save(update_fields=["due_on", "facts", "path"])
    record(
        by=by, subject=duty, exporter=exporter, kind=kind, asked=due_on.isoformat(), due_on=duty.due_on.isoformat(),
        outcome="set" if made else "repeated",
    )  # fmt: skip
    return duty


@action
def close_duty(*, by: int, exporter: int, kind: str, subject: str) -> int:
    """The duty is done, by somebody. Closing what is not open changes nothing; returns how many were closed."""
    done = _open(exporter, kind, subject).update(done_at=timezone.now(), done_by_id=by)
    record(by=by, subject=subject, exporter=exporter, kind=kind, closed=done)
    return done


@action
def lapse_duty(*, exporter: int, kind: str, subject: str) -> int:
    """The duty is no longer needed: closed by the machine, done by nobody."""
    lapsed = _open(exporter, kind, subject).update(lapsed_at=timezone.now())
    record(by=None, subject=subject, exporter=exporter, kind=kind, lapsed=lapsed)
    return lapsed


def _open(exporter: int, kind: str, subject: str):  # type: ignore[no-untyped-def]
    return Duty.objects.filter(
        exporter_id=exporter, kind=kind, subject=subject, done_at__isnull=True, lapsed_at__isnull=True
    )
