"""OFAC's Specially Designated Nationals in the publisher's own CSV files: sdn.csv, alt.csv (aliases), add.csv
(addresses).

They have no first line of names (copies of them do: it is passed over), write an empty cell as ``-0-``, and end with
a Ctrl-Z. Vessels and aircraft stand in the same list as persons and companies. Source of the columns: OFAC, "SDN List
Data Formats" (dat_spec.txt).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from buyers.feeds.files import Opened, RowUnfit, Unfit, as_line, csv_rows, one_line
from buyers.feeds.lists import AIRCRAFT, ENTITY, INDIVIDUAL, STRONG, VESSEL, WEAK, ListEntry, ListName, country_code
from kernel.refusals import Refused, refusal

ENCODING = "cp1252"  # where the bytes do not tell: OFAC writes its files on Windows
SDN_COLUMNS, ALT_COLUMNS, ADD_COLUMNS = 12, 5, 6
EMPTY, CTRL_Z = "-0-", "\x1a"
_KINDS = {"": ENTITY, "individual": INDIVIDUAL, "vessel": VESSEL, "aircraft": AIRCRAFT}
_DETAILS = (
    (4, "title"), (5, "call_sign"), (6, "vessel_type"), (7, "tonnage"), (8, "gross_tonnage"), (9, "flag"),
    (10, "owner"),
)  # fmt: skip
# Names in single quotes in the remarks are those OFAC calls weak: too general to be searched for alone.
_WEAK = re.compile(r"a\.k\.a\. '(.{1,500}?)'(?=[;.,]|$)")

Row = TypeVar("Row")


@dataclass(frozen=True)
class OfacAlias:
    """A row of alt.csv."""

    line: int
    entry: str
    name: ListName


@dataclass(frozen=True)
class OfacAddress:
    """A row of add.csv; `country` is "" where OFAC names none that ISO 3166 knows, `text` is all it says."""

    line: int
    entry: str
    country: str
    text: str


def entries(file: Opened) -> Iterator[ListEntry | Unfit]:
    """The entries of sdn.csv. Refuses `list_of_another_kind` when the file has other columns."""
    seen: set[str] = set()
    for row in _rows(file, SDN_COLUMNS, _entry):
        if isinstance(row, ListEntry):
            if row.source_id in seen:
                yield Unfit(row.line, "entry_twice", row.name, {"number": row.source_id})
                continue
            seen.add(row.source_id)
        yield row


def aliases(file: Opened) -> Iterator[OfacAlias | Unfit]:
    """The rows of alt.csv: ent_num, alt_num, alt_type, alt_name, alt_remarks."""
    return _rows(file, ALT_COLUMNS, _alias)


def addresses(file: Opened) -> Iterator[OfacAddress | Unfit]:
    """The rows of add.csv: ent_num, add_num, address, city and postal code, country, add_remarks."""
    return _rows(file, ADD_COLUMNS, _address)


def _rows(file: Opened, width: int, judged: Callable[[int, list[str]], Row]) -> Iterator[Row | Unfit]:
    fitting = 0
    for row in csv_rows(file):
        if isinstance(row, Unfit):
            yield row
            continue
        line, cells = row
        if cells[0].strip() == CTRL_Z or not any(_cell(cell) for cell in cells):
            continue
        if line == 1 and not cells[0].strip().isdigit():
            if len(cells) != width:
                raise Refused([refusal("list_of_another_kind", "file", columns=len(cells), expected=width)])
            continue  # a copy's line of names
        if line == 1 and len(cells) != width:
            raise Refused([refusal("list_of_another_kind", "file", columns=len(cells), expected=width)])
        try:
            if len(cells) != width:
                raise RowUnfit("cells_miscounted")
            yield judged(line, cells)
            fitting += 1
        except RowUnfit as unfit:
            yield Unfit(line, unfit.code, as_line(cells), unfit.facts)
    if not fitting:
        raise Refused([refusal("list_empty", "file")])


def _cell(cell: str) -> str:
    found = cell.strip().rstrip(CTRL_Z).strip()
    return "" if found == EMPTY else found


def _number(cell: str) -> str:
    found = _cell(cell)
    if not found.isascii() or not found.isdigit() or len(found) > 12:
        raise RowUnfit("entry_number_unreadable")
    return str(int(found))


def _name(cell: str) -> str:
    found = one_line(_cell(cell), 500)
    if not found:
        raise RowUnfit("name_missing")
    return found


def _entry(line: int, cells: list[str]) -> ListEntry:
    kind = _cell(cells[2]).lower()
    if kind not in _KINDS:
        raise RowUnfit("entry_kind_unknown", kind=kind[:40])
    remarks = _cell(cells[11])
    details: dict[str, Any] = {name: value for place, name in _DETAILS if (value := one_line(_cell(cells[place]), 500))}
    if remarks:
        details["remarks"] = remarks[:4000]
    weak = dict.fromkeys(one_line(name, 500) for name in _WEAK.findall(remarks))
    return ListEntry(
        line,
        _number(cells[0]),
        _KINDS[kind],
        _name(cells[1]),
        programs=one_line(_cell(cells[3]).replace("] [", ", "), 200),
        details=details,
        names=tuple(ListName(f"r{place}", name, WEAK) for place, name in enumerate(weak)),
    )


def _alias(line: int, cells: list[str]) -> OfacAlias:
    kind = _cell(cells[2]).lower()
    if kind not in ("aka", "fka", "nka"):
        raise RowUnfit("alias_kind_unknown", kind=kind[:40])
    quality = WEAK if "weak" in _cell(cells[4]).lower() else STRONG
    return OfacAlias(line, _number(cells[0]), ListName(f"a{_number(cells[1])}", _name(cells[3]), quality))


def _address(line: int, cells: list[str]) -> OfacAddress:
    _number(cells[1])
    text = ", ".join(filter(None, map(_cell, cells[2:5])))[:500]
    return OfacAddress(line, _number(cells[0]), country_code(_cell(cells[4])), text)
