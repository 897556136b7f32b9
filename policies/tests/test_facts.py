"""What the rules are told, where the rows say little or something odd."""

import uuid
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from buyers.models import Buyer, FinancialStatement
from buyers.tests.factories import buyer, score, statement
from kernel.refusals import Refused
from policies.edition import edition
from policies.limits import Standing
from policies.models import LimitRequest
from policies.models.facts import capacity_on, standing_of
from policies.tests.scene import good_buyer, rates, scene

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = NOW.date()


def standing(of: Buyer) -> Standing:
    rule = edition()
    return standing_of(of, NOW, TODAY, rule, capacity_on(of, TODAY, rule))


def test_a_buyer_nothing_is_known_of() -> None:
    found = standing(buyer(country="XK"))
    assert (found.grade, found.score_age_days, found.sales, found.country_rating) == (None, None, None, None)


@pytest.mark.parametrize(
    ("columns", "sales"),
    [
        ({"sales": 1_200_000}, D(1_200_000)),
        ({"sales": 600_000, "months": 6}, D(1_200_000)),  # for twelve months
        ({"sales": -5}, None),
        ({"sales": None}, None),
        ({"sales": 800_000, "currency": "CNY"}, D(100_000)),  # one euro is 8 yuan
        ({"sales": 800_000, "currency": "SVC"}, None),  # nobody quotes it
        ({"sales": 1, "period_end": TODAY - timedelta(days=31 * 31)}, None),  # too old
        ({"sales": 1, "period_end": TODAY + timedelta(days=1)}, None),  # a year that is not over
    ],
)
def test_sales_are_of_twelve_months_in_house_currency(columns: dict[str, Any], sales: D | None) -> None:
    rates()
    known = buyer()
    statement(known, **{"period_end": TODAY - timedelta(days=100), **columns})
    assert standing(known).sales == sales
    assert FinancialStatement.objects.count() == 1


def test_a_first_grade_is_no_regrade_and_a_changed_one_is() -> None:
    known = good_buyer()
    known.regraded_at = NOW
    known.save()
    assert standing(known).regraded_days_ago is None
    score(known, 6, scored_at=NOW - timedelta(days=3))
    assert standing(known).regraded_days_ago == 3
    known.regraded_at = NOW - timedelta(days=31)
    known.save()
    assert standing(known).regraded_days_ago is None


def test_what_the_database_refuses_is_said_and_never_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    # One form key used for two buyers at the same instant: only the constraint sees it.
    s = scene()

    def refused(self: LimitRequest, *args: Any, **kwargs: Any) -> None:
        raise IntegrityError("one_request_per_form")

    monkeypatch.setattr(LimitRequest, "save", refused)
    with pytest.raises(Refused, match="request_open_already"):
        s.ask(form_key=uuid.uuid4())
