"""Many new rows of a model at once, by PostgreSQL's COPY."""

import json
from collections.abc import Sequence

from django.db import connection
from django.db.models import JSONField, Model


def copy_in(rows: Sequence[Model]) -> None:
    """As `bulk_create`, without building a statement of so many values: they get their numbers, and go in as text."""
    if not rows:
        return
    table, fields = rows[0]._meta.db_table, rows[0]._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    as_json = [isinstance(field, JSONField) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, len(rows)]
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number
        with cursor.cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as into:
            for row in rows:
                values = [getattr(row, field.attname) for field in fields]
                into.write_row(
                    [json.dumps(value) if json_too else value for value, json_too in zip(values, as_json, strict=True)]
                )
    for row in rows:
        row._state.adding = False
