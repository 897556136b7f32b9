"""What a trained card is worth, in lines of Markdown: the command prints it, the model card keeps it."""

import numpy as np
from numpy.typing import NDArray

from buyers.training.measures import auc, brier, reliability, slope_and_intercept, with_prior


def calibration(failed: NDArray, log_odds: NDArray) -> list[str]:
    """Brier, slope, intercept and the table of what was said and what was seen."""
    said = 1 / (1 + np.exp(-log_odds))
    share = np.full(len(failed), failed.mean())
    slope, intercept = slope_and_intercept(failed, log_odds)
    lines = [
        f"Brier {brier(failed, said):.4f} (saying the average to all: {brier(failed, share):.4f}), "
        f"calibration slope {slope:.2f}, intercept {intercept:+.2f}",
        "",
        "| firms | said | seen |",
        "|---|---|---|",
    ]
    return lines + [f"| {r.firms} | {r.said:.2%} | {r.seen:.2%} |" for r in reliability(failed, said)]


def tried(failed: NDArray, probability: NDArray, prior: float) -> list[str]:
    """An edition tried on a file: its order, and its level once the prior is moved to the file's share of failures."""
    if not 0 < failed.sum() < len(failed):
        return [f"{len(failed)} firms, {int(failed.sum())} failed: an AUC needs both"]
    shown = np.clip(probability, 1e-8, 1 - 1e-8)
    moved = with_prior(np.log(shown / (1 - shown)), prior, float(failed.mean()))
    return [f"{len(failed)} firms, {int(failed.sum())} failed, AUC {auc(failed, probability):.4f}",
            *calibration(failed, moved)]  # fmt: skip
