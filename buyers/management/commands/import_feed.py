"""``manage.py import_feed KIND FILE``: take in a publisher's file here and now, then screen whoever it concerns."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.wording import said
from buyers.actions.feed import hand_in_feed
from buyers.actions.screening import screen_batch
from buyers.feeds.adapters import KINDS, FeedBusy, load_feed
from buyers.models import ScreeningDue
from buyers.models.file_run import ImportStage
from buyers.wording import WORDS
from kernel.refusals import Refused


class Command(BaseCommand):
    """Prints the counts; may be run again at any time, since nothing is told twice. See docs/formats/feeds.md."""

    help = "Take in a publisher's file: company register, events, sanctions lists, links."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=KINDS)
        parser.add_argument("file", type=Path)
        parser.add_argument("--edition", type=date.fromisoformat, help="the day whose state the file tells")
        parser.add_argument("--no-screening", action="store_true", help="leave the screening to the queue")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            run = hand_in_feed(by=None, kind=options["kind"], file_name=path.name, edition=options["edition"])
            run = load_feed(run.pk, path)
        except Refused as refused:
            raise CommandError(said(WORDS, refused.refusals[0].code, refused.refusals[0].facts)) from None
        except FeedBusy:
            raise CommandError("A file of this kind is being taken in; try again when it is through.") from None
        if run.stage == ImportStage.FAILED:
            raise CommandError(said(WORDS, run.failure, run.failure_facts))
        self.stdout.write(
            f"{run.rows_read:,} rows read ({run.rate:,} a second): {run.taken_in:,} taken in, {run.repeated:,} known "
            f"already, {run.not_ours:,} not in the directory, {run.refused:,} refused; {run.signals:,} signals, "
            f"{run.removed:,} no longer listed."
        )
        for code, count in run.reasons():
            example = run.refused_rows.filter(code=code).order_by("line").first()
            self.stdout.write(f"  {count:>8,}  {said(WORDS, code, example.facts if example else {})}")
        if not options["no_screening"] and ScreeningDue.objects.exists():
            screened = 0
            while batch := screen_batch(by=None):
                screened += batch
            self.stdout.write(f"{screened:,} buyers screened.")
