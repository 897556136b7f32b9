"""Rates of a day: the last quoted one, crossed through the euro, none of a series that has ended."""

import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from buyers.actions.country import keep_rates
from buyers.models import ExchangeRate
from buyers.rates import BadFile, Published, moved, parsed_history
from buyers.tests.factories import quoted
from kernel.money import converted
from kernel.refusals import Refused

FRIDAY = date(2026, 10, 30)

ECB = """Date,USD,JPY,HRK,CYP,
2026-10-30,1.1172,175.68,N/A,N/A,
2026-10-29,1.113,175.92,N/A,N/A,
2022-12-30,1.0666,140.66,7.5365,N/A,
"""


def test_the_ecbs_file_is_read_cell_by_cell():
    rows = parsed_history(ECB)
    assert len(rows) == 7
    assert rows[0] == Published("USD", FRIDAY, Decimal("1.1172"))
    assert [r.day for r in rows if r.currency == "HRK"] == [date(2022, 12, 30)]


@pytest.mark.parametrize(
    "text",
    ["", "Day,USD\n2026-10-30,1\n",
     "Date,DOLLAR\n2026-10-30,1\n", "Date,USD\n30.10.2026,1\n", "Date,USD\n2026-10-30,x\n",
     "Date,USD\n2026-10-30,0\n", "Date,USD\n2026-10-30,-1\n", "Date,USD\n2026-10-30,NaN\n", "Date,USD\n\n"],
)  # fmt: skip
def test_what_is_not_the_ecbs_file_is_refused(text: str):
    with pytest.raises(BadFile):
        parsed_history(text)


def test_rates_of_a_demo_move_by_whole_weeks_and_never_into_the_future():
    rows = [Published("USD", FRIDAY, Decimal(1)), Published("USD", date(2026, 10, 29), Decimal(2))]
    assert [r.day for r in moved(rows, date(2026, 11, 21))] == [date(2026, 11, 20), date(2026, 11, 19)]
    assert [r.day for r in moved(rows, date(2026, 11, 5))] == [FRIDAY, date(2026, 10, 29)]
    assert [r.day for r in moved(rows, date(2026, 10, 1))] == [FRIDAY, date(2026, 10, 29)]
    assert moved([], FRIDAY) == []


# --- of a day --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_weekend_takes_fridays_rate():
    quoted("USD", "1.25", FRIDAY)
    rate = ExchangeRate.objects.rate_on("EUR", "USD", date(2026, 11, 1))
    assert (rate.value, rate.day, rate.source) == (Decimal("1.25"), FRIDAY, "ECB")
    assert converted(Decimal(80), ExchangeRate.objects.rate_on("USD", "EUR", FRIDAY)).amount == Decimal("64.00")


@pytest.mark.django_db
def test_other_rates_cross_through_the_euro():
    quoted("USD", "1.25", FRIDAY)
    quoted("CNY", "8", FRIDAY)
    assert ExchangeRate.objects.rate_on("CNY", "USD", FRIDAY).value == Decimal("0.15625")


@pytest.mark.django_db
def test_a_currency_is_worth_itself_even_when_nobody_quotes_it():
    rate = ExchangeRate.objects.rate_on("XPF", "XPF", FRIDAY)
    assert (rate.value, rate.day) == (1, FRIDAY)
    assert ExchangeRate.objects.rate_on("EUR", "EUR", FRIDAY).value == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("currency", "day", "code"),
    [
        ("VND", FRIDAY, "currency_not_quoted"),
        ("USD", date(2022, 12, 29), "currency_not_quoted"),  # before its first day
        ("HRK", date(2022, 12, 30), None),
        ("HRK", date(2023, 1, 1), None),  # nothing published since: the last quoted day
        ("HRK", date(2023, 1, 2), "rate_series_ended"),  # the source went on without it
        ("HRK", FRIDAY, "rate_series_ended"),
        ("USD", date(2026, 11, 9), None),  # ten days
        ("USD", date(2026, 11, 10), "rate_too_old"),
    ],
)
def test_a_rate_is_refused_rather_than_guessed(currency: str, day: date, code: str | None):
    for name, value, quoted_on in (
        ("USD", "1.07", date(2022, 12, 30)), ("HRK", "7.5", date(2022, 12, 30)), ("USD", "1.05", date(2023, 1, 2)),
        ("USD", "1.12", FRIDAY),
    ):  # fmt: skip
        quoted(name, value, quoted_on)
    if code is None:
        assert ExchangeRate.objects.rate_on(currency, "EUR", day).value
        return
    with pytest.raises(Refused) as refused:
        ExchangeRate.objects.rate_on(currency, "EUR", day)
    assert [r.code for r in refused.value.refusals] == [code]


@pytest.mark.django_db
def test_all_rates_into_one_currency_leave_out_what_may_not_be_used():
    quoted("USD", "1.25", FRIDAY)
    quoted("HRK", "7.5", date(2026, 10, 29))
    quoted("JPY", "160", date(2026, 10, 1))
    found = ExchangeRate.objects.rates_into("EUR", FRIDAY)
    assert {code: rate.value for code, rate in found.items()} == {"EUR": 1, "USD": Decimal("0.8")}
    assert ExchangeRate.objects.rates_into("HRK", FRIDAY) == {}


# --- loading ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_loading_again_changes_nothing_and_a_correction_is_taken_over():
    rows = parsed_history(ECB)
    assert keep_rates(by=None, rows=rows) == 7
    assert keep_rates(by=None, rows=rows) == 0
    corrected = [Published("USD", FRIDAY, Decimal("1.2"))]
    assert keep_rates(by=None, rows=corrected) == 1
    assert ExchangeRate.objects.get(currency="USD", day=FRIDAY).value == Decimal("1.2")


@pytest.mark.django_db
def test_moved_rates_say_so():
    keep_rates(by=None, rows=parsed_history(ECB), ending_on=date(2026, 11, 21))
    assert ExchangeRate.objects.get(currency="USD", day=date(2026, 11, 20)).source == "ECB, moved for the demo"


@pytest.mark.django_db
def test_the_extract_in_the_repository_loads(capsys):
    call_command("load_rates")
    assert capsys.readouterr().out.strip() == "8457 rates read, 8457 new or changed"
    assert ExchangeRate.objects.rate_on("USD", "EUR", date(2026, 10, 31)).day == FRIDAY


@pytest.mark.django_db
def test_the_command_reads_a_zip_and_says_what_is_wrong_with_a_file(tmp_path, capsys):
    archive = tmp_path / "eurofxref-hist.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("eurofxref-hist.csv", ECB)
    call_command("load_rates", archive)
    assert capsys.readouterr().out.startswith("7 rates read")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    (tmp_path / "broken.zip").write_bytes(b"PK")
    (tmp_path / "other.csv").write_text("a,b\n")
    for name in ("empty.zip", "broken.zip", "other.csv", "absent.csv"):
        with pytest.raises(CommandError, match=name):
            call_command("load_rates", tmp_path / name)
