"""Two acts in the same instant, with the order settled: one has written and not yet committed when the other begins.
Also: processes of their own, waiting until something has come about, and who waits for whom.

Races that merely start together take the branch for "in this very moment" when they please; here they always do.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import connection, connections, transaction

from kernel.refusals import Refused


def overtaken(act: Callable[[], Any], by: Callable[[], Any]) -> Any:
    """What `act` answers, or the codes it is refused with, when `by` commits while `act` waits for it."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            by()
            answer = pool.submit(_answered, act)
            _until_somebody_waits()
        return answer.result(timeout=20)


def eventually(found: Callable[[], bool], seconds: float = 60) -> None:
    """Returns once `found` answers yes; fails after `seconds`."""
    until = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.05)


def of_a_process(**variables: str) -> dict[str, str]:
    """The environment of a process of its own on this test's database, with these variables besides."""
    url = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(url._replace(path="/" + connection.settings_dict["NAME"]))
    return {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "portal.settings", **variables}


def waiting_for(table: str) -> int:
    """How many wait for a lock on the table in this database; a table of another may have the same number."""
    return _locks("NOT granted AND relation = %s::regclass", table)


def advisory_locks() -> int:
    """How many are held or waited for in this database."""
    return _locks("locktype = 'advisory'")


def _locks(which: str, *values: str) -> int:
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_locks WHERE {here} AND {which}", values)
        return cursor.fetchone()[0]


def _answered(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except Refused as refused:
        return [refusal.code for refusal in refused.refusals]
    finally:
        connections.close_all()


def _until_somebody_waits() -> None:
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone():
                return
            assert time.monotonic() < until, "the act never waited for what overtakes it"
            time.sleep(0.01)
