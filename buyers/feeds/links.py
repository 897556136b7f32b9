"""Links between companies as CSV (docs/formats/feeds.md): both ends by number, the relation, its days, its source."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from buyers.feeds.files import Opened, RowUnfit, Unfit, as_line, csv_rows, day, one_line
from buyers.identity import checked
from buyers.linking import RELATIONS
from kernel.refusals import Refused, refusal

REQUIRED = ("scheme", "number", "relation", "other_scheme", "other_number", "source")
OPTIONAL = ("country", "other_country", "since", "until")


@dataclass(frozen=True)
class LinkRow:
    """A row: `other` is `relation` of `buyer`, each as (scheme, number)."""

    line: int
    buyer: tuple[str, str]
    relation: str
    other: tuple[str, str]
    source: str
    since: date | None
    until: date | None
    raw: str


def links(file: Opened) -> Iterator[LinkRow | Unfit]:
    """The rows of the file. Refuses `columns_missing`, `column_twice`, `column_unknown` for the whole of it."""
    rows = csv_rows(file)
    first = next(rows, None)
    if first is None or isinstance(first, Unfit):
        raise Refused([refusal("file_empty", "file")])
    names = [name.strip().lower() for name in first[1]]
    if missing := [name for name in REQUIRED if name not in names]:
        raise Refused([refusal("columns_missing", "file", missing=", ".join(missing), found=", ".join(names)[:200])])
    if twice := [name for name in names if names.count(name) > 1]:
        raise Refused([refusal("column_twice", "file", column=twice[0])])
    if unknown := [name for name in names if name not in (*REQUIRED, *OPTIONAL)]:
        raise Refused([refusal("column_unknown", "file", column=unknown[0][:60])])
    for row in rows:
        if isinstance(row, Unfit):
            yield row
            continue
        try:
            if len(row[1]) != len(names):
                raise RowUnfit("cells_miscounted")
            yield _link(row[0], dict(zip(names, row[1], strict=True)), as_line(row[1]))
        except RowUnfit as unfit:
            yield Unfit(row[0], unfit.code, as_line(row[1]), unfit.facts)


def _link(line: int, cells: Mapping[str, str], raw: str) -> LinkRow:
    relation = cells["relation"].strip().lower()
    if relation not in RELATIONS:
        raise RowUnfit("relation_unknown", relation=one_line(relation, 1000)[:20])
    source = one_line(cells["source"], 60)
    if not source:
        raise RowUnfit("source_missing")
    return LinkRow(
        line, _end(cells, ""), relation, _end(cells, "other_"), source, day(cells.get("since", "")),
        day(cells.get("until", "")), raw,
    )  # fmt: skip


def _end(cells: Mapping[str, str], which: str) -> tuple[str, str]:
    scheme, country = cells[f"{which}scheme"].strip().upper(), cells.get(f"{which}country", "").strip().upper()
    number = checked(scheme, cells[f"{which}number"], country, issued=True)
    if number.refusals:
        raise RowUnfit(number.refusals[0].code, **number.refusals[0].facts)
    return scheme, number.value
