"""The demo's data: complete in their states, made once, never half, and on any day of any year."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEvent, Exporter, Membership, StaffAuthority, User
from accounts.models.roles import STAFF_GROUPS, Role
from buyers.models import (
    AccountsSubmission,
    Alert,
    Buyer,
    BuyerProposal,
    CustomerList,
    FinancialStatement,
    GradeOverride,
    Identifier,
    Score,
    ScreeningHit,
    Signal,
)
from claims.deadlines import file_by, opens_on
from claims.models import Claim, ClaimPaper, PaperRequest
from claims.models.claim import Cause
from demo import directory, seed
from demo.clock import Story, set_to
from demo.people import PEOPLE, STAFF
from demo.statements import WITHOUT_ACCOUNTS, last_year_end, statement
from desk.models import Document, Duty, Notice
from policies.models import CreditLimit, LimitDecision, LimitRequest, Policy, PolicyTerms
from policies.models.limit_decision import Outcome
from policies.models.limit_request import RequestStage

LEAP_DAY = datetime(2028, 2, 29, 10, 30, tzinfo=UTC)


def silent(_words: str) -> None:
    """Says nothing."""


@pytest.fixture(autouse=True)
def files_apart(settings: LazySettings, tmp_path: Path) -> None:
    storages = {**settings.STORAGES}
    storages["default"] = {**storages["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = storages


def made_on(day: datetime) -> bool:
    with set_to(day):
        return seed.seed(silent)


@pytest.mark.django_db
def test_the_demo_is_complete_made_once_and_dated_before_its_day():
    assert made_on(LEAP_DAY) is True

    # People: each firm has every role, somebody works for two, each staff group is filled and has its authority.
    assert Exporter.objects.count() == 3
    for firm in Exporter.objects.all():
        assert set(Membership.objects.filter(exporter=firm).values_list("role", flat=True)) == set(Role.values)
    assert Membership.objects.filter(user__email="mia.tan@ledgerhouse.example").count() == 2
    assert set(User.objects.filter(is_staff=True, groups__isnull=False).values_list("groups__name", flat=True)) == set(
        STAFF_GROUPS
    )
    assert StaffAuthority.objects.count() == 3
    for someone in (*PEOPLE, *STAFF):
        assert PBKDF2PasswordHasher().verify(someone.password, User.objects.get(email=someone.email).password)

    # Buyers: the invented ones say so and are scored over time; the real ones carry no grade and no accounts.
    invented = Buyer.objects.filter(fictitious=True)
    assert 55 <= invented.count() <= 65
    assert invented.values("country").distinct().count() >= 35
    assert Score.objects.values("buyer").distinct().count() >= 50
    fallen = Buyer.objects.get(name="Kesselring Werkzeuge GmbH")
    assert Score.objects.filter(buyer=fallen).values("grade").distinct().count() >= 3
    real = Buyer.objects.filter(fictitious=False)
    assert real.count() > 3000
    assert not real.filter(grade__isnull=False).exists()
    assert not FinancialStatement.objects.filter(buyer__fictitious=False).exists()
    assert not Identifier.objects.filter(buyer__fictitious=True).exclude(value__startswith="FAIR").exists()

    # Limits in every state.
    assert set(LimitDecision.objects.values_list("outcome", flat=True)) == set(Outcome.values)
    transient = {RequestStage.ASKED}  # answered in the moment it is asked
    assert set(LimitRequest.objects.values_list("stage", flat=True)) == set(RequestStage.values) - transient
    assert LimitDecision.objects.filter(decided_by__isnull=True).exists()
    assert LimitDecision.objects.filter(countersigned_by__isnull=False).exists()
    assert CreditLimit.objects.filter(upcoming__isnull=False).exists()
    assert CreditLimit.objects.filter(lapsed_at__isnull=False).exists()
    assert CreditLimit.objects.to_review().exists()
    assert Policy.objects.count() == 3 and PolicyTerms.objects.count() == 6
    assert PolicyTerms.objects.values("insured_percentage").distinct().count() == 3

    # News, duties, claims with papers that are files.
    for firm in Exporter.objects.all():
        assert Alert.objects.filter(exporter=firm, done_at__isnull=True, kind="downgrade").exists()
    assert Duty.objects.filter(done_at__isnull=True, lapsed_at__isnull=True).values("kind").distinct().count() >= 2
    assert Notice.objects.filter(channel="page", read_at__isnull=True).exists()
    assert PaperRequest.objects.filter(answered_at__isnull=True).count() == 1
    assert set(Claim.objects.values_list("stage", flat=True)) == {"draft", "papers_asked", "assessed"}
    for claim in Claim.objects.filter(filed_at__isnull=False):
        dues, terms = [invoice.due_on for invoice in claim.invoices()], claim.terms()
        assert min(dues) <= claim.event_on <= claim.filed_at.date() <= file_by(dues, terms)
        assert claim.cause != Cause.PROTRACTED_DEFAULT or claim.filed_at.date() >= opens_on(dues, terms)
    assert ClaimPaper.objects.count() >= 10
    assert set(Document.objects.values_list("content_type", flat=True)) == {"application/pdf", "text/csv"}

    # Knowing the buyer: events and what they mean to linked buyers, a hit, set grades, a list, accounts, a proposal.
    assert Signal.objects.filter(kind="linked_trouble", buyer__name="Andelmar Ferretería SpA").exists()
    assert Alert.objects.filter(signal__kind="strike_off_proposed").exists()
    assert set(GradeOverride.objects.values_list("stage", flat=True)) == {"in_force", "proposed"}
    hit = ScreeningHit.objects.get()
    assert (hit.buyer.name, hit.stage) == ("Al Qamariya Building Materials LLC", "open")
    brought = CustomerList.objects.get()
    assert brought.stage == "ready"
    assert min(brought.certain, brought.to_choose, brought.unknown, brought.refused) >= 1
    assert AccountsSubmission.objects.get().stage == "sent"
    assert BuyerProposal.objects.get().stage == "proposed"

    # Dated back, and nothing in the future.
    assert AuditEvent.objects.filter(at__lt=LEAP_DAY - timedelta(days=300)).exists()
    for model, column in (
        (AuditEvent, "at"),
        (Score, "scored_at"),
        (LimitDecision, "decided_at"),
        (Alert, "raised_at"),
    ):
        assert not model.objects.filter(**{f"{column}__gt": LEAP_DAY}).exists()

    # A second start changes nothing; a start after months only adds exchange rates.
    counts = [model.objects.count() for model in (User, Buyer, Score, LimitRequest, AuditEvent, Notice)]
    assert made_on(LEAP_DAY + timedelta(days=200)) is False
    assert counts == [model.objects.count() for model in (User, Buyer, Score, LimitRequest, AuditEvent, Notice)]


@pytest.mark.django_db
def test_an_interrupted_start_leaves_nothing_invented(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(seed, "real_names", silent)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(seed, "acts", interrupted)
    with pytest.raises(KeyboardInterrupt):
        seed.seed(silent)
    assert not User.objects.exists() and not Exporter.objects.exists() and not Buyer.objects.exists()


@pytest.mark.parametrize("command", ["seed_demo", "demo_people"])
def test_a_portal_that_is_no_demo_refuses(command: str, settings: LazySettings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(CommandError):
        call_command(command)


def test_passwords_are_printed_on_loopback_only(settings: LazySettings):
    settings.DEMO, settings.ALLOWED_HOSTS = True, ["portal.example"]
    with pytest.raises(CommandError):
        call_command("demo_people")


@pytest.mark.django_db
def test_the_table_of_people_lines_up_with_chinese_names(settings: LazySettings, capsys: pytest.CaptureFixture[str]):
    settings.DEMO, settings.ALLOWED_HOSTS = True, ["127.0.0.1"]
    call_command("demo_people")
    printed = capsys.readouterr().out
    for someone in (*PEOPLE, *STAFF):
        assert someone.email in printed and someone.password in printed


def test_no_issuer_can_have_given_out_an_invented_lei():
    assert directory.invented_lei(1).startswith("FAIR00DEMO")
    assert len(directory.invented_lei(1)) == 20


@pytest.mark.parametrize(
    ("today", "end"),
    [
        (date(2028, 2, 29), date(2026, 12, 31)),
        (date(2028, 4, 29), date(2026, 12, 31)),
        (date(2028, 4, 30), date(2027, 12, 31)),
        (date(2028, 12, 31), date(2027, 12, 31)),
    ],
)
def test_accounts_come_in_four_months_after_their_year(today: date, end: date):
    assert last_year_end(today) == end


def test_invented_accounts_hold_together():
    for row in directory.invented():
        if row["health"] in WITHOUT_ACCOUNTS:
            continue
        for before in range(4):
            lines = statement(row["key"], row["health"], directory.Decimal(row["sales"]), before)
            assert lines["current_assets"] <= lines["total_assets"]
            owed = lines["equity"] + lines["current_liabilities"] + lines["long_term_debt"]
            assert abs(owed - lines["total_assets"]) <= 3000, row["key"]  # rounded to thousands


def test_the_clock_is_set_back_and_comes_back():
    long_ago = datetime(2024, 2, 29, 8, tzinfo=UTC)
    with set_to(long_ago):
        assert timezone.now() == long_ago
    assert timezone.now() - long_ago > timedelta(days=600)


def test_a_story_never_reaches_into_the_future():
    story = Story(datetime(2028, 2, 29, 0, 5, tzinfo=UTC))
    assert story.moment(0, 23) < story.now
    assert story.moment(366).date() == date(2027, 2, 28)
