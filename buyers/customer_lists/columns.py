"""What the columns of a customer list mean: guessed from headings and contents, confirmed by a person, then read by.

docs/formats/customers.md tells the sender.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from buyers.customer_lists.places import country_code
from buyers.identity import DUNS, REGISTER, SCHEMES, checked, guessed_schemes, normalised
from buyers.matching import KNOWN_BY_FORM, Row
from buyers.names import words_of
from kernel.refusals import Refusal, refusal

NAME, COUNTRY, ADDRESS, CITY, REFERENCE, NUMBER, NOTHING = (
    "name", "country", "address", "city", "reference", "number", "",
)  # fmt: skip
# A number of a kind nobody named, or of one of the kinds in use.
MEANINGS = (NAME, COUNTRY, ADDRESS, CITY, REFERENCE, NUMBER, *SCHEMES)
# A street and a postcode may stand in two columns, and there are many kinds of numbers; the rest is said once.
ONCE = (NAME, COUNTRY, CITY, REFERENCE)
LONGEST = {NAME: 500, ADDRESS: 500, CITY: 120, REFERENCE: 60, NUMBER: 60}

# Headings as files have them, in English, German, French and Chinese; the first line that fits wins.
_HEADINGS: dict[str, str] = {
    "LEI": "lei|lei code|legal entity identifier|全球法人识别编码|法人识别编码",
    "VAT": "vat|vat no|vat number|vat id|ust id|ustid|ust idnr|umsatzsteuer id|umsatzsteuer identifikationsnummer|tva|"
           "numero de tva|n tva|tva intracommunautaire|增值税号",
    "USCC": "uscc|unified social credit code|credit code|统一社会信用代码|信用代码|社会信用代码",
    "SIREN": "siren", "DUNS": "duns|d u n s|duns number|邓白氏编码|邓氏编码",
    "CRN": "crn|company number|companies house number", "EIN": "ein", "UID": "uid", "INN": "inn",
    NUMBER: "number|tax id|tax number|registration number|registration no|reg no|company id|identifier|steuernummer|"
            "handelsregisternummer|registernummer|hrb|siret|numero d immatriculation|numero d entreprise|identifiant|"
            "税号|注册号|登记号|证件号码|编号代码|工商注册号|纳税人识别号",
    COUNTRY: "country|country code|land|landercode|laendercode|pays|code pays|国家|国别|国家地区|国家代码|国家或地区",
    CITY: "city|town|ort|stadt|ville|城市|市",
    ADDRESS: "address|street|street address|postal address|address line 1|postcode|zip|zip code|postal code|adresse|"
             "anschrift|strasse|straße|plz|postleitzahl|rue|code postal|地址|注册地址|街道|邮编|邮政编码",
    REFERENCE: "reference|our reference|customer number|customer no|customer id|customer code|account|account number|"
               "debtor number|kundennummer|kunden nr|kundennr|debitor|debitorennummer|referenz|numero client|"
               "code client|reference client|客户编号|客户代码|客户号|编号|参考号",
    NAME: "name|customer|customer name|company|company name|buyer|buyer name|legal name|registered name|debtor|firm|"
          "firma|firmenname|kunde|kundenname|unternehmen|debitorname|abnehmer|nom|nom du client|client|societe|"
          "entreprise|raison sociale|denomination|acheteur|名称|公司名称|公司|企业名称|客户名称|客户|买方|买方名称|"
          "单位名称|公司名|客户全称",
}  # fmt: skip
_MEANING_OF = {
    " ".join(words_of(heading)): meaning for meaning, line in reversed(_HEADINGS.items()) for heading in line.split("|")
}
# So much of a sample must be of one kind before its content says what a column is.
_MOSTLY = 0.6


@dataclass(frozen=True)
class Said:
    """A row of a file, read by its columns; why it cannot be matched; which of its numbers are none."""

    row: Row
    reference: str = ""
    refusals: tuple[Refusal, ...] = ()
    numbers_wrong: tuple[str, ...] = field(default=())


def guessed(header: Sequence[str], sample: Sequence[Sequence[str]]) -> list[str]:
    """What each column seems to mean; NOTHING where that cannot be told."""
    found = [_MEANING_OF.get(" ".join(words_of(_bare(heading))), NOTHING) for heading in header]
    for place, meaning in enumerate(found):
        values = [cells[place] for cells in sample if place < len(cells) and cells[place].strip()]
        if meaning in (NOTHING, NUMBER) and (told := _by_content(values)):
            found[place] = told
    for meaning in ONCE:  # the first of several counts
        places = [place for place, it in enumerate(found) if it == meaning]
        for place in places[1:]:
            found[place] = NOTHING
    if NAME not in found:
        found = _with_a_name(found, sample)
    return found


def headless(header: Sequence[str], sample: Sequence[Sequence[str]]) -> bool:
    """True when the first line is a customer already: no heading is known, and a cell is a country or a number."""
    if any(_MEANING_OF.get(" ".join(words_of(heading))) for heading in header):
        return False
    return any(country_code(cell) or (any(c.isdigit() for c in cell) and guessed_schemes(cell)) for cell in header)


def columns_refused(meanings: Sequence[str]) -> tuple[Refusal, ...]:
    """Why a list cannot be matched by these columns."""
    if unknown := [m for m in meanings if m and m not in MEANINGS]:
        return (refusal("column_meaning_unknown", "", meaning=unknown[0][:20]),)
    if not any(m in (NAME, NUMBER, *SCHEMES) for m in meanings):
        return (refusal("list_names_nobody"),)
    twice = any(list(meanings).count(meaning) > 1 for meaning in ONCE)
    return (refusal("column_means_twice"),) if twice else ()


def said(cells: Sequence[str], unread: Sequence[int], meanings: Sequence[str], country: str = "") -> Said:
    """What a row says. `unread`: places of formulas without a value; `country`: where the row names none."""
    by_meaning: dict[str, list[str]] = {}
    for place, meaning in enumerate(meanings):
        if meaning and place < len(cells) and (text := " ".join(cells[place].split())):
            by_meaning.setdefault(meaning, []).append(text)
    first = {meaning: texts[0] for meaning, texts in by_meaning.items()}
    named = first.get(COUNTRY, "")
    code = country_code(named) if named else country
    numbers, wrong = _numbers(by_meaning, code)
    row = Row(
        name=first.get(NAME, "")[: LONGEST[NAME]],
        country=code,
        address=", ".join(by_meaning.get(ADDRESS, ()))[: LONGEST[ADDRESS]],
        city=first.get(CITY, "")[: LONGEST[CITY]],
        numbers=numbers,
    )
    why = _refused(row, first, named, wrong, any(meanings[p] for p in unread if p < len(meanings)))
    return Said(row, first.get(REFERENCE, "")[: LONGEST[REFERENCE]], why, wrong)


def _refused(row: Row, first: Mapping[str, str], named: str, wrong: Sequence[str], unread: bool) -> tuple[Refusal, ...]:
    if unread:
        return (refusal("row_formula_unread"),)
    if any(not c.isprintable() for text in first.values() for c in text):
        return (refusal("control_characters"),)
    if len(first.get(NAME, "")) > LONGEST[NAME]:
        return (refusal("cell_too_long"),)
    if named and not row.country:
        return (refusal("row_country_unknown", found=named[:60]),)
    if not row.name and wrong:
        return (refusal("row_number_wrong", found=wrong[0][:60]),)
    if not row.numbers and not any(c.isalnum() for c in row.name):
        return (refusal("row_names_nobody"),)
    return ()


def _numbers(
    by_meaning: Mapping[str, Sequence[str]], country: str
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The numbers that can be ones, and the texts of those that cannot."""
    found: list[tuple[str, str]] = []
    wrong: list[str] = []
    for meaning, texts in by_meaning.items():
        for text in texts if meaning == NUMBER or meaning in SCHEMES else ():
            if meaning == NUMBER:
                value = normalised(text)[: LONGEST[NUMBER]]
                fits = len(value) >= 4 and any(c.isdigit() for c in value)
                (found if fits else wrong).append(("", value) if fits else text)  # type: ignore[arg-type]
                continue
            number = checked(meaning, text, country)
            if number.refusals:
                wrong.append(text)
            else:
                found.append((meaning, number.value))
    return tuple(found), tuple(wrong)


def _bare(heading: str) -> str:
    """A heading without what stands in brackets behind it: Name (2), 国家 (ISO)."""
    return heading.split("(")[0].split("（")[0] or heading


def _by_content(values: Sequence[str]) -> str:
    if not values:
        return NOTHING
    enough = max(1, _MOSTLY * len(values))
    schemes = [s for value in values for s in guessed_schemes(value) if s not in (DUNS, REGISTER)]
    likeliest = max(SCHEMES, key=schemes.count)
    if schemes.count(likeliest) >= enough and likeliest in KNOWN_BY_FORM:
        return likeliest
    if sum(bool(country_code(value)) for value in values) >= enough:
        return COUNTRY
    return NOTHING


def _with_a_name(found: list[str], sample: Sequence[Sequence[str]]) -> list[str]:
    """The column nobody knows with the longest words in it is the name's, when it has words at all."""
    lengths = {
        place: sum(len(c[place]) for c in sample if place < len(c) and any(x.isalpha() for x in c[place]))
        for place, meaning in enumerate(found)
        if meaning == NOTHING
    }
    place = max(lengths, key=lambda p: lengths[p], default=None)
    if place is not None and lengths[place]:
        found[place] = NAME
    return found
