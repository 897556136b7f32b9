"""A firm reports that a buyer has not paid: a signal on the buyer, whose reporter no other firm learns."""

from datetime import date
from decimal import Decimal

from accounts.access import require_role
from accounts.audit import action, record
from accounts.clock import today_in
from buyers.actions.signal import record_signal
from buyers.models import BookEntry, Signal
from buyers.models.signal import SignalKind
from claims.overdues import overdue_refused
from kernel.refusals import refusal, refuse
from policies.models import Policy

SOURCE = "policyholder"


@action
def report_overdue(*, by: int, exporter: int, buyer: int, amount: Decimal, currency: str, due_on: date) -> Signal:
    """`amount` is overdue at a buyer of the firm's book, the oldest of it since `due_on`.

    The same due date reported again is the same overdue. Others hear of it as of all reports of policyholders: once
    enough have come, by month, without who it was (buyers/signals.py).
    """
    require_role(by, exporter)
    if not BookEntry.objects.filter(exporter_id=exporter, buyer_id=buyer).standing():
        refuse([refusal("buyer_not_in_book", "buyer")])
    policy = Policy.objects.filter(exporter=exporter).order_by("-starts_on", "-id").first()
    today = today_in(policy.time_zone if policy else "UTC")
    refuse(overdue_refused(amount, currency, due_on, today))
    key = f"{exporter}:{buyer}:{due_on}"
    repeated = Signal.objects.filter(source=SOURCE, key=key).exists()
    signal = record_signal(
        by=by, buyer=buyer, kind=SignalKind.OVERDUE_REPORTED, happened_on=today, source=SOURCE, reporter=exporter,
        key=key, facts={"amount": f"{amount:f}", "currency": currency, "due_on": due_on.isoformat()},
    )  # fmt: skip
    outcome = "repeated" if repeated else "reported"
    record(by=by, subject=signal, exporter=exporter, buyer=signal.buyer_id, due_on=due_on.isoformat(), outcome=outcome)
    return signal
