"""The search box finds what is the firm's own, and nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Exporter
from accounts.tests.factories import exporter, member, signed_in
from buyers.tests.factories import buyer, in_book
from claims.models import Claim
from policies.tests.factories import limit_request, policy
from receivables.models import Invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(client: Client) -> Exporter:
    made = exporter()
    signed_in(client, member(made), made)
    return made


def found(client: Client, asked: str) -> str:
    response = client.get("/search", {"q": asked})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("asked", ["kivi", "KIVIPAJA", "C-0301", "5493001KJTIIGC8Y1R12", "5493 001k jtii gc8y 1r12"])
def test_a_buyer_is_found_by_name_own_reference_and_number(client: Client, firm: Exporter, asked: str):
    in_book(
        firm, buyer("Kivipaja Oy", identifiers={"LEI": "5493001KJTIIGC8Y1R12", "VAT": "FI1"}), own_reference="C-0301"
    )
    page = found(client, asked)
    assert page.count(">Kivipaja Oy</a>") == 1


def test_a_name_in_chinese_is_found_by_a_part_of_it(client: Client, firm: Exporter):
    in_book(firm, buyer("苏州臻岚机电设备有限公司", country="CN"))
    assert "苏州臻岚机电设备有限公司" in found(client, "臻岚")


@pytest.mark.parametrize("asked", ["me kong", "SU ZHOU", "Mê Kông"])
def test_accents_and_pinyin_are_no_obstacle(client: Client, firm: Exporter, asked: str):
    in_book(firm, buyer("Công ty TNHH Mê Kông Dụng Cụ", country="VN"))
    in_book(firm, buyer("苏州臻岚机电设备有限公司", country="CN"))
    assert "Nothing of yours matches" not in found(client, asked)


def test_what_is_not_in_the_book_is_looked_for_in_the_directory(client: Client, firm: Exporter):
    in_book(exporter(), buyer("Kivipaja Oy"))
    page = found(client, "Kivipaja & Co")
    assert "Nothing of yours matches" in page and "q=Kivipaja+%26+Co" in page


def test_an_exact_reference_leads_to_its_page(client: Client, firm: Exporter):
    held = policy(firm)
    request = limit_request(held)
    claim = Claim.objects.create(
        exporter=firm, policy=held, buyer=buyer(), cause="insolvency", event_on=timezone.now().date(),
        currency="EUR", created_by_id=firm.created_by_id,
    )  # fmt: skip
    for asked, page in (
        (f" {str(request.reference).lower()} ", reverse("limit_request", args=[request.pk])),
        (str(claim.reference), reverse("claim", args=[claim.pk])),
        (held.number.lower(), reverse("policy")),
    ):
        assert client.get("/search", {"q": asked}).headers["Location"] == page


def test_a_rivals_references_invoices_and_policies_are_not_there(client: Client, firm: Exporter):
    rival = exporter()
    held = policy(rival)
    request = limit_request(held, own_reference="THEIRS-1")
    for asked in (str(request.reference), held.number, "THEIRS-1"):
        assert "Nothing of yours matches" in found(client, asked)


@pytest.mark.parametrize("asked", ["LR-1999-000001", f"LR-2026-{'9' * 30}", "BP-2026-000001", "CL-2026-999999"])
def test_a_reference_that_is_none_of_ours_is_a_search_like_any_other(client: Client, firm: Exporter, asked: str):
    assert "Nothing of yours matches" in found(client, asked)


def test_the_year_of_a_reference_must_fit(client: Client, firm: Exporter):
    request = limit_request(policy(firm))
    assert "Nothing of yours matches" in found(client, f"LR-1999-{request.pk:06d}")


def test_own_references_of_requests_and_invoice_numbers_are_found(client: Client, firm: Exporter):
    held, bought = policy(firm), buyer("Kivipaja Oy")
    limit_request(held, bought, own_reference="Order 77")
    today = timezone.now().date()
    Invoice.objects.create(
        exporter=firm, policy=held, buyer=bought, number="26-0881", net=Decimal(100), currency="EUR",
        delivered_on=today, issued_on=today, due_on=today + timedelta(days=30), recorded_by_id=firm.created_by_id,
    )  # fmt: skip
    assert "Order 77" in found(client, "order 77")
    assert "26-0881" in found(client, "26-08")


@pytest.mark.parametrize("asked", ["", "   ", "\x00", "%", "_", "'; drop table--", "x" * 5000, "<b>"])
def test_odd_questions_get_a_page(client: Client, firm: Exporter, asked: str):
    assert "<b></" not in found(client, asked)


def test_a_percent_sign_is_a_character_and_no_joker(client: Client, firm: Exporter):
    in_book(firm, buyer("Kivipaja Oy"))
    assert "Kivipaja" not in found(client, "%")
