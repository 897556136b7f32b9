"""How well the likeness of names tells one company from two, on pairs that people labelled.

    .venv/bin/python benchmarks/match.py PAIRS.csv [--fit]

PAIRS.csv has the columns schema, name1, name2, is_match (true, false); organisations are counted (schema Company,
Organization, LegalEntity). Prints the area under the ROC curve (0.5: a coin, 1: every true pair above every false one)
of buyers.likeness and of plain distances, and names compared in a second. --fit fits the weights anew with
scikit-learn and prints them with their cross-validated area, the honest figure. Aim: 0.90. Of pairs at or above a
likeness: how many are the same company (precision), and how many of the same are among them (recall); the match offers
a company from LEAST_LIKELY on and takes none by likeness alone.
"""

import argparse
import csv
import sys
import time
from dataclasses import astuple
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from buyers.likeness import Difference, difference, name_likeness
from buyers.matching import LEAST_LIKELY
from buyers.names import spelled

ORGANISATIONS = {"Company", "Organization", "LegalEntity"}


def area(same: list[float], different: list[float]) -> float:
    """The chance that a true pair scores above a false one."""
    wins = sum((a > b) + 0.5 * (a == b) for a in same for b in different)
    return wins / (len(same) * len(different))


def fitted(pairs: list[tuple[str, str]], labels: list[bool]) -> None:
    """Weights anew, and what they are worth on pairs they were not fitted on (5-fold, ten times)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    facts = [[float(v) for v in astuple(difference(spelled(a), spelled(b)))] for a, b in pairs]
    # Numbers that differ are told, not weighed (see buyers/likeness.py).
    facts = [row[:-1] for row in facts]
    model = LogisticRegression(C=2.0, max_iter=2000)
    areas = []
    for seed in range(10):
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        odds = cross_val_predict(model, facts, labels, cv=folds, method="predict_proba")[:, 1]
        areas.append(area(*_parted(list(odds), labels)))
    model.fit(facts, labels)
    weights = dict(zip(Difference.__dataclass_fields__, model.coef_[0].round(2), strict=False))
    print(f"fitted: start {model.intercept_[0]:.2f}, {weights}")
    print(f"cross-validated area {sum(areas) / len(areas):.3f} (from {min(areas):.3f} to {max(areas):.3f})")


def _parted(scores: list[float], labels: list[bool]) -> tuple[list[float], list[float]]:
    return (
        [s for s, label in zip(scores, labels, strict=True) if label],
        [s for s, label in zip(scores, labels, strict=True) if not label],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    with options.pairs.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["schema"] in ORGANISATIONS]
    pairs, labels = [(row["name1"], row["name2"]) for row in rows], [row["is_match"] == "true" for row in rows]
    print(f"{len(rows)} pairs, {sum(labels)} the same")
    distances = {
        "likeness": lambda a, b: name_likeness(a, b).score,
        "edit distance": lambda a, b: OSA.normalized_similarity(a.casefold(), b.casefold()),
        "Jaro-Winkler": lambda a, b: JaroWinkler.similarity(a.casefold(), b.casefold()),
        "sorted words": lambda a, b: fuzz.token_sort_ratio(a.casefold(), b.casefold()),
        "edit distance without legal form": lambda a, b: fuzz.ratio(spelled(a).key, spelled(b).key),
    }
    for name, distance in distances.items():
        begun = time.perf_counter()
        scores = [distance(a, b) for a, b in pairs]
        rate = len(pairs) / (time.perf_counter() - begun)
        print(f"{name:<34}area {area(*_parted(scores, labels)):.3f}   {rate:9,.0f} pairs/s")
    scores = [name_likeness(a, b).score for a, b in pairs]
    for least in (LEAST_LIKELY, 0.5, 0.7, 0.9):
        taken = [label for score, label in zip(scores, labels, strict=True) if score >= least]
        precision, recall = sum(taken) / max(len(taken), 1), sum(taken) / sum(labels)
        print(f"likeness from {least:.1f}   precision {precision:.3f}   recall {recall:.3f}")
    if options.fit:
        fitted(pairs, labels)


if __name__ == "__main__":
    main()
