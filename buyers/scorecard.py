"""A scorecard as data: which indicators, how they are cut into bins, what each bin is worth, and what the sum means.

An edition is a JSON file in buyers/editions, named by every score made with it, never changed once released (law 12).
Scale: grade 1 is best, 10 insolvent. docs/scorecard.md explains the numbers.
"""

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

CURRENT = "2026-3"
EDITIONS = Path(__file__).parent / "editions"

# More is better; less is better; each value stands for itself; neither: a bin is worth what was seen of it.
UP, DOWN, CLASSES, FREE = "up", "down", "classes", "free"
PROBABILITY_DIGITS = 8
_SMALLEST = Decimal(1).scaleb(-PROBABILITY_DIGITS)


class BadEdition(ValueError):
    """The file does not describe a scorecard; says what is wrong with it."""


@dataclass(frozen=True)
class Windows:
    """How far back facts count, and after how many days a buyer is scored again."""

    accounts_days: int
    experience_months: int
    recent_months: int
    overdue_months: int
    claim_months: int
    insolvency_months: int
    refresh_days: int
    court_months: int = 24
    filing_months: int = 12


@dataclass(frozen=True)
class Indicator:
    """One indicator. Bin i holds values above `uppers[i-1]` up to and including `uppers[i]`; the last has no end.

    Values and bounds are whole numbers of 10**-digits `unit`s, so that a stored value falls into its bin for ever.
    """

    code: str
    group: str
    unit: str
    digits: int
    direction: str
    weight: int
    uppers: tuple[int, ...]  # one fewer than points, except for classes
    points: tuple[int, ...]
    missing: int

    @property
    def range(self) -> tuple[int, int]:
        """The fewest and the most points it can give."""
        return min(*self.points, self.missing), max(*self.points, self.missing)


@dataclass(frozen=True)
class Edition:
    """A scorecard. `probabilities[p - lowest]` and `grades[p - lowest]` belong to a sum of p points."""

    name: str
    scale: str
    base: int
    indicators: tuple[Indicator, ...]
    windows: Windows
    insolvent_grade: int
    lowest: int
    probabilities: tuple[Decimal, ...]
    grades: tuple[int, ...]
    # Of some indicators, the best grade a buyer may have at each value: (code, ((value, best grade), …)).
    ceilings: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = ()
    # The lowest probability of default of each grade, from 1 to 9; a grade held down by a ceiling has at least that.
    floors: tuple[Decimal, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The indicators' codes in the order of a score's arrays."""
        return tuple(i.code for i in self.indicators)


@lru_cache(maxsize=8)
def edition(name: str = CURRENT) -> Edition:
    """The edition of that name; FileNotFoundError when there is none, BadEdition when the file is wrong."""
    text = (EDITIONS / f"{name}.json").read_text(encoding="utf-8")
    return parsed_edition(json.loads(text, parse_float=Decimal))


def parsed_edition(data: dict[str, Any]) -> Edition:
    """An edition from its JSON (numbers with a point as Decimals). Unknown keys and crooked bins are refused."""
    ceilings = data.get("ceilings", {})
    _keys({key: data[key] for key in data if key != "ceilings"}, "edition scale source base_points odds_at_base "
          "points_to_double_odds grades insolvent_grade windows indicators", "the edition")  # fmt: skip
    indicators = tuple(_indicator(row) for row in data["indicators"])
    if sum(i.weight for i in indicators) != 100:
        raise BadEdition("the weights must sum to 100, so that confidence is a percentage")
    if len({i.code for i in indicators}) != len(indicators):
        raise BadEdition("an indicator stands there twice")
    lowest = data["base_points"] + sum(i.range[0] for i in indicators)
    highest = data["base_points"] + sum(i.range[1] for i in indicators)
    probabilities = tuple(
        default_probability(p, data["base_points"], data["odds_at_base"], data["points_to_double_odds"])
        for p in range(lowest, highest + 1)
    )
    bounds = [(Decimal(upper), grade) for upper, grade in data["grades"]]
    if bounds != sorted(bounds) or bounds[-1][0] != 1:
        raise BadEdition("grades must rise with the probability of default, up to 1")
    if set(ceilings) - {i.code for i in indicators if i.direction == CLASSES}:
        raise BadEdition("a ceiling stands over an indicator that has no classes")
    return Edition(
        name=data["edition"],
        scale=data["scale"],
        base=data["base_points"],
        indicators=indicators,
        windows=Windows(**data["windows"]),
        insolvent_grade=data["insolvent_grade"],
        lowest=lowest,
        probabilities=probabilities,
        grades=tuple(next(g for upper, g in bounds if p <= upper) for p in probabilities),
        ceilings=tuple((code, tuple((value, best) for value, best in rows)) for code, rows in ceilings.items()),
        floors=(_SMALLEST, *(upper + _SMALLEST for upper, _ in bounds[:-1])),
    )


def default_probability(points: int, base: int, odds_at_base: int, points_to_double: int) -> Decimal:
    """The probability of default within a year: odds of staying good are `odds_at_base` at `base` points and double
    every `points_to_double` points. Computed in Decimal, so that no platform's exponential decides a grade."""
    odds = odds_at_base * Decimal(2) ** (Decimal(points - base) / points_to_double)
    return (1 / (1 + odds)).quantize(_SMALLEST, rounding=ROUND_HALF_UP)


def _indicator(row: dict[str, Any]) -> Indicator:
    _keys(row, "code group unit digits direction weight bins missing", row.get("code", "an indicator"))
    whole = [_whole(upper, row) for upper, _ in row["bins"]]
    points = tuple(worth for _, worth in row["bins"])
    if row["direction"] != CLASSES and whole.pop() is not None:
        raise BadEdition(f"{row['code']}: the last bin must be open")
    uppers = tuple(end for end in whole if end is not None)
    if len(uppers) < len(whole) or list(uppers) != sorted(set(uppers)):
        raise BadEdition(f"{row['code']}: bounds must rise")
    rising = sorted(points, reverse=row["direction"] == DOWN)
    ordered = row["direction"] in (UP, DOWN)
    if row["direction"] not in (UP, DOWN, CLASSES, FREE) or (ordered and list(points) != rising):
        raise BadEdition(f"{row['code']}: points do not follow the direction {row['direction']!r}")
    return Indicator(
        row["code"], row["group"], row["unit"], row["digits"], row["direction"], row["weight"], uppers, points,
        row["missing"],
    )  # fmt: skip


def _whole(upper: int | Decimal | None, row: dict[str, Any]) -> int | None:
    if upper is None:
        return None
    scaled = Decimal(upper).scaleb(row["digits"])
    if scaled != int(scaled):
        raise BadEdition(f"{row['code']}: the bound {upper} has more than {row['digits']} digits")
    return int(scaled)


def _keys(row: dict[str, Any], names: str, where: str) -> None:
    if set(row) != set(names.split()):
        raise BadEdition(f"{where}: keys are {sorted(set(row) ^ set(names.split()))} off")
