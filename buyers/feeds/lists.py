"""What the sanctions lists have in common, whoever publishes them: entries, their names, their countries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale

from buyers.feeds.files import digest

NAMES = Path(__file__).parent.parent / "data" / "country_names.json"
ENTITY, INDIVIDUAL, VESSEL, AIRCRAFT = "entity", "individual", "vessel", "aircraft"
PRIMARY, STRONG, WEAK = "primary", "strong", "weak"


@dataclass(frozen=True)
class ListName:
    """A further name of an entry; `key` is the publisher's own number of it, or its place."""

    key: str
    name: str
    quality: str = STRONG


@dataclass(frozen=True)
class ListEntry:
    """One entry of a list, as its publisher's file has it."""

    line: int
    source_id: str
    kind: str
    name: str
    programs: str = ""
    countries: tuple[str, ...] = ()
    listed_on: date | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[ListName, ...] = ()

    @property
    def digest(self) -> str:
        """The same as long as everything that identifies the entry is the same."""
        return digest_of(self.kind, self.name, self.countries, [(n.name, n.quality) for n in self.names])


def digest_of(kind: str, name: str, countries: Any, names: Any) -> str:
    """What identifies an entry, in short: whatever the order its publisher gives."""
    return digest(kind, name, sorted(countries), sorted(map(list, names)))


def country_code(text: str) -> str:
    """ISO 3166 of a country as the publishers of lists write it ("Korea, North", "Iran (Islamic Republic of)"); "" for
    what is none."""
    return _codes().get(_plain(text), "")


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, str]:
    english = Locale("en").territories
    found = {_plain(name): code for code, name in english.items() if len(code) == 2 and code.isalpha()}
    return found | {_plain(name): code for name, code in json.loads(NAMES.read_text(encoding="utf-8")).items()}


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
