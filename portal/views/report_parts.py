"""What a buyer's report says, part by part, for one firm: the page and the PDF are made from the same facts.

Nothing here is another firm's: no exposure, no capacity, no reporter (domain.md §2, seams.md). What an explanation
hides from exporters is hidden here too, since every part that speaks of the score is made from its lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.models.prepared import Given, prepared
from accounts.wording import whole_shown
from buyers.explanation import PAYMENT, Explanation, Line
from buyers.models import BuyerLink, ExchangeRate, FinancialStatement, Score, Signal
from buyers.models.accounts import LINES, POLICYHOLDER
from buyers.models.link import Relation
from buyers.recommended_credit import RecommendedCredit, YearOfAccounts, credit_edition, recommended_credit
from buyers.scorecard import edition
from buyers.signals import Seen
from buyers.strengths import Strength, strengths
from buyers.yearly import KEY_RATIOS, PERCENT, key_ratios
from kernel.money import Money, Rate, converted
from kernel.refusals import Refusal, Refused
from policies.models import Policy
from portal.views import panels

YEARS_SHOWN, EVENTS_SHOWN, RELATED_SHOWN = 5, 30, 20
# The lines of the accounts that are shown, in the order of a balance sheet and an income statement.
SHOWN_LINES = ("total_assets", "equity", "current_assets", "current_liabilities", "long_term_debt", "sales",
               "operating_profit", "net_profit")  # fmt: skip


@dataclass(frozen=True)
class Year:
    """One year's accounts with its key ratios. `source` is empty where it would say that a policyholder sent them."""

    row: FinancialStatement
    ratios: dict[str, Decimal | None]

    @property
    def source(self) -> str:
        """Who published the accounts."""
        return "" if self.row.source == POLICYHOLDER else self.row.source


@dataclass(frozen=True)
class Credit:
    """The recommended maximum, and the same in the policy's currency at a rate of a day (or why not)."""

    found: RecommendedCredit
    in_policy: Money | None = None
    rate: Rate | None = None
    refusals: tuple[Refusal, ...] = ()

    @property
    def rate_shown(self) -> str:
        """The rate in six figures; the conversion keeps them all."""
        return f"{Decimal(f'{self.rate.value:.6g}').normalize():f}" if self.rate else ""


@dataclass(frozen=True)
class Related:
    """A company of the buyer's group, as public sources have it: `above` is its parent, else its subsidiary."""

    name: str
    country: str
    above: bool
    since: date | None
    source: str


@dataclass(frozen=True)
class Report:
    """All of it, on a day."""

    shown: panels.Shown
    identifiers: list[dict[str, Any]]
    exclusions: tuple[Refusal, ...]
    score: Score | None
    explanation: Explanation | None
    trend: list[tuple[date, int]]
    strengths: list[Strength]
    payment: list[Line]
    years: list[Year]
    credit: Credit
    events: list[Seen]
    land: panels.Land | None
    related: list[Related]

    @property
    def buyer(self) -> Any:
        """The buyer it is about."""
        return self.shown.entry.buyer


def report_of(shown: panels.Shown, policy: Policy | None) -> Report:
    """The report on the buyer of a firm's book, for a policy's currency."""
    graded = panels.grade_of(shown)
    score, explanation = graded["score"], graded.get("explanation")
    years = years_of(shown)
    return Report(
        shown=shown,
        identifiers=panels.identifiers_of(shown),
        exclusions=panels.exclusions_of(shown),
        score=score,
        explanation=explanation,
        trend=graded["trend"],
        strengths=strengths(explanation.lines, edition(score.edition)) if explanation else [],
        payment=[line for line in explanation.lines if line.group == PAYMENT] if explanation else [],
        years=years,
        credit=credit_of(shown, score, years, policy),
        events=Signal.objects.timeline(shown.entry.buyer_id, shown=EVENTS_SHOWN),
        land=panels.land_of(shown),
        related=related_to(shown),
    )


@prepared
def statement_rows(same: Given, today: Given) -> QuerySet:
    """One row per year, the latest first: audited accounts before others, then those received last, as a score does."""
    rows = FinancialStatement.objects.filter(buyer__in=same, superseded_at__isnull=True, period_end__lte=today)
    order = rows.order_by("-period_end", "-audited", "-received_at", "-id")
    return order.distinct("period_end")[:YEARS_SHOWN]


def years_of(shown: panels.Shown) -> list[Year]:
    """The last years' accounts, the latest first."""
    rows = list(statement_rows(same=list(shown.same), today=shown.today))
    lines = [{"months": row.months, **{name: getattr(row, name) for name in LINES}} for row in rows]
    return [Year(row, ratios) for row, ratios in zip(rows, key_ratios(lines), strict=True)]


def credit_of(shown: panels.Shown, score: Score | None, years: Sequence[Year], policy: Policy | None) -> Credit:
    """The recommended maximum credit from the latest accounts, in their currency and in the policy's."""
    grade, confidence = (score.grade, score.confidence) if score else (None, 0)
    found = recommended_credit(last_accounts(years), grade, confidence, shown.today, credit_edition())
    if not found.amount or policy is None or policy.currency == found.currency:
        return Credit(found)
    try:
        rate = ExchangeRate.objects.rate_on(found.currency, policy.currency, shown.today)
    except Refused as refused:
        return Credit(found, refusals=refused.refusals)
    return Credit(found, converted(found.amount, rate), rate)


def last_accounts(years: Sequence[Year]) -> YearOfAccounts | None:
    """The latest year as the rule reads it."""
    if not years:
        return None
    row = years[0].row
    names = ("equity", "current_assets", "current_liabilities", "sales", "cost_of_sales")
    figures = {name: getattr(row, name) for name in names}
    return YearOfAccounts(row.period_end, row.months, row.currency, row.audited, **figures)


def related_to(shown: panels.Shown) -> list[Related]:
    """Parent and subsidiaries that a public source names. Links that staff entered, and who buys from whom or sells to
    whom, may come from what a policyholder said: they are for underwriters."""
    links = BuyerLink.objects.current().of_firm(shown.entry.buyer_id)
    public = links.filter(relation=Relation.PARENT, recorded_by__isnull=True).exclude(source=POLICYHOLDER)
    found = []
    for link in public.select_related("buyer__merged_into", "other__merged_into").order_by("id")[:RELATED_SHOWN]:
        above = link.buyer_id in shown.same
        company = (link.other if above else link.buyer).firm
        found.append(Related(company.name, company.country.name or "", above, link.since, link.source))
    return found


# --- accounts as a table ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A row of the table of accounts: what it is called (a model's column or a ratio), and its cells by year."""

    label: Any
    cells: list[str]


def accounts_table(years: Sequence[Year], ratio_labels: dict[str, Any], missing: str) -> list[Row]:
    """Lines in whole units of each year's currency, then the key ratios with their unit."""
    labels = {field.name: field.verbose_name for field in FinancialStatement._meta.concrete_fields}
    rows = [
        Row(labels[name], [whole(getattr(year.row, name), missing) for year in years])
        for name in SHOWN_LINES
        if any(getattr(year.row, name) is not None for year in years)
    ]
    return rows + [
        Row(ratio_labels[code], [ratio_shown(code, year.ratios[code], missing) for year in years])
        for code in KEY_RATIOS
        if any(year.ratios[code] is not None for year in years)
    ]


def whole(amount: Decimal | None, missing: str) -> str:
    """An amount without decimals, as tables of accounts show it."""
    return missing if amount is None else whole_shown(amount)


def ratio_shown(code: str, value: Decimal | None, missing: str) -> str:
    """A ratio with its unit."""
    if value is None:
        return missing
    number = f"{value:f}".replace("-", "−")
    return f"{number}\u00a0%" if code in PERCENT else number
