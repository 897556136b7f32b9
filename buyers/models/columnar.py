"""Reading many rows as numpy columns: PostgreSQL's binary COPY, laid over memory as it comes, nothing parsed per row.

Every column of the query must have a fixed width and no null: numbers are coalesced to NaN, text is cast to char(n).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

HEADER_BYTES = 19  # signature 11, flags 4, length of an (empty) extension 4
TRAILER_BYTES = 2  # a row of -1 fields


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
