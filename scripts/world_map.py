"""`python scripts/world_map.py FOLDER`: portal/data/world.json, the outlines the map of countries is drawn from.

FOLDER is the npm package world-atlas 2 (`npm pack world-atlas@2`), which brings Natural Earth's Admin 0 countries as
TopoJSON: 1:110m for the outlines, 1:50m for where countries lie that are too small for those. Natural Earth is in the
public domain. Run once and kept in the repository: the portal needs neither npm nor the package.

Projection: Equal Earth (Šavrič, Patterson, Jenny 2018), which keeps areas comparable. Boundaries are the source's,
drawn as they stand there; what it draws without an ISO number has no code here and leads nowhere.
"""

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django_countries import countries

TARGET = Path(__file__).resolve().parent.parent / "portal" / "data" / "world.json"
WIDE = 1000
SOURCE = "Natural Earth 4.1.0, Admin 0 countries (public domain), by way of world-atlas 2.0.2"
# Areas the source gives no ISO number: those with a code of the portal's, and those without any.
NUMBERLESS = {"Kosovo": "XK"}
NOBODYS = "010"  # Antarctica trades with nobody and would take a fifth of the map
# Equal Earth's polynomial.
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
SOUTH, NORTH = -57.0, 84.0
SMALL = 5  # units: a country both of whose sides are shorter gets a dot, with its outline or instead of it

Point = tuple[float, float]


def projected(longitude: float, latitude: float) -> Point:
    """Equal Earth of degrees, in radians of the sphere, y to the north."""
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    squared = theta * theta
    sixth = squared**3
    x = (
        2 * math.sqrt(3) * math.radians(longitude) * math.cos(theta)
        / (3 * (9 * A4 * squared * sixth + 7 * A3 * sixth + 3 * A2 * squared + A1))
    )  # fmt: skip
    return x, theta * (A1 + A2 * squared + sixth * (A3 + A4 * squared))


LEFT, RIGHT = projected(-180, 0)[0], projected(180, 0)[0]
SCALE = WIDE / (RIGHT - LEFT)
TOP = projected(0, NORTH)[1]
TALL = round((TOP - projected(0, SOUTH)[1]) * SCALE)


def placed(longitude: float, latitude: float) -> Point:
    """Where a place lies on the map, in its units."""
    x, y = projected(longitude, latitude)
    return (x - LEFT) * SCALE, (TOP - y) * SCALE


class Atlas:
    """One TopoJSON file: its arcs in degrees, its countries."""

    def __init__(self, file: Path):
        data = json.loads(file.read_text(encoding="utf-8"))
        (sx, sy), (tx, ty) = data["transform"]["scale"], data["transform"]["translate"]
        self.arcs: list[list[Point]] = []
        for arc in data["arcs"]:
            x = y = 0
            line = []
            for dx, dy in arc:
                x, y = x + dx, y + dy
                line.append((x * sx + tx, y * sy + ty))
            self.arcs.append(line)
        found: list[dict[str, Any]] = data["objects"]["countries"]["geometries"]
        self.countries = [country for country in found if country.get("id") != NOBODYS]

    def rings(self, country: dict[str, Any]) -> Iterator[list[Point]]:
        """The rings of a country's polygons, in degrees."""
        arcs: list[Any] = country.get("arcs") or []
        for polygon in [arcs] if country["type"] == "Polygon" else arcs:
            for ring in polygon:
                yield from on_one_map([point for number in ring for point in self.arc(number)[:-1]])

    def arc(self, number: int) -> list[Point]:
        """An arc; a negative number means it backwards."""
        return self.arcs[number] if number >= 0 else self.arcs[~number][::-1]


def on_one_map(ring: list[Point]) -> list[list[Point]]:
    """The ring cut where it crosses the 180th meridian: Russia and Fiji lie on both edges of the map."""
    unrolled = [ring[0]]
    for x, y in ring[1:]:
        before = unrolled[-1][0]
        unrolled.append((x + 360 * round((before - x) / 360), y))
    found = []
    for turn in (-360, 0, 360):
        part = beside([(x + turn, y) for x, y in unrolled], 180, -1)
        part = beside(part, -180, 1)
        if len(part) > 2:
            found.append(part)
    return found


def beside(ring: list[Point], meridian: float, side: int) -> list[Point]:
    """What of a ring lies west (-1) or east (1) of a meridian (Sutherland and Hodgman)."""
    kept = []
    for (x1, y1), (x2, y2) in zip(ring[-1:] + ring[:-1], ring, strict=True):
        inside_1, inside_2 = (x1 - meridian) * side >= 0, (x2 - meridian) * side >= 0
        if inside_1 != inside_2:
            kept.append((meridian, y1 + (y2 - y1) * (meridian - x1) / (x2 - x1)))
        if inside_2:
            kept.append((x2, y2))
    return kept


def path_of(rings: list[list[Point]]) -> str:
    """The rings as an SVG path of whole units, relative and as short as they can be written."""
    parts = []
    for ring in rings:
        points = [(round(x), round(y)) for x, y in (placed(*point) for point in ring)]
        kept = [point for n, point in enumerate(points) if n == 0 or point != points[n - 1]]
        if len(kept) < 3:
            continue
        (x, y), text = kept[0], f"M{kept[0][0]} {kept[0][1]}l"
        for n, (to_x, to_y) in enumerate(kept[1:]):
            text += f"{' ' if n and to_x - x >= 0 else ''}{to_x - x}{' ' if to_y - y >= 0 else ''}{to_y - y}"
            x, y = to_x, to_y
        parts.append(text + "z")
    return "".join(parts)


def box_of(rings: list[list[Point]]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the largest ring, on the map."""
    boxes = []
    for ring in rings:
        xs, ys = zip(*(placed(*point) for point in ring), strict=True)
        boxes.append((min(xs), min(ys), max(xs), max(ys)))
    return max(boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))


def code_of(country: dict[str, Any], codes: dict[str, str]) -> str:
    """The country's two letters, '' for what the source gives no number."""
    return codes.get(country.get("id", ""), "") or NUMBERLESS.get(country["properties"]["name"], "")


def world(folder: Path) -> dict[str, Any]:
    """Outlines by ISO code, dots of the small, outlines without a code."""
    codes = {countries.numeric(code, padded=True) or "": code for code, _name in countries}
    coarse, fine = Atlas(folder / "countries-110m.json"), Atlas(folder / "countries-50m.json")
    outlines: dict[str, str] = {}
    others: list[str] = []
    for country in coarse.countries:
        code, path = code_of(country, codes), path_of(list(coarse.rings(country)))
        if path and code:
            outlines[code] = path
        elif path:
            others.append(path)
    finest: dict[str, list[list[Point]]] = {}
    for country in fine.countries:
        if code := code_of(country, codes):
            finest.setdefault(code, []).extend(fine.rings(country))
    dots = {}
    for code, rings in finest.items():
        left, top, right, bottom = box_of(rings)
        if code not in outlines or max(right - left, bottom - top) < SMALL:
            dots[code] = [round((left + right) / 2), round((top + bottom) / 2)]
    return {
        "source": SOURCE, "wide": WIDE, "tall": TALL, "outlines": dict(sorted(outlines.items())),
        "dots": dict(sorted(dots.items())), "others": others,
    }  # fmt: skip


if __name__ == "__main__":
    settings.configure(USE_I18N=False, COUNTRIES_OVERRIDE={"XK": "Kosovo"})
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(world(Path(sys.argv[1])), separators=(",", ":")) + "\n", encoding="utf-8")
    sys.stdout.write(f"{TARGET}: {TARGET.stat().st_size} bytes\n")
