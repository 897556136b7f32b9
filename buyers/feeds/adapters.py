"""Between a publisher's file and the database: one file of a kind at a time, its progress seen while it runs."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypeVar
from zlib import crc32

from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from buyers.actions.country_list import take_in_country_list
from buyers.actions.feed import finish_feed, give_up_feed
from buyers.actions.feed_rows import take_in_events, take_in_link_rows, take_in_register
from buyers.actions.sanctions_list import take_in_addresses, take_in_aliases, take_in_list
from buyers.feeds import companies_house, events, links, ofac, un
from buyers.feeds.files import Opened, RowUnfit, day, opened
from buyers.feeds.sheet import LARGEST as LARGEST_LIST
from buyers.models import FeedRun
from buyers.models.feed import FeedKind
from buyers.models.file_run import ImportStage
from buyers.models.screening import SanctionsList
from buyers.signals import catalogue
from kernel.refusals import Refused, refusal

BLOCK = 2_000
_LOCK = 20_262
_DAY = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")
# Formats taken in here; a format of another part of the house has its own way in.
KINDS = (
    FeedKind.COMPANIES_HOUSE, FeedKind.EVENTS, FeedKind.OFAC_SDN, FeedKind.OFAC_ALT, FeedKind.OFAC_ADD,
    FeedKind.UN_CONSOLIDATED, FeedKind.GROUP_LINKS, FeedKind.OECD_COUNTRIES, FeedKind.WORLD_BANK_GOVERNANCE,
)  # fmt: skip
_COUNTRY_LISTS = {FeedKind.OECD_COUNTRIES, FeedKind.WORLD_BANK_GOVERNANCE}
_OFAC = {FeedKind.OFAC_SDN, FeedKind.OFAC_ALT, FeedKind.OFAC_ADD}

Row = TypeVar("Row")


class FeedBusy(Exception):
    """A file of this kind is being taken in; this one may be tried again when it is through."""


def load_feed(run: int, path: Path | None = None) -> FeedRun:
    """Take in the file of a run (`path`, else the stored upload). FeedBusy when one of its kind is at work.

    Ends with the run done or given up with its reason. A killed run left whole blocks behind; run again, it finds them
    known and goes on.
    """
    row = FeedRun.objects.get(pk=run)
    with _alone(row.kind):
        row.refresh_from_db()
        if row.stage != ImportStage.RUNNING:
            return row  # a message delivered twice
        _begin_again(row)
        try:
            _take_in(row, path or Path(default_storage.path(row.stored_as)))
            done = finish_feed(by=row.started_by_id, run=run)
        except Refused as refused:
            first = refused.refusals[0]
            done = give_up_feed(by=row.started_by_id, run=run, failure=first.code, facts=first.facts)
        except Exception:
            give_up_feed(by=row.started_by_id, run=run, failure="import_broke_off", facts={})
            raise
    if row.stored_as:
        default_storage.delete(row.stored_as)
    return done


def _begin_again(row: FeedRun) -> None:
    """Counts of a run that was killed in the middle are of no use to the one that takes it up."""
    row.refused_rows.all().delete()
    zero = dict.fromkeys(("rows_read", "taken_in", "repeated", "not_ours", "refused", "signals", "removed"), 0)
    FeedRun.objects.filter(pk=row.pk).update(**zero)


def _take_in(row: FeedRun, path: Path) -> None:
    by, today = row.started_by_id, timezone.now().date()
    if row.kind in _COUNTRY_LISTS:
        with path.open("rb") as raw:
            take_in_country_list(by=by, run=row.pk, content=raw.read(LARGEST_LIST + 1))
        return
    file = _looked_at(row, path)
    edition = _edition(row, file, today)
    FeedRun.objects.filter(pk=row.pk).update(sha256=file.sha256, edition=edition, header=_header(row, file))
    if row.kind == FeedKind.COMPANIES_HOUSE:
        for block in _blocks(companies_house.companies(file)):
            take_in_register(by=by, run=row.pk, rows=block, edition=edition)
    elif row.kind == FeedKind.EVENTS:
        for told in _blocks(events.reported(file, catalogue(), today)):
            take_in_events(by=by, run=row.pk, rows=told)
    elif row.kind == FeedKind.GROUP_LINKS:
        for linked in _blocks(links.links(file)):
            take_in_link_rows(by=by, run=row.pk, rows=linked)
    elif row.kind == FeedKind.OFAC_ALT:
        take_in_aliases(by=by, run=row.pk, rows=list(ofac.aliases(file)), edition=edition)
    elif row.kind == FeedKind.OFAC_ADD:
        take_in_addresses(by=by, run=row.pk, rows=list(ofac.addresses(file)), edition=edition)
    else:
        of_un = row.kind == FeedKind.UN_CONSOLIDATED
        # A list is read to its end before anything of it counts: one cut short is none.
        rows = list(un.entries(file) if of_un else ofac.entries(file))
        which = SanctionsList.UN if of_un else SanctionsList.OFAC_SDN
        take_in_list(by=by, run=row.pk, sanctions_list=which, rows=rows, edition=edition)


def _looked_at(row: FeedRun, path: Path) -> Opened:
    if row.kind == FeedKind.UN_CONSOLIDATED:
        return opened(path, otherwise="utf-8")  # XML says itself in which characters it is
    return opened(path, otherwise=ofac.ENCODING if row.kind in _OFAC else "")


def _edition(row: FeedRun, file: Opened, today: date) -> date:
    """The day of the state a file tells: as its publisher says in it, as the person says, as its name says, today."""
    told = un.edition(file) if row.kind == FeedKind.UN_CONSOLIDATED else None
    found = told or row.edition or _in_name(row.file_name) or today
    if (found - today).days > 1:
        raise Refused([refusal("edition_in_future", "file")])
    return found


def _in_name(name: str) -> date | None:
    for text in _DAY.findall(name):
        try:
            return day(text)
        except RowUnfit:
            continue
    return None


def _header(row: FeedRun, file: Opened) -> str:
    """The first line of a CSV file whose columns have names."""
    if row.kind in _OFAC or row.kind == FeedKind.UN_CONSOLIDATED:
        return ""
    with file.path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    if zipped:
        return ""
    with file.path.open(encoding=file.encoding, errors="replace", newline="") as text:
        first = text.readline(20_000).lstrip("\ufeff").rstrip("\r\n")
    return "" if first.startswith("{") else first.replace("\x00", "")


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    going = iter(rows)
    while block := list(islice(going, BLOCK)):
        yield block


@contextmanager
def _alone(kind: str) -> Iterator[None]:
    """One file of a kind at a time; the lock is the session's and ends with it, however it ends."""
    key = crc32(kind.encode()) % 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, key])
        if not cursor.fetchone()[0]:
            raise FeedBusy
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, key])
