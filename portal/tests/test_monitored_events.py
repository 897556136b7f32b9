"""Every event that is monitored, from the source it comes from to the alert of a firm with the buyer in its book."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Exporter, Membership
from accounts.models.roles import UNDERWRITER
from accounts.tests.factories import exporter, member, staff
from buyers.actions.accounts import record_statement
from buyers.actions.country import keep_country_risks
from buyers.actions.feed import hand_in_feed
from buyers.actions.merge import merge_buyers
from buyers.actions.screening import decide_hit, screen_batch
from buyers.actions.signal import record_signal
from buyers.countries import Rating
from buyers.feeds.adapters import load_feed
from buyers.feeds.tasks import look_for_late_accounts
from buyers.models import Alert, Buyer, CountryRisk, FeedRun, ScreeningHit, Signal
from buyers.tasks import score_signalled
from buyers.tests.factories import buyer, in_book, statement
from claims.actions.overdue import report_overdue
from desk.models import Notice

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
REGISTER = "CompanyName,CompanyNumber,RegAddress.AddressLine1,CompanyStatus\n"
SDN = '306,"ACME TOOLS",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'


@pytest.fixture
def firm() -> Exporter:
    return exporter()


@pytest.fixture
def about(firm: Exporter) -> Buyer:
    found = buyer("Acme Tools Limited", country="GB", identifiers={"CRN": "01234567"})
    in_book(firm, found)
    return found


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., FeedRun]:
    def one(kind: str, content: str, edition: date = TODAY) -> FeedRun:
        path = tmp_path / "file"
        path.write_text(content)
        return load_feed(hand_in_feed(by=None, kind=kind, file_name="file", edition=edition).pk, path)

    return one


def told(firm: Exporter) -> list[str]:
    return list(Alert.objects.filter(exporter=firm).order_by("id").values_list("kind", flat=True))


def test_new_accounts_entered_by_an_underwriter(firm: Exporter, about: Buyer):
    record_statement(by=staff(UNDERWRITER).pk, buyer=about.pk, period_end=date(2025, 12, 31), currency="EUR",
                     source="register", lines={"total_assets": Decimal(1_000)}, today=TODAY)  # fmt: skip
    assert told(firm) == ["accounts_received"]
    assert Alert.objects.get().facts["period_end_on"] == "2025-12-31"


def test_late_accounts_by_date(firm: Exporter, about: Buyer):
    statement(about, TODAY - timedelta(days=700))
    look_for_late_accounts()
    assert told(firm) == ["accounts_late"]


def test_a_downgrade_by_what_happened(firm: Exporter, about: Buyer):
    statement(about)
    score_signalled(about.pk)
    Alert.objects.all().delete()
    statement(about, date(2026, 6, 30), equity=-100_000, retained_earnings=-1_200_000, net_profit=-900_000,
              operating_profit=-1_500_000, operating_costs=16_500_000, profit_before_tax=-1_700_000)  # fmt: skip
    score_signalled(about.pk)
    assert told(firm) == ["downgrade"]


def test_overdues_that_three_policyholders_reported(firm: Exporter, about: Buyer):
    for reporter in (exporter(), exporter(), exporter()):
        assert told(firm) == []
        in_book(reporter, about)
        report_overdue(by=member(reporter).pk, exporter=reporter.pk, buyer=about.pk, amount=Decimal(1), currency="EUR",
                       due_on=TODAY - timedelta(days=30))  # fmt: skip
    assert told(firm) == ["overdue_reported"]


@pytest.mark.parametrize(
    "kind", ["court_case", "insolvency_filed", "management_change", "address_change", "name_change"]
)
@pytest.mark.parametrize("lines", [True, False])
def test_what_anybodys_file_says(firm: Exporter, about: Buyer, load: Callable[..., FeedRun], kind: str, lines: bool):
    cells = {"event_id": "E1", "kind": kind, "happened_on": TODAY.isoformat(), "scheme": "CRN", "number": "01234567"}
    as_json = "{" + ", ".join(f'"{name}": "{value}"' for name, value in cells.items()) + "}\n"
    as_csv = f"{','.join(cells)}\n{','.join(cells.values())}\n"
    for _again in range(2):
        load("events", as_json if lines else as_csv)
        assert told(firm) == [kind]


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        ("Acme Tools Limited,01234567,1 High St,Liquidation", ["insolvency_filed"]),
        ("Acme Tools Limited,01234567,2 Low St,Active", ["address_change"]),
        ("Acme Machines Limited,01234567,1 High St,Active", ["name_change"]),
        ("Acme Tools Limited,01234567,1 High St,Active - Proposal to Strike off", ["strike_off_proposed"]),
    ],
)
def test_what_the_register_shows(
    firm: Exporter, about: Buyer, load: Callable[..., FeedRun], row: str, kinds: list[str]
):
    load("companies_house", REGISTER + "Acme Tools Limited,01234567,1 High St,Active\n", TODAY - timedelta(days=30))
    assert told(firm) == []
    load("companies_house", f"{REGISTER}{row}\n")
    assert told(firm) == kinds


def test_a_sanctions_hit_reaches_staff_once_confirmed_and_no_exporter(
    firm: Exporter, about: Buyer, load: Callable[..., FeedRun]
):
    load("ofac_sdn", SDN)
    while screen_batch(by=None):
        pass
    hit = ScreeningHit.objects.get(buyer=about)
    assert not Signal.objects.exists()
    decide_hit(by=staff(UNDERWRITER).pk, hit=hit.pk, outcome="confirm", reason="The same address in Havana")
    assert [row.kind for row in Signal.objects.all()] == ["sanctions_hit"]
    assert told(firm) == [] and Signal.objects.timeline(about.pk) == []


def test_a_country_that_fell(firm: Exporter, about: Buyer):
    CountryRisk.objects.create(country="GB", valid_from=date(2026, 1, 1), house_grade="AA", house_level=1, oecd_class=0,
                               source="test")  # fmt: skip
    keep_country_risks(by=None, ratings=[Rating("GB", TODAY, 0, False, "A", 2)])
    assert told(firm) == ["country_downgrade"]


def test_a_merge_takes_along_whoever_had_the_entry_in_the_book(firm: Exporter, about: Buyer):
    twin, other = buyer("ACME Tools Ltd", country="GB"), exporter()
    in_book(other, twin)
    merge_buyers(by=staff(UNDERWRITER).pk, source=twin.pk, into=about.pk)
    record_signal(by=None, buyer=twin.pk, kind="court_case", happened_on=TODAY, source="gazette")
    assert (told(firm), told(other)) == (["court_case"], ["court_case"])


def test_who_left_the_firm_is_told_nothing_and_who_stays_is(firm: Exporter, about: Buyer):
    stays, left = member(firm), member(firm)
    Membership.objects.filter(user=left).update(ended_at=timezone.now(), ended_by=stays)
    record_signal(by=None, buyer=about.pk, kind="court_case", happened_on=TODAY, source="gazette")
    assert set(Notice.objects.values_list("recipient", flat=True)) == {stays.pk}


@pytest.fixture(autouse=True)
def _nobody_else_is_told() -> Iterator[None]:
    """Whatever happens in a test: a firm that has another buyer in its book hears of nothing."""
    elsewhere = exporter()
    in_book(elsewhere, buyer("Elsewhere AG", country="DE"))
    yield
    assert not Alert.objects.filter(exporter=elsewhere).exists()
