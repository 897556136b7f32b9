"""Home keeps its sums in the cache; no test may find those of another."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Keys name rows by their ids, which another run of the tests gives to other rows."""
    cache.clear()
    yield
    cache.clear()
