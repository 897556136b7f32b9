"""Ticking an alert off."""

from django.utils import timezone

from accounts.access import require_role
from accounts.audit import action, record
from buyers.models import Alert


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
