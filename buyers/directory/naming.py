"""The names of buyers as the search reads them, written set-based beside the directory's rows.

`cursor` is a psycopg cursor (Django's will do) inside a transaction. The current name is a copy of Buyer.name; one that
gives way to another stays as a former name, by which the buyer is still found.
"""

from collections.abc import Callable, Iterable
from typing import Any

from buyers.names import spelled
from buyers.terms import terms_literal

_BLOCK = 20_000

_STAGED = """
    CREATE TEMP TABLE IF NOT EXISTS named_buyers (
        buyer bigint, text text, country text, core text COLLATE "C", terms integer[]) ON COMMIT DROP
"""
_SETTLE = """
    UPDATE buyers_name n SET kind = 'former', until = now() FROM named_buyers s
    WHERE n.buyer_id = s.buyer AND n.kind = 'current' AND n.core <> s.core AND n.text <> s.text;

    INSERT INTO buyers_name (buyer_id, text, kind, core, country, terms)
    SELECT buyer, text, 'current', core, country, terms FROM named_buyers
    ON CONFLICT (buyer_id) WHERE kind = 'current'
    DO UPDATE SET text = excluded.text, core = excluded.core, country = excluded.country, terms = excluded.terms;

    DELETE FROM buyers_name n USING named_buyers s WHERE n.buyer_id = s.buyer AND n.kind = 'former' AND n.core = s.core;

    UPDATE buyers_name n SET country = s.country FROM named_buyers s
    WHERE n.buyer_id = s.buyer AND n.kind <> 'current' AND n.country <> s.country;

    TRUNCATE named_buyers
"""


_REMAKE = """
    UPDATE buyers_name n SET core = s.core, terms = s.terms FROM named_buyers s
    WHERE n.id = s.buyer AND (n.core <> s.core OR n.terms <> s.terms)
"""


def add_names(cursor: Any, source: str) -> None:
    """Give new buyers their names: `source` is SQL of (id, name, country) of buyers that have none yet."""
    _in_blocks(cursor, source, _add)


def change_names(cursor: Any, source: str) -> None:
    """Settle the names of buyers that may have had others: `source` is SQL of (id, name, country)."""
    _in_blocks(cursor, source, settle_names)


def settle_names(cursor: Any, rows: Iterable[tuple[int, Any, Any]]) -> None:
    """Make these buyers (id, name, country) found by the names given."""
    _stage(cursor, rows)
    cursor.execute(_SETTLE)


def remake_names(cursor: Any, rows: Iterable[tuple[int, Any, Any]]) -> int:
    """Make core and terms of these names (id, text, country) anew from their texts; answers how many were others."""
    _stage(cursor, rows)
    cursor.execute(_REMAKE)
    others: int = cursor.rowcount
    cursor.execute("TRUNCATE named_buyers")
    return others


def _stage(cursor: Any, rows: Iterable[tuple[int, Any, Any]]) -> None:
    cursor.execute(_STAGED)
    with cursor.copy("COPY named_buyers (buyer, text, country, core, terms) FROM STDIN") as copy:
        for row in _named(rows):
            copy.write_row(row)


def _add(cursor: Any, rows: Iterable[tuple[int, Any, Any]]) -> None:
    with cursor.copy("COPY buyers_name (buyer_id, text, country, core, terms, kind) FROM STDIN") as copy:
        for row in _named(rows):
            copy.write_row((*row, "current"))


def _in_blocks(cursor: Any, source: str, keep: Callable[[Any, list[Any]], None]) -> None:
    """`source` read through a cursor of the server's, so that no more than a block of it is in memory."""
    cursor.execute(f"DECLARE buyers_to_name NO SCROLL CURSOR FOR {source}")
    while True:
        cursor.execute(f"FETCH {_BLOCK} FROM buyers_to_name")
        rows = cursor.fetchall()
        if not rows:
            break
        keep(cursor, rows)
    cursor.execute("CLOSE buyers_to_name")


def _named(rows: Iterable[tuple[int, Any, Any]]) -> Iterable[tuple[int, str, str, str, str]]:
    for buyer, text, country in rows:
        found = spelled(text)
        yield buyer, text, str(country or ""), found.key, terms_literal(found.content, found.seam)
