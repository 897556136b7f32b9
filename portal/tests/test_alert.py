"""The page of one alert: its buttons fit what the firm has on the buyer."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Exporter
from accounts.tests.factories import exporter, member, signed_in
from buyers.advice import advice
from buyers.models import Alert, BookEntry, Buyer, CountryRisk
from buyers.signals import catalogue
from buyers.tests.factories import buyer, in_book, score
from policies.tests.factories import decision, limit_request, policy
from receivables.tests.factories import invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return exporter()


@pytest.fixture
def page(client: Client, firm) -> Client:
    return signed_in(client, member(firm), firm)


def fallen(firm: Exporter) -> Alert:
    """An alert of `firm`: a buyer of its book fell from grade 4 to 8."""
    about = buyer()
    in_book(firm, about)
    score(about, 4)
    facts = {"former_grade": 4, "grade": 8, "reasons": []}
    return Alert.objects.create(exporter=firm, buyer=about, score=score(about, 8), kind="downgrade", facts=facts)


@pytest.mark.parametrize(
    ("limit", "owed", "shown", "hidden"),
    [
        (True, True, ("Reduce the limit", "Letter asking for security"), ("nothing of yours is at stake",)),
        (True, False, ("Reduce the limit", "Letter asking for security"), ("Letter of reminder",)),
        (False, True, ("Letter asking for security", "Letter of reminder"), ("Reduce the limit",)),
        (False, False, ("nothing of yours is at stake",), ("Reduce the limit", "Letter asking for security")),
    ],
)  # fmt: skip
def test_the_buttons_fit_what_the_firm_has_on_the_buyer(page, firm, limit, owed, shown, hidden):
    alert, held = fallen(firm), policy(firm)
    invoice(held, buyer())  # the firm keeps its invoices here
    if limit:
        decision(limit_request(held, alert.buyer, stage="decided"), amount=Decimal(50_000))
    if owed:
        invoice(held, alert.buyer)
    content = page.get(reverse("alert", args=[alert.pk])).content.decode()
    for words in shown:
        assert words in content
    assert (f"{reverse('ask_limit', args=[alert.buyer_id])}?kind=reduction" in content) is limit
    for words in hidden:
        assert words not in content


def test_a_firm_that_keeps_no_invoices_here_may_be_owed_something(page, firm):
    alert = fallen(firm)
    decision(limit_request(policy(firm), alert.buyer, stage="decided"), amount=Decimal(50_000))
    content = page.get(reverse("alert", args=[alert.pk])).content.decode()
    assert "Letter of reminder" in content and "nothing of yours is at stake" not in content


@pytest.mark.parametrize("due_in", [-1, 1])
def test_an_overdue_is_to_be_reported_where_there_is_one(page, firm, due_in: int):
    alert = fallen(firm)
    invoice(policy(firm), alert.buyer, due_on=timezone.now().date() + timedelta(days=due_in))
    content = page.get(reverse("alert", args=[alert.pk])).content.decode()
    assert (reverse("report_overdue", args=[alert.buyer_id]) in content) is (due_in < 0)


STEPS = {step for kind in catalogue().kinds.values() for step in kind.advice}
STEPS |= {step for former in (None, 4) for grade in range(1, 11) for step in advice(former, grade).steps}
# What a firm does outside the portal, or by what the alert says already.
WITHOUT_BUTTON = {
    "stop_delivering", "hold_deliveries", "ask_the_underwriter", "check_who_signs", "check_the_address",
    "check_the_name", "look_through_the_buyers",
}  # fmt: skip


@pytest.mark.parametrize("step", sorted(STEPS - WITHOUT_BUTTON))
def test_every_button_of_an_alert_leads_to_a_page_about_its_buyer(page, firm, rf, step: str):
    alert, held = fallen(firm), policy(firm)
    decision(limit_request(held, alert.buyer, stage="decided"), amount=Decimal(50_000))
    invoice(held, alert.buyer)
    CountryRisk.objects.create(country=alert.buyer.country, valid_from="2026-01-01", house_grade="A", house_level=1,
                               oecd_class=1, source="test")  # fmt: skip
    context = {"step": step, "alert": alert, "may_write": True}
    buttons = re.findall(r'href="([^"]+)"', render_to_string("buyers/alert_step.html", context, rf.get("/")))
    assert buttons
    for address in buttons:
        answer = page.get(unescape(address))
        assert answer.status_code == 200
        assert alert.buyer.name in answer.content.decode() or step == "read_the_country"


def test_a_limit_that_has_ended_is_none(page, firm):
    alert = fallen(firm)
    gone = limit_request(policy(firm), alert.buyer, stage="decided")
    decision(gone, amount=Decimal(50_000), valid_from=timezone.now().date() - timedelta(days=9),
             valid_to=timezone.now().date() - timedelta(days=1))  # fmt: skip
    assert "Reduce the limit" not in page.get(reverse("alert", args=[alert.pk])).content.decode()


def test_a_buyer_that_was_merged_or_laid_aside_since_still_has_its_alert(page, firm):
    alert = fallen(firm)
    BookEntry.objects.update(archived_at=timezone.now(), archived_by=member(firm))
    response = page.get(reverse("alert", args=[alert.pk]))
    assert response.status_code == 200 and response.context["entry"] is None
    into = buyer("Kesselring AG")
    BookEntry.objects.all().delete()
    in_book(firm, into)
    Buyer.objects.filter(pk=alert.buyer_id).update(merged_into=into)
    assert page.get(reverse("alert", args=[alert.pk])).context["entry"].buyer == into
