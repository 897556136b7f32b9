"""What a trained card is worth, in lines of Markdown: the command prints it, the model card keeps it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from buyers.training.measures import auc, brier, reliability, slope_and_intercept, with_prior
from buyers.training.reading import Sample, Spec


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


def model_card(name: str, file: str, firms: Sample, specs: Sequence[Spec], figures: Sequence[str], odds: int) -> str:
    """The measured half of an edition's model card. What no measure says, its limits above all, a person writes."""
    groups: dict[str, list[str]] = {}
    for spec in specs:
        groups.setdefault(spec.group, []).append(spec.code)
    learnt = [f"- {group}: {', '.join(codes)}" for group, codes in groups.items()]
    return "\n".join([
        f"# Model card: scorecard {name}", "",
        f"Written by `manage.py train_scorecard` with the edition. Ratios learnt from {file}; the expert layers are "
        "the house's view ([expert_layers.json](../buyers/data/expert_layers.json)).", "",
        "## Data and population", "",
        f"{len(firms.failed)} firms, {int(firms.failed.sum())} failed ({firms.failed.mean():.1%}), "
        f"{len(firms.refused)} rows left out. Learnt:", "", *learnt, "",
        "## How good it is", "", *figures, "",
        f"500 points are odds of {odds} to 1; 40 points double them.", "",
        "## Limits of use", "",
        "To be written before release: of which firms, years and countries the file tells, what in it may be an "
        "artefact of how it was collected, and for whom the edition must not be used.", "",
        "## Editions", "",
        f"{name}; the others and their cards are named in [scorecard.md](scorecard.md).", "",
    ])  # fmt: skip


def tried(failed: NDArray, probability: NDArray, prior: float) -> list[str]:
    """An edition tried on a file: its order, and its level once the prior is moved to the file's share of failures."""
    if not 0 < failed.sum() < len(failed):
        return [f"{len(failed)} firms of which the file tells it, {int(failed.sum())} failed: an AUC needs both"]
    shown = np.clip(probability, 1e-8, 1 - 1e-8)
    moved = with_prior(np.log(shown / (1 - shown)), prior, float(failed.mean()))
    return [f"{len(failed)} firms, {int(failed.sum())} failed, AUC {auc(failed, probability):.4f}",
            *calibration(failed, moved)]  # fmt: skip
