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
# What a decision written down once more does not repeat.
AGAIN_OTHERWISE = frozenset({"id", "buyer", "request", "supersedes", "valid_from", "decided_at", "reasons", "words"})


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
    """A firm's capacity, locked until the transaction ends. Amounts in house currency.

    Entries of the directory that turned out to be one firm keep their own rows, but are locked and counted together.
    `firm` is the entry that speaks for it today: its grade and its appetite count, and decisions are made on it.
    """

    firm: Buyer
    capacities: dict[int, BuyerCapacity]  # by buyer

    @classmethod
    def lock(cls, buyer: int) -> "HeldBuyer":
        """Waits for whoever is deciding on this firm; makes its row when it is the first time."""
        firm = _held_together(buyer)
        BuyerCapacity.objects.bulk_create([BuyerCapacity(buyer=firm)], ignore_conflicts=True)
        same = BuyerCapacity.objects.filter(buyer__in=Buyer.objects.same_firm(firm.pk).values("pk"))
        return cls(firm, {row.buyer_id: row for row in same.order_by("buyer_id").select_for_update(of=("self",))})

    @property
    def issued(self) -> Decimal:
        """What is issued on the firm over all policies."""
        return sum((row.issued for row in self.capacities.values()), Decimal(0))

    def limit_under(self, policy: Policy) -> CreditLimit | None:
        """The firm's limit, locked too; None when there never was one."""
        return next(iter(self._limits_under(policy)), None)

    def _limits_under(self, policy: Policy) -> list[CreditLimit]:
        """The same, and after it what other entries of the firm have until the next decision."""
        rows = CreditLimit.objects.on_firm(policy.pk, self.firm.pk).select_related("decision", "upcoming")
        return list(rows.select_for_update(of=("self",)))

    def _beside(self, limit: CreditLimit | None) -> list[CreditLimit]:
        """What other entries of the firm have in force beside `limit`."""
        return [row for row in self._limits_under(limit.policy) if row.amount and row.pk != limit.pk] if limit else []

    def _take(self, limit: CreditLimit, house: Decimal) -> None:
        """`limit` takes `house` of the capacity from now on."""
        capacity = self.capacities[limit.buyer_id]
        capacity.issued += house - limit.house_amount
        capacity.save(update_fields=["issued"])
        limit.house_amount = house

    def issue(
        self, policy: Policy, limit: CreditLimit | None, writ: Writ, request: LimitRequest | None, today: date
    ) -> LimitDecision:
        """Write the decision, bring `limit` (of `limit_under`) and capacity up to it, tell the firm. The caller has
        asked the rules."""
        made = self._append(policy, writ, request, self._house(writ, limit))
        if made.outcome != Outcome.DECLINED:
            if made.valid_from > today:
                self._announce(limit, made)
                _end_before(self._beside(limit), made.valid_from)
            else:
                limit = self._put_in_force(policy, limit, made, self._fallback(limit, made, request))
                self._end(self._beside(limit), made.decided_at)
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
        latest = LimitDecision.objects.on_limit(policy.pk, self.firm.pk).first()
        return LimitDecision.objects.create(
            exporter_id=policy.exporter_id,
            policy=policy,
            buyer=self.firm,
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
        self, policy: Policy, limit: CreditLimit | None, made: LimitDecision, falls_back_to: LimitDecision | None
    ) -> CreditLimit:
        columns = {
            "decision": made,
            "amount": made.amount,
            "currency": made.currency,
            "valid_to": made.valid_to,
            "upcoming": falls_back_to,
            "upcoming_on": falls_back_to.valid_from if falls_back_to else None,
            "lapsed_at": None,
        }
        if limit is not None:
            _drop_duty(limit)
        limit = self._on_firm(policy, limit)
        for name, value in columns.items():
            setattr(limit, name, value)
        limit.reviewed_at = made.decided_at
        self._take(limit, made.house_amount)
        limit.save()
        return limit

    def _on_firm(self, policy: Policy, limit: CreditLimit | None) -> CreditLimit:
        """The row that holds the limit from now on: the firm's own, into which that of an entry merged since turns."""
        if limit is None:
            return CreditLimit(exporter_id=policy.exporter_id, policy=policy, buyer=self.firm, house_amount=Decimal(0))
        if limit.buyer_id == self.firm.pk:
            return limit
        own = next((row for row in self._limits_under(policy) if row.buyer_id == self.firm.pk), None)
        if own is not None:
            return own
        self._take(limit, Decimal(0))
        limit.buyer = self.firm
        return limit

    def _end(self, others: list[CreditLimit], at: datetime) -> None:
        """What stood on other entries of the firm has ended: from now on there is one limit."""
        for row in others:
            _drop_duty(row)
            self._take(row, Decimal(0))
            row.amount, row.lapsed_at = Decimal(0), at
            row.upcoming = row.upcoming_on = None
            row.save()

    @staticmethod
    def _fallback(limit: CreditLimit | None, made: LimitDecision, request: LimitRequest | None) -> LimitDecision | None:
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
            "buyer": self.firm.name,
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
            if field.name not in AGAIN_OTHERWISE
        },
        buyer_id=made.buyer_id,
        supersedes=made,
        valid_from=made.valid_to + timedelta(days=1),
        decided_at=made.decided_at,
        reasons=[{"code": "temporary_increase_over", "facts": {}}],
    )


def _held_together(buyer: int) -> Buyer:
    """The entry that speaks for the firm, kept from being merged until the transaction ends: who merges
    (buyers/actions/merge.py) locks both entries for update. Scoring, which changes no key, need not wait."""
    held = Buyer.objects.raw("SELECT * FROM buyers_buyer WHERE id = %s FOR KEY SHARE", [buyer])[0]
    return _held_together(held.merged_into_id) if held.merged_into_id else held


def _end_before(others: list[CreditLimit], day: date) -> None:
    """What other entries of the firm have ends the day before; what was to come for them falls away with it."""
    last = day - timedelta(days=1)
    for row in others:
        row.valid_to = min(row.valid_to or last, last)
        row.upcoming = row.upcoming_on = None
        row.save(update_fields=["valid_to", "upcoming", "upcoming_on"])


def _drop_duty(limit: CreditLimit) -> None:
    """A new decision has a new end; the reminder of the former one is no longer needed."""
    exporter, subject = limit.exporter_id, subject_of(limit)
    if Duty.objects.filter(
        exporter_id=exporter, kind=LIMIT_ENDS, subject=subject, done_at=None, lapsed_at=None
    ).exists():
        lapse_duty(exporter=exporter, kind=LIMIT_ENDS, subject=subject)
