"""`manage.py train_scorecard`: a scorecard from a file of firms that failed or did not, tried on firms it has not seen.

Needs what requirements-train.txt names; scoring needs none of it. docs/formats/training.md describes the file.
"""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from buyers.scorecard import EDITIONS, parsed_edition
from buyers.training.measures import slope_and_intercept
from buyers.training.reading import BadFile, Sample, filled, sample, sources, trainable
from buyers.training.reports import calibration, model_card

try:
    from buyers.training.fitting import Settings, fitted
    from buyers.training.trials import additive, plain, trial
    from buyers.training.writing import as_text, read_written, written
except ModuleNotFoundError as absent:
    ABSENT: str | None = absent.name
else:
    ABSENT = None

# The share of buyers expected to fail within a year, where nothing else is said: docs/model-card-2026-3.md.
PRIOR = 0.02
DOCS = EDITIONS.parent.parent / "docs"
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
FEWEST = 50  # firms of either kind, below which nothing is learnt


class Command(BaseCommand):
    """Prints both figures, as the file is and without its artefacts; writes an edition when asked to."""

    help = "Trains a scorecard from a CSV or ARFF file of firms and shows how good it is on firms it has not seen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--columns", type=Path, help="mapping of the file's columns to indicators (JSON)")
        also = "learn from questioned columns and from what is missing, too: for reference only"
        parser.add_argument("--questioned", action="store_true", help=also)
        parser.add_argument(
            "--prior", type=float, default=PRIOR, help="share of buyers expected to fail (default 0.02)"
        )
        parser.add_argument("--folds", type=int, default=5)
        parser.add_argument("--seed", type=int, default=0, help="of the folds and of the fillings")
        parser.add_argument(
            "--write", metavar="NAME", help="write the edition NAME.json and model-card-NAME.md, never over others"
        )
        parser.add_argument("--into", type=Path, default=EDITIONS, help="write both into this folder instead")

    def handle(self, *args: Any, **options: Any) -> None:
        if ABSENT:
            raise CommandError(f"{ABSENT} is not installed: pip install -r requirements-train.txt")
        if not 0 < options["prior"] < 1:
            raise CommandError("--prior is a share between 0 and 1")
        if options["folds"] < 2:
            raise CommandError("--folds is at least 2: one part is learnt from, another is tried")
        target, told_in = _targets(options["into"], options["write"])
        firms = self._read(options["file"], options["columns"])
        specs = trainable()
        questioned = [spec.code for spec in specs if spec.questioned]
        sound = tuple(spec for spec in specs if not spec.questioned)
        folds, seed = options["folds"], options["seed"]
        bare = filled(firms.without(questioned), seed)
        tries = {
            "as the file is, this card": trial(firms, additive(specs, Settings(missing=True)), folds, seed),
            "as the file is, a plain binned card": trial(firms, plain(specs), folds, seed),
            "questioned columns dropped, gaps filled, this card": trial(bare, additive(sound, Settings()), folds, seed),
            "questioned columns dropped, gaps filled, a plain binned card": trial(bare, plain(sound), folds, seed),
            "questioned columns dropped, gaps as they are, this card": trial(
                firms.without(questioned), additive(sound, Settings()), folds, seed
            ),
        }  # fmt: skip
        unseen = list(tries.values())[0 if options["questioned"] else 4]
        figures = [
            f"{folds} folds, duplicates grouped, seed {seed}", "", "| tried | AUC, mean of folds | pooled |",
            "|---|---|---|", *(f"| {name} | {t.mean_auc:.4f} | {t.pooled_auc:.4f} |" for name, t in tries.items()), "",
            "Calibration on firms not seen, before it is corrected:", "", *calibration(firms.failed, unseen.log_odds),
        ]  # fmt: skip
        self.stdout.write("\n".join(figures))
        if target and told_in:
            slope, intercept = slope_and_intercept(firms.failed, unseen.log_odds)
            used = firms if options["questioned"] else firms.without(questioned)
            chosen = specs if options["questioned"] else sound
            card = fitted(used, chosen, Settings(missing=options["questioned"]))
            told = f"Trained on {options['file'].name}, {len(firms.failed)} firms; docs/{told_in.name}."
            seen = float(firms.failed.mean())
            edition = written(card, options["write"], told, seen, options["prior"], slope, intercept,
                              options["questioned"])  # fmt: skip
            self._write(target, edition)
            learnt = [table.spec for table in card.tables]
            text = model_card(options["write"], options["file"].name, firms, learnt, figures, edition["odds_at_base"])
            told_in.write_text(text, encoding="utf-8")
            self.stdout.write(f"{told_in} written: its limits of use are yours to say")

    def _read(self, path: Path, columns: Path | None) -> Sample:
        try:
            with path.open(encoding="utf-8-sig", newline="") as lines:
                firms = sample(lines, sources(columns))
        except (OSError, UnicodeDecodeError, BadFile, KeyError, ValueError) as wrong:
            raise CommandError(f"{path}: {wrong}") from wrong
        for row in firms.refused:
            self.stderr.write(f"line {row.line} left out: {row.code} {row.column}")
        self.stdout.write(f"{len(firms.failed)} firms read, {int(firms.failed.sum())} failed, "
                          f"{len(firms.refused)} rows left out, {len(firms.values)} indicators")  # fmt: skip
        if min(firms.failed.sum(), len(firms.failed) - firms.failed.sum()) < FEWEST:
            raise CommandError(
                f"nothing is learnt from fewer than {FEWEST} firms that failed and {FEWEST} that did not"
            )
        return firms

    def _write(self, path: Path, edition: dict[str, Any]) -> None:
        path.write_text(as_text(edition), encoding="utf-8")
        card = parsed_edition(read_written(path))
        self.stdout.write(f"\n{path} written: {len(card.indicators)} indicators, odds {edition['odds_at_base']} to 1 "
                          f"at {card.base} points")  # fmt: skip


def _targets(folder: Path, name: str | None) -> tuple[Path | None, Path | None]:
    """Where the edition and its model card go; asked before minutes of learning, not after them."""
    if not name:
        return None, None
    if not PLAIN_NAME.fullmatch(name):
        raise CommandError(f"--write: {name!r} is no name of an edition: letters, digits, points and dashes")
    path = folder / f"{name}.json"
    card = (DOCS if folder == EDITIONS else folder) / f"model-card-{name}.md"
    if there := next((p for p in (path, card) if p.exists()), None):
        raise CommandError(f"{there} is there: an edition that was released never changes, choose another name")
    if not folder.is_dir():
        raise CommandError(f"--into: there is no folder {folder}")
    return path, card
