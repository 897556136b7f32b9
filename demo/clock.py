"""Doing things on an earlier day.

The demo is made by the portal's own actions, which ask the clock themselves; here the clock is set back while they
run. Django asks one name for the time, `django.utils.timezone.datetime`, and that name is lent out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta, tzinfo
from typing import Any
from unittest.mock import patch

from django.utils import timezone


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Inside, `timezone.now()` is `moment`: for model defaults, actions and rules' callers alike. One thread only."""

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return moment.astimezone(tz) if tz else moment.replace(tzinfo=None)

    with patch.object(timezone, "datetime", Earlier):
        yield


class Story:
    """Days counted back from the day the demo is made: it never ages, and 29 February is a day like any other."""

    def __init__(self, now: datetime):
        self.now = now
        self.today = now.date()

    def moment(self, days_ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """That day at that hour UTC; never later than now, so that nothing of the demo happens in the future."""
        day = datetime.combine(self.today - timedelta(days=days_ago), time(hour, minute), tzinfo=self.now.tzinfo)
        return min(day, self.now - timedelta(minutes=1))
