"""A row of a file of companies, judged: what goes into the directory, what is refused and why, what is odd.

Written for hundreds of thousands of rows in one run: rows are judged in blocks, plain ASCII goes the short way, and
the check digits of a block's LEIs are worked out at once.
"""

import re
import unicodedata
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from buyers.directory.shapes import GLEIF, Layout
from buyers.identity import LEI, checked, lei_check_digits_hold, lei_well_formed
from buyers.names import sort_key

# Codes of rows that do not go in, and of those that go in with a warning; worded in buyers/wording.py.
REFUSALS = (
    "row_unreadable", "cells_miscounted", "control_characters", "name_missing", "cell_too_long", "country_missing",
    "country_unknown", "category_unknown", "status_unknown", "date_unreadable", "row_is_a_person", "lei_annulled",
    "identifier_repeated", "identifier_scheme_unknown", "identifier_missing", "identifier_too_long",
    "identifier_wrong_length", "identifier_wrong_characters", "identifier_check_digit_wrong",
    "identifier_not_of_this_kind", "identifier_country_missing",
)  # fmt: skip
WARNINGS = ("check_digits_fail", "country_not_given")

LONGEST = {"name": 500, "address": 500, "city": 120, "sector": 60}
PUBLIC_BODY, PERSON, GENERAL = "RESIDENT_GOVERNMENT_ENTITY", "SOLE_PROPRIETOR", "GENERAL"
CATEGORIES = frozenset({GENERAL, "FUND", "BRANCH", PUBLIC_BODY, "INTERNATIONAL_ORGANIZATION"})
_STATUSES = {
    "": "active", "active": "active", "null": "active", "inactive": "dissolved", "dissolved": "dissolved",
    "insolvent": "insolvent",
}  # fmt: skip
# An LEI that GLEIF took back, or gave to an entity that has another: it identifies nobody.
_TAKEN_BACK = frozenset({"ANNULLED", "DUPLICATE"})

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Marks that turn the direction of the letters after them: a name must not be able to show as another one.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Accepted(NamedTuple):
    """A row as the directory keeps it. `check_digits_fail`: an issued LEI whose check digits are wrong."""

    line: int
    scheme: str
    value: str
    name: str
    sort_key: str
    country: str
    category: str
    check_digits_fail: bool = False
    address: str = ""
    city: str = ""
    status: str = "active"
    founded_on: str = ""
    sector: str = ""


@dataclass
class Judged:
    """A block of rows, judged. `refused` and `warned`: (line, code, the row's cells)."""

    accepted: list[Accepted] = field(default_factory=list)
    refused: list[tuple[int, str, list[str]]] = field(default_factory=list)
    warned: list[tuple[int, str, list[str]]] = field(default_factory=list)


class _RowRefused(Exception):
    """Carries the code of the reason."""


def judged(rows: Iterable[tuple[int, list[str]]], layout: Layout, countries: Set[str]) -> Judged:
    """Every row (line number, cells) of a block accepted or refused; `countries` are the ISO 3166 codes in use."""
    found = Judged()
    one_row = _GleifRow(layout, countries) if layout.shape == GLEIF else _PlainRow(layout, countries)
    whole = []
    for line, cells in rows:
        try:
            row = one_row.accepted(line, cells)
        except _RowRefused as refused:
            found.refused.append((line, str(refused), cells))
            continue
        found.accepted.append(row)
        if not row.country:
            found.warned.append((line, "country_not_given", cells))
        whole.append(cells)
    _warn_of_check_digits(found, whole)
    return found


def _warn_of_check_digits(found: Judged, whole: list[list[str]]) -> None:
    """Issued LEIs with wrong check digits exist: they go in, with a warning."""
    places = [place for place, row in enumerate(found.accepted) if row.scheme == LEI]
    if not places:
        return
    for place, holds in zip(places, lei_check_digits_hold([found.accepted[p].value for p in places]), strict=True):
        if not holds:
            row = found.accepted[place]
            found.accepted[place] = row._replace(check_digits_fail=True)
            found.warned.append((row.line, "check_digits_fail", whole[place]))


class _Row:
    """What rows of both shapes share. An object for the whole block, as looking up columns by name costs time."""

    def __init__(self, layout: Layout, countries: Set[str]):
        self.width, self.countries = layout.width, countries
        places = layout.places
        self.number, self.name = places["number"], places["name"]
        self.country = places["country"]
        self.more = [(column, places.get(column)) for column in ("address", "city", "sector")]
        self.status, self.founded_on = places.get("status"), places.get("founded_on")
        self.sparse = not {"address", "city", "sector", "status", "founded_on"} & places.keys()

    def _more(self, cells: list[str], strict: bool) -> tuple[str, str, str, str, str]:
        """The columns only some files have: address, city, status, founded_on, sector."""
        address, city, sector = (
            _short(_clean(cells[place]), LONGEST[column]) if place is not None else "" for column, place in self.more
        )
        status = _status(cells[self.status]) if self.status is not None else "active"
        founded_on = _day(cells[self.founded_on], strict) if self.founded_on is not None else ""
        return address, city, status, founded_on, sector


class _GleifRow(_Row):
    """GLEIF vouches for its rows: what it leaves out (a country, a date) does not keep an entity out."""

    def __init__(self, layout: Layout, countries: Set[str]):
        super().__init__(layout, countries)
        self.category, self.registration = layout.places["category"], layout.places.get("registration")

    def accepted(self, line: int, cells: list[str]) -> Accepted:
        """The row, or _RowRefused."""
        if len(cells) != self.width:
            raise _RowRefused("cells_miscounted")
        category, value, country = cells[self.category], cells[self.number], cells[self.country]
        if category not in CATEGORIES:
            category = _category(category)
        if not lei_well_formed(value):
            value = _lei(value)
        if self.registration is not None and cells[self.registration].strip().upper() in _TAKEN_BACK:
            raise _RowRefused("lei_annulled")
        if country not in self.countries:
            country = self._country(country)
        name = _name(cells[self.name])
        more = () if self.sparse else self._more(cells, strict=False)
        return Accepted(line, LEI, value, name, sort_key(name), country, category, False, *more)

    def _country(self, text: str) -> str:
        country = text.strip().upper()
        if country and country not in self.countries:
            raise _RowRefused("country_unknown")
        return country


class _PlainRow(_Row):
    """Somebody's own list: everything must be right, since nobody vouches for it."""

    def __init__(self, layout: Layout, countries: Set[str]):
        super().__init__(layout, countries)
        self.scheme, self.category = layout.places["scheme"], layout.places.get("category")

    def accepted(self, line: int, cells: list[str]) -> Accepted:
        """The row, or _RowRefused."""
        if len(cells) != self.width:
            raise _RowRefused("cells_miscounted")
        category = _category(cells[self.category]) if self.category is not None else GENERAL
        name = _name(cells[self.name])
        country = cells[self.country].strip().upper()
        if country not in self.countries:
            raise _RowRefused("country_unknown" if country else "country_missing")
        scheme = cells[self.scheme].strip().upper()
        number = checked(scheme, cells[self.number], country, issued=scheme == LEI)
        if number.refusals:
            raise _RowRefused(number.refusals[0].code)
        more = self._more(cells, strict=True)
        return Accepted(line, scheme, number.value, name, sort_key(name), country, category, False, *more)


def _name(text: str) -> str:
    name = _clean(text)
    if not name:
        raise _RowRefused("name_missing")
    return _short(name, LONGEST["name"])


def _category(text: str) -> str:
    category = text.strip().upper() or GENERAL
    if category not in CATEGORIES:
        raise _RowRefused("row_is_a_person" if category == PERSON else "category_unknown")
    return category


def _lei(text: str) -> str:
    found = checked(LEI, text, issued=True)
    if found.refusals:
        raise _RowRefused(found.refusals[0].code)
    return found.value


def _clean(text: str) -> str:
    """One line without turning marks; composed (NFC), so that é is the same é for a search."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text else text.strip()
    text = " ".join(_TURNING.sub("", unicodedata.normalize("NFC", text)).split())
    if _CONTROL.search(text) or not _storable(text):
        raise _RowRefused("control_characters")
    return text


def _storable(text: str) -> bool:
    # Half of a pair (from a broken UTF-16 file) is no character at all.
    return not any("\ud800" <= c <= "\udfff" for c in text)


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise _RowRefused("cell_too_long")
    return text


def _status(text: str) -> str:
    try:
        return _STATUSES[text.strip().lower()]
    except KeyError:
        raise _RowRefused("status_unknown") from None


def _day(text: str, strict: bool) -> str:
    """An ISO date, with or without a time behind it; empty when there is none."""
    text = text.strip()[:10]
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        if strict:
            raise _RowRefused("date_unreadable") from None
        return ""
