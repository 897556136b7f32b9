"""When a person's digest is due, and what goes into it: news up to a fixed moment of the period, in the person's zone.

A daily digest is made from seven in the morning on of what came before that; a weekly one on Monday, likewise. A clock
that stood still makes it up later that day (that week), never at night. What came after the moment waits for the next.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

AT_ONCE, DAILY, WEEKLY = "at_once", "daily", "weekly"
FROM, UNTIL = time(7), time(20)


@dataclass(frozen=True)
class Occasion:
    """A digest's period, by the day it is made for, and the moment (with its zone) before which news belong to it."""

    starts_on: date
    before: datetime


def occasion(rhythm: str, now: datetime) -> Occasion | None:
    """The digest that may be made at `now` (in the person's zone), None at night.

    Somebody who has gone back to mails at once gets what was gathered before with the next morning.
    """
    if not FROM <= now.time() < UNTIL:
        return None
    day = now.date() - timedelta(days=now.weekday() if rhythm == WEEKLY else 0)
    return Occasion(day, datetime.combine(day, FROM, now.tzinfo))
