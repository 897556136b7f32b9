"""Files of a list in private storage: the one that was handed in, and those that tell its results."""

from functools import partial
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction

from buyers.customer_lists.reading import Opened, opened
from buyers.models import CustomerList
from buyers.models.customer_list import WorkQuerySet
from desk.models import Document
from desk.storage import forget

RESULTS = "results"


def looked_into(document: Document, encoding: str = "") -> Opened:
    """The document's file, opened (see reading.opened)."""
    return opened(Path(default_storage.path(document.key)), encoding)


def results_untrue(customer_list: CustomerList) -> None:
    """A choice changed the list: files that tell its results go, those being written are begun anew."""
    forget_results(customer_list.results.filter(done_at__isnull=False))
    customer_list.results.update(claimed_by="", claimed_until=None, attempts=0)


def forget_results(results: WorkQuerySet) -> None:
    """Rows and, once that is certain, files."""
    keys = [key for key in results.values_list("key", flat=True) if key]
    results.delete()
    for key in keys:
        transaction.on_commit(partial(forget, key))
