"""Between a file of annual accounts and the database: in blocks, each with its own commit, so that another worker goes
on where a killed one left it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from django.core.files.storage import default_storage
from django.utils import timezone

from buyers.actions.accounts_rows import close_accounts_file, open_accounts_file, take_in_accounts
from buyers.intake.rows import Row, opened, rows
from buyers.models import FeedRun
from buyers.models.file_run import ImportStage
from kernel.refusals import Refused

BLOCK = 500


def load_accounts_file(run: int, path: Path | None = None) -> FeedRun:
    """Read and take in the file of a run (`path`, else the stored upload), from where it stands to its end.

    Ends with the run done or given up with its reason. A run that another worker has gone on with is left to it.
    """
    row = FeedRun.objects.get(pk=run)
    if row.stage != ImportStage.RUNNING:
        return row  # a message delivered twice
    try:
        done = _loaded(row, path or Path(default_storage.path(row.stored_as)))
    except Refused as refused:
        first = refused.refusals[0]
        if first.code == "import_is_over":
            return FeedRun.objects.get(pk=run)
        done = close_accounts_file(by=row.started_by_id, run=run, failure=first.code, facts=first.facts)
    except Exception:
        close_accounts_file(by=row.started_by_id, run=run, failure="accounts_broke_off")
        raise
    if row.stored_as:
        default_storage.delete(row.stored_as)
    return done


def _loaded(row: FeedRun, path: Path) -> FeedRun:
    by, today, after = row.started_by_id, timezone.now().date(), row.rows_read
    file = opened(path)
    open_accounts_file(by=by, run=row.pk, file=file)
    for block in _blocks(islice(rows(file, today), after, None)):
        take_in_accounts(by=by, run=row.pk, after=after, rows=block, today=today)
        after += len(block)
    return close_accounts_file(by=by, run=row.pk)


def _blocks(found: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(found)
    while block := list(islice(waiting, BLOCK)):
        yield block
