"""The form for one year's accounts: judged at the field, looked through with ratios, then kept."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models.roles import UNDERWRITER
from accounts.tests.factories import signed_in, staff
from buyers.models import FinancialStatement, Score
from buyers.tests.factories import LINES, buyer, statement

pytestmark = pytest.mark.django_db
ADD = "admin:buyers_financialstatement_add"


@pytest.fixture
def office(client: Client) -> Client:
    return signed_in(client, staff(UNDERWRITER))


def typed(**changed) -> dict[str, str]:
    told = {"period_end": "2025-12-31", "months": "12", "currency": "EUR", "source": "register", **LINES, **changed}
    return {name: str(value) for name, value in told.items()}


def seen_in(content: str) -> str:
    return re.search(r'name="reviewed" value="([0-9a-f]*)"', content)[1]


def keep(office: Client, path: str, told: dict[str, str]):
    shown = office.post(path, told).content.decode()
    return shown, office.post(path, {**told, "reviewed": seen_in(shown)})


def test_accounts_are_typed_in_for_a_buyer_that_was_searched_for_and_looked_through_first(office):
    about = buyer("Kesselring Werkzeuge GmbH")
    statement(about, period_end="2024-12-31", equity=2_000_000)
    found = office.get(reverse(ADD), {"q": "kesselring"}).content.decode()
    assert f"?buyer={about.pk}" in found
    assert "No company has this name" in office.get(reverse(ADD), {"q": "nobody at all"}).content.decode()
    path = f"{reverse(ADD)}?buyer={about.pk}"
    assert seen_in(office.get(path).content.decode()) == ""
    shown, response = keep(office, path, typed())
    assert "35.0 %" in shown
    assert "20.0 %" in shown
    assert response.headers["Location"] == reverse("admin:buyers_buyer_change", args=[about.pk])
    row = FinancialStatement.objects.latest("id")
    assert (row.buyer, row.currency, row.equity) == (about, "EUR", 3_500_000)
    about.refresh_from_db()
    assert about.grade == Score.objects.get().grade


def test_what_is_changed_after_the_look_is_shown_once_more(office):
    path = f"{reverse(ADD)}?buyer={buyer().pk}"
    seen = seen_in(office.post(path, typed()).content.decode())
    again = office.post(path, typed(reviewed=seen, sales="16,000,000")).content.decode()
    assert not FinancialStatement.objects.exists()
    assert seen_in(again) not in ("", seen)


def test_accounts_that_do_not_add_up_are_refused_at_the_line_and_nothing_is_lost(office):
    about = buyer()
    content = office.post(f"{reverse(ADD)}?buyer={about.pk}", typed(cash="7,000,000")).content.decode()
    assert "This is more than the total it is a part of." in content
    assert 'value="7,000,000"' in content
    assert seen_in(content) == ""
    ambiguous = office.post(f"{reverse(ADD)}?buyer={about.pk}", typed(cash="7,000")).content.decode()
    assert "can be read as a whole number or as a fraction" in ambiguous
    assert not FinancialStatement.objects.exists()


def test_other_figures_of_a_known_year_are_shown_beside_it_and_take_its_place(office):
    about = buyer()
    old = statement(about, source="register")
    path = f"{reverse(ADD)}?buyer={about.pk}"
    shown, response = keep(
        office, path, typed(unit="1000", **{n: v // 1000 for n, v in LINES.items()} | {"equity": 3400})
    )
    assert "came in on" in shown
    assert "Equity and liabilities together differ" not in shown  # within 1 %
    assert response.status_code == 302
    old.refresh_from_db()
    assert old.superseded_at
    assert about.statements.get(superseded_at__isnull=True).equity == 3_400_000


def test_hints_and_ratios_come_while_typing_and_empty_fields_are_not_wrong_yet(office):
    at = reverse("admin:check_accounts", args=[buyer().pk])
    assert "The ratios appear here" in office.post(at, {}).content.decode()
    part = office.post(
        at, {"period_end": "2025-12-31", "months": "12", "currency": "EUR", "total_assets": "100", "equity": "30",
             "total_liabilities": "50", "cash": "x", "interest": "9" * 30},
    ).content.decode()  # fmt: skip
    assert "<html" not in part
    assert "30.0 %" in part
    assert "differ from total assets by −20" in part
    assert "This is no amount." in part
    assert "This field is required" not in part
    assert not FinancialStatement.objects.exists()


@pytest.mark.parametrize(("number", "status"), [("x", 200), ("", 200), ("99999999999999999999", 200), ("4711000", 404)])
def test_what_is_no_number_of_a_buyer_leads_to_the_choice_and_a_free_one_to_nothing(office, number: str, status: int):
    assert office.get(reverse(ADD), {"buyer": number}).status_code == status


def test_a_version_shows_what_it_says_otherwise_than_the_one_before(office):
    about = buyer()
    statement(about, source="register", period_end="2025-12-31", sales=10_000_000, audited=False, interest=None)
    _shown, answer = keep(office, f"{reverse(ADD)}?buyer={about.pk}", typed(audited="on"))
    assert answer.status_code == 302
    older, newer = FinancialStatement.objects.filter(buyer=about).order_by("pk")
    page = office.get(reverse("admin:buyers_financialstatement_change", args=[newer.pk])).content.decode()
    assert "Sales: 10,000,000.00 EUR → 15,000,000.00 EUR" in page
    assert "Interest paid: – → 200,000.00 EUR" in page
    assert "Audited: no → yes" in page
    assert "Equity: 3,500,000.00" not in page
    first = office.get(reverse("admin:buyers_financialstatement_change", args=[older.pk])).content.decode()
    assert "→" not in first


def test_kept_accounts_are_shown_as_amounts_with_their_ratios(office):
    about = buyer()
    statement(about, "2024-12-31", equity=2_000_000)
    row = statement(about, stock=None)
    page = office.get(reverse("admin:buyers_financialstatement_change", args=[row.pk])).content.decode()
    assert "10,000,000.00 EUR" in page and "10000000.0000" not in page
    assert "35.0 %" in page and "20.0 %" in page  # this year's equity ratio and the one before
    assert office.get(reverse("admin:buyers_financialstatement_change", args=[row.pk + 1])).status_code == 302
