"""How well a name found by the index answers what was asked, and by which way: compared as text, letter by letter."""

from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from buyers.legal_forms import meant_without_form
from buyers.names import Spelled, spelled, words_of
from buyers.search.ways import ALIKE, BEGINNING, FORM, NAME, ORDER, PART, SLIP, WORDS
from buyers.terms import SHORTEST_PIECE

# Names less alike than this are not shown: 100 is the same letters, 0 none in common.
LEAST_ALIKE = 75
LEAST_ALIKE_WITH_FORM = 85
WORTH_A_LOOK = 50  # below it the legal form makes no difference
# Shorter names are like too many others.
SHORTEST_ALIKE = 4
LONG_BEGINNING = 10


@dataclass(frozen=True)
class Asked:
    """What was typed, taken apart once for all the names it is compared with."""

    text: str
    spelled: Spelled
    content: list[str]  # the words to look for
    apart: list[str]  # the same with East Asian words as they were typed, apart: 贸易 宏远
    meant: str  # without a form that was begun, has a slip or stands in front (acme private lim → acme); or ""
    ordered: str

    @cached_property
    def key(self) -> str:
        """As Name.core."""
        return self.spelled.key

    @property
    def long(self) -> bool:
        """True when there is no slip in it if a name begins so; an East Asian character says as much as two letters."""
        return sum(2 if letter > "\u3000" else 1 for letter in self.key) >= LONG_BEGINNING


def asked_of(text: str) -> Asked:
    """`text` ready to be compared."""
    found = spelled(text)
    apart = [word for part in text.split() for word in spelled(part).content] if not text.isascii() else found.content
    meant = " ".join(meant_without_form(found.words) or found.content)
    return Asked(
        text.casefold(), found, found.content, apart, meant if meant != found.key else "", _ordered(found.content)
    )


def compared(asked: Asked, text: str, core: str) -> tuple[float, str]:
    """Score (0 to 100, for the order only) and way of a name with this `text` and `core`; way "" for one not alike."""
    if core == asked.key:
        found = spelled(text)
        if found.form == asked.spelled.form or found.words == asked.spelled.words:
            # Those written exactly so come before those that differ in accents or marks.
            return 99 + fuzz.ratio(asked.text, text.casefold()) / 100, NAME
        return 98 + fuzz.ratio(asked.text, text.casefold()) / 100, FORM
    alike = fuzz.ratio(asked.key, core)
    words = core.split()
    if _ordered(words) == asked.ordered:
        same_form = _ordered(words_of(text)) == _ordered(asked.spelled.words)
        return 96.5 + same_form + alike / 250, ORDER
    if core == asked.meant:
        begun = " ".join(words_of(text)).startswith(asked.spelled.whole)
        return 89 + begun + fuzz.ratio(asked.text, text.casefold()) / 100, BEGINNING if begun else FORM
    if _one_slip(asked.key, core):
        # Of many that bear the name which is meant, the one with the form that was typed.
        return 95 + fuzz.ratio(asked.text, text.casefold()) / 100, SLIP
    return _in_part(asked, text, core, words, alike)


def _in_part(asked: Asked, text: str, core: str, words: list[str], alike: float) -> tuple[float, str]:
    if core.startswith(asked.key):
        return 90 + alike / 25, BEGINNING
    ordered = max(alike, fuzz.ratio(asked.ordered, _ordered(words)) - 1)
    if all(word in words or (word > "\u3000" and word in core) for word in asked.apart):
        return 80 + ordered / 10, WORDS
    if all(word in core for word in asked.apart):
        return 75 + ordered / 10, PART
    if all(word in core or _in_pieces(word, core) for word in asked.apart):
        return 74 + ordered / 100, PART
    if all(_has_nearly(word, words, core) for word in asked.apart):
        return 70 + ordered / 10, ALIKE  # some of its words, with a slip
    if ordered < WORTH_A_LOOK and len(asked.key) >= SHORTEST_ALIKE and asked.key < "\u3000":
        return 0, ""
    return _with_form(asked, " ".join(words_of(text)), ordered)


def _in_pieces(word: str, core: str) -> bool:
    """True when an East Asian word stands in two pieces, one after the other: 深圳华为 in 深圳市华为技术."""
    if word < "\u3000":
        return False
    for cut in range(SHORTEST_PIECE, len(word) - SHORTEST_PIECE + 1):
        _before, found, after = core.partition(word[:cut])
        if found and word[cut:] in after:
            return True
    return False


def _with_form(asked: Asked, whole: str, ordered: float) -> tuple[float, str]:
    """The legal form counts too: it may have been typed in part, or with a slip that makes it none."""
    if whole.startswith(asked.spelled.whole):
        return 90 + ordered / 25, BEGINNING
    if all(word in whole for word in asked.apart):
        return 75 + ordered / 10, PART
    if (with_form := fuzz.ratio(asked.spelled.whole, whole)) > LEAST_ALIKE_WITH_FORM:
        ordered = max(ordered, with_form - 5)
    if ordered < LEAST_ALIKE or len(asked.key) < SHORTEST_ALIKE:
        return 0, ""
    return ordered * 0.95, ALIKE


def _has_nearly(word: str, words: list[str], core: str) -> bool:
    return any(word == other or _one_slip(word, other) for other in words) or (word > "\u3000" and word in core)


def _one_slip(one: str, other: str) -> bool:
    return len(one) >= SHORTEST_ALIKE and OSA.distance(one, other, score_cutoff=1) <= 1


def _ordered(words: list[str]) -> str:
    return " ".join(sorted(words))
