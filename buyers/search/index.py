"""The questions the search puts to the index of names (buyers_name), each bounded in what it reads and answers."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import OperationalError, connection, transaction

from buyers.legal_forms import begins_form
from buyers.models.name import TermFrequency
from buyers.terms import Question

# A search that takes longer ends with what it has, and says so.
TIME_LIMIT_MS = 3_000
# Names taken for one question about terms, and for one about beginnings; more where a status narrows them afterwards.
PER_QUESTION, NARROWED = 100, 500
SAME_NAME = 1_000  # of one name, however many bear it
# Names read in their order where no term is rare enough to find any; more where one is common, but not as common.
LOOKED_THROUGH, AT_MOST_LOOKED_THROUGH = 2_000, 50_000
# A term that more names have never answers a question, alone or with commoner ones: reading its list takes too long.
MOST_NAMES, MOST_IN_COMMON = 50_000, 200_000
# Where so many names have a term, examples are kept of it (buyers/search/keeping.py).
MANY = 2_000
AT_ONCE = 50  # terms of which a name may have any
# Above every character there is.
_LAST = "\U0010ffff"


class Hit(NamedTuple):
    """A name the index found."""

    pk: int
    buyer: int
    text: str
    core: str
    kind: str
    country: str


@dataclass(frozen=True)
class Narrowing:
    """Country and status of the buyers wanted; empty: any."""

    country: str = ""
    status: str = ""

    @property
    def condition(self) -> str:
        """On a name `n`; the status, which names do not have, is looked up afterwards."""
        return " AND n.country = %(country)s" if self.country else ""


class TookTooLong(Exception):
    """The database did not answer in time."""


class Lookup(NamedTuple):
    """A question ready to be put."""

    statement: str
    values: dict[str, Any]
    row: Callable[[Iterable[Any]], Any] = Hit._make


def put(*lookups: Lookup, limit: int = 0) -> list[list[Any]]:
    """The rows of each: all put in one message, answered from the indexes only, none in more than `limit` ms."""
    if not lookups:
        return []
    inside = connection.in_atomic_block
    # The planner takes the array index for dear on small tables and on terms it has no statistics of.
    before = f"SET LOCAL statement_timeout = {limit or TIME_LIMIT_MS:d}; SET LOCAL enable_seqscan = off"
    # The statements of one message are a transaction; in somebody else's the settings would stay.
    after = ["SET LOCAL statement_timeout TO DEFAULT; SET LOCAL enable_seqscan TO DEFAULT"] if inside else []
    try:
        with transaction.atomic() if inside else nullcontext(), connection.cursor() as cursor:
            cursor.execute("; ".join([before, *(cursor.mogrify(*lookup[:2]) for lookup in lookups), *after]))
            return [list(map(lookup.row, _next_rows(cursor))) for lookup in lookups]
    except OperationalError as late:
        if "statement timeout" not in str(late):
            raise
        raise TookTooLong from None


def _next_rows(cursor: Any) -> list[Any]:
    """Of the next statement of the message that has rows."""
    while cursor.nextset() and not cursor.description:
        pass
    return cursor.fetchall()


def beginning(core: str, narrowing: Narrowing, limit: int) -> Lookup:
    """Names whose words without the legal form begin with `core`, in their order: the same name comes first."""
    return _lookup(
        f"SELECT {_COLUMNS} FROM buyers_name n WHERE {_begins('n.core')}{narrowing.condition} "  # noqa: S608 - our words
        "ORDER BY n.core LIMIT %(limit)s",
        narrowing,
        first=core,
        last=core + _LAST,
        limit=NARROWED if narrowing.status else limit,
    )


def _begins(column: str) -> str:
    """Between `first` and `last`, which the planner must not see.

    Its statistics take many a beginning for far rarer than it is, and it would fetch and sort all that begin so,
    instead of reading the first few of them in the order of the index.
    """
    return f"{column} >= (SELECT %(first)s) AND {column} < (SELECT %(last)s)"


def same(core: str, narrowing: Narrowing) -> Lookup:
    """Names whose words without the legal form are `core`."""
    return _lookup(
        f"SELECT {_COLUMNS} FROM buyers_name n "  # noqa: S608 - our own words
        f"WHERE n.core = %(core)s{narrowing.condition} ORDER BY n.id LIMIT %(limit)s",
        narrowing,
        core=core,
        limit=SAME_NAME,
    )


def any_of(cores: Sequence[str], narrowing: Narrowing) -> Lookup:
    """Names whose words without the legal form are one of `cores`."""
    return _lookup(
        f"SELECT {_COLUMNS} FROM buyers_name n "  # noqa: S608 - our own words
        f"WHERE n.core = ANY(string_to_array(%(cores)s, '|')){narrowing.condition} LIMIT %(limit)s",
        narrowing,
        cores="|".join(cores),
        limit=NARROWED,
    )


def having_pair(pair: str, term: int) -> Lookup:
    """Names with two characters, next to each other; where very many have their term, examples of the last count."""
    # The term says too that there is one between them. Where name and legal form meet, a name ends with the first.
    together = "(strpos(n.core, %(pair)s) > 0 OR right(n.core, 1) = %(first)s)"
    return Lookup(
        f"SELECT {_COLUMNS} FROM buyers_name n WHERE {together} AND "  # noqa: S608 - our own words
        "n.id = ANY((SELECT examples FROM buyers_termfrequency WHERE term = %(term)s)::bigint[]) UNION ALL "
        f"(SELECT {_COLUMNS} FROM buyers_name n WHERE {together} AND n.terms @> ARRAY[%(term)s::int] AND "
        "(SELECT coalesce(max(names), 0) FROM buyers_termfrequency WHERE term = %(term)s) < %(many)s LIMIT %(limit)s)",
        {"pair": pair, "first": pair[0], "term": term, "many": MANY, "limit": PER_QUESTION},
    )


def having_one_of(terms: Sequence[int], many: Sequence[int], patterns: Sequence[str], narrowing: Narrowing) -> Lookup:
    """Names with one of `terms`, or that are examples of one of `many`, whose words match all regular expressions."""
    matching = f"n.core ~ ALL(%(patterns)s::text[]){narrowing.condition}"
    return _lookup(
        f"SELECT {_COLUMNS} FROM buyers_name n WHERE {matching} AND n.id = ANY(ARRAY("  # noqa: S608 - our own words
        "SELECT unnest(f.examples) FROM buyers_termfrequency f WHERE f.term = ANY(%(many)s::int[]))) UNION ALL "
        "(SELECT n.* FROM unnest(%(terms)s::text[]) q (terms), LATERAL ("
        f"SELECT {_COLUMNS} FROM buyers_name n WHERE n.terms && q.terms::int[] AND {matching} LIMIT %(limit)s) n "
        "LIMIT %(limit)s)",
        narrowing,
        # Of hundreds of terms at once each name found is compared with all; one by one they are too many look-ups.
        terms=[array(terms[begin : begin + AT_ONCE]) for begin in range(0, len(terms), AT_ONCE)],
        many=array(many),
        patterns=list(patterns),
        limit=PER_QUESTION,
    )


def looked_through(word: str, narrowing: Narrowing) -> Lookup:
    """Of the first names in Latin or in East Asian writing those with `word`: for what one in twenty or more have."""
    script = "n.core > '\u3000'" if word > "\u3000" else "n.core < '\u3000'"
    return _lookup(
        f"SELECT n.* FROM (SELECT {_COLUMNS} FROM buyers_name n WHERE {script}{narrowing.condition} "  # noqa: S608
        "ORDER BY n.core, n.id LIMIT %(through)s) n WHERE position(%(word)s IN n.core || ' ' || n.text) > 0 "
        "LIMIT %(limit)s",
        narrowing,
        word=word,
        through=LOOKED_THROUGH,
        limit=PER_QUESTION,
    )


def first_in_order(word: str, through: int, narrowing: Narrowing, limit: int) -> Lookup:
    """The first names, in their order, that have `word`; at most `through` are looked at and `limit` found.

    The index of names alone is read until enough are found, and only these from the table.
    """
    words = [word] if word > "\u3000" else [f" {word} "]
    if begins_form(word[-1]):
        words.append(f"{word[:-1]} ")  # where name and legal form meet, a name as the index has it ends
    has_one = " OR ".join(f"strpos(' ' || c.core || ' ', %(word{n})s) > 0" for n in range(len(words)))
    script = "n.core > '\u3000'" if word > "\u3000" else "n.core < '\u3000'"
    return _lookup(
        f"SELECT {_COLUMNS} FROM buyers_name n WHERE n.core IN ("  # noqa: S608 - our own words
        f"SELECT c.core FROM (SELECT n.core FROM buyers_name n WHERE {script}{narrowing.condition} "
        f"ORDER BY n.core LIMIT %(through)s) c WHERE {has_one} LIMIT %(limit)s"
        f"){narrowing.condition} LIMIT %(most)s",
        narrowing,
        through=through,
        limit=limit,
        most=NARROWED,
        **{f"word{n}": one for n, one in enumerate(words)},
    )


def looked_through_sooner(question: Question, total: int, wanted: int) -> int:
    """How many names in their order have to be looked at to find `wanted` with a common term; 0: its list is shorter.

    So a common word costs no more than the root of the directory's size, whichever way is taken.
    """
    expected = wanted * total // max(question.rarest, 1)
    return min(expected * 4, AT_MOST_LOOKED_THROUGH) if len(question.terms) == 1 and expected < question.rarest else 0


def too_common(questions: Iterable[Question]) -> bool:
    """True when none of the questions can be answered from the index in a short time."""
    return not any(_bounded(question) for question in questions)


def _bounded(question: Question) -> bool:
    return question.rarest <= (MOST_NAMES if len(question.terms) == 1 else MOST_IN_COMMON)


def answers(questions: Iterable[Question], sizes: Sequence[int], narrowing: Narrowing) -> list[Lookup]:
    """Names that have all terms of one of the questions, PER_QUESTION of each; `sizes`: terms of the lengths wanted."""
    bounded = [question for question in questions if _bounded(question)]
    any_size, sized = [q for q in bounded if not q.sized], [q for q in bounded if q.sized]
    return [_answer(some, sizes, narrowing) for some, sizes in ((any_size, ()), (sized, sizes)) if some]


def _answer(questions: list[Question], sizes: Sequence[int], narrowing: Narrowing) -> Lookup:
    size = " AND n.terms && %(sizes)s::int[]" if sizes else ""
    # One plan for any number of questions: each reads the index for itself and stops at its limit.
    return _lookup(
        "SELECT n.* FROM unnest(%(terms)s::text[]) q (terms), LATERAL ("  # noqa: S608 - our own words
        f"SELECT {_COLUMNS} FROM buyers_name n WHERE n.terms @> q.terms::int[]{size}{narrowing.condition} "
        "LIMIT %(limit)s) n",
        narrowing,
        terms=[array(question.terms) for question in questions],
        sizes=array(sizes),
        limit=NARROWED if narrowing.status else PER_QUESTION,
    )


def with_pinyin(key: str, narrowing: Narrowing, limit: int) -> Lookup:
    """Chinese names that begin with these syllables, through the sort keys of their buyers."""
    return _lookup(
        f"SELECT {_COLUMNS} FROM (SELECT b.id, b.sort_key FROM buyers_buyer b "  # noqa: S608 - our own words
        f"WHERE {_begins('b.sort_key')}{' AND b.country = %(country)s' if narrowing.country else ''} "
        "ORDER BY b.sort_key, b.id LIMIT %(limit)s) b JOIN buyers_name n ON n.buyer_id = b.id "
        "WHERE n.kind = 'current' AND n.core > '\u3000' ORDER BY b.sort_key, b.id",
        narrowing,
        first=key,
        last=key + _LAST,
        limit=NARROWED if narrowing.status else limit,
    )


def frequencies(terms: Iterable[int]) -> Lookup:
    """How many names have each of the terms (none: few) and, as ALL_NAMES, how many there are, at the last count."""
    wanted = array([*terms, TermFrequency.ALL_NAMES])
    statement = "SELECT term, names FROM buyers_termfrequency WHERE term = ANY(%(terms)s::int[])"
    return Lookup(statement, {"terms": wanted}, tuple)


def counted(rows: Iterable[tuple[int, int]]) -> tuple[dict[int, int], int]:
    """The answer of `frequencies`: names by term, and names in all."""
    count = dict(rows)
    return count, count.pop(TermFrequency.ALL_NAMES, 0)


def array(numbers: Iterable[int]) -> str:
    """As PostgreSQL reads it: quicker than a list that is taken apart."""
    return "{" + ",".join(map(str, numbers)) + "}"


_COLUMNS = "n.id, n.buyer_id, n.text, n.core, n.kind, n.country"


def _lookup(statement: str, narrowing: Narrowing, **values: Any) -> Lookup:
    if narrowing.status:
        statement = (
            f"SELECT n.* FROM ({statement}) n JOIN buyers_buyer b ON b.id = n.buyer_id "  # noqa: S608
            "WHERE b.status = %(status)s"
        )
    return Lookup(statement, {**values, "country": narrowing.country, "status": narrowing.status})
