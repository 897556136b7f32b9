"""A buyer has another registered name: the directory and every book show it under the new one."""

from accounts.audit import action, record
from buyers.models import BookEntry, Buyer
from buyers.names import sort_key
from buyers.search.keeping import keep_names


@action
def rename_buyer(*, by: int | None, buyer: int, name: str, source: str) -> Buyer:
    """The register calls the company `name` from now on. What it was called stays in the trail and in the signal."""
    row = Buyer.objects.select_for_update().get(pk=buyer)
    former, row.name, row.sort_key = row.name, name, sort_key(name)
    row.save(update_fields=["name", "sort_key"])
    keep_names([row.pk])
    # A book sorts by the buyer's name without a look at the buyer.
    BookEntry.objects.filter(buyer=row).update(sort_key=row.sort_key)
    record(by=by, subject=row, former_name=former, name=name, source=source)
    return row
