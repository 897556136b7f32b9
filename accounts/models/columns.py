"""Columns and constraints every floor uses: amounts, currencies, percentages, rows that are only ever added."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q


class AmountField(models.DecimalField):
    """Up to 15 digits before the point and 4 after it; the currency stands in a column beside it."""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.update(max_digits=19, decimal_places=4)
        super().__init__(*args, **kwargs)


class PercentField(models.DecimalField):
    """A percentage as people say it: 90 or 87.5, not 0.9."""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.update(max_digits=7, decimal_places=4)
        super().__init__(*args, **kwargs)


class CurrencyField(models.CharField):
    """An ISO 4217 code in capitals."""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.update(max_length=3)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, path, args, kwargs


class AppendOnlyQuerySet(models.QuerySet):
    """Refuses what the database refuses too, with a sentence a developer can read."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} rows are only ever added")

    def delete(self) -> Any:
        raise TypeError(f"{self.model.__name__} rows are only ever added")


def only_added() -> list[pgtrigger.Trigger]:
    """The triggers of a table whose rows are never changed nor deleted (architecture.md, "append-only")."""
    return [pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete)]


def paired(first: str, second: str, name: str) -> models.CheckConstraint:
    """Both columns are filled or neither is: who did it belongs to when it was done."""
    both_empty = Q(**{f"{first}__isnull": True, f"{second}__isnull": True})
    both_filled = Q(**{f"{first}__isnull": False, f"{second}__isnull": False})
    return models.CheckConstraint(condition=both_empty | both_filled, name=name)


def in_order(first: str, second: str, name: str) -> models.CheckConstraint:
    """`second` is empty or not before `first`."""
    return models.CheckConstraint(
        condition=Q(**{f"{second}__isnull": True}) | Q(**{f"{second}__gte": F(first)}), name=name
    )
