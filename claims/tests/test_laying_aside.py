"""A buyer stays in the book while something of the firm's stands on it."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import member, signed_in
from buyers.actions.merge import merge_buyers
from buyers.models import BookEntry
from claims.actions.book import lay_buyer_aside
from claims.actions.claim import withdraw_claim
from claims.laying_aside import HeldAmount, Holds, laying_aside_refused
from claims.tests.factories import draft
from kernel.refusals import NotAllowed, Refused
from policies.actions.request import withdraw_limit_request
from policies.models import CreditLimit
from policies.tests.factories import decision
from policies.tests.scene import Scene, good_buyer, scene, underwriter
from receivables.actions.invoice import record_invoice
from receivables.actions.receipt import record_receipt
from receivables.tests.factories import invoice

DAY = date(2026, 11, 21)


def entry_of(s: Scene) -> BookEntry:
    return BookEntry.objects.get(exporter=s.firm, buyer=s.buyer)


def held(s: Scene) -> list[str]:
    with pytest.raises(Refused) as caught:
        lay_buyer_aside(by=s.clerk.pk, entry=BookEntry.objects.get(exporter=s.firm, archived_at=None).pk)
    assert not BookEntry.objects.filter(exporter=s.firm, archived_at__isnull=False).exists()
    return [r.code for r in caught.value.refusals]


@pytest.mark.parametrize(
    ("holds", "codes"),
    [
        (Holds(), []),
        (Holds(requests=["LR-2026-000001"]), ["held_by_request"]),
        (Holds(limits=[HeldAmount(D(5), "EUR")]), ["held_by_limit"]),
        (Holds(claims=["CL-2026-000001", "CL-2026-000002"]), ["held_by_claim", "held_by_claim"]),
        (Holds(overdue=[HeldAmount(D(5), "EUR", DAY)]), ["held_by_overdue_debt"]),
        (
            Holds(["LR-1"], [HeldAmount(D(5), "EUR", DAY)], ["CL-1"], [HeldAmount(D(5), "EUR", DAY)]),
            ["held_by_request", "held_by_limit", "held_by_claim", "held_by_overdue_debt"],
        ),
    ],
)
def test_everything_that_holds_a_buyer_is_named(holds: Holds, codes: list[str]) -> None:
    assert [r.code for r in laying_aside_refused(holds)] == codes


@pytest.mark.django_db
def test_an_open_request_holds_and_a_withdrawn_one_does_not() -> None:
    s = scene()
    made = s.ask(comment="Please look.")
    assert held(s) == ["held_by_request"]
    withdraw_limit_request(by=s.clerk.pk, request=made.pk)
    assert lay_buyer_aside(by=s.clerk.pk, entry=entry_of(s).pk).archived_at
    lay_buyer_aside(by=s.clerk.pk, entry=entry_of(s).pk)  # twice is once


@pytest.mark.django_db
def test_a_limit_in_force_holds_and_an_ended_one_does_not() -> None:
    s = scene()
    s.ask()
    assert held(s) == ["held_by_limit"]
    CreditLimit.objects.update(valid_to=timezone.now().date() - timedelta(days=1))
    lay_buyer_aside(by=s.clerk.pk, entry=entry_of(s).pk)


@pytest.mark.django_db
def test_a_limit_on_an_entry_merged_since_holds_too() -> None:
    s = scene()
    decision(policy=s.policy, buyer=s.buyer)
    into = good_buyer()
    merge_buyers(by=underwriter().pk, source=s.buyer.pk, into=into.pk)
    assert held(s) == ["held_by_limit"]


@pytest.mark.django_db
def test_an_open_claim_holds_and_a_withdrawn_one_does_not() -> None:
    s = scene()
    claim = draft(s.firm, by=s.clerk, policy=s.policy, buyer=s.buyer, invoices=0)
    assert held(s) == ["held_by_claim"]
    withdraw_claim(by=s.clerk.pk, claim=claim.pk)
    lay_buyer_aside(by=s.clerk.pk, entry=entry_of(s).pk)


@pytest.mark.django_db
def test_an_overdue_debt_holds_and_a_paid_one_or_one_not_due_does_not() -> None:
    s, today = scene(), timezone.now().date()
    late = invoice(s.policy, s.buyer, due_on=today - timedelta(days=1))
    invoice(s.policy, s.buyer, due_on=today)
    assert held(s) == ["held_by_overdue_debt"]
    record_receipt(
        by=s.clerk.pk, invoice=late.pk, amount=late.net + late.vat, received_on=today, reference=str(uuid.uuid4())
    )
    lay_buyer_aside(by=s.clerk.pk, entry=entry_of(s).pk)


@pytest.mark.django_db
def test_what_a_rival_has_on_the_buyer_holds_nothing_and_only_the_firm_lays_aside() -> None:
    buyer = good_buyer()
    s, rival = scene(buyer), scene(buyer)
    rival.ask()
    for nobody in (s.reader.pk, rival.clerk.pk, member(rival.firm).pk):
        with pytest.raises(NotAllowed):
            lay_buyer_aside(by=nobody, entry=entry_of(s).pk)
    lay_buyer_aside(by=s.clerk.pk, entry=entry_of(s).pk)


@pytest.mark.django_db
def test_archive_buyer_says_what_holds_it(client: Client) -> None:
    s = scene()
    made = s.ask(comment="Please look.")
    decision(policy=s.policy, buyer=s.buyer, amount=D(70_000))
    signed_in(client, s.clerk, s.firm)
    url = reverse("archive_buyer", args=[entry_of(s).pk])
    shown = client.post(url, follow=True).content.decode()
    assert str(made.reference) in shown
    assert "70,000.00" in shown
    assert entry_of(s).archived_at is None
    withdraw_limit_request(by=s.clerk.pk, request=made.pk)
    CreditLimit.objects.update(amount=0)
    assert "is laid aside" in client.post(url, follow=True).content.decode()


def owe(s: Scene) -> object:
    today = timezone.now().date()
    return record_invoice(
        by=s.clerk.pk, exporter=s.firm.pk, policy=s.policy.pk, buyer=s.buyer.pk, number="26-1",
        delivered_on=today, issued_on=today, due_on=today + timedelta(days=30), net=D(1_000),
        currency=s.policy.currency,
    )  # fmt: skip


def claim_on(s: Scene) -> object:
    return draft(s.firm, s.clerk, s.policy, s.buyer, invoices=0)


@pytest.mark.parametrize("begin", [Scene.ask, owe, claim_on])
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_nothing_begins_on_a_buyer_while_it_is_being_laid_aside(begin: Callable[[Scene], object]) -> None:
    s = scene()

    def work() -> str:
        try:
            return str(begin(s))
        except Refused as refused:
            return str(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lay_buyer_aside(by=s.clerk.pk, entry=entry_of(s).pk)
            waiting = pool.submit(work)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=2)
        assert "buyer_not_in_book" in waiting.result(timeout=60)
