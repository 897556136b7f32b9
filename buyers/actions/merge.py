"""Two entries of the directory turn out to be one firm (seams.md): look-ups follow `merged_into`, history stays."""

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record, subject_of
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.actions.override import move_override
from buyers.models import BookEntry, Buyer, GradeOverride
from buyers.models.override import OPEN
from buyers.proposing import merge_refused
from desk.actions.notice import News, tell_firms
from kernel.refusals import refuse


@action
def merge_buyers(*, by: int, source: int, into: int) -> Buyer:
    """From now on `source` is `into`: in every book, and wherever its number or an old link leads to it.

    Its scores, limits, invoices and claims keep pointing to it (`Buyer.objects.same_firm` finds them); it is scored no
    more, and the one that stays is due, since it has the accounts and signals of both. A grade that an underwriter set
    goes with it. Firms that had it in their book are told. Refuses `buyer_cannot_be_merged`, `override_open_on_both`.
    """
    require_group(by, UNDERWRITER_GROUPS)
    rows = {b.pk: b for b in Buyer.objects.select_for_update().filter(pk__in=[source, into]).order_by("pk")}
    old, new = rows[source], rows[into]
    refuse(merge_refused(source, into, old.merged_into_id is not None, new.merged_into_id is not None))
    Buyer.objects.filter(merged_into=old).update(merged_into=new)  # no chains
    today = timezone.now().date()
    old.merged_into, old.next_score_on = new, None
    old.save(update_fields=["merged_into", "next_score_on"])
    Buyer.objects.filter(pk=into).update(next_score_on=today)
    for override in GradeOverride.objects.filter(buyer=old, stage__in=OPEN).values_list("pk", flat=True):
        move_override(by=by, override=override, into=into, today=today)
    firms = _move_entries(by, old, new)
    record(by=by, subject=old, into=into, books=len(firms))
    facts = {"old_name": old.name, "name": new.name}
    news = [News(firm, f"{subject_of(old)}→{into}", reverse("buyer", args=[into]), facts) for firm in firms]
    tell_firms(by=by, kind="buyers.buyers_merged", news=news)
    return new


def _move_entries(by: int, old: Buyer, new: Buyer) -> list[int]:
    """Every book shows the one entry; answers the firms whose books changed."""
    entries = BookEntry.objects.select_for_update(of=("self",)).filter(buyer=old)
    current = list(entries.filter(archived_at__isnull=True).values_list("exporter", flat=True))
    has_new = Exists(BookEntry.objects.filter(buyer=new, exporter=OuterRef("exporter")))
    # A firm that had laid the one aside and works with the other works with it.
    BookEntry.objects.filter(buyer=new, exporter__in=current).update(archived_at=None, archived_by=None)
    entries.filter(has_new, archived_at__isnull=True).update(archived_at=timezone.now(), archived_by=by)
    entries.filter(~has_new).update(buyer=new, sort_key=new.sort_key)
    return current
