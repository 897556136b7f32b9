"""Every test starts without counted tries, and without the tasks' mails of another."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_tries_counted() -> Iterator[None]:
    """Rate limits live in the cache, which outlives a test's transaction."""
    cache.clear()
    yield
