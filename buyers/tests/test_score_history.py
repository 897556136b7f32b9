"""The page that says why a buyer has its grade: for firms with the buyer in their book, without anything of rivals."""

from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import exporter, member, signed_in
from accounts.wording import said
from buyers.actions.score import score_buyer
from buyers.models import Score
from buyers.tests.factories import buyer, experience, in_book, score, statement
from buyers.wording import WORDS

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


@pytest.fixture
def firm():
    return exporter()


@pytest.fixture
def page(client: Client, firm) -> Client:
    return signed_in(client, member(firm), firm)


def read(page: Client, about) -> str:
    response = page.get(reverse("score_history", args=[about.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_every_indicator_is_said_with_its_effect(page, firm):
    about = buyer()
    in_book(firm, about)
    statement(about, current_liabilities=9_000_000)
    score_buyer(by=None, buyer=about.pk, today=TODAY)
    content = read(page, about)
    for words in ("Equity is 35 % of total assets", "Current ratio 0.67", "Growth of sales", "Supports", "Missing"):
        assert words in content
    assert "default" not in content.lower().split("<main")[1]  # no probability, no points for exporters


@pytest.mark.parametrize(("reporters", "shown"), [(2, False), (3, True)])
def test_payment_experience_is_shown_from_three_reporters_up(page, firm, reporters: int, shown: bool):
    about = buyer()
    in_book(firm, about)
    for _ in range(reporters):
        experience(about, exporter(), days_beyond_terms=31, share_overdue=Decimal(44))
    score_buyer(by=None, buyer=about.pk, today=TODAY)
    content = read(page, about)
    assert ("Pays 31 days after terms" in content) is shown
    assert ("shown only once three policyholders" in content) is not shown


def test_a_buyer_outside_the_book_is_not_found(page):
    about = buyer()
    score(about)
    in_book(exporter(), about)
    assert page.get(reverse("score_history", args=[about.pk])).status_code == 404
    assert page.get(reverse("score_history", args=[about.pk + 1])).status_code == 404


def test_a_merged_buyer_leads_to_the_one_that_stands(page, firm):
    stands = buyer()
    gone = buyer(merged_into=stands)
    in_book(firm, stands)
    assert page.get(reverse("score_history", args=[gone.pk])).headers["Location"] == reverse(
        "score_history", args=[stands.pk]
    )


def test_a_buyer_without_a_score_says_so(page, firm):
    about = buyer()
    in_book(firm, about)
    assert "Not graded yet" in read(page, about)


def test_the_page_costs_the_same_queries_for_one_score_and_for_fifty(page, firm, django_assert_max_num_queries):
    about = buyer()
    in_book(firm, about)
    score(about)
    score(about, 5)
    read(page, about)
    with django_assert_max_num_queries(100) as few:
        read(page, about)
    for n in range(48):
        score(about, 1 + n % 9)
    with django_assert_max_num_queries(len(few)):
        read(page, about)


def test_the_buyers_page_shows_the_panel(page, firm):
    about = buyer()
    in_book(firm, about)
    statement(about)
    row = score_buyer(by=None, buyer=about.pk, today=TODAY)
    content = unescape(page.get(reverse("buyer", args=[about.pk])).content.decode())
    for strongest in (row.for_exporters().lifts[0], row.for_exporters().lowers[0]):
        assert said(WORDS, strongest.code, strongest.facts) in content
    assert "confidence" in content


def test_what_changed_stands_on_the_buyers_page_and_on_that_of_the_grade(page, firm):
    about = in_book(firm, buyer(founded_on=date(2000, 1, 1))).buyer
    bad_year = {"operating_profit": -1_800_000, "profit_before_tax": -2_000_000, "net_profit": -2_000_000}
    statement(about, equity=500_000, retained_earnings=-500_000, operating_costs=16_800_000, **bad_year)
    score_buyer(by=None, buyer=about.pk, today=date(2026, 11, 1))
    for name in ("buyer", "score_history"):
        assert "This is the first score" in page.get(reverse(name, args=[about.pk])).content.decode()
    statement(about, equity=6_000_000, total_liabilities=4_000_000, audited=True, source="other")
    score_buyer(by=None, buyer=about.pk, today=date(2026, 11, 2))
    for name in ("buyer", "score_history"):
        content = unescape(page.get(reverse(name, args=[about.pk])).content.decode())
        since = Score.objects.latest_of(about).for_exporters().since
        assert since["code"] == "grade_was_another"
        assert said(WORDS, since["code"], since["facts"]) in content
        strongest = Score.objects.latest_of(about).for_exporters().better[0]
        assert said(WORDS, strongest.now.code, strongest.now.facts) in content
        assert "before: " + said(WORDS, strongest.before.code, strongest.before.facts) in content
    experience(about, exporter())  # of one policyholder: it counts, and is not shown
    score_buyer(by=None, buyer=about.pk, today=date(2026, 11, 2))
    assert Score.objects.filter(buyer=about).count() == 3
    for name in ("buyer", "score_history"):
        assert (
            "None of the indicators shown gives more or less than before"
            in page.get(reverse(name, args=[about.pk])).content.decode()
        )
