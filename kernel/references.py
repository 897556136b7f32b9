"""The numbers people quote on the phone: a kind, the year, a running number ("LR-2026-000417"); numbers of rows."""

import re
from dataclasses import dataclass

SHAPE = re.compile(r"^(?P<kind>[A-Z]{2})-(?P<year>\d{4})-(?P<number>\d{6,})$")

POLICY, LIMIT_REQUEST, CLAIM, PROPOSAL, SUBMISSION = "TC", "LR", "CL", "BP", "AC"


@dataclass(frozen=True)
class Reference:
    """A reference taken apart. `str()` puts it together again."""

    kind: str
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.kind}-{self.year}-{self.number:06d}"


def parsed_reference(text: str) -> Reference | None:
    """The reference in `text` (any case, blanks around it), or None when it has not that shape."""
    found = SHAPE.match(text.strip().upper())
    if not found:
        return None
    return Reference(found["kind"], int(found["year"]), int(found["number"]))


def row_number(text: str) -> int | None:
    """The number of a row as an address or a form names it; None when it is none a column holds.

    Plain digits only: `isdigit` alone is true of "²", which `int` refuses.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
