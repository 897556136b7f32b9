"""The underwriter's pages of a grade set beside the scorecard's: two people, the second one within their authority."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER
from accounts.tests.factories import signed_in, staff
from buyers.actions.merge import merge_buyers
from buyers.models import GradeOverride
from buyers.tests.factories import REASON, another_grade, buyer, proposed_grade, scored
from policies.models import BuyerCapacity


@pytest.fixture
def firm(db):
    return scored(timezone.now().date())


@pytest.fixture
def one(other):
    """Who asks; `other` may confirm it."""
    return staff(UNDERWRITER)


@pytest.fixture
def other(db):
    return staff(SENIOR_UNDERWRITER, amount=5_000_000)


def proposed(about, by) -> GradeOverride:
    return proposed_grade(about, by, timezone.now().date())


@pytest.fixture
def office(client: Client, one) -> Client:
    return signed_in(client, one)


def test_an_underwriter_asks_and_a_second_one_confirms_on_the_page(office, firm, other):
    page = reverse("admin:buyers_gradeoverride_add")
    assert "First choose the buyer" in office.get(page).content.decode()
    address = f"{page}?buyer={firm.pk}"
    assert office.get(address).status_code == 200
    until = timezone.now().date() + timedelta(days=60)
    told = {"grade": another_grade(firm), "reason": REASON, "until": until.isoformat(), "form_key": str(uuid4())}
    assert "at least 20 characters" in office.post(address, {**told, "reason": "short"}).content.decode()
    answer = office.post(address, told)
    row = GradeOverride.objects.get()
    decide = reverse("admin:decide_override", args=[row.pk])
    assert answer.headers["Location"] == decide
    content = office.get(decide).content.decode()
    assert "A second underwriter decides" in content
    assert 'value="confirm"' not in content
    assert 'value="withdraw"' in content
    assert "asked for it yourself" in office.post(decide, {"act": "confirm"}, follow=True).content.decode()
    second = signed_in(Client(), other)
    assert row.reason in second.get(decide).content.decode()
    second.post(decide, {"act": "confirm"})
    row.refresh_from_db()
    assert row.stage == "in_force"
    content = second.get(decide).content.decode()
    assert 'value="end"' in content
    second.post(decide, {"act": "end"})
    row.refresh_from_db()
    assert row.stage == "ended"
    assert second.post(decide, {"act": "nonsense"}).status_code == 302


def test_whoever_may_not_confirm_reads_why_and_who_may(office, firm, one, other):
    BuyerCapacity.objects.create(buyer=firm, issued=Decimal(250_000))
    row = proposed(firm, one)
    decide = reverse("admin:decide_override", args=[row.pk])
    assert f"Who may confirm it: {other.name}" in office.get(decide).content.decode()
    small = signed_in(Client(), staff(UNDERWRITER, amount=200_000))
    content = small.get(decide).content.decode()
    assert "Your authority ends at" in content and "200,000" in content
    assert f"Who may confirm it: {other.name}" in content
    assert 'value="confirm"' not in content and 'value="refuse"' in content
    assert "Your authority ends at" in small.post(decide, {"act": "confirm"}, follow=True).content.decode()
    row.refresh_from_db()
    assert row.stage == "proposed"
    other.authority.delete()
    assert "Nobody’s authority reaches so far" in office.get(decide).content.decode()


def test_who_may_confirm_is_said_before_it_is_asked_for(office, firm, one, other):
    BuyerCapacity.objects.create(buyer=firm, issued=Decimal(250_000))
    small = staff(UNDERWRITER, amount=300_000, best_grade=3, worst_grade=9)
    page = f"{reverse('admin:buyers_gradeoverride_add')}?buyer={firm.pk}"
    content = office.get(page).content.decode()
    assert "250,000" in content and "beyond your own authority" in content  # who asks has none
    assert f'<td data-l="Grade">1–2</td><td data-l="Who may confirm it">{other.name} ' in content
    assert f'<td data-l="Grade">3–9</td><td data-l="Who may confirm it">{small.name}, {other.name} ' in content
    of_small = signed_in(Client(), small).get(page).content.decode()
    assert of_small.count("beyond your own authority") == 1
    assert f'<td data-l="Grade">3–9</td><td data-l="Who may confirm it">{other.name}</td>' in of_small


def test_what_nobody_may_confirm_is_refused_on_the_page_and_said_beforehand(firm, one, other):
    BuyerCapacity.objects.create(buyer=firm, issued=Decimal(250_000))
    page = f"{reverse('admin:buyers_gradeoverride_add')}?buyer={firm.pk}"
    client = signed_in(Client(), other)
    assert "Nobody: it cannot be asked for" in client.get(page).content.decode()
    until = timezone.now().date() + timedelta(days=60)
    told = {"grade": another_grade(firm), "reason": REASON, "until": until.isoformat(), "form_key": str(uuid4())}
    assert "nobody could confirm it" in client.post(page, told).content.decode()
    assert not GradeOverride.objects.exists()


def test_the_limits_of_all_entries_of_the_firm_are_at_stake(firm, one, other):
    twin = buyer()
    for entry, issued in ((firm, 400_000), (twin, 300_000)):
        BuyerCapacity.objects.create(buyer=entry, issued=Decimal(issued))
    merge_buyers(by=other.pk, source=twin.pk, into=firm.pk)
    row = proposed(firm, one)
    small = signed_in(Client(), staff(UNDERWRITER, amount=699_999))
    answer = small.post(reverse("admin:decide_override", args=[row.pk]), {"act": "confirm"}, follow=True)
    assert "Your authority ends at" in answer.content.decode()
    enough = signed_in(Client(), staff(UNDERWRITER, amount=700_000))
    enough.post(reverse("admin:decide_override", args=[row.pk]), {"act": "confirm"})
    row.refresh_from_db()
    assert row.stage == "in_force"


def test_the_list_shows_them_and_leads_to_the_page(office, firm, one):
    row = proposed(firm, one)
    content = office.get(reverse("admin:buyers_gradeoverride_changelist")).content.decode()
    assert firm.name in content
    answer = office.get(reverse("admin:buyers_gradeoverride_change", args=[row.pk]))
    assert answer.headers["Location"] == reverse("admin:decide_override", args=[row.pk])
