"""The rule of the match, case by case."""

import pytest

from buyers.matching import Entity, Row, judged, same_place

ACME = Entity(
    1, "Acme Trading GmbH", "DE", "Hafenstr. 5, 20457", "Hamburg", numbers=frozenset({("VAT", "DE136695976")}),
    further_names=("Acme Handel GmbH",),
)  # fmt: skip
ACME_AG = Entity(2, "Acme Trading AG", "DE", city="Berlin")
ACME_AT = Entity(3, "Acme Trading GmbH", "AT", city="Wien")
OTHER = Entity(4, "Zenith Maschinenbau SE", "DE", numbers=frozenset({("VAT", "DE111111125")}))
NUMBER, OTHERS = (("VAT", "DE136695976"),), (("VAT", "DE111111125"),)
PLAIN = Entity(5, "Plain Ltd", "GB", numbers=frozenset({("CRN", "01234567")}))
FRENCH = Entity(6, "Quux SAS", "FR", numbers=frozenset({("VAT", "FR40303265045")}))
ACME_FR = Entity(7, "Acme Trading SAS", "FR", numbers=frozenset({("VAT", "FR40303265045")}))
GONE = Entity(8, "Gone GmbH", "DE", city="Kiel", dissolved=True, numbers=frozenset({("VAT", "DE119429301")}))
OLAF = Entity(9, "Olaf Meier", "DE", private_person=True, numbers=frozenset({("X", "1234")}))


@pytest.mark.parametrize(
    ("row", "entities", "outcome", "reason", "buyer"),
    [
        # numbers
        (Row("Acme Trading", "DE", numbers=NUMBER), [ACME], "certain", "match_by_number", 1),
        (Row("", numbers=NUMBER), [ACME], "certain", "match_by_number", 1),
        (Row("Acme Handel", numbers=NUMBER), [ACME], "certain", "match_by_number", 1),
        (Row("阿克米贸易有限公司", "DE", numbers=NUMBER), [ACME], "certain", "match_by_number", 1),
        (Row("Acme", numbers=(("", "DE136695976"),)), [ACME], "certain", "match_by_number", 1),
        (Row("Nordwind Reederei KG", "DE", numbers=NUMBER), [ACME], "choose", "match_name_contradicts", None),
        (Row("Acme Trading", "FR", numbers=NUMBER), [ACME], "choose", "match_country_contradicts", None),
        (Row("Acme", numbers=(*NUMBER, *OTHERS)), [ACME, OTHER], "choose", "match_numbers_disagree", None),
        # of several numbers one speaks against the company
        (Row("Acme", "DE", numbers=(*NUMBER, ("DUNS", "123456789"))), [ACME], "certain", "match_by_number", 1),
        (
            Row("Acme", "DE", numbers=(*NUMBER, ("VAT", "DE811569869"))), [ACME],
            "choose", "match_further_number_differs", None,
        ),
        (Row("Acme", "DE", numbers=(*NUMBER, ("", "K10001"))), [ACME], "certain", "match_by_number", 1),
        # a number of a kind nobody named: its form, or the name, says that it is one of the company's
        (Row("", numbers=(("", "DE136695976"),)), [ACME], "certain", "match_by_number", 1),
        (Row("Plain Ltd", "GB", numbers=(("", "01234567"),)), [PLAIN], "certain", "match_by_number", 5),
        (Row("", "GB", numbers=(("", "01234567"),)), [PLAIN], "choose", "match_kind_open", None),
        (Row("普蓝有限公司", "GB", numbers=(("", "01234567"),)), [PLAIN], "choose", "match_kind_open", None),
        (Row("Quux SA", "GB", numbers=(("", "01234567"),)), [PLAIN], "choose", "match_name_contradicts", None),
        (Row("", "GB", numbers=(("CRN", "01234567"),)), [PLAIN], "certain", "match_by_number", 5),
        # a number with right check digits, of another country than the row's
        (
            Row("Acme Trading GmbH", "DE", "", "Hamburg", (("VAT", "FR40303265045"),)), [FRENCH, ACME],
            "choose", "match_name_contradicts", None,
        ),
        (
            Row("Acme Trading", "DE", "", "Hamburg", (("VAT", "FR40303265045"),)), [ACME_FR],
            "choose", "match_country_contradicts", None,
        ),
        (Row("Acme Trading", numbers=(("VAT", "FR40303265045"),)), [ACME_FR], "certain", "match_by_number", 7),
        # a company that is no more
        (Row("Gone GmbH", "DE", numbers=(("VAT", "DE119429301"),)), [GONE], "choose", "match_dissolved", None),
        (Row("Gone GmbH", "DE", city="Kiel"), [GONE], "choose", "match_dissolved", None),
        # a number that is nobody's
        (Row("Quux", numbers=(("VAT", "DE1"),)), [], "unknown", "match_number_unknown", None),
        (
            Row("Acme Trading GmbH", "DE", "Hafenstr. 5", "Hamburg", (("VAT", "DE811569869"),)), [ACME],
            "choose", "match_number_differs", None,
        ),
        (
            Row("Acme Trading GmbH", "DE", "Hafenstr. 5", "Hamburg", (("DUNS", "123456789"),)), [ACME],
            "certain", "match_by_name_and_address", 1,
        ),
        # names
        (
            Row("ACME Trading G.m.b.H.", "DE", "Hafenstr. 5", "Hamburg"), [ACME],
            "certain", "match_by_name_and_address", 1,
        ),
        (
            Row("Acme Trading GmbH", "DE", "", "Hamburg"), [ACME, ACME_AG, ACME_AT],
            "certain", "match_by_name_and_address", 1,
        ),
        (Row("Acme Trading", "DE", "", "Hamburg"), [ACME, ACME_AG], "choose", "match_name_shared", None),
        (Row("Acme Trading GmbH", "DE"), [ACME], "choose", "match_name_alone", None),
        (Row("Acme Trading GmbH", "DE", "Ringstr. 1", "München"), [ACME], "choose", "match_place_differs", None),
        (Row("Acme Trading GmbH", "", "", "Hamburg"), [ACME], "choose", "match_country_missing", None),
        (Row("Acme Trading GmbH", "", "", "Hamburg"), [ACME, ACME_AT], "choose", "match_name_shared", None),
        (Row("Acme Tradin GmbH", "DE", "", "Hamburg"), [ACME], "choose", "match_names_alike", None),
        (Row("Acme Trading KG", "DE", "", "Hamburg"), [ACME], "choose", "match_names_alike", None),
        (Row("Acme Trading GmbH", "FR", "", "Hamburg"), [ACME], "choose", "match_names_alike", None),
        (Row("Quuxorama"), [ACME], "unknown", "match_found_nothing", None),
        # nobody, and persons
        (Row(""), [], "refused", "row_names_nobody", None),
        (Row("Olaf", numbers=(("", "1234"),)), [OLAF], "refused", "buyer_is_private_person", None),
        (Row("Olaf Meier", "DE"), [OLAF], "refused", "buyer_is_private_person", None),
    ],
)  # fmt: skip
def test_what_a_row_comes_to(row, entities, outcome, reason, buyer):
    came = judged(row, entities)
    assert (came.outcome, came.reason.code, came.buyer) == (outcome, reason, buyer)


def test_a_name_alone_never_selects_whatever_the_row_says_beside_it():
    for row in (Row("Acme Trading GmbH"), Row("Acme Trading GmbH", "DE"), Row("Acme Trading GmbH", city="Hamburg")):
        assert judged(row, [ACME]).buyer is None


def test_candidates_come_likeliest_first_with_what_speaks_for_and_against_them():
    came = judged(Row("Acme Trading GmbH", "DE", numbers=(("VAT", "DE811569869"),)), [ACME_AT, ACME_AG, ACME])
    assert [c.buyer for c in came.choices] == [1, 3, 2]
    assert came.choices[0].reasons == ("match_other_number", "found_by_name")
    assert "match_other_country" in came.choices[1].reasons
    by_former = judged(Row("Acme Handel GmbH", "DE"), [ACME]).choices[0]
    assert "match_former_name" in by_former.reasons and by_former.likeness == 90


@pytest.mark.parametrize(
    ("row", "same"),
    [
        (Row("x", address="Hafenstr. 5, 20457"), True),
        (Row("x", city="Hamburg"), True),
        (Row("x", address="Ringstr. 77", city="Hamburg"), False),
        (Row("x", city="Bremen"), False),
        (Row("x"), False),
    ],
)
def test_the_same_place(row, same):
    assert same_place(row, ACME) is same


def test_a_chinese_town_stands_inside_an_address():
    entity = Entity(1, "宏远", "CN", "上海市浦东新区世纪大道100号", "上海")
    assert same_place(Row("宏远", "CN", "上海市浦东新区世纪大道100号"), entity)
