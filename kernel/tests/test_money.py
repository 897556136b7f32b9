"""Amounts: one rounding, half-up, to the currency's own minor unit."""

from datetime import date
from decimal import Decimal as D

import pytest

from kernel.currencies import MINOR_UNITS, OFFERED_FIRST, is_currency
from kernel.money import Money, Rate, amount_refused, converted, decimals_refused, minor_units, parsed_amount, rounded


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.005", "EUR", "0.01"),
        ("0.00499", "EUR", "0.00"),
        ("-0.005", "EUR", "-0.01"),
        ("8333.335", "USD", "8333.34"),
        ("100.5", "JPY", "101"),
        ("100.4999", "JPY", "100"),
        ("1.0005", "KWD", "1.001"),
        ("1.0004", "KWD", "1.000"),
    ],
)
def test_an_amount_is_rounded_half_up_to_the_minor_unit(amount, currency, expected):
    assert rounded(D(amount), currency) == D(expected)


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("JPY", 0), ("BHD", 3), ("CNY", 2), ("KRW", 0)])
def test_a_currency_knows_its_decimals(currency, digits):
    assert minor_units(currency) == digits


def test_currencies_offered_first_are_currencies():
    assert all(is_currency(code) for code in OFFERED_FIRST)
    assert not is_currency("eur")
    assert not is_currency("XAU")
    assert len(MINOR_UNITS) > 150


def test_a_conversion_rounds_once_in_the_currency_it_ends_in():
    rate = Rate("EUR", "JPY", D("175.68"), date(2026, 10, 30), "ECB")
    assert converted(D("100.01"), rate) == Money(D("17570"), "JPY")  # 17,569.7568
    assert str(Money(D("120000"), "USD")) == "120000 USD"


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("0", "EUR", "amount_not_positive"),
        ("-1", "EUR", "amount_not_positive"),
        ("0.01", "EUR", None),
        ("0.001", "EUR", "too_many_decimals"),
        ("100.5", "JPY", "too_many_decimals"),
        ("100", "JPY", None),
        ("0.001", "KWD", None),
        ("999999999999999.99", "EUR", None),
        ("1000000000000000", "EUR", "amount_too_large"),
        ("1E+40", "EUR", "amount_too_large"),
        ("NaN", "EUR", "not_an_amount"),
        ("Infinity", "EUR", "not_an_amount"),
        ("-Infinity", "EUR", "not_an_amount"),
        ("10", "EURO", "unknown_currency"),
        ("10", "", "unknown_currency"),
    ],
)
def test_what_cannot_be_asked_is_refused(amount, currency, code):
    assert [r.code for r in amount_refused(D(amount), currency)] == ([code] if code else [])


def test_a_refusal_names_the_field():
    assert amount_refused(D("0"), "EUR", about="turnover")[0].about == "turnover"
    assert amount_refused(D("1"), "???")[0].about == "currency"
    assert decimals_refused(D("0"), "EUR") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234.50", "1234.50"),
        (" 1,234.50 ", "1234.50"),
        ("1,234,567", "1234567"),
        ("-1,234.5", "-1234.5"),
        ("1 234.50", "1234.50"),
        ("1\u00a0234", "1234"),
        ("1,5", None),
        ("12,34,567", None),
        ("1234,567", None),
        (",123", None),
        ("1,234.5,6", None),
        ("", None),
        ("abc", None),
        ("NaN", None),
        ("inf", None),
    ],
)
def test_a_cell_is_read_without_guessing(text, expected):
    assert parsed_amount(text) == (D(expected) if expected is not None else None)
