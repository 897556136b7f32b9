"""Sanctions screening: whoever is due is compared with the lists; what is found is confirmed or cleared by a person."""

from functools import lru_cache
from typing import Any

from django.db.models import Count, F, Max, Sum
from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.actions.signal import record_signal
from buyers.lifecycle import SANCTIONS_HIT
from buyers.models import Buyer, HitDecision, SanctionsEntry, SanctionsName, ScreeningDue, ScreeningHit, ScreeningRun
from buyers.models.name import Name, NameKind
from buyers.models.screening import NameQuality
from buyers.screening import Listed, Screen, rule
from kernel.refusals import refusal, refuse

BATCH = 5_000
SOURCE = "screening"
SHORTEST_REASON = 10


@action
def screen_batch(*, by: int | None, size: int = BATCH) -> int:
    """Screen up to `size` of those that are due; how many there were. In one transaction: a worker that dies leaves
    them due, and any number of workers share them out."""
    due = ScreeningDue.objects.take(size)
    if not due:
        finished = ScreeningRun.objects.filter(finished_at__isnull=True).update(finished_at=timezone.now())
        record(by=by, subject="screeningrun:none", outcome="nothing_due", finished=finished)
        return 0
    screen = _screen()
    names = list(Buyer.objects.filter(pk__in=due, merged_into__isnull=True).values_list("pk", "name", "country"))
    former = Name.objects.filter(buyer__in=due, buyer__merged_into__isnull=True).exclude(kind=NameKind.CURRENT)
    names += list(former.values_list("buyer_id", "text", "buyer__country"))
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for buyer, name, country in names:
        for hit in screen.hits(name, str(country)):
            told = {
                "buyer": buyer, "entry": hit.listed.entry, "buyer_name": name, "list_name": hit.listed.name,
                "likeness": hit.percent, "country": hit.country,
            }  # fmt: skip
            known = found.setdefault((buyer, hit.listed.entry), told)
            if known["likeness"] < hit.percent:
                found[buyer, hit.listed.entry] = told
    new = ScreeningHit.objects.add_found(list(found.values()))
    run = ScreeningRun.objects.filter(finished_at__isnull=True).order_by("id").first() or ScreeningRun.objects.create()
    counted = {"screened": F("screened") + len(due), "hits": F("hits") + len(new), "entries": len(screen.listed)}
    ScreeningRun.objects.filter(pk=run.pk).update(**counted)
    record(by=by, subject=run, screened=len(due), hits=len(new))
    return len(due)


@action
def decide_hit(*, by: int, hit: int, outcome: str, reason: str) -> ScreeningHit:
    """Confirm that the buyer is the one listed, or clear it; with a reason, for underwriters. What was confirmed can be
    cleared later: the decisions stay, the last one counts.

    A confirmed hit is a signal for staff, and no limit on the buyer is decided automatically any more. No exporter is
    told. Refuses `reason_too_short`, `hit_outcome_unknown`, `stage_has_moved_on`.
    """
    require_group(by, UNDERWRITER_GROUPS)
    row = ScreeningHit.objects.select_for_update().get(pk=hit)
    refuse([] if outcome in ("confirm", "clear", "lift") else [refusal("hit_outcome_unknown", "outcome")])
    refuse([] if len(reason.strip()) >= SHORTEST_REASON else [refusal("reason_too_short", "reason")])
    row.stage = SANCTIONS_HIT.target(outcome, row.stage)
    row.save(update_fields=["stage"])
    HitDecision.objects.create(hit=row, outcome=row.stage, reason=reason.strip(), decided_by_id=by)
    if outcome == "confirm":
        record_signal(
            by=by, buyer=row.buyer_id, kind="sanctions_hit", happened_on=timezone.now().date(), source=SOURCE,
            key=f"hit:{row.pk}", staff_only=True, facts={"hit": row.pk, "entry": str(row.entry)[:200]},
        )  # fmt: skip
    record(by=by, subject=row, buyer=row.buyer_id, outcome=row.stage, reason=reason.strip())
    return row


def _screen() -> Screen:
    """The lists as they are now, kept in memory as long as nothing of them changes."""
    listed = SanctionsEntry.objects.filter(removed_on__isnull=True)
    state = listed.aggregate(n=Count("id"), last=Max("id"), versions=Sum("version"), newest=Max("edition"))
    return _built(tuple(sorted((name, str(value)) for name, value in state.items())), rule().edition)


@lru_cache(maxsize=1)
def _built(state: tuple[tuple[str, str], ...], edition: str) -> Screen:
    by = rule()
    rows = SanctionsName.objects.filter(entry__removed_on__isnull=True, entry__kind__in=by.kinds)
    told = rows.order_by("entry", "source_key").values_list("entry_id", "name", "quality", "entry__countries")
    weak = NameQuality.WEAK
    return Screen([Listed(e, name, frozenset(c), quality == weak) for e, name, quality, c in told], by)
