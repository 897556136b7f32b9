"""Which day it is for whom. Rules never ask; their callers pass the answer in (seams.md, 'Which "today"?')."""

from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone


def today_in(time_zone: str) -> date:
    """The present day in an IANA time zone (a policy's)."""
    return timezone.now().astimezone(ZoneInfo(time_zone)).date()
