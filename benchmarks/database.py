"""A benchmark's own database, so that it leaves nothing behind and two may run at once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def own_database(kept: str = "") -> Iterator[bool]:
    """A fresh database, dropped at the end; or the one called `kept`, which stays: True when it was there."""
    former = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = kept or f"benchmark_{os.getpid()}"
    with connection._nodb_cursor() as cursor:  # the portal's own database may not be there
        cursor.execute("SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", [kept])
        (there,) = cursor.fetchone()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=bool(kept))
    try:
        yield there
    finally:
        connection.creation.destroy_test_db(former, verbosity=0, keepdb=bool(kept))
