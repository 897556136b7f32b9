"""`manage.py try_scorecard`: a released edition tried on a file of firms it has not seen. Needs numpy only."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from buyers.grading import graded
from buyers.scorecard import CURRENT, PROBABILITY_DIGITS, BadEdition, edition
from buyers.training.measures import auc
from buyers.training.reading import BadFile, Sample, filled, sample, sources, trainable
from buyers.training.reports import tried


class Command(BaseCommand):
    """The same function scores a file of firms and a buyer: what the file does not tell counts as missing."""

    help = "Scores a CSV or ARFF file of firms under an edition and shows AUC and calibration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--columns", type=Path, help="mapping of the file's columns to indicators (JSON)")
        parser.add_argument("--edition", default=CURRENT)
        parser.add_argument("--prior", type=float, default=0.02, help="the share of failures the edition was made for")
        parser.add_argument(
            "--fillings", type=int, default=5, help="how often gaps are filled at random for the second figure"
        )
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            card = edition(options["edition"])
            with options["file"].open(encoding="utf-8-sig", newline="") as lines:
                firms = sample(lines, sources(options["columns"]))
        except (OSError, UnicodeDecodeError, BadFile, BadEdition, KeyError, ValueError) as wrong:
            raise CommandError(str(wrong)) from wrong
        for row in firms.refused:
            self.stderr.write(f"line {row.line} left out: {row.code} {row.column}")
        one = 10**PROBABILITY_DIGITS
        grades = graded(_columns(firms), card)
        self.stdout.write(f"edition {card.name}, as the file is: ")
        self.stdout.write("\n".join(tried(firms.failed, grades.probability / one, options["prior"])))
        if absent := [code for code in card.codes if code not in firms.values]:
            of = f"{len(absent)} of {len(card.codes)} indicators are not in the file and count as missing"
            self.stdout.write(f"{of}, which is held against a buyer: the order is what this tries, not the level")
        grade, count = np.unique(grades.grade, return_counts=True)
        self.stdout.write("grades: " + ", ".join(f"{g}: {n}" for g, n in zip(grade, count, strict=True)))
        questioned = [spec.code for spec in trainable() if spec.questioned]
        draws = [
            auc(firms.failed, -graded(_columns(filled(firms.without(questioned), options["seed"] + n)), card).points)
            for n in range(options["fillings"])
        ]
        if draws:
            self.stdout.write(f"questioned columns dropped, gaps filled at random {len(draws)} times: "
                              f"AUC {np.mean(draws):.4f}")  # fmt: skip


def _columns(firms: Sample) -> dict[str, Any]:
    return {**firms.values, "insolvent": np.zeros(len(firms.failed), bool)}
