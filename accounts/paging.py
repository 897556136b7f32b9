"""Pages of long lists: by key, not by number, so that page one thousand costs what page one does.

A page begins after (or ends before) a row that is named by its sort keys and id in the address; the other parameters
of the address, the filters, stay. Cursors are signed: one that is mistyped, cut off or made for another list is ignored
and the first page shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from babel.numbers import format_decimal
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest

from accounts.wording import babel_locale

# Totals are counted up to here, then said as "10,000+": an exact count of a million rows helps nobody and takes long.
COUNTED_UP_TO = 10_000


@dataclass
class KeysetPage:
    """One page: its `rows`, where `next_url` and `previous_url` lead ('' = nowhere), `total` in words."""

    rows: list[Any]
    next_url: str
    previous_url: str
    queryset: QuerySet[Any]

    @cached_property
    def total(self) -> str:
        """How many rows the whole list has: "214", "10,000+"; counted when a template asks, once."""
        found = self.queryset.order_by()[: COUNTED_UP_TO + 1].count()
        number = format_decimal(min(found, COUNTED_UP_TO), locale=babel_locale())
        return f"{number}+" if found > COUNTED_UP_TO else number

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def keyset_page(
    request: HttpRequest, queryset: QuerySet[Any], order: Sequence[str] = ("sort_key", "id"), size: int = 50
) -> KeysetPage:
    """The page of `queryset` the address asks for by `after` or `before`; the first one when it asks for none.

    `order` names columns that are never null, "-" before one for descending, best those of one index; the id is added
    when it is missing, so that rows with equal keys keep their places.
    """
    order = order if order[-1].lstrip("-") in ("id", "pk") else (*order, "-id" if order[-1].startswith("-") else "id")
    walk = _Walk(queryset, tuple(order), size)
    if before := walk.read(request.GET.get("before", "")):
        rows, more = walk.rows_before(before)
        if more:  # otherwise fewer than a page lie before: show the first page whole
            return walk.page(request, rows, has_previous=True, has_next=True)
    elif after := walk.read(request.GET.get("after", "")):
        rows, more = walk.rows_after(after)
        if rows:  # otherwise what came after is gone
            return walk.page(request, rows, has_previous=True, has_next=more)
    rows, more = walk.rows_after(None)
    return walk.page(request, rows, has_previous=False, has_next=more)


@dataclass(frozen=True)
class _Walk:
    """A walk through a queryset in an order, in steps of `size` rows."""

    queryset: QuerySet[Any]
    order: tuple[str, ...]
    size: int

    def rows_after(self, key: list[Any] | None) -> tuple[list[Any], bool]:
        """Up to `size` rows after `key` (None: from the start), and whether more follow."""
        return self._rows(self.order, key)

    def rows_before(self, key: list[Any]) -> tuple[list[Any], bool]:
        """The `size` rows right before `key`, in the list's own order, and whether more lie before them."""
        rows, more = self._rows(tuple(_turned(name) for name in self.order), key)
        return rows[::-1], more

    def _rows(self, order: tuple[str, ...], key: list[Any] | None) -> tuple[list[Any], bool]:
        found = self.queryset.order_by(*order)
        if key is not None:
            found = found.filter(_beyond(order, key))
        rows = list(found[: self.size + 1])
        return rows[: self.size], len(rows) > self.size

    def page(self, request: HttpRequest, rows: list[Any], has_previous: bool, has_next: bool) -> KeysetPage:
        """The page of `rows`, with the addresses of its neighbours."""
        return KeysetPage(
            rows=rows,
            next_url=_address(request, after=self.written(rows[-1])) if has_next else "",
            previous_url=_address(request, before=self.written(rows[0])) if has_previous else "",
            queryset=self.queryset,
        )

    def written(self, row: Any) -> str:
        """The cursor that names `row`."""
        values = [_value(row, name.lstrip("-")) for name in self.order]
        return signing.dumps([str(value) for value in values], salt=self._salt)

    def read(self, cursor: str) -> list[Any]:
        """The keys a cursor names; empty when it is none of this list."""
        if not cursor:
            return []
        try:
            values = signing.loads(cursor, salt=self._salt)
            fields = [_field(self.queryset, name.lstrip("-")) for name in self.order]
            return [field.to_python(value) for field, value in zip(fields, values, strict=True)]
        except (signing.BadSignature, ValidationError, TypeError, ValueError):
            return []

    @property
    def _salt(self) -> str:
        return f"accounts.paging {self.queryset.model._meta.label} {' '.join(self.order)}"


def _beyond(order: tuple[str, ...], key: list[Any]) -> Q:
    """Rows that come after `key`: (a, b) > (x, y), also for orders of mixed direction.

    Written as a >= x and (a > x or b > y), from which PostgreSQL takes a range of the index on a; the plainer
    a > x or (a = x and b > y) makes it read the index from its start.
    """
    (name, value), rest = (order[0], key[0]), (order[1:], key[1:])
    column, than = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
    strictly = Q(**{f"{column}__{than}": value})
    if not rest[0]:
        return strictly
    return Q(**{f"{column}__{than}e": value}) & (strictly | _beyond(*rest))


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _value(row: Any, path: str) -> Any:
    """What a column path ("buyer__sort_key") holds in a row (an object, or a dict of `.values()`)."""
    if isinstance(row, dict):
        return row[path]
    for part in path.split("__"):
        row = getattr(row, part)
    return row


def _field(queryset: QuerySet[Any], path: str) -> Field:
    """The field a path leads to; an annotation's is its output field."""
    if path in queryset.query.annotations:
        return queryset.query.annotations[path].output_field
    model = queryset.model
    *relations, last = path.split("__")
    for part in relations:
        model = model._meta.get_field(part).related_model
    return model._meta.pk if last == "pk" else model._meta.get_field(last)


def _address(request: HttpRequest, **cursor: str) -> str:
    """This page's address with its filters, at another cursor."""
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query.update(cursor)
    return f"?{query.urlencode()}"
