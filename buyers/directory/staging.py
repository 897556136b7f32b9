"""From judged rows to the directory, in sets: COPY into temporary tables, then one upsert by identifier.

`cursor` is a psycopg cursor (Django's will do). Staging needs no transaction, so that its progress can be seen; `merge`
is to be called inside one, which makes the whole import happen or not happen at all. The temporary tables belong to the
session: a killed import leaves nothing behind.
"""

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from typing import Any

from buyers.directory.naming import add_names, change_names
from buyers.directory.reading import Opened, as_line, blocks
from buyers.directory.rows import PUBLIC_BODY, Accepted, judged

Progress = Callable[[int, int], None]  # (rows read, rows refused) so far

_STAGED = """
    CREATE TEMP TABLE staged_rows (
        line integer, scheme text, value text, name text, sort_key text, country text, category text,
        check_digits_fail boolean, address text DEFAULT '', city text DEFAULT '', status text DEFAULT 'active',
        founded_on text DEFAULT '', sector text DEFAULT '');
    CREATE TEMP TABLE staged_refusals (line integer, code text, warning boolean, raw text)
"""
_CLEAR = "DROP TABLE IF EXISTS staged_rows, staged_refusals, staged_buyers, changed_buyers"

# What a file may bring along besides name, country and category, as SQL over a staged row `s`.
_EXTRA = {
    "address": "s.address",
    "city": "s.city",
    "status": "s.status",
    "founded_on": "nullif(s.founded_on, '')::date",
    "sector": "s.sector",
}

# A first load builds these indexes once instead of row by row: four times faster for the trigrams. Only then, since
# nobody can search meanwhile. Definitions are read from the catalogue, so that they come back as they were.
_FIRST_LOAD_FROM = 50_000
_FIRST_LOAD_SHARE = 4


@dataclass(frozen=True)
class Merged:
    """What came of it. accepted = added + changed + those that were there as they are."""

    rows_read: int
    accepted: int
    added: int
    changed: int
    refused: int
    warned: int


def stage(cursor: Any, file: Opened, countries: Set[str], told: Progress) -> None:
    """Judge every row of the file and put it into the session's temporary tables; `told` after each block."""
    cursor.execute(_CLEAR)
    cursor.execute(_STAGED)
    read = refused = 0
    sparse = not any(file.layout.gives(column) for column in _EXTRA)
    for block in blocks(file):
        found = judged(block.rows, file.layout, countries)
        _copy_rows(cursor, found.accepted, sparse)
        no = [(line, code, False, cells) for line, code, cells in found.refused]
        no += [(line, "row_unreadable", False, []) for line in block.unreadable]
        odd = [(line, code, True, cells) for line, code, cells in found.warned]
        _copy_refusals(cursor, no + odd, file.layout.delimiter)
        read += len(block.rows) + len(block.unreadable)
        refused += len(no)
        told(read, refused)


def clear(cursor: Any) -> None:
    """Drop what `stage` made; the session may go on to other work."""
    cursor.execute(_CLEAR)


def merge(cursor: Any, run: int, file: Opened) -> Merged:
    """Bring the staged rows into the directory and the refused ones under `run`; inside the caller's transaction.

    An identifier the directory knows changes its buyer where the row differs; a new one becomes a buyer. What the file
    has no column for stays as it is. A number that stands twice in the file is taken the first time.
    """
    cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL maintenance_work_mem = '256MB'")
    # Others may read, but no identifier appears between the look and the write.
    cursor.execute("LOCK TABLE buyers_identifier IN SHARE ROW EXCLUSIVE MODE")
    _refuse_repeated(cursor, file)
    _match(cursor)
    fresh = _one(cursor, "SELECT count(*) FROM staged_buyers WHERE known IS NULL")
    changed = _change(cursor, file)
    _add(cursor, file, fresh)
    cursor.execute(
        "INSERT INTO buyers_refusedrow (run_id, line, code, warning, raw) "
        "SELECT %s, line, code, warning, raw FROM staged_refusals ORDER BY line",
        [run],
    )
    accepted = _one(cursor, "SELECT count(*) FROM staged_buyers")
    refused = _one(cursor, "SELECT count(*) FROM staged_refusals WHERE NOT warning")
    warned = _one(cursor, "SELECT count(*) FROM staged_refusals WHERE warning")
    if fresh or changed:
        cursor.execute("ANALYZE buyers_buyer, buyers_identifier, buyers_name")
    return Merged(accepted + refused, accepted, fresh, changed, refused, warned)


def _copy_rows(cursor: Any, rows: Iterable[Accepted], sparse: bool) -> None:
    columns = Accepted._fields[: -len(_EXTRA)] if sparse else Accepted._fields
    with cursor.copy(f"COPY staged_rows ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row[: len(columns)])


def _copy_refusals(cursor: Any, rows: Iterable[tuple[int, str, bool, list[str]]], delimiter: str) -> None:
    with cursor.copy("COPY staged_refusals FROM STDIN") as copy:
        for line, code, warning, cells in rows:
            copy.write_row((line, code, warning, _storable(as_line(cells, delimiter)) if cells else ""))


def _storable(text: str) -> str:
    # What PostgreSQL cannot keep is the very reason such a row was refused.
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _refuse_repeated(cursor: Any, file: Opened) -> None:
    cursor.execute(
        "DELETE FROM staged_rows s USING ("
        "  SELECT scheme, value, min(line) AS first FROM staged_rows GROUP BY scheme, value HAVING count(*) > 1"
        ") twice WHERE s.scheme = twice.scheme AND s.value = twice.value AND s.line > twice.first RETURNING s.line"
    )
    lines = {line for (line,) in cursor.fetchall()}
    if lines:
        cursor.execute("DELETE FROM staged_refusals WHERE warning AND line = ANY(%s)", [list(lines)])
        again = (row for block in blocks(file) for row in block.rows if row[0] in lines)
        _copy_refusals(
            cursor, ((line, "identifier_repeated", False, cells) for line, cells in again), file.layout.delimiter
        )


def _match(cursor: Any) -> None:
    """`known`: the buyer that has the number already; `fresh`: the id of the buyer it will become."""
    # Asked once: inside the statement below PostgreSQL would look the sequence up for every row.
    cursor.execute("SELECT pg_get_serial_sequence('buyers_buyer', 'id')")
    (ids,) = cursor.fetchone()
    cursor.execute(
        "CREATE TEMP TABLE staged_buyers ON COMMIT DROP AS SELECT s.*, i.buyer_id AS known, i.id AS identifier, "
        "CASE WHEN i.buyer_id IS NULL THEN nextval(%s::regclass) END AS fresh "
        "FROM staged_rows s LEFT JOIN buyers_identifier i ON i.scheme = s.scheme AND i.value = s.value",
        [ids],
    )
    cursor.execute("ANALYZE staged_buyers")


def _given(file: Opened) -> dict[str, str]:
    """Column of the directory -> SQL of what the file says of it."""
    always = {"name": "s.name", "sort_key": "s.sort_key"}
    if file.layout.gives("category"):
        always["category"] = "s.category"
    return always | {column: sql for column, sql in _EXTRA.items() if file.layout.gives(column)}


def _change(cursor: Any, file: Opened) -> int:
    given = _given(file)
    # An empty country is "not given", which changes nothing; a public body stays one until a person says otherwise.
    given["country"] = "coalesce(nullif(s.country, ''), b.country)"
    given["public_body"] = f"(b.public_body OR s.category = '{PUBLIC_BODY}')"
    here, there = ", ".join(f"b.{c}" for c in given), ", ".join(given.values())
    cursor.execute(
        f"CREATE TEMP TABLE changed_buyers ON COMMIT DROP AS SELECT b.id, {_named(given)} "  # noqa: S608 - our own names
        "FROM (SELECT DISTINCT ON (known) * FROM staged_buyers WHERE known IS NOT NULL ORDER BY known, line) s "
        f"JOIN buyers_buyer b ON b.id = s.known WHERE ({here}) IS DISTINCT FROM ({there}) ORDER BY b.id FOR UPDATE OF b"
    )
    changed = cursor.rowcount
    if changed:
        setters = ", ".join(f"{c} = c.{c}" for c in given)
        cursor.execute(f"UPDATE buyers_buyer b SET {setters} FROM changed_buyers c WHERE c.id = b.id")  # noqa: S608
        # A book sorts by the buyer's name without a look at the buyer.
        cursor.execute(
            "UPDATE buyers_bookentry e SET sort_key = c.sort_key FROM changed_buyers c "
            "WHERE e.buyer_id = c.id AND e.sort_key <> c.sort_key"
        )
        change_names(cursor, "SELECT id, name, country FROM changed_buyers")
    cursor.execute(
        "UPDATE buyers_identifier i SET check_digits_fail = s.check_digits_fail FROM staged_buyers s "
        "WHERE s.identifier = i.id AND i.check_digits_fail <> s.check_digits_fail"
    )
    return changed


def _named(given: dict[str, str]) -> str:
    return ", ".join(f"{sql} AS {column}" for column, sql in given.items())


def _add(cursor: Any, file: Opened, fresh: int) -> None:
    if not fresh:
        return
    rebuilt = _taken_down(cursor) if _is_first_load(cursor, fresh) else []
    given = _given(file) | {"country": "s.country", "public_body": f"s.category = '{PUBLIC_BODY}'"}
    given |= {c: "''" for c in ("address", "city", "sector") if c not in given}
    given |= {"status": "'active'"} if "status" not in given else {}
    given |= {"category": "s.category", "private_person": "false", "fictitious": "false", "source": "%s"}
    cursor.execute(
        f"INSERT INTO buyers_buyer (id, added_at, {', '.join(given)}) "  # noqa: S608 - our own names
        f"SELECT s.fresh, now(), {', '.join(given.values())} FROM staged_buyers s "
        "WHERE s.known IS NULL ORDER BY s.fresh",
        [file.layout.shape],
    )
    cursor.execute(
        "INSERT INTO buyers_identifier (buyer_id, scheme, value, check_digits_fail) "
        "SELECT fresh, scheme, value, check_digits_fail FROM staged_buyers WHERE known IS NULL ORDER BY fresh"
    )
    add_names(cursor, "SELECT fresh, name, country FROM staged_buyers WHERE known IS NULL ORDER BY fresh")
    for statement in rebuilt:
        cursor.execute(statement)


def _is_first_load(cursor: Any, fresh: int) -> bool:
    if fresh < _FIRST_LOAD_FROM:
        return False
    held = _one(cursor, "SELECT count(*) FROM (SELECT FROM buyers_buyer LIMIT %s) held", [fresh])
    return held * _FIRST_LOAD_SHARE <= fresh


def _taken_down(cursor: Any) -> list[str]:
    """Drop the search indexes and what holds the identifiers' keys; answers what brings them back, and checks them."""
    # Pending checks of rows written earlier in this transaction would keep the table from being altered.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = 'buyers_identifier'::regclass AND contype IN ('f', 'u') ORDER BY contype DESC"
    )
    keys = cursor.fetchall()
    cursor.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indrelid IN ('buyers_buyer'::regclass, 'buyers_identifier'::regclass, 'buyers_name'::regclass) "
        "AND NOT i.indisunique AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)"
    )
    indexes = cursor.fetchall()
    for name, _definition in keys:
        cursor.execute(f'ALTER TABLE buyers_identifier DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in indexes] + [
        f'ALTER TABLE buyers_identifier ADD CONSTRAINT "{name}" {definition}' for name, definition in keys
    ]


def _one(cursor: Any, statement: str, parameters: list[Any] | None = None) -> int:
    cursor.execute(statement, parameters)
    return cursor.fetchone()[0]
