"""What many buyers are scored from, read in a handful of queries into columns for buyers/indicators.py."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from buyers.indicators import HIGH_INCOME, UNCLASSIFIED, YEARS_APART
from buyers.models.accounts import LINES
from buyers.models.columnar import array_of, columns_of
from buyers.models.country import CountryRisk
from buyers.models.override import GradeOverride
from buyers.models.rate import ExchangeRate
from buyers.models.score_run import CONCERNED, RunKind, ScoreRange
from buyers.scorecard import Windows
from kernel.periods import plus_months

SECTOR_RISK = Path(__file__).parent.parent / "data" / "sector_risk.json"

BUYERS = """
    SELECT id, country::char(2), COALESCE(grade, 0)::int2, (status <> 'active')::int::int2,
           COALESCE((%(today)s::date - founded_on)::float8, 'NaN'),
           COALESCE((%(sectors)s::jsonb ->> lower(btrim(sector)))::float8, 'NaN'),
           COALESCE(score_mark, 0), COALESCE((extract(epoch FROM scored_at) * 1000000)::int8, 0)
    FROM buyers_buyer
    WHERE {which} AND merged_into_id IS NULL
    ORDER BY id
    FOR NO KEY UPDATE {waiting}
"""
BUYERS_TYPES = {
    "buyer": ">i8", "country": "S2", "grade": ">i2", "gone": ">i2", "founded_days": ">f8", "sector_class": ">f8",
    "mark": ">i8", "looked_at": ">i8",
}  # fmt: skip

# What was kept under an entry before it was merged into another is the other's: history is not rewritten (seams.md).
MERGED = "SELECT id, merged_into_id FROM buyers_buyer WHERE merged_into_id = ANY(%(buyers)s::bigint[]) ORDER BY id"
MERGED_TYPES = {"entry": ">i8", "buyer": ">i8"}
PLAIN = {"buyer": "buyer_id", "merged": ""}
OF_FIRM = {
    "buyer": "COALESCE(firm.buyer, buyer_id)",
    "merged": "LEFT JOIN unnest(%(entries)s::bigint[], %(firms)s::bigint[]) AS firm(entry, buyer) ON entry = buyer_id",
}
LEFT = "SELECT count(*) FROM buyers_buyer WHERE {which} AND merged_into_id IS NULL"
NOT_YET = "NOT EXISTS (SELECT FROM buyers_score WHERE run_id = %(run)s AND buyer_id = buyers_buyer.id)"

# One row per year: audited accounts before others, then those received last; of each source what it said last.
STATEMENTS = f"""
    SELECT DISTINCT ON ({{buyer}}, period_end)
           {{buyer}}, (%(today)s::date - period_end)::float8, months::float8, currency::char(3), audited::int::float8,
           {", ".join(f"COALESCE({line}::float8, 'NaN')" for line in LINES)}
    FROM buyers_financialstatement {{merged}}
    WHERE buyer_id = ANY(%(buyers)s::bigint[]) AND period_end <= %(today)s AND period_end > %(since)s
        AND superseded_at IS NULL
    ORDER BY {{buyer}}, period_end DESC, audited DESC, received_at DESC, id DESC
"""  # noqa: S608 - the names come from this house
STATEMENTS_TYPES = {
    "buyer": ">i8", "age": ">f8", "months": ">f8", "currency": "S3", "audited": ">f8", **dict.fromkeys(LINES, ">f8"),
}  # fmt: skip

EXPERIENCE = """
    SELECT {buyer}, sum(invoices)::float8, sum(invoices * days_beyond_terms)::float8,
           sum(invoices * share_overdue)::float8,
           COALESCE(sum(invoices) FILTER (WHERE month > %(recently)s), 0)::float8,
           COALESCE(sum(invoices * days_beyond_terms) FILTER (WHERE month > %(recently)s), 0)::float8,
           count(DISTINCT reporter_id)
    FROM buyers_paymentexperience {merged}
    WHERE buyer_id = ANY(%(buyers)s::bigint[]) AND month > %(since)s AND month <= %(today)s
    GROUP BY {buyer}
"""
EXPERIENCE_TYPES = {
    "buyer": ">i8", "experience_invoices": ">f8", "experience_days": ">f8", "experience_overdue": ">f8",
    "recent_invoices": ">f8", "recent_days": ">f8", "reporters": ">i8",
}  # fmt: skip

SIGNALS = """
    SELECT {buyer},
           count(*) FILTER (WHERE kind = 'overdue_reported' AND happened_on > %(overdues_since)s),
           count(*) FILTER (WHERE kind = 'claim_filed' AND happened_on > %(claims_since)s),
           count(*) FILTER (WHERE kind = 'insolvency_filed' AND happened_on > %(insolvency_since)s),
           count(*) FILTER (WHERE kind = 'court_case' AND happened_on > %(courts_since)s),
           count(*) FILTER (WHERE kind IN ('accounts_late', 'strike_off_proposed') AND happened_on > %(filings_since)s),
           -- of what policyholders report only: a court or a register names nobody and hides nobody
           count(DISTINCT reporter_id) FILTER (WHERE kind IN ('overdue_reported', 'claim_filed')),
           bool_or(kind IN ('overdue_reported', 'claim_filed'))::int::int8
    FROM buyers_signal {merged}
    WHERE buyer_id = ANY(%(buyers)s::bigint[]) AND happened_on <= %(today)s
        AND kind IN ('overdue_reported', 'claim_filed', 'insolvency_filed', 'court_case', 'accounts_late',
                     'strike_off_proposed')
    GROUP BY {buyer}
"""
SIGNALS_TYPES = {
    "buyer": ">i8", "overdues": ">i8", "claims": ">i8", "insolvencies": ">i8", "court_cases": ">i8",
    "filing_lapses": ">i8", "reporters": ">i8", "reported": ">i8",
}  # fmt: skip

COUNTED = ("overdues", "claims", "insolvencies", "court_cases", "filing_lapses")

FLOATS = (
    *LINES, "months", "accounts_age_days", "audited", "previous_sales", "previous_months", "previous_equity",
    "previous_total_assets", "previous_gap_days", "previous_same_currency", "house_rate", "founded_days",
    "country_class", "sector_class", *(name for name, kind in EXPERIENCE_TYPES.items() if kind == ">f8"),
)  # fmt: skip


@dataclass(frozen=True)
class ScoreFacts:
    """Locked buyers (ascending ids) and their facts. `grade` 0 = none yet; `override` says why a buyer is insolvent;
    `set_grade` is the one an underwriter put in force, 0 = none, also where it is insolvent: that is no opinion; it
    holds until `set_until` (NaT = none). `mark` is the last score's, `looked_at` the microseconds from 1970 to the last
    look; 0 = none."""

    buyers: NDArray[np.int64]
    grade: NDArray[np.int16]
    set_grade: NDArray[np.int16]
    set_until: NDArray[np.datetime64]
    mark: NDArray[np.int64]
    looked_at: NDArray[np.int64]
    columns: dict[str, NDArray]
    override: NDArray  # of str
    reporters: NDArray[np.int64]
    scoreable: NDArray[np.bool_]  # something to score from, or scored before (what is gone costs confidence then)

    def only(self, which: NDArray[np.bool_]) -> "ScoreFacts":
        """The facts of some of the buyers."""
        return ScoreFacts(
            buyers=self.buyers[which],
            grade=self.grade[which],
            set_grade=self.set_grade[which],
            set_until=self.set_until[which],
            mark=self.mark[which],
            looked_at=self.looked_at[which],
            columns={name: column[which] for name, column in self.columns.items()},
            override=self.override[which],
            reporters=self.reporters[which],
            scoreable=self.scoreable[which],
        )


@lru_cache(maxsize=1)
def sector_classes() -> str:
    """The house's view of sectors as JSON, 1 best to 5: a sector it has no view of is missing, not average."""
    return SECTOR_RISK.read_text(encoding="utf-8")


def facts_of_buyer(buyer: int, today: date, windows: Windows, house_currency: str) -> ScoreFacts:
    """The facts of one buyer, whose row is locked (waiting for whoever scores it now)."""
    which = BUYERS.format(which="id = %(buyer)s", waiting="")
    rows = columns_of(which, {"buyer": buyer, "today": today, "sectors": sector_classes()}, BUYERS_TYPES)
    return _facts(rows, today, windows, house_currency)


def facts_of_range(part: ScoreRange, today: date, windows: Windows, house_currency: str) -> ScoreFacts:
    """The facts of the buyers of a range that its run concerns. Those somebody else holds just now are left out."""
    query = BUYERS.format(which=_of_range(part), waiting="SKIP LOCKED")
    told = {**_told_of(part), "today": today, "sectors": sector_classes()}
    return _facts(columns_of(query, told, BUYERS_TYPES), today, windows, house_currency)


def left_in_range(part: ScoreRange) -> int:
    """How many buyers of a range its run still concerns: asked after it was worked on, those others held meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT.format(which=_of_range(part)), _told_of(part))
        return cursor.fetchone()[0]


def _of_range(part: ScoreRange) -> str:
    concerned = CONCERNED[RunKind(part.run.kind)]
    # Whoever was scored in this run and has news since is for the next one.
    anew = f" AND {NOT_YET}" if part.passes else ""
    return f"id BETWEEN %(first)s AND %(last)s AND {concerned}{anew}"


def _told_of(part: ScoreRange) -> dict[str, Any]:
    run = part.run
    bounds = {"first": part.first_buyer, "last": part.last_buyer}
    return {**bounds, "run": run.pk, "day": run.planned_for, "edition": run.edition}


def _facts(rows: NDArray, today: date, windows: Windows, house_currency: str) -> ScoreFacts:
    buyers = rows["buyer"].astype(np.int64)
    entries = _entries(buyers)
    columns = {name: np.full(len(buyers), np.nan) for name in FLOATS}
    columns["founded_days"] = rows["founded_days"].astype(float)
    columns["sector_class"] = rows["sector_class"].astype(float)
    columns["country_class"] = _country_classes(rows["country"], today)
    _add_statements(columns, buyers, entries, today, windows, house_currency)
    experience = _read(EXPERIENCE, EXPERIENCE_TYPES, entries, today,
                       since=plus_months(today, -windows.experience_months),
                       recently=plus_months(today, -windows.recent_months))  # fmt: skip
    place = np.searchsorted(buyers, experience["buyer"])
    for name in ("experience_invoices", "experience_days", "experience_overdue", "recent_invoices", "recent_days"):
        columns[name][place] = experience[name]
    signals = _read(SIGNALS, SIGNALS_TYPES, entries, today,
                    overdues_since=plus_months(today, -windows.overdue_months),
                    claims_since=plus_months(today, -windows.claim_months),
                    courts_since=plus_months(today, -windows.court_months),
                    filings_since=plus_months(today, -windows.filing_months),
                    insolvency_since=plus_months(today, -windows.insolvency_months))  # fmt: skip
    counts = _counted(buyers, signals)
    columns |= {name: counts[name].astype(float) for name in COUNTED if name != "insolvencies"}
    filed = counts["insolvencies"] > 0
    columns["insolvent"] = filed | (rows["gone"] > 0)
    known = ~np.isnan(columns["accounts_age_days"]) | (columns["experience_invoices"] > 0)
    told = sum(counts[name] for name in COUNTED if name != "insolvencies") > 0
    set_grade, set_until = _set_grades(buyers, today)
    return ScoreFacts(
        buyers=buyers,
        grade=rows["grade"].astype(np.int16),
        set_grade=np.where(columns["insolvent"], 0, set_grade),
        set_until=set_until,
        mark=rows["mark"].astype(np.int64),
        looked_at=rows["looked_at"].astype(np.int64),
        columns=columns,
        override=np.where(filed, "insolvency_filed", np.where(rows["gone"] > 0, "status_insolvent", "")),
        reporters=_reporters(buyers, experience, signals),
        scoreable=known | told | columns["insolvent"] | (rows["grade"] > 0),
    )


def _set_grades(buyers: NDArray, today: date) -> tuple[NDArray[np.int16], NDArray[np.datetime64]]:
    """The grades underwriters set that are in force, 0 = none, and their last days."""
    grades, until = np.zeros(len(buyers), np.int16), np.full(len(buyers), np.datetime64("NaT", "D"))
    if len(buyers):
        for buyer, grade, last_day in GradeOverride.objects.in_force(int(buyers[0]), int(buyers[-1]), today):
            place = buyers == buyer
            grades[place], until[place] = grade, last_day
    return grades, until


def _read(query: str, types: dict[str, str], entries: "_Entries", today: date, **days: date) -> NDArray:
    told = {"buyers": entries.all, "entries": entries.merged, "firms": entries.firms}
    return columns_of(query.format(**(OF_FIRM if entries.firms else PLAIN)), {**told, "today": today, **days}, types)


@dataclass(frozen=True)
class _Entries:
    """Entries of the directory that facts are kept under, as arrays: all of them, and which of them were `merged` into
    which of the buyers (`firms`)."""

    all: str
    merged: str
    firms: str


def _entries(buyers: NDArray) -> _Entries:
    rows = columns_of(MERGED, {"buyers": array_of(buyers)}, MERGED_TYPES)
    if not len(rows):
        return _Entries(array_of(buyers), "", "")
    return _Entries(array_of(np.concatenate([buyers, rows["entry"]])), array_of(rows["entry"]), array_of(rows["buyer"]))


def _add_statements(
    columns: dict[str, NDArray], buyers: NDArray, entries: _Entries, today: date, windows: Windows, house_currency: str
) -> None:
    """The latest accounts not too old to count, and the year before them for growth."""
    since = today - timedelta(days=windows.accounts_days + YEARS_APART[1])
    rows = _read(STATEMENTS, STATEMENTS_TYPES, entries, today, since=since)
    if not len(rows):
        return
    found, first = np.unique(rows["buyer"].astype(np.int64), return_index=True)
    fresh = rows["age"][first] < windows.accounts_days
    found, first = found[fresh], first[fresh]
    place, latest = np.searchsorted(buyers, found), rows[first]
    for line in (*LINES, "months", "audited"):
        columns[line][place] = latest[line]
    columns["accounts_age_days"][place] = latest["age"]
    columns["house_rate"][place] = _house_rates(latest["currency"], today, house_currency)
    second = np.minimum(first + 1, len(rows) - 1)
    has_second = (second > first) & (rows["buyer"][second] == found)
    place, latest, before = place[has_second], latest[has_second], rows[second[has_second]]
    for line in ("sales", "equity", "total_assets", "months"):
        columns[f"previous_{line}"][place] = before[line]
    columns["previous_gap_days"][place] = before["age"] - latest["age"]
    columns["previous_same_currency"][place] = before["currency"] == latest["currency"]


def _house_rates(currencies: NDArray, today: date, house_currency: str) -> NDArray[np.float64]:
    """Each currency in the house currency; NaN, so that size is missing, where no rate may be used."""
    rates = ExchangeRate.objects.rates_into(house_currency, today)
    return _mapped(currencies, {code: float(rate.value) for code, rate in rates.items()})


def _country_classes(countries: NDArray, today: date) -> NDArray[np.float64]:
    return _mapped(countries, CountryRisk.objects.classes_on(today, HIGH_INCOME, UNCLASSIFIED))


def _mapped(codes: NDArray, meaning: dict[str, float]) -> NDArray[np.float64]:
    """Each code's meaning, NaN where it has none: looked up once per distinct code."""
    distinct, where = np.unique(codes, return_inverse=True)
    return np.array([meaning.get(code.decode(), np.nan) for code in distinct], float)[where]


def _counted(buyers: NDArray, signals: NDArray) -> dict[str, NDArray]:
    counts = {name: np.zeros(len(buyers), np.int64) for name in COUNTED}
    for name, column in counts.items():
        column[np.searchsorted(buyers, signals["buyer"])] = signals[name]
    return counts


def _reporters(buyers: NDArray, experience: NDArray, signals: NDArray) -> NDArray:
    """How many firms the payment facts of each buyer come from: of experience and of signals, whichever are fewer."""
    fewest = np.full(len(buyers), np.iinfo(np.int16).max, np.int64)
    for rows in (experience, signals[signals["reported"] > 0]):
        place = np.searchsorted(buyers, rows["buyer"])
        fewest[place] = np.minimum(fewest[place], rows["reporters"])
    return np.where(fewest == np.iinfo(np.int16).max, 0, fewest)
