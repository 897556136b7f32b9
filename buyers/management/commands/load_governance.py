"""`manage.py load_governance`: the World Bank's governance indicators, from the table in buyers/data."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from buyers.countries import GOVERNANCE_TABLE
from buyers.management.commands import load_countries
from buyers.models.feed import FeedKind


class Command(load_countries.Command):
    """Idempotent: a table loaded again changes nothing, a newer edition revises all years."""

    help = "Loads governance indicators of countries (default: the World Bank's in buyers/data)."
    kind = FeedKind.WORLD_BANK_GOVERNANCE

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=GOVERNANCE_TABLE)

    def handle(self, *args: Any, **options: Any) -> None:
        self.read(options["file"])
        self.publishers_list(options["file"], None)
