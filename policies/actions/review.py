"""Looking again at a limit whose buyer was regraded."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record
from accounts.clock import today_in
from accounts.models.roles import UNDERWRITER_GROUPS
from kernel.refusals import refusal, refuse
from policies.actions.holding import HeldBuyer, Writ
from policies.edition import edition
from policies.models import CreditLimit, PolicyTerms
from policies.models.facts import house_rate
from policies.models.limit_decision import Outcome
from policies.reviewing import KEEP, REDUCE, review_refused
from policies.validity import cut_takes_effect


@action
def review_limit(
    *,
    by: int,
    limit: int,
    choice: str,
    amount: Decimal | None = None,
    reasons: tuple[str, ...] = (),
    words: str = "",
) -> CreditLimit:
    """Keep the limit, reduce it to `amount` (its currency), or withdraw it; either way it leaves the review list.

    A cut is announced at once and takes effect for deliveries after the notice date plus the policy's notice days; what
    was covered stays covered. Refuses what policies/reviewing.py refuses, and a limit that has ended meanwhile.
    """
    require_group(by, UNDERWRITER_GROUPS)
    seen = CreditLimit.objects.select_related("buyer", "policy").get(pk=limit)
    held = HeldBuyer.lock(seen.buyer_id)
    found = held.limit_under(seen.policy)
    assert found is not None  # the row read above is never deleted
    refuse([refusal("limit_has_ended")] if not found.amount else [])
    refuse(review_refused(choice, amount, found.currency, found.amount, tuple(reasons)))
    if choice == KEEP:
        found.reviewed_at = timezone.now()
        found.save(update_fields=["reviewed_at"])
    else:
        today = today_in(seen.policy.time_zone)
        terms = PolicyTerms.objects.terms_on(seen.policy_id, today)
        first = cut_takes_effect(today, terms.limit_notice_days if terms else 0)
        left = amount if choice == REDUCE and amount is not None else Decimal(0)
        writ = Writ(
            outcome=Outcome.REDUCED if choice == REDUCE else Outcome.CANCELLED,
            amount=left,
            currency=found.currency,
            terms_days=found.decision.terms_days,
            validity=held.cut(seen.policy, found, left, first),
            rate=house_rate(found.currency, today),
            edition=edition().name,
            reasons=tuple({"code": code, "facts": {}} for code in reasons),
            words=words,
            appeal_by=today + timedelta(days=terms.appeal_days if terms else 30),
            decided_by=by,
        )
        held.issue(seen.policy, found, writ, None, today)
    record(by=by, subject=found, exporter=None if choice == KEEP else found.exporter_id, choice=choice)
    return CreditLimit.objects.get(pk=limit)
