"""An underwriter's decision on a request, and the second pair of eyes above an authority."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record
from accounts.authority import Authority, within_authority
from accounts.clock import today_in
from accounts.models import StaffAuthority
from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER_GROUPS
from kernel.money import Rate, converted
from kernel.refusals import Refusal, refusal, refuse
from policies.actions.holding import HeldBuyer, Writ
from policies.deciding import DECLINED, Case, Verdict, as_proposed, proposed, verdict_refused
from policies.edition import edition
from policies.lifecycle import LIMIT_REQUEST
from policies.models import CreditLimit, LimitDecision, LimitRequest, Policy, PolicyTerms
from policies.models.facts import capacity_on, house_rate
from policies.models.policy import PolicyStage
from policies.validity import granted


@action
def decide_limit_request(
    *,
    by: int,
    request: int,
    outcome: str,
    amount: Decimal,
    valid_to: date | None = None,
    reasons: tuple[str, ...] = (),
    conditions: tuple[str, ...] = (),
    words: str = "",
) -> LimitRequest:
    """Decide a referred request; `amount` in its currency, `reasons` and `conditions` codes of policies/deciding.py.

    Above the underwriter's authority the decision waits for a countersignature. Refuses what policies/deciding.py
    refuses, and more than the capacity on the buyer has room for, whoever asks.
    """
    require_group(by, UNDERWRITER_GROUPS)
    case = _Deciding.locked(request)
    LIMIT_REQUEST.target("decide", case.request.stage)
    verdict = Verdict(outcome, amount, valid_to, tuple(reasons), tuple(conditions), words)
    refuse(case.refused(verdict))
    if case.needs_second(verdict, by):
        return _propose(by, case, verdict)
    made = case.write(verdict, "decide", by, None)
    record(by=by, subject=case.request, exporter=case.policy.exporter_id, outcome=made.outcome, decision=made.pk)
    return case.request


@action
def countersign_decision(*, by: int, request: int) -> LimitRequest:
    """A senior underwriter, another person than the one who proposed it, makes the proposed decision the house's."""
    require_group(by, frozenset({SENIOR_UNDERWRITER}))
    case = _Deciding.locked(request)
    LIMIT_REQUEST.target("countersign", case.request.stage)
    assert case.request.proposed is not None  # the stage says so
    verdict = proposed(case.request.proposed)
    proposer = case.request.proposed_by_id
    refuse([refusal("countersign_needs_another")] if proposer == by else [])
    refuse((*case.refused(verdict), *case.authority_refused(verdict, by)))
    made = case.write(verdict, "countersign", proposer, by)
    record(by=by, subject=case.request, exporter=case.policy.exporter_id, outcome=made.outcome, decision=made.pk)
    return case.request


@action
def return_decision(*, by: int, request: int) -> LimitRequest:
    """A senior underwriter (or whoever proposed it) sends the proposal back to the worklist, undecided."""
    user = require_group(by, UNDERWRITER_GROUPS)
    found = LimitRequest.objects.select_for_update().get(pk=request)
    if SENIOR_UNDERWRITER not in user.staff_groups() and found.proposed_by_id != by:
        require_group(by, frozenset({SENIOR_UNDERWRITER}))
    found.stage = LIMIT_REQUEST.target("return", found.stage)
    found.proposed = found.proposed_at = found.proposed_by = None
    found.save(update_fields=["stage", "proposed", "proposed_at", "proposed_by"])
    record(by=by, subject=found, stage=found.stage)
    return found


def _propose(by: int, case: "_Deciding", verdict: Verdict) -> LimitRequest:
    request = case.request
    request.stage = LIMIT_REQUEST.target("propose", request.stage)
    request.proposed, request.proposed_at, request.proposed_by_id = as_proposed(verdict), timezone.now(), by
    request.save(update_fields=["stage", "proposed", "proposed_at", "proposed_by"])
    record(by=by, subject=request, stage=request.stage)
    return request


@dataclass
class _Deciding:
    """A request with everything locked that its decision touches."""

    request: LimitRequest
    policy: Policy
    terms: PolicyTerms | None
    held: HeldBuyer
    limit: CreditLimit | None
    rate: Rate
    today: date

    @classmethod
    def locked(cls, request: int) -> "_Deciding":
        seen = LimitRequest.objects.values("buyer_id").get(pk=request)
        held = HeldBuyer.lock(seen["buyer_id"])
        found = LimitRequest.objects.select_for_update(of=("self",)).select_related("policy").get(pk=request)
        today = today_in(found.policy.time_zone)
        return cls(
            found,
            found.policy,
            PolicyTerms.objects.terms_on(found.policy_id, today),
            held,
            held.limit_under(found.policy),
            house_rate(found.currency, today),
            today,
        )

    def refused(self, verdict: Verdict) -> tuple[Refusal, ...]:
        """What the rule refuses, else what the capacity does not allow."""
        policy_open = (
            self.policy.stage == PolicyStage.BOUND
            and self.policy.starts_on <= self.today <= self.policy.ends_on
            and self.terms is not None
        )
        present = self.limit.amount if self.limit and self.limit.currency == self.request.currency else Decimal(0)
        case = Case(self.request.amount, self.request.currency, present, self.today, self.policy.ends_on, policy_open)
        return verdict_refused(verdict, case) or self._over_capacity(verdict)

    def needs_second(self, verdict: Verdict, by: int) -> bool:
        """Whether the person may not decide this alone."""
        return bool(self.authority_refused(verdict, by))

    def authority_refused(self, verdict: Verdict, by: int) -> tuple[Refusal, ...]:
        """Whoever says no needs no authority for it."""
        if verdict.outcome == DECLINED:
            return ()
        row = StaffAuthority.objects.filter(user_id=by).first()
        own = Authority(row.amount, row.currency, row.best_grade, row.worst_grade) if row else None
        return within_authority(self._house(verdict), self.held.firm.grade, own)

    def write(self, verdict: Verdict, move: str, decided_by: int | None, countersigned_by: int | None) -> LimitDecision:
        """The decision, and the request closed by it."""
        request = self.request
        request.stage = LIMIT_REQUEST.target(move, request.stage)
        request.closed_at = timezone.now()
        request.save(update_fields=["stage", "closed_at"])
        lifetime = self.terms.limit_lifetime_months if self.terms else 12
        writ = Writ(
            outcome=verdict.outcome,
            amount=verdict.amount,
            currency=request.currency,
            terms_days=request.terms_days,
            validity=granted(self.today, lifetime, verdict.valid_to or request.wanted_until, self.policy.ends_on),
            rate=self.rate,
            edition=request.edition or edition().name,
            reasons=tuple({"code": code, "facts": {}} for code in verdict.reasons),
            staff_reasons=tuple(r for r in request.referral_reasons if r.get("staff_only")),
            conditions=verdict.conditions,
            words=verdict.words,
            appeal_by=self.today + timedelta(days=self.terms.appeal_days if self.terms else 30),
            decided_by=decided_by,
            countersigned_by=countersigned_by,
        )
        return self.held.issue(self.policy, self.limit, writ, request, self.today)

    def _over_capacity(self, verdict: Verdict) -> tuple[Refusal, ...]:
        more = self._house(verdict) - (self.limit.house_amount if self.limit else Decimal(0))
        room = capacity_on(self.held.firm, self.today, edition()).room(self.held.issued)
        if verdict.outcome == DECLINED or more <= 0 or more <= room:
            return ()
        return (
            refusal("over_capacity", "amount", room_amount=room, more_amount=more, currency=settings.HOUSE_CURRENCY),
        )

    def _house(self, verdict: Verdict) -> Decimal:
        return converted(verdict.amount, self.rate).amount
