"""Keeping the names of buyers, with their terms, as the directory has them.

Whoever writes names of buyers calls `keep_names` in the same transaction (imports: buyers/directory/naming.py); what a
path forgot is found and put right by the sweep (`fill_names`).
"""

from collections.abc import Iterable, Iterator

from django.db import connection, transaction
from django.db.models import Max, Min

from buyers.directory.naming import remake_names, settle_names
from buyers.models import Buyer, TermFrequency
from buyers.search.index import MANY

# Of so many names the terms are counted; a larger directory is sampled. A term that fewer of them have is rare.
COUNTED = 500_000
FEWEST = 20
# Of a term that MANY names have a page full of examples is kept: the shortest of so many names looked at.
EXAMPLES, LOOKED_AT = 51, 50_000
RANGE = 20_000  # buyers whose names are put right in one transaction

_OUTDATED = """
    SELECT b.id, b.name, b.country FROM buyers_buyer b
    LEFT JOIN buyers_name n ON n.buyer_id = b.id AND n.kind = 'current'
    WHERE b.id BETWEEN %s AND %s AND (n.id IS NULL OR n.text <> b.name OR n.country <> b.country)
"""


_COUNT = """
    WITH counted AS (
        SELECT term, round(count(*) * %(scale)s) AS names
        FROM buyers_name n {counted}, unnest(n.terms) term WHERE term <> 0 GROUP BY term HAVING count(*) >= %(fewest)s
    ), example AS (
        SELECT term, (array_agg(n.id ORDER BY length(n.core), n.id))[:%(examples)s] AS examples
        FROM buyers_name n {looked_at}, unnest(n.terms) term GROUP BY term HAVING count(*) >= %(examples)s
    )
    INSERT INTO buyers_termfrequency (term, names, examples)
    SELECT term, names, CASE WHEN names < %(many)s THEN '{{}}' ELSE coalesce(examples, '{{}}') END
    FROM counted LEFT JOIN example USING (term)
"""


def keep_names(buyers: Iterable[int]) -> None:
    """Make these buyers found by the names they have now; a name that was another one stays as a former one."""
    rows = list(Buyer.objects.filter(pk__in=list(buyers)).values_list("pk", "name", "country"))
    with transaction.atomic(), connection.cursor() as cursor:
        settle_names(cursor, rows)


def fill_names(first: int, last: int) -> int:
    """Put right what is missing or outdated among the buyers from `first` to `last`; answers how many.

    A range done is done: called again it finds nothing to do, so a run that broke off is simply begun again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_OUTDATED, [first, last])
        rows = cursor.fetchall()
        if rows:
            settle_names(cursor, rows)
        return len(rows)


def remake_range(first: int, last: int) -> int:
    """Make the names of the buyers from `first` to `last` anew from their texts; answers how many were others.

    For the upgrade that brings other rules of folding, or other legal forms, with it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT id, text, country FROM buyers_name WHERE buyer_id BETWEEN %s AND %s", [first, last])
        return remake_names(cursor, cursor.fetchall())


def fill_all_names(anew: bool = False) -> Iterator[tuple[int, int, int]]:
    """`fill_names` range by range over the whole directory; yields (last looked at, last of all, rows put right).

    `anew`: names that are there already are made anew too.
    """
    bounds = Buyer.objects.aggregate(first=Min("pk"), last=Max("pk"))
    first, last = bounds["first"], bounds["last"]
    while first is not None and first <= last:
        to = min(first + RANGE - 1, last)
        rows = fill_names(first, to) + (remake_range(first, to) if anew else 0)
        yield to, last, rows
        first = to + 1


def count_terms_if_grown(added: int) -> None:
    """Count anew after so many names were added that the last count aims badly: one in twenty."""
    counted = TermFrequency.objects.filter(pk=TermFrequency.ALL_NAMES).values_list("names", flat=True).first()
    if added and added * 20 >= (counted or 0):
        count_terms()


def count_terms() -> int:
    """Count how many names have each term, from all names or a sample of them; answers how many terms were kept.

    Readers have the former count until this one stands. The search works without a count too, only less well aimed.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '256MB'")
        cursor.execute("LOCK TABLE buyers_termfrequency IN SHARE ROW EXCLUSIVE MODE")  # two counts at once: in turn
        cursor.execute("SELECT count(*) FROM buyers_name")
        (total,) = cursor.fetchone()
        cursor.execute("DELETE FROM buyers_termfrequency")
        cursor.execute(
            _COUNT.format(counted=_sample(COUNTED, total), looked_at=_sample(LOOKED_AT, total)),
            {"scale": max(total / COUNTED, 1), "fewest": FEWEST, "many": MANY, "examples": EXAMPLES},
        )
        kept = cursor.rowcount
        cursor.execute("INSERT INTO buyers_termfrequency (term, names, examples) VALUES (0, %s, '{}')", [total])
        return kept


def _sample(names: int, total: int) -> str:
    return f"TABLESAMPLE SYSTEM ({100 * names / total:.6f})" if names < total else ""
