"""The office's pages about scores: for underwriters, and each calling the action everybody else calls."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models.roles import CLAIMS_HANDLER, UNDERWRITER
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions.score import score_buyer
from buyers.actions.score_run import plan_refresh
from buyers.models import CountryGovernance, CountryRisk, PaymentExperience, ScoreRange, ScoreRun
from buyers.models.score_run import MOST_ATTEMPTS
from buyers.tests.factories import buyer, experience, quoted, score, statement
from buyers.views import office_scores

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client) -> Client:
    return signed_in(client, staff(UNDERWRITER))


@pytest.fixture
def woken(monkeypatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(office_scores, "wake_workers", lambda: found.append(1))
    return found


def test_the_refreshes_show_progress_failures_and_a_button(office, woken):
    about = buyer(next_score_on=timezone.now().date())
    statement(about)
    assert office.post(reverse("admin:start_refresh")).headers["Location"] == reverse("admin:score_refreshes")
    run = ScoreRun.objects.get()
    ScoreRange.objects.update(attempts=MOST_ATTEMPTS, failure="ValueError: broken")
    content = office.get(reverse("admin:score_refreshes")).content.decode()
    assert "ValueError: broken" in content
    office.post(reverse("admin:resume_run", args=[run.pk]))
    assert ScoreRange.objects.get().attempts == 0
    assert woken == [1, 1]
    part = office.get(reverse("admin:score_refreshes"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "hx-get" in part


def test_with_nothing_due_no_refresh_starts(office, woken):
    office.post(reverse("admin:start_refresh"))
    assert woken == []
    assert not ScoreRun.objects.exists()


def test_the_list_of_refreshes_costs_the_same_queries_for_one_and_for_twenty(office, django_assert_max_num_queries):
    def past(number: int) -> None:
        for n in range(number):
            run = ScoreRun.objects.create(
                planned_for=date(2026, 1, 1) + timedelta(days=n), edition="2026-1", finished_at=timezone.now()
            )
            ScoreRange.objects.create(run=run, first_buyer=1, last_buyer=2, done_at=timezone.now(), scored=2)

    past(1)
    office.get(reverse("admin:score_refreshes"))
    with django_assert_max_num_queries(100) as few:
        office.get(reverse("admin:score_refreshes"))
    past(19)
    with django_assert_max_num_queries(len(few)):
        office.get(reverse("admin:score_refreshes"))


def test_a_score_shows_its_working_to_staff(office):
    about = buyer()
    statement(about)
    row = score_buyer(by=None, buyer=about.pk, today=date(2026, 11, 21))
    content = office.get(reverse("admin:buyers_score_change", args=[row.pk])).content.decode()
    assert "Equity is 35 % of total assets" in content
    assert "Pays" not in content or "Days paid after terms" in content
    assert str(row.points) in content


def test_a_score_nobody_made_leads_back(office):
    assert office.get(reverse("admin:buyers_score_change", args=[12345])).status_code == 302


@pytest.mark.parametrize(
    "model",
    [
        "score",
        "financialstatement",
        "signal",
        "paymentexperience",
        "alert",
        "countryrisk",
        "countrygovernance",
        "exchangerate",
    ],
)
def test_underwriters_look_at_every_list_and_change_nothing(office, model: str):
    about = buyer()
    row = score(about)
    statement(about)
    experience(about, exporter())
    quoted("USD", "1.1")
    CountryRisk.objects.create(
        country="DE", valid_from=date(2026, 1, 1), house_grade="AA", house_level=1, source="test"
    )
    assert office.get(reverse(f"admin:buyers_{model}_changelist")).status_code == 200
    assert office.post(reverse("admin:buyers_score_change", args=[row.pk]), {"grade": 1}).status_code == 403
    assert office.get(reverse("admin:buyers_scorerun_changelist")).headers["Location"] == reverse(
        "admin:score_refreshes"
    )


def test_the_list_of_governance_goes_by_country_and_is_narrowed_by_indicator(office):
    for country, indicator, year in (("TR", "rl", 2023), ("DE", "cc", 2023), ("DE", "rl", 2022), ("DE", "rl", 2023)):
        CountryGovernance.objects.create(
            country=country,
            year=year,
            indicator=indicator,
            estimate="1.55",
            rank="91.5",
            edition=date(2023, 12, 31),
            source="test",
        )
    page = reverse("admin:buyers_countrygovernance_changelist")
    assert [(str(row.country.code), row.indicator, row.year) for row in office.get(page).context["cl"].result_list] == [
        ("DE", "cc", 2023),
        ("DE", "rl", 2023),
        ("DE", "rl", 2022),
        ("TR", "rl", 2023),
    ]
    narrowed = office.get(page, {"indicator__exact": "cc"}).context["cl"].result_list
    assert [row.indicator for row in narrowed] == ["cc"]
    assert office.get(reverse("admin:buyers_countrygovernance_add")).status_code == 403


def test_the_pages_are_closed_to_everybody_else(client):
    run = ScoreRun.objects.create(planned_for=date(2026, 1, 1), edition="2026-1")
    firm = exporter()
    for person, choice in ((staff(CLAIMS_HANDLER), None), (member(firm), firm)):
        page = signed_in(client, person, choice)
        for address in (reverse("admin:buyers_financialstatement_add"), reverse("admin:score_refreshes")):
            assert page.get(address).status_code in (302, 403), address
        for address in (reverse("admin:start_refresh"), reverse("admin:resume_run", args=[run.pk])):
            assert page.post(address).status_code in (302, 403), address
    assert not ScoreRange.objects.exists()
    assert plan_refresh(by=None, today=date(2026, 1, 1)) is None
    assert not PaymentExperience.objects.exists()
