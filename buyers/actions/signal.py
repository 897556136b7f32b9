"""Something happened to a buyer: written down, and the buyer is due for scoring as soon as the catalogue says."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from accounts.access import require_group, require_role
from accounts.audit import action, record
from accounts.models import User
from accounts.models.roles import STAFF_GROUPS
from buyers.actions.alert import raise_signal_alerts
from buyers.models import Buyer, BuyerLink, Signal
from buyers.models.signal import SignalKind
from buyers.signals import Event, catalogue, kind_of
from buyers.tasks import plan_scores, score_signalled

# So many buyers are scored one by one as soon as the events stand; more are left to the refresh, woken at once.
SCORED_ONE_BY_ONE = 20


@action
def record_signal(
    *,
    by: int | None,
    buyer: int,
    kind: str,
    happened_on: date,
    source: str,
    reporter: int | None = None,
    facts: dict[str, Any] | None = None,
    key: str = "",
    staff_only: bool = False,
) -> Signal:
    """Append a signal about `buyer` (or the buyer it was merged into), which is then due for scoring.

    `by` None is the machine; a person is staff, or may write for `reporter` (an exporter's id, for staff's eyes only:
    seams.md, "Who reported a signal?"). `kind` is a SignalKind; `source` says where the news comes from, `key` is the
    source's own for it: the same again is a repetition. A `staff_only` signal never reaches an exporter.
    """
    _require_reporter(by, reporter)
    event = Event(buyer, SignalKind(kind), happened_on, source, key, reporter, staff_only, facts or {})
    # The row that says it must happen is next_score_on; the tasks only wake the worker early, beat finds the rest.
    Buyer.objects.select_for_update().get(pk=buyer)
    new = _appended(by, [event])
    signal = Signal.objects.get(pk=new[0]) if new else Signal.objects.get(source=source, key=key)
    told = {"buyer": signal.buyer_id, "kind": kind, "source": source}
    record(by=by, subject=signal, exporter=reporter, **told, **({} if new else {"outcome": "repeated"}))
    return signal


@action
def record_signals(*, by: int | None, events: Sequence[Event], subject: str = "signal:list") -> list[int]:
    """Append many events at once, in one statement; the ids of those that were new. For importers and the machine.

    Every event has its source's key, so that the same file handed in again appends nothing. `subject` names for the
    trail what brought them ("feedrun:7").
    """
    if by is not None:
        require_group(by, frozenset(STAFF_GROUPS))
    assert all(event.key for event in events), "an event without a key of its source would be told twice"
    new = _appended(by, events)
    record(by=by, subject=subject, events=len(events), signals=len(new))
    return new


def _appended(by: int | None, events: Sequence[Event]) -> list[int]:
    """Append, alert whom it concerns, bring the next scores forward, wake whoever scores; the new signals' ids."""
    rows = Signal.objects.append([_as_json(event) for event in events])
    by_kind: dict[str, set[int]] = {}
    for _signal, buyer, kind in rows:
        by_kind.setdefault(kind, set()).add(buyer)
    at_once: set[int] = set()
    for code, buyers in by_kind.items():
        days = kind_of(code).score_within_days
        if days is None:
            continue
        _bring_forward(buyers, days)
        at_once |= buyers if days == 0 else set()
    _wake(at_once)
    if troubled := {buyer for _signal, buyer, kind in rows if kind in catalogue().linked.public}:
        BuyerLink.objects.wake_the_linked(troubled)
    new = [signal for signal, _buyer, _kind in rows]
    if new:
        raise_signal_alerts(by=by, signals=new)
    return new


def _bring_forward(buyers: set[int], days: int) -> None:
    """As buyers.signals.score_by says of one buyer: never later than it was."""
    soon = Value(timezone.now().date() + timedelta(days=days))
    Buyer.objects.filter(pk__in=buyers).update(next_score_on=Least(Coalesce(F("next_score_on"), soon), soon))


def _wake(buyers: set[int]) -> None:
    if len(buyers) > SCORED_ONE_BY_ONE:
        plan_scores.delay_on_commit()
        return
    for buyer in sorted(buyers):
        score_signalled.delay_on_commit(buyer)


def _as_json(event: Event) -> Mapping[str, Any]:
    return {
        "buyer": event.buyer, "kind": str(event.kind), "happened_on": event.happened_on.isoformat(),
        "source": event.source, "key": event.key, "reporter": event.reporter, "staff_only": event.staff_only,
        "facts": dict(event.facts),
    }  # fmt: skip


def _require_reporter(by: int | None, reporter: int | None) -> None:
    if by is None:
        return
    if reporter is None or User.objects.filter(pk=by, is_staff=True).exists():
        require_group(by, frozenset(STAFF_GROUPS))
    else:
        require_role(by, reporter)
