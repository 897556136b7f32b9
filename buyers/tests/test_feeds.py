"""Publishers' files in their own formats: what comes of each row, and that the same file twice changes nothing."""

import gzip
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models.roles import CLAIMS_HANDLER, UNDERWRITER
from accounts.tests.factories import exporter, staff
from buyers.actions.feed import finish_feed, give_up_feed, hand_in_feed
from buyers.actions.feed_rows import take_in_events, take_in_link_rows, take_in_register
from buyers.actions.link import end_link, link_buyers, take_in_links
from buyers.actions.rename import rename_buyer
from buyers.actions.sanctions_list import take_in_addresses, take_in_aliases, take_in_list
from buyers.feeds import adapters, companies_house, ofac
from buyers.feeds.adapters import FeedBusy, load_feed
from buyers.feeds.companies_house import Known, changes, same_name
from buyers.feeds.files import RowUnfit, day, opened
from buyers.feeds.lists import country_code
from buyers.feeds.tasks import sweep_feeds, take_in_feed
from buyers.models import (
    BookEntry,
    BuyerLink,
    FeedRun,
    RegisterEntry,
    SanctionsEntry,
    SanctionsName,
    ScreeningDue,
    Signal,
)
from buyers.models.feed import FeedKind
from buyers.models.name import Name
from buyers.tests.factories import buyer, in_book
from buyers.wording import WORDS
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db
EDITION = date(2026, 11, 1)
ACTIONS = (finish_feed, give_up_feed, take_in_events, take_in_link_rows, take_in_links, take_in_register,
           take_in_addresses, take_in_aliases, take_in_list, rename_buyer, end_link)  # fmt: skip


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr("buyers.tasks.score_signalled.delay_on_commit", lambda *_: None)
    monkeypatch.setattr("buyers.tasks.plan_scores.delay_on_commit", lambda *_: None)


@pytest.fixture
def load(tmp_path):
    def one(kind: str, content: str | bytes, name: str = "file", edition: date | None = EDITION) -> FeedRun:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        run = hand_in_feed(by=None, kind=kind, file_name=name, edition=edition)
        return load_feed(run.pk, path)

    return one


def counts(run: FeedRun) -> tuple[int, int, int, int, int]:
    return run.rows_read, run.taken_in, run.repeated, run.not_ours, run.refused


def reasons(run: FeedRun) -> list[tuple[int, str]]:
    return list(run.refused_rows.order_by("line").values_list("line", "code"))


# --- the UK register --------------------------------------------------------------------------------------------------

CH = "CompanyName, CompanyNumber,RegAddress.AddressLine1,RegAddress.PostTown,CompanyStatus,PreviousName_1.CONDATE\n"


def ch(*rows: str) -> str:
    return CH + "".join(f"{row}\n" for row in rows)


@pytest.fixture
def acme():
    return buyer("Acme Tools Limited", country="GB", identifiers={"CRN": "01234567"})


def test_an_ordinary_company_seen_first_is_no_news(load, acme):
    run = load("companies_house", ch("ACME TOOLS LTD,1234567,1 High St,LEEDS,Active,", "OTHER LTD,7654321,,,Active,"))
    assert (run.stage, counts(run), run.signals) == ("done", (2, 1, 0, 1, 0), 0)
    acme.refresh_from_db()
    assert (acme.name, acme.address, acme.city) == ("Acme Tools Limited", "1 High St, LEEDS", "LEEDS")


def test_what_changed_between_two_editions_is_signals_once(load, acme):
    book = in_book(exporter(), acme)
    load("companies_house", ch("ACME TOOLS LTD,01234567,1 High St,LEEDS,Active,"))
    second = ch("ZENITH TOOLS LTD,01234567,2 Low St,LEEDS,Liquidation,15/10/2026")
    later = EDITION + timedelta(days=10)
    run = load("companies_house", second, edition=later)
    assert (counts(run), run.signals) == ((1, 1, 0, 0, 0), 3)
    found = {s.kind: s for s in Signal.objects.all()}
    assert set(found) == {"insolvency_filed", "name_change", "address_change"}
    assert found["name_change"].happened_on == date(2026, 10, 15)
    assert found["name_change"].facts == {"former_name": "ACME TOOLS LTD", "name": "ZENITH TOOLS LTD"}
    assert (found["insolvency_filed"].happened_on, found["insolvency_filed"].facts) == (
        later,
        {"status": "Liquidation"},
    )
    acme.refresh_from_db()
    assert (acme.name, acme.status, acme.address) == ("ZENITH TOOLS LTD", "insolvent", "2 Low St, LEEDS")
    assert BookEntry.objects.get(pk=book.pk).sort_key == acme.sort_key
    assert list(Name.objects.filter(buyer=acme, kind="current").values_list("text", flat=True)) == ["ZENITH TOOLS LTD"]
    again = load("companies_house", second, edition=later)
    assert (counts(again), again.signals) == ((1, 0, 1, 0, 0), 0)
    older = load("companies_house", ch("ACME TOOLS LTD,01234567,1 High St,LEEDS,Active,"))
    assert (counts(older), older.signals) == ((1, 0, 1, 0, 0), 0)
    back = load("companies_house", ch("ZENITH TOOLS LTD,01234567,2 Low St,LEEDS,Active,"), edition=later + timedelta(5))
    assert (back.signals, Signal.objects.latest("id").kind) == (1, "register_status_restored")
    acme.refresh_from_db()
    assert acme.status == "active"


def test_a_newer_edition_that_says_the_same_is_repeated_and_moves_the_day_on(load, acme):
    rows, later = ch("ACME TOOLS LTD,01234567,1 High St,LEEDS,Active,"), EDITION + timedelta(days=10)
    load("companies_house", rows)
    again = load("companies_house", rows, edition=later)
    assert (counts(again), again.signals) == ((1, 0, 1, 0, 0), 0)
    assert RegisterEntry.objects.get().edition == later


def test_an_older_edition_is_no_news():
    row = companies_house.Company(2, "01234567", "Y LTD", "Liquidation", "", "")
    assert changes(Known(1, "X LTD", "", "Active", EDITION), row, EDITION - timedelta(days=1)) == []


def test_a_company_in_trouble_when_first_seen_is_news(load, acme):
    run = load("companies_house", ch("ACME TOOLS LIMITED,01234567,,,Active - Proposal to Strike off,"))
    assert (run.signals, Signal.objects.get().kind) == (1, "strike_off_proposed")


def test_rows_of_the_register_are_refused_one_by_one_and_the_rest_goes_on(load, acme):
    rows = ch(
        "A LTD,not a number,,,Active,", "B LTD,00000001,,,Flourishing,", ",00000002,,,Active,", "too,few",
        "ACME TOOLS LTD,01234567,,,Liquidation,", "ACME TOOLS LTD,01234567,,,Active,", "C\x07 LTD,00000003,,,Active,",
    )  # fmt: skip
    run = load("companies_house", rows)
    assert reasons(run) == [
        (2, "identifier_wrong_length"), (3, "register_status_unknown"), (4, "name_missing"), (5, "cells_miscounted"),
        (7, "identifier_repeated"), (8, "control_characters"),
    ]  # fmt: skip
    assert (counts(run), run.signals) == ((7, 1, 0, 0, 6), 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file_empty"),
        (",,\n", "file_empty"),
        ("a,b\n1,2\n", "columns_missing"),
        ("CompanyName,CompanyNumber,CompanyStatus,CompanyName\n", "column_twice"),
        (b"PK\x03\x04rest", "file_is_zip"),
        (gzip.compress(CH.encode() * 500, mtime=0)[:60], "file_damaged"),
    ],
)
def test_a_file_that_is_no_register_is_refused_whole(load, content, code):
    run = load("companies_house", content)
    assert (run.stage, run.failure) == ("failed", code)


def test_a_gzipped_register_names_its_day_in_its_name(load, acme):
    content = gzip.compress(ch("ACME TOOLS LTD,01234567,,,Active,").encode())
    run = load("companies_house", content, "BasicCompanyData-2026-10-01.csv.gz", None)
    assert (run.stage, run.edition) == ("done", date(2026, 10, 1))
    assert RegisterEntry.objects.get().edition == date(2026, 10, 1)
    odd = load("companies_house", CH, "BasicCompanyData-2026-19-41.csv", None)
    assert odd.edition == timezone.now().date()
    future = load("companies_house", CH, "BasicCompanyData-2999-01-01.csv", None)
    assert future.failure == "edition_in_future"


def test_the_registers_spelling_is_no_new_name():
    assert same_name("Smith & Sons Limited", "SMITH AND SONS LTD")
    assert not same_name("Smith & Sons Limited", "SMITH AND SON LTD")


@pytest.mark.parametrize(
    ("before", "now", "kinds"),
    [
        ("Active", "Active", []),
        ("Active", "In Administration", ["insolvency_filed"]),
        ("In Administration", "Liquidation", []),  # the same news under another name
        ("Liquidation", "Dissolved", ["dissolved"]),
        ("Active - Proposal to Strike off", "Active", ["register_status_restored"]),
        ("Active", "Registered", []),
        ("Never heard of", "Active", []),
    ],
)
def test_a_new_status_is_the_signal_the_table_says(before, now, kinds):
    row = companies_house.Company(2, "01234567", "X LTD", now, "", "")
    assert [e.kind for e in changes(Known(1, "X LTD", "", before, EDITION), row, EDITION)] == kinds


def test_accounts_past_the_registers_own_date_are_late():
    row = companies_house.Company(2, "01234567", "X LTD", "Active", "", "", accounts_due_on=date(2026, 10, 31))
    event = changes(Known(1, "X LTD", None, None, None), row, EDITION)[0]
    assert (event.kind, event.happened_on, event.facts) == (
        "accounts_late",
        date(2026, 10, 31),
        {"expected_on": "2026-10-31"},
    )


def test_the_real_extract_is_taken_in_when_it_is_there(tmp_path):
    path = Path("/work/shared/data/companies/companies_house_1000.csv")
    if not path.exists():
        pytest.skip("the register's extract is not on this machine")
    rows = list(companies_house.companies(opened(path)))
    assert len(rows) == 1000 and not [r for r in rows if not isinstance(r, companies_house.Company)]


# --- events -----------------------------------------------------------------------------------------------------------

HEAD = "event_id,kind,happened_on,scheme,number,country,source,court,amount,currency\n"


def ev(*rows: str) -> str:
    return HEAD + "".join(f"{row}\n" for row in rows)


def test_events_become_signals_once(load, acme):
    case = "E1,court_case,2026-10-01,CRN,01234567,GB,Gazette,High Court,1200.50,GBP"
    rows = ev(case, case, "E2,management_change,2026-10-02,crn,1234567,,,,,")
    run = load("events", rows)
    assert (counts(run), run.signals) == ((3, 2, 1, 0, 0), 2)
    first, second = Signal.objects.order_by("id")
    assert (first.source, first.key) == ("Gazette", "E1:CRN01234567")
    assert first.facts == {"court": "High Court", "amount": "1200.50", "currency": "GBP"}
    assert second.source == "events"
    again = load("events", rows)
    assert (counts(again), again.signals) == ((3, 0, 3, 0, 0), 0)


def test_events_are_refused_one_by_one_with_their_reason(load, acme):
    ahead = timezone.now().date() + timedelta(days=2)
    run = load("events", ev(
        ",court_case,2026-10-01,CRN,01234567,,,,,",
        "E2,rumour,2026-10-01,CRN,01234567,,,,,",
        "E3,overdue_reported,2026-10-01,CRN,01234567,,,,,",
        f"E4,court_case,{ahead},CRN,01234567,,,,,",
        "E5,court_case,,CRN,01234567,,,,,",
        "E6,court_case,1.10.2026,CRN,01234567,,,,,",
        "E7,court_case,1890-10-01,CRN,01234567,,,,,",
        "E8,court_case,2026-10-01,CRN,99999999,,,,,",
        "E9,court_case,2026-10-01,XYZ,01234567,,,,,",
        "E10,court_case,2026-10-01,CRN,01234567,,,,NaN,GBP",
        "E11,court_case,2026-10-01,CRN,01234567,,,,-5,GBP",
        "E12,court_case,2026-10-01,CRN,01234567,,,,5,QQQ",
        "E13,court_case,2026-10-01,CRN,01234567,,,,1e20,GBP",
        "E14,court_case,2026-10-01,CRN,01234567,,,,many,GBP",
        "E15,court_case,2026-10-01,CRN,01234567,,,,,",
        "E15,court_case,2026-10-02,CRN,01234567,,,,,",
        f"E16,court_case,2026-10-01,CRN,01234567,,,{'x' * 121},,",
        "short",
    ))  # fmt: skip
    assert reasons(run) == [
        (2, "event_id_missing"), (3, "event_kind_unknown"), (4, "event_kind_not_from_feeds"),
        (5, "event_still_to_come"),
        (6, "event_date_missing"), (7, "date_unreadable"), (8, "event_too_old"), (9, "company_not_in_directory"),
        (10, "identifier_scheme_unknown"), (11, "not_an_amount"), (12, "not_an_amount"), (13, "unknown_currency"),
        (14, "amount_too_large"), (15, "not_an_amount"), (17, "event_contradicts"), (18, "cell_too_long"),
        (19, "cells_miscounted"),
    ]  # fmt: skip
    assert run.signals == 1


def test_events_come_as_json_lines_too(load, acme):
    told = {"event_id": "J1", "kind": "court_case", "happened_on": "2026-10-01", "scheme": "CRN", "number": "01234567"}
    lines = [
        json.dumps(told),
        "",
        "{broken",
        "[1]",
        '{"event_id": NaN}',
        json.dumps({**told, "colour": "red"}),
        json.dumps({**told, "event_id": {"a": 1}}),
        json.dumps({**told, "event_id": "J2", "amount": 5, "currency": "EUR"}),
    ]
    run = load("events", "\n".join(lines))
    assert reasons(run) == [
        (3, "json_unreadable"), (4, "json_not_flat"), (5, "json_unreadable"), (6, "column_unknown"),
        (7, "json_not_flat"),
    ]  # fmt: skip
    assert run.signals == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("\n", "file_empty"),
        (",,\n", "file_empty"),
        (f'"{"x" * 140_000}', "file_empty"),
        ("event_id,kind\n", "columns_missing"),
        (HEAD.strip() + ",court\n", "column_twice"),
        (HEAD.strip() + ",colour\n", "column_unknown"),
        (b"event_id,kind\n\x81\x8d\xff\xfe\x00\x01\xd8", "encoding_unclear"),
    ],
)
def test_a_file_that_is_no_list_of_events_is_refused_whole(load, content, code):
    assert load("events", content).failure == code


def test_what_an_event_says_of_a_period_is_a_day(load, acme):
    head = "event_id,kind,happened_on,scheme,number,period_end_on\n"
    row = "E{},accounts_late,2026-10-01,CRN,01234567,{}\n"
    run = load("events", head + row.format(1, "2025-12-31") + row.format(2, "soon"))
    assert reasons(run) == [(3, "date_unreadable")]
    assert Signal.objects.get().facts == {"period_end_on": "2025-12-31"}


def test_a_cell_without_end_is_one_refused_row(load, acme):
    run = load("events", ev(f'E1,"{"x" * 140_000}', "E2,court_case,2026-10-01,CRN,01234567,,,,,"))
    assert run.refused >= 1 and "row_unreadable" in dict(run.reasons())


# --- OFAC -------------------------------------------------------------------------------------------------------------


def sdn(*entries: tuple[int, str, str, str]) -> str:
    rest = ",-0- " * 7
    return "".join(
        f'{n},"{name}",{kind or "-0- "},"SDGT"{rest},"{remarks or "-0- "}"\r\n' for n, name, kind, remarks in entries
    )


FOUR = (
    (36, "AEROCARIBBEAN AIRLINES", "", ""),
    (306, "BANCO NACIONAL DE CUBA", "", "a.k.a. 'BNC'; Linked To: X."),
    (4238, "MAR AZUL", "vessel", ""),
    (7212, "BERASATEGUI ESCUDERO, Ismael", "individual", "DOB 15 Mar 1963."),
)


def test_the_publishers_own_sdn_file_is_taken_in_and_taken_in_again_changes_nothing(load):
    content = sdn(*FOUR) + "\x1a"
    run = load("ofac_sdn", content)
    assert (run.stage, counts(run)) == ("done", (4, 4, 0, 0, 0))
    bank = SanctionsEntry.objects.get(source_id="306")
    assert (bank.kind, bank.programs, bank.version, bank.first_edition) == ("entity", "SDGT", 1, EDITION)
    assert sorted(bank.names.values_list("name", "quality")) == [("BANCO NACIONAL DE CUBA", "primary"), ("BNC", "weak")]
    assert SanctionsEntry.objects.get(source_id="36").details == {}
    assert set(SanctionsEntry.objects.values_list("kind", flat=True)) == {"entity", "vessel", "individual"}
    again = load("ofac_sdn", content, edition=EDITION + timedelta(1))
    assert counts(again) == (4, 0, 4, 0, 0)


def test_a_copys_line_of_names_is_passed_over_and_bad_rows_are_refused(load):
    head = "ID,Name,Type,Country,Title,F,G,H,I,J,K,Details\n"
    run = load(
        "ofac_sdn", head + sdn(*FOUR, (36, "AGAIN", "", ""), (37, "-0- ", "", ""), (38, "X", "submarine", "")) + "a,b\n"
    )
    assert [code for _line, code in reasons(run)] == [
        "entry_twice",
        "name_missing",
        "entry_kind_unknown",
        "cells_miscounted",
    ]
    bad = load("ofac_sdn", head + "x1,Name,-0-,A,B,C,D,E,F,G,H,I\n" + sdn(*FOUR), edition=EDITION)
    assert reasons(bad) == [(2, "entry_number_unreadable")]
    unclosed = load("ofac_sdn", sdn(*FOUR) + f'9,"{"x" * 140_000}', edition=EDITION + timedelta(1))
    assert [code for _line, code in reasons(unclosed)] == ["row_unreadable"]


def test_an_entry_changes_goes_and_comes_back(load):
    load("ofac_sdn", sdn(*FOUR, *[(n, f"FIRM {n}", "", "") for n in range(1000, 1006)]))
    ScreeningDue.objects.all().delete()
    firm = buyer()
    ScreeningDue.objects.all().delete()
    renamed = [(36, "AEROCARIBBEAN", "", ""), *FOUR[1:], *[(n, f"FIRM {n}", "", "") for n in range(1000, 1005)]]
    run = load("ofac_sdn", sdn(*renamed), edition=EDITION + timedelta(1))
    assert (counts(run)[:3], run.removed) == ((9, 1, 8), 1)
    assert SanctionsEntry.objects.get(source_id="36").version == 2
    assert SanctionsEntry.objects.get(source_id="1005").removed_on == EDITION + timedelta(1)
    assert list(ScreeningDue.objects.values_list("buyer_id", flat=True)) == [firm.pk]
    back = load("ofac_sdn", sdn(*renamed, (1005, "FIRM 1005", "", "")), edition=EDITION + timedelta(2))
    entry = SanctionsEntry.objects.get(source_id="1005")
    assert (back.taken_in, entry.removed_on, entry.version) == (1, None, 2)
    old = load("ofac_sdn", sdn(*FOUR), edition=EDITION - timedelta(1))
    assert old.failure == "list_is_older"
    cut = load("ofac_sdn", sdn(*FOUR[:2]), edition=EDITION + timedelta(3))
    assert (cut.failure, cut.failure_facts) == ("list_shrank", {"lost": 8, "listed": 10})


def test_remarks_alone_are_no_new_version(load):
    load("ofac_sdn", sdn(*FOUR))
    load("ofac_sdn", sdn((36, "AEROCARIBBEAN AIRLINES", "", "Website x."), *FOUR[1:]), edition=EDITION + timedelta(1))
    entry = SanctionsEntry.objects.get(source_id="36")
    assert (entry.version, entry.details) == (1, {"remarks": "Website x."})


@pytest.mark.parametrize(
    ("content", "code"),
    [("1,2,3\n", "list_of_another_kind"), ("Name,Type\n", "list_of_another_kind"), ("\x1a,,,\n", "list_empty"),
     ("a" + ",b" * 11 + "\n", "list_empty")],
)  # fmt: skip
def test_another_file_is_no_sdn_list(load, content, code):
    assert load("ofac_sdn", content).failure == code


def test_aliases_and_addresses_come_in_files_of_their_own(load):
    load("ofac_sdn", sdn(*FOUR))
    alt = '306,12,"aka","NATIONAL BANK OF CUBA",-0- \n36,9,"fka","AERO-CARIBBEAN",-0- \n999,1,"aka","X",-0- \n' \
          '36,9,"aka","TWICE",-0- \n36,10,"xka","X",-0- \n36,11,"aka","AERO",weak aka \n'  # fmt: skip
    run = load("ofac_alt", alt)
    assert (counts(run), reasons(run)) == (
        (6, 3, 0, 0, 3), [(3, "entry_unknown"), (4, "entry_twice"), (5, "alias_kind_unknown")])  # fmt: skip
    assert SanctionsEntry.objects.get(source_id="306").version == 2
    assert set(SanctionsName.objects.filter(entry__source_id="36").values_list("name", "quality")) == {
        ("AEROCARIBBEAN AIRLINES", "primary"), ("AERO-CARIBBEAN", "strong"), ("AERO", "weak")}  # fmt: skip
    assert load("ofac_alt", alt).taken_in == 0
    add = '306,3,-0- ,"Havana","Cuba",-0- \n36,4,-0- ,-0- ,"Atlantis",-0- \n999,1,-0- ,-0- ,"Cuba",-0- \n'
    run = load("ofac_add", add)
    assert (counts(run), reasons(run)) == ((3, 1, 1, 0, 1), [(3, "entry_unknown")])
    bank = SanctionsEntry.objects.get(source_id="306")
    assert (bank.countries, bank.version, bank.details["addresses"]) == (["CU"], 3, ["Havana, Cuba"])
    assert load("ofac_add", add).taken_in == 0
    again = load("ofac_sdn", sdn(*FOUR), edition=EDITION + timedelta(1))
    bank.refresh_from_db()
    assert (again.taken_in, bank.version, bank.details["addresses"]) == (0, 3, ["Havana, Cuba"])
    load("ofac_add", add.replace("Havana", "Matanzas"), edition=EDITION + timedelta(1))
    bank.refresh_from_db()  # another street of the same country is no new version
    assert (bank.version, bank.details["addresses"]) == (3, ["Matanzas, Cuba"])


def test_countries_as_publishers_write_them():
    names = ("Korea, North", "Iran (Islamic Republic of)", "germany", "Region: Gaza", "Nowhere")
    assert [country_code(name) for name in names] == ["KP", "IR", "DE", "PS", ""]


# --- the UN -----------------------------------------------------------------------------------------------------------

ENTITY = """<ENTITY><DATAID>{n}</DATAID><FIRST_NAME>{name}</FIRST_NAME><UN_LIST_TYPE>DPRK</UN_LIST_TYPE>
<REFERENCE_NUMBER>KPe.0{n}</REFERENCE_NUMBER><LISTED_ON>{day}</LISTED_ON><NAME_ORIGINAL_SCRIPT>원산</NAME_ORIGINAL_SCRIPT>
<ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>WONSAN CO</ALIAS_NAME></ENTITY_ALIAS>
<ENTITY_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>W</ALIAS_NAME></ENTITY_ALIAS><ENTITY_ALIAS><ALIAS_NAME/></ENTITY_ALIAS>
<ENTITY_ADDRESS><STREET>Dongmyong-dong</STREET>
<COUNTRY>Democratic People's Republic of Korea</COUNTRY></ENTITY_ADDRESS></ENTITY>"""


def un(*entities: str, day: str = "2026-11-02T00:00:00Z", dtd: str = "") -> str:
    return (f'<?xml version="1.0" encoding="UTF-8"?>{dtd}<CONSOLIDATED_LIST dateGenerated="{day}"><INDIVIDUALS>'
            "<INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>ERIC</FIRST_NAME><SECOND_NAME>BADEGE</SECOND_NAME>"
            "<INDIVIDUAL_DATE_OF_BIRTH><YEAR>1971</YEAR></INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL>"
            f"</INDIVIDUALS><ENTITIES>{''.join(entities)}</ENTITIES></CONSOLIDATED_LIST>")  # fmt: skip


def one(n: int = 7, name: str = "WONSAN SHIPPING", day: str = "2014-06-30") -> str:
    return ENTITY.format(n=n, name=name, day=day)


def test_the_uns_own_xml_is_taken_in_once(load):
    run = load("un_consolidated", un(one()), edition=None)
    assert (run.stage, counts(run), run.edition) == ("done", (2, 2, 0, 0, 0), date(2026, 11, 2))
    entry = SanctionsEntry.objects.get(kind="entity")
    assert (entry.countries, entry.listed_on, entry.details["reference"]) == (["KP"], date(2014, 6, 30), "KPe.07")
    assert set(entry.names.values_list("name", "quality")) == {
        ("WONSAN SHIPPING", "primary"), ("원산", "strong"), ("WONSAN CO", "strong"), ("W", "weak")}  # fmt: skip
    assert entry.details["addresses"] == ["Dongmyong-dong, Democratic People's Republic of Korea"]
    person = SanctionsEntry.objects.get(kind="individual")
    assert (person.name, person.details) == ("ERIC BADEGE", {"born": "1971"})
    assert counts(load("un_consolidated", un(one()), edition=None)) == (2, 0, 2, 0, 0)


def test_entries_of_the_un_are_refused_one_by_one(load):
    run = load("un_consolidated", un(one(), one(), one(8, ""), one(9, day="soon"), "<ENTITY/>"), edition=None)
    assert reasons(run) == [(3, "entry_twice"), (4, "name_missing"), (6, "entry_number_unreadable")]
    assert SanctionsEntry.objects.get(source_id="9").listed_on is None


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (un(one())[:-60], "xml_broken"),
        (un(one(name="&b;"), dtd=BOMB), "xml_unsafe"),
        (un(one(), dtd='<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">'), "xml_unsafe"),
        ("<html><body/></html>", "xml_of_another_kind"),
        ("no xml at all", "xml_broken"),
        (un("").replace("<INDIVIDUAL>", "<X>").replace("</INDIVIDUAL>", "</X>"), "list_empty"),
        (un(one(), day="2999-01-01"), "edition_in_future"),
        ('<?xml version="1.0" encoding="klingon"?><CONSOLIDATED_LIST/>', "xml_broken"),
    ],
)
def test_truncated_and_hostile_xml_changes_nothing(load, content, code):
    load("un_consolidated", un(one()), edition=None)
    run = load("un_consolidated", content, edition=None)
    assert (run.stage, run.failure) == ("failed", code)
    assert SanctionsEntry.objects.filter(removed_on__isnull=True).count() == 2


def test_a_file_that_unfolds_without_end_is_refused(load, monkeypatch):
    monkeypatch.setattr("buyers.feeds.un.LARGEST", 300)
    assert load("un_consolidated", un(one())).failure == "file_too_large"
    monkeypatch.setattr("buyers.directory.unpacked.LARGEST_UNPACKED", 300)
    assert load("companies_house", gzip.compress(CH.encode() * 50, mtime=0)).failure == "file_too_large"


def test_a_list_without_its_day_takes_the_day_of_the_person(load):
    assert load("un_consolidated", un(one(), day="yesterday")).edition == EDITION


# --- links ------------------------------------------------------------------------------------------------------------

LINKS = "scheme,number,relation,other_scheme,other_number,since,until,source\n"


def test_links_come_as_csv_and_end_as_csv(load, acme):
    head = buyer("Head plc", country="GB", identifiers={"CRN": "00000009"})
    row = "CRN,01234567,parent,CRN,00000009,2020-01-01,,Annual report\n"
    assert counts(load("group_links", LINKS + row)) == (1, 1, 0, 0, 0)
    assert counts(load("group_links", LINKS + row)) == (1, 0, 1, 0, 0)
    assert BuyerLink.objects.group_of(acme.pk) == [head.pk, acme.pk]
    ended = load("group_links", LINKS + row.replace(",,Annual", ",2026-06-30,Annual"))
    assert (counts(ended), BuyerLink.objects.current().count()) == ((1, 1, 0, 0, 0), 0)
    assert BuyerLink.objects.get().ended_on == date(2026, 6, 30)
    assert counts(load("group_links", LINKS + row))[:3] == (1, 0, 1)


def test_links_are_refused_one_by_one(load, acme):
    buyer("Head plc", country="GB", identifiers={"CRN": "00000009"})
    run = load("group_links", LINKS + (
        "CRN,01234567,parent,CRN,00000009,,,Report\n"
        "CRN,00000009,parent,CRN,01234567,,,Report\n"
        "CRN,01234567,cousin,CRN,00000009,,,Report\n"
        "CRN,01234567,main_customer,CRN,01234567,,,Report\n"
        "CRN,01234567,main_customer,CRN,77777777,,,Report\n"
        "CRN,01234567,main_customer,CRN,00000009,,,\n"
        "CRN,01234567,main_customer,CRN,00000009,2999-01-01,,Report\n"
        "CRN,01234567,main_customer,CRN,nonsense!,,,Report\n"
        "CRN,01234567\n"
        f'CRN,"{"x" * 140_000}'
    ))  # fmt: skip
    assert reasons(run) == [
        (3, "link_goes_in_a_circle"), (4, "relation_unknown"), (5, "link_to_itself"), (6, "company_not_in_directory"),
        (7, "source_missing"), (8, "link_in_future"), (9, "identifier_wrong_characters"), (10, "cells_miscounted"),
        (11, "row_unreadable"),
    ]  # fmt: skip
    assert BuyerLink.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [("\n", "file_empty"), (",\n", "file_empty"), ("scheme\n", "columns_missing"),
     (LINKS.strip() + ",since\n", "column_twice"), (LINKS.strip() + ",colour\n", "column_unknown")],
)  # fmt: skip
def test_a_file_that_is_no_list_of_links_is_refused_whole(load, content, code):
    assert load("group_links", content).failure == code


def test_what_is_over_ends_once(load, acme):
    run = load("companies_house", ch("ACME TOOLS LTD,01234567,,,Active,"))
    assert give_up_feed(by=None, run=run.pk, failure="file_damaged", facts={}).stage == "done"
    failed = load("companies_house", "")
    assert finish_feed(by=None, run=failed.pk).failure == "file_empty"


# --- runs -------------------------------------------------------------------------------------------------------------


def test_only_underwriters_hand_files_in_and_a_double_click_is_one(tmp_path):
    key = "6f2b2c0e-8f3c-4a0f-9c1e-000000000001"
    told = {"kind": "events", "file_name": "x.csv", "form_key": key}
    by = staff(UNDERWRITER).pk
    first = hand_in_feed(by=by, upload=SimpleUploadedFile("x.csv", HEAD.encode()), **told)
    assert hand_in_feed(by=by, upload=SimpleUploadedFile("x.csv", HEAD.encode()), **told) == first
    with pytest.raises(NotAllowed):
        hand_in_feed(by=staff(CLAIMS_HANDLER).pk, kind="events", file_name="x")
    with pytest.raises(Refused, match="file_empty"):
        hand_in_feed(by=by, kind="events", file_name="x", upload=SimpleUploadedFile("x.csv", b""))
    huge = SimpleUploadedFile("x.csv", b"x")
    huge.size = 2 * 1024**3
    with pytest.raises(Refused, match="file_too_large"):
        hand_in_feed(by=by, kind="events", file_name="x", upload=huge)
    with pytest.raises(Refused, match="edition_in_future"):
        hand_in_feed(by=by, kind="events", file_name="x", edition=date(2999, 1, 1))
    assert str(first) == "Events about buyers (CSV or JSON lines): x.csv"


def test_an_upload_is_taken_in_by_the_queue_or_by_the_sweep_and_then_deleted(acme, monkeypatch):
    monkeypatch.setattr("buyers.feeds.tasks.screen_whoever_is_due.delay_on_commit", lambda: None)
    content = ev("E1,court_case,2026-10-01,CRN,01234567,,,,,").encode()
    runs = [
        hand_in_feed(by=None, kind="events", file_name="x", upload=SimpleUploadedFile("x", content)) for _ in range(2)
    ]
    take_in_feed(runs[0].pk)
    sweep_feeds()
    for run in runs:
        run.refresh_from_db()
        assert run.stage == "done"
        assert not adapters.default_storage.exists(run.stored_as)
    assert (runs[0].signals, runs[1].signals, runs[1].repeated) == (1, 0, 1)
    assert load_feed(runs[0].pk).signals == 1  # a message delivered twice


def test_a_fault_of_ours_is_written_down_and_raised(tmp_path, monkeypatch):
    monkeypatch.setattr(adapters, "_take_in", lambda *_: 1 / 0)
    run = hand_in_feed(by=None, kind="events", file_name="x")
    with pytest.raises(ZeroDivisionError):
        load_feed(run.pk, tmp_path)
    run.refresh_from_db()
    assert (run.stage, run.failure) == ("failed", "import_broke_off")


def test_the_command_says_what_came_of_it(tmp_path, acme, capsys):
    path = tmp_path / "events-2026-10-05.csv"
    path.write_text(ev("E1,court_case,2026-10-01,CRN,01234567,,,,,", "E2,rumour,2026-10-01,CRN,01234567,,,,,"))
    call_command("import_feed", "events", str(path))
    said = capsys.readouterr().out
    assert "1 taken in" in said and "“rumour” is not a kind of event" in said and "buyers screened" in said
    call_command("import_feed", "events", str(path), "--no-screening")
    for wrong in (["events", str(tmp_path / "none")], ["events", str(path), "--edition", "2999-01-01"]):
        with pytest.raises(CommandError):
            call_command("import_feed", *wrong)
    path.write_text("nonsense")
    with pytest.raises(CommandError, match="lacks the columns"):
        call_command("import_feed", "events", str(path))


def test_while_one_file_of_a_kind_is_taken_in_the_next_waits(monkeypatch, tmp_path):
    def busy(*_args, **_more):
        raise FeedBusy

    monkeypatch.setattr("buyers.management.commands.import_feed.load_feed", busy)
    (tmp_path / "x").write_text("x")
    with pytest.raises(CommandError, match="try again"):
        call_command("import_feed", "events", str(tmp_path / "x"))


def test_a_day_is_year_month_day_or_the_registers():
    assert (day("2026-10-01T00:00"), day("01/10/2026"), day(" ")) == (date(2026, 10, 1), date(2026, 10, 1), None)
    for wrong in ("1/2", "32/01/2026", "soon"):
        with pytest.raises(RowUnfit):
            day(wrong)


def test_linking_is_for_underwriters_and_says_its_source(acme):
    other = buyer()
    with pytest.raises(NotAllowed):
        link_buyers(by=staff(CLAIMS_HANDLER).pk, buyer=acme.pk, relation="parent", other=other.pk, source="x")
    with pytest.raises(Refused, match="source_missing"):
        link_buyers(by=None, buyer=acme.pk, relation="parent", other=other.pk, source=" ")


def test_ofac_reads_windows_characters_where_bytes_do_not_tell(load):
    run = load("ofac_sdn", sdn(*FOUR).replace("AEROCARIBBEAN", "AÉROCARIBBEAN").encode("cp1252"))
    assert (run.stage, SanctionsEntry.objects.get(source_id="36").name) == ("done", "AÉROCARIBBEAN AIRLINES")
    assert ofac.ENCODING == "cp1252"


# --- whatever the feed -----------------------------------------------------------------------------------------------

HOSTILE = {
    "nothing": b"",
    "blanks": b" \n\n ",
    "zeroes": bytes(64),
    "no encoding": b"a,b\n\x81\x8d\xff\xfe\x00\x01\xd8",
    "half of UTF-16": "event_id,kind\n".encode("utf-16")[:-1],
    "a program": b"\x7fELF\x02\x01\x01" + bytes(40),
    "an archive": b"PK\x03\x04rest",
    "a broken gzip": gzip.compress(b"a,b\n" * 500, mtime=0)[:40],
    "a bomb": (BOMB + "<x>&b;</x>").encode(),
}


@pytest.mark.parametrize("kind", FeedKind.values)
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_whatever_the_feed_a_hostile_file_is_refused_with_a_reason_and_changes_nothing(load, kind, content):
    run = load(kind, content)
    assert run.stage == "failed" or (run.stage == "done" and run.taken_in == run.signals == 0 < run.refused)
    assert (run.failure or reasons(run)) and (run.failure in WORDS or not run.failure)
    assert not SanctionsEntry.objects.exists() and not Signal.objects.exists() and not BuyerLink.objects.exists()
