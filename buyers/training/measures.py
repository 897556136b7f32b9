"""How good a probability is: does it order firms (AUC), and does it say how many fail (Brier, slope, reliability)?

Definitions: AUC as the Mann-Whitney statistic; Brier 1950; calibration slope and intercept after Cox 1958.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDS = 100
LONGEST_STEP = 1.0  # Newton's steps are cut to this, so that none overshoots


@dataclass(frozen=True)
class Line:
    """One line of a reliability table: of `firms` said to fail at `said` on average, `seen` did."""

    firms: int
    said: float
    seen: float


def auc(failed: NDArray, risk: NDArray) -> float:
    """How often a firm that failed stands above one that did not; ties count half."""
    _, place, count = np.unique(risk, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    bad = int(failed.sum())
    good = len(failed) - bad
    if not bad or not good:
        return float("nan")
    return float((ranks[failed == 1].sum() - bad * (bad + 1) / 2) / (bad * good))


def brier(failed: NDArray, probability: NDArray) -> float:
    """The mean square of how far the probability was off."""
    return float(np.mean((probability - failed) ** 2))


def reliability(failed: NDArray, probability: NDArray, parts: int = 10) -> list[Line]:
    """Firms in `parts` of equal size by probability: what was said, what was seen."""
    order = np.argsort(probability, kind="stable")
    cut = [part for part in np.array_split(order, parts) if len(part)]
    return [Line(len(p), float(probability[p].mean()), float(failed[p].mean())) for p in cut]


def slope_and_intercept(failed: NDArray, logit: NDArray) -> tuple[float, float]:
    """Of the logistic regression of failure on the logit: 1 and 0 are perfect, a slope below 1 says too sure."""
    design = np.column_stack([logit, np.ones(len(logit))])
    share = failed.mean()
    found = np.array([0.0, np.log(share / (1 - share))])
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -50, 50)))
        weight = np.maximum(chance * (1 - chance), 1e-9)
        step = np.linalg.solve(design.T @ (design * weight[:, None]), design.T @ (failed - chance))
        found = found + step / max(1.0, np.abs(step).max() / LONGEST_STEP)
        if np.abs(step).max() < 1e-10:
            break
    return float(found[0]), float(found[1])


def with_prior(logit: NDArray, seen: float, prior: float) -> NDArray:
    """Logits of a sample in which the share `seen` fails, moved to a population in which `prior` does.

    The odds are multiplied by the ratio of the odds (Elkan 2001): order and slope stay, only the level moves.
    """
    return logit + np.log(prior / (1 - prior)) - np.log(seen / (1 - seen))
