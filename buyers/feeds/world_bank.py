"""The World Bank's table of governance indicators: one row per country, year and indicator, all years in each edition.

Source: World Bank, Worldwide Governance Indicators (Kaufmann, Kraay), CC BY 4.0. Six dimensions; estimates run from
about -2.5 (weak) to 2.5 (strong), some beyond; the percentile rank is among all countries of the year.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from buyers.feeds.oecd import country_of
from buyers.feeds.sheet import Row, Unfit
from kernel.refusals import Refusal, refusal

REQUIRED = ("code", "year", "indicator", "estimate", "pctrank")
INDICATORS = ("va", "pv", "ge", "rq", "rl", "cc")
SOURCE = "World Bank, Worldwide Governance Indicators"
# Codes the publisher keeps from before ISO changed them, or made itself. ANT, the Netherlands Antilles, is no more.
OWN_CODES = {"ADO": "AD", "KSV": "XK", "ROM": "RO", "TMP": "TL", "WBG": "PS", "ZAR": "CD"}
FIRST_YEAR = 1996
FARTHEST = Decimal(5)
NO_VALUE = ("", "..", "#N/A", "NA")


@dataclass(frozen=True)
class Governed:
    """One value: how a country was governed in a year, in one of the six dimensions."""

    country: str
    year: int
    indicator: str
    estimate: Decimal
    rank: Decimal | None


def governance_in(rows: Iterable[Row], codes: Mapping[str, str], today: date) -> tuple[list[Governed], list[Unfit]]:
    """The values of a table, and the rows that are none.

    Refuses `country_code_unknown`, `indicator_unknown`, `governance_year_unknown` (before the first or to come),
    `governance_value_missing`, `governance_value_unreadable`, `governance_rank_unreadable`, `value_twice`, each for
    its row.
    """
    found: dict[tuple[str, int, str], Governed] = {}
    unfit: list[Unfit] = []
    for row in rows:
        read = _read(row.cells, codes, today)
        if isinstance(read, Governed) and (read.country, read.year, read.indicator) in found:
            read = refusal("value_twice")
        if isinstance(read, Governed):
            found[read.country, read.year, read.indicator] = read
        else:
            unfit.append(Unfit(row.line, read, row.raw))
    return list(found.values()), unfit


def edition_of(values: Iterable[Governed]) -> date | None:
    """The day a table tells of: the end of its last year; None of an empty one."""
    last = max((value.year for value in values), default=None)
    return date(last, 12, 31) if last else None


def _read(cells: Mapping[str, str], codes: Mapping[str, str], today: date) -> Governed | Refusal:
    country, year, indicator = country_of(cells["code"], codes, OWN_CODES), cells["year"], cells["indicator"].lower()
    if not country:
        return refusal("country_code_unknown", "code", found=cells["code"][:40])
    if indicator not in INDICATORS:
        return refusal("indicator_unknown", "indicator", found=indicator[:40])
    if not (year.isascii() and year.isdigit() and len(year) == 4 and FIRST_YEAR <= int(year) <= today.year):
        return refusal("governance_year_unknown", "year", found=year[:40])
    if cells["estimate"] in NO_VALUE:
        return refusal("governance_value_missing", "estimate")
    estimate = _number(cells["estimate"], -FARTHEST, FARTHEST)
    if estimate is None:
        return refusal("governance_value_unreadable", "estimate", found=cells["estimate"][:40])
    rank = _number(cells["pctrank"], Decimal(0), Decimal(100))
    if rank is None and cells["pctrank"] not in NO_VALUE:
        return refusal("governance_rank_unreadable", "pctrank", found=cells["pctrank"][:40])
    return Governed(country, int(year), indicator, estimate, rank)


def _number(text: str, lowest: Decimal, highest: Decimal) -> Decimal | None:
    """The number, with two decimals; None when it is none or cannot be (not finite, out of bounds)."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    fits = number.is_finite() and lowest <= number <= highest
    return number.quantize(Decimal("0.01")) if fits else None
