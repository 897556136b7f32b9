"""Finding a buyer in the directory: by number, by name in any script, whole or in part, with a slip of the finger.

A name alone never selects a buyer (domain.md §1, "the right legal entity"): what is found is a list to choose from, and
each row says how it was found. The stages (docs/search.md): number → same name → beginning → all words → one slip; a
stage is left out when those before it have the answer. Every stage is bounded: it reads indexes only and takes no more
than a fixed number of rows. What an exporter finds says nothing of other exporters: whether a buyer is in their books
is neither shown nor part of the order.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from buyers.chinese import pinyin_words, written
from buyers.identity import normalised
from buyers.legal_forms import is_fragment
from buyers.models import BookEntry, Buyer, Identifier
from buyers.models.buyer import BuyerCategory
from buyers.models.name import NameKind
from buyers.names import compared_name
from buyers.search.index import (
    MANY,
    PER_QUESTION,
    Hit,
    Lookup,
    Narrowing,
    TookTooLong,
    answers,
    any_of,
    beginning,
    counted,
    first_in_order,
    frequencies,
    having_one_of,
    having_pair,
    looked_through,
    looked_through_sooner,
    put,
    same,
    too_common,
    with_pinyin,
)
from buyers.search.ranking import SHORTEST_ALIKE, Asked, asked_of, compared
from buyers.search.ways import ALIKE, BEGINNING, NUMBER, ONE_SLIP, PART, SAME, SETTLED, SLIP
from buyers.terms import (
    LAST_RESORT,
    Question,
    asked_terms,
    in_any_order,
    one_slip_away,
    pairs_of,
    part_questions,
    piece_questions,
    sizes,
    slip_questions,
    term_of_pair,
    word_questions,
)
from kernel.refusals import Refusal, refusal

SHOWN = 50
SHORTEST, LONGEST = 2, 200
# So many rows that have all the words make it needless to look for typing errors.
ENOUGH = 10

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


# Names by their row: score, way, what the index said.
Compared = dict[int, tuple[float, str, Hit]]


@dataclass
class Found:
    """A buyer of the directory, how it was found, and whether another one found bears the same name."""

    buyer: Buyer
    how: str  # one of buyers.search.ways
    identifiers: list[Identifier] = field(default_factory=list)
    same_name: bool = False
    entry: int | None = None  # in the searcher's own book
    former: str = ""  # the former or other name it was found by

    @property
    def mark(self) -> str:
        """The shape beside the reason: a number is sure, a slip is a guess, all else is to be looked at."""
        return {NUMBER: "ok", SLIP: "warn", ALIKE: "warn"}.get(self.how, "info" if self.how in SAME else "off")

    @property
    def reasons(self) -> list[Refusal]:
        """How it was found, as codes with facts: for the eye, decided nothing."""
        also = [refusal("found_by_former", "", name=self.former)] if self.former else []
        return [refusal(f"found_by_{self.how}", ""), *also]


@dataclass
class Findings:
    """What a search found, at most SHOWN; `more`: there are others, the search wants to be narrowed."""

    rows: list[Found] = field(default_factory=list)
    more: bool = False
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A buyer that may be the company of a name. `score`: 0 to 100, for the order only; nothing is decided by it."""

    buyer: int
    name: str  # the one that was found
    how: str
    score: float
    country: str = ""
    former: bool = False


def cleaned(text: str) -> str:
    """What was typed, without marks nobody sees, composed, on one line."""
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub(" ", text)).split())


def find_buyers(*, text: str, country: str = "", status: str = "", exporter: int | None = None) -> Findings:
    """Search the directory; `exporter`: whose own book the rows are marked by.

    Numbers first, then names by how surely they are meant. Refuses `query_too_short`, `query_too_long` and, of marks or
    pictures only, `query_without_letters`.
    """
    text = cleaned(text)
    if len(text) < SHORTEST:
        return Findings(refusals=(refusal("query_too_short", "q"),))
    if len(text) > LONGEST:
        return Findings(refusals=(refusal("query_too_long", "q", length=LONGEST),))
    if not any(map(str.isalnum, text)):
        return Findings(refusals=(refusal("query_without_letters", "q"),))
    numbered = buyers_with_number(text, country) if _may_be_number(text) else []
    found = {b.pk: Found(b, NUMBER) for b in numbered if not status or b.status == status}
    named, more = _named(text, Narrowing(country, status))
    named = [candidate for candidate in named if candidate.buyer not in found]
    buyers = Buyer.objects.listed().in_bulk([candidate.buyer for candidate in named[: SHOWN + 1]])
    for candidate in named:
        if buyer := buyers.get(candidate.buyer):
            found[buyer.pk] = Found(buyer, candidate.how, former=candidate.name if candidate.former else "")
    rows = list(found.values())[:SHOWN]
    _complete(rows, exporter)
    return Findings(rows, more or len(found) > SHOWN)


def candidates(
    name: str, country: str = "", identifiers: Iterable[str] = (), limit: int = 10, status: str = ""
) -> list[Candidate]:
    """Buyers that may be the company of this name or these numbers, the likeliest first; merges are followed.

    A name in another country is a candidate too, after those in `country`. Nothing is selected here: that takes a
    rule (buyers/matching.py), and a name alone is never enough for it.
    """
    found: dict[int, Candidate] = {}
    for identifier in identifiers:
        if _may_be_number(identifier):
            for buyer in buyers_with_number(identifier, country):
                found[buyer.pk] = Candidate(buyer.pk, buyer.name, NUMBER, 100, str(buyer.country or ""))
    text = cleaned(name)[:LONGEST]
    for wanted in dict.fromkeys((country, "")) if len(text) >= SHORTEST and len(found) < limit else ():
        for candidate in _named(text, Narrowing(wanted, status))[0]:
            found.setdefault(candidate.buyer, candidate)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def buyers_with_number(text: str, country: str = "") -> list[Buyer]:
    """The buyers a number belongs to, whatever its kind; merges are followed."""
    value = normalised(text)
    values = {value, f"{country}{value}"} if country else {value}
    found = Identifier.objects.filter(value__in=values).select_related("buyer__merged_into").order_by("id")[: SHOWN + 1]
    present = {present.pk: present for present in (i.buyer.merged_into or i.buyer for i in found)}
    return [buyer for buyer in present.values() if not buyer.private_person]


def namesakes(name: str, country: str = "") -> list[Found]:
    """Entries that may be the company of this name, the likeliest first."""
    return find_buyers(text=cleaned(name)[:LONGEST], country=country).rows


def _named(text: str, narrowing: Narrowing) -> tuple[list[Candidate], bool]:
    """Buyers by name, the likeliest first, each once; and whether there are more than were looked at."""
    asked = asked_of(text)
    if not asked.key:
        return [], False
    found: Compared = {}
    try:
        more = _gathered(text, asked, narrowing, found)
    except TookTooLong:
        more = True
    ordered = sorted(found.values(), key=lambda row: (-row[0], row[2].core, row[2].pk))
    candidates: dict[int, Candidate] = {}
    for score, how, hit in ordered:
        former = hit.kind != NameKind.CURRENT
        candidates.setdefault(hit.buyer, Candidate(hit.buyer, hit.text, how, score, hit.country, former))
    return list(candidates.values()), more


def _gathered(text: str, asked: Asked, narrowing: Narrowing, found: Compared) -> bool:
    """Stage by stage into `found`; answers whether a stage was cut off at its limit."""
    meant = [same(asked.meant, narrowing)] if asked.meant else []
    terms = asked_terms(asked.content) | asked_terms(asked.apart)
    in_forms = all(is_fragment(word) for word in asked.apart)
    pair = [] if in_forms or narrowing.country or narrowing.status else term_of_pair(asked.apart)
    begins = beginning(asked.key, narrowing, SHOWN + 1)
    with_pair = [having_pair(asked.apart[0], term) for term in pair]
    counts, begun, *others = put(frequencies(terms), begins, *meant, *with_pair)
    count, total = counted(counts)
    _keep(found, asked, begun)
    if len(begun) > SHOWN and begun[-1].core == asked.key and all(hit.text.casefold() != asked.text for hit in begun):
        _keep(found, asked, *put(same(asked.key, narrowing)))  # so many bear the name: is the very one among them?
    if len(begun) > SHOWN or _settled(found):
        return len(begun) > SHOWN
    _keep(found, asked, *others)
    if in_forms:
        _keep(found, asked, *put(looked_through(asked.apart[0], narrowing)))
        return True
    few = count.get(pair[0], 0) < MANY if pair else False
    if few or (pair and 2 * len(found) > SHOWN):
        return not few or len(others[-1]) == PER_QUESTION
    syllables = pinyin_words(unicodedata.normalize("NFKC", text))
    if syllables:
        for hit in put(with_pinyin(" ".join(syllables), narrowing, SHOWN))[0]:
            found.setdefault(hit.pk, (90, BEGINNING, hit))
    more = _by_terms(asked, count, total, narrowing, found, long_beginning=bool(begun) and asked.long)
    as_typed = sum(how not in (SLIP, ALIKE) for _score, how, _hit in found.values())
    if syllables and as_typed < ENOUGH and not _settled(found):
        more = _keep_pinyin(syllables, narrowing, found) or more
    return more


def _keep_pinyin(syllables: Sequence[str], narrowing: Narrowing, found: Compared) -> bool:
    """Chinese names in which each word that was typed in pinyin stands somewhere."""
    words = [[written(syllable) for syllable in word.split()] for word in syllables]
    pairs = pairs_of(words)
    if not pairs or any("" in word for word in words):
        return False
    count, _total = counted(*put(frequencies(chain(*pairs))))
    rarest = min(pairs, key=lambda some: (sum(count.get(term, 0) for term in some), len(some)))
    patterns = ["".join(f"[{characters}]" for characters in word) for word in words]
    many = [term for term in rarest if count.get(term, 0) >= MANY]
    few = [term for term in rarest if count.get(term, 0) < MANY]
    (hits,) = put(having_one_of(few, many, patterns, narrowing))
    for hit in hits:
        found.setdefault(hit.pk, (75, PART, hit))
    return len(hits) >= SHOWN


def _by_terms(
    asked: Asked, count: Mapping[int, int], total: int, narrowing: Narrowing, found: Compared, *, long_beginning: bool
) -> bool:
    questions = word_questions(asked.apart, count, total)
    longest = max(asked.apart, key=len)
    if through := sum(looked_through_sooner(question, total, SHOWN + 1) for question in questions):
        (first,) = put(first_in_order(longest, through, narrowing, SHOWN + 1))
        _keep(found, asked, first)
        if len(first) > SHOWN and len(found) >= ENOUGH:
            return True
    if too_common(questions):
        _keep(found, asked, *put(looked_through(longest, narrowing)))
        return True
    having_all = [answers([question], (), narrowing) for question in questions]
    if len(having_all) > 1 and (orders := in_any_order(asked.content)):
        having_all[0] = [any_of(orders, narrowing)]  # these words and no other
    for lookups in having_all:
        _keep(found, asked, *put(*lookups))
        if len(found) >= ENOUGH or _settled(found):
            return False
    if long_beginning:
        return False
    cheap, spellings = part_questions(asked.apart, count, total), []
    dear: list[Question] = []
    if len(asked.key) >= SHORTEST_ALIKE:
        slips, dear = slip_questions(asked.content, count, total)
        cheap += slips
        spellings = _any_of(one_slip_away(asked.key), narrowing)
    cheap += piece_questions(asked.content, count, total)
    cheap = [question for question in cheap if question not in questions]
    _keep(found, asked, *put(*spellings, *answers(cheap, sizes(asked.content), narrowing)))
    # Most slips are found by the cheap questions; who is found needs no dear ones.
    if dear and not spellings and not _one_slip_away(found):
        _keep(found, asked, *put(*_any_of(one_slip_away(asked.key, LAST_RESORT), narrowing)))
    if dear and not _one_slip_away(found):
        _keep(found, asked, *put(*answers(dear, sizes(asked.content), narrowing)))
    return False


def _any_of(cores: Sequence[str], narrowing: Narrowing) -> list[Lookup]:
    return [any_of(cores, narrowing)] if cores else []


def _one_slip_away(found: Compared) -> bool:
    return any(how in ONE_SLIP for _score, how, _hit in found.values())


def _settled(found: Compared) -> bool:
    return any(how in SETTLED for _score, how, _hit in found.values())


def _keep(found: Compared, asked: Asked, *answered: Iterable[Hit]) -> None:
    for hit in chain(*answered):
        if hit.pk not in found:
            score, how = compared(asked, hit.text, hit.core)
            if how:
                found[hit.pk] = (score, how, hit)


def _may_be_number(text: str) -> bool:
    value = normalised(text)
    return len(value) >= 4 and any(c.isdigit() for c in value)


def _complete(rows: list[Found], exporter: int | None) -> None:
    """Numbers, own entries and equal names of what was found, in two queries whatever their number."""
    _give_numbers(rows)
    if exporter is not None:
        own = BookEntry.objects.current().filter(exporter=exporter, buyer__in=[row.buyer.pk for row in rows])
        entries = dict(own.values_list("buyer", "pk"))
        for row in rows:
            row.entry = entries.get(row.buyer.pk)
    names = Counter(compared_name(row.buyer.name) for row in rows)
    for row in rows:
        row.same_name = names[compared_name(row.buyer.name)] > 1


def _give_numbers(rows: Iterable[Found]) -> None:
    by_buyer = {row.buyer.pk: row for row in rows}
    numbers = Identifier.objects.filter(buyer__in=list(by_buyer)).order_by("scheme", "value")
    for number in numbers:
        by_buyer[number.buyer_id].identifiers.append(number)


def category_warning(buyer: Buyer) -> str:
    """The code of what a clerk should know before choosing this kind of entity; empty for a plain company."""
    if buyer.public_body:
        return "choice_is_public_body"
    return {
        BuyerCategory.BRANCH: "choice_is_branch",
        BuyerCategory.FUND: "choice_is_fund",
        BuyerCategory.INTERNATIONAL_ORGANIZATION: "choice_is_international",
    }.get(BuyerCategory(buyer.category), "")
