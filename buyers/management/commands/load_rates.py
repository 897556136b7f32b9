"""`manage.py load_rates [eurofxref-hist.zip]`: euro reference rates from the ECB's own file, zipped or not."""

import zipfile
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from buyers.actions.country import keep_rates
from buyers.countries import DATA
from buyers.rates import BadFile, parsed_history

# The whole history since 1999 is 2 MB; a file that unpacks to more than this is not it.
LARGEST = 64 * 1024 * 1024


class Command(BaseCommand):
    """Idempotent: days already kept are corrected where they differ, series that ended simply have no more days."""

    help = "Loads exchange rates from the ECB's eurofxref-hist file (default: the extract in buyers/data)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=DATA / "eurofxref-recent.csv")
        parser.add_argument(
            "--ending-on",
            type=date.fromisoformat,
            help="for demos: move the rates by whole weeks towards this day (YYYY-MM-DD)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = parsed_history(read(options["file"]))
        except (OSError, zipfile.BadZipFile, UnicodeDecodeError, BadFile) as wrong:
            raise CommandError(f"{options['file']}: {wrong}") from wrong
        changed = keep_rates(by=None, rows=rows, ending_on=options["ending_on"])
        self.stdout.write(f"{len(rows)} rates read, {changed} new or changed")


def read(path: Path) -> str:
    """The file's text, or that of the one file in a zip."""
    if path.suffix != ".zip":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as archive:
        only = next(iter(archive.infolist()), None)
        if only is None or only.file_size > LARGEST:
            raise BadFile("the archive must hold the one CSV file of rates")
        return archive.read(only).decode("utf-8")
