"""Many rows as numpy columns: PostgreSQL's binary COPY, laid over memory as it is, nothing parsed or printed per row.

To be read, every column of the query must have a fixed width and no null: numbers are coalesced to NaN, text is cast to
char(n). To be written, a column is made by one of the functions below (`whole`, `listed`, …).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from math import prod
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
HEADER_BYTES = 19  # signature 11, flags 4, length of an (empty) extension 4
TRAILER_BYTES = 2  # a row of -1 fields


def array_of(values: NDArray) -> str:
    """Numbers or days as a parameter to be cast (`%s::bigint[]`): as a list each of them would be adapted by itself."""
    return f"{{{','.join(values.astype(str).tolist())}}}"


def columns_of(query: str, params: Mapping[str, Any], types: Mapping[str, str]) -> NDArray:
    """The rows of `query` as a structured array; `types` gives each column's numpy type, big-endian ('>f8', 'S2')."""
    layout: list[tuple[str, str]] = [("", ">i2")]
    for name, kind in types.items():
        layout += [(f"{name} bytes", ">i4"), (name, kind)]
    row = np.dtype(layout)
    statement = f"COPY ({query}) TO STDOUT (FORMAT BINARY)"
    # psycopg's own cursor: the wrapper Django puts around it while debugging takes no parameters here.
    with connection.cursor() as cursor, cursor.cursor.copy(statement, params) as copy:
        data = b"".join(bytes(block) for block in copy)
    body = memoryview(data)[HEADER_BYTES : len(data) - TRAILER_BYTES]
    if len(body) % row.itemsize:
        raise ValueError("a column is null or not of the width it was said to have")
    return np.frombuffer(body, row)


# --- writing ---------------------------------------------------------------------------------------------------------

# PostgreSQL counts days and microseconds from here; the number of the type of an array's elements (pg_type.h).
DAY_0 = date(2000, 1, 1)
MOMENT_0 = datetime(2000, 1, 1, tzinfo=UTC)
ELEMENTS = {">i2": 21, ">i4": 23}
NO_VALUE = b"\xff\xff\xff\xff"  # a length of -1


class Field(NamedTuple):
    """A column as bytes: `n x width` (or 1 x width, the same in every row), and which of them count (None: all)."""

    data: NDArray[np.uint8]
    counts: NDArray[np.bool_] | None = None


def whole(values: NDArray, kind: str, known: NDArray[np.bool_] | None = None) -> Field:
    """Whole numbers of the width of `kind` ('>i8'); null where not `known`."""
    width = np.dtype(kind).itemsize
    data = np.empty((len(values), 4 + width), np.uint8)
    data[:, :4] = _bytes_of(np.full(len(values), width), ">i4")
    data[:, 4:] = _bytes_of(values, kind)
    if known is None:
        return Field(data)
    data[~known, :4] = 0xFF
    counts = np.ones(data.shape, bool)
    counts[:, 4:] = known[:, None]
    return Field(data, counts)


def fraction(values: NDArray[np.int64]) -> Field:
    """Numerics of eight decimals, given in units of 10**-8, from 0 to below 10 000."""
    shape = np.full(len(values), 3), np.zeros(len(values)), np.zeros(len(values)), np.full(len(values), 8)
    digits = values // 10**8, values // 10**4 % 10**4, values % 10**4  # of base 10 000
    words = _bytes_of(np.stack([*shape, *digits], axis=1), ">i2")
    length = np.frombuffer((14).to_bytes(4, "big"), np.uint8)
    return Field(np.concatenate([np.tile(length, (len(values), 1)), words], axis=1))


def text(values: NDArray[np.bytes_]) -> Field:
    """Texts as numpy keeps bytes ('S20')."""
    lengths = np.char.str_len(values)
    body = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), values.itemsize)
    counts = np.ones((len(values), 4 + body.shape[1]), bool)
    counts[:, 4:] = np.arange(body.shape[1]) < lengths[:, None]
    return Field(np.concatenate([_bytes_of(lengths, ">i4"), body], axis=1), counts)


def listed(values: NDArray, kind: str, known: NDArray[np.bool_] | None = None) -> Field:
    """A list per row, from an `n x k` array; elements that are not `known` are null."""
    n, k = values.shape
    flat = whole(values.reshape(-1), kind, known.reshape(-1) if known is not None else None)
    body = flat.data.reshape(n, k * flat.data.shape[1])
    counts = np.ones(body.shape, bool) if flat.counts is None else flat.counts.reshape(body.shape)
    words = np.empty((n, 6), np.int64)
    words[:, 0] = 20 + counts.sum(axis=1)  # how long all of it is
    words[:, 1:] = 1, known is not None, ELEMENTS[kind], k, 1  # dimensions, may hold nulls, of what, how many, from 1
    head = _bytes_of(words, ">i4")
    return Field(np.concatenate([head, body], axis=1), np.concatenate([np.ones(head.shape, bool), counts], axis=1))


def same(value: str | date | datetime | int | None) -> Field:
    """One value for every row: text, a day, a moment, a whole number of eight bytes, or null."""
    if value is None:
        return Field(np.frombuffer(NO_VALUE, np.uint8)[None, :])
    if isinstance(value, str):
        payload = value.encode()
    elif isinstance(value, datetime):
        payload = ((value - MOMENT_0) // timedelta(microseconds=1)).to_bytes(8, "big", signed=True)
    elif isinstance(value, date):
        payload = (value - DAY_0).days.to_bytes(4, "big", signed=True)
    else:
        payload = value.to_bytes(8, "big", signed=True)
    return Field(np.frombuffer(len(payload).to_bytes(4, "big") + payload, np.uint8)[None, :])


def rows_of(n: int, fields: Sequence[Field]) -> bytes:
    """`n` rows of these columns as COPY … (FORMAT BINARY) reads them, without what stands before and after them."""
    head = Field(np.frombuffer(len(fields).to_bytes(2, "big"), np.uint8)[None, :])
    everything = [head, *fields]
    data = np.empty((n, sum(field.data.shape[1] for field in everything)), np.uint8)
    counts = np.ones(data.shape, bool)
    at = 0
    for field in everything:
        end = at + field.data.shape[1]
        data[:, at:end] = field.data
        if field.counts is not None:
            counts[:, at:end] = field.counts
        at = end
    return data[counts].tobytes()


def copy_rows(table: str, columns: Sequence[str], rows: bytes) -> None:
    """Append rows made by `rows_of` in the order of `columns`."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        copy.write(SIGNATURE + rows + b"\xff\xff")


def _bytes_of(values: NDArray, kind: str) -> NDArray[np.uint8]:
    """Each row's (or number's) bytes, the most significant first."""
    found = np.ascontiguousarray(values.astype(kind))
    return found.view(np.uint8).reshape(len(values), found.itemsize * prod(found.shape[1:]))
