"""A file of firms, CSV or ARFF, as columns of indicators and who failed. docs/formats/training.md describes the shape.

A row that cannot be what it says is left out with its reason; the others go on.
"""

import csv
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parent.parent / "data"
TRAINED = DATA / "trained_indicators.json"
EXPERTS = DATA / "expert_layers.json"
FAILED, UNTOLD = "failed", -1
MISSING = frozenset({"", "?"})
MOST_CELLS = 1_000
# What is left of one ratio when another, its part, is taken off: they were rounded, or restated, apart, so that a rest
# below nothing by no more than a twentieth of the greater is nothing.
APART = 0.05

Column = NDArray[np.float64]


class BadFile(ValueError):
    """The file as a whole cannot be read; says why."""


@dataclass(frozen=True)
class Spec:
    """An indicator that can be trained. `questioned`: its column in the Polish file looks like an artefact; `core`: an
    underwriter looks at it first, so that it keeps points of its own beside ratios that say the same."""

    code: str
    group: str
    unit: str
    digits: int
    direction: str
    weight: int
    never_negative: bool
    questioned: bool
    core: bool


@dataclass(frozen=True)
class Source:
    """Where an indicator is in the file: `rule` over `columns`, times a factor that brings it to the house's unit."""

    rule: str
    columns: tuple[str, ...]
    times: float


@dataclass(frozen=True)
class Refused:
    """A row left out: its line in the file, the reason's code and the column it is about."""

    line: int
    code: str
    column: str


@dataclass(frozen=True)
class Sample:
    """Firms by columns. `values` in the indicators' own units, NaN where missing; `failed` is 1 for a failure, UNTOLD
    where the file does not say; `lines` are their lines in the file."""

    values: dict[str, Column]
    failed: NDArray[np.int8]
    lines: NDArray[np.int64]
    refused: tuple[Refused, ...]

    def only(self, which: NDArray) -> "Sample":
        """Some of the firms."""
        values = {code: column[which] for code, column in self.values.items()}
        return Sample(values, self.failed[which], self.lines[which], ())

    def without(self, codes: Iterable[str]) -> "Sample":
        """The same firms, some indicators left out."""
        out = set(codes)
        return replace(self, values={code: column for code, column in self.values.items() if code not in out})


def trainable() -> tuple[Spec, ...]:
    """Every indicator that can be trained, in the order of the card."""
    return tuple(Spec(**row) for row in json.loads(TRAINED.read_text(encoding="utf-8")))


def experts() -> dict[str, Any]:
    """The layers nobody trains: their points are the house's view."""
    found: dict[str, Any] = json.loads(EXPERTS.read_text(encoding="utf-8"))
    return found


def sources(path: Path | None) -> dict[str, Source]:
    """Where a file has its indicators: as a mapping says, else in columns named by the indicators' codes."""
    if path is None:
        return {code: Source("itself", (code,), 1.0) for code in (FAILED, *(s.code for s in trainable()))}
    found = json.loads(path.read_text(encoding="utf-8"))
    known = {FAILED, *(spec.code for spec in trainable())}
    if wrong := sorted(set(found) - known):
        raise BadFile(f"the mapping names indicators nobody knows: {', '.join(wrong)}")
    if wrong := sorted(code for code, row in found.items() if row["rule"] not in RULES):
        raise BadFile(f"the mapping has rules nobody knows, at: {', '.join(wrong)}")
    return {code: Source(row["rule"], tuple(row["columns"]), float(row["times"])) for code, row in found.items()}


def sample(lines: Iterable[str], where: Mapping[str, Source], untold: bool = False) -> Sample:
    """The firms in the lines of a file. Indicators the file has no column for are left out of the sample.

    `untold`: firms of whom the file does not say whether they failed are firms, too: they can be scored.
    """
    numbered = list(enumerate(lines, start=1))
    names, rows = _arff(numbered) if _is_arff(numbered) else _csv(numbered)
    told = where[FAILED].columns[0] if FAILED in where else ""
    specs = [s for s in trainable() if s.code in where and set(where[s.code].columns) <= set(names)]
    if not specs:
        raise BadFile("no column of the file is an indicator: a mapping tells which is which (--columns)")
    if told not in names and not untold:
        raise BadFile("the file does not say which firms failed")
    wanted = sorted({c for s in specs for c in where[s.code].columns} | ({told} & set(names)))
    kept, refused = _cells(names, rows, wanted, told, untold)
    cells = np.array([row for _, row in kept], float).reshape(len(kept), len(wanted))
    raw = {name: cells[:, j] for j, name in enumerate(wanted)}
    with np.errstate(all="ignore"):
        values = {s.code: _formed(where[s.code], raw) for s in specs}
    bad = np.zeros(len(kept), bool)
    for spec in specs:
        column = values[spec.code]
        below = (column < 0) if spec.never_negative else np.zeros(len(kept), bool)
        refused += [Refused(kept[i][0], "negative_where_impossible", spec.code) for i in np.flatnonzero(below & ~bad)]
        bad |= below
    failed = np.nan_to_num(raw.get(told, np.full(len(kept), np.nan)), nan=UNTOLD).astype(np.int8)
    places = np.array([line for line, _ in kept], np.int64)
    found = Sample(values, failed, places, ()).only(~bad)
    return replace(found, refused=tuple(sorted(refused, key=_line)))


def filled(sample: Sample, seed: int) -> Sample:
    """Every gap filled with a known value of the same column, drawn at random."""
    draw = np.random.default_rng(seed)
    columns = {}
    for code, column in sample.values.items():
        gaps = np.isnan(column)
        columns[code] = column.copy()
        if gaps.any() and not gaps.all():
            columns[code][gaps] = draw.choice(column[~gaps], int(gaps.sum()))
    return replace(sample, values=columns)


def _line(row: Refused) -> int:
    return row.line


def _cells(
    names: list[str], rows: list[tuple[int, list[str]]], wanted: list[str], failed: str, untold: bool
) -> tuple[list[tuple[int, list[float]]], list[Refused]]:
    places, kept, refused = [names.index(name) for name in wanted], [], []
    for line, cells in rows:
        if len(cells) != len(names):
            refused.append(Refused(line, "cells_miscounted", ""))
            continue
        numbers = [_number(cells[place]) for place in places]
        wrong = next((n for n, value in zip(wanted, numbers, strict=True) if value is None), "")
        if wrong:
            refused.append(Refused(line, "not_a_finite_number", wrong))
        elif failed in wanted and not _told(numbers[wanted.index(failed)], untold):
            refused.append(Refused(line, "failed_is_neither_0_nor_1", failed))
        else:
            kept.append((line, [value for value in numbers if value is not None]))
    return kept, refused


def _told(number: float | None, untold: bool) -> bool:
    return number in (0.0, 1.0) or (untold and number is not None and math.isnan(number))


def _number(cell: str) -> float | None:
    """A cell's number, NaN where it says missing; None where it is no finite number (also "nan" and "inf")."""
    text = cell.strip()
    if text in MISSING:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _is_arff(lines: list[tuple[int, str]]) -> bool:
    first = next((text.strip() for _, text in lines if text.strip() and not text.startswith("%")), "")
    return first.lower().startswith("@relation")


def _arff(lines: list[tuple[int, str]]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    names: list[str] = []
    for place, (_, text) in enumerate(lines):
        words = text.split()
        if words and words[0].lower() == "@attribute":
            names.append(words[1].strip("'\"") if len(words) > 1 else "")
        if words and words[0].lower() == "@data":
            return _named(names), [(n, t.split(",")) for n, t in lines[place + 1 :] if t.strip() and t[0] != "%"]
    raise BadFile("the ARFF file has no @data")


def _csv(lines: list[tuple[int, str]]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    filled = [(n, text) for n, text in lines if text.strip()]
    if not filled:
        raise BadFile("the file is empty")
    try:
        read = list(csv.reader([text for _, text in filled], strict=True))
    except csv.Error as wrong:
        raise BadFile(f"the file is no CSV: {wrong}") from wrong
    if len(read) != len(filled):
        raise BadFile("a cell runs over the end of its line")
    names = [name.strip().lstrip("\ufeff") for name in read[0]]
    return _named(names), [(n, row) for (n, _), row in zip(filled[1:], read[1:], strict=True)]


def _named(names: list[str]) -> list[str]:
    if len(names) > MOST_CELLS or len(set(names)) != len(names):
        raise BadFile("a column stands in the file twice, or there are too many")
    return names


def _formed(source: Source, raw: Mapping[str, Column]) -> Column:
    formed: Column = RULES[source.rule](*(raw[name] for name in source.columns)) * source.times
    return np.where(np.isfinite(formed), formed, np.nan)


RULES: dict[str, Callable[..., Any]] = {
    "itself": lambda a: a,
    "difference": lambda a, b: a - b,
    "rest": lambda a, b: np.where((a < b) & (b - a <= APART * np.maximum(abs(a), abs(b))), 0.0, a - b),
    "quotient": lambda a, b: np.where(b > 0, a / b, np.nan),
    "product": lambda a, b: a * b,
    "power": lambda a: 10.0**a,  # the file has a logarithm to base 10
    "growth": lambda a: a - 1,  # the file has this year's over last year's
}
