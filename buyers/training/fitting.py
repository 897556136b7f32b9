"""One additive card, fitted jointly: what each bin of each indicator adds to the log-odds of failure.

Every indicator is cut at quantiles into at most `bins` bins. Its curve is a straight line in rank plus steps from bin
to bin; the steps are held small by a squared penalty (a ridge on the differences of neighbours: a P-spline of degree 0,
Eilers & Marx 1996), the lines hardly. Where accounting sense demands it, all steps go one way: the fit has bounds, so
that a monotone table is the best monotone table and not a bent one. A missing value adds nothing, unless `missing` asks
to learn it as a bin of its own.

Of two ratios that say the same, such a fit silences one. A second card of the core indicators alone therefore has a
fifth of the say: the mean of additive cards is an additive card, and none of the core indicators is without points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from buyers.grading import UNBOUNDED
from buyers.scorecard import DOWN, UP
from buyers.training.reading import Sample, Spec

LINE_PENALTY, MISSING_PENALTY = 0.1, 1.0
CORE_SAY = 0.2


@dataclass(frozen=True)
class Settings:
    """How finely and how smoothly. `missing`: learn missing values as a bin; else they add nothing."""

    bins: int = 25
    step_penalty: float = 50.0
    missing: bool = False


@dataclass(frozen=True)
class Table:
    """What an indicator adds to the log-odds of failure. Bounds in whole units, as in buyers.scorecard.Indicator."""

    spec: Spec
    uppers: tuple[int, ...]
    adds: tuple[float, ...]
    missing: float
    shares: tuple[float, ...]  # of the firms with a value, in each bin


@dataclass(frozen=True)
class Card:
    """An additive model: `start` plus what every table adds is the log-odds of failure in the sample."""

    start: float
    tables: tuple[Table, ...]

    def log_odds(self, sample: Sample) -> NDArray[np.float64]:
        """The log-odds of failure of each firm."""
        total = np.full(len(sample.failed), self.start)
        for table in self.tables:
            total += _added(table, sample)
        return total


def fitted(sample: Sample, specs: Sequence[Spec], settings: Settings) -> Card:
    """The card of the indicators in `specs` that the sample has."""
    every = _fitted(sample, specs, settings)
    core = [spec for spec in specs if spec.core and spec.code in sample.values]
    return _mean(every, _fitted(sample, core, settings)) if core else every


def _mean(every: Card, core: Card) -> Card:
    """Both cards as one: they are cut at the same bounds, for the bounds are the sample's."""
    known = {table.spec.code: table for table in core.tables}
    tables = []
    for table in every.tables:
        other = known.get(table.spec.code)
        added = np.array(table.adds) * (1 - CORE_SAY) + (np.array(other.adds) * CORE_SAY if other else 0.0)
        missing = table.missing * (1 - CORE_SAY) + (other.missing * CORE_SAY if other else 0.0)
        tables.append(replace(table, adds=tuple(added.tolist()), missing=missing))
    return Card(every.start * (1 - CORE_SAY) + core.start * CORE_SAY, tuple(tables))


def _fitted(sample: Sample, specs: Sequence[Spec], settings: Settings) -> Card:
    curves = [_Curve.of(spec, sample, settings) for spec in specs if spec.code in sample.values]
    design = np.column_stack([c.design for c in curves])
    bounds = [bound for curve in curves for bound in curve.bounds]
    weights = _minimised(design, sample.failed.astype(float), bounds)
    start, place, tables = weights[0], 1, []
    for curve in curves:
        tables.append(curve.table(weights[place : place + curve.design.shape[1]]))
        place += curve.design.shape[1]
    return Card(float(start), tuple(tables))


def in_whole_units(column: NDArray[np.float64], digits: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """As buyers.grading rounds: a trained bound is one a score can fall on."""
    known = ~np.isnan(column)
    scaled = np.rint(np.where(known, column, 0.0) * 10**digits)
    return np.clip(scaled, -UNBOUNDED, UNBOUNDED).astype(np.int64), known


def _added(table: Table, sample: Sample) -> NDArray[np.float64]:
    values, known = in_whole_units(sample.values[table.spec.code], table.spec.digits)
    bins = np.searchsorted(np.array(table.uppers, np.int64), values, side="left")
    return np.where(known, np.array(table.adds)[bins], table.missing)


@dataclass(frozen=True)
class _Curve:
    """An indicator in the design: a line, steps, and perhaps missing; each column scaled by its penalty."""

    spec: Spec
    uppers: tuple[int, ...]
    shares: tuple[float, ...]
    line: NDArray[np.float64]  # by bin
    steps: NDArray[np.float64]  # bin x step
    design: NDArray[np.float64]
    bounds: list[tuple[float | None, float | None]]
    missing: bool

    @classmethod
    def of(cls, spec: Spec, sample: Sample, settings: Settings) -> "_Curve":
        values, known = in_whole_units(sample.values[spec.code], spec.digits)
        told = values[known]
        cuts = np.unique(np.quantile(told, np.arange(1, settings.bins) / settings.bins, method="lower")) if len(
            told) else np.array([], np.int64)  # fmt: skip
        cuts = cuts[cuts < told.max()] if len(told) else cuts
        bins = np.searchsorted(cuts, values, side="left")
        share = np.bincount(bins[known], minlength=len(cuts) + 1) / max(len(told), 1)
        line = (np.cumsum(share) - share / 2 - 0.5) / np.sqrt(LINE_PENALTY)
        above = np.arange(len(cuts) + 1)[:, None] > np.arange(len(cuts))[None, :]
        steps = (above - (share @ above)[None, :]) / np.sqrt(settings.step_penalty)
        columns = [line[bins], *steps[bins].T]
        design = np.column_stack(columns) * known[:, None]
        if settings.missing:
            design = np.column_stack([design, ~known / np.sqrt(MISSING_PENALTY)])
        one_way = {UP: (None, 0.0), DOWN: (0.0, None)}.get(spec.direction, (None, None))
        bounds = [one_way] * len(columns) + [(None, None)] * settings.missing
        return cls(spec, tuple(cuts.tolist()), tuple(share.tolist()), line, steps, design, bounds, settings.missing)

    def table(self, weights: NDArray[np.float64]) -> Table:
        steps = self.steps.shape[1]
        adds = weights[0] * self.line + self.steps @ weights[1 : 1 + steps]
        missing = float(weights[-1] / np.sqrt(MISSING_PENALTY)) if self.missing else 0.0
        return Table(self.spec, self.uppers, tuple(adds.tolist()), missing, self.shares)


def _minimised(
    design: NDArray[np.float64], failed: NDArray[np.float64], bounds: list[tuple[float | None, float | None]]
) -> NDArray[np.float64]:
    """The penalised maximum likelihood within the bounds; the penalties are 1 each, the columns are scaled."""
    sign = 2 * failed - 1

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (design @ weights[1:] + weights[0])
        pull = -sign / (1 + np.exp(np.clip(margin, -500, 500)))
        value = np.logaddexp(0, -margin).sum() + weights[1:] @ weights[1:] / 2
        return float(value), np.concatenate([[pull.sum()], design.T @ pull + weights[1:]])

    share = failed.mean()
    first = np.zeros(design.shape[1] + 1)
    first[0] = np.log(share / (1 - share))
    found = minimize(
        loss, first, jac=True, method="L-BFGS-B", bounds=[(None, None), *bounds],
        options={"maxiter": 500, "maxcor": 20, "ftol": 1e-8},
    )  # fmt: skip
    return np.asarray(found.x)
