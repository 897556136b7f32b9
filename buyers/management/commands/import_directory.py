"""``manage.py import_directory FILE``: companies into the directory, from GLEIF's CSV or the plain one."""

import time
from argparse import ArgumentParser
from pathlib import Path
from threading import Event, Thread
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.wording import said
from buyers.actions.directory_file import hand_in_directory_file
from buyers.actions.directory_import import give_up_directory_file
from buyers.adapters import ImportRunning, load_directory_file
from buyers.directory.shapes import COLUMNS
from buyers.models import DirectoryImport
from buyers.models.file_run import ImportStage
from buyers.wording import WORDS


class Command(BaseCommand):
    """Prints progress while it runs and the counts at the end; may be run again at any time."""

    help = "Import companies into the directory from a CSV file (plain or .gz). See docs/formats/directory.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--shape", choices=sorted(COLUMNS), default="", help="read off the first line when left out"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        run = hand_in_directory_file(by=None, file_name=path.name, shape=options["shape"])
        begun = time.monotonic()
        with self._progress(run.pk):
            try:
                run = load_directory_file(run.pk, path)
            except ImportRunning:
                run = give_up_directory_file(by=None, run=run.pk, failure="import_running", facts={})
        if run.stage == ImportStage.FAILED:
            raise CommandError(said(WORDS, run.failure, run.failure_facts))
        self.stdout.write(
            f"{run.rows_read:,} rows read in {time.monotonic() - begun:.1f} s: {run.accepted:,} accepted "
            f"({run.added:,} added, {run.changed:,} changed, {run.unchanged:,} as they were), "
            f"{run.refused:,} refused, {run.warned:,} warnings."
        )
        for code, count in run.reasons():
            self.stdout.write(f"  {count:>8,}  {said(WORDS, code)}")

    def _progress(self, run: int) -> "_Progress":
        return _Progress(self, run)


class _Progress:
    """Prints what the import has committed so far, from a connection of its own."""

    def __init__(self, command: BaseCommand, run: int):
        self.command, self.run, self.over = command, run, Event()
        self.thread = Thread(target=self._print, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_exception: object) -> None:
        self.over.set()
        self.thread.join()

    def _print(self) -> None:
        shown = ""
        while not self.over.wait(1):
            row = DirectoryImport.objects.filter(pk=self.run).first()
            line = f"{row.get_phase_display()}: {row.rows_read:,} rows, {row.refused:,} refused" if row else ""
            if line != shown:
                self.command.stdout.write(line)
                shown = line
        connection.close()
