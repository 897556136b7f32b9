"""``manage.py import_accounts FILE``: annual accounts of buyers, from a CSV of a row per buyer and year."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.wording import said
from buyers.actions.accounts_file import hand_in_accounts_file
from buyers.intake.adapters import load_accounts_file
from buyers.models.file_run import ImportStage
from buyers.wording import WORDS


class Command(BaseCommand):
    """Prints the counts and the reasons at the end; may be run again at any time."""

    help = "Take in annual accounts of buyers from a CSV file. See docs/formats/accounts.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        begun = time.monotonic()
        run = load_accounts_file(hand_in_accounts_file(by=None, file_name=path.name).pk, path)
        if run.stage == ImportStage.FAILED:
            raise CommandError(said(WORDS, run.failure, run.failure_facts))
        self.stdout.write(
            f"{run.rows_read:,} rows read in {time.monotonic() - begun:.1f} s: {run.taken_in:,} accounts taken in, "
            f"{run.repeated:,} known already, {run.refused:,} refused."
        )
        for code, count in run.reasons():
            self.stdout.write(f"  {count:>8,}  {code}")
        for row in run.refused_rows.order_by("line", "id")[:20]:
            column = f" ({row.facts['column']})" if "column" in row.facts else ""
            self.stdout.write(f"  line {row.line}{column}: {said(WORDS, row.code, row.facts)}")
