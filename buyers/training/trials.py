"""A card tried on firms it has not seen: k-fold, stratified, the same firm never on both sides.

Two ways: as the file is, and with the questioned columns dropped and every gap filled with a value drawn from the same
column, so that a gap says nothing. A plain binned card (weights of evidence, one logistic regression; Siddiqi 2006) is
tried on the same folds: what is shipped must not be below it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from buyers.training.fitting import Settings, fitted
from buyers.training.measures import auc
from buyers.training.reading import Sample, Spec

PLAIN_BINS, PLAIN_SMOOTHING = 10, 0.5

# Learns from one sample, says the log-odds of failure of another.
Method = Callable[[Sample, Sample], NDArray[np.float64]]


@dataclass(frozen=True)
class Trial:
    """Log-odds of failure of every firm by cards that had not seen it; AUC as the mean of the folds, and of all."""

    log_odds: NDArray[np.float64]
    mean_auc: float
    pooled_auc: float


def trial(sample: Sample, method: Method, folds: int, seed: int) -> Trial:
    """The method tried on each fold after learning from the others."""
    rows = np.column_stack([np.nan_to_num(column, nan=-1e12) for column in sample.values.values()])
    _, group = np.unique(rows.round(4), axis=0, return_inverse=True)
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(rows, sample.failed, group.ravel())
    found, parts = np.zeros(len(rows)), []
    for learn, look in split:
        seen, unseen = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
        seen[learn], unseen[look] = True, True
        found[unseen] = method(sample.only(seen), sample.only(unseen))
        parts.append(auc(sample.failed[unseen], found[unseen]))
    return Trial(found, float(np.mean(parts)), auc(sample.failed, found))


def additive(specs: tuple[Spec, ...], settings: Settings) -> Method:
    """The house's method."""
    return lambda learn, look: fitted(learn, specs, settings).log_odds(look)


def plain(specs: tuple[Spec, ...]) -> Method:
    """The plain binned card: each indicator in ten bins and one for missing, as weights of evidence."""

    def method(learn: Sample, look: Sample) -> NDArray[np.float64]:
        codes = [spec.code for spec in specs if spec.code in learn.values]
        pairs = [_evidence(learn.values[c], learn.failed, look.values[c]) for c in codes]
        model = LogisticRegression(C=1.0, max_iter=2000)
        model.fit(np.column_stack([mine for mine, _ in pairs]), learn.failed)
        return np.asarray(model.decision_function(np.column_stack([theirs for _, theirs in pairs])))

    return method


def _evidence(learn: NDArray, failed: NDArray, look: NDArray) -> tuple[NDArray, NDArray]:
    known = learn[~np.isnan(learn)]
    cuts = np.unique(np.quantile(known, np.arange(1, PLAIN_BINS) / PLAIN_BINS)) if len(known) else np.array([])
    mine, theirs = (np.where(np.isnan(c), len(cuts) + 1, np.searchsorted(cuts, c, side="left")) for c in (learn, look))
    bad = np.bincount(mine, failed, len(cuts) + 2) + PLAIN_SMOOTHING
    good = np.bincount(mine, 1 - failed, len(cuts) + 2) + PLAIN_SMOOTHING
    weight = np.log(bad / bad.sum()) - np.log(good / good.sum())
    return weight[mine], weight[theirs]
