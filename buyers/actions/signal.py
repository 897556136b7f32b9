"""Something happened to a buyer: written down, and the buyer is due for scoring at once."""

from datetime import date
from typing import Any

from accounts.access import require_group, require_role
from accounts.audit import action, record
from accounts.models import User
from accounts.models.roles import STAFF_GROUPS
from buyers.models import Buyer, Signal
from buyers.models.signal import SignalKind
from buyers.tasks import score_signalled


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
) -> Signal:
    """Append a signal about `buyer` (or the buyer it was merged into), which is then due for scoring.

    `by` None is the machine; a person is staff, or may write for `reporter` (an exporter's id, for staff's eyes only:
    seams.md, "Who reported a signal?"). `kind` is a SignalKind; `source` says where the news comes from.
    """
    _require_reporter(by, reporter)
    concerned = Buyer.objects.select_for_update().get(pk=buyer)
    if concerned.merged_into_id:
        concerned = Buyer.objects.select_for_update().get(pk=concerned.merged_into_id)
    signal = Signal.objects.create(
        buyer=concerned,
        kind=SignalKind(kind),
        happened_on=happened_on,
        source=source,
        reporter_id=reporter,
        facts=facts or {},
    )
    # The row that says it must happen; the task below only wakes the worker early, beat finds what it missed.
    due = min(filter(None, (concerned.next_score_on, signal.recorded_at.date())))
    Buyer.objects.filter(pk=concerned.pk).update(next_score_on=due)
    record(by=by, subject=signal, exporter=reporter, buyer=concerned.pk, kind=kind, source=source)
    score_signalled.delay_on_commit(concerned.pk)
    return signal


def _require_reporter(by: int | None, reporter: int | None) -> None:
    if by is None:
        return
    if reporter is None or User.objects.filter(pk=by, is_staff=True).exists():
        require_group(by, frozenset(STAFF_GROUPS))
    else:
        require_role(by, reporter)
