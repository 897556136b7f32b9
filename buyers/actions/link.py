"""Links between companies: recorded, ended, taken from a file. Nothing is overwritten."""

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.feeds.files import Unfit
from buyers.feeds.links import LinkRow
from buyers.linking import PARENT, end_refused, link_refused
from buyers.models import Buyer, BuyerLink
from kernel.refusals import Refused, refusal, refuse

# Any number; it only has to be the same for all who link. Two that link at once could close a circle together.
LINKING = 20_264


@action
def link_buyers(
    *, by: int | None, buyer: int, relation: str, other: int, source: str, since: date | None = None
) -> BuyerLink:
    """`other` is `relation` (parent, main_customer, main_supplier) of `buyer` from `since` on. For underwriters.

    The same link again is a repetition. Refuses what buyers/linking.py refuses.
    """
    if by is not None:
        require_group(by, UNDERWRITER_GROUPS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINKING])
    one, two = Buyer.objects.present(buyer), Buyer.objects.present(other)
    same = BuyerLink.objects.current().filter(buyer__in=Buyer.objects.same_firm(one.pk), relation=relation)
    if known := same.filter(other__in=Buyer.objects.same_firm(two.pk)).first():
        record(by=by, subject=known, outcome="repeated")
        return known
    parent = same.select_related("other").first() if relation == PARENT else None
    above = BuyerLink.objects.above(two.pk) if relation == PARENT else []
    standing = (parent.other.merged_into_id or parent.other_id) if parent else None
    refuse(link_refused(one.pk, two.pk, relation, above, standing, since, timezone.now().date()))
    refuse([] if source.strip() else [refusal("source_missing", "source")])
    row = BuyerLink.objects.create(
        buyer=one, relation=relation, other=two, source=source.strip()[:60], since=since, recorded_by_id=by
    )
    BuyerLink.objects.wake_the_linked([two.pk])
    record(by=by, subject=row, buyer=one.pk, relation=relation, other=two.pk, source=source)
    return row


@action
def end_link(*, by: int | None, link: int, ended_on: date, source: str) -> BuyerLink:
    """The link ended on `ended_on`; it stays, with its days. For underwriters. Ended the same twice is a repetition."""
    if by is not None:
        require_group(by, UNDERWRITER_GROUPS)
    row = BuyerLink.objects.select_for_update().get(pk=link)
    if row.ended_at and row.ended_on == ended_on:
        record(by=by, subject=row, outcome="repeated")
        return row
    refuse(end_refused(row.since, ended_on, row.ended_at is not None, timezone.now().date()))
    row.ended_on, row.ended_at, row.end_recorded_by_id, row.end_source = ended_on, timezone.now(), by, source[:60]
    row.save(update_fields=["ended_on", "ended_at", "end_recorded_by", "end_source"])
    record(by=by, subject=row, ended_on=ended_on.isoformat(), source=source)
    return row


@action
def take_in_links(
    *, by: int | None, run: int, rows: Sequence[LinkRow | Unfit], buyers: dict[tuple[str, str], int]
) -> tuple[int, int, list[Unfit]]:
    """Links of a block of a file: (new or ended, known already, refused). `buyers`: the numbers that are known."""
    unfit = [r for r in rows if isinstance(r, Unfit)]
    taken = repeated = 0
    for row in (r for r in rows if isinstance(r, LinkRow)):
        if row.buyer not in buyers or row.other not in buyers:
            unfit.append(Unfit(row.line, "company_not_in_directory", row.raw))
            continue
        try:
            if _take_in(by, row, buyers[row.buyer], buyers[row.other]):
                taken += 1
            else:
                repeated += 1
        except Refused as refused:
            first = refused.refusals[0]
            unfit.append(Unfit(row.line, first.code, row.raw, first.facts))
    record(by=by, subject=f"feedrun:{run}", links=taken, repeated=repeated, refused=len(unfit))
    return taken, repeated, unfit


def _take_in(by: int | None, row: LinkRow, buyer: int, other: int) -> bool:
    """Whether the row said anything new."""
    known = BuyerLink.objects.filter(buyer=buyer, other=other, relation=row.relation, since=row.since)
    before = known.order_by("-id").first()
    if before and (before.ended_at is not None or row.until is None):
        return False
    link = before or link_buyers(
        by=by, buyer=buyer, relation=row.relation, other=other, source=row.source, since=row.since
    )
    if row.until is not None:
        end_link(by=by, link=link.pk, ended_on=row.until, source=row.source)
    return True
