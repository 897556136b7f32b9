"""Countries: the map and the list, a country's page; every firm reads of every country, and of its own buyers only."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Exporter, User
from accounts.models.roles import Role
from accounts.tests.factories import exporter, member, person, signed_in
from buyers.models import Buyer, CountryGovernance, CountryRisk
from buyers.tests.factories import buyer, in_book
from policies.models import Appetite
from policies.tests.factories import decision, policy
from portal.templatetags.maps import world

pytestmark = pytest.mark.django_db


def rated(country: str, grade: str, level: int, day: date = date(2026, 1, 30), **columns: object) -> CountryRisk:
    values = {"country": country, "house_grade": grade, "house_level": level, "valid_from": day, "source": "OECD"}
    return CountryRisk.objects.create(**values, **columns)


def page_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def firm() -> Exporter:
    return exporter()


@pytest.fixture
def clerk(client: Client, firm: Exporter) -> User:
    someone = member(firm, Role.READER)
    signed_in(client, someone, firm)
    return someone


def limit_on(firm: Exporter, bought: Buyer, amount: int, **terms: object) -> None:
    decision(policy=policy(firm, **terms), buyer=bought, amount=Decimal(amount))


# --- the map and the list --------------------------------------------------------------------------------------------


def test_every_country_rated_is_on_the_map_as_a_link_that_says_its_rating(client: Client, clerk: User):
    rated("DE", "AA", 1, high_income=True)
    rated("SG", "AA", 1, oecd_class=0)
    rated("TR", "C", 3, oecd_class=5)
    page = page_of(client, "/countries/")
    for code, shade, words in (
        ("DE", "aa", "Germany: AA1"), ("SG", "aa", "Singapore: AA1"), ("TR", "c", "Türkiye: C3"),
        ("EH", "none", "Western Sahara: not rated"),
    ):  # fmt: skip
        assert f'<a class="land rated-{shade}" href="/countries/{code}/" aria-label="{words}">' in page
        assert f"<title>{words}</title>" in page
    assert "style=" not in page


def test_unclassified_is_not_shown_as_class_0(client: Client, clerk: User):
    rated("DE", "AA", 1, high_income=True)
    rated("AD", "C", 3)
    rated("SG", "AA", 1, oecd_class=0)
    page = page_of(client, "/countries/")
    cells = dict(re.findall(r'/countries/(\w\w)/">[^<]*</a></td>.*?OECD class">(.*?)</td>', page))
    assert cells["SG"] == "0"
    assert "none (high income)" in cells["DE"]
    assert "not classified" in cells["AD"]


def test_a_rating_to_come_is_not_shown_before_its_day(client: Client, clerk: User):
    tomorrow = timezone.now().date() + timedelta(days=2)
    rated("TR", "B", 3, oecd_class=4)
    rated("TR", "D", 4, tomorrow, oecd_class=7)
    assert "Türkiye: B3" in page_of(client, "/countries/")
    assert 'class="rating rated-b">B3' in page_of(client, "/countries/TR/")


def test_the_list_counts_the_firms_own_buyers_and_limits_only(client: Client, firm: Exporter, clerk: User):
    ours, both = buyer(country="TR"), buyer(country="TR")
    rival = exporter()
    for holder, bought, amount in ((firm, ours, 50_000), (firm, both, 20_000), (rival, both, 990_000)):
        in_book(holder, bought)
        limit_on(holder, bought, amount)
    in_book(rival, buyer(country="CN"))
    page = page_of(client, "/countries/?own")
    assert "2 of your buyers" in page
    assert "70,000" in page
    assert "990,000" not in page
    table = page[page.index("<tbody>") :]
    assert "/countries/TR/" in table
    assert "/countries/CN/" not in table


def test_buyers_laid_aside_do_not_count(client: Client, firm: Exporter, clerk: User):
    in_book(firm, buyer(country="TR"), archived_at=timezone.now(), archived_by=person())
    assert "You have no buyers yet" in page_of(client, "/countries/?own")


def test_the_outlines_fit_the_page_and_know_every_country_of_size():
    drawn = world()
    assert len(drawn["outlines"]) > 170
    assert {"SG", "MT", "HK", "BH"} <= set(drawn["dots"])
    assert "Natural Earth" in drawn["source"]
    assert len(str(drawn)) < 120_000


# --- a country's page ------------------------------------------------------------------------------------------------


def test_a_country_nobody_knows_is_not_there(client: Client, clerk: User):
    assert client.get("/countries/ZZ/").status_code == 404
    assert client.get("/countries/de/").status_code == 200


def test_the_page_of_a_country_without_rating_says_so(client: Client, clerk: User):
    page = page_of(client, "/countries/EH/")
    assert "This country is not rated" in page
    assert "an underwriter decides" in page
    assert "The World Bank gives no indicators" in page
    assert "None of your buyers is in this country" in page


def test_the_history_is_kept_and_drawn(client: Client, clerk: User):
    rated("TR", "B", 3, date(2025, 1, 30), oecd_class=4)
    rated("TR", "C", 3, date(2026, 1, 30), oecd_class=5)
    page = page_of(client, "/countries/TR/")
    assert "House rating: B on 2025-01-30, C on" in page
    assert page.count('class="rating rated-') == 3  # the heading and two rows


def test_governance_is_shown_with_ten_years_before(client: Client, clerk: User):
    for year, estimate, rank in ((2003, "-0.50", 30), (2013, "-0.20", 41), (2023, "-0.04", 53)):
        CountryGovernance.objects.create(
            country="CN", year=year, indicator="rl", estimate=Decimal(estimate), rank=rank,
            edition=date(2023, 12, 31), source="World Bank",
        )  # fmt: skip
    page = page_of(client, "/countries/CN/")
    assert "Rule of law" in page
    assert "Rule of law: rank 30 in 2003, 53 in 2023" in page
    assert '<td data-l="Ten years before" class="num">41</td>' in page


def test_what_it_means_is_said_from_the_firms_own_policy(client: Client, firm: Exporter, clerk: User):
    rated("TR", "C", 3, oecd_class=5)
    policy(firm, maximum_terms_days=90, premium_rate=Decimal("0.31"))
    policy(exporter(), maximum_terms_days=180)
    page = page_of(client, "/countries/TR/")
    assert "comes to 45 % of what" in page
    assert "more than 90 days" in page
    assert "0.31 % of turnover" in page
    assert "180" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.S)


@pytest.mark.parametrize("path", ["/buyers/{}/", "/buyers/{}/report/"])
def test_a_buyers_page_and_report_say_what_its_country_means(path: str, client: Client, firm: Exporter, clerk: User):
    bought = in_book(firm, buyer(country="TR")).buyer
    assert "not rated" in page_of(client, path.format(bought.pk))
    rated("TR", "C", 3, oecd_class=5)
    policy(firm, time_zone="UTC")
    page = page_of(client, path.format(bought.pk))
    for words in ("Country: Türkiye", "C3", "high risk", "<b>5</b> · considerable country risk", "Payment terms",
                  "Your rate of", 'href="/countries/TR/"'):  # fmt: skip
        assert words in page
    Appetite.objects.create(
        country="TR", cap=Decimal(1_234_567), off_cover=True, valid_from=timezone.now().date(), set_by_id=clerk.pk
    )
    page = page_of(client, path.format(bought.pk))
    assert "No new cover" in page and "1,234,567" not in page


def test_a_buyer_of_no_known_country_has_no_panel(client: Client, firm: Exporter, clerk: User):
    bought = in_book(firm, buyer(country="")).buyer
    assert "About the country" not in page_of(client, f"/buyers/{bought.pk}/")


def test_off_cover_is_said_neutrally_and_no_cap_is_told(client: Client, firm: Exporter, clerk: User):
    rated("TR", "C", 3, oecd_class=5)
    today = timezone.now().date()
    Appetite.objects.create(
        country="TR", cap=Decimal(1_234_567), off_cover=True, valid_from=today, set_by_id=firm.created_by_id
    )
    page = page_of(client, "/countries/TR/")
    assert "No new cover is given on buyers in this country at present" in page
    assert "1,234,567" not in page


def test_a_cap_without_off_cover_is_not_hinted_at(client: Client, firm: Exporter, clerk: User):
    rated("TR", "C", 3, oecd_class=5)
    before = page_of(client, "/countries/TR/")
    Appetite.objects.create(
        country="TR", cap=Decimal(1), valid_from=timezone.now().date(), set_by_id=firm.created_by_id
    )
    assert without_tokens(page_of(client, "/countries/TR/")) == without_tokens(before)


def without_tokens(page: str) -> str:
    return re.sub(r'X-CSRFToken": "[^"]*"|csrfmiddlewaretoken" value="[^"]*"', "", page)


def test_the_firms_own_buyers_there_stand_with_their_limits(client: Client, firm: Exporter, clerk: User):
    ours = in_book(firm, buyer("Anadolu Tekstil", country="TR"), own_reference="TR-7").buyer
    limit_on(firm, ours, 50_000)
    foreign = in_book(exporter(), buyer("Rakip Makina", country="TR")).buyer
    limit_on(exporter(), foreign, 990_000)
    page = page_of(client, "/countries/TR/")
    assert f'<a href="/buyers/{ours.pk}/">Anadolu Tekstil</a>' in page
    assert page.count("50,000.00") == 2  # in the row and in the sum
    assert "Rakip" not in page
    assert "990,000" not in page


def test_a_limit_that_stands_on_a_merged_entry_is_shown_on_what_it_became(client: Client, firm: Exporter, clerk: User):
    present = in_book(firm, buyer(country="TR")).buyer
    former = buyer(country="CN", merged_into=present)
    limit_on(firm, former, 40_000)
    assert page_of(client, "/countries/TR/").count("40,000.00") == 2
    assert "No limit is in force" not in page_of(client, "/countries/TR/")


def test_the_buyers_page_leads_to_its_country(client: Client, firm: Exporter, clerk: User):
    bought = in_book(firm, buyer(country="TR")).buyer
    assert '<a href="/countries/TR/">Türkiye</a>' in page_of(client, f"/buyers/{bought.pk}/")


@pytest.mark.parametrize("path", ["/countries/", "/countries/?own", "/countries/TR/"])
def test_a_page_costs_the_same_queries_for_one_buyer_and_for_fifty(
    path: str, client: Client, firm: Exporter, clerk: User, django_assert_max_num_queries
):
    rated("TR", "C", 3, oecd_class=5)
    held = policy(firm)

    def another() -> None:
        decision(policy=held, buyer=in_book(firm, buyer(country="TR")).buyer, amount=Decimal(1000))

    another()
    client.get(path)  # what a process keeps is read
    with django_assert_max_num_queries(100) as few:
        client.get(path)
    for _n in range(50):
        another()
    with django_assert_max_num_queries(len(few)):
        client.get(path)


def test_the_pages_are_written_in_chinese(client: Client, clerk: User):
    rated("TR", "C", 3, oecd_class=5)
    client.cookies["django_language"] = "zh-hans"
    headers = {"Accept-Language": "zh-hans"}
    for path in ("/countries/", "/countries/TR/"):
        assert "经合组织" in client.get(path, headers=headers).content.decode()
