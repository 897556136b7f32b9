"""Terms: the small numbers by which the search finds names in an index, and which of them to ask for.

A name's terms are its words, the trigrams of its words (Latin and transliterated letters) and, in East Asian writing,
its pairs of characters, next to each other and with one between, begin and end marked. A term is a 32-bit number, so
that an array of them is small; two terms in one number cost a comparison, never a wrong answer, since whatever the
index finds is compared as text.

The index is asked for names that have *all* of a few terms, which is quick when one of them is rare. A typing error
spoils the terms it touches and no others. So the query is asked several times at once: for every place where the error
could be, with the rarest terms that such an error leaves alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise, permutations
from typing import NamedTuple
from zlib import crc32

# More would make one long query dear; the beginning of a name tells names apart.
LONGEST_WORDS, LONGEST_RUN = 12, 24
ASKED = 4  # terms of one question: more cost look-ups and no longer narrow
AT_MOST = 24  # questions of one query
FEW = 60  # names that a question may well answer with: they are all compared
# Entries of the index's lists that are read for the cheap questions of one query, and for the dear ones.
CHEAP_READ, MOST_READ = 20_000, 100_000

# Names looked up with every slip there can be in them: letters; of longer ones only when nothing else finds them.
SHORTEST_LOOKED_UP, LONGEST_LOOKED_UP, LAST_RESORT = 4, 12, 30
MOST_ORDERED = 5  # words that are looked up in every order, of which these have 120
MOST_PAIRS = 5_000  # of characters that two syllables of pinyin can be: ji yi is more
# Characters of an East Asian word that may stand in a name in pieces, and of a piece; a longer one is a name itself.
LONGEST_IN_PIECES, SHORTEST_PIECE = 6, 2
_LETTERS = " 0123456789abcdefghijklmnopqrstuvwxyz"

_WORD, _GRAM, _PAIR, _SIZE = "=", "", ":", "#"
_BEGIN, _END = "^", "$"


class Question(NamedTuple):
    """What the index is asked for: names with all of these terms; `sized`: of which only those of about this length."""

    terms: frozenset[int]
    expected: float  # names, about
    rarest: int  # names that have its rarest term: what answering costs
    sized: bool = False


def terms_of(content: Sequence[str], seam: str = "") -> list[int]:
    """All terms of a name whose words (those that say which company it is) are `content`.

    `seam`: the pair of characters where name and legal form meet, for who looks for just these two.
    """
    return [int(term) for term in terms_literal(content, seam)[1:-1].split(",")]


def terms_literal(content: Sequence[str], seam: str = "") -> str:
    """The terms of a name as PostgreSQL reads an array; made for hundreds of thousands of names in one import."""
    found = [_literal_of_run(word) if _east_asian(word) else _literal_of_word(word) for word in content]
    if seam:
        found.append(_pair_literal(seam))
    found.append(str(_size(content)))
    return "{" + ",".join(found) + "}"


def word_questions(content: Sequence[str], frequency: Mapping[int, int], total: int) -> list[Question]:
    """For names with all these words, in any order; East Asian characters as they stand together.

    Of those that too many names have the index gives any: names with these words and no other are asked for first.
    """
    asked = [term for word in content[:LONGEST_WORDS] for term in _whole(word)]
    question = _question(asked, frequency, total)
    if question and question.expected > FEW and len(question.terms) > 1:
        return [question._replace(terms=question.terms | {_size(content)}), question]
    return [question] if question else []


def term_of_pair(content: Sequence[str]) -> list[int]:
    """The term of two East Asian characters alone: a whole question; of anything else none."""
    return _pairs(content[0]) if len(content) == 1 and len(content[0]) == 2 and _east_asian(content[0]) else []


def pairs_of(words: Iterable[Sequence[str]]) -> list[list[int]]:
    """Of words that may have one of several characters at each place: the pairs that two neighbours can be, where few.

    Those of ASKED neighbours at most, of each a list.
    """
    neighbours = sorted(
        (pair for word in words for pair in pairwise(word)), key=lambda pair: len(pair[0]) * len(pair[1])
    )
    found = [[_term(_PAIR, one + other) for one in first for other in second] for first, second in neighbours[:ASKED]]
    return [pairs for pairs in found if 0 < len(pairs) <= MOST_PAIRS]


def part_questions(content: Sequence[str], frequency: Mapping[int, int], total: int) -> list[Question]:
    """For names in whose words these stand: three letters at least, fewer only as a beginning; two characters."""
    asked: list[int] = []
    for word in content[:LONGEST_WORDS]:
        if _east_asian(word):
            asked += _whole(word)
        else:
            asked += _inner(word) if len(word) > 2 else _inner(f" {word}")
    return _narrowest([_question(asked, frequency, total)])


def piece_questions(content: Sequence[str], frequency: Mapping[int, int], total: int) -> list[Question]:
    """For names in which a short East Asian word stands in two pieces: 深圳华为 of 深圳市华为技术."""
    words = list(content[:LONGEST_WORDS])
    found: list[Question | None] = []
    for place, word in enumerate(words):
        if _east_asian(word) and len(word) <= LONGEST_IN_PIECES:
            others = [t for n, other in enumerate(words) if n != place for t in _whole(other)]
            cuts = range(SHORTEST_PIECE, len(word) - SHORTEST_PIECE + 1)
            found += [_question([*others, *_pairs(word[:cut]), *_pairs(word[cut:])], frequency, total) for cut in cuts]
    return _affordable(_narrowest(found), CHEAP_READ)


def slip_questions(
    content: Sequence[str], frequency: Mapping[int, int], total: int
) -> tuple[list[Question], list[Question]]:
    """For names that differ from these words by one slip: a letter wrong, missing, too many, two turned round, a blank.

    The cheap ones and the dear ones, which need not be asked when those have found it; at most AT_MOST in all.
    """
    words = list(content[:LONGEST_WORDS])
    found: list[Question | None] = []
    without: set[frozenset[int]] = set()  # the questions that leave a whole word out
    for place, word in enumerate(words):
        others = [t for n, other in enumerate(words) if n != place for t in _whole(other)]
        alone = _question(others, frequency, total)
        if alone:
            without.add(alone.terms)
        if alone and alone.expected <= FEW:
            found.append(alone)  # whatever the slip made of this word
            continue
        kept = _kept_of_run(word[:LONGEST_RUN]) if _east_asian(word) else _kept_of_word(word)
        found += [_question([*others, *left], frequency, total) for left in kept if left]
        found.append(alone._replace(sized=True) if alone else None)
    for place, (one, other) in enumerate(pairwise(words)):
        rest = [t for n, word in enumerate(words) if n not in (place, place + 1) for t in _whole(word)]
        found.append(_question([_term(_WORD, one + other), *rest], frequency, total))
        if not _east_asian(one) and not _east_asian(other):
            found.append(_question([*_kept_of_word(one)[0], *_kept_of_word(other)[1], *rest], frequency, total))
            # The blank and a letter beside it turned round.
            for left, right in ((one + other[0], other[1:]), (one[:-1], one[-1] + other)):
                turned = [_term(_WORD, word) for word in (left, right) if word]
                found.append(_question([*turned, *rest], frequency, total))
    # Of a question with too many answers the index gives any; those of the same length are asked for beside it.
    found += [q._replace(sized=True) for q in found if q and not q.sized and q.expected > FEW]
    questions = _narrowest(found, without)
    cheap = list(accumulate(question.rarest for question in questions))
    few = sum(cost <= CHEAP_READ for cost in cheap)
    return questions[:few], _affordable(questions[few:])


def one_slip_away(core: str, longest: int = LONGEST_LOOKED_UP) -> list[str]:
    """Every short name in Latin letters that is one slip away from `core`; of a longer or foreign one none.

    Names of common words have no rare terms: they are looked up as a whole instead.
    """
    if not core.isascii() or not SHORTEST_LOOKED_UP <= len(core) <= longest:
        return []
    halves = [(core[:place], core[place:]) for place in range(len(core) + 1)]
    missing = [a + b[1:] for a, b in halves if b]
    turned = [a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1]
    wrong = [a + letter + b[1:] for a, b in halves if b for letter in _LETTERS]
    more = [a + letter + b for a, b in halves for letter in _LETTERS]
    return [*{*missing, *turned, *wrong, *more} - {core}]


def in_any_order(content: Sequence[str]) -> list[str]:
    """A few words in Latin letters in every order; of more words, or of a single or East Asian one, none.

    Where each of the words stands in very many names, these look-ups are quicker than what the names have in common.
    """
    if not 1 < len(content) <= MOST_ORDERED or not all(map(str.isascii, content)):
        return []
    return sorted({" ".join(words) for words in permutations(content)})


def sizes(core: Sequence[str], within: int = 1) -> list[int]:
    """The terms of names as long as these words, give or take `within` letters."""
    length = _length(core)
    return [_term(_SIZE, str(n)) for n in range(max(length - within, 1), length + within + 1)]


def asked_terms(content: Sequence[str]) -> set[int]:
    """Every term that a question about these words could ask for."""
    words = content[:LONGEST_WORDS]
    found = {_term(_WORD, one + other) for one, other in pairwise(words)}
    for word in words:
        found.update(_terms_of_run(word[:LONGEST_RUN]) if _east_asian(word) else _terms_of_word(word))
    return found


def _expected(counts: Sequence[int], total: int) -> float:
    """About how many of `total` names have all terms, of which each has so many."""
    names = float(counts[0])
    for count in counts[1:]:
        # Terms of one word come together: half of their independence counts.
        names *= (max(count, 1) / max(total, 1)) ** 0.5
    return names


def _question(asked: Iterable[int], frequency: Mapping[int, int], total: int) -> Question | None:
    """The rarest of the terms asked for, or None when there are none."""
    counted = sorted((frequency.get(term, 0), term) for term in set(asked))[:ASKED]
    if not counted:
        return None
    return Question(frozenset(term for _n, term in counted), _expected([n for n, _t in counted], total), counted[0][0])


def _narrowest(questions: Iterable[Question | None], first: Collection[frozenset[int]] = ()) -> list[Question]:
    """At most AT_MOST, none that asks for more than another. Those of `first` stay: of a long name the others are many,
    and look rare because they have the mistyped word, which no name has."""
    kept: list[Question] = []
    for question in sorted((q for q in questions if q), key=lambda q: len(q.terms)):
        # A question that asks for more than another finds nothing more.
        if not any(other.terms <= question.terms and other.sized == question.sized for other in kept):
            kept.append(question)
    kept = sorted(kept, key=lambda q: (q.terms not in first, q.rarest, q.sized))[:AT_MOST]
    return sorted(kept, key=lambda q: (q.rarest, q.sized))


def _affordable(questions: list[Question], most: int = MOST_READ) -> list[Question]:
    """As many as may be asked at once: reading the lists of their rarest terms is what they cost."""
    cost = 0
    found: list[Question] = []
    for question in questions:
        cost += question.rarest
        if found and cost > most:
            break
        found.append(question)
    return found


def _whole(word: str) -> list[int]:
    return _pairs(word[:LONGEST_RUN]) if _east_asian(word) else [_term(_WORD, word)]


@lru_cache(maxsize=200_000)
def _literal_of_word(word: str) -> str:
    return ",".join(map(str, _terms_of_word(word)))


def _literal_of_run(run: str) -> str:
    text = f"{_BEGIN}{run}{_END}"
    near = [_pair_literal(text[n : n + 2]) for n in range(len(text) - 1)]
    return ",".join(near + [_pair_literal(text[n] + text[n + 2]) for n in range(len(text) - 2)])


@lru_cache(maxsize=400_000)
def _pair_literal(pair: str) -> str:
    return str(_term(_PAIR, pair))


def _terms_of_word(word: str) -> list[int]:
    return [_term(_WORD, word), *_inner(f" {word} ")]


def _inner(text: str) -> list[int]:
    return [_term(_GRAM, text[n : n + 3]) for n in range(len(text) - 2)]


def _kept_of_word(word: str) -> list[list[int]]:
    """What a slip leaves of a word: if it is in one half, the trigrams within the other.

    Last, the word as it was meant if two letters were turned round where the halves meet, which spoils both.
    """
    padded = f" {word} "
    half = len(padded) // 2
    kept = [_inner(padded[: max(half, 3)]), _inner(padded[min(half, len(padded) - 3) :])]
    if len(word) < SHORTEST_LOOKED_UP:
        return kept
    meant = word[: half - 2] + word[half - 1] + word[half - 2] + word[half:]
    return [*kept, [_term(_WORD, meant)]]


def _pairs(run: str) -> list[int]:
    if len(run) == 1:
        return []
    return [_term(_PAIR, one + other) for one, other in pairwise(run)]


def _marked(run: str) -> list[tuple[int, int, int]]:
    """The pairs of a run with its ends marked: (term, place of the first, place of the second)."""
    text = [_BEGIN, *run, _END]
    near = [(_term(_PAIR, text[n] + text[n + 1]), n, n + 1) for n in range(len(text) - 1)]
    far = [(_term(_PAIR, text[n] + text[n + 2]), n, n + 2) for n in range(len(text) - 2)]
    return near + far


def _terms_of_run(run: str) -> list[int]:
    return [term for term, _one, _other in _marked(run)]


def _kept_of_run(run: str) -> list[list[int]]:
    """What is left of a run's pairs when a character is wrong or too many, missing, or two are turned round."""
    marked = _marked(run)
    wrong = [[t for t, one, other in marked if place not in (one, other)] for place in range(1, len(run) + 1)]
    missing = [
        [t for t, one, other in marked if not (other - one == 2 and one <= place < other)]
        for place in range(len(run) + 1)
    ]
    # Turned back: the pairs of the run as it was meant.
    turned = [_pairs(run[:place] + run[place + 1] + run[place] + run[place + 2 :]) for place in range(len(run) - 1)]
    half = (len(run) + 1) // 2
    halves = [[t for t, _one, other in marked if other <= half], [t for t, one, _other in marked if one > half]]
    return wrong + missing + turned + halves


def _size(core: Sequence[str]) -> int:
    return _term(_SIZE, str(_length(core)))


def _length(core: Sequence[str]) -> int:
    return sum(map(len, core))


def _east_asian(word: str) -> bool:
    return word > "\u3000"


def _term(kind: str, text: str) -> int:
    number = crc32((kind + text).encode())
    # PostgreSQL's integers have a sign.
    return number - (1 << 32) if number >= 1 << 31 else number
