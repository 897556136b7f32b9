"""Names of the directory that names of a customer list may mean: the stages of buyers.search for many names at once.

Each stage is one statement for all the names it is still asked for, bounded name by name as the search is. What a
person may type and a list hardly has (pinyin, a piece of a legal form, words that everybody has) is left to the search.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from buyers.chinese import pinyin_key
from buyers.legal_forms import is_fragment
from buyers.search import ENOUGH, LONGEST, SHORTEST, candidates, cleaned
from buyers.search.index import PER_QUESTION, Hit, Lookup, TookTooLong, array, counted, frequencies, put, too_common
from buyers.search.ranking import SHORTEST_ALIKE, Asked, asked_of, compared
from buyers.search.ways import BEGINNING, ONE_SLIP, SETTLED
from buyers.terms import Question, asked_terms, one_slip_away, part_questions, sizes, slip_questions, word_questions

# Names asked for in one statement, and how long it may take; what takes longer is searched for name by name.
AT_ONCE, TIME_LIMIT_MS = 64, 20_000

# A name as a list gives it, and the country of its row.
Called = tuple[str, str]


class _Stage(NamedTuple):
    """What the index is asked: the condition on a name `n` for a text `q.text`, and how many names it answers."""

    condition: str
    most: int

    @property
    def statement(self) -> str:
        return f"""
            SELECT q.place, n.*
            FROM unnest(%(places)s::int[], %(texts)s::text[], %(sizes)s::text[], %(countries)s::text[])
                q (place, text, sizes, country), LATERAL (
                SELECT n.id, n.buyer_id, n.text, n.core, n.kind, n.country FROM buyers_name n
                WHERE {self.condition} LIMIT {self.most:d}
            ) n
        """  # noqa: S608 - our own words

    @property
    def narrowed(self) -> "_Stage":
        """Within the country of the row."""
        condition, order, by = self.condition.partition(" ORDER BY ")
        # Of terms the index answers with few rows: reading a country's whole list beside them would take longer.
        country = "n.country || ''" if "n.terms" in condition else "n.country"
        return self._replace(condition=f"{condition} AND {country} = q.country{order}{by}")


_BEGINNING = _Stage(
    'n.core >= q.text COLLATE "C" AND n.core < q.text || U&\'\\+10FFFF\' COLLATE "C" ORDER BY n.core, n.id', 10
)
_SAME = _Stage('n.core = q.text COLLATE "C"', PER_QUESTION)
_TERMS = _Stage("n.terms @> q.text::int[]", PER_QUESTION)
_TERMS_AND_SIZE = _Stage("n.terms @> q.text::int[] AND n.terms && q.sizes::int[]", PER_QUESTION)


@dataclass
class _Wanted:
    """A name of the list, and what was found for it: names by their row, with score and way."""

    asked: Asked
    country: str
    whole: list[Question]
    found: dict[int, tuple[float, str, Hit]] = field(default_factory=dict)

    @property
    def lacks_nothing(self) -> bool:
        """Who is found like this has no slip in the name (as in the search)."""
        begun = self.asked.long and self.found_by({BEGINNING})
        return begun or self.found_by(SETTLED) or sum(self.here(hit) for _, _, hit in self.found.values()) >= ENOUGH

    def found_by(self, ways: Collection[str]) -> bool:
        """True when one was found by one of these ways, in the country where there should be one."""
        return any(how in ways and self.here(hit) for _score, how, hit in self.found.values())

    def here(self, hit: Hit) -> bool:
        """In the country of the row, if it names one."""
        return not self.country or hit.country == self.country

    def keep(self, hit: Hit) -> None:
        """Compare what the index found with what is wanted."""
        if hit.pk not in self.found:
            score, how = compared(self.asked, hit.text, hit.core)
            if how:
                self.found[hit.pk] = (score, how, hit)

    def buyers(self) -> list[int]:
        """Each once, the likeliest first, those in the country before others."""
        ordered = sorted(self.found.values(), key=lambda row: (not self.here(row[2]), -row[0], row[2].core, row[2].pk))
        return list(dict.fromkeys(hit.buyer for _score, _how, hit in ordered))


def buyers_called(names: Iterable[Called], limit: int) -> dict[Called, list[int]]:
    """For each (name, country) the buyers that may be meant, the likeliest first, at most `limit`; nobody is chosen."""
    found: dict[Called, list[int]] = {}
    wanted: list[tuple[Called, Asked]] = []
    for one in sorted(set(names)):
        text = cleaned(one[0])[:LONGEST]
        asked = asked_of(text)
        if len(text) < SHORTEST or not asked.key:
            found[one] = []
        elif all(map(is_fragment, asked.apart)) or pinyin_key(text):
            found[one] = _searched(one, limit)
        else:
            wanted.append((one, asked))
    for begin in range(0, len(wanted), AT_ONCE):
        some = wanted[begin : begin + AT_ONCE]
        try:
            answered = _answered(some)
        except TookTooLong:
            answered = {}
        for one, _asked in some:
            found[one] = answered[one][:limit] if one in answered else _searched(one, limit)
    return found


def _searched(one: Called, limit: int) -> list[int]:
    return [candidate.buyer for candidate in candidates(*one, limit=limit)]


def _answered(names: Sequence[tuple[Called, Asked]]) -> dict[Called, list[int]]:
    """Those of `names` that the index can be asked for, each with its buyers."""
    terms = {term for _one, asked in names for term in asked_terms(asked.content + asked.apart)}
    count, total = counted(*put(frequencies(terms), limit=TIME_LIMIT_MS))
    wanted = {one: _Wanted(asked, one[1], word_questions(asked.apart, count, total)) for one, asked in names}
    wanted = {one: it for one, it in wanted.items() if not too_common(it.whole)}
    _look(list(wanted.values()), count, total)
    return {one: it.buyers() for one, it in wanted.items()}


def _look(wanted: Sequence[_Wanted], count: Mapping[int, int], total: int) -> None:
    """Stage by stage, each for those whom the stages before it left without an answer (docs/search.md)."""
    _ask(_BEGINNING, [(one, one.asked.key) for one in wanted])
    _ask(_SAME, [(one, one.asked.meant) for one in wanted if one.asked.meant])
    wanted = [one for one in wanted if not one.lacks_nothing]
    _question(wanted, lambda one: one.whole)
    wanted = [one for one in wanted if not one.lacks_nothing]
    dear: dict[int, list[Question]] = {}

    def cheap(one: _Wanted) -> list[Question]:
        questions = part_questions(one.asked.apart, count, total)
        if len(one.asked.key) >= SHORTEST_ALIKE:
            slips, dear[id(one)] = slip_questions(one.asked.content, count, total)
            questions += slips
        return questions

    _ask(_SAME, [(one, core) for one in wanted for core in one_slip_away(one.asked.key)])
    _question(wanted, cheap)
    _question([one for one in wanted if not one.found_by(ONE_SLIP)], lambda one: dear.get(id(one), []))


def _question(wanted: Sequence[_Wanted], questions: Callable[[_Wanted], list[Question]]) -> None:
    """Names that have all the terms of one of the questions about a name."""
    asked = [(one, question) for one in wanted for question in questions(one) if not too_common((question,))]
    for stage, sized in ((_TERMS, False), (_TERMS_AND_SIZE, True)):
        _ask(stage, [(one, array(question.terms)) for one, question in asked if question.sized == sized])


def _ask(stage: _Stage, asked: Sequence[tuple[_Wanted, str]]) -> None:
    """Put a stage to the index; where it answered with all it ever does, once more within the country of the row."""
    cut = _put(stage, asked)
    _put(stage.narrowed, [(one, text) for one, text in cut if one.country])


def _put(stage: _Stage, asked: Sequence[tuple[_Wanted, str]]) -> list[tuple[_Wanted, str]]:
    """Answers with those that got as many names as the stage answers at most."""
    if not asked:
        return []
    values: dict[str, list[Any]] = {
        "places": list(range(len(asked))),
        "texts": [text for _one, text in asked],
        "sizes": [array(sizes(one.asked.content)) for one, _text in asked] if "q.sizes" in stage.condition else [],
        "countries": [one.country for one, _text in asked],
    }
    count = [0] * len(asked)
    for place, *hit in put(Lookup(stage.statement, values, tuple), limit=TIME_LIMIT_MS)[0]:
        asked[place][0].keep(Hit(*hit))
        count[place] += 1
    return [one for one, hits in zip(asked, count, strict=True) if hits == stage.most]
