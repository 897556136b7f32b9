"""How many rows are done of work that shows with its commit only: a list being read, a result file being written.

Kept in the cache: who lost it knows less of the progress, and nothing else.
"""

from django.core.cache import cache
from redis import RedisError

from accounts.audit import subject_of
from buyers.models import CustomerList, ListResult

# Longer than the work goes without a word.
_KEPT_SECONDS = 300


def tell_rows(work: CustomerList | ListResult, rows: int) -> None:
    """So many rows of it are done."""
    try:
        cache.set(_key(work), rows, _KEPT_SECONDS)
    except RedisError:
        return


def rows_so_far(work: CustomerList | ListResult) -> int:
    """How many rows are done; 0 when nobody knows."""
    try:
        return int(cache.get(_key(work)) or 0)
    except RedisError:
        return 0


def _key(work: CustomerList | ListResult) -> str:
    return f"rows-of-{subject_of(work)}"
