"""How far the reading of a list is. Its rows show with the commit only; until then the number is told beside them.

Kept in the cache: who lost it knows less of the progress, and nothing else.
"""

from django.core.cache import cache
from redis import RedisError

# Longer than reading goes without a word.
_KEPT_SECONDS = 300


def tell_rows_read(customer_list: int, rows: int) -> None:
    """So many rows of the list are read."""
    try:
        cache.set(_key(customer_list), rows, _KEPT_SECONDS)
    except RedisError:
        return


def rows_read_so_far(customer_list: int) -> int:
    """How many rows a list that is being read has so far; 0 when nobody knows."""
    try:
        return int(cache.get(_key(customer_list)) or 0)
    except RedisError:
        return 0


def _key(customer_list: int) -> str:
    return f"customer-list:{customer_list}:read"
