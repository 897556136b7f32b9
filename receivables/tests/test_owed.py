"""What is owed to one firm by one buyer, as staff see it beside a limit."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import signed_in
from buyers.actions.merge import merge_buyers
from policies.models import CreditLimit
from policies.tests.factories import decision
from policies.tests.scene import good_buyer, scene, underwriter
from receivables.tests.factories import invoice, receipt

pytestmark = pytest.mark.django_db


def test_a_review_shows_what_is_owed_to_this_firm_on_all_entries_of_the_buyer(client: Client) -> None:
    s, today = scene(), timezone.now().date()
    decision(policy=s.policy, buyer=s.buyer)
    late = invoice(s.policy, s.buyer, net=D(12_345), due_on=today - timedelta(days=3))
    receipt(late, 345)
    rival = scene(s.buyer)
    invoice(rival.policy, s.buyer, net=D(77_777))
    into = good_buyer()
    merge_buyers(by=underwriter().pk, source=s.buyer.pk, into=into.pk)
    invoice(s.policy, into, net=D(1_000), due_on=today + timedelta(days=3))
    signed_in(client, underwriter())
    limit = CreditLimit.objects.get(policy=s.policy)
    shown = client.get(reverse("admin:review_limit", args=[limit.pk])).content.decode()
    assert "13,000.00" in shown and "12,000.00" in shown  # owed, of it overdue
    assert "77,777" not in shown


def test_nothing_owed_is_said(client: Client) -> None:
    s = scene()
    decision(policy=s.policy, buyer=s.buyer)
    signed_in(client, underwriter())
    shown = client.get(reverse("admin:review_limit", args=[CreditLimit.objects.get().pk])).content.decode()
    assert "nothing in the ledger" in shown
