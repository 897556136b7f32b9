"""How long a grade stays fresh: the worse it is, the sooner the buyer is looked at again.

The table is data (buyers/data/freshness.json; docs/scorecard.md, "Freshness"). What happens in between brings the look
forward, by kind of event: `score_within_days` in the catalogue of signals (buyers/signals.py). The end of a grade that
an underwriter set does, too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parent / "data" / "freshness.json"
GRADES = range(1, 11)


class BadFreshness(ValueError):
    """The file is no table of this kind; says what is wrong with it."""


@dataclass(frozen=True)
class Freshness:
    """`days[grade - 1]` days after a score the buyer is due again."""

    edition: str
    days: tuple[int, ...]

    def by_grade(self) -> list[tuple[int, int]]:
        """(grade, days), the best grade first."""
        return list(zip(GRADES, self.days, strict=True))


@lru_cache(maxsize=1)
def freshness() -> Freshness:
    """The table in use."""
    return parsed_freshness(json.loads(DATA.read_text(encoding="utf-8")))


def parsed_freshness(data: Mapping[str, Any]) -> Freshness:
    """The table from its JSON. Every grade has its days, at least one, and none more than a better grade."""
    rows = data["days_by_grade"]
    if set(data) != {"edition", "days_by_grade"} or set(rows) != {str(grade) for grade in GRADES}:
        raise BadFreshness("every grade from 1 to 10 has its days, and nothing else stands there")
    days = tuple(rows[str(grade)] for grade in GRADES)
    if min(days) < 1 or list(days) != sorted(days, reverse=True):
        raise BadFreshness("a worse grade is looked at no later than a better one, and never twice a day")
    return Freshness(data["edition"], days)


def next_look(grade: int, today: date, set_until: date | None = None) -> date:
    """The day after `today` on which a buyer of that grade is looked at again. One whose grade an underwriter set until
    a day is looked at on the day after it, if that comes first."""
    fresh = today + timedelta(days=freshness().days[grade - 1])
    return min(fresh, set_until + timedelta(days=1)) if set_until else fresh


def next_looks(grades: NDArray, today: date, set_until: NDArray) -> NDArray[np.datetime64]:
    """The same for many at once; `set_until` are days, NaT where no underwriter set a grade."""
    fresh = np.datetime64(today, "D") + np.array(freshness().days, "m8[D]")[grades - 1]
    return np.fmin(fresh, set_until.astype("M8[D]") + np.timedelta64(1, "D"))  # fmin: NaT gives way
