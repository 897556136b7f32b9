"""Country risk: the OECD's list, the house's rating of it, and which one counts on a day."""

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from buyers.actions.country import keep_country_risks
from buyers.countries import COLUMNS, HOUSE_RATINGS, OECD_LIST, BadList, house_rating, parsed_list
from buyers.models import CountryRisk

RATINGS = HOUSE_RATINGS.read_text()
HEAD = ",".join(COLUMNS)


def listed() -> dict:
    return {r.country: r for r in parsed_list(OECD_LIST.read_text(), RATINGS)}


@pytest.mark.parametrize(
    ("country", "oecd_class", "high_income", "grade", "level"),
    [
        ("SG", 0, False, "AA", 1), ("CN", 2, False, "A", 2), ("DE", None, True, "AA", 1), ("US", None, True, "AA", 1),
        ("MC", None, False, "C", 3), ("AF", 7, False, "D", 4), ("XK", 6, False, "C", 4),
    ],
)  # fmt: skip
def test_the_list_says(country: str, oecd_class: int | None, high_income: bool, grade: str, level: int):
    row = listed()[country]
    assert (row.oecd_class, row.high_income, row.house_grade, row.house_level) == (
        oecd_class, high_income, grade, level,
    )  # fmt: skip


def test_137_countries_are_classified_and_only_singapore_is_a_true_nought():
    rows = listed().values()
    assert sum(r.oecd_class is not None for r in rows) == 137
    assert [r.country for r in rows if r.oecd_class == 0] == ["SG"]
    assert sum(r.high_income for r in rows) == 37


def test_a_higher_class_never_has_a_better_house_rating():
    ratings = json.loads(RATINGS)["ratings"]
    order = ["AA", "A", "BB", "B", "C", "D"]
    ranks = [house_rating("classified", n, ratings) for n in range(8)]
    assert [(order.index(g), level) for g, level in ranks] == sorted((order.index(g), level) for g, level in ranks)


@pytest.mark.parametrize(
    "line",
    ["2026-01-30,DEU,2,classified,Germany", "2026-01-30,DE,8,classified,Germany", "2026-01-30,DE,,classified,Germany",
     "2026-01-30,DE,2,high_income,Germany", "2026-01-30,DE,2,unknown,Germany"],
)  # fmt: skip
def test_a_line_that_contradicts_itself_is_refused(line: str):
    with pytest.raises(BadList):
        parsed_list(f"{HEAD}\n{line}\n", RATINGS)


def test_other_columns_are_refused():
    with pytest.raises(BadList):
        parsed_list("country,crc\nDE,1\n", RATINGS)


@pytest.mark.django_db
def test_loading_again_changes_nothing_and_a_newer_list_keeps_the_history(capsys):
    call_command("load_countries")
    call_command("load_countries")
    assert capsys.readouterr().out.splitlines() == [
        "201 countries read, 201 new or changed", "201 countries read, 0 new or changed",
    ]  # fmt: skip
    newer = parsed_list(f"{HEAD}\n2026-06-30,CN,3,classified,China\n", RATINGS)
    assert keep_country_risks(by=None, ratings=newer) == 1
    on = CountryRisk.objects.risk_on
    assert on("CN", date(2026, 6, 29)).oecd_class == 2
    assert on("CN", date(2026, 6, 30)).oecd_class == 3
    assert on("CN", date(2026, 1, 29)) is None
    assert on("ZZ", date(2026, 6, 30)) is None


@pytest.mark.django_db
def test_the_command_says_what_is_wrong_with_a_file(tmp_path):
    (tmp_path / "list.csv").write_text("a,b\n")
    for name in ("list.csv", "absent.csv"):
        with pytest.raises(CommandError, match=name):
            call_command("load_countries", tmp_path / name)
