"""Raising alerts of signals, telling the firms of what was raised, reading an alert and ticking it off."""

from dataclasses import asdict
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.access import require_role
from accounts.audit import action, record
from accounts.models.roles import MAY_READ
from buyers.advice import alert_advice, alerting, signal_advice
from buyers.models import Alert, Signal
from buyers.models.alert import Raised
from buyers.signals import kind_of
from buyers.watching import told_by_mail
from desk.actions.notice import News, retell_firms, tell_firms
from desk.gravity import Gravity
from desk.live import announce

# A buyer is scored seconds after what has it scored at once: a mail about it waits so long, to say both.
FOR_THE_REGRADE = 30


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
    """Tell the firms of the alerts a score raised; what they were told of an event before, and of which the regrade
    comes, now says both. How many notices were new."""
    alone = [_of_regrade(r) for r in raised if not r.joined]
    joined = [_of_signal(r) for r in raised if r.joined]
    told = tell_firms(by=None, kind="buyers.regraded", news=alone, gathers=True) if alone else 0
    told += retell_firms(by=None, kind="buyers.signalled", news=joined) if joined else 0
    record(by=by, subject="alert:scores", alerts=len(alone), joined=len(joined), told=told)
    return told


@action
def raise_country_alerts(*, by: int | None, fallen: list[dict[str, Any]]) -> int:
    """Alert the firms with buyers in countries whose rating fell, each once per country, and tell them; how many alerts
    were new. `fallen`: {risk: id of the rating in force now, country, happened_on, former_rating, rating}."""
    news = [
        {"risk": f["risk"], "country": f["country"], "facts": {n: v for n, v in f.items() if n != "risk"}}
        for f in fallen
    ]
    raised = Alert.objects.raise_for_countries(news) if news else []
    if raised:
        tell_firms(by=None, kind="buyers.country_fell", news=[_of_country(r) for r in raised], gathers=True)
    record(by=by, subject="alert:countries", countries=len(fallen), raised=len(raised))
    return len(raised)


def _of_regrade(raised: Raised) -> News:
    facts = {**raised.facts, "kind": raised.kind, "buyer_name": raised.buyer_name}
    return _news(raised, facts, alert_advice(raised.kind, raised.facts, of_score=True).gravity)


def _of_signal(raised: Raised) -> News:
    meant = alert_advice(raised.kind, raised.facts, of_score=False)
    said = {"code": f"signal_{raised.kind}", "facts": raised.facts}
    facts = {"kind": raised.kind, "buyer_name": raised.buyer_name, "said": said, "meaning": meant.meaning}
    facts |= {name: raised.facts[name] for name in ("former_grade", "grade", "reasons") if name in raised.facts}
    waits = not raised.joined and kind_of(raised.kind).score_within_days == 0
    return _news(raised, facts, meant.gravity, FOR_THE_REGRADE if waits else 0)


def _of_country(raised: Raised) -> News:
    said = {"code": "country_fell", "facts": raised.facts}
    return _news(raised, {"said": said, "buyers": raised.facts["buyers"]}, signal_advice(raised.kind).gravity)


def _news(raised: Raised, facts: dict[str, Any], gravity: Gravity, mail_waits: int = 0) -> News:
    """In the page always; by mail as the firm watches the buyer."""
    path = reverse("alert", args=[raised.alert])
    mail = told_by_mail(raised.watch, gravity)
    return News(raised.exporter, f"alert:{raised.alert}", path, facts, gravity, mail, mail_waits)


@action
def read_alert(*, by: int, alert: int) -> Alert:
    """Somebody of the firm has opened the alert: the first one is noted, for colleagues to see. Any member may."""
    row = Alert.objects.select_for_update().get(pk=alert)
    require_role(by, row.exporter_id, MAY_READ)
    repeated = row.read_at is not None
    if not repeated:
        row.read_at, row.read_by_id = timezone.now(), by
        _changed(row, "read_at", "read_by")
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
        _changed(row, "done_at", "done_by")
    record(by=by, subject=row, exporter=row.exporter_id, buyer=row.buyer_id, outcome="repeated" if repeated else "done")
    return row


@action
def reopen_alert(*, by: int, alert: int) -> Alert:
    """The alert was ticked off too early: open again for all of the firm. A second time changes nothing."""
    row = Alert.objects.select_for_update().get(pk=alert)
    require_role(by, row.exporter_id)
    repeated = row.done_at is None
    if not repeated:
        row.done_at = row.done_by = None
        _changed(row, "done_at", "done_by")
    record(by=by, subject=row, exporter=row.exporter_id, buyer=row.buyer_id, outcome="repeated" if repeated else "open")
    return row


def _changed(row: Alert, *columns: str) -> None:
    """Keep it, and let the pages colleagues have open show it."""
    row.changed_at = timezone.now()
    row.save(update_fields=[*columns, "changed_at"])
    announce(firms=[row.exporter_id])
