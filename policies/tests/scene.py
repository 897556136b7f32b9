"""A firm with a policy, a good buyer in its book, and people: the ground most tests of this floor stand on."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Exporter, User
from accounts.models.roles import SENIOR_UNDERWRITER, Role
from accounts.tests.factories import exporter, member, staff
from buyers.models import Buyer, CountryRisk
from buyers.tests.factories import buyer, in_book, quoted, score, statement
from policies.actions.request import ask_for_limit
from policies.models import LimitRequest, Policy
from policies.tests.factories import policy


@dataclass
class Scene:
    """Everything of one firm, and how it asks."""

    firm: Exporter
    owner: User
    clerk: User
    colleague: User
    reader: User
    policy: Policy
    buyer: Buyer

    def ask(self, **wanted: Any) -> LimitRequest:
        """100,000 EUR at 60 days, unless said otherwise; a new form each time."""
        values = {
            "by": self.clerk.pk,
            "policy": self.policy.pk,
            "buyer": self.buyer.pk,
            "kind": "new",
            "amount": Decimal(100_000),
            "currency": "EUR",
            "terms_days": 60,
            "form_key": uuid.uuid4(),
        }
        return ask_for_limit(**{**values, **wanted})


def good_buyer(**columns: Any) -> Buyer:
    """Grade 4, confident, fresh; sales of 20,000,000 EUR; in Germany, rated AA1. The rule supports 2,400,000 EUR."""
    today = timezone.now().date()
    if not CountryRisk.objects.filter(country="DE").exists():
        CountryRisk.objects.create(
            country="DE", valid_from=today - timedelta(days=900), house_grade="AA", house_level=1, source="test"
        )
    made = buyer(**columns)
    score(made, 4, confidence=90, former_grade=None, scored_at=timezone.now() - timedelta(days=10))
    statement(made, period_end=today - timedelta(days=200), sales=20_000_000)
    return made


def scene(buyer: Buyer | None = None, firm: dict[str, Any] | None = None, **terms: Any) -> Scene:
    """A scene of its own; give the same `buyer` to two and they are rivals."""
    made = exporter(**(firm or {}))
    found = buyer or good_buyer()
    in_book(made, found)
    return Scene(
        made,
        member(made, Role.OWNER),
        member(made, Role.EDITOR),
        member(made, Role.EDITOR),
        member(made, Role.READER),
        policy(made, **{"machine_limit_maximum": Decimal(5_000_000), **terms}),
        found,
    )


def rates() -> None:
    """One euro is 1.25 USD, 160 JPY, 8 CNY, quoted yesterday."""
    day = timezone.now().date() - timedelta(days=1)
    for currency, value in (("USD", "1.25"), ("JPY", "160"), ("CNY", "8")):
        quoted(currency, value, day)


def underwriter(**authority: Any) -> User:
    """Up to 500,000 EUR, to grade 7."""
    return staff(**{"amount": 500_000, "worst_grade": 7, **authority})


def senior(**authority: Any) -> User:
    """Up to 20,000,000 EUR, any grade."""
    return staff(**{"group": SENIOR_UNDERWRITER, "amount": 20_000_000, **authority})
