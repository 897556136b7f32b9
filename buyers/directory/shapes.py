"""Which columns a file of companies has: GLEIF's own (golden copy CSV, or a cut of it) or the portal's plain one.

Columns are found by name, in any order and any capitals; those not known are left alone. docs/formats/directory.md
tells the sender.
"""

from dataclasses import dataclass

from kernel.refusals import Refused, refusal

GLEIF, PLAIN = "gleif", "plain"

# shape -> what we call a column -> what files call it
COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    GLEIF: {
        "number": ("lei",),
        "name": ("entity.legalname", "legal_name"),
        "country": ("entity.legaladdress.country", "country"),
        "category": ("entity.entitycategory", "category"),
        "address": ("entity.legaladdress.firstaddressline", "address"),
        "city": ("entity.legaladdress.city", "city"),
        "status": ("entity.entitystatus", "status"),
        "founded_on": ("entity.entitycreationdate", "founded_on"),
        "registration": ("registration.registrationstatus",),
    },
    PLAIN: {
        "name": ("name",),
        "country": ("country",),
        "scheme": ("scheme",),
        "number": ("number",),
        "address": ("address",),
        "city": ("city",),
        "category": ("category",),
        "status": ("status",),
        "founded_on": ("founded_on",),
        "sector": ("sector",),
    },
}
REQUIRED = {GLEIF: ("number", "name", "country", "category"), PLAIN: ("name", "country", "scheme", "number")}
DELIMITERS = (",", ";", "\t")

_SHOWN = 200


@dataclass(frozen=True)
class Layout:
    """A file's shape, the character between its columns, and where each known column stands."""

    shape: str
    delimiter: str
    places: dict[str, int]
    width: int

    def gives(self, column: str) -> bool:
        """True when the file has this column; what it does not give is left as it is in the directory."""
        return column in self.places


def layout_of(header: str, shape: str = "") -> Layout:
    """The layout told by a file's first line, of `shape` or (empty) of whichever fits.

    Refuses `columns_missing` with those that are missing, and `column_twice`.
    """
    candidates = [
        (delimiter, _names(header, delimiter), name)
        for delimiter in DELIMITERS
        for name in ([shape] if shape else COLUMNS)
    ]
    for delimiter, names, candidate in candidates:
        if not _missing(names, candidate):
            return Layout(candidate, delimiter, _places(names, candidate), len(names))
    _delimiter, names, nearest = min(candidates, key=lambda c: len(_missing(c[1], c[2])))
    missing = ", ".join(COLUMNS[nearest][column][0] for column in _missing(names, nearest))
    raise Refused([refusal("columns_missing", "file", missing=missing, found=", ".join(names)[:_SHOWN])])


def delimiter_of(header: str) -> str:
    """The character between the columns of a first line: the one it has most of."""
    return max(DELIMITERS, key=header.count)


def _names(header: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"').strip().lower() for cell in header.strip("\r\n").split(delimiter)]


def _missing(names: list[str], shape: str) -> list[str]:
    return [column for column in REQUIRED[shape] if not set(COLUMNS[shape][column]) & set(names)]


def _places(names: list[str], shape: str) -> dict[str, int]:
    places = {}
    for column, spellings in COLUMNS[shape].items():
        found = [place for place, name in enumerate(names) if name in spellings]
        if len(found) > 1:
            raise Refused([refusal("column_twice", "file", column=names[found[1]])])
        if found:
            places[column] = found[0]
    return places
