"""How like a buyer's name is to one on a sanctions list, and when that is like enough to be looked at by a person.

Words are compared, in any order, each weighted by how rare it is among companies' names: "Trading" and the like tell
little, legal forms nothing. A word with one letter more, less, other or swapped counts nearly as the same, and so does
a whole name, however short or common its words; a slip in a legal form leaves it one. Chinese names are compared in
characters and in Latin letters. The likeness that makes a hit depends on the country: the same one, one the list does
not name, another one. Numbers and word frequencies are data (buyers/data/screening.json, word_frequencies.csv.gz).

A weighted Dice coefficient rather than a ratio of whole strings: on whole strings "Orient Shipping Co. Ltd." is liker
to "Oriole Shipping Co. Ltd." than to "Orient Shpg".
"""

import csv
import gzip
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from buyers.legal_forms import FORM_WORDS
from buyers.names import spelled
from buyers.romanising import romanised

DATA = Path(__file__).parent / "data"
SAME, UNKNOWN, OTHER = "same", "unknown", "other"
EXACT = 100

# A listed name is found by its rarest word, by the second when it is rare as well; one of common words only by all of
# them at once.
INDEXED_FROM = (0.3, 0.55)
LONG_WORD = 6
OF_A_SLIP = 15  # percent that a slip may cost before the words are compared: it makes a word seem rare
LONG_ENOUGH = 5  # shorter words are compared letter by letter: MAR and MAS are two words
FREQUENT = 0.5  # words of less weight are frequent: a slip of one is rather that than a name of its own
SHORT = 3  # a word of so many letters with a slip is rather another one: VTB and VTC
MOST_WORDS = 24


@dataclass(frozen=True)
class Rule:
    """When a likeness is a hit. `likeness_from` by country likeness, in percent; `distinctive_weight`: how much the
    words two names share must weigh before a likeness across countries, or one that is not exact, says anything."""

    edition: str
    kinds: frozenset[str]
    likeness_from: Mapping[str, int]
    likeness_of_words: int
    distinctive_weight: float
    list_may_shrink_percent: int


@dataclass(frozen=True)
class Listed:
    """A name on a list. `weak`: its publisher warns that it is too general to be searched for alone."""

    entry: int
    name: str
    countries: frozenset[str]
    weak: bool = False


@dataclass(frozen=True)
class Likeness:
    """A hit: which listed name, how like in percent, and how the countries agree."""

    listed: Listed
    percent: int
    country: str


@lru_cache(maxsize=1)
def rule() -> Rule:
    """The rule in use."""
    data = json.loads((DATA / "screening.json").read_text(encoding="utf-8"))
    return Rule(
        data["edition"],
        frozenset(data["kinds"]),
        data["likeness_from"],
        data["likeness_of_words"],
        float(data["distinctive_weight"]),
        data["list_may_shrink_percent"],
    )


# --- words ------------------------------------------------------------------------------------------------------------


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name that say which company it is (buyers/names.py), each once: no legal form, no accents."""
    return tuple(dict.fromkeys(spelled(name).content[:MOST_WORDS]))


def spellings(name: str) -> tuple[str, ...]:
    """The name, and a Chinese one in Latin letters as well (buyers/romanising.py)."""
    latin = "" if name.isascii() else romanised(name)
    return (name, latin) if latin else (name,)


@lru_cache(maxsize=1)
def _frequencies() -> tuple[Mapping[str, float], float]:
    """The weight of every frequent word, and that of all others."""
    with gzip.open(DATA / "word_frequencies.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [(word, int(names)) for word, names in csv.reader(file)]
    (_all, total), frequent = rows[0], rows[1:]
    most = math.log(total)
    return {word: (math.log(total / names) / most) ** 1.5 for word, names in frequent}, 1.0


@lru_cache(maxsize=200_000)
def weight(word: str) -> float:
    """How much a word tells: 1 for one that few companies have in their names, nearly 0 for "ltd"."""
    weights, rare = _frequencies()
    # Short words tell less, however rare: MAK and KALA are names of many things.
    telling = min(len(word), LONG_WORD) / LONG_WORD if word.isascii() else 1.0
    return weights.get(word, rare) * telling


@dataclass(frozen=True)
class Weighed:
    """A name's words with their weights, the sum of these, and all words as one.

    `form` are the words that were left out as legal form.
    """

    words: dict[str, float]
    total: float
    joined: str
    form: frozenset[str]

    @cached_property
    def least(self) -> float:
        """The sum if every word that is a frequent word or legal form but for a slip is that one."""
        return sum(min(worth, meant(word)) for word, worth in self.words.items())

    @classmethod
    def of(cls, name: str) -> "Weighed":
        """The name taken apart."""
        taken = spelled(name)
        words = {word: weight(word) for word in taken.content[:MOST_WORDS]}
        return cls(words, sum(words.values()), "".join(words), frozenset(taken.words).difference(words))


@lru_cache(maxsize=200_000)
def meant(word: str) -> float:
    """The weight of the most frequent word that `word` may be a slip of, 0 of a legal form's; its own if of none."""
    if len(word) < LONG_ENOUGH or word in _frequencies()[0]:
        return weight(word)
    near = {known for shape in shapes(word) for known in _frequent_shapes().get(shape, ()) if is_slip(word, known)}
    if not FORM_WORDS.isdisjoint(near):
        return 0.0
    return min(map(weight, near), default=weight(word))


@lru_cache(maxsize=1)
def _frequent_shapes() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    frequent = {word for word, worth in _frequencies()[0].items() if worth < FREQUENT and len(word) >= LONG_ENOUGH}
    for word in frequent | {form for form in FORM_WORDS if len(form) >= LONG_ENOUGH}:
        for shape in shapes(word):
            found[shape].append(word)
    return dict(found)


def is_slip(one: str, other: str) -> bool:
    """Whether one letter less, more, other, or two swapped make one of the other."""
    return OSA.distance(one, other, score_cutoff=1) <= 1


def shapes(word: str) -> Iterable[str]:
    """The word, and what is left of it without any one letter: two words of one shape differ by a letter or a swap."""
    yield word
    if len(word) >= LONG_ENOUGH:
        for place in range(len(word)):
            yield word[:place] + word[place + 1 :]


# --- likeness ---------------------------------------------------------------------------------------------------------


class Alike(NamedTuple):
    """How like two names are: in percent, the weight of what both share, and whether they are the same but for one
    slip that is not one letter for another in a word of two or three."""

    percent: int
    shared: float
    slip: bool = False


def likeness(one: Weighed, other: Weighed, words_from: int) -> Alike:
    """How like two names are: 100 percent for the same words in any order."""
    if one.words.keys() == other.words.keys() or one.joined == other.joined:
        return Alike(EXACT, one.total)
    shared = sum(worth for word, worth in one.words.items() if word in other.words)
    whole = one.total + other.total
    left = [word for word in other.words if word not in one.words and len(word) >= LONG_ENOUGH]
    for word, worth in one.words.items():
        if not left or word in other.words or len(word) < LONG_ENOUGH:
            continue
        close = [(same, candidate) for candidate in left if (same := ratio(word, candidate)) >= words_from]
        if close:
            same, at = max(close)
            # A word misspelt seems rarer than it is: both tell as much as the one that tells less.
            shared += min(worth, other.words[at]) * same / 100
            whole -= abs(worth - other.words[at])
            left.remove(at)
    apart = one.words.keys() ^ other.words.keys()
    formal = {word for word in apart if _is_form(word, other.form if word in one.words else one.form)}
    whole -= sum(one.words.get(word, 0) + other.words.get(word, 0) for word in formal)
    # What is not the same is never called exact.
    percent = min(round(200 * shared / (whole or 1)), EXACT - 1)
    if not (apart := apart - formal):
        return Alike(percent, shared, slip=True)
    near = abs(len(one.joined) - len(other.joined)) <= 1 and max(map(len, apart)) > SHORT
    if near and is_slip(one.joined, other.joined):
        # One letter in all of the name says more than one in a word of it, however common its words.
        of_all = round(EXACT - EXACT / (min(len(one.joined), len(other.joined)) + 1))
        return Alike(max(percent, of_all), shared, slip=True)
    return Alike(percent, shared)


def _is_form(word: str, forms: Iterable[str]) -> bool:
    """Whether a word is one of the other name's legal form, but for a slip: Limoted, Joint Stock Copany."""
    return any(word == form or (len(form) >= SHORT and is_slip(word, form)) for form in forms)


def country_likeness(country: str, countries: frozenset[str]) -> str:
    """How a buyer's country agrees with those of an entry; UNKNOWN where either has none."""
    if not countries or not country:
        return UNKNOWN
    return SAME if country in countries else OTHER


def is_hit(alike: Alike, country: str, weak: bool, by: Rule) -> bool:
    """Whether a likeness is to be looked at by a person.

    A weak alias only when it is the same in the same country. The same name always, also with one slip, but in another
    country only when it is distinctive. A similar name from the percentage of its country likeness on, when what is
    shared is distinctive.
    """
    if weak:
        return alike.percent == EXACT and country == SAME
    if alike.percent == EXACT and country != OTHER:
        return True
    enough = alike.percent >= by.likeness_from[country]
    return enough and (alike.shared >= by.distinctive_weight or (alike.slip and country != OTHER))


class Screen:
    """A list to screen against, held in memory: names by the shapes of their rarest words."""

    def __init__(self, listed: Iterable[Listed], by: Rule):
        self.by, self.least = by, min(by.likeness_from.values())
        self.listed = [(name, Weighed.of(written)) for name in listed for written in spellings(name.name)]
        found: dict[str, list[int]] = defaultdict(list)
        whole: dict[str, list[int]] = defaultdict(list)
        slips: dict[str, list[int]] = defaultdict(list)
        for place, (_name, weighed) in enumerate(self.listed):
            rarest = sorted(weighed.words.items(), key=lambda word: (-word[1], word[0]))
            telling = [word for (word, worth), least in zip(rarest, INDEXED_FROM, strict=False) if worth >= least]
            for shape in {shape for word in telling for shape in shapes(word)}:
                found[shape].append(place)
            # By the shapes of the whole where no word would find it once it has a slip.
            if not any(len(word) >= LONG_ENOUGH for word in telling):
                for shape in shapes(weighed.joined):
                    slips[shape].append(place)
            for joined in {weighed.joined, "".join(sorted(weighed.words))}:
                whole[joined].append(place)
        self.by_shape, self.by_whole, self.by_slip = dict(found), dict(whole), dict(slips)
        self.longest = max(map(len, slips), default=0)

    def hits(self, name: str, country: str) -> list[Likeness]:
        """Every listed name that is like enough, the best of each entry; a Chinese name in either script."""
        best: dict[int, Likeness] = {}
        for weighed in map(Weighed.of, spellings(name)):
            self._add_hits(best, weighed, country)
        return sorted(best.values(), key=lambda hit: (-hit.percent, hit.listed.entry))

    def _add_hits(self, best: dict[int, Likeness], weighed: Weighed, country: str) -> None:
        for place in self._candidates(weighed):
            listed, theirs = self.listed[place]
            alike = likeness(weighed, theirs, self.by.likeness_of_words)
            agree = country_likeness(country, listed.countries)
            if is_hit(alike, agree, listed.weak, self.by):
                known = best.get(listed.entry)
                if known is None or (alike.percent, listed.name) > (known.percent, known.listed.name):
                    best[listed.entry] = Likeness(listed, alike.percent, agree)

    def _candidates(self, weighed: Weighed) -> set[int]:
        """Listed names worth comparing: the same as a whole, or with a rare word of one shape and not so much longer or
        shorter that they could not be alike enough."""
        whole, lookup = self.by_whole.get, self.by_shape.get
        same = {*whole(weighed.joined, ()), *whole("".join(sorted(weighed.words)), ())}
        if len(weighed.joined) <= self.longest + 1:
            slip = self.by_slip.get
            for shape in shapes(weighed.joined):
                if found := slip(shape):
                    same.update(found)
        near: set[int] = set()
        for word in weighed.words:
            # A legal form with a slip stands in the way of finding the rest of the name.
            if (found := whole(weighed.joined.replace(word, "", 1))) and not meant(word):
                same.update(found)
            for shape in shapes(word):
                if found := lookup(shape):
                    near.update(found)
        ours, enough = weighed.total, self.least - OF_A_SLIP
        for place in near - same:
            theirs = self.listed[place][1]
            if 200 * min(ours, theirs.total) >= enough * (ours + theirs.total):
                same.add(place)
                continue
            # What both weigh at best for being alike: a slip makes a word seem rare.
            best = min(max(theirs.total, weighed.least), ours)
            least = min(max(best, theirs.least), theirs.total)
            if 200 * min(best, least) >= enough * (best + least):
                same.add(place)
        return same
