"""Which grades a firm has looked up of late: read from the trail, where the act stands (buyers/actions/lookup.py)."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.audit import subject_of
from accounts.models import AuditEvent
from buyers.models.buyer import Buyer

# How long a grade that was looked up stays open to the firm, and over which time its look-ups are counted.
WITHIN = timedelta(hours=24)
ACT = "look_up_grade"


def looked_up_at(exporter: int, buyer: int) -> datetime | None:
    """When the firm last looked the buyer up within the last day; None when it did not."""
    subject = subject_of(Buyer(pk=buyer))
    events = AuditEvent.objects.filter(exporter=exporter, action=ACT, subject=subject, at__gt=timezone.now() - WITHIN)
    return events.order_by("-at").values_list("at", flat=True).first()


def lookups_of(exporter: int) -> int:
    """How many different buyers the firm looked up within the last day."""
    events = AuditEvent.objects.filter(exporter=exporter, action=ACT, at__gt=timezone.now() - WITHIN)
    return events.values("subject").distinct().count()
