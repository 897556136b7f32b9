"""Where a buyer stands in each group of indicators, between the worst and the best its scorecard knows: five steps.

For exporters: steps, not points (docs/scorecard.md, "Who sees what"). Made from the lines of an explanation only, so
that what is hidden from a reader is not in the steps either.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from buyers.explanation import MISSING, Line
from buyers.scorecard import Edition

STEPS = 5


@dataclass(frozen=True)
class Strength:
    """A group: its step from 1 (at the worst end) to 5 (at the best end), None when nothing of it is known."""

    group: str
    step: int | None
    known: int
    of: int

    @property
    def title(self) -> str:
        """The code of the group's name."""
        return f"group_{self.group}"

    @property
    def code(self) -> str:
        """The code of the words for the step."""
        return f"strength_{self.step}" if self.step else "strength_unknown"


def strengths(lines: Iterable[Line], edition: Edition) -> list[Strength]:
    """The groups of `lines`, in the order of the edition."""
    spans = {i.code: (min(i.points), max(i.points)) for i in edition.indicators}
    return [_strength(group, list(found), spans) for group, found in groupby(lines, key=lambda line: line.group)]


def _strength(group: str, lines: list[Line], spans: dict[str, tuple[int, int]]) -> Strength:
    known = [line for line in lines if line.effect != MISSING]
    span = sum(spans[line.indicator][1] - spans[line.indicator][0] for line in known)
    if not span:
        return Strength(group, None, len(known), len(lines))
    above = sum(line.points - spans[line.indicator][0] for line in known)
    return Strength(group, min(STEPS, 1 + above * STEPS // span), len(known), len(lines))
