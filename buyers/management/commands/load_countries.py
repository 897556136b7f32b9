"""`manage.py load_countries`: the OECD's country risk classes and the house's ratings, from the list in buyers/data."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.wording import said
from buyers.actions.country import keep_country_risks
from buyers.actions.feed import hand_in_feed
from buyers.countries import COLUMNS, HOUSE_RATINGS, OECD_LIST, BadList, parsed_list
from buyers.feeds.adapters import FeedBusy, load_feed
from buyers.models.feed import FeedKind
from buyers.models.file_run import ImportStage
from buyers.wording import WORDS
from kernel.refusals import Refused

REFUSED_SHOWN = 20


class Command(BaseCommand):
    """Idempotent: a list loaded again changes nothing, a newer one adds to the history."""

    help = "Loads country risk classes: our own list (the default), or the OECD's table (docs/formats/countries.md)."
    kind = FeedKind.OECD_COUNTRIES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=OECD_LIST)
        parser.add_argument("--dated", type=date.fromisoformat, help="from when an OECD table holds: 2026-01-30")

    def handle(self, *args: Any, **options: Any) -> None:
        content = self.read(options["file"])
        if content.lstrip(b"\xef\xbb\xbf").startswith(",".join(COLUMNS).encode()):
            self.own_list(options["file"], content)
        else:
            self.publishers_list(options["file"], options["dated"])

    def read(self, file: Path) -> bytes:
        """What is in the file."""
        try:
            return file.read_bytes()
        except OSError as wrong:
            raise CommandError(f"{file}: {wrong}") from wrong

    def own_list(self, file: Path, content: bytes) -> None:
        """The list in buyers/data, and others in its shape: all of it or nothing."""
        try:
            ratings = parsed_list(content.decode("utf-8-sig"), HOUSE_RATINGS.read_text())
        except (UnicodeDecodeError, BadList) as wrong:
            raise CommandError(f"{file}: {wrong}") from wrong
        changed = keep_country_risks(by=None, ratings=ratings)
        self.stdout.write(f"{len(ratings)} countries read, {changed} new or changed")

    def publishers_list(self, file: Path, dated: date | None) -> None:
        """A publisher's own table: row by row, as a run that the office sees."""
        try:
            handed_in = hand_in_feed(by=None, kind=self.kind, file_name=file.name, edition=dated)
            run = load_feed(handed_in.pk, file)
        except Refused as refused:
            raise CommandError(said(WORDS, refused.refusals[0].code, refused.refusals[0].facts)) from None
        except FeedBusy:
            raise CommandError("A file of this kind is being taken in; try again when it is through.") from None
        if run.stage == ImportStage.FAILED:
            raise CommandError(f"{file}: {said(WORDS, run.failure, run.failure_facts)}")
        self.stdout.write(
            f"{run.rows_read} rows read, {run.taken_in} new or changed, {run.repeated} known, {run.refused} refused"
        )
        for row in run.refused_rows.order_by("line")[:REFUSED_SHOWN]:
            self.stdout.write(f"  line {row.line}: {said(WORDS, row.code, row.facts)}")
        if run.refused > REFUSED_SHOWN:
            self.stdout.write(f"  and {run.refused - REFUSED_SHOWN} more")
