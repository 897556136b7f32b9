"""The UK company register's monthly file (Companies House, "Basic Company Data"): what changed about a company.

Columns by the register's names, in any order; those not listed are left alone. docs/formats/feeds.md says which.
The file names no days: a change happened between two editions, and is dated by the one that shows it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from buyers.feeds.files import Opened, RowUnfit, Unfit, as_line, csv_rows, day, digest, one_line
from buyers.identity import CRN, checked
from buyers.names import compared_name
from buyers.signals import Event
from kernel.refusals import Refused, refusal

SOURCE = "companies_house"
STATUSES = Path(__file__).parent.parent / "data" / "companies_house.json"
REQUIRED = ("companyname", "companynumber", "companystatus")
ADDRESS = (
    "regaddress.careof", "regaddress.pobox", "regaddress.addressline1", "regaddress.addressline2",
    "regaddress.posttown", "regaddress.county", "regaddress.country", "regaddress.postcode",
)  # fmt: skip
# One word in the register, several spellings: a change of these is none of the name.
_SPELLINGS = {"limited": "ltd", "and": "&", "company": "co"}


@dataclass(frozen=True)
class Company:
    """A row: what the register says of a company in this edition."""

    line: int
    number: str
    name: str
    status: str
    address: str
    city: str
    former_name: str = ""
    renamed_on: date | None = None
    accounts_due_on: date | None = None
    cells: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Known:
    """What is known of the company: from the register's last edition, or (first sight) from the directory."""

    buyer: int
    name: str
    address: str | None  # None: never seen in this register, so that an address has nothing to be compared with
    status: str | None
    edition: date | None


@dataclass(frozen=True)
class Status:
    """What a status of the register means: the directory's, and the signal of coming into it ("" = none)."""

    directory: str
    signal: str


@lru_cache(maxsize=1)
def statuses() -> Mapping[str, Status]:
    """The register's statuses in small letters."""
    data = json.loads(STATUSES.read_text(encoding="utf-8"))
    return {name.lower(): Status(row["directory"], row["signal"]) for name, row in data["statuses"].items()}


def companies(file: Opened) -> Iterator[Company | Unfit]:
    """The rows of the file. Refuses `columns_missing` and `column_twice` for the whole of it."""
    rows = csv_rows(file)
    first = next(rows, None)
    if first is None or isinstance(first, Unfit):
        raise Refused([refusal("file_empty", "file")])
    names = [name.strip().lower() for name in first[1]]
    if missing := [name for name in REQUIRED if name not in names]:
        raise Refused([refusal("columns_missing", "file", missing=", ".join(missing), found=", ".join(names)[:200])])
    if twice := [name for name in names if name and names.count(name) > 1]:
        raise Refused([refusal("column_twice", "file", column=twice[0])])
    for row in rows:
        yield row if isinstance(row, Unfit) else _judged(row, names)


def _judged(row: tuple[int, list[str]], names: list[str]) -> Company | Unfit:
    line, cells = row
    try:
        if len(cells) != len(names):
            raise RowUnfit("cells_miscounted")
        return _company(line, dict(zip(names, cells, strict=True)))
    except RowUnfit as unfit:
        return Unfit(line, unfit.code, as_line(cells), unfit.facts)


def _company(line: int, cell: dict[str, str]) -> Company:
    number = checked(CRN, cell["companynumber"])
    if number.refusals:
        raise RowUnfit(number.refusals[0].code, **number.refusals[0].facts)
    name, status = one_line(cell["companyname"], 500), one_line(cell["companystatus"], 80)
    if not name:
        raise RowUnfit("name_missing")
    if status.lower() not in statuses():
        raise RowUnfit("register_status_unknown", status=status)
    address = ", ".join(filter(None, (one_line(cell.get(part, ""), 300) for part in ADDRESS)))
    return Company(
        line,
        number.value,
        name,
        status,
        address[:500],
        one_line(cell.get("regaddress.posttown", ""), 120),
        one_line(cell.get("previousname_1.companyname", ""), 500),
        day(cell.get("previousname_1.condate", "")),
        day(cell.get("accounts.nextduedate", "")),
    )


# --- what changed -----------------------------------------------------------------------------------------------------


def changes(known: Known, now: Company, edition: date) -> list[Event]:
    """What happened to the company between what is known and this edition; nothing when the edition is an older one."""
    if known.edition and edition < known.edition:
        return []
    found = []
    if event := _status_change(known, now):
        found.append((event, edition))
    if not same_name(known.name, now.name):
        facts = {"former_name": known.name, "name": now.name}
        found.append((("name_change", facts), _renamed_on(now, edition)))
    if known.address is not None and compared_name(known.address) != compared_name(now.address):
        found.append((("address_change", {"former_address": known.address, "address": now.address}), edition))
    if now.accounts_due_on and now.accounts_due_on < edition:
        late = {"expected_on": now.accounts_due_on.isoformat()}
        found.append((("accounts_late", late), now.accounts_due_on))
    return [_event(known.buyer, now, kind, facts, on) for (kind, facts), on in found]


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name to the register: capitals, marks, LTD for LIMITED make no difference."""
    return _spelled(one) == _spelled(other)


def _spelled(name: str) -> list[str]:
    return [_SPELLINGS.get(word, word) for word in compared_name(name.replace("&", " and ")).split()]


def _status_change(known: Known, now: Company) -> tuple[str, dict[str, Any]] | None:
    meant = statuses()[now.status.lower()]
    if known.status is None:  # first sight: trouble is news, an ordinary status is none
        return (meant.signal, {"status": now.status}) if meant.signal else None
    if known.status.lower() == now.status.lower():
        return None
    before = statuses().get(known.status.lower(), Status("active", ""))
    if meant.signal and meant.signal != before.signal:
        return meant.signal, {"status": now.status}
    if before.signal and not meant.signal:
        return "register_status_restored", {"status": now.status, "former_status": known.status}
    return None


def _renamed_on(now: Company, edition: date) -> date:
    return now.renamed_on if now.renamed_on and now.renamed_on <= edition else edition


def _event(buyer: int, now: Company, kind: str, facts: dict[str, Any], on: date) -> Event:
    # The day is part of the key: a company may go into liquidation, come back, and go again.
    return Event(buyer, kind, on, SOURCE, f"{now.number}:{kind}:{on}:{digest(facts)[:16]}", facts=facts)
