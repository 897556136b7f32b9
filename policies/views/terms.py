"""A policy's terms in words: label, value, and what the insurance term means."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.wording import amount_shown
from policies.models import PolicyTerms


@dataclass(frozen=True)
class Line:
    """One term as a reader sees it."""

    label: str | Promise
    value: str
    meaning: str | Promise


PERCENT, AMOUNT, DAYS, MONTHS, PERIOD = "percent", "amount", "days", "months", "period"
# title -> (column, kind, label, what it means); a PERIOD's unit stands in the column beside it
GROUPS: tuple[tuple[str | Promise, tuple[tuple[str, str, Any, Any], ...]], ...] = (
    (
        _("What is covered"),
        (
            ("insured_percentage", PERCENT, _("Insured percentage"), _("The share of a covered loss that we pay.")),
            (
                "unnamed_percentage",
                PERCENT,
                _("Insured percentage, unnamed buyers"),
                _("The share we pay where no limit was ever issued on the buyer."),
            ),
            (
                "maximum_liability",
                AMOUNT,
                _("Maximum liability"),
                _("The most we pay for all losses of one policy year."),
            ),
        ),
    ),
    (
        _("Selling on credit"),
        (
            (
                "standard_terms_days",
                DAYS,
                _("Standard payment terms"),
                _("Up to here a request for a limit can be answered at once."),
            ),
            (
                "maximum_terms_days",
                DAYS,
                _("Maximum payment terms"),
                _("What is sold on longer terms is not insured, unless the limit says so."),
            ),
            (
                "invoicing_period_days",
                DAYS,
                _("Invoicing period"),
                _("Invoices must be written within so many days from delivery."),
            ),
        ),
    ),
    (
        _("Credit limits"),
        (
            (
                "discretionary_limit",
                AMOUNT,
                _("Discretionary limit"),
                _("The limit you may grant a buyer yourself when the policy’s test is passed."),
            ),
            (
                "machine_limit_maximum",
                AMOUNT,
                _("Largest automatic limit"),
                _("Limits above this are always decided by a person."),
            ),
            ("limit_lifetime_months", MONTHS, _("Limits last"), _("How long a limit holds unless it says otherwise.")),
            (
                "limit_notice_days",
                DAYS,
                _("Notice before a reduction"),
                _("A reduction holds for deliveries after the day you were told plus these days."),
            ),
            (
                "appeal_days",
                DAYS,
                _("Appeal within"),
                _("So long after a decision you may ask us to think it over."),
            ),
        ),
    ),
    (
        _("When a buyer does not pay"),
        (
            (
                "maximum_extension_days",
                DAYS,
                _("Maximum extension period"),
                _("How long after the original due date you may wait before you must stop shipping."),
            ),
            (
                "report_overdue",
                PERIOD,
                _("Report overdues within"),
                _("Counted from the end of the maximum extension period."),
            ),
            (
                "stop_ignores_below",
                AMOUNT,
                _("Rests that do not stop shipment"),
                _("Bank charges and the like: unpaid rests up to this amount do not count."),
            ),
        ),
    ),
    (
        _("Claims"),
        (
            (
                "waiting",
                PERIOD,
                _("Waiting period"),
                _("The time that must pass before unpaid debt counts as a loss; with insolvency there is none."),
            ),
            (
                "file_claim",
                PERIOD,
                _("File a claim within"),
                _("Counted from the end of the maximum extension period."),
            ),
            (
                "decide_claim",
                PERIOD,
                _("Claims are decided within"),
                _("Counted from the day your papers are complete."),
            ),
            (
                "threshold",
                AMOUNT,
                _("Threshold"),
                _("A loss up to this amount pays nothing; a larger one counts in full."),
            ),
            (
                "deductible",
                AMOUNT,
                _("Each-and-every deductible"),
                _("The part of each loss you bear before we pay."),
            ),
            (
                "aggregate_first_loss",
                AMOUNT,
                _("Aggregate first loss"),
                _("The losses of a policy year you bear together before we pay."),
            ),
            ("minimum_retention", AMOUNT, _("Minimum retention"), _("You bear at least this much of each loss.")),
        ),
    ),
    (
        _("Premium"),
        (
            ("premium_rate", PERCENT, _("Premium rate"), _("Of all turnover you declare with insured buyers.")),
            ("minimum_premium", AMOUNT, _("Minimum premium"), _("The least a policy year costs.")),
        ),
    ),
)


def groups_of(terms: PolicyTerms, currency: str) -> list[dict[str, Any]]:
    """Every term in its group; what the policy does not have is left out."""
    return [
        {"title": title, "lines": [line for line in (_line(terms, currency, *column) for column in columns) if line]}
        for title, columns in GROUPS
    ]


def changes_between(former: PolicyTerms, later: PolicyTerms, currency: str) -> list[dict[str, Any]]:
    """What another row of terms says differently: label, former and later value."""
    found = []
    for _title, columns in GROUPS:
        for column in columns:
            before, after = (
                value_of(former, column[0], column[1], currency),
                value_of(later, column[0], column[1], currency),
            )
            if before != after:
                found.append({"label": column[2], "before": before or "–", "after": after or "–"})
    return found


def _line(terms: PolicyTerms, currency: str, column: str, kind: str, label: Any, meaning: Any) -> Line | None:
    value = value_of(terms, column, kind, currency)
    return Line(label, value, meaning) if value else None


def value_of(terms: PolicyTerms, column: str, kind: str, currency: str) -> str:
    """A term's value in words; '' when the policy does not have it."""
    if kind == PERIOD:
        return period(getattr(terms, f"{column}_number"), getattr(terms, f"{column}_unit"))
    value = getattr(terms, column)
    if value is None or (kind == AMOUNT and not value):
        return ""
    if kind == PERCENT:
        return f"{Decimal(value).normalize():f} %"
    if kind == AMOUNT:
        return amount_shown(value, currency)
    return period(value, kind)


def period(number: int, unit: str) -> str:
    """`30 working days`, `4 months`, `1 day`."""
    if unit == "months":
        return ngettext("%(n)s month", "%(n)s months", number) % {"n": number}
    if unit == "working_days":
        return ngettext("%(n)s working day", "%(n)s working days", number) % {"n": number}
    return ngettext("%(n)s day", "%(n)s days", number) % {"n": number}
