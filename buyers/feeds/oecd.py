"""The OECD's table of country risk classes: country, iso3, crc, status.

Source: OECD, Country Risk Classifications of the Participants to the Arrangement on Officially Supported Export
Credits. A country without a class is not in class 0: high-income OECD and euro countries are not classified because
they need no minimum premium, others because nobody asked.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from buyers.countries import CLASSIFIED, HIGH_INCOME, NOT_CLASSIFIED, Rating, house_rating
from buyers.feeds.sheet import Row, Unfit
from kernel.refusals import Refusal, refusal

REQUIRED = ("iso3", "crc", "status")
CLASSES = tuple("01234567")
STATUSES = {
    "classified": CLASSIFIED,
    "not_classified_high_income_oecd_or_euro": HIGH_INCOME,
    "not_classified_other": NOT_CLASSIFIED,
}
# Codes the publisher made for countries without one of ISO 3166.
OWN_CODES = {"XKV": "XK"}
UNCLASSIFIED = ("", "-")


def classes_in(
    rows: Iterable[Row], codes: Mapping[str, str], valid_from: date, ratings: Mapping[str, str]
) -> tuple[list[Rating], list[Unfit]]:
    """The ratings of a table from `valid_from` on, and the rows that are none.

    `codes`: ISO 3166's three letters to its two; `ratings`: the house rating of each class (buyers/data). Refuses
    `country_code_unknown`, `country_twice`, `oecd_status_unknown`, `oecd_class_unknown`,
    `oecd_class_without_status`, each for its row.
    """
    found: dict[str, Rating] = {}
    unfit: list[Unfit] = []
    for row in rows:
        country = country_of(row.cells["iso3"], codes, OWN_CODES)
        if why := _unfit(row.cells, country, found):
            unfit.append(Unfit(row.line, why, row.raw))
            continue
        status, number = STATUSES[row.cells["status"].lower()], row.cells["crc"]
        oecd_class = int(number) if status == CLASSIFIED else None
        grade, level = house_rating(status, oecd_class, dict(ratings))
        found[country] = Rating(country, valid_from, oecd_class, status == HIGH_INCOME, grade, level)
    return list(found.values()), unfit


def country_of(code: str, codes: Mapping[str, str], own: Mapping[str, str]) -> str:
    """The two letters of a country, of a publisher's `own` code or of ISO's three; '' for no country of today."""
    code = code.upper()
    return own.get(code) or codes.get(code, "")


def _unfit(cells: Mapping[str, str], country: str, before: Mapping[str, Rating]) -> Refusal | None:
    status, number = STATUSES.get(cells["status"].lower()), cells["crc"]
    if not country:
        return refusal("country_code_unknown", "iso3", found=cells["iso3"][:40])
    if country in before:
        return refusal("country_twice", "iso3")
    if status is None:
        return refusal("oecd_status_unknown", "status", found=cells["status"][:40])
    if number not in CLASSES and number not in UNCLASSIFIED:
        return refusal("oecd_class_unknown", "crc", found=number[:40])
    if (status == CLASSIFIED) != (number in CLASSES):
        return refusal("oecd_class_without_status", "crc", found=number[:40])
    return None
