"""What the rules are told, read from the rows. The preview, the action and the decision page read the same."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet

from accounts.models.prepared import prepared
from buyers.exclusions import excluded
from buyers.models import BookEntry, Buyer, CountryRisk, ExchangeRate, FinancialStatement, Score, ScreeningHit, Signal
from buyers.models.buyer import BuyerStatus
from buyers.models.signal import SignalKind
from kernel.money import Rate, converted
from kernel.periods import plus_months
from kernel.refusals import Refusal, Refused
from policies.capacity import Capacity, Wish, capacity
from policies.edition import Edition
from policies.limits import Standing
from policies.models.capacity import Appetite
from policies.models.credit_limit import CreditLimit
from policies.models.limit_decision import CUTS
from policies.models.limit_request import LimitRequest
from policies.models.policy import Policy
from policies.models.terms import PolicyTerms
from policies.requesting import Setting

# What the buyer's own insolvency looks like in the directory.
OVER = frozenset({BuyerStatus.INSOLVENT, BuyerStatus.DISSOLVED})


def house_rate(currency: str, day: date) -> Rate:
    """House currency for one unit of `currency`; Refused when it is not quoted."""
    return ExchangeRate.objects.rate_on(currency, settings.HOUSE_CURRENCY, day)


def quoted(currency: str, day: date) -> tuple[Refusal, ...]:
    """Why no rate is known for `currency` on `day`; empty when one is."""
    try:
        house_rate(currency, day)
    except Refused as none:
        return none.refusals
    return ()


def in_house(amount: Decimal, currency: str, day: date) -> Decimal:
    """`amount` in house currency at the day's rate."""
    return converted(amount, house_rate(currency, day)).amount


def capacity_on(buyer: Buyer, day: date, edition: Edition) -> Capacity:
    """The cap on the buyer on `day`. For staff and for the machine only."""
    wishes = [
        Wish("buyer" if row.buyer_id else "grade" if row.grade else "country", row.cap, row.off_cover)
        for row in Appetite.objects.fitting(buyer, day)
    ]
    return capacity(buyer.grade, wishes, edition)


def standing_of(buyer: Buyer, now: datetime, day: date, edition: Edition, cap: Capacity) -> Standing:
    """The buyer on `day`: score, country, accounts, reports, appetite."""
    risk = CountryRisk.objects.risk_on(buyer.country.code, day)
    signals = _signals(buyer, day, edition)
    confirmed, undecided = ScreeningHit.objects.standing_on(buyer)
    sales = _sales(buyer, day, edition)
    return Standing(
        grade=buyer.grade,
        confidence=buyer.confidence,
        score_age_days=(now - buyer.scored_at).days if buyer.scored_at else None,
        regraded_days_ago=_regraded_days_ago(buyer, now, edition),
        country=buyer.country.code,
        country_rating=risk.house_grade if risk else None,
        country_level=risk.house_level if risk else None,
        sales=sales.amount if sales else None,
        sales_year=sales.year if sales else None,
        insolvent=buyer.status in OVER or SignalKind.INSOLVENCY_FILED in signals,
        overdue_reported=SignalKind.OVERDUE_REPORTED in signals,
        claim_filed=SignalKind.CLAIM_FILED in signals,
        sanctions_confirmed=confirmed,
        sanctions_open=undecided,
        country_off_cover=cap.country_off_cover,
        buyer_off_cover=cap.buyer_off_cover,
    )


def setting_of(policy: Policy, terms: PolicyTerms | None, buyer: Buyer, today: date, currency: str) -> Setting:
    """Under what a request would be made today: the policy, the book, what is open, what is in force."""
    entry = BookEntry.objects.filter(exporter=policy.exporter_id, buyer=buyer).current().first()
    return refreshed(setting_under(policy, terms, buyer, entry, today, currency), policy, buyer)


def setting_under(
    policy: Policy, terms: PolicyTerms | None, buyer: Buyer, entry: BookEntry | None, today: date, currency: str
) -> Setting:
    """The same as far as these rows tell it, without what is open and in force."""
    return Setting(
        today=today,
        policy_number=policy.number,
        policy_stage=policy.stage,
        starts_on=policy.starts_on,
        ends_on=policy.ends_on,
        maximum_terms_days=terms.maximum_terms_days if terms else None,
        in_book=entry is not None,
        exclusions=excluded(buyer.public_body, buyer.private_person, entry.affiliate if entry else False),
        currency_quoted=quoted(currency, today) if currency else (),
    )


def refreshed(setting: Setting, policy: Policy, buyer: Buyer, sent: int | None = None) -> Setting:
    """With what is open and in force now: asked again once the buyer is locked, since only then it stands still.
    The book's entry is kept from being laid aside until then (claims/actions/book.py). `sent` is the open request this
    is about, where it stands in nobody's way."""
    in_book = BookEntry.objects.filter(exporter=policy.exporter_id, buyer=buyer).standing()
    setting = replace(setting, in_book=in_book)
    limits = CreditLimit.objects.in_force_on(setting.today).on_firm(policy.pk, buyer.pk)
    return with_limit(setting, policy, buyer, limits.select_related("upcoming").first(), sent)


def with_limit(
    setting: Setting, policy: Policy, buyer: Buyer, present: CreditLimit | None, sent: int | None = None
) -> Setting:
    """With what is open, where the limit in force has been read."""
    open_request = next((row for row in open_on_firm(policy=policy, buyer=buyer) if row.pk != sent), None)
    cut = present.upcoming if present and present.upcoming and present.upcoming.outcome in CUTS else None
    return replace(
        setting,
        open_request=str(open_request.reference) if open_request else "",
        present=present.amount if present else None,
        present_currency=present.currency if present else "",
        announced=cut.amount if cut else None,
    )


@prepared
def open_on_firm(policy: Any, buyer: Any) -> QuerySet:
    """Open requests under a policy on the firm the buyer is an entry of, the oldest first."""
    return LimitRequest.objects.open().on_firm(policy, buyer).order_by("pk")


def _signals(buyer: Buyer, day: date, edition: Edition) -> set[str]:
    since = day - timedelta(days=edition.signals_within_days)
    found = Signal.objects.filter(buyer=buyer, happened_on__gte=since, happened_on__lte=day)
    return set(found.values_list("kind", flat=True).distinct())


@dataclass(frozen=True)
class _Sales:
    amount: Decimal
    year: int


def _sales(buyer: Buyer, day: date, edition: Edition) -> _Sales | None:
    """Sales of the latest accounts that are not too old, for twelve months, in house currency."""
    since = plus_months(day, -edition.accounts_within_months)
    row = (
        FinancialStatement.objects.filter(
            buyer=buyer, sales__isnull=False, period_end__range=(since, day), superseded_at__isnull=True
        )
        .order_by("-period_end", "-audited", "-id")
        .first()
    )
    if row is None or row.sales is None or row.sales < 0:
        return None
    try:
        house = in_house(row.sales * 12 / row.months, row.currency, day)
    except Refused:
        return None
    return _Sales(house, row.period_end.year)


def _regraded_days_ago(buyer: Buyer, now: datetime, edition: Edition) -> int | None:
    """Days since the grade last changed from one to another; a first grade is no regrade."""
    if buyer.regraded_at is None or (now - buyer.regraded_at).days > edition.regraded_within_days:
        return None
    changed = Score.objects.filter(Q(former_grade__isnull=False) & ~Q(former_grade=F("grade")), buyer=buyer)
    last = changed.order_by("-id").values_list("scored_at", flat=True).first()
    return (now - last).days if last else None
