"""What a country means for a firm's cover, terms and premium: on the country's page, on a buyer's and in its report."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from accounts.models import Exporter
from accounts.models.prepared import Given, prepared
from buyers.models import CountryRisk
from policies.country_effects import effects_on_cover, effects_on_premium, effects_on_terms
from policies.edition import edition
from policies.limits import Reason
from policies.models import Appetite, Policy, PolicyTerms


@dataclass(frozen=True)
class CountryMeaning:
    """Sentences about limits, payment terms and premium under the policy in force; the latter two may be empty."""

    on_cover: tuple[Reason, ...]
    on_terms: tuple[Reason, ...]
    on_premium: tuple[Reason, ...]
    off_cover: bool


def country_meaning(firm: Exporter | int, code: str, risk: CountryRisk | None, today: date) -> CountryMeaning:
    """What `risk` (None: not rated) means for the firm today."""
    policy = open_policies.first(firm=firm, today=today)
    terms = policy_terms.first(policy=policy, today=today) if policy else None
    off_cover = bool(closed_countries(code=code, today=today))
    grade, level = (risk.house_grade, risk.house_level) if risk else (None, None)
    standard, maximum = (terms.standard_terms_days, terms.maximum_terms_days) if terms else (None, None)
    return CountryMeaning(
        on_cover=effects_on_cover(code, grade, level, off_cover, edition()),
        on_terms=effects_on_terms(level, standard, maximum),
        on_premium=effects_on_premium(terms.premium_rate if terms else None, risk.oecd_class if risk else None),
        off_cover=off_cover,
    )


@prepared
def risk_rows(code: Given, today: Given) -> QuerySet:
    """A country's rating in force."""
    rows = CountryRisk.objects.filter(country=code, valid_from__lte=today)
    return rows.order_by("-valid_from", "-id")[:1]


@prepared
def open_policies(firm: Given, today: Given) -> QuerySet:
    """The policy a firm asks for limits under."""
    return Policy.objects.of(firm).open_on(today).order_by("-ends_on", "-id")[:1]


@prepared
def policy_terms(policy: Given, today: Given) -> QuerySet:
    """What a policy says on a day."""
    return PolicyTerms.objects.in_force_on(today).filter(policy=policy)[:1]


@prepared
def closed_countries(code: Given, today: Given) -> QuerySet:
    """Whether the insurer covers nothing new there. Caps are nobody's business."""
    return Appetite.objects.in_force_on(today).filter(country=code, off_cover=True).only("pk")[:1]
