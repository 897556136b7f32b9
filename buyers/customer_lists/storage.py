"""The file of a list, taken from private storage."""

from pathlib import Path

from django.core.files.storage import default_storage

from buyers.customer_lists.reading import Opened, opened
from desk.models import Document


def looked_into(document: Document, encoding: str = "") -> Opened:
    """The document's file, opened (see reading.opened)."""
    return opened(Path(default_storage.path(document.key)), encoding)
