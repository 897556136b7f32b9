"""From indicators to grades: bins, points, probability of default, grade, confidence. One function for one or many.

Everything here is whole numbers once the indicators are rounded to their edition's digits, so a stored score falls into
the same bins and sums to the same points for ever, on any machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from buyers.scorecard import PROBABILITY_DIGITS, Edition, Indicator

# Values are cut off here (an interest cover without interest is "without bound"); it fits a 4-byte column.
UNBOUNDED = 2_000_000_000
MISSING_BIN = -1
# For marks: no value is so large; an odd number with its bits well mixed (that of splitmix64).
_UNKNOWN, _ODD = np.int64(2**40), np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True)
class Grades:
    """The result for n buyers under an edition of k indicators. `probability` counts 10**-8; arrays are n or n x k."""

    grade: NDArray[np.int16]
    points: NDArray[np.int32]
    probability: NDArray[np.int64]
    confidence: NDArray[np.int16]
    values: NDArray[np.int64]  # in units of 10**-digits; meaningless where not `known`
    known: NDArray[np.bool_]
    bins: NDArray[np.int8]  # MISSING_BIN where not known
    contributions: NDArray[np.int16]


def graded(columns: Mapping[str, NDArray], edition: Edition) -> Grades:
    """Grades for the indicators in `columns` (float64 by code, NaN or absent = missing; `insolvent`: bool column).

    A missing indicator gives its edition's points for "missing" and takes its weight from the confidence.
    An insolvent buyer has the insolvent grade and a probability of 1, whatever its points. A ceiling (of the country)
    holds the grade down and lifts the probability to the least of that grade.
    """
    insolvent = np.asarray(columns["insolvent"], dtype=bool)
    n, k = len(insolvent), len(edition.indicators)
    values, bins = np.zeros((n, k), np.int64), np.empty((n, k), np.int8)
    known, contributions = np.zeros((n, k), bool), np.empty((n, k), np.int16)
    for j, indicator in enumerate(edition.indicators):
        column = columns.get(indicator.code)
        if column is not None:
            values[:, j], known[:, j] = whole(column, indicator)
        bins[:, j] = bin_of(values[:, j], known[:, j], indicator)
        worth = np.array([*indicator.points, indicator.missing], np.int16)
        contributions[:, j] = worth[bins[:, j]]  # bin -1 is the last entry: missing
        known[:, j] = bins[:, j] != MISSING_BIN
    points = (edition.base + contributions.sum(axis=1)).astype(np.int32)
    weights = np.array([i.weight for i in edition.indicators], np.int16)
    place = points - edition.lowest
    one = 10**PROBABILITY_DIGITS
    probabilities = np.array([int(p * one) for p in edition.probabilities], np.int64)[place]
    grade = np.array(edition.grades, np.int16)[place]
    best = _best_allowed(values, known, edition)
    floors = np.array([0, *(int(p * one) for p in edition.floors)], np.int64)
    probabilities = np.where(best > grade, floors[best], probabilities)
    return Grades(
        grade=np.where(insolvent, edition.insolvent_grade, np.maximum(grade, best)).astype(np.int16),
        points=points,
        probability=np.where(insolvent, one, probabilities),
        confidence=(known @ weights).astype(np.int16),
        values=values,
        known=known,
        bins=bins,
        contributions=contributions,
    )


def marks(found: Grades, edition: Edition, *said_beside: NDArray) -> NDArray[np.int64]:
    """One number for all that a score says: the same on any machine when edition, values and what is `said_beside` them
    (grades in force, who is insolvent, …) are the same, another (but for one case in 2**64) when anything differs."""
    mixed = np.full(len(found.grade), int.from_bytes(sha256(edition.name.encode()).digest()[:8], "big"), np.uint64)
    columns = np.where(found.known, found.values, _UNKNOWN).T
    for column in (*columns, found.grade, *said_beside):
        mixed = (mixed ^ column.astype(np.int64).view(np.uint64)) * _ODD
        mixed ^= mixed >> np.uint64(29)
    return mixed.view(np.int64)


def _best_allowed(values: NDArray[np.int64], known: NDArray[np.bool_], edition: Edition) -> NDArray[np.int16]:
    """The best grade each buyer may have under the edition's ceilings; 1 where none stands over it."""
    best = np.ones(len(values), np.int16)
    for code, rows in edition.ceilings:
        place = edition.codes.index(code)
        for value, grade in rows:
            best = np.where(known[:, place] & (values[:, place] == value), np.maximum(best, grade), best)
    return best


def whole(column: NDArray, indicator: Indicator) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The column in whole units of 10**-digits (halves to even), cut off at UNBOUNDED; and where it is known."""
    known = ~np.isnan(column)
    scaled = np.rint(np.where(known, column, 0.0) * 10**indicator.digits)
    return np.clip(scaled, -UNBOUNDED, UNBOUNDED).astype(np.int64), known


def bin_of(values: NDArray[np.int64], known: NDArray[np.bool_], indicator: Indicator) -> NDArray[np.int8]:
    """The bin of each value, MISSING_BIN where it is not known or a class the edition has no bin for."""
    uppers = np.array(indicator.uppers, np.int64)
    found = np.searchsorted(uppers, values, side="left")  # the first bound that is not below the value
    if len(uppers) == len(indicator.points):  # classes: the value itself must be one of them
        known = known & np.isin(values, uppers)
    return np.where(known, found, MISSING_BIN).astype(np.int8)
