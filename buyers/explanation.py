"""Why a grade is what it is: what lifts it, what lowers it, what is not known, what changed. Codes, not sentences.

Two readers. Staff see everything. An exporter sees no points and no probability, and of payment experience nothing
unless at least three policyholders reported (seams.md, "Payment experience of buyers"): with points and a sum, what was
left out could be worked out, and with it a rival's ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from buyers.grading import UNBOUNDED, bin_of
from buyers.scorecard import CLASSES, Edition, Indicator

ENOUGH_REPORTERS = 3
PAYMENT, LITIGATION = "payment", "litigation"
NONE_SAID = (PAYMENT, LITIGATION)
LINES_SHOWN = 3  # the panel on a buyer's page; the page of the grade shows all

# What can lie over a zero and still mean something; elsewhere a value cut off is shown as the number it was cut off at.
WITHOUT_BOUND = frozenset({
    "debt_to_earnings", "interest_cover", "current_ratio", "quick_ratio", "cash_ratio", "near_cash_ratio",
    "cash_flow_to_debts", "pretax_to_short_debts", "long_debt_cover", "profit_to_stock", "stock_turnover",
})  # fmt: skip

LIFTS, LOWERS, NEUTRAL, MISSING = "lifts", "lowers", "neutral", "missing"


@dataclass(frozen=True)
class Line:
    """One indicator of one score; wording.py words `code` with `facts`. `effect`: LIFTS, LOWERS, NEUTRAL or MISSING."""

    indicator: str
    group: str
    effect: str
    points: int
    weight: int
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """An indicator that gives other points than in the score before: by how many, and both lines."""

    difference: int
    now: Line
    before: Line


@dataclass(frozen=True)
class Scored:
    """What of a stored score the explanation needs."""

    edition: Edition
    values: Sequence[int | None]
    points: Sequence[int]
    reporters: int
    override: str = ""
    grade: int = 0
    confidence: int = 0


@dataclass(frozen=True)
class Explanation:
    """Lines by effect, strongest first; `hidden` says that payment experience is left out for this reader."""

    lines: tuple[Line, ...]
    changes: tuple[Change, ...]
    override: str
    hidden: bool
    ceiling: dict[str, Any] | None = None  # what holds the grade below its points: a code and its facts
    since: dict[str, Any] | None = None  # the score as a whole against the one before it: a code and its facts

    @property
    def comparable(self) -> bool:
        """Whether single indicators were compared with those of the score before."""
        return self.since is not None and self.since["code"] not in ("score_is_the_first", "scorecard_was_another")

    def _of(self, effect: str) -> tuple[Line, ...]:
        found = [line for line in self.lines if line.effect == effect]
        return tuple(sorted(found, key=lambda line: (-abs(line.points), -line.weight, line.indicator)))

    @property
    def lifts(self) -> tuple[Line, ...]:
        """What speaks for the buyer."""
        return self._of(LIFTS)

    @property
    def lowers(self) -> tuple[Line, ...]:
        """What speaks against it."""
        return self._of(LOWERS)

    @property
    def pulling(self) -> tuple[Line, ...]:
        """All that counts either way: what speaks against it first, the strongest of each side on top."""
        return self.lowers + self.lifts

    @property
    def strongest(self) -> int:
        """The most points that any indicator gives or takes: the scale that bars of points share."""
        return max((abs(line.points) for line in self.lines), default=0)

    @property
    def missing(self) -> tuple[Line, ...]:
        """What is not known and costs confidence, the heaviest first."""
        found = [line for line in self.lines if line.effect == MISSING]
        return tuple(sorted(found, key=lambda line: (-line.weight, line.indicator)))

    @property
    def worse(self) -> tuple[Change, ...]:
        """What gives fewer points than in the score before, the greatest loss first."""
        return tuple(sorted((c for c in self.changes if c.difference < 0), key=lambda c: c.difference))

    @property
    def better(self) -> tuple[Change, ...]:
        """What gives more points than in the score before, the greatest gain first."""
        return tuple(sorted((c for c in self.changes if c.difference > 0), key=lambda c: -c.difference))

    @property
    def moved(self) -> tuple[Change, ...]:
        """All that gives other points than in the score before, what gives fewer first."""
        return self.worse + self.better


def explained(score: Scored, before: Scored | None, for_staff: bool, house_currency: str) -> Explanation:
    """The explanation of `score` against the one before it (None: the first)."""
    hidden = not for_staff and score.reporters < ENOUGH_REPORTERS
    lines = [line for line in lines_of(score, house_currency) if not (hidden and line.group == PAYMENT)]
    changes: list[Change] = []
    # Two editions are two scales: their points are not compared.
    if before is not None and before.edition.name == score.edition.name:
        # Nobody had reported: there is nothing to hide.
        hidden_before = not for_staff and 0 < before.reporters < ENOUGH_REPORTERS
        former = {line.indicator: line for line in lines_of(before, house_currency)}
        changes = [
            Change(line.points - former[line.indicator].points, line, former[line.indicator])
            for line in lines
            if line.points != former[line.indicator].points and not (hidden_before and line.group == PAYMENT)
        ]
    return Explanation(tuple(lines), tuple(changes), score.override, hidden, _ceiling(score), _since(score, before))


def _since(score: Scored, before: Scored | None) -> dict[str, Any]:
    """What became of grade and confidence; that there is nothing to compare with, or only another scorecard's."""
    if before is None:
        return {"code": "score_is_the_first", "facts": {}}
    facts: dict[str, Any] = {"grade": score.grade, "confidence_percent": score.confidence}
    if (score.grade, score.confidence) != (before.grade, before.confidence):
        facts |= {"former_grade": before.grade, "former_confidence_percent": before.confidence}
    if before.edition.name != score.edition.name:
        told = {"former_grade": before.grade, "grade": score.grade}
        return {"code": "scorecard_was_another", "facts": {**told, "former_edition": before.edition.name}}
    if score.grade != before.grade:
        return {"code": "grade_was_another", "facts": facts}
    return {"code": "confidence_was_another" if len(facts) > 2 else "grade_is_the_same", "facts": facts}


def _ceiling(score: Scored) -> dict[str, Any] | None:
    """The ceiling that holds the grade down; None where the points alone decide, or where insolvency does."""
    if score.override or not score.edition.ceilings:
        return None
    by_points = score.edition.grades[score.edition.base + sum(score.points) - score.edition.lowest]
    values = dict(zip(score.edition.codes, score.values, strict=True))
    for code, rows in score.edition.ceilings:
        best = max((grade for value, grade in rows if values[code] == value), default=0)
        if best > by_points:
            return {"code": f"{code}_ceiling", "facts": {"best_grade": best, "grade_by_points": by_points}}
    return None


def lines_of(score: Scored, house_currency: str) -> list[Line]:
    """Every indicator of a score, in the order of its edition."""
    return [
        _line(indicator, value, points, house_currency)
        for indicator, value, points in zip(score.edition.indicators, score.values, score.points, strict=True)
    ]


def reasons(explanation: Explanation, worse: bool) -> list[dict[str, Any]]:
    """The three strongest reasons of a regrade as JSON: what changed that way, else what speaks that way at all.
    What overrides all points is the one reason."""
    if explanation.override:
        return [{"code": explanation.override, "facts": {}}]
    held = [explanation.ceiling] if worse and explanation.ceiling else []
    changed = [change.now for change in (explanation.worse if worse else explanation.better)]
    lines = changed or (explanation.lowers if worse else explanation.lifts)
    return (held + [{"code": line.code, "facts": line.facts} for line in lines])[:LINES_SHOWN]


def _line(indicator: Indicator, value: int | None, points: int, house_currency: str) -> Line:
    if value is None:
        return Line(
            indicator.code, indicator.group, MISSING, points, indicator.weight, f"{indicator.code}_missing"
        )  # fmt: skip
    effect = NEUTRAL if not points else LIFTS if points > 0 else LOWERS
    code, facts = _said(indicator, value, house_currency)
    return Line(indicator.code, indicator.group, effect, points, indicator.weight, code, facts)


def _said(indicator: Indicator, value: int, house_currency: str) -> tuple[str, dict[str, Any]]:
    """The code of the sentence and its facts: amounts and numbers as strings."""
    if indicator.direction == CLASSES:
        return f"{indicator.code}_{value}", {}
    if indicator.unit == "yes":
        return f"{indicator.code}_{'yes' if value else 'no'}", {}
    if abs(value) >= UNBOUNDED and indicator.code in WITHOUT_BOUND:
        return f"{indicator.code}_unbounded", {}
    if (indicator.group in NONE_SAID and value <= 0) or (indicator.code == "equity_shortfall" and not value):
        # paid early, or nothing to report
        return f"{indicator.code}_none", {}
    number = f"{Decimal(value).scaleb(-indicator.digits).normalize():f}"
    if indicator.unit == "house_thousands":
        return indicator.code, {"amount": f"{Decimal(value) * 1000:f}", "currency": house_currency}
    if indicator.unit == "percent":
        return indicator.code, {"value_percent": number}
    return indicator.code, {"value": number}


def same_bins(score: Scored) -> bool:
    """True when the stored values still give the stored points under their edition: an old score recomputes."""
    for indicator, value, points in zip(score.edition.indicators, score.values, score.points, strict=True):
        known = np.array([value is not None])
        at = int(bin_of(np.array([value or 0], np.int64), known, indicator)[0])
        if (indicator.missing if at < 0 else indicator.points[at]) != points:
            return False
    return True
