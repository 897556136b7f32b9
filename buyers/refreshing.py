"""How a refresh of scores goes, in one word and a few numbers, from what its ranges add up to (docs/scorecard.md)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

UNDER_WAY, WAITING, STALLED, GIVEN_UP, DONE = "under_way", "waiting", "stalled", "given_up", "done"

# Beat wakes a worker every minute: where nobody has come for three, none is there.
STALLED_AFTER = timedelta(minutes=3)


@dataclass(frozen=True)
class Going:
    """A run's ranges: all, done, given up, and held by a worker now; buyers looked at; the last sign of life."""

    parts: int
    done: int
    given_up: int
    held: int
    looked_at: int
    started_at: datetime
    finished_at: datetime | None
    last_done_at: datetime | None

    def state(self, now: datetime) -> str:
        """What a person should know of it first. What was given up waits for them, whatever else goes on."""
        left = self.parts - self.done
        if self.given_up:
            return GIVEN_UP
        if not left or self.finished_at:
            return DONE
        if self.held:
            return UNDER_WAY
        return STALLED if now - (self.last_done_at or self.started_at) >= STALLED_AFTER else WAITING

    @property
    def percent(self) -> int:
        """How much of it is done: 100 only when all is."""
        return 100 * self.done // self.parts if self.parts else 100

    def rate(self, now: datetime) -> int:
        """Buyers a second, from its start to its end; while it runs to the last range done."""
        until = self.finished_at or self.last_done_at or now
        return round(self.looked_at / max((until - self.started_at).total_seconds(), 1))

    def minutes_left(self, now: datetime) -> int | None:
        """At the pace so far, rounded up; None when nothing is done yet, or nobody is at it."""
        if not self.done or not self.held or self.finished_at:
            return None
        each = (now - self.started_at) / self.done
        return -int(-(self.parts - self.done) * each // timedelta(minutes=1))
