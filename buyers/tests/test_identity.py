"""Numbers are judged by form and check digit. The values are those registers, standards and python-stdnum publish."""

import random

import pytest
from stdnum import lei

from buyers.identity import SCHEMES, checked, guessed_schemes, lei_check_digits_hold, lei_well_formed, normalised

GOOD = [
    # scheme, as typed, country, as kept
    ("LEI", "5493001KJTIIGC8Y1R12", "", "5493001KJTIIGC8Y1R12"),  # Bloomberg Finance L.P.
    ("LEI", " 5493-001k jtiigc8y1r12 ", "", "5493001KJTIIGC8Y1R12"),
    ("VAT", "DE 136,695 976", "", "DE136695976"),
    ("VAT", "136695976", "DE", "DE136695976"),
    ("VAT", "EL 094259216", "", "EL094259216"),
    ("VAT", "094259216", "GR", "EL094259216"),  # Greece writes EL
    ("VAT", "GB 980 7806 84", "", "GB980780684"),
    ("USCC", "91110000600037341L", "", "91110000600037341L"),
    ("USCC", "９１１１００００６０００３７３４１Ｌ", "", "91110000600037341L"),  # typed full-width
    ("CRN", "445790", "", "00445790"),  # leading noughts are often left out
    ("CRN", "sc 123456", "", "SC123456"),
    ("CRN", "R0000123", "", "R0000123"),
    ("EIN", "91-1144442", "", "911144442"),
    ("DUNS", "15-048-3782", "", "150483782"),
    ("SIREN", "552 008 443", "", "552008443"),
    ("UID", "CHE-107.787.577", "", "CHE107787577"),
    ("JCN", "5-8356-7825-6246", "", "5835678256246"),
    ("CNPJ", "16.727.230/0001-97", "", "16727230000197"),
    ("GSTIN", "27AAPFU0939F1ZV", "", "27AAPFU0939F1ZV"),
    ("ABN", "83 914 571 673", "", "83914571673"),
    ("REG", "0312-345", "VN", "VN0312345"),
    ("REG", "VN0312345", "VN", "VN0312345"),
]

BAD = [
    ("LEI", "5493001KJTIIGC8Y1R13", "", "identifier_check_digit_wrong"),
    ("LEI", "5493001KJTIIGC8Y1R1", "", "identifier_wrong_length"),
    ("LEI", "5493001KJTIIGC8Y1RAB", "", "identifier_wrong_characters"),
    ("LEI", "5493001KJTIIGC8Y1Rä2", "", "identifier_wrong_characters"),
    ("VAT", "DE136695978", "", "identifier_check_digit_wrong"),
    ("VAT", "US123456789", "", "identifier_not_of_this_kind"),
    ("VAT", "DE12", "", "identifier_not_of_this_kind"),
    ("USCC", "91110000600037341N", "", "identifier_check_digit_wrong"),
    ("USCC", "9111000060003734", "", "identifier_wrong_length"),
    ("CRN", "123456789", "", "identifier_wrong_length"),
    ("CRN", "S1234567", "", "identifier_wrong_characters"),
    ("DUNS", "15048378", "", "identifier_wrong_length"),
    ("DUNS", "15048378A", "", "identifier_wrong_characters"),
    ("EIN", "07-1144442", "", "identifier_not_of_this_kind"),  # no such campus prefix
    ("SIREN", "552008444", "", "identifier_check_digit_wrong"),
    ("REG", "123", "", "identifier_country_missing"),
    ("LEI", "", "", "identifier_missing"),
    ("LEI", " - ", "", "identifier_missing"),
    ("REG", "9" * 61, "DE", "identifier_too_long"),
    ("XXX", "123", "", "identifier_scheme_unknown"),
]


@pytest.mark.parametrize(("scheme", "text", "country", "kept"), GOOD)
def test_a_right_number_is_kept_without_blanks_and_marks(scheme: str, text: str, country: str, kept: str):
    found = checked(scheme, text, country)
    assert (found.value, found.refusals, found.warnings) == (kept, (), ())


@pytest.mark.parametrize(("scheme", "text", "country", "code"), BAD)
def test_a_wrong_number_is_refused_with_its_reason(scheme: str, text: str, country: str, code: str):
    assert [r.code for r in checked(scheme, text, country).refusals] == [code]


def test_check_digits_that_fail_on_an_issued_number_warn():
    # Issued by a local operating unit of GLEIF's with wrong check digits.
    found = checked("LEI", "391200011MR2KPMKTD85", issued=True)
    assert found.refusals == ()
    assert [w.code for w in found.warnings] == ["identifier_check_digit_wrong"]
    assert checked("LEI", "391200011MR2KPMKTD85").refusals


def test_another_fault_of_an_issued_number_is_still_refused():
    assert checked("LEI", "123", issued=True).refusals[0].code == "identifier_wrong_length"


def test_every_scheme_answers_nonsense_with_a_refusal():
    for scheme in SCHEMES:
        assert checked(scheme, "?!", "DE").refusals, scheme


def test_the_kind_of_a_number_is_guessed():
    assert guessed_schemes("DE136695976") == ("VAT",)
    assert guessed_schemes("91110000600037341L") == ("USCC",)
    assert "LEI" in guessed_schemes("5493001KJTIIGC8Y1R12")
    assert guessed_schemes("nonsense") == ()


def test_a_number_is_normalised():
    assert normalised(" de-136.695 976 ") == "DE136695976"


def test_check_digits_of_many_leis_are_those_of_stdnum():
    letters, rng = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", random.Random(7)
    stems = ["".join(rng.choices(letters, k=18)) for _n in range(500)]
    values = [s + lei.mod_97_10.calc_check_digits(s) for s in stems] + [f"{s}{rng.randrange(100):02d}" for s in stems]
    assert list(lei_check_digits_hold(values)) == [lei.is_valid(v) for v in values]
    assert all(lei_well_formed(v) for v in values)
    assert not lei_well_formed("5493001kjtiigc8y1r12")
