"""Which company of the directory a row of a customer list means (domain.md §1, "the right legal entity").

*Certain* takes a number, or a name together with country and address, that one entity alone has. A name alone decides
nothing: it says who may be meant, and a person chooses. How alike names are is buyers/likeness.py's to say.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from buyers.likeness import name_likeness, taken_apart
from buyers.names import has_han, words_of
from kernel.refusals import Refusal, refusal

CERTAIN, CHOOSE, UNKNOWN, REFUSED = "certain", "choose", "unknown", "refused"

# Kinds of numbers that carry their kind in them: check digits and a length, or a country, that no other number has.
KNOWN_BY_FORM = ("LEI", "USCC", "VAT")
MOST_CANDIDATES = 5
# Names less likely one company's than this speak against a number, and are no candidates.
LEAST_LIKELY = 0.3
# In the country of the row before equally likely ones elsewhere.
_SAME_COUNTRY = 0.2
_SAME_STREET = 75
_POSTCODE = re.compile(r"\d{4,}")


@dataclass(frozen=True)
class Row:
    """What a row of a list says of a customer. `numbers`: (kind or "", number as kept), those that can be one."""

    name: str
    country: str = ""
    address: str = ""
    city: str = ""
    numbers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Entity:
    """An entry of the directory as it is today (merges followed), with every name it has or had."""

    buyer: int
    name: str
    country: str = ""
    address: str = ""
    city: str = ""
    private_person: bool = False
    dissolved: bool = False
    numbers: frozenset[tuple[str, str]] = frozenset()
    further_names: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The present one first."""
        return (self.name, *self.further_names)

    def lacks(self, scheme: str, value: str) -> bool:
        """True when its number of this kind is another one."""
        return bool(scheme) and any(s == scheme for s, _value in self.numbers) and not self.has(scheme, value)

    def has(self, scheme: str, value: str) -> bool:
        """True when it has this number; of a kind nobody named, when any of its numbers reads so."""
        return any(v == value and scheme in ("", s) for s, v in self.numbers)


@dataclass(frozen=True)
class Choice:
    """A company that may be meant, why, and how likely its name is the row's, in percent."""

    buyer: int
    reasons: tuple[str, ...]
    likeness: int


@dataclass(frozen=True)
class Judged:
    """What a row came to: `outcome`, its reason, the buyer when it is certain, the candidates."""

    outcome: str
    reason: Refusal
    buyer: int | None = None
    choices: tuple[Choice, ...] = ()


def judged(row: Row, entities: Collection[Entity]) -> Judged:
    """What `row` means among the `entities` that a look at its numbers, and a search for its name, found."""
    if not row.name and not row.numbers:
        return Judged(REFUSED, refusal("row_names_nobody"))
    numbered = [e for e in entities if any(e.has(*number) for number in row.numbers)]
    if numbered:
        return _by_number(row, numbered)
    listed = [e for e in entities if not e.private_person]
    choices = _choices(row, listed)
    if choices:
        return _by_name(row, listed, choices)
    if any(_same_name(row, e) for e in entities):
        return Judged(REFUSED, refusal("buyer_is_private_person"))
    return Judged(UNKNOWN, refusal("match_number_unknown" if row.numbers else "match_found_nothing"))


def _by_number(row: Row, found: Sequence[Entity]) -> Judged:
    """A number decides, unless it is several entities', or name, country or another number speaks against it.

    A number of a kind nobody named may be anything (a customer number reads like a register's): beside it the name must
    speak for the company, or the number be of a kind that is known by its form.
    """
    if any(e.private_person for e in found):
        return Judged(REFUSED, refusal("buyer_is_private_person"))
    choices = _choices(row, found, all_of_them=True)
    if len(found) > 1:
        return Judged(CHOOSE, refusal("match_numbers_disagree"), choices=choices)
    [only] = found
    alike = _alike(row.name, only)
    known = {value for scheme, value in only.numbers if scheme in KNOWN_BY_FORM}
    against = {
        "match_name_contradicts": alike is False,
        "match_country_contradicts": bool(row.country and only.country) and row.country != only.country,
        "match_further_number_differs": any(only.lacks(*number) for number in row.numbers),
        "match_kind_open": not alike and not any(only.has(*n) and (n[0] or n[1] in known) for n in row.numbers),
        "match_dissolved": only.dissolved,
    }
    if reason := next((code for code, holds in against.items() if holds), ""):
        return Judged(CHOOSE, refusal(reason), choices=choices)
    return Judged(CERTAIN, refusal("match_by_number"), only.buyer, choices)


def _by_name(row: Row, listed: Sequence[Entity], choices: tuple[Choice, ...]) -> Judged:
    """A name decides only with country and address, for the one entity that bears it, and against no number."""
    namesakes = [e for e in listed if _same_name(row, e) and (not row.country or e.country == row.country)]
    if not namesakes:
        return Judged(CHOOSE, refusal("match_names_alike"), choices=choices)
    if len(namesakes) > 1:
        return Judged(CHOOSE, refusal("match_name_shared", number=len(namesakes)), choices=choices)
    [only] = namesakes
    if not row.country:
        return Judged(CHOOSE, refusal("match_country_missing"), choices=choices)
    kinds = {"", *(scheme for scheme, _value in only.numbers)}
    if any(scheme in kinds for scheme, _value in row.numbers):
        return Judged(CHOOSE, refusal("match_number_differs"), choices=choices)
    if same_place(row, only) and only.dissolved:
        return Judged(CHOOSE, refusal("match_dissolved"), choices=choices)
    if same_place(row, only):
        return Judged(CERTAIN, refusal("match_by_name_and_address"), only.buyer, choices)
    if (row.address or row.city) and (only.address or only.city):
        return Judged(CHOOSE, refusal("match_place_differs"), choices=choices)
    return Judged(CHOOSE, refusal("match_name_alone"), choices=choices)


def same_place(row: Row, entity: Entity) -> bool:
    """True when both give a place and it is the same: the town or the postcode; where both give a street, that too."""
    if not (row.address or row.city) or not (entity.address or entity.city):
        return False
    here, there = _folded(f"{row.address} {row.city}"), _folded(f"{entity.address} {entity.city}")
    town = _folded(entity.city)
    same_town = bool(town) and (f" {town} " in f" {here} " or (town > "\u3000" and town in here))
    same_code = bool(set(_POSTCODE.findall(here)) & set(_POSTCODE.findall(there)))
    same_street = not row.address or not entity.address or fuzz.token_set_ratio(here, there) >= _SAME_STREET
    return (same_town or same_code) and same_street


def _folded(text: str) -> str:
    return " ".join(words_of(text))


def _same_name(row: Row, entity: Entity) -> bool:
    """The same words now or formerly, and no other legal form."""
    asked = taken_apart(row.name)
    return bool(asked.key) and any(
        found.key == asked.key and (not asked.form or not found.form or asked.form == found.form)
        for found in map(taken_apart, entity.names)
    )


def _alike(name: str, entity: Entity) -> bool | None:
    """Whether the name can be this company's; None when there is none, or only one in the other script."""
    comparable = [other for other in entity.names if has_han(other) == has_han(name)]
    if not name or not comparable:
        return None
    return max(name_likeness(name, other).score for other in comparable) >= LEAST_LIKELY


def _choices(row: Row, found: Collection[Entity], all_of_them: bool = False) -> tuple[Choice, ...]:
    """Who may be meant, likeliest first, at most MOST_CANDIDATES."""
    rated = []
    for entity in found:
        likely, by_present_name = max((name_likeness(row.name, n).score, n == entity.name) for n in entity.names)
        if all_of_them or likely >= LEAST_LIKELY:
            here = bool(row.country) and entity.country == row.country
            reasons = _reasons(row, entity, by_present_name)
            rated.append((likely + _SAME_COUNTRY * here, Choice(entity.buyer, reasons, round(100 * likely))))
    rated.sort(key=lambda one: (-one[0], one[1].buyer))
    return tuple(choice for _likely, choice in rated[:MOST_CANDIDATES])


def _reasons(row: Row, entity: Entity, by_present_name: bool) -> tuple[str, ...]:
    """What speaks for an entity and what against it, as codes."""
    numbered = any(entity.has(*number) for number in row.numbers)
    found = {
        "found_by_number": numbered,
        "match_other_number": bool(row.numbers) and not numbered,
        "found_by_name": _same_name(row, entity),
        "match_former_name": bool(row.name) and not by_present_name,
        "match_other_country": bool(row.country and entity.country) and row.country != entity.country,
        "match_same_place": same_place(row, entity),
    }
    return tuple(code for code, holds in found.items() if holds)
