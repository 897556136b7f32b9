"""Raising alerts of signals, telling the firms of what was raised, reading an alert and ticking it off."""

from dataclasses import asdict
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.access import require_role
from accounts.audit import action, record
from accounts.models.roles import MAY_READ
from buyers.advice import advice, alerting, signal_advice
from buyers.models import Alert, Signal
from buyers.models.alert import Raised
from buyers.watching import told_by_mail
from desk.actions.notice import News, tell_firms
from desk.gravity import Gravity


@action
def raise_signal_alerts(*, by: int | None, signals: list[int]) -> int:
    """Alert the firms that have the signals' buyers in their books, and tell them; how many alerts were new.

    In one statement, however many signals. What is for staff alerts nobody (buyers/advice.py), a firm's own report does
    not alert itself, and a signal handed in twice alerts once.
    """
    rows = Signal.objects.filter(pk__in=signals).select_related("reporter")
    found = alerting((row.pk, row.buyer_id, row.told()) for row in rows)
    raised = Alert.objects.raise_for_signals([asdict(item) for item in found]) if found else []
    if raised:
        tell_firms(by=None, kind="buyers.signalled", news=[_of_signal(r) for r in raised], gathers=True)
    record(by=by, subject="alert:signals", signals=len(signals), raised=len(raised))
    return len(raised)


@action
def tell_of_regrades(*, by: int | None, raised: list[Raised]) -> int:
    """Tell the firms of the alerts a score raised; how many notices that were."""
    news = [_of_regrade(r) for r in raised]
    told = tell_firms(by=None, kind="buyers.regraded", news=news, gathers=True) if raised else 0
    record(by=by, subject="alert:scores", alerts=len(raised), told=told)
    return told


def _of_regrade(raised: Raised) -> News:
    gravity = advice(raised.facts.get("former_grade"), raised.facts["grade"]).gravity
    facts = {**raised.facts, "kind": raised.kind, "buyer_name": raised.buyer_name}
    return _news(raised, facts, gravity)


def _of_signal(raised: Raised) -> News:
    meant = signal_advice(raised.kind)
    said = {"code": f"signal_{raised.kind}", "facts": raised.facts}
    facts = {"kind": raised.kind, "buyer_name": raised.buyer_name, "said": said, "meaning": meant.meaning}
    return _news(raised, facts, meant.gravity)


def _news(raised: Raised, facts: dict[str, Any], gravity: Gravity) -> News:
    """In the page always; by mail as the firm watches the buyer."""
    path = reverse("alert", args=[raised.alert])
    return News(
        raised.exporter, f"alert:{raised.alert}", path, facts, gravity, mail=told_by_mail(raised.watch, gravity)
    )


@action
def read_alert(*, by: int, alert: int) -> Alert:
    """Somebody of the firm has opened the alert: the first one is noted, for colleagues to see. Any member may."""
    row = Alert.objects.select_for_update().get(pk=alert)
    require_role(by, row.exporter_id, MAY_READ)
    repeated = row.read_at is not None
    if not repeated:
        row.read_at, row.read_by_id = timezone.now(), by
        row.save(update_fields=["read_at", "read_by"])
    record(by=by, subject=row, exporter=row.exporter_id, buyer=row.buyer_id, outcome="repeated" if repeated else "read")
    return row


@action
def settle_alert(*, by: int, alert: int) -> Alert:
    """The firm has dealt with the alert: done for all its people. A second time changes nothing."""
    row = Alert.objects.select_for_update().get(pk=alert)
    require_role(by, row.exporter_id)
    repeated = row.done_at is not None
    if not repeated:
        row.done_at, row.done_by_id = timezone.now(), by
        row.save(update_fields=["done_at", "done_by"])
    record(by=by, subject=row, exporter=row.exporter_id, buyer=row.buyer_id, outcome="repeated" if repeated else "done")
    return row


@action
def reopen_alert(*, by: int, alert: int) -> Alert:
    """The alert was ticked off too early: open again for all of the firm. A second time changes nothing."""
    row = Alert.objects.select_for_update().get(pk=alert)
    require_role(by, row.exporter_id)
    repeated = row.done_at is None
    row.done_at = row.done_by = None
    row.save(update_fields=["done_at", "done_by"])
    record(by=by, subject=row, exporter=row.exporter_id, buyer=row.buyer_id, outcome="repeated" if repeated else "open")
    return row
