"""Private files, counted tries and second factors as a journey needs them; screens that are closed at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from tests.journey.screen import Screen


@pytest.fixture(autouse=True)
def around(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Files go to a folder of the test's own; no tries are counted at first; a code typed slowly still fits."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "f"}},
    }
    settings.MFA_TOTP_TOLERANCE = 1
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def screens(browser: Any, portal_server: Any) -> Iterator[Callable[..., Screen]]:
    """Makes screens: `screens("zh-hans", names=(…))`."""
    opened: list[Screen] = []

    def opened_screen(language: str = "en", **options: Any) -> Screen:
        opened.append(Screen(browser, portal_server.url, language, **options))
        return opened[-1]

    yield opened_screen
    for screen in opened:
        screen.close()
