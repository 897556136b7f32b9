"""Publishers' lists of countries: the OECD's classes, the World Bank's governance; taken in row by row."""

import gzip
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.models.roles import CLAIMS_HANDLER, UNDERWRITER
from accounts.tests.factories import staff
from buyers.actions.country import keep_country_risks
from buyers.actions.country_list import take_in_country_list
from buyers.actions.feed import hand_in_feed
from buyers.countries import Rating
from buyers.feeds.adapters import load_feed
from buyers.feeds.sheet import LARGEST, sheet_of
from buyers.models import Buyer, CountryGovernance, CountryRisk, FeedRun
from buyers.tests.factories import buyer
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db

OECD_HEAD = "country,iso3,crc,status"
BANK_HEAD = "codeindyr,code,countryname,year,indicator,estimate,stddev,nsource,pctrank,pctranklower,pctrankupper"
NAME = "oecd_crc_2026-01-30_clean.csv"


def taken_in(kind: str, file_name: str, content: bytes, by: int | None = None, dated: date | None = None) -> FeedRun:
    """A run over a file of that content, from handing it in to its end."""
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return load_feed(hand_in_feed(by=by, kind=kind, file_name=file_name, edition=dated).pk, Path(file.name))


def oecd(*lines: str, name: str = NAME, dated: date | None = None) -> FeedRun:
    return taken_in("oecd_countries", name, "\n".join([OECD_HEAD, *lines]).encode(), dated=dated)


def bank(*lines: str, head: str = BANK_HEAD) -> FeedRun:
    content = ("\ufeff" + "\r\n".join([head, *lines])).encode()
    return taken_in("world_bank_governance", "wgidataset.csv", content)


def value(code: str = "DEU", year: str = "2023", indicator: str = "rl", estimate: str = "1.5", rank: str = "90") -> str:
    return f"{code}{indicator}{year},{code},Name,{year},{indicator},{estimate},0.2,9,{rank},80,95"


def counts(run: FeedRun) -> tuple[int, int, int, int]:
    return run.rows_read, run.taken_in, run.repeated, run.refused


def codes(run: FeedRun) -> list[tuple[int, str]]:
    return list(run.refused_rows.order_by("line").values_list("line", "code"))


# --- the OECD's classes ----------------------------------------------------------------------------------------------


def test_unclassified_is_not_class_0():
    run = oecd(
        "Singapore,SGP,0,classified",
        "Germany,DEU,,not_classified_high_income_oecd_or_euro",
        "Andorra,AND,-,not_classified_other",
        "Kosovo,XKV,6,classified",
    )
    assert (counts(run), run.edition, run.stage) == ((4, 4, 0, 0), date(2026, 1, 30), "done")
    found = {r.country.code: (r.oecd_class, r.high_income, r.rating) for r in CountryRisk.objects.all()}
    assert found == {
        "SG": (0, False, "AA1"), "DE": (None, True, "AA1"), "AD": (None, False, "C3"), "XK": (6, False, "C4"),
    }  # fmt: skip


def test_the_same_list_again_changes_nothing():
    oecd("China,CHN,2,classified", "India,IND,3,classified")
    again = oecd("China,CHN,2,classified", "India,IND,3,classified")
    assert counts(again) == (2, 0, 2, 0)
    assert CountryRisk.objects.count() == 2


def test_a_row_that_does_not_fit_is_refused_and_the_others_go_on():
    run = oecd(
        "China,CHN,2,classified",
        "Nowhere,ZZZ,2,classified",
        "China,CHN,3,classified",
        "India,IND,3,perhaps",
        "Brazil,BRA,8,classified",
        "France,FRA,0,not_classified_high_income_oecd_or_euro",
        "Peru,PER,,classified",
        "Chile,CHL,2",
        "",
        "Egypt,EGY,6,classified",
    )
    assert codes(run) == [
        (3, "country_code_unknown"), (4, "country_twice"), (5, "oecd_status_unknown"), (6, "oecd_class_unknown"),
        (7, "oecd_class_without_status"), (8, "oecd_class_without_status"), (9, "cells_miscounted"),
    ]  # fmt: skip
    assert counts(run) == (9, 2, 0, 7)
    assert set(CountryRisk.objects.values_list("country", "oecd_class")) == {("CN", 2), ("EG", 6)}


@pytest.mark.parametrize(
    ("name", "dated", "failure"),
    [
        ("oecd.csv", None, "edition_missing"),
        ("oecd_2026-13-40.csv", None, "edition_missing"),
        ("oecd_2999-01-01.csv", None, "list_in_future"),
    ],
)
def test_a_list_without_a_day_or_of_a_day_to_come_is_not_taken_in(name: str, dated: date | None, failure: str):
    run = oecd("China,CHN,2,classified", name=name, dated=dated)
    assert (run.stage, run.failure, run.taken_in) == ("failed", failure, 0)
    assert not CountryRisk.objects.exists()


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (b"", "file_empty"),
        (b"PK\x03\x04rest", "file_is_zip"),
        (gzip.compress(OECD_HEAD.encode(), mtime=0)[:-9], "file_damaged"),
        (gzip.compress(b"a" * (LARGEST + 1), mtime=0), "file_too_large"),
        (b"country,crc\nChina,2\n", "columns_missing"),
        (b"iso3,iso3,crc,status\nCHN,CHN,2,classified\n", "column_twice"),
        (b"country,iso3,class\nChina,CHN,2\n", "columns_missing"),
    ],
)
def test_a_file_that_is_no_such_list_fails_as_a_whole(content: bytes, failure: str):
    run = taken_in("oecd_countries", NAME, content)
    assert (run.stage, run.failure, run.finished_at is not None) == ("failed", failure, True)


def test_a_list_of_header_alone_takes_in_nothing():
    assert counts(oecd()) == (0, 0, 0, 0)


def test_a_cell_without_end_is_one_refused_row():
    sheet = sheet_of(b'iso3,crc\nCHN,2\n"' + b"x" * 200_000 + b"\nIND,3\n", ["iso3"])
    assert [row.cells["iso3"] for row in sheet.rows] == ["CHN", "IND"]
    assert [row.why.code for row in sheet.unfit] == ["row_unreadable"]


def test_a_table_may_stand_in_other_characters_and_separators():
    sheet = sheet_of("国家;ISO3;crc\n中国;CHN;2\n".encode("gb18030"), ["iso3", "crc"])
    assert sheet.rows[0].cells == {"国家": "中国", "iso3": "CHN", "crc": "2"}


# --- history ---------------------------------------------------------------------------------------------------------


def rated(day: date, grade: str, level: int, oecd_class: int) -> Rating:
    return Rating("TR", day, oecd_class, False, grade, level)


def test_a_correction_is_a_later_row_of_the_same_day():
    day = date(2026, 1, 30)
    keep_country_risks(by=None, ratings=[rated(day, "B", 3, 4)])
    assert keep_country_risks(by=None, ratings=[rated(day, "C", 3, 5)]) == 1
    assert CountryRisk.objects.count() == 2
    assert CountryRisk.objects.risk_on("TR", day).rating == "C3"
    assert [row.rating for row in CountryRisk.objects.on(day)] == ["C3"]
    assert [row.rating for row in CountryRisk.objects.history("TR")] == ["C3"]


def test_ratings_are_only_ever_added():
    keep_country_risks(by=None, ratings=[rated(date(2026, 1, 30), "B", 3, 4)])
    with pytest.raises(TypeError):
        CountryRisk.objects.update(house_level=1)
    with pytest.raises(TypeError):
        CountryRisk.objects.all().delete()


def test_a_worse_class_is_a_downgrade_that_the_trail_names_and_buyers_are_due_for_scoring():
    today = timezone.now().date()
    bought = buyer(country="TR", next_score_on=today + timedelta(days=80))
    other = buyer(country="CN", next_score_on=today + timedelta(days=80))
    keep_country_risks(by=None, ratings=[rated(today - timedelta(days=90), "B", 3, 4)])
    Buyer.objects.update(next_score_on=today + timedelta(days=80))
    keep_country_risks(by=None, ratings=[rated(today, "C", 3, 5)])
    details = AuditEvent.objects.filter(action="keep_country_risks").latest("id").details
    assert (details["downgraded"], details["due"]) == (["TR"], 1)
    bought.refresh_from_db()
    other.refresh_from_db()
    assert bought.next_score_on <= today + timedelta(days=7) < other.next_score_on


def test_an_older_list_adds_to_the_history_and_hurries_nobody():
    today = timezone.now().date()
    keep_country_risks(by=None, ratings=[rated(today, "C", 3, 5)])
    buyer(country="TR", next_score_on=today + timedelta(days=80))
    keep_country_risks(by=None, ratings=[rated(today - timedelta(days=400), "B", 3, 4)])
    assert [row.rating for row in CountryRisk.objects.history("TR")] == ["B3", "C3"]
    assert AuditEvent.objects.filter(action="keep_country_risks").latest("id").details["due"] == 0


# --- the World Bank's governance -------------------------------------------------------------------------------------


def test_codes_that_are_not_isos_are_understood():
    own = {"ROM": "RO", "ZAR": "CD", "ADO": "AD", "TMP": "TL", "KSV": "XK", "WBG": "PS"}
    run = bank(*(value(code) for code in own), value("ANT"))
    assert counts(run) == (7, 6, 0, 1)
    assert codes(run) == [(8, "country_code_unknown")]
    assert set(CountryGovernance.objects.values_list("country", flat=True)) == set(own.values())


def test_governance_is_kept_by_year_and_the_same_again_changes_nothing():
    lines = [value(year="2022", estimate="-3.31", rank=""), value(estimate="1.234", rank="91.04")]
    assert counts(bank(*lines)) == (2, 2, 0, 0)
    run = bank(*lines)
    assert (counts(run), run.edition) == ((2, 0, 2, 0), date(2023, 12, 31))
    assert list(CountryGovernance.objects.order_by("year").values_list("year", "estimate", "rank")) == [
        (2022, Decimal("-3.31"), None), (2023, Decimal("1.23"), Decimal("91.04")),
    ]  # fmt: skip


def test_a_later_edition_revises_an_older_one_does_not():
    bank(value(year="2022", estimate="1.00"))
    assert bank(value(year="2022", estimate="1.10"), value(year="2023")).taken_in == 2
    late = bank(value(year="2022", estimate="9"), value(year="2022", estimate="1.00"))
    assert (late.stage, late.failure) == ("failed", "edition_is_older")
    assert CountryGovernance.objects.get(year=2022).estimate == Decimal("1.10")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (value(indicator="xx"), "indicator_unknown"),
        (value(year="1995"), "governance_year_unknown"),
        (value(year="2999"), "governance_year_unknown"),
        (value(year="２０２３"), "governance_year_unknown"),
        (value(estimate=".."), "governance_value_missing"),
        (value(estimate="nan"), "governance_value_unreadable"),
        (value(estimate="Infinity"), "governance_value_unreadable"),
        (value(estimate="5.01"), "governance_value_unreadable"),
        (value(estimate="good"), "governance_value_unreadable"),
        (value(rank="101"), "governance_rank_unreadable"),
        (value(rank="-1"), "governance_rank_unreadable"),
        (value(code=""), "country_code_unknown"),
    ],
)
def test_a_value_that_cannot_be_is_refused(line: str, code: str):
    run = bank(line, value("FRA"))
    assert (codes(run), run.taken_in) == ([(2, code)], 1)


@pytest.mark.parametrize(
    "head",
    [
        "Country Name,Country Code,Series Name,Series Code,2022 [YR2022],2023 [YR2023]",  # years side by side
        "code,year,indicator,value",
        "code;year",
    ],
)
def test_a_table_of_another_shape_is_refused_as_a_whole(head: str):
    run = bank("Germany,DEU,Rule of Law,RL.EST,1.5,1.6", head=head)
    assert (run.stage, run.failure, counts(run)) == ("failed", "columns_missing", (0, 0, 0, 0))
    assert not CountryGovernance.objects.exists()


def test_the_first_of_two_values_counts():
    run = bank(value(estimate="1.00"), value(estimate="2.00"))
    assert codes(run) == [(3, "value_twice")]
    assert CountryGovernance.objects.get().estimate == Decimal("1.00")


def test_a_table_without_a_usable_row_has_no_edition():
    run = bank(value(code="ZZZ"))
    assert (run.edition, counts(run)) == (None, (1, 0, 0, 1))


# --- who, and how ----------------------------------------------------------------------------------------------------


def test_underwriters_take_in_lists_others_do_not():
    content = f"{OECD_HEAD}\nChina,CHN,2,classified".encode()
    run = taken_in("oecd_countries", NAME, content, by=staff(UNDERWRITER).pk)
    assert (run.taken_in, run.stage) == (1, "done")
    with pytest.raises(NotAllowed):
        take_in_country_list(by=staff(CLAIMS_HANDLER).pk, run=run.pk, content=content)
    with pytest.raises(Refused):
        oecd(dated=date(2999, 1, 1))
    with pytest.raises(Refused):
        sheet_of(b"a,b\n", ["c"])


def test_the_command_loads_the_oecds_table_and_says_what_it_refused(tmp_path: Path, capsys: pytest.CaptureFixture):
    lines = ["China,CHN,2,classified", *(f"Nowhere,Z{n:02},2,classified" for n in range(21))]
    (tmp_path / "oecd.csv").write_text("\n".join([OECD_HEAD, *lines]))
    call_command("load_countries", tmp_path / "oecd.csv", dated=date(2026, 1, 30))
    out = capsys.readouterr().out
    assert "22 rows read, 1 new or changed, 0 known, 21 refused" in out
    assert "line 3: “Z00” is not the code of a country of today." in out
    assert "and 1 more" in out
    with pytest.raises(CommandError, match="From when the list holds"):
        call_command("load_countries", tmp_path / "oecd.csv")


def test_the_table_of_governance_that_comes_along_is_whole(capsys: pytest.CaptureFixture):
    call_command("load_governance")
    assert "30914 new or changed, 0 known, 0 refused" in capsys.readouterr().out.replace("rows read, ", "")
    assert CountryGovernance.objects.values("country").distinct().count() == 213
    china = CountryGovernance.objects.get(country="CN", year=2023, indicator="rl")
    assert (china.estimate, china.rank) == (Decimal("-0.04"), Decimal("52.80"))
