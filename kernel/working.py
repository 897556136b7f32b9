"""The working of a sum: every step with its name and its amount, so that page, letter, trail and test show the same."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Step:
    """One line of a working: a code that wording.py puts into words, the amount after it, the facts it used."""

    code: str
    amount: Decimal
    facts: dict[str, Any] = field(default_factory=dict)


def as_json(steps: list[Step] | tuple[Step, ...]) -> list[dict[str, Any]]:
    """The steps as JSON: amounts as strings (seams.md, "JSON of rules")."""
    return [
        {"code": s.code, "amount": f"{s.amount:f}", "facts": {k: plain(v) for k, v in s.facts.items()}} for s in steps
    ]


def plain(value: Any) -> Any:
    """A fact as JSON holds it: amounts and days as strings."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
