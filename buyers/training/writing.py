"""A fitted card and the house's expert layers as one edition: whole points, bins of equal points joined, prior moved.

The trained part is centred: 0 points are what the average firm of the sample gets. 40 points double the odds, as in
every edition of this house; `odds_at_base` are the odds of the average firm once the level is moved from the sample,
in which failures are many, to the share that fails among the buyers the house insures (`prior`). What an ordinary buyer
gets from the expert layers (`typical_points`) is taken off that level, so that the prior still holds with them.
"""

import json
import math
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from buyers.scorecard import DOWN, UP
from buyers.training.fitting import Card, Table
from buyers.training.measures import with_prior
from buyers.training.reading import experts

BASE_POINTS, TO_DOUBLE = 500, 40
# What is not known counts like the weakest two in five of those that told it: nobody gains by keeping a bad figure
# back, and a buyer whose accounts are not known at all stands at about the lower quartile of the firms.
PRUDENT = 0.4
GROUPS = (
    "solvency", "liquidity", "profitability", "activity", "size", "growth", "reporting", "payment", "litigation",
    "company", "country",
)  # fmt: skip


def written(
    card: Card, name: str, source: str, seen: float, prior: float, slope: float, intercept: float, learnt_missing: bool
) -> dict[str, Any]:
    """The edition as data. `slope` and `intercept` are the calibration on firms the card had not seen."""
    layers = experts()
    own = {row["code"] for row in layers["indicators"]}
    trained = [_row(t, slope, learnt_missing) for t in card.tables]
    kept = [row for row in layers["indicators"] if row["code"] not in {t.spec.code for t in card.tables}]
    rows = sorted([*trained, *kept], key=lambda row: GROUPS.index(row["group"]))
    level = float(with_prior(np.array([slope * card.start + intercept]), seen, prior)[0])
    _share_weights(rows, own)
    return {
        "edition": name,
        "scale": "1-10, 1 best",
        "source": source,
        "base_points": BASE_POINTS,
        "odds_at_base": max(round(math.exp(-level) / 2 ** (layers["typical_points"] / TO_DOUBLE)), 1),
        "points_to_double_odds": TO_DOUBLE,
        "grades": layers["grades"],
        "insolvent_grade": 10,
        "windows": layers["windows"],
        "ceilings": layers["ceilings"],
        "indicators": rows,
    }


def as_text(edition: dict[str, Any]) -> str:
    """The edition as it stands in its file: one line per indicator."""
    head = {key: value for key, value in edition.items() if key != "indicators"}
    lines = ",\n".join("    " + json.dumps(row) for row in edition["indicators"])
    parts = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items())
    return f'{{\n{parts},\n  "indicators": [\n{lines}\n  ]\n}}\n'


def read_written(path: Path) -> dict[str, Any]:
    """An edition's file as plain data."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return found


def _row(table: Table, slope: float, learnt_missing: bool) -> dict[str, Any]:
    points = _in_order([_points(slope * add) for add in table.adds], table.spec.direction)
    bins: list[list[Any]] = []
    for upper, worth in zip([*table.uppers, None], points, strict=True):
        if bins and bins[-1][1] == worth:
            bins[-1][0] = _told(upper, table.spec.digits)
        else:
            bins.append([_told(upper, table.spec.digits), worth])
    missing = _points(slope * table.missing) if learnt_missing else _prudent(points, table.shares)
    spec = table.spec
    return {
        "code": spec.code, "group": spec.group, "unit": spec.unit, "digits": spec.digits, "direction": spec.direction,
        "weight": spec.weight, "bins": bins, "missing": missing,
    }  # fmt: skip


def _points(log_odds: float) -> int:
    return round(-log_odds * TO_DOUBLE / math.log(2))


def _in_order(points: list[int], direction: str) -> list[int]:
    """Rounding keeps an order; this only guards against the last digit of the fit."""
    if direction == UP:
        return np.maximum.accumulate(points).tolist()
    return np.minimum.accumulate(points).tolist() if direction == DOWN else points


def _prudent(points: Sequence[int], shares: Sequence[float]) -> int:
    """The points at or below which the weakest PRUDENT of the firms lie; never above 0."""
    below = 0.0
    for worth, share in sorted(zip(points, shares, strict=True)):
        below += share
        if below >= PRUDENT:
            return min(worth, 0)
    return min(*points, 0)


def _told(upper: int | None, digits: int) -> int | float | None:
    if upper is None or not digits:
        return upper
    return round(upper / 10**digits, digits)


def _share_weights(rows: list[dict[str, Any]], experts_own: set[str]) -> None:
    """Confidence is a percentage: weights sum to 100. What the trained indicators leave is taken from or given to the
    one with the most."""
    left = 100 - sum(row["weight"] for row in rows)
    heaviest = max((r for r in rows if r["code"] not in experts_own), key=lambda r: r["weight"])
    heaviest["weight"] += left
