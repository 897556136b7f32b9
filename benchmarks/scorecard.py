# ruff: noqa: E402 - threads are counted before numpy is imported
"""How good the scorecard is on firms it has not seen, as the file is and without its artefacts, beside a plain card.

    python benchmarks/scorecard.py 5year_half.arff [--columns buyers/data/polish_columns.json] [--seeds 0 1]

Needs requirements-train.txt. Five folds, stratified, duplicates grouped. The last two lines say what a card would reach
that also reads the file's contradictions (docs/model-card-2026-3.md): it is not shipped.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np

from buyers.scorecard import FREE
from buyers.training.fitting import Settings
from buyers.training.measures import auc
from buyers.training.reading import Sample, Source, Spec, filled, sample, sources, trainable
from buyers.training.reports import calibration
from buyers.training.trials import Method, additive, plain, trial

# Pairs of columns that should say the same in the Polish file and do not in every row.
CONTRADICTIONS = {
    "sales_twice": Source("quotient", ("Attr36", "Attr9"), 1.0),
    "sales_over": Source("itself", ("Attr9",), 1.0),
    "short_cost": Source("itself", ("Attr52",), 1.0),
    "short_cost_days": Source("itself", ("Attr32",), 1.0),
    "short_cost_twice": Source("quotient", ("Attr52", "Attr32"), 365.0),
    "costs_to_short": Source("itself", ("Attr33",), 1.0),
    "costs_to_debts": Source("itself", ("Attr34",), 1.0),
}


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("file", type=Path)
    asked.add_argument("--columns", type=Path, default=ROOT / "buyers" / "data" / "polish_columns.json")
    asked.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    options = asked.parse_args()
    where = sources(options.columns)
    with options.file.open(encoding="utf-8-sig", newline="") as lines:
        firms = sample(lines, where)
    specs = trainable()
    questioned = [s.code for s in specs if s.questioned]
    sound = tuple(s for s in specs if not s.questioned)
    print(f"{len(firms.failed)} firms, {int(firms.failed.sum())} failed, {len(firms.refused)} rows left out")
    flags = np.column_stack([np.isnan(c) for c in firms.values.values()]).sum(axis=1)
    print(f"how many of a firm's ratios are missing, alone: AUC {auc(firms.failed, flags):.3f}")
    shipped, reference = Settings(), Settings(missing=True)
    row("as the file is, this way of learning", firms, additive(specs, reference), options.seeds)
    row("as the file is, a plain binned card", firms, plain(specs), options.seeds)
    row("dropped and filled, this way of learning", firms, additive(sound, shipped), options.seeds, questioned)
    row("dropped and filled, a plain binned card", firms, plain(sound), options.seeds, questioned)
    bare = firms.without(questioned)
    row("dropped, gaps as they are (2026-3)", bare, additive(sound, shipped), options.seeds)
    held = trial(bare, additive(sound, shipped), 5, options.seeds[0])
    print("\n".join(calibration(firms.failed, held.log_odds)))
    more = contradicting(options.file, where)
    if more is not None:
        bent = tuple(replace(s, direction=FREE) for s in (*specs, *extra()))
        plainly = tuple(replace(s, direction=FREE) for s in (*sound, *extra()))
        row("with contradictions, as the file is", more, additive(bent, reference), options.seeds)
        row("with contradictions, dropped and filled", more, additive(plainly, shipped), options.seeds, questioned)


def row(name: str, firms: Sample, method: Method, seeds: list[int], dropped: list[str] | None = None) -> None:
    """One line: the mean AUC of the folds, over the seeds."""
    found = []
    for seed in seeds:
        used = filled(firms.without(dropped), seed) if dropped else firms
        found.append(trial(used, method, 5, seed).mean_auc)
    print(f"{name}: AUC {np.mean(found):.4f} ({', '.join(f'{a:.4f}' for a in found)})", flush=True)


def extra() -> tuple[Spec, ...]:
    """The contradictions as if they were indicators."""
    return tuple(Spec(code, "solvency", "times", 4, FREE, 0, False, False, False) for code in CONTRADICTIONS)


def contradicting(path: Path, where: dict[str, Source]) -> Sample | None:
    """The firms with the contradictions beside their indicators; None where the file has not the Polish columns."""
    codes = [s.code for s in trainable()]
    columns = dict(zip(codes, CONTRADICTIONS.values(), strict=False))  # read under borrowed names
    with path.open(encoding="utf-8-sig", newline="") as lines:
        both = sample(lines, where)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        borrowed = sample(lines, {"failed": where["failed"], **columns})
    if len(borrowed.values) < len(CONTRADICTIONS):
        return None
    borrowed = borrowed.only(np.isin(borrowed.lines, both.lines))
    values = {name: borrowed.values[code] for code, name in zip(codes, CONTRADICTIONS, strict=False)}
    return replace(both, values={**both.values, **values})


if __name__ == "__main__":
    main()
