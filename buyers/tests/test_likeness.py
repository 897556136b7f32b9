"""Two names are one company's when only a slip or the legal form lies between them; a word more or another is not."""

import pytest

from buyers.likeness import name_likeness

SAME, DIFFERENT = 0.7, 0.6


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Siemens Aktiengesellschaft", "Siemens AG", "names_are_equal"),
        ("Acme Trading Ltd", "ACME TRADING LIMITED", "names_are_equal"),
        ("Trading Acme", "Acme Trading", "names_are_equal"),
        ("Goodwill Company", "Good Will Company", "names_are_equal"),
        ("CRISTALORD LIMITED", "CRYSTALORD LTD", "names_differ_by_slips"),
        ("1st International Bank", "First Int'l Bank", "names_are_equal"),
        ("International Business Machines", "IBM", "names_are_equal"),
        ("上海宏远贸易有限公司", "上海宏遠貿易股份有限公司", "legal_forms_differ"),
        ("ООО Ромашка", "Romashka LLC", "names_are_equal"),
    ],
)
def test_one_company(one: str, other: str, reason: str):
    found = name_likeness(one, other)
    assert reason in found.reasons
    assert found.score > (0.5 if reason == "legal_forms_differ" else SAME)
    assert found == name_likeness(other, one)


@pytest.mark.parametrize(
    "slipped",
    [
        "扬州艺新纺织有限公",
        "扬州艺新纺织有限司公",
        "扬州艺新纺织限公司",
        "扬州艺新纺有织限公司",
        "扬州艺新纺织有常限公司",
    ],
)
def test_a_slip_in_a_chinese_legal_form_leaves_the_company_what_it_was(slipped: str):
    found = name_likeness(slipped, "扬州艺新纺织有限公司")
    assert found.reasons == ("names_differ_by_slips",) and found.score > SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("宏远有限公司", "宏达有限公司"),  # of two characters one is half the name
        ("扬州艺新纺织有限公", "扬州艺心纺织有限公司"),  # a slip in the form and one in the name
        ("扬州艺新纺织有限公", "扬州艺新化工有限公司"),
    ],
)
def test_another_chinese_name_or_form_is_no_slip(one: str, other: str):
    assert name_likeness(one, other).score < DIFFERENT


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Volkswagen AG", "Siemens AG", "names_have_other_words"),
        ("BAE Systems, Inc.", "BAE Industries, Inc.", "names_have_other_words"),
        ("BD p.l.c.", "BP p.l.c.", "names_have_other_words"),
        ("Deutsche Bank AG", "Deutsche Bank GmbH", "legal_forms_differ"),
        ("Banco Santander México S.A.", "Banco Santander Chile S.A.", "places_differ"),
        ("Bank of China (Hong Kong) Limited", "Bank of China (Singapore) Limited", "places_differ"),
    ],
)
def test_two_companies(one: str, other: str, reason: str):
    found = name_likeness(one, other)
    assert reason in found.reasons
    assert found.score < DIFFERENT


def test_a_word_more_is_told():
    assert "name_has_more_words" in name_likeness("Crystalord Systems", "Crystalord").reasons


@pytest.mark.parametrize(("one", "other"), [("Fund 2013", "Fund 2014"), ("Partners VII", "Partners VIII"), ("A2", "A")])
def test_numbers_that_contradict_each_other_are_told(one: str, other: str):
    assert "numbers_differ" in name_likeness(one, other).reasons


@pytest.mark.parametrize("name", ["", "👍", " ", "the", "\u202e"])
def test_names_without_letters_break_nothing(name: str):
    for other in ("", "Acme", name):
        assert 0 <= name_likeness(name, other).score <= 1
