"""Which papers a claim needs, by its cause (domain.md §9, "Claim papers"): editions as data, a checklist out."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "editions"


@dataclass(frozen=True)
class Edition:
    """A list of papers by cause, valid from a day. A claim keeps the edition it was started under."""

    name: str
    valid_from: date
    required: dict[str, tuple[str, ...]]
    optional: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Line:
    """One line of the checklist: a kind of paper, whether the cause needs it, how many there are."""

    kind: str
    required: bool
    count: int

    @property
    def missing(self) -> bool:
        """Needed and not there."""
        return self.required and not self.count


@lru_cache(maxsize=16)
def edition(name: str) -> Edition:
    """The edition of that name; FileNotFoundError when there is none."""
    data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    causes = data["causes"]
    return Edition(
        name=data["edition"],
        valid_from=date.fromisoformat(data["valid_from"]),
        required={cause: tuple(lists["required"]) for cause, lists in causes.items()},
        optional={cause: tuple(lists["optional"]) for cause, lists in causes.items()},
    )


@lru_cache(maxsize=1)
def editions() -> tuple[Edition, ...]:
    """Every edition, the oldest first."""
    return tuple(sorted((edition(path.stem) for path in FOLDER.glob("papers-*.json")), key=lambda e: e.valid_from))


def edition_of(day: date) -> Edition:
    """The one in force on `day`; the first one for days before it."""
    return [editions()[0], *(found for found in editions() if found.valid_from <= day)][-1]


def checklist(cause: str, present: Iterable[str], under: Edition) -> tuple[Line, ...]:
    """The papers a claim of that cause needs, then those that help, each with how many of `present` it has."""
    have = Counter(present)
    return (
        *(Line(kind, True, have[kind]) for kind in under.required[cause]),
        *(Line(kind, False, have[kind]) for kind in under.optional[cause]),
    )


def missing_papers(cause: str, present: Iterable[str], under: Edition) -> tuple[str, ...]:
    """The kinds that are needed and not there, in the order of the list."""
    return tuple(line.kind for line in checklist(cause, present, under) if line.missing)
