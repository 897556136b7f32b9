"""What the office shows beside a decision. All of it is for staff: it speaks of all policies and all reporters."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, Q, Sum
from django.utils import timezone

from accounts.authority import Authority, within_authority
from accounts.models import StaffAuthority
from accounts.models.roles import SENIOR_UNDERWRITER
from buyers.models import Buyer, BuyerLink, FinancialStatement, GradeOverride, PaymentExperience, Score, Signal
from buyers.models.override import authorities_beside
from buyers.overriding import BEST, WORST
from buyers.overriding import authority_refused as beyond_authority
from kernel.refusals import Refusal, Refused
from policies.deciding import DECLINED, Verdict
from policies.edition import edition
from policies.limits import NEW, Answer, Question, Standing, answered
from policies.models.capacity import BuyerCapacity
from policies.models.credit_limit import CreditLimit
from policies.models.facts import capacity_on, house_rate, in_house, standing_of
from policies.models.limit_request import LimitRequest
from policies.models.terms import PolicyTerms

GROUP_SHOWN = 20
ACCOUNTS_SHOWN, SIGNALS_SHOWN, EXPERIENCE_MONTHS = 2, 5, 12
COUNTERSIGNERS_SHOWN = 5


def buyer_facts(buyer: Buyer, today: date) -> dict[str, Any]:
    """Score, accounts, payment experience of all policyholders, signals, country."""
    rule = edition()
    since = today - timedelta(days=31 * EXPERIENCE_MONTHS)
    same = Buyer.objects.same_firm(buyer.pk).values("pk")
    experience = PaymentExperience.objects.filter(buyer__in=same, month__gte=since)
    return {
        "score": Score.objects.latest_of(buyer),
        "accounts": [_accounts(row) for row in _statements(buyer)],
        "experience": experience.aggregate(
            days=Avg("days_beyond_terms"), share=Avg("share_overdue"), reporters=Count("reporter", distinct=True)
        ),
        "signals": list(Signal.objects.filter(buyer__in=same).order_by("-happened_on", "-id")[:SIGNALS_SHOWN]),
        "standing": standing_of(buyer, timezone.now(), today, rule, capacity_on(buyer, today, rule)),
    }


def _statements(buyer: Buyer) -> list[FinancialStatement]:
    same = Buyer.objects.same_firm(buyer.pk).values("pk")
    current = FinancialStatement.objects.filter(buyer__in=same, superseded_at__isnull=True)
    return list(current.order_by("-period_end", "-id")[:ACCOUNTS_SHOWN])


def _accounts(row: FinancialStatement) -> dict[str, Any]:
    """A year in one line: sales, equity share, current ratio."""
    equity = row.equity * 100 / row.total_assets if row.equity is not None and row.total_assets else None
    ratio = row.current_assets / row.current_liabilities if row.current_assets and row.current_liabilities else None
    return {
        "year": row.period_end.year,
        "sales": row.sales,
        "currency": row.currency,
        "equity_percent": round(equity) if equity is not None else None,
        "current_ratio": round(ratio, 2) if ratio is not None else None,
    }


def capacity_facts(row: LimitRequest, limit: CreditLimit | None, today: date) -> dict[str, Any]:
    """Issued on the buyer over all policies, its cap, and the house amount of what is asked."""
    try:
        asked_house = in_house(row.amount, row.currency, today)
    except Refused:
        asked_house = None
    present_house = limit.house_amount if limit else Decimal(0)
    return {**exposure_facts(row.buyer.firm, today), "asked_house": asked_house, "present_house": present_house}


def exposure_facts(firm: Buyer, today: date) -> dict[str, Any]:
    """Issued on the buyer over all policies, whichever entries of the directory it has, and its cap."""
    cap, issued = capacity_on(firm, today, edition()), issued_on(firm)
    told = {"cap": cap, "issued": issued, "room": cap.room(issued), "house_currency": settings.HOUSE_CURRENCY}
    return {**told, "group": group_facts(firm)}


def issued_on(firm: Buyer) -> Decimal:
    """What is issued on the firm over all policies, in house currency."""
    held = BuyerCapacity.objects.filter(buyer__in=Buyer.objects.same_firm(firm.pk))
    return held.aggregate(sum=Sum("issued", default=Decimal(0)))["sum"]


def group_facts(firm: Buyer) -> dict[str, Any] | None:
    """Issued on the buyer's whole group, company by company, the head first; None when it belongs to none."""
    members = BuyerLink.objects.group_of(firm.pk)
    if len(members) == 1:
        return None
    entries = Buyer.objects.filter(Q(pk__in=members) | Q(merged_into__in=members)).select_related("capacity")
    issued: dict[int, Decimal] = dict.fromkeys(members, Decimal(0))
    present = {}
    for entry in entries:
        issued[entry.merged_into_id or entry.pk] += entry.capacity.issued if hasattr(entry, "capacity") else Decimal(0)
        present[entry.pk] = entry
    rows = [{"buyer": present[pk], "issued": issued[pk], "itself": pk == firm.pk} for pk in members]
    return {"rows": rows[:GROUP_SHOWN], "more": len(rows[GROUP_SHOWN:]), "issued": sum(issued.values(), Decimal(0))}


def asked_anew(
    limit: CreditLimit, terms: PolicyTerms | None, standing: Standing, room: Decimal, today: date
) -> Answer | None:
    """What the rule says to the same limit, were it asked for today and not there yet; None where it cannot be asked:
    the policy says nothing about the day, or a currency is not quoted. `room` without what the limit itself takes."""
    if terms is None:
        return None
    try:
        question = Question(
            kind=NEW,
            amount=limit.amount,
            currency=limit.currency,
            terms_days=limit.decision.terms_days,
            rate=house_rate(limit.currency, today),
            standing=standing,
            standard_terms_days=terms.standard_terms_days,
            machine_maximum=in_house(terms.machine_limit_maximum, limit.policy.currency, today),
            room=room,
        )
    except Refused:
        return None
    return answered(question, edition())


def authority_refused(by: int, row: LimitRequest, verdict: Verdict) -> tuple[Refusal, ...]:
    """Why `by` may not decide this alone; empty when they may."""
    if verdict.outcome == DECLINED:
        return ()
    own = StaffAuthority.objects.filter(user_id=by).first()
    return _over(own, row, verdict)


def who_may_countersign(by: int, row: LimitRequest, verdict: Verdict) -> list[str]:
    """Senior underwriters, other than `by`, whose own authority reaches so far."""
    seniors = StaffAuthority.objects.filter(user__is_active=True, user__groups__name=SENIOR_UNDERWRITER)
    found = seniors.exclude(user=by).select_related("user").order_by("amount", "id")
    return list(dict.fromkeys(str(one.user) for one in found if not _over(one, row, verdict)))[:COUNTERSIGNERS_SHOWN]


@dataclass(frozen=True)
class Confirming:
    """Who may put a grade in force that an underwriter asked for, whose scorecard gives `computed`."""

    override: GradeOverride
    computed: int | None
    issued: Decimal

    def refused(self, by: int) -> tuple[Refusal, ...]:
        """Why it is beyond the authority of `by`; empty when it is not."""
        return self._beyond(StaffAuthority.objects.filter(user_id=by).first())

    def who_may(self) -> list[str]:
        """Underwriters other than the one who asked whose own authority reaches so far, the least first."""
        found = authorities_beside(self.override.proposed_by_id)
        return [str(one.user) for one in found if not self._beyond(one)][:COUNTERSIGNERS_SHOWN]

    def _beyond(self, own: StaffAuthority | None) -> tuple[Refusal, ...]:
        return beyond_authority(self.override.grade, self.computed, self.issued, own.facts() if own else None)


@dataclass(frozen=True)
class Reach:
    """Who may confirm the grades `first` to `last`, and whether they lie beyond the authority of who asks."""

    first: int
    last: int
    who: list[str]
    beyond: bool


def reach_of_grades(by: int, computed: int | None, issued: Decimal) -> list[Reach]:
    """Who may confirm which grade that `by` asks for, neighbours of whom the same holds in one line."""
    others, own = authorities_beside(by), StaffAuthority.objects.filter(user_id=by).first()
    found: list[Reach] = []
    for grade in range(BEST, WORST + 1):
        who = [str(one.user) for one in others if not beyond_authority(grade, computed, issued, one.facts())]
        beyond = bool(beyond_authority(grade, computed, issued, own.facts() if own else None))
        line = Reach(grade, grade, who[:COUNTERSIGNERS_SHOWN], beyond)
        if found and (found[-1].who, found[-1].beyond) == (line.who, line.beyond):
            line = replace(found.pop(), last=grade)
        found.append(line)
    return found


def _over(own: StaffAuthority | None, row: LimitRequest, verdict: Verdict) -> tuple[Refusal, ...]:
    authority = Authority(own.amount, own.currency, own.best_grade, own.worst_grade) if own else None
    try:
        house = in_house(verdict.amount, row.currency, timezone.now().date())
    except Refused as refused:
        return refused.refusals
    return within_authority(house, row.buyer.firm.grade, authority)
