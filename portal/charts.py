"""The geometry of the charts: from amounts to lengths. Plain Python; the templates in templates/portal/charts draw it.

Each drawing is WIDE units wide and stretched to its place, words stand beside it in HTML: so charts print, need no
inline style (strict CSP), and read as well on 390 pixels as on 1440.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WIDE = 1000


@dataclass(frozen=True)
class Bar:
    """A bar against a limit: lengths of the part within and the part over it, and where the limit's line stands."""

    within: int
    over: int
    limit: int | None


def bar(value: Decimal, limit: Decimal | None, longest: Decimal) -> Bar:
    """`value` against `limit` on a scale on which `longest` fills the track. No limit: no line, nothing is over."""
    value = max(value, Decimal(0))
    if limit is None:
        return Bar(length(value, longest), 0, None)
    inside = length(min(value, limit), longest)
    return Bar(inside, length(value, longest) - inside if value > limit else 0, length(limit, longest))


STEPS = 5


def bar_of_steps(step: int) -> Bar:
    """A bar of 0 to STEPS steps: how far, not how much."""
    return bar(Decimal(step), None, Decimal(STEPS))


def length(amount: Decimal, longest: Decimal) -> int:
    """Units of `amount` where `longest` is WIDE; 0 on an empty scale."""
    if longest <= 0:
        return 0
    return int(min(amount, longest) / longest * WIDE)


def share(part: Decimal, whole: Decimal) -> int:
    """Whole per cent of `part` in `whole`, half up; 0 of nothing."""
    return int(part * 100 / whole + Decimal("0.5")) if whole > 0 else 0


@dataclass(frozen=True)
class Slice:
    """A part of a divided bar: where it begins and how long it is."""

    start: int
    length: int


def slices(amounts: Sequence[Decimal]) -> list[Slice]:
    """The parts of one bar divided in proportion; rounding never leaves a gap at the end."""
    whole = sum(amounts, Decimal(0))
    found, before = [], Decimal(0)
    for amount in amounts:
        start, end = length(before, whole), length(before + amount, whole)
        found.append(Slice(start, end - start))
        before += amount
    return found


def pull(amount: int, most: int) -> Slice:
    """A bar from the middle: to the left below zero, to the right above, where `most` reaches the end."""
    half = WIDE // 2
    reach = length(Decimal(abs(amount)), Decimal(most)) * half // WIDE
    return Slice(half - reach if amount < 0 else half, reach)


# A grade's trend is drawn on ten lines: grade 1 on top. A country's rating on six of the same space.
TALL, TOP, SPAN = 100, 8, 81
BEST, WORST = 1, 10


@dataclass(frozen=True)
class Trend:
    """The stepped line of a grade: an SVG path, its last point, and the years it spans."""

    path: str
    end_x: int
    end_y: int
    first: date
    last: date
    first_grade: int
    last_grade: int


def trend(points: Iterable[tuple[date, int]], until: date | None = None, worst: int = WORST) -> Trend | None:
    """A line that holds each grade until the next was given; None without a grade.

    `until` draws the last grade on to that day (a grade of March still stands in November).
    """
    found = sorted(points)
    if not found:
        return None
    first, last = found[0][0], max(found[-1][0], until or found[-1][0])
    days = max((last - first).days, 1)
    path = ""
    for given, value in found:
        x = (given - first).days * WIDE // days
        path += f"H{x}V{height(value, worst)}" if path else f"M{x} {height(value, worst)}"
    return Trend(f"{path}H{WIDE}", WIDE, height(found[-1][1], worst), first, last, found[0][1], found[-1][1])


def height(grade: int, worst: int = WORST) -> int:
    """How far from the top the line of a grade lies, `worst` being the lowest."""
    return TOP + (min(max(grade, BEST), worst) - BEST) * SPAN // (worst - BEST)


# A rank of 0 to 100 over years, in a strip of its own.
STRIP, HIGHEST = 40, Decimal(100)


def line(values: Sequence[tuple[int, Decimal]]) -> str:
    """The path of (year, rank) from the first year to the last; a gap in the years is drawn across. '' of none."""
    if not values:
        return ""
    first, years = values[0][0], max(values[-1][0] - values[0][0], 1)
    points = [f"{(year - first) * WIDE // years} {depth(value)}" for year, value in values]
    return "M" + "L".join(points) + ("h0" if len(points) == 1 else "")


def depth(rank: Decimal) -> int:
    """How far from the top of its strip a rank lies, 100 being on top."""
    return int((HIGHEST - min(max(rank, Decimal(0)), HIGHEST)) * STRIP / HIGHEST)


def steps(points: Iterable[tuple[date, int]], until: date) -> list[list[int]]:
    """The same line as the corners of a stepped polyline, [0-WIDE across, 0-TALL down]; none without a grade."""
    found = sorted(points)
    if not found:
        return []
    first, last = found[0][0], max(found[-1][0], until)
    days = max((last - first).days, 1)
    corners: list[list[int]] = []
    for given, value in found:
        x = (given - first).days * WIDE // days
        corners += [[x, corners[-1][1]]] if corners else []
        corners.append([x, height(value)])
    return [*corners, [WIDE, corners[-1][1]]]
