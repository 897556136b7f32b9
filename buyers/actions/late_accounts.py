"""Accounts that should have come and have not: one signal for each year's that is missing."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone

from accounts.audit import action, record
from buyers.actions.signal import record_signals
from buyers.models import Buyer, FinancialStatement
from buyers.models.buyer import BuyerStatus
from buyers.signals import Event, LateAccounts, accounts_expected_on, catalogue, late_when_last_to

SOURCE = "fairlead"
# Events appended in one statement; a first look over a large directory finds very many.
BLOCK = 5_000


@action
def find_late_accounts(*, by: int | None, today: date | None = None) -> int:
    """Append a signal for every active buyer whose next accounts are late on `today`; how many were new.

    A buyer that never sent accounts is not late: nothing was ever expected of it. Asked every day, it appends once.
    """
    day, rule = today or timezone.now().date(), catalogue().late_accounts
    found = _late(day, rule)
    new = 0
    for first in range(0, len(found), BLOCK):
        new += len(record_signals(by=by, events=found[first : first + BLOCK], subject="signal:late_accounts"))
    record(by=by, subject="signal:late_accounts", day=day.isoformat(), late=len(found), signals=new)
    return new


def _late(day: date, rule: LateAccounts) -> list[Event]:
    active = Buyer.objects.listed().filter(status=BuyerStatus.ACTIVE)
    last = FinancialStatement.objects.filter(buyer__in=active).values("buyer", "buyer__country")
    rows = last.annotate(last=Max("period_end")).filter(_late_by_country(day, rule))
    return [_event(row["buyer"], row["last"], row["buyer__country"], rule) for row in rows]


def _late_by_country(day: date, rule: LateAccounts) -> Q:
    """The rule's two days for each country it names, and for all others."""
    named = [country for country in rule.months if country]
    which = Q()
    for country in named:
        which |= Q(buyer__country=country, last__range=late_when_last_to(day, country, rule))
    return which | (~Q(buyer__country__in=named) & Q(last__range=late_when_last_to(day, "", rule)))


def _event(buyer: int, last: date, country: str, rule: LateAccounts) -> Event:
    expected = accounts_expected_on(last, country, rule)
    facts: dict[str, Any] = {"period_end_on": last.isoformat(), "expected_on": expected.isoformat()}
    return Event(buyer, "accounts_late", expected + timedelta(days=1), SOURCE, f"late:{buyer}:{last}", facts=facts)
