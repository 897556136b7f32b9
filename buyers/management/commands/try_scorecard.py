"""`manage.py try_scorecard`: a released edition on a file of firms it has not seen. Needs numpy only.

docs/formats/training.md describes the file and what comes out.
"""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from numpy.typing import NDArray

from buyers.grading import Grades, graded
from buyers.scorecard import CURRENT, PROBABILITY_DIGITS, BadEdition, Edition, edition
from buyers.training.measures import auc
from buyers.training.reading import FAILED, UNTOLD, BadFile, Sample, experts, filled, sample, sources, trainable
from buyers.training.reports import tried

HEADER = ("line", "grade", "points", "probability", "probability_ordinary", "confidence", "refused", "column")


class Command(BaseCommand):
    """The same function scores a file of firms and a buyer: what the file does not tell counts as missing."""

    help = "Scores a CSV or ARFF file of firms under an edition; shows AUC and calibration where it says who failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--columns", type=Path, help="mapping of the file's columns to indicators (JSON)")
        parser.add_argument("--edition", default=CURRENT)
        parser.add_argument("--rows", type=Path, metavar="CSV", help="write what each row of the file comes to")
        parser.add_argument("--prior", type=float, default=0.02, help="the share of failures the edition was made for")
        parser.add_argument(
            "--fillings", type=int, default=5, help="how often gaps are filled at random for the second figure"
        )
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rows"] and not options["rows"].parent.is_dir():
            raise CommandError(f"--rows: there is no folder {options['rows'].parent}")
        try:
            card = edition(options["edition"])
            known = sources(options["columns"])
            asked = {code: source for code, source in known.items() if code in (FAILED, *card.codes)}
            with options["file"].open(encoding="utf-8-sig", newline="") as lines:
                firms = sample(lines, asked, untold=True)
        except (OSError, UnicodeDecodeError, BadFile, BadEdition, KeyError, ValueError) as wrong:
            raise CommandError(str(wrong)) from wrong
        for row in firms.refused:
            self.stderr.write(f"line {row.line} left out: {row.code} {row.column}")
        grades = graded(_columns(firms), card)
        ordinary = _ordinary(grades, firms, card)
        if options["rows"]:
            _write(options["rows"], firms, grades, ordinary)
        told = firms.failed != UNTOLD
        out = len(firms.refused)
        self.stdout.write(f"edition {card.name}, as the file is: {len(told)} firms scored, {out} left out")
        self.stdout.write("\n".join(tried(firms.failed[told], ordinary[told], options["prior"])))
        if absent := [code for code in card.codes if code not in firms.values]:
            self.stdout.write(
                f"{len(absent)} of {len(card.codes)} indicators are not in the file and count as missing, which is "
                "held against a buyer; said above is what it comes to where the rest is as with an ordinary buyer"
            )
        grade, count = np.unique(grades.grade, return_counts=True)
        self.stdout.write("grades: " + ", ".join(f"{g}: {n}" for g, n in zip(grade, count, strict=True)))
        questioned = [spec.code for spec in trainable() if spec.questioned]
        sound, failed = firms.only(told).without(questioned), firms.failed[told]
        draws = [
            auc(failed, -graded(_columns(filled(sound, options["seed"] + n)), card).points)
            for n in range(options["fillings"])
        ]
        if draws and 0 < failed.sum() < len(failed):
            self.stdout.write(f"questioned columns dropped, gaps filled at random {len(draws)} times: "
                              f"AUC {np.mean(draws):.4f}")  # fmt: skip


def _columns(firms: Sample) -> dict[str, Any]:
    return {**firms.values, "insolvent": np.zeros(len(firms.failed), bool)}


def _ordinary(grades: Grades, firms: Sample, card: Edition) -> NDArray[np.float64]:
    """The probability of each firm where what the file has no column for is as with an ordinary buyer: it gives the
    points the level of a trained edition was set with, not those of what is missing."""
    absent = sum(i.missing for i in card.indicators if i.code not in firms.values)
    points = grades.points - absent + experts()["typical_points"]
    place = np.clip(points - card.lowest, 0, len(card.probabilities) - 1)
    return np.array(card.probabilities, float)[place]


def _write(path: Path, firms: Sample, grades: Grades, ordinary: NDArray[np.float64]) -> None:
    """One line for each row of the file, in its order: scored, or refused with the reason."""
    one = 10**PROBABILITY_DIGITS
    scored = zip(firms.lines, grades.grade, grades.points, grades.probability / one, ordinary, grades.confidence,
                 strict=True)  # fmt: skip
    rows = [(int(line), grade, points, f"{as_is:.8f}", f"{other:.8f}", sure, "", "")
            for line, grade, points, as_is, other, sure in scored]  # fmt: skip
    rows += [(row.line, "", "", "", "", "", row.code, row.column) for row in firms.refused]
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, *sorted(rows)])
