"""Events about buyers as anybody may send them: CSV or JSON lines (docs/formats/events.md)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from buyers.feeds.files import Opened, RowUnfit, Unfit, as_line, csv_rows, day, one_line, storable, text
from buyers.identity import checked
from buyers.signals import Catalogue
from kernel.currencies import is_currency
from kernel.refusals import Refused, refusal

REQUIRED = ("event_id", "kind", "happened_on", "scheme", "number")
OPTIONAL = ("country", "source")
# What an event may say besides, and how long it may be; `amount` goes with `currency`.
FACTS = {
    "court": 120, "reference": 120, "amount": 20, "currency": 3, "status": 80, "former_name": 500, "name": 500,
    "former_address": 500, "address": 500, "period_end_on": 10, "expected_on": 10,
}  # fmt: skip
LONGEST_ID, LONGEST_SOURCE = 80, 60
DEFAULT_SOURCE = "events"
EARLIEST = date(1990, 1, 1)
# Sources sit east of the server: their today may be its tomorrow.
AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class Reported:
    """A row: an event about the company with this number. `key` is what makes it the same event."""

    line: int
    key: str
    kind: str
    happened_on: date
    source: str
    scheme: str
    number: str
    facts: dict[str, Any] = field(default_factory=dict)
    raw: str = ""


def reported(file: Opened, rule: Catalogue, today: date) -> Iterator[Reported | Unfit]:
    """The rows of the file: JSON lines when it begins with a brace, CSV otherwise.

    Refuses `columns_missing`, `column_twice` and `column_unknown` for the whole of a CSV file.
    """
    seen: dict[tuple[str, str], Reported] = {}
    for row in _json_rows(file) if _is_json(file) else _csv_rows(file):
        if isinstance(row, Unfit):
            yield row
            continue
        line, cells, raw = row
        try:
            found = _event(line, cells, raw, rule, today)
            known = seen.setdefault((found.source, found.key), found)
            if (known.kind, known.happened_on, known.facts) != (found.kind, found.happened_on, found.facts):
                raise RowUnfit("event_contradicts", first=known.line)
        except RowUnfit as unfit:
            yield Unfit(line, unfit.code, raw, unfit.facts)
            continue
        yield found


def _is_json(file: Opened) -> bool:
    with text(file) as lines:
        return lines.read(64).lstrip("\ufeff \r\n\t").startswith("{")


def _csv_rows(file: Opened) -> Iterator[tuple[int, Mapping[str, str], str] | Unfit]:
    rows = csv_rows(file)
    first = next(rows, None)
    if first is None or isinstance(first, Unfit):
        raise Refused([refusal("file_empty", "file")])
    names = [name.strip().lower() for name in first[1]]
    if missing := [name for name in REQUIRED if name not in names]:
        raise Refused([refusal("columns_missing", "file", missing=", ".join(missing), found=", ".join(names)[:200])])
    if twice := [name for name in names if names.count(name) > 1]:
        raise Refused([refusal("column_twice", "file", column=twice[0])])
    if unknown := [name for name in names if name not in (*REQUIRED, *OPTIONAL, *FACTS)]:
        raise Refused([refusal("column_unknown", "file", column=unknown[0][:60])])
    for row in rows:
        if isinstance(row, Unfit):
            yield row
        elif len(row[1]) != len(names):
            yield Unfit(row[0], "cells_miscounted", as_line(row[1]))
        else:
            yield row[0], dict(zip(names, row[1], strict=True)), as_line(row[1])


def _json_rows(file: Opened) -> Iterator[tuple[int, Mapping[str, str], str] | Unfit]:
    with text(file) as lines:
        for line, raw in enumerate(lines, 1):
            if not raw.strip():
                continue
            try:
                found = json.loads(raw.lstrip("\ufeff"), parse_constant=_no_number)
            except (ValueError, RecursionError):
                yield Unfit(line, "json_unreadable", storable(raw.rstrip("\r\n")))
                continue
            if not isinstance(found, dict) or not all(isinstance(v, str | int | float) for v in found.values()):
                yield Unfit(line, "json_not_flat", storable(raw.rstrip("\r\n")))
                continue
            cells = {str(name): str(value) for name, value in found.items()}
            if unknown := [name for name in cells if name not in (*REQUIRED, *OPTIONAL, *FACTS)]:
                yield Unfit(line, "column_unknown", storable(raw.rstrip("\r\n")), {"column": unknown[0][:60]})
                continue
            yield line, cells, storable(raw.rstrip("\r\n"))


def _no_number(text: str) -> Any:
    raise ValueError(text)  # NaN and Infinity are no JSON


def _event(line: int, cells: Mapping[str, str], raw: str, rule: Catalogue, today: date) -> Reported:
    key = one_line(cells.get("event_id", ""), LONGEST_ID)
    if not key:
        raise RowUnfit("event_id_missing")
    kind = cells.get("kind", "").strip()
    if kind not in rule.kinds:
        raise RowUnfit("event_kind_unknown", kind=one_line(kind, 1000)[:40])
    if kind not in rule.feed_kinds:
        raise RowUnfit("event_kind_not_from_feeds")
    on = day(cells.get("happened_on", ""))
    if on is None:
        raise RowUnfit("event_date_missing")
    if on > today + AHEAD:
        raise RowUnfit("event_still_to_come", happened_on=on.isoformat())
    if on < EARLIEST:
        raise RowUnfit("event_too_old", happened_on=on.isoformat())
    country = cells.get("country", "").strip().upper()
    number = checked(cells.get("scheme", "").strip().upper(), cells.get("number", ""), country, issued=True)
    if number.refusals:
        raise RowUnfit(number.refusals[0].code, **number.refusals[0].facts)
    source = one_line(cells.get("source", ""), LONGEST_SOURCE) or DEFAULT_SOURCE
    scheme = cells["scheme"].strip().upper()
    # One event may concern several companies: each is told once.
    return Reported(line, f"{key}:{scheme}{number.value}", kind, on, source, scheme, number.value, _facts(cells), raw)


def _facts(cells: Mapping[str, str]) -> dict[str, Any]:
    found = {name: one_line(cells[name], longest) for name, longest in FACTS.items() if cells.get(name, "").strip()}
    for name in ("period_end_on", "expected_on"):
        if name in found:
            day(found[name])
    if "amount" in found or "currency" in found:
        found |= _amount(found.get("amount", ""), found.get("currency", "").upper())
    return found


def _amount(amount: str, currency: str) -> dict[str, str]:
    try:
        value = Decimal(amount)
    except InvalidOperation:
        raise RowUnfit("not_an_amount") from None
    if not value.is_finite() or value < 0:
        raise RowUnfit("not_an_amount")
    if value >= Decimal(10) ** 15:
        raise RowUnfit("amount_too_large")
    if not is_currency(currency):
        raise RowUnfit("unknown_currency", currency=currency)
    return {"amount": f"{value:f}", "currency": currency}
