"""A buyer's page: for whom, what it says, and above all what it never says."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Exporter, User
from accounts.models.roles import UNDERWRITER, Role
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.models import Buyer
from buyers.tests.factories import buyer, in_book, score
from claims.models import Claim
from desk.models import Duty
from policies.tests.factories import decision, limit_request, policy
from receivables.models import Invoice, Receipt

pytestmark = pytest.mark.django_db


def invoice(firm: Exporter, held: object, bought: Buyer, number: str, net: int, due_in: int) -> Invoice:
    today = timezone.now().date()
    return Invoice.objects.create(
        exporter=firm, policy=held, buyer=bought, number=number, net=Decimal(net), currency="EUR",
        delivered_on=today - timedelta(days=90), issued_on=today - timedelta(days=90),
        due_on=today + timedelta(days=due_in), recorded_by_id=firm.created_by_id,
    )  # fmt: skip


def page_of(client: Client, bought: Buyer) -> str:
    response = client.get(f"/buyers/{bought.pk}/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def firm() -> Exporter:
    return exporter()


@pytest.fixture
def clerk(client: Client, firm: Exporter) -> User:
    someone = member(firm, Role.EDITOR)
    signed_in(client, someone, firm)
    return someone


def test_a_buyer_outside_the_book_is_not_there(client: Client, clerk: User):
    assert client.get(f"/buyers/{buyer().pk}/").status_code == 404
    assert client.get("/buyers/999999999/").status_code == 404


def test_a_rivals_buyer_is_not_there(client: Client, clerk: User):
    bought = buyer()
    in_book(exporter(), bought)
    assert client.get(f"/buyers/{bought.pk}/").status_code == 404


def test_staff_have_their_own_pages(client: Client, firm: Exporter):
    bought = in_book(firm, buyer()).buyer
    assert signed_in(client, staff(UNDERWRITER)).get(f"/buyers/{bought.pk}/").status_code == 302


def test_a_merged_buyer_leads_to_the_one_it_became(client: Client, firm: Exporter, clerk: User):
    now_is = in_book(firm, buyer()).buyer
    former = buyer(merged_into=now_is)
    assert client.get(f"/buyers/{former.pk}/").headers["Location"] == f"/buyers/{now_is.pk}/"


def test_what_was_done_under_a_merged_name_stays_on_the_page(client: Client, firm: Exporter, clerk: User):
    held = policy(firm, time_zone="UTC")
    now_is = in_book(firm, buyer()).buyer
    former = buyer(merged_into=now_is)
    request = limit_request(held, former, stage="withdrawn")
    assert str(request.reference) in page_of(client, now_is)


def test_a_merged_buyer_of_others_tells_nothing(client: Client, clerk: User):
    former = buyer(merged_into=buyer())
    assert client.get(f"/buyers/{former.pk}/").status_code == 404


def test_it_says_who_the_buyer_is(client: Client, firm: Exporter, clerk: User):
    bought = buyer("Kivipaja Oy", country="FI", city="Lahti", lei="FAIR00DEMO0000000187", fictitious=True)
    in_book(firm, bought, own_reference="C-0301")
    page = page_of(client, bought)
    for words in ("Kivipaja Oy", "Lahti", "Finland", "FAIR 00DE MO00 0000 0187", "C-0301", "Fictitious"):
        assert words in page


def test_a_reader_sees_no_button_that_changes_anything(client: Client, firm: Exporter):
    policy(firm, time_zone="UTC")
    bought = in_book(firm, buyer()).buyer
    signed_in(client, member(firm, Role.READER), firm)
    page = page_of(client, bought)
    assert "/ask/" not in page
    signed_in(client, member(firm, Role.EDITOR), firm)
    assert "/ask/" in page_of(client, bought)


def test_an_excluded_buyer_is_warned_about_and_not_asked_for(client: Client, firm: Exporter, clerk: User):
    policy(firm, time_zone="UTC")
    bought = in_book(firm, buyer(public_body=True)).buyer
    page = page_of(client, bought)
    assert "cannot be insured" in page and "/ask/" not in page


def test_used_and_free_add_up_to_the_limit(client: Client, firm: Exporter, clerk: User):
    held, bought = policy(firm, time_zone="UTC"), buyer()
    in_book(firm, bought)
    decision(policy=held, buyer=bought, amount=100_000)
    first = invoice(firm, held, bought, "26-1", 50_000, 10)
    invoice(firm, held, bought, "26-2", 20_000, -5)
    Receipt.objects.create(
        exporter=firm, invoice=first, amount=15_000, received_on=timezone.now().date(), recorded_by=clerk, reference="r"
    )
    page = page_of(client, bought)
    assert "55,000.00" in page and "45,000.00" in page  # used, free
    assert "5 days overdue" in page


def test_what_is_over_the_limit_is_called_so(client: Client, firm: Exporter, clerk: User):
    held, bought = policy(firm, time_zone="UTC"), buyer()
    in_book(firm, bought)
    decision(policy=held, buyer=bought, amount=10_000)
    invoice(firm, held, bought, "26-1", 12_500, 10)
    page = page_of(client, bought)
    assert "over the limit, not covered" in page and "2,500.00" in page


def test_debts_in_another_currency_do_not_use_the_limit(client: Client, firm: Exporter, clerk: User):
    held, bought = policy(firm, time_zone="UTC"), buyer()
    in_book(firm, bought)
    decision(policy=held, buyer=bought, amount=10_000, currency="USD")
    invoice(firm, held, bought, "26-1", 12_500, 10)
    assert "over the limit" not in page_of(client, bought)


def test_an_ended_limit_is_none(client: Client, firm: Exporter, clerk: User):
    held, bought = policy(firm, time_zone="UTC"), buyer()
    in_book(firm, bought)
    day = timezone.now().date()
    decision(policy=held, buyer=bought, amount=10_000, valid_from=day - timedelta(9), valid_to=day - timedelta(1))
    page = page_of(client, bought)
    assert "Ended" in page and "There is no limit on this buyer" in page


def test_a_limit_not_reviewed_since_the_regrade_is_under_review(client: Client, firm: Exporter, clerk: User):
    held, bought = policy(firm, time_zone="UTC"), buyer()
    in_book(firm, bought)
    decision(policy=held, buyer=bought)
    assert "Under review" not in page_of(client, bought)
    score(bought, grade=7)
    assert "Under review" in page_of(client, bought)


def buttons(page: str) -> list[tuple[str, bool]]:
    """The buttons beside the heading that change something: their words, and whether they press."""
    bar = page[page.index('class="head-actions"') : page.index('class="card c12 step"')]
    found = re.findall(r'class="btn (\S+)"[^>]*>([^<]+)<', bar)
    return [(words, kind == "btn-primary") for kind, words in found if words != "Report"]


def test_while_a_limit_is_under_review_less_comes_before_more(client: Client, firm: Exporter, clerk: User):
    held, bought = policy(firm, time_zone="UTC"), buyer()
    in_book(firm, bought)
    decision(policy=held, buyer=bought)
    assert buttons(page_of(client, bought)) == [("Reduce or end the limit", False), ("Ask for an increase", True)]
    score(bought, grade=7)
    page = page_of(client, bought)
    assert buttons(page) == [("Reduce or end the limit", True), ("Ask for an increase", False)]
    assert "See the limit" in page


def test_on_an_insolvent_buyer_the_claim_comes_first_and_nothing_more_is_asked_for(
    client: Client, firm: Exporter, clerk: User
):
    held, bought = policy(firm, time_zone="UTC"), buyer()
    in_book(firm, bought)
    score(bought, grade=10)
    assert buttons(page_of(client, bought)) == [("Ask for a limit", False)]
    decision(policy=held, buyer=bought)
    assert buttons(page_of(client, bought))[0] == ("Reduce or end the limit", True)
    invoice(firm, held, bought, "26-1", 12_500, 10)
    assert buttons(page_of(client, bought)) == [
        ("File a claim", True), ("Reduce or end the limit", False), ("Ask for an increase", False),
    ]  # fmt: skip
    limit_request(held, bought)
    assert buttons(page_of(client, bought)) == [
        ("File a claim", True), ("Reduce or end the limit", False), ("See your request", False),
    ]  # fmt: skip


def same(page: str) -> str:
    """The page without what is new in every answer: the tokens of its forms and of its policy."""
    page = re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page)
    return re.sub(r'X-CSRFToken": "[^"]+"', "", page)


def test_nothing_a_rival_does_changes_my_page(client: Client, firm: Exporter, clerk: User):
    held, bought = policy(firm, time_zone="UTC"), buyer()
    in_book(firm, bought)
    decision(policy=held, buyer=bought, amount=100_000)
    limit_request(held, bought)
    invoice(firm, held, bought, "26-1", 12_500, 10)
    score(bought, grade=4)
    page_of(client, bought)
    before = same(page_of(client, bought))

    rival = exporter()
    theirs = policy(rival)
    in_book(rival, bought, own_reference="RIVAL", notes="RIVAL")
    decision(policy=theirs, buyer=bought, amount=777_000)
    limit_request(theirs, bought, amount=Decimal(888_000))
    invoice(rival, theirs, bought, "RIVAL-1", 999_000, -30)
    Claim.objects.create(
        exporter=rival, policy=theirs, buyer=bought, cause="insolvency", event_on=timezone.now().date(),
        currency="EUR", created_by_id=rival.created_by_id,
    )  # fmt: skip
    Duty.objects.create(exporter=rival, kind="policies.limit_ends", subject="x", due_on=timezone.now().date(), path="/")

    assert same(page_of(client, bought)) == before


def test_the_page_costs_the_same_for_one_and_fifty(client: Client, firm: Exporter, clerk: User):
    held, bought = policy(firm, time_zone="UTC"), buyer()
    in_book(firm, bought)
    counts = []
    for rows in (0, 1, 50):
        for number in range(rows):
            invoice(firm, held, bought, f"{rows}-{number}", 100 + number, number)
            score(bought, grade=number % 9 + 1)
            limit_request(held, bought, stage="withdrawn")
        with CaptureQueriesContext(connection) as seen:
            page_of(client, bought)
        counts.append(len(seen))
    assert counts[1] == counts[2]
    assert counts[0] <= counts[1]


def test_a_long_history_is_folded_and_unfolds(client: Client, firm: Exporter, clerk: User):
    bought = in_book(firm, buyer()).buyer
    for number in range(14):
        score(bought, grade=number % 2 + 3)
    assert page_of(client, bought).count('class="time-title"') == 10
    assert client.get(f"/buyers/{bought.pk}/?all").content.decode().count('class="time-title"') == 14


def test_the_page_speaks_chinese(client: Client, firm: Exporter):
    bought = in_book(firm, buyer()).buyer
    signed_in(client, member(firm, language="zh-hans"), firm)
    page = page_of(client, bought)
    assert "信用限额" in page and "Credit limit" not in page


def test_which_of_the_insurers_people_decided_is_not_said(client: Client, clerk: User, firm: Exporter) -> None:
    bought = buyer()
    in_book(firm, bought)
    decision(limit_request(policy(firm), bought, stage="decided"), decided_by=staff(UNDERWRITER, name="Ursula Under"))
    shown = page_of(client, bought)
    assert "Decided by an underwriter" in shown and "Ursula" not in shown


@pytest.mark.parametrize(("language", "words"), [("en", "Proof of delivery added"), ("zh-hans", "已添加交货凭证")])
def test_what_happened_to_a_claim_is_said_with_its_papers_in_words(
    client: Client, firm: Exporter, clerk: User, language: str, words: str
):
    held, bought = policy(firm), buyer()
    in_book(firm, bought)
    claim = Claim.objects.create(
        exporter=firm, policy=held, buyer=bought, cause="insolvency", event_on=timezone.now().date(),
        currency="EUR", created_by=clerk,
    )  # fmt: skip
    claim.events.create(code="paper_added", facts={"paper": "paper_delivery", "name": "CMR.pdf"}, by=clerk)
    clerk.language = language
    clerk.save()
    client.cookies["language"] = language
    shown = client.get(f"/buyers/{bought.pk}/", HTTP_ACCEPT_LANGUAGE=language).content.decode()
    assert words in shown
    assert "paper_delivery" not in shown


def test_nobody_is_told_to_ask_for_a_limit_on_an_insolvent_buyer(client: Client, firm: Exporter, clerk: User):
    policy(firm)
    bought = buyer(grade=10)
    in_book(firm, bought)
    assert client.get(f"/buyers/{bought.pk}/").context["step"]["code"] == "stop_selling_on_credit"
