"""Where a buyer stands in each group of indicators, between the worst and the best its scorecard knows: five steps.
How strongly single lines pull its grade: five steps either way.

For exporters: steps, not points (docs/scorecard.md, "Who sees what"). Made from the lines of an explanation only, so
that what is hidden from a reader is not in the steps either.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from buyers.explanation import MISSING, Line
from buyers.scorecard import Edition, Indicator

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
    card = {indicator.code: indicator for indicator in edition.indicators}
    return [_strength(group, list(found), card) for group, found in groupby(lines, key=lambda line: line.group)]


def _strength(group: str, lines: list[Line], card: dict[str, Indicator]) -> Strength:
    known = [line for line in lines if line.effect != MISSING]
    weight = sum(card[line.indicator].weight for line in known)
    if not weight:
        return Strength(group, None, len(known), len(lines))
    # Each indicator on a scale of its own, weighed as its confidence is: by points alone one that may fall very deep
    # (a claim filed) would hold the whole group at the strong end while nobody filed one.
    share = sum(card[line.indicator].weight * _share(line, card[line.indicator]) for line in known) / weight
    return Strength(group, min(STEPS, 1 + int(share * STEPS)), len(known), len(lines))


def _share(line: Line, indicator: Indicator) -> Fraction:
    """How far the line's points lie between the fewest (0) and the most (1) its indicator gives to what is known."""
    fewest, most = min(indicator.points), max(indicator.points)
    return Fraction(line.points - fewest, most - fewest) if most > fewest else Fraction(1, 2)


def pulls(points: Sequence[int]) -> list[int]:
    """How strongly each of these points pulls, −5 to 5: steps of the strongest among them, rounded up, so that whatever
    counts is seen to."""
    most = max(map(abs, points), default=0)
    return [(1 if each > 0 else -1) * -(-abs(each) * STEPS // most) if each else 0 for each in points]
