"""Rows as PostgreSQL's binary COPY has them: what is written is what is read."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest
from django.db import connection

from buyers.models.columnar import array_of, columns_of, copy_rows, fraction, listed, rows_of, same, text, whole

pytestmark = pytest.mark.django_db


def test_every_kind_of_column_arrives_as_it_was():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE kinds (a bigint, b smallint, c numeric(9, 8), d integer[], e smallint[],"
            " f varchar(5), g varchar(9), h date, i timestamptz, j bigint, k bigint)"
        )
    values = np.array([[1, -2, 3], [4, 5, 2_000_000_000]])
    known = np.array([[True, False, True], [False, False, False]])
    now = datetime(2026, 11, 21, 4, 5, 6, 789_012, tzinfo=UTC)
    fields = [
        whole(np.array([2**40, -7]), ">i8"),
        whole(np.array([3, 0]), ">i2", np.array([True, False])),
        fraction(np.array([100_000_000, 1_234_567])),
        listed(values, ">i4", known),
        listed(np.array([[7, -8], [0, 9]]), ">i2"),
        text(np.array(["", "abc"]).astype("S5")),
        same("grün"),
        same(date(1999, 12, 31)),
        same(now),
        same(17),
        same(None),
    ]
    copy_rows("kinds", "abcdefghijk", rows_of(2, fields))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM kinds ORDER BY a DESC")
        rest = ("grün", date(1999, 12, 31), now, 17, None)
        assert cursor.fetchall() == [
            (2**40, 3, Decimal("1.00000000"), [1, None, 3], [7, -8], "", *rest),
            (-7, None, Decimal("0.01234567"), [None, None, None], [0, 9], "abc", *rest),
        ]


def test_no_rows_are_no_rows():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE numbers (a bigint)")
    copy_rows("numbers", "a", rows_of(0, [whole(np.empty(0, np.int64), ">i8")]))
    assert len(columns_of("SELECT a FROM numbers", {}, {"a": ">i8"})) == 0


def test_a_column_of_another_width_is_refused():
    with pytest.raises(ValueError, match="width"):
        columns_of("SELECT 1::int4", {}, {"a": ">i8"})


def test_arrays_as_parameters():
    assert array_of(np.array([1, -2])) == "{1,-2}"
    assert array_of(np.array(["2026-11-21"], "M8[D]")) == "{2026-11-21}"
    assert array_of(np.array([], np.int64)) == "{}"
