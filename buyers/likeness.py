"""How likely two names are one company's: what a clerk sees in two names, weighed; between 0 (no) and 1 (the same).

A rule without a directory: it compares two names and nothing else. Words are paired off, the most alike first. A slip
of the finger leaves a name what it was; another word (Bank, Leasing), another country or a word more makes another
company; the legal form says little, the article and "and" nothing. The weights were fitted on labelled pairs
(benchmarks/match.py) and are kept here as numbers one can read.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from math import exp

from babel import Locale
from rapidfuzz.distance import OSA

from buyers.legal_forms import kind_of, meant_without_form
from buyers.names import Spelled, spelled, words_of

# Words that many companies share and that say little of which one it is.
GENERIC = frozenset(
    """
    group groupe gruppe gruppo grupo holding holdings international intl company companies corporation enterprise
    enterprises industries industry services service trading of for de la le the di da und and y
    """.split()  # noqa: SIM905 - a list of so many strings is harder to read
)
# What stands for what: as one word of a name is written in another one.
_WRITTEN = {
    "intl": "international", "int": "international", "bros": "brothers", "mfg": "manufacturing", "natl": "national",
    "organisation": "organization", "labour": "labor", "centre": "center", "usa": "us", "uk": "uk",
    "1st": "first", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "ten": "10",
}  # fmt: skip
_PLACES = frozenset(
    """
    asia europe america africa london tokyo paris singapore york angeles chicago nederland norge sverige schweiz
    suisse deutschland espana italia polska osterreich uk us usa
    """.split()  # noqa: SIM905 - a list of so many strings is harder to read
)
# Two words nearer than this are one word with a slip.
_SLIP = 0.5


@dataclass(frozen=True)
class Difference:
    """What two names differ in, each between 0 (not at all) and 1."""

    other: float  # of the weight of the words, what has no like in the other name
    more: float  # of the weight of the words, what only one name has
    letters: float  # how far the names differ as one row of letters
    place: bool  # a country or city in one that is not in the other
    form: bool  # two legal forms of different kinds
    number: bool  # numbers that contradict each other


@dataclass(frozen=True)
class Likeness:
    """`score` between 0 and 1, and the codes of what speaks for and against."""

    score: float
    reasons: tuple[str, ...]


# Log-odds of being one company, fitted (benchmarks/match.py --fit). Slips cost through `letters`. That a series of
# funds differs in its number is told as a reason and forbids certainty (buyers/matching.py): the labels are of two
# minds about it.
_START, _OTHER, _MORE, _LETTERS, _PLACE, _FORM = 2.2, -3.5, -0.5, -3.6, -0.75, -2.0


def name_likeness(one: str, other: str) -> Likeness:
    """Of two names as written, in any script."""
    found = difference(taken_apart(one), taken_apart(other))
    against = _OTHER * found.other + _MORE * found.more + _LETTERS * found.letters
    against += _PLACE * found.place + _FORM * found.form
    return Likeness(1 / (1 + exp(-_START - against)), _reasons(found))


@lru_cache(maxsize=8_192)
def taken_apart(name: str) -> Spelled:
    """`name` spelled, once for all those it is compared with: nobody changes the lists of what comes back."""
    return spelled(name)


def difference(one: Spelled, other: Spelled) -> Difference:
    """Word by word."""
    if slipped := _slip_in_form(one, other):
        return slipped
    left, right = _words(one), _words(other)
    joined = "".join(left), "".join(right)
    letters = min(
        OSA.normalized_distance(*joined), OSA.normalized_distance("".join(sorted(left)), "".join(sorted(right)))
    )
    pairs, alone_left, alone_right = _paired(left, right)
    total = sum(map(_weight, left)) + sum(map(_weight, right)) or 1.0
    if joined[0] == joined[1] or _initials(left, right):
        pairs, alone_left, alone_right, letters = [], [], [], 0.0
    unlike = [(a, b) for a, b, d in pairs if d > _SLIP]
    single = alone_left + alone_right
    changed = single + [word for pair in unlike for word in pair]
    return Difference(
        other=sum(_weight(a) + _weight(b) for a, b in unlike) / total,
        more=sum(map(_weight, single)) / total,
        letters=letters,
        place=any(word in _places() for word in changed),
        form=bool(kind_of(one.form) and kind_of(other.form) and kind_of(one.form) != kind_of(other.form)),
        number=any(map(_is_number, changed)),
    )


def _slip_in_form(one: Spelled, other: Spelled) -> Difference | None:
    """In East Asian writing a name is one word with its form. A slip there, 有限公 for 有限公司, leaves no form to be
    taken off; the names are then compared as they stand, form and all."""
    if one.form == other.form or one.key == other.key or min(one.whole, other.whole) < "\u3000":
        return None
    if OSA.distance(one.whole, other.whole, score_cutoff=1) > 1:
        return None
    letters = OSA.normalized_distance(one.whole, other.whole)
    return Difference(other=0.0, more=0.0, letters=letters, place=False, form=False, number=False)


def _reasons(found: Difference) -> tuple[str, ...]:
    said = {
        "names_are_equal": not (found.other or found.more or found.letters),
        "names_differ_by_slips": found.letters > 0 and not found.other and not found.more,
        "names_have_other_words": found.other > 0,
        "name_has_more_words": found.more > 0,
        "places_differ": found.place,
        "legal_forms_differ": found.form,
        "numbers_differ": found.number,
    }
    return tuple(code for code, holds in said.items() if holds)


def _words(name: Spelled) -> list[str]:
    core = meant_without_form(name.words) or name.core
    return [_WRITTEN.get(word, word) for word in core if word != "the"] or name.core


def _paired(left: list[str], right: list[str]) -> tuple[list[tuple[str, str, float]], list[str], list[str]]:
    """Words of both, the most alike first: (one, other, how far they differ), and those left over on each side."""
    distances = sorted((_distance(a, b), abs(n - m), n, m) for n, a in enumerate(left) for m, b in enumerate(right))
    pairs, used_left, used_right = [], set[int](), set[int]()
    for distance, _apart, n, m in distances:
        if n not in used_left and m not in used_right and distance < 1:
            used_left.add(n)
            used_right.add(m)
            pairs.append((left[n], right[m], distance))
    rest_left = [n for n in range(len(left)) if n not in used_left]
    rest_right = [m for m in range(len(right)) if m not in used_right]
    # What is left over on both sides is a word for a word.
    both = min(len(rest_left), len(rest_right))
    pairs += [(left[n], right[m], 1.0) for n, m in zip(rest_left, rest_right, strict=False)]
    return pairs, [left[n] for n in rest_left[both:]], [right[m] for m in rest_right[both:]]


def _distance(one: str, other: str) -> float:
    """0: the same; up to 0.5: a slip; 1: another word. A longer word may have more of them."""
    if one == other:
        return 0.0
    allowed = _allowed(min(len(one), len(other)))
    if not allowed:
        return 1.0
    distance = OSA.distance(one, other, score_cutoff=allowed + 1)
    if distance > allowed + 1 or _is_number(one) or _is_number(other):
        return 1.0
    return _SLIP * distance / allowed if distance <= allowed else 0.9 if distance == allowed + 1 else 1.0


def _allowed(length: int) -> int:
    return 0 if length < 3 else 1 if length < 7 else 2


def _weight(word: str) -> float:
    return 0.3 if word in GENERIC else 1.0


def _is_number(word: str) -> bool:
    return (not word.isalpha() and any(c.isdigit() for c in word)) or (word.strip("ivx") == "" and 0 < len(word) < 6)


def _initials(left: list[str], right: list[str]) -> bool:
    """One name is the other's first letters."""
    short, long = sorted((left, right), key=len)
    return len(short) == 1 and len(long) > 2 and short[0] == "".join(word[0] for word in long)


@cache
def _places() -> frozenset[str]:
    names = [name for language in ("en", "de", "fr", "es") for name in Locale(language).territories.values()]
    # "United States", "New Zealand": the words alone are no places.
    return _PLACES | {words[0] for words in map(words_of, names) if len(words) == 1 and words[0].isalpha()}
