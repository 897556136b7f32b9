"""When a decision on a limit may be asked to be thought over (domain.md §5, "appealed")."""

from dataclasses import dataclass
from datetime import date

from kernel.refusals import Refusal, refusal


@dataclass(frozen=True)
class Appealed:
    """The decision: its last day for an appeal (None: none is possible), and whether one was made already."""

    appeal_by: date | None
    already: bool


def appeal_refused(decision: Appealed, comment: str, today: date) -> tuple[Refusal, ...]:
    """Refuses an appeal after its day (the day itself is in time), a second one, and one that says nothing new."""
    found = []
    if decision.already:
        found.append(refusal("appealed_already"))
    elif decision.appeal_by is None or today > decision.appeal_by:
        found.append(refusal("appeal_too_late", appeal_by_on=decision.appeal_by))
    if not comment.strip():
        found.append(refusal("appeal_says_nothing", "comment"))
    return tuple(found)
