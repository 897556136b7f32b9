"""The office's pages about scores: for underwriters, and each calling the action everybody else calls."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models.roles import CLAIMS_HANDLER, UNDERWRITER
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions.score import score_buyer
from buyers.actions.score_run import plan_refresh
from buyers.freshness import freshness
from buyers.models import CountryGovernance, CountryRisk, PaymentExperience, ScoreRange, ScoreRun
from buyers.models.score_run import MOST_ATTEMPTS, RunKind
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


def test_the_page_says_so_when_there_was_no_refresh_yet(office):
    content = office.get(reverse("admin:score_refreshes")).content.decode()
    assert "No refresh yet" in content
    assert "hx-get" not in content


def run_of(**columns: Any) -> ScoreRun:
    """A run with one range, under way unless said otherwise."""
    of_run = {name: columns.pop(name) for name in ("kind", "finished_at", "started_at") if name in columns}
    run = ScoreRun.objects.create(planned_for=date(2026, 11, 21), edition="2026-2", **of_run)
    ScoreRange.objects.create(run=run, first_buyer=1, last_buyer=9, **columns)
    return run


def test_a_run_under_way_shows_its_bar_its_figures_and_its_workers(office):
    now = timezone.now()
    run = run_of(started_at=now - timedelta(seconds=10), claimed_by="w", claimed_until=now + timedelta(seconds=60))
    done = {"looked_at": 4_000, "scored": 1_234, "regraded": 56, "alerts": 7, "attempts": 2}
    ScoreRange.objects.create(run=run, first_buyer=10, last_buyer=19, done_at=now, **done)
    content = office.get(reverse("admin:score_refreshes")).content.decode()
    assert '<progress max="100" value="50"' in content
    for words in (
        "1 of 2 ranges are done.",
        "1 worker is at it.",
        "About 1 minute to go.",
        "1,234",
        "ranges tried again",
    ):
        assert words in content, words
    assert ">400</dd>" in content  # buyers a second
    assert "hx-get" in content
    assert "Resume" not in content


def test_a_run_nobody_works_on_says_so_and_is_taken_up_again_by_a_person(office, woken):
    run = run_of(started_at=timezone.now() - timedelta(minutes=4))
    content = office.get(reverse("admin:score_refreshes")).content.decode()
    assert "No worker comes" in content
    assert "hx-get" not in content
    assert reverse("admin:resume_run", args=[run.pk]) in content
    office.post(reverse("admin:resume_run", args=[run.pk]))
    assert woken == [1]


def test_a_finished_run_that_was_given_up_in_part_keeps_its_failure_and_its_button(office):
    run_of(finished_at=timezone.now(), attempts=MOST_ATTEMPTS, failure="OperationalError: the disk is full")
    content = office.get(reverse("admin:score_refreshes")).content.decode()
    assert "OperationalError: the disk is full" in content
    assert "Given up in part" in content
    assert "Resume" in content
    assert "1 range was tried again" in content  # however often


def test_everybody_is_scored_under_the_edition_in_use_at_the_push_of_a_button(office, woken):
    office.post(reverse("admin:start_rescore"))
    assert (ScoreRun.objects.count(), woken) == (0, [])  # there is nobody
    about = buyer(next_score_on=timezone.now().date())
    statement(about)
    score(about, edition="2026-1")
    office.post(reverse("admin:start_rescore"))
    assert (ScoreRun.objects.get().kind, woken) == (RunKind.EVERYONE, [1])


def test_the_page_says_how_soon_a_buyer_is_looked_at_again_by_grade_and_by_event(office):
    content = office.get(reverse("admin:score_refreshes")).content.decode()
    days = re.findall(r'<td class="num">(\d+)</td></tr>', content)
    assert list(map(int, days)) == list(freshness().days)
    assert "Insolvency filed" in content
    assert "Country downgrade" in content
    assert "Sanctions hit confirmed" not in content  # changes nothing of a grade


def test_the_list_of_refreshes_costs_the_same_queries_for_one_and_for_fifty(office, django_assert_max_num_queries):
    def past(number: int) -> None:
        for n in range(number):
            run_of(finished_at=timezone.now(), attempts=n % 6, failure="x" if n % 6 else "")
            run_of(finished_at=timezone.now(), done_at=timezone.now(), scored=2)

    run_of(claimed_until=timezone.now() + timedelta(seconds=60))
    past(2)
    office.get(reverse("admin:score_refreshes"))
    with django_assert_max_num_queries(100) as few:
        office.get(reverse("admin:score_refreshes"))
    past(24)
    run_of(claimed_until=timezone.now() + timedelta(seconds=60), failure="y")
    with django_assert_max_num_queries(len(few)):
        content = office.get(reverse("admin:score_refreshes")).content.decode()
    assert 'rel="next"' in content


def test_a_score_shows_its_working_to_staff(office):
    about = buyer()
    statement(about)
    row = score_buyer(by=None, buyer=about.pk, today=date(2026, 11, 21))
    content = office.get(reverse("admin:buyers_score_change", args=[row.pk])).content.decode()
    assert "Equity is 35 % of total assets" in content
    assert "Pays" not in content or "Days paid after terms" in content
    assert str(row.points) in content
    explanation = row.for_staff()
    shown = re.findall(r'<td data-l="Points" class="num">([^<]*)</td>', content)
    assert [int(points.replace("−", "-")) for points in shown] == [line.points for line in explanation.lines]
    assert content.count('class="bar pull"') >= len(explanation.lines)


def test_a_probability_is_shown_in_percent(office):
    row = score(buyer(), 4, default_probability="0.05672072")
    for page in ("changelist", "change"):
        at = reverse(f"admin:buyers_score_{page}", args=[row.pk] if page == "change" else [])
        assert "5.67 %" in office.get(at).content.decode()


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
        for address in (
            reverse("admin:start_refresh"),
            reverse("admin:start_rescore"),
            reverse("admin:resume_run", args=[run.pk]),
        ):
            assert page.post(address).status_code in (302, 403), address
    assert not ScoreRange.objects.exists()
    assert plan_refresh(by=None, today=date(2026, 1, 1)) is None
    assert not PaymentExperience.objects.exists()
