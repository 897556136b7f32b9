"""Saying that there is news to whatever web process has a page open for it.

Nothing of the news is in the message: it only wakes, per firm or per person, and the process reads the rows. So a lost
message costs time and never news (portal/live looks again by itself), nobody can learn anything from the broker, and
one message per firm serves any number of alerts.
"""

import logging
import time
from collections.abc import Iterable
from functools import lru_cache

import redis
from django.conf import settings
from django.db import connection, transaction

# A page must not wait long for a broker that is away, nor every page anew.
PATIENCE_SECONDS, REST_SECONDS = 0.5, 5.0

log = logging.getLogger(__name__)
_rest = {"until": 0.0}


def firm_channel(exporter: int) -> str:
    """Where a firm's news is announced."""
    return f"{_house()}:firm:{exporter}"


def person_channel(person: int) -> str:
    """Where news for one person alone is announced."""
    return f"{_house()}:person:{person}"


def _house() -> str:
    """One broker may serve several portals, and its channels know no numbered databases: the rows tell them apart."""
    return f"fairlead:live:{connection.settings_dict['NAME']}"


def announce(*, firms: Iterable[int] = (), people: Iterable[int] = ()) -> None:
    """Once the transaction stands, say that there is news for all of `firms` (exporters) and for `people`."""
    channels = [*map(firm_channel, firms), *map(person_channel, people)]
    if channels:
        transaction.on_commit(lambda: publish(channels), robust=True)


def publish(channels: list[str]) -> None:
    """Wake whoever listens. A broker that is away is left alone for a while: the listeners look by themselves."""
    if time.monotonic() < _rest["until"]:
        return
    try:
        with _broker().pipeline(transaction=False) as together:
            for channel in channels:
                together.publish(channel, "")
            together.execute()
    except redis.RedisError as trouble:
        _rest["until"] = time.monotonic() + REST_SECONDS
        log.warning("live news not announced: %r", trouble)


@lru_cache(maxsize=1)
def _broker() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS
    )
