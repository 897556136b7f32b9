"""Laying a buyer aside, on the floor that knows everything that may stand on it."""

from accounts.access import require_role
from accounts.audit import action, record
from accounts.clock import today_in
from buyers.actions.book import archive_book_entry
from buyers.models import BookEntry
from claims.laying_aside import laying_aside_refused
from claims.models.holds import holds_on
from kernel.refusals import refuse
from policies.models import Policy


@action
def lay_buyer_aside(*, by: int, entry: int) -> BookEntry:
    """Archive a book entry, unless an open request, a limit in force, an open claim or an overdue debt stands on it.

    Refused with each of them by name. The entry stays locked while they are read: whoever asks for a limit, records an
    invoice or starts a claim locks it too (BookEntryQuerySet.standing), so that none of them is begun meanwhile.
    """
    row = BookEntry.objects.select_for_update(of=("self",)).get(pk=entry)
    require_role(by, row.exporter_id)
    if row.archived_at is None:
        newest = Policy.objects.filter(exporter=row.exporter_id).order_by("-ends_on", "-pk").first()
        refuse(laying_aside_refused(holds_on(row, today_in(newest.time_zone if newest else "UTC"))))
    laid = archive_book_entry(by=by, entry=entry)
    record(by=by, subject=laid, exporter=laid.exporter_id, buyer=laid.buyer_id)
    return laid
