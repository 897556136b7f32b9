"""`manage.py load_countries`: the OECD's country risk classes and the house's ratings, from the list in buyers/data."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from buyers.actions.country import keep_country_risks
from buyers.countries import HOUSE_RATINGS, OECD_LIST, BadList, parsed_list


class Command(BaseCommand):
    """Idempotent: a list loaded again changes nothing, a newer one adds to the history."""

    help = "Loads country risk ratings (default: the OECD list in buyers/data)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=OECD_LIST)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ratings = parsed_list(options["file"].read_text(encoding="utf-8"), HOUSE_RATINGS.read_text())
        except (OSError, BadList) as wrong:
            raise CommandError(f"{options['file']}: {wrong}") from wrong
        changed = keep_country_risks(by=None, ratings=ratings)
        self.stdout.write(f"{len(ratings)} countries read, {changed} new or changed")
