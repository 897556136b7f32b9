"""A buyer whose capacity row is held locked: the only place that issues and cuts limits.

Order of locks, everywhere: the buyer's capacity, then the request, then the credit limit. Two firms that ask for the
last million at the same instant meet at the first of them.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts.audit import subject_of
from buyers.models import Buyer
from desk.actions.duty import lapse_duty
from desk.actions.notice import tell
from desk.models import Duty
from kernel.money import Rate, converted, rounded
from kernel.refusals import refusal, refuse
from policies.models import BuyerCapacity, CreditLimit, LimitDecision, LimitRequest, Policy
from policies.models.limit_decision import CUTS, Outcome
from policies.models.limit_request import RequestKind
from policies.validity import Validity, cut

LIMIT_ENDS = "policies.limit_ends"


@dataclass(frozen=True)
class Writ:
    """What is to be written as a decision. Amount in `currency`; `rate` is house currency for one unit of it."""

    outcome: str
    amount: Decimal
    currency: str
    terms_days: int
    validity: Validity
    rate: Rate
    edition: str
    reasons: tuple[dict[str, Any], ...] = ()
    staff_reasons: tuple[dict[str, Any], ...] = ()
    conditions: tuple[str, ...] = ()
    words: str = ""
    working: tuple[dict[str, Any], ...] = ()
    appeal_by: date | None = None
    decided_by: int | None = None
    countersigned_by: int | None = None


@dataclass
class HeldBuyer:
    """One buyer's capacity, locked until the transaction ends. Amounts in house currency.

    Entries of the directory that turned out to be one firm keep their own rows, but are locked and counted together.
    """

    buyer: Buyer
    capacity: BuyerCapacity
    elsewhere: Decimal  # issued on other entries that are the same firm

    @classmethod
    def lock(cls, buyer: Buyer) -> "HeldBuyer":
        """Waits for whoever is deciding on this firm; makes its rows when it is the first time."""
        firm = buyer.merged_into_id or buyer.pk
        needed = [BuyerCapacity(buyer_id=pk) for pk in sorted({firm, buyer.pk})]
        BuyerCapacity.objects.bulk_create(needed, ignore_conflicts=True)
        same = BuyerCapacity.objects.filter(buyer__in=Buyer.objects.same_firm(firm).values("pk"))
        rows = {row.buyer_id: row for row in same.order_by("buyer_id").select_for_update(of=("self",))}
        own = rows.pop(buyer.pk)
        return cls(buyer, own, sum((row.issued for row in rows.values()), Decimal(0)))

    @property
    def issued(self) -> Decimal:
        """What is issued on the firm over all policies."""
        return self.capacity.issued + self.elsewhere

    @property
    def firm(self) -> Buyer:
        """The entry that speaks for the firm today: its grade and its appetite count."""
        return self.buyer.merged_into or self.buyer

    def limit_under(self, policy: Policy) -> CreditLimit | None:
        """The firm's limit, locked too; None when there never was one."""
        return (
            CreditLimit.objects.select_for_update(of=("self",))
            .select_related("decision", "upcoming")
            .filter(policy=policy, buyer=self.buyer)
            .first()
        )

    def issue(
        self, policy: Policy, limit: CreditLimit | None, writ: Writ, request: LimitRequest | None, today: date
    ) -> LimitDecision:
        """Write the decision, bring `limit` (of `limit_under`) and capacity up to it, tell the firm. The caller has
        asked the rules."""
        made = self._append(policy, writ, request, self._house(writ, limit))
        if made.outcome != Outcome.DECLINED:
            if made.valid_from > today:
                self._announce(limit, made)
            else:
                limit = self._put_in_force(policy, limit, made, request)
            self._reviewed(limit, made.decided_at)
        self._tell(made, request, limit)
        return made

    def cut(
        self, policy: Policy, limit: CreditLimit, amount: Decimal, first: date, until: date | None = None
    ) -> Validity:
        """From when to when `limit`, cut to `amount`, holds: never for longer than without the cut.

        A temporary increase and the limit it falls back to are cut together. Refuses a cut that begins when the season
        is over and would leave more than what holds then.
        """
        back, ends_on = _falls_back_to(limit), limit.valid_to
        if back and first >= back.valid_from and amount >= back.amount:
            facts = {"present_amount": back.amount, "currency": back.currency}
            refuse([refusal("reduction_not_below_present", "amount", **facts)])
        if back and amount <= back.amount:
            ends_on = back.valid_to
        return cut(first, ends_on, until, policy.ends_on)

    def _house(self, writ: Writ, limit: CreditLimit | None) -> Decimal:
        """What the decision takes of the capacity. A cut never takes more than its share of what it cuts, even when the
        currency has risen since: else a reduction could pass the cap."""
        house = converted(writ.amount, writ.rate).amount
        if limit and limit.amount and writ.outcome in CUTS:
            share = rounded(limit.house_amount * writ.amount / limit.amount, writ.rate.quote)
            return min(house, share)
        return house

    def _append(self, policy: Policy, writ: Writ, request: LimitRequest | None, house: Decimal) -> LimitDecision:
        latest = LimitDecision.objects.on_limit(policy.pk, self.buyer.pk).first()
        return LimitDecision.objects.create(
            exporter_id=policy.exporter_id,
            policy=policy,
            buyer=self.buyer,
            request=request,
            supersedes=latest if writ.outcome != Outcome.DECLINED else None,
            outcome=writ.outcome,
            amount=writ.amount,
            currency=writ.currency,
            terms_days=writ.terms_days,
            valid_from=writ.validity.first,
            valid_to=writ.validity.last if writ.amount else None,
            reasons=list(writ.reasons),
            staff_reasons=list(writ.staff_reasons),
            conditions=list(writ.conditions),
            words=writ.words,
            edition=writ.edition,
            working=list(writ.working),
            house_amount=house,
            rate=round(writ.rate.value, 8),
            rate_day=writ.rate.day,
            appeal_by=writ.appeal_by,
            decided_by_id=writ.decided_by,
            countersigned_by_id=writ.countersigned_by,
        )

    def _announce(self, limit: CreditLimit | None, made: LimitDecision) -> None:
        """Less from a later day. What is announced already and comes sooner stays the next change; the hourly task
        reads the one after it from the decisions. Until then the capacity stays taken."""
        assert limit is not None  # only what is there can be cut
        back = _falls_back_to(limit)
        if back is None and limit.valid_to is not None and made.valid_from > limit.valid_to:
            return  # the limit has ended by then; a cut must not bring it back
        if limit.upcoming_on is None or made.valid_from <= limit.upcoming_on:
            limit.upcoming, limit.upcoming_on = made, made.valid_from
            limit.save(update_fields=["upcoming", "upcoming_on"])
        if back and made.valid_to is not None and made.valid_to == limit.valid_to:
            _again(back, made)

    def _put_in_force(
        self, policy: Policy, limit: CreditLimit | None, made: LimitDecision, request: LimitRequest | None
    ) -> CreditLimit:
        before = limit.house_amount if limit else Decimal(0)
        falls_back_to = self._fallback(policy, limit, made, request)
        columns = {
            "decision": made,
            "amount": made.amount,
            "currency": made.currency,
            "valid_to": made.valid_to,
            "house_amount": made.house_amount,
            "upcoming": falls_back_to,
            "upcoming_on": falls_back_to.valid_from if falls_back_to else None,
            "lapsed_at": None,
        }
        if limit is not None:
            _drop_duty(limit)
        limit = limit or CreditLimit(exporter_id=policy.exporter_id, policy=policy, buyer=self.buyer)
        for name, value in columns.items():
            setattr(limit, name, value)
        limit.reviewed_at = made.decided_at
        limit.save()
        self.capacity.issued += made.house_amount - before
        self.capacity.save(update_fields=["issued"])
        return limit

    def _fallback(
        self, policy: Policy, limit: CreditLimit | None, made: LimitDecision, request: LimitRequest | None
    ) -> LimitDecision | None:
        """After a temporary increase the limit that stood before holds again (or the cut announced on it): written now,
        so that every day's limit can be read from the decisions alone."""
        if limit is None or request is None or request.kind != RequestKind.TEMPORARY or made.valid_to is None:
            return None
        standing = limit.upcoming or limit.decision
        again_from = made.valid_to + timedelta(days=1)
        if not standing.amount or (standing.valid_to and standing.valid_to < again_from):
            return None
        return _again(standing, made)

    @staticmethod
    def _reviewed(limit: CreditLimit | None, at: datetime) -> None:
        if limit and limit.reviewed_at < at:
            limit.reviewed_at = at
            limit.save(update_fields=["reviewed_at"])

    def _tell(self, made: LimitDecision, request: LimitRequest | None, limit: CreditLimit | None) -> None:
        at = ("limit_request", request.pk) if request else ("limit", limit.pk if limit else 0)
        facts = {
            "buyer": self.buyer.name,
            "outcome": made.outcome,
            "amount": f"{made.amount:f}",
            "asked_amount": f"{request.amount:f}" if request else None,
            "currency": made.currency,
            "valid_from_on": made.valid_from.isoformat(),
            "valid_to_on": made.valid_to.isoformat() if made.valid_to else None,
            "appeal_by_on": made.appeal_by.isoformat() if made.appeal_by else None,
            "by_machine": made.decided_by_id is None,
        }
        tell(
            by=made.decided_by_id,
            exporter=made.exporter_id,
            kind="policies.limit_decided",
            facts=facts,
            subject=subject_of(made),
            path=reverse(at[0], args=[at[1]]),
        )


def _falls_back_to(limit: CreditLimit) -> LimitDecision | None:
    """What holds again when the temporary increase in force is over; None when none is."""
    if limit.upcoming is None or limit.valid_to is None or limit.upcoming_on != limit.valid_to + timedelta(days=1):
        return None
    return limit.upcoming


def _again(standing: LimitDecision, made: LimitDecision) -> LimitDecision:
    """`standing` written down once more, for the day after `made` ends."""
    assert made.valid_to is not None  # what is temporary ends
    return LimitDecision.objects.create(
        **{
            field.attname: getattr(standing, field.attname)
            for field in LimitDecision._meta.concrete_fields
            if field.name not in ("id", "request", "supersedes", "valid_from", "decided_at", "reasons", "words")
        },
        supersedes=made,
        valid_from=made.valid_to + timedelta(days=1),
        decided_at=made.decided_at,
        reasons=[{"code": "temporary_increase_over", "facts": {}}],
    )


def _drop_duty(limit: CreditLimit) -> None:
    """A new decision has a new end; the reminder of the former one is no longer needed."""
    exporter, subject = limit.exporter_id, subject_of(limit)
    if Duty.objects.filter(
        exporter_id=exporter, kind=LIMIT_ENDS, subject=subject, done_at=None, lapsed_at=None
    ).exists():
        lapse_duty(exporter=exporter, kind=LIMIT_ENDS, subject=subject)
