"""Queries whose SQL is written once per process.

Django spends more time on writing the SQL of a page's query than PostgreSQL on answering it. A prepared query is an
ordinary QuerySet over placeholders; its SQL and what Django learnt while writing it are kept, and each call only puts
in the values. Rows come back as from any QuerySet. For pages asked for all day; elsewhere a QuerySet is plainer.
"""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.db import connections
from django.db.models import Expression, Model, QuerySet


class Given(Expression):
    """The place of a value that is put in at each call; also stands for a person who is no staff (`visible_to`)."""

    is_staff = False

    def __init__(self, name: str):
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """A placeholder whose parameter is this very object, until `value` takes its place."""
        return "%s", [self]

    def value(self, given: dict[str, Any]) -> Any:
        """What was given for it."""
        return given[self.name]


class GivenOneOf(Given):
    """The places of a list of that many values, for `__in`."""

    def __init__(self, name: str, number: int):
        super().__init__(name)
        self.number = number

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """One placeholder each, as Django writes a list."""
        return f"({', '.join(['%s'] * self.number)})", [Nth(self.name, n) for n in range(self.number)]


class Nth(Given):
    """One place of such a list."""

    def __init__(self, name: str, position: int):
        super().__init__(name)
        self.position = position

    def value(self, given: dict[str, Any]) -> Any:
        """What was given for it."""
        return given[self.name][self.position]


class Prepared:
    """`prepared(build)(*shape, **values)`: the rows of `build(*shape, **placeholders)`.

    `shape` is whatever makes it another SQL (flags, how many rows); a list among the values is a list of placeholders,
    so that its length is part of the shape too. Rows (a firm, a person) may be given for their keys.
    """

    def __init__(self, build: Callable[..., QuerySet]):
        self.build = build
        self.__doc__ = build.__doc__
        self.kept: dict[Any, Written] = {}

    def __call__(self, *shape: Any, **values: Any) -> list[Any]:
        """The rows, read now."""
        given = {name: key_of(value) for name, value in values.items()}
        lengths = tuple((name, len(value)) for name, value in given.items() if isinstance(value, tuple))
        written = self.kept.get((shape, lengths))
        if written is None:
            places = {
                name: GivenOneOf(name, len(value)) if isinstance(value, tuple) else Given(name)
                for name, value in given.items()
            }
            written = self.kept[shape, lengths] = Written(self.build(*shape, **places))
        return written.read(given)

    def first(self, *shape: Any, **values: Any) -> Any:
        """The first row or None; `build` says how many are read at most."""
        return next(iter(self(*shape, **values)), None)


class Written:
    """A QuerySet of placeholders with its SQL and the compiler that wrote it, which knows what each column is."""

    def __init__(self, rows: QuerySet):
        self.rows = rows
        self.compiler = rows.query.get_compiler(rows.db)
        self.sql, self.parameters = self.compiler.as_sql()
        columns = [column for column, _sql, _alias in self.compiler.select[: self.compiler.col_count]]
        self.converters = self.compiler.get_converters(columns)

    def read(self, given: dict[str, Any]) -> list[Any]:
        """The rows for these values."""
        filled = tuple(part.value(given) if isinstance(part, Given) else part for part in self.parameters)
        rows = self.rows.all()
        reader = copy(self.compiler)
        reader.query, reader.connection = rows.query, connections[rows.db]
        reader.as_sql = lambda *_args, **_options: (self.sql, filled)
        reader.get_converters = lambda _columns: self.converters
        rows.query.get_compiler = lambda *_args, **_options: reader  # type: ignore[method-assign]
        return list(rows)


def prepared(build: Callable[..., QuerySet]) -> Prepared:
    """Decorates a function that makes a QuerySet of placeholders."""
    return Prepared(build)


def key_of(value: Any) -> Any:
    """A row's key; a list as a tuple. Staff see by other rules, for which no prepared query is written."""
    if isinstance(value, Model):
        if getattr(value, "is_staff", False):
            raise ValueError("a prepared query is asked by members of a firm, not by staff")
        return value.pk
    return tuple(value) if isinstance(value, list) else value
