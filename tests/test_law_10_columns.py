"""Law 10: no float holds money or points; whoever did a thing stands beside when, or neither does."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from tests.house import FLOORS


def our_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m._meta.app_label in FLOORS]


def pairs() -> Iterator[tuple[type[models.Model], str]]:
    for model in our_models():
        names = {f.name for f in model._meta.get_fields()}
        yield from (
            (model, n.removesuffix("_at")) for n in sorted(names) if n.endswith("_at") and n[:-3] + "_by" in names
        )


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m._meta.label)
def test_no_float_in_a_model(model: type[models.Model]):
    assert [f.name for f in model._meta.get_fields() if isinstance(f, models.FloatField)] == []


def named_in(condition: object) -> set[str]:
    """The columns a condition names, without their lookups."""
    if isinstance(condition, models.Q):
        return set().union(*(named_in(child) for child in condition.children)) if condition.children else set()
    return {condition[0].split("__")[0]} if isinstance(condition, tuple) else set()


@pytest.mark.parametrize(("model", "act"), list(pairs()), ids=lambda p: p if isinstance(p, str) else p._meta.label)
def test_when_and_by_whom_are_constrained_together(model: type[models.Model], act: str):
    if model._meta.label == "accounts.AuditEvent":
        return  # its columns are called "at" and "by"; an empty "by" is the machine
    both = {f"{act}_at", f"{act}_by"}
    machine_too = model._meta.get_field(f"{act}_by").null and not model._meta.get_field(f"{act}_at").null
    if machine_too:
        return  # "by" empty: the machine did it; "at" is always filled
    checks = [c for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
    assert any(both <= named_in(c.condition) for c in checks), f"{model._meta.label} lacks a check on {sorted(both)}"
