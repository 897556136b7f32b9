"""Countries: how risky each is, what that means for the firm's cover, and which of its own buyers are there."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django_countries import countries as all_countries

from accounts.access import reads
from accounts.clock import today_in
from accounts.models import Exporter
from accounts.paging import keyset_page
from buyers.models import BookEntry, CountryGovernance, CountryRisk
from buyers.models.country import Governance
from policies.models import CreditLimit, Policy
from portal.views.country_means import country_meaning
from portal.views.country_words import CLASSES, GRADES, LEVELS, class_meaning
from portal.views.standing import in_force, latest_policy

# Governance of so many years ago is what the latest is compared with.
YEARS_BACK = 10


@dataclass
class Land:
    """A country in the list: its rating, the firm's own buyers there, the sums of their limits by currency."""

    code: str
    name: str
    risk: CountryRisk | None
    buyers: int = 0
    limits: list[tuple[str, Decimal]] = field(default_factory=list)


@reads
def countries(request: HttpRequest) -> HttpResponse:
    """Every country on the map and in a table; `own` in the address leaves only those with buyers of the firm's."""
    today = _today(request.firm)
    risks = {risk.country.code: risk for risk in CountryRisk.objects.on(today)}
    book = BookEntry.objects.visible_to(request.user).of(request.firm).current().order_by()
    buyers = dict(book.values_list("buyer__country").annotate(number=Count("id")))
    limits = _limit_sums(request.firm)
    lands = [
        Land(code, str(name), risks.get(code), buyers.get(code, 0), limits.get(code, []))
        for code, name in all_countries
    ]
    own = "own" in request.GET
    context = {
        "lands": lands,
        "rows": [land for land in lands if land.buyers] if own else lands,
        "own": own,
        "grades": GRADES,
        "number_own": sum(1 for land in lands if land.buyers),
        "newest": max((risk.valid_from for risk in risks.values()), default=None),
        "today": today,
    }
    return render(request, "portal/countries.html", context)


@reads
def country(request: HttpRequest, code: str) -> HttpResponse:
    """One country. Every firm may read of every country; buyers and limits are its own."""
    code = code.upper()
    if code not in dict(all_countries):
        raise Http404
    today = _today(request.firm)
    history = CountryRisk.objects.history(code)
    risk = next((row for row in reversed(history) if row.valid_from <= today), None)
    page = keyset_page(request, _entries(request, code))
    context = {
        "code": code,
        "name": all_countries.name(code),
        "today": today,
        "risk": risk,
        "history": list(reversed(history)),
        "points": [(row.valid_from, GRADES_IN_ORDER.index(row.house_grade) + 1) for row in history],
        "grade_meaning": GRADES[risk.house_grade] if risk else "",
        "level_meaning": LEVELS[risk.house_level] if risk else "",
        "class_meaning": class_meaning(risk.oecd_class, risk.high_income) if risk else "",
        "grades": GRADES,
        "levels": LEVELS,
        "classes": CLASSES,
        "governance": governance_of(code),
        "means": country_meaning(request.firm, code, risk, today),
        "page": page,
        "limits": _limits_of(request.firm, page.rows),
        "sums": _limit_sums(request.firm).get(code, []),
    }
    return render(request, "portal/country.html", context)


GRADES_IN_ORDER = list(GRADES)


def governance_of(code: str) -> list[dict[str, Any]]:
    """Each indicator with its latest rank, that of ten years before, and those of all its years."""
    rows = CountryGovernance.objects.filter(country=code).exclude(rank=None).order_by("indicator", "year")
    by_indicator = {indicator: list(found) for indicator, found in groupby(rows, key=lambda row: row.indicator)}
    shown = []
    for indicator in Governance:
        if found := by_indicator.get(indicator.value):
            last = found[-1]
            before = next((row for row in found if row.year == last.year - YEARS_BACK), None)
            shown.append(
                {"label": indicator.label, "last": last, "before": before, "first": found[0],
                 "values": [(row.year, row.rank) for row in found]}
            )  # fmt: skip
    return shown


def _today(firm: Exporter) -> date:
    policy = latest_policy.first(firm=firm)
    return today_in(policy.time_zone if policy else "UTC")


def _entries(request: HttpRequest, code: str) -> QuerySet[BookEntry]:
    book = BookEntry.objects.visible_to(request.user).of(request.firm).current()
    return book.filter(buyer__country=code).select_related("buyer")


def _limit_sums(firm: Exporter) -> dict[str, list[tuple[str, Decimal]]]:
    """The firm's limits in force, by the country of the buyer as it is today and by currency, the largest first."""
    zones = Policy.objects.of(firm).values_list("time_zone", flat=True).distinct()
    rows = in_force(firm, {zone: today_in(zone) for zone in zones}).order_by()
    where = Coalesce("buyer__merged_into__country", "buyer__country")
    sums: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for code, currency, amount in (
        rows.annotate(land=where).values_list("land", "currency").annotate(amount=Sum("amount")).order_by("-amount")
    ):
        sums[code].append((currency, amount))
    return sums


def _limits_of(firm: Exporter, entries: list[BookEntry]) -> dict[int, list[CreditLimit]]:
    """The limits in force on a page's buyers, also those that stand on an entry that was merged into one of them."""
    zones = Policy.objects.of(firm).values_list("time_zone", flat=True).distinct()
    rows = in_force(firm, {zone: today_in(zone) for zone in zones})
    present = Coalesce("buyer__merged_into", "buyer")
    found: dict[int, list[CreditLimit]] = defaultdict(list)
    for limit in rows.annotate(present=present).filter(present__in=[entry.buyer_id for entry in entries]):
        found[limit.present].append(limit)
    return found
