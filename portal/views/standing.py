"""Where a firm stands: its limits, requests, grades and what it is owed, in sums the database makes.

The sums run over the whole book, so they are kept until something happens: every act of a firm and every decision on
one of its limits leaves an audit event, every regrade a score, and the key names the last of each. Limits also change
with the day: an end by itself, an announced decision when the hourly sweep puts it in force. So the key names the day
in the time zone of each of the firm's policies, and the sweep's last event too.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db.models import Count, DecimalField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from accounts.clock import today_in
from accounts.models import AuditEvent, Exporter
from accounts.models.prepared import Given, prepared
from buyers.models import BookEntry, Buyer, Score
from policies.models import CreditLimit, LimitRequest, Policy
from policies.models.limit_request import OPEN_STAGES
from receivables.models import Invoice

LARGEST = 8
KEPT_SECONDS = 600
NOTHING = Value(Decimal(0), output_field=DecimalField(max_digits=19, decimal_places=4))


@dataclass(frozen=True)
class Sums:
    """Amounts of one currency: how much, in how many rows, and how much of it is past its due date."""

    currency: str
    amount: Decimal
    number: int
    overdue: Decimal = Decimal(0)


@dataclass(frozen=True)
class Holding:
    """One of the largest limits, with what is owed against it in the limit's currency."""

    buyer: int
    name: str
    amount: Decimal
    currency: str
    house_amount: Decimal
    owed: Decimal


@dataclass(frozen=True)
class Standing:
    """Everything Home's third question shows."""

    buyers: int
    limits: tuple[Sums, ...]
    open_requests: int
    grades: dict[int | None, int]
    owed: tuple[Sums, ...]
    largest: tuple[Holding, ...]


def standing_of(firm: Exporter, today: date) -> Standing:
    """The firm's standing on `today`, from the cache while nothing has happened since."""
    *happened, zones = last_of_each.first(firm=firm)
    days = {zone: today_in(zone) for zone in zones}
    key = ":".join(str(part) for part in ("standing", firm.pk, today, *happened, *days.values()))
    found = cache.get(key)
    if found is None:
        found = summed(firm, today, days)
        cache.set(key, found, KEPT_SECONDS)
    return found


@prepared
def last_of_each(firm: Given) -> QuerySet:
    """The firm's last audit event, the last score of all, the last sweep of limits; the firm's policies' time zones."""
    zones = Policy.objects.filter(exporter=OuterRef("pk")).order_by("time_zone").values("time_zone").distinct()
    return Exporter.objects.filter(pk=firm).values_list(
        Subquery(AuditEvent.objects.filter(exporter=firm).order_by("-id").values("id")[:1]),
        Subquery(Score.objects.order_by("-id").values("id")[:1]),
        Subquery(AuditEvent.objects.filter(subject="creditlimit:*").order_by("-id").values("id")[:1]),
        ArraySubquery(zones),
    )


@prepared
def latest_policy(firm: Given) -> QuerySet:
    """The firm's policy that ends last."""
    return Policy.objects.of(firm).order_by("-ends_on", "-id")[:1]


def summed(firm: Exporter, today: date, days: dict[str, date]) -> Standing:
    """The same, summed now; `days` are the present days of the time zones of the firm's policies."""
    grades = {
        row["buyer__grade"]: row["number"]
        for row in BookEntry.objects.of(firm).current().values("buyer__grade").annotate(number=Count("id"))
    }
    return Standing(
        buyers=sum(grades.values()),
        limits=tuple(
            Sums(**row)
            for row in in_force(firm, days)
            .values("currency")
            .annotate(number=Count("id"), amount=Sum("amount"))
            .order_by("-number", "currency")
        ),
        open_requests=LimitRequest.objects.of(firm).filter(stage__in=OPEN_STAGES).count(),
        grades=grades,
        owed=tuple(Sums(**row) for row in owed_by_currency(firm, today)),
        largest=largest_limits(firm, days),
    )


def in_force(firm: Exporter, days: dict[str, date]) -> Any:
    """The firm's limits above zero that have not ended, each on the day of its own policy."""
    limits = CreditLimit.objects.of(firm)
    if len(set(days.values())) == 1:  # nearly always, and then without a look at the policies
        return limits.in_force_on(next(iter(days.values())))
    on_their_days = Q(pk__in=[])
    for zone, day in days.items():
        on_their_days |= Q(policy__time_zone=zone, pk__in=limits.in_force_on(day).values("pk"))
    return limits.filter(on_their_days)


def open_invoices(firm: Exporter) -> Any:
    """The firm's invoices on which something is owed, with `open_gross`."""
    return Invoice.objects.of(firm).with_open_amount().filter(open_gross__gt=0)


def owed_by_currency(firm: Exporter, today: date) -> Any:
    """What is owed to the firm, by currency; the currency with most invoices first."""
    return (
        open_invoices(firm)
        .values("currency")
        .annotate(
            number=Count("id"),
            amount=Sum("open_gross"),
            overdue=Coalesce(Sum("open_gross", filter=Q(due_on__lt=today)), NOTHING),
        )
        .order_by("-number", "currency")
    )


def largest_limits(firm: Exporter, days: dict[str, date]) -> tuple[Holding, ...]:
    """The largest limits, compared in house currency since a firm may hold limits in several."""
    # The buyers' names are read afterwards: a join would meet all limits of the book before the largest are taken.
    found = in_force(firm, days).prefetch_related("buyer__merged_into").order_by("-house_amount", "id")
    limits = list(found[:LARGEST])
    firms = {limit.buyer.firm.pk for limit in limits}
    entries = Buyer.objects.filter(Q(pk__in=firms) | Q(merged_into__in=firms))
    firm_of = {pk: merged_into or pk for pk, merged_into in entries.values_list("pk", "merged_into")}
    owed: dict[tuple[int, str], Decimal] = {}
    invoices = open_invoices(firm).filter(buyer__in=firm_of).values("buyer", "currency")
    for row in invoices.annotate(sum=Sum("open_gross")).order_by():
        key = firm_of[row["buyer"]], row["currency"]
        owed[key] = owed.get(key, Decimal(0)) + row["sum"]
    return tuple(
        Holding(
            buyer=limit.buyer.firm.pk,
            name=limit.buyer.firm.name,
            amount=limit.amount,
            currency=limit.currency,
            house_amount=limit.house_amount,
            owed=owed.get((limit.buyer.firm.pk, limit.currency), Decimal(0)),
        )
        for limit in limits
    )
