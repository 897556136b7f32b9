"""An exporter's book: taking a buyer in, keeping its entry, laying it aside."""

from django.utils import timezone

from accounts.access import require_group, require_role, role_of
from accounts.audit import action, record
from accounts.models.roles import MAY_WRITE, UNDERWRITER_GROUPS
from buyers.models import BookEntry, Buyer
from buyers.watching import LEVELS
from kernel.refusals import refusal, refuse


@action
def add_to_book(*, by: int, exporter: int, buyer: int, own_reference: str = "") -> BookEntry:
    """Take a buyer of the directory into the exporter's book; one that lies there archived comes back.

    An underwriter does it for a firm whose proposal is confirmed. Refuses `buyer_is_private_person`. Public bodies and
    affiliates may be kept; the request for a limit judges them.
    """
    _require_writer_or_underwriter(by, exporter)
    found = Buyer.objects.present(buyer)
    refuse([refusal("buyer_is_private_person", "buyer")] if found.private_person else [])
    entry, new = BookEntry.objects.get_or_create(
        exporter_id=exporter,
        buyer=found,
        defaults={"added_by_id": by, "own_reference": own_reference.strip(), "sort_key": found.sort_key},
    )
    restored = BookEntry.objects.filter(pk=entry.pk, archived_at__isnull=False).update(
        archived_at=None, archived_by=None
    )
    if restored:
        entry.refresh_from_db()
    outcome = "added" if new else "restored" if restored else "repeated"
    record(by=by, subject=entry, exporter=exporter, buyer=found.pk, outcome=outcome)
    return entry


@action
def edit_book_entry(*, by: int, entry: int, own_reference: str, notes: str, affiliate: bool, watch: str) -> BookEntry:
    """Change what the exporter notes of a buyer; the trail keeps what it was before."""
    row = _locked(entry)
    require_role(by, row.exporter_id)
    new = {"own_reference": own_reference.strip(), "notes": notes.strip(), "affiliate": affiliate, "watch": watch}
    before = {name: getattr(row, name) for name in new if getattr(row, name) != new[name]}
    for name, value in new.items():
        setattr(row, name, value)
    row.save(update_fields=list(new))
    record(by=by, subject=row, exporter=row.exporter_id, before=before, after={name: new[name] for name in before})
    return row


@action
def watch_buyers(*, by: int, exporter: int, entries: list[int], watch: str) -> int:
    """Set what is told by mail of many buyers of the firm's book in one statement; how many changed.

    Refuses `watch_level_unknown`.
    """
    require_role(by, exporter)
    refuse([] if watch in LEVELS else [refusal("watch_level_unknown", "watch")])
    own = BookEntry.objects.filter(exporter_id=exporter, pk__in=entries).exclude(watch=watch)
    changed = own.update(watch=watch)
    record(by=by, subject=f"exporter:{exporter}", exporter=exporter, watch=watch, changed=changed)
    return changed


@action
def archive_book_entry(*, by: int, entry: int) -> BookEntry:
    """Lay a buyer aside: out of the lists, with its history kept. A second time changes nothing.

    Only for claims/actions/book.py, which knows what of the floors above may hold the entry (docs/adr/0015).
    """
    row = _locked(entry)
    require_role(by, row.exporter_id)
    repeated = row.archived_at is not None
    if not repeated:
        row.archived_at, row.archived_by_id = timezone.now(), by
        row.save(update_fields=["archived_at", "archived_by"])
    record(by=by, subject=row, exporter=row.exporter_id, outcome="repeated" if repeated else "archived")
    return row


@action
def restore_book_entry(*, by: int, entry: int) -> BookEntry:
    """Take a laid-aside buyer back into the book. A second time changes nothing."""
    row = _locked(entry)
    require_role(by, row.exporter_id)
    repeated = row.archived_at is None
    row.archived_at = row.archived_by = None
    row.save(update_fields=["archived_at", "archived_by"])
    record(by=by, subject=row, exporter=row.exporter_id, outcome="repeated" if repeated else "restored")
    return row


def _require_writer_or_underwriter(by: int, exporter: int) -> None:
    if role_of(by, exporter) not in MAY_WRITE:
        require_group(by, UNDERWRITER_GROUPS)


def _locked(entry: int) -> BookEntry:
    return BookEntry.objects.select_for_update().get(pk=entry)
