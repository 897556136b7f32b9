"""Between a file of companies and the database: one import at a time, its progress seen while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection
from django_countries import countries

from buyers.actions.directory_import import give_up_directory_file, merge_directory_file
from buyers.directory.reading import Opened, opened
from buyers.directory.staging import clear, stage
from buyers.models import DirectoryImport
from buyers.models.directory_import import ImportPhase
from buyers.models.file_run import ImportStage
from buyers.search.keeping import count_terms_if_grown
from kernel.refusals import Refused

# PostgreSQL's advisory locks are numbers; this one is "the directory is being written".
_LOCK = 20_261_121


class ImportRunning(Exception):
    """Another import is at work; this one may be tried again when it is through."""


def load_directory_file(run: int, path: Path | None = None) -> DirectoryImport:
    """Read, stage and merge the file of an import (`path`, else the stored upload). ImportRunning when one is at work.

    Ends with the import done or given up with its reason; what a killed import had staged is gone with its session, so
    running it again is safe.
    """
    with _alone():
        row = DirectoryImport.objects.get(pk=run)
        if row.stage != ImportStage.RUNNING:
            return row  # a message delivered twice
        _give_up_killed(run)
        try:
            file = _staged(row, path or Path(default_storage.path(row.stored_as)))
            DirectoryImport.objects.filter(pk=run).update(phase=ImportPhase.WRITING)
            done = merge_directory_file(by=row.started_by_id, run=run, file=file)
            count_terms_if_grown(done.added)
        except Refused as refused:
            first = refused.refusals[0]
            done = give_up_directory_file(by=row.started_by_id, run=run, failure=first.code, facts=first.facts)
        except Exception:
            give_up_directory_file(by=row.started_by_id, run=run, failure="import_broke_off", facts={})
            raise
    if row.stored_as:
        default_storage.delete(row.stored_as)
    return done


def _staged(row: DirectoryImport, path: Path) -> Opened:
    DirectoryImport.objects.filter(pk=row.pk).update(phase=ImportPhase.READING)
    file = opened(path, row.shape)
    DirectoryImport.objects.filter(pk=row.pk).update(
        sha256=file.sha256, shape=file.layout.shape, encoding=file.encoding, header=file.header
    )

    def told(read: int, refused: int) -> None:
        DirectoryImport.objects.filter(pk=row.pk).update(rows_read=read, refused=refused)

    with connection.cursor() as cursor:
        stage(cursor, file, known_countries(), told)
    return file


def known_countries() -> frozenset[str]:
    """ISO 3166 as the portal's choices have it."""
    return frozenset(countries.countries)


def _give_up_killed(run: int) -> None:
    """Commands that say they run while nobody holds the lock were killed; uploads are taken up again by the queue."""
    running = DirectoryImport.objects.filter(stage=ImportStage.RUNNING, stored_as="")
    for killed in running.exclude(phase=ImportPhase.WAITING):
        if killed.pk != run:
            give_up_directory_file(by=None, run=killed.pk, failure="import_interrupted", facts={})


@contextmanager
def _alone() -> Iterator[None]:
    """One import at a time; the lock is the session's and ends with it, however it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise ImportRunning
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            clear(cursor)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
