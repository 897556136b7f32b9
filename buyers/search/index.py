"""The questions the search puts to the index of names (buyers_name), each bounded in what it reads and answers."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
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


@contextmanager
def asking(limit: int = 0) -> Iterator[None]:
    """A transaction in which questions may be put: through the indexes only, none longer than `limit` ms."""
    inside = connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # The planner takes the array index for dear on small tables and on terms it has no statistics of.
            cursor.execute(f"SET LOCAL statement_timeout = {limit or TIME_LIMIT_MS:d}; SET LOCAL enable_seqscan = off")
            yield
            if inside:  # in somebody else's transaction the settings would stay
                cursor.execute("SET LOCAL statement_timeout TO DEFAULT; SET LOCAL enable_seqscan TO DEFAULT")
    except OperationalError as late:
        if "statement timeout" not in str(late):
            raise
        raise TookTooLong from None


def beginning(core: str, narrowing: Narrowing, limit: int) -> list[Hit]:
    """Names whose words without the legal form begin with `core`, in their order: the same name comes first."""
    return _hits(
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


def same(core: str, narrowing: Narrowing) -> list[Hit]:
    """Names whose words without the legal form are `core`."""
    return _hits(
        f"SELECT {_COLUMNS} FROM buyers_name n "  # noqa: S608 - our own words
        f"WHERE n.core = %(core)s{narrowing.condition} ORDER BY n.id LIMIT %(limit)s",
        narrowing,
        core=core,
        limit=SAME_NAME,
    )


def any_of(cores: Sequence[str], narrowing: Narrowing) -> list[Hit]:
    """Names whose words without the legal form are one of `cores`."""
    if not cores:
        return []
    return _hits(
        f"SELECT {_COLUMNS} FROM buyers_name n "  # noqa: S608 - our own words
        f"WHERE n.core = ANY(%(cores)s){narrowing.condition} LIMIT %(limit)s",
        narrowing,
        cores=list(cores),
        limit=NARROWED,
    )


def looked_through(word: str, narrowing: Narrowing) -> list[Hit]:
    """Of the first names in Latin or in East Asian writing those with `word`: for what one in twenty or more have."""
    script = "n.core > '\u3000'" if word > "\u3000" else "n.core < '\u3000'"
    return _hits(
        f"SELECT n.* FROM (SELECT {_COLUMNS} FROM buyers_name n WHERE {script}{narrowing.condition} "  # noqa: S608
        "ORDER BY n.core, n.id LIMIT %(through)s) n WHERE position(%(word)s IN n.core || ' ' || n.text) > 0 "
        "LIMIT %(limit)s",
        narrowing,
        word=word,
        through=LOOKED_THROUGH,
        limit=PER_QUESTION,
    )


def first_in_order(word: str, through: int, narrowing: Narrowing, limit: int) -> list[Hit]:
    """The first names, in their order, that have `word`; at most `through` are looked at and `limit` found.

    The index of names alone is read until enough are found, and only these from the table.
    """
    words = [word] if word > "\u3000" else [f" {word} "]
    if begins_form(word[-1]):
        words.append(f"{word[:-1]} ")  # where name and legal form meet, a name as the index has it ends
    script = "n.core > '\u3000'" if word > "\u3000" else "n.core < '\u3000'"
    return _hits(
        f"SELECT {_COLUMNS} FROM buyers_name n WHERE n.core IN ("  # noqa: S608 - our own words
        f"SELECT c.core FROM (SELECT n.core FROM buyers_name n WHERE {script}{narrowing.condition} "
        "ORDER BY n.core LIMIT %(through)s) c WHERE ' ' || c.core || ' ' LIKE ANY(%(words)s) LIMIT %(limit)s"
        f"){narrowing.condition} LIMIT %(most)s",
        narrowing,
        words=[f"%{word}%" for word in words],
        through=through,
        limit=limit,
        most=NARROWED,
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


def answers(questions: Iterable[Question], sizes: Sequence[int], narrowing: Narrowing) -> list[Hit]:
    """Names that have all terms of one of the questions, PER_QUESTION of each; `sizes`: terms of the lengths wanted."""
    bounded = [question for question in questions if _bounded(question)]
    any_size = _answers([q for q in bounded if not q.sized], (), narrowing)
    return any_size + _answers([q for q in bounded if q.sized], sizes, narrowing)


def _answers(questions: list[Question], sizes: Sequence[int], narrowing: Narrowing) -> list[Hit]:
    if not questions:
        return []
    size = " AND n.terms && %(sizes)s::int[]" if sizes else ""
    # One plan for any number of questions: each reads the index for itself and stops at its limit.
    return _hits(
        "SELECT n.* FROM unnest(%(terms)s::text[]) q (terms), LATERAL ("  # noqa: S608 - our own words
        f"SELECT {_COLUMNS} FROM buyers_name n WHERE n.terms @> q.terms::int[]{size}{narrowing.condition} "
        "LIMIT %(limit)s) n",
        narrowing,
        terms=["{" + ",".join(map(str, question.terms)) + "}" for question in questions],
        sizes=list(sizes),
        limit=NARROWED if narrowing.status else PER_QUESTION,
    )


def with_pinyin(key: str, narrowing: Narrowing, limit: int) -> list[Hit]:
    """Chinese names that begin with these syllables, through the sort keys of their buyers."""
    return _hits(
        f"SELECT {_COLUMNS} FROM (SELECT b.id, b.sort_key FROM buyers_buyer b "  # noqa: S608 - our own words
        f"WHERE {_begins('b.sort_key')}{' AND b.country = %(country)s' if narrowing.country else ''} "
        "ORDER BY b.sort_key, b.id LIMIT %(limit)s) b JOIN buyers_name n ON n.buyer_id = b.id "
        "WHERE n.kind = 'current' AND n.core > '\u3000' ORDER BY b.sort_key, b.id",
        narrowing,
        first=key,
        last=key + _LAST,
        limit=NARROWED if narrowing.status else limit,
    )


def frequencies(terms: Iterable[int]) -> tuple[dict[int, int], int]:
    """How many names have each of the terms (none: few), and how many names there are, at the last count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT term, names FROM buyers_termfrequency WHERE term = ANY(%s)",
            [[*terms, TermFrequency.ALL_NAMES]],
        )
        found = dict(cursor.fetchall())
    return found, found.pop(TermFrequency.ALL_NAMES, 0)


_COLUMNS = "n.id, n.buyer_id, n.text, n.core, n.kind, n.country"


def _hits(statement: str, narrowing: Narrowing, **values: Any) -> list[Hit]:
    if narrowing.status:
        statement = (
            f"SELECT n.* FROM ({statement}) n JOIN buyers_buyer b ON b.id = n.buyer_id "  # noqa: S608
            "WHERE b.status = %(status)s"
        )
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "country": narrowing.country, "status": narrowing.status})
        return [Hit(*row) for row in cursor.fetchall()]
