"""Private files of a test go to a folder of its own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def private(settings: Any, tmp_path: Path) -> Path:
    """Where the files lie; empty at first."""
    folder = tmp_path / "private"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}},
    }
    return folder


@pytest.fixture
def kept(private: Path) -> Any:
    """A function that lists the files in storage."""
    return lambda: sorted(str(p.relative_to(private)) for p in private.rglob("*") if p.is_file())
