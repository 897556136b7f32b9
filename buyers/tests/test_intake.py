"""How amounts and rows of accounts are read: whatever can be read in two ways is refused, row by row."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from buyers.intake import rows as rule
from buyers.intake.amounts import read_amount
from buyers.intake.compared import Year, compared
from buyers.intake.rows import Accounts, opened, rows
from kernel.refusals import Refusal, Refused

TODAY = date(2026, 11, 22)
LEI = "529900T8BM49AURSDO55"


@pytest.mark.parametrize(
    ("text", "mark", "read"),
    [
        ("", "", None),
        ("  ", "", None),
        ("1234", "", "1234"),
        ("+5", "", "5"),
        ("1,234.56", "", "1234.56"),
        ("1.234,56", "", "1234.56"),
        ("1.234.567", "", "1234567"),
        ("1,5", "", "1.5"),
        ("0,125", "", "0.125"),
        ("1234,125", "", "1234.125"),
        (".5", "", "0.5"),
        ("1 234 567", "", "1234567"),
        ("1'234.5", "", "1234.5"),
        ("１２，３４５，６７８", "", "12345678"),
        ("(1,234.5)", "", "-1234.5"),
        ("−12", "", "-12"),
        ("12-", "", "-12"),
        ("1,234", ".", "1234"),
        ("1,234", ",", "1.234"),
        ("1.234", ",", "1234"),
        ("1,234", "", "amount_ambiguous"),
        ("1.234", "", "amount_ambiguous"),
        ("1.2E+07", "", "amount_in_powers"),
        ("1,2e7", "", "amount_in_powers"),
        ("1,00,000", "", "amount_unreadable"),
        ("1.234,5.6", "", "amount_unreadable"),
        ("1,234.5", ",", "amount_unreadable"),
        ("NaN", "", "amount_unreadable"),
        ("inf", "", "amount_unreadable"),
        ("-", "", "amount_unreadable"),
        ("--1", "", "amount_unreadable"),
        ("=1+1", "", "amount_unreadable"),
        ("٣", "", "amount_unreadable"),
        ("9" * 41, "", "amount_unreadable"),
    ],
)
def test_amounts_are_read_in_one_way_or_refused(text: str, mark: str, read: str | None):
    found = read_amount(text, "sales", mark)
    assert (found.code if isinstance(found, Refusal) else found) == (
        read if read is None or read.startswith("amount") else Decimal(read)
    )


def test_the_ratios_stand_beside_those_of_the_year_before():
    lines = {"total_assets": Decimal(100), "equity": Decimal(30), "sales": Decimal(200), "long_term_debt": Decimal(5)}
    now = Year(date(2025, 12, 31), 12, "EUR", {**lines, "operating_profit": Decimal(-1), "depreciation": Decimal(0)})
    before = Year(
        date(2024, 12, 31), 12, "EUR", {"total_assets": Decimal(80), "equity": Decimal(20), "sales": Decimal(160)}
    )
    found = {ratio.code: (ratio.now, ratio.before) for ratio in compared(now, before)}
    assert found["equity_ratio"] == (Decimal("30.0"), Decimal("25.0"))
    assert found["sales_growth"] == (Decimal("25.0"), None)
    assert found["debt_to_earnings"] == (Decimal("Infinity"), None)
    assert "gross_margin" not in found
    alone = {ratio.code: ratio for ratio in compared(now, None)}
    assert alone["equity_ratio"].before is None
    assert "sales_growth" not in alone


# --- files -----------------------------------------------------------------------------------------------------------


def read(tmp_path: Path, content: str | bytes, encoding: str = "utf-8") -> list:
    path = tmp_path / "accounts.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return [row.said for row in rows(opened(path), TODAY)]


def one(tmp_path: Path, **cells: str) -> Accounts | Refusal:
    told = {"number": LEI, "period_end": "2025-12-31", "currency": "EUR", "sales": "100", **cells}
    (found,) = read(tmp_path, "\t".join(told) + "\n" + "\t".join(told.values()) + "\n")
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize(("delimiter", "end"), [(",", "\n"), (";", "\r\n"), ("\t", "\r")])
def test_characters_delimiters_and_line_ends_are_found_out(tmp_path, encoding: str, delimiter: str, end: str):
    lines = [
        ["Number", "Period end", "currency", "source", "SALES"],
        [LEI, "2025/1/31", "cny", "中国工商登记机关", "5"],
        ["", ""],
    ]
    (found,) = read(tmp_path, end.join(delimiter.join(cells) for cells in lines), encoding)
    assert (found.numbers, found.period_end, found.currency) == ((("LEI", LEI),), date(2025, 1, 31), "CNY")
    assert (found.source, found.lines["sales"], found.lines["equity"]) == ("中国工商登记机关", 5, None)
    assert (found.months, found.audited) == (12, False)


def test_amounts_may_be_in_thousands_and_say_their_decimal_mark(tmp_path):
    found = one(tmp_path, unit="1000", decimal_mark=",", sales="1,5", audited="是", months="6", source="register")
    assert (found.lines["sales"], found.audited, found.months, found.source) == (1500, True, 6, "register")


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        ({"number": ""}, "identifier_missing number"),
        ({"number": "X"}, "number_of_no_kind number"),
        ({"number": "X", "scheme": "LEI"}, "identifier_wrong_length number"),
        ({"number": "7", "scheme": "REG"}, "identifier_country_missing number"),
        ({"period_end": "31.12.2025"}, "date_unreadable period_end"),
        ({"period_end": "2025-02-30"}, "date_unreadable period_end"),
        ({"period_end": "2026-12-31"}, "accounts_of_the_future period_end"),
        ({"months": "x"}, "months_unreadable months"),
        ({"months": "25"}, "months_out_of_range months"),
        ({"audited": "perhaps"}, "yes_or_no audited"),
        ({"unit": "12"}, "unit_unknown unit"),
        ({"decimal_mark": "'"}, "decimal_mark_unknown decimal_mark"),
        ({"source": "x" * 61}, "source_too_long source"),
        ({"currency": "XXX"}, "unknown_currency currency"),
        ({"sales": "1,234"}, "amount_ambiguous sales"),
        ({"sales": ""}, "accounts_are_empty"),
        ({"sales": "-1"}, "line_below_nothing sales"),
        ({"sales": "1\x07"}, "control_characters_in_row"),
    ],
)
def test_each_row_is_refused_for_what_is_wrong_with_it(tmp_path, cells: dict, refused: str):
    found = one(tmp_path, **cells)
    assert f"{found.code} {found.about}".strip() == refused


def test_a_number_with_its_country_is_as_the_register_writes_it(tmp_path):
    assert one(tmp_path, number="7-7", scheme="reg", country="de").numbers == (("REG", "DE77"),)
    assert one(tmp_path, period_end="20251231").period_end == date(2025, 12, 31)


def test_a_row_that_cannot_be_read_costs_nothing_but_itself(tmp_path):
    head, good = "number,period_end,currency,sales\n", f"{LEI},2025-12-31,EUR,1\n"
    found = read(tmp_path, head + f"{LEI},2025-12-31\n" + good + '"' + "x" * 140_000 + '"\n' + good)
    assert [row.code if isinstance(row, Refusal) else "read" for row in found] == [
        "cells_miscounted", "read", "row_unreadable", "read",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"PK\x03\x04rest", "file_is_workbook"),
        (b"number,sales\n", "columns_missing"),
        (b"number,number,period_end,currency\n", "column_twice"),
        (b"number,caf\xe9\n", "encoding_unclear"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(tmp_path, content: bytes, code: str):
    with pytest.raises(Refused) as refused:
        read(tmp_path, content)
    assert refused.value.refusals[0].code == code


def test_a_file_of_more_than_the_portal_takes_in_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(rule, "LARGEST", 10)
    with pytest.raises(Refused):
        read(tmp_path, "number,period_end,currency\n")
