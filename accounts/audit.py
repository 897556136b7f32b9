"""Every action leaves exactly one event in the audit trail, or none of it happens.

`@action` opens the transaction and watches the trail; `record` writes the event. Acts nested in one request (or one
task) share a correlation id, kept in a context variable by the middleware.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import models, transaction

from accounts.models import AuditEvent

P = ParamSpec("P")
R = TypeVar("R")


class NoTrail(AssertionError):
    """An action recorded no event, or more than one: a defect, so its transaction is rolled back."""


@dataclass
class _Frame:
    action: str
    events: int = 0


@dataclass(frozen=True)
class Circumstances:
    """What a request adds to every event: its correlation id and the network address it came from."""

    correlation: uuid.UUID
    address: str | None = None


_circumstances: ContextVar[Circumstances | None] = ContextVar("circumstances", default=None)
_frames: ContextVar[tuple[_Frame, ...]] = ContextVar("audit_frames", default=())


@contextmanager
def circumstances(address: str | None = None) -> Iterator[Circumstances]:
    """Everything recorded inside shares one correlation id."""
    token = _circumstances.set(found := Circumstances(uuid.uuid4(), address))
    try:
        yield found
    finally:
        _circumstances.reset(token)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Makes `function` an action: one transaction, keyword arguments only, exactly one audit event of its own."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if args:
            raise TypeError(f"{function.__name__} takes keyword arguments only")
        frame = _Frame(function.__name__)
        token = _frames.set((*_frames.get(), frame))
        outer = _circumstances.set(_circumstances.get() or Circumstances(uuid.uuid4()))
        try:
            with transaction.atomic():
                result = function(*args, **kwargs)
                if frame.events != 1:
                    raise NoTrail(f"{frame.action} left {frame.events} audit events, not one")
                return result
        finally:
            _circumstances.reset(outer)
            _frames.reset(token)

    run.is_action = True  # type: ignore[attr-defined]
    return run


def record(*, by: int | None, subject: models.Model | str, exporter: int | None = None, **details: Any) -> AuditEvent:
    """Write the event of the action that is running.

    `by` is a person's id (None: the machine), `subject` a row or "model:id", `exporter` the firm whose owners may read
    it (None: staff only), `details` plain JSON values (amounts as strings).
    """
    frames = _frames.get()
    if not frames:
        raise NoTrail("an event is recorded by an action only")
    frames[-1].events += 1
    around = _circumstances.get()
    assert around is not None  # set by `action`
    return AuditEvent.objects.create(
        by_id=by,
        action=frames[-1].action,
        exporter_id=exporter,
        subject=subject if isinstance(subject, str) else subject_of(subject),
        details=details,
        correlation=around.correlation,
        address=around.address,
    )


def subject_of(row: models.Model) -> str:
    """How the trail names a row: "limitrequest:17"."""
    return f"{row._meta.model_name}:{row.pk}"
