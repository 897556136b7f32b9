"""What is watched about buyers: each kind of event, what it means, who may see it, and how soon it is scored.

The catalogue is data (buyers/data/signals.json), worded by code: `signal_<kind>` says what happened, `means_<kind>`
what it means, its advice what to do now (domain.md §3, "Signals"). Downgrades and country downgrades are told by the
scores and the country ratings themselves: no row repeats them.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from kernel.periods import plus_months

DATA = Path(__file__).parent / "data" / "signals.json"

# Who may see a kind. ENOUGH_REPORTERS: exporters see that it happened, by month, once so many of them reported it that
# nobody can tell who (seams.md, "Payment experience of buyers").
EXPORTERS, STAFF, ENOUGH_REPORTERS = "exporters", "staff", "enough_reporters"
SEEN_BY = (EXPORTERS, STAFF, ENOUGH_REPORTERS)
# Which rows tell of it.
SIGNALS, SCORES, COUNTRIES = "signals", "scores", "countries"


class BadCatalogue(ValueError):
    """The file does not describe a catalogue; says what is wrong with it."""


@dataclass(frozen=True)
class Kind:
    """A kind of event. `score_within_days`: how soon the buyer is scored again, None = this changes nothing of that.

    `facts` are the facts an exporter may read; others are for staff. `advice` are codes, the most pressing first.
    """

    code: str
    told_by: str
    severity: str  # a status kind: ok, info, warn, bad
    seen_by: str
    score_within_days: int | None
    facts: tuple[str, ...]
    advice: tuple[str, ...]

    @property
    def words(self) -> str:
        """The code of the sentence that says what happened."""
        return f"signal_{self.code}"

    @property
    def meaning(self) -> str:
        """The code of the sentence that says what it means."""
        return f"means_{self.code}"


@dataclass(frozen=True)
class LateAccounts:
    """When accounts are late: so many months after the year's end (by country, "" = elsewhere) and some days more."""

    months: Mapping[str, int]
    grace_days: int
    given_up_after_months: int


@dataclass(frozen=True)
class Linked:
    """Whose trouble reaches whom: relations from the troubled to the linked buyer, kinds, and whether they are public.

    A downgrade counts from `downgrade_from_grade` on; what is older than `within_days` is history.
    """

    relations: tuple[str, ...]
    public: Mapping[str, bool]
    downgrade_from_grade: int
    within_days: int


@dataclass(frozen=True)
class Catalogue:
    """Everything that is watched, and the numbers of its rules."""

    edition: str
    kinds: Mapping[str, Kind]
    enough_reporters: int
    reporters_within_months: int
    late_accounts: LateAccounts
    linked: Linked
    feed_kinds: frozenset[str]  # what may come from anybody's file; the others have one source each


@dataclass(frozen=True)
class Event:
    """Something that happened to a buyer, as a source tells it. `key` is the source's own: twice the same is once."""

    buyer: int
    kind: str
    happened_on: date
    source: str
    key: str = ""
    reporter: int | None = None
    staff_only: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """A line of the timeline. For exporters `source` is empty where it would name a firm, `reporter` always None.

    `by_month` says that the day is the first of the month it happened in, `times` how many reports are one line.
    """

    kind: Kind
    happened_on: date
    source: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    reporter: str | None = None
    staff_only: bool = False
    by_month: bool = False
    times: int = 1

    @property
    def code(self) -> str:
        """What the line says, as a template's `say` wants it: from what to what, where it tells of a fall."""
        return f"{self.kind.words}_from" if self.kind.told_by != SIGNALS else self.kind.words


@dataclass(frozen=True)
class Told:
    """A signal's row as the timeline needs it. `reporter` is a firm's id, `reporter_name` its name."""

    kind: str
    happened_on: date
    source: str
    facts: Mapping[str, Any]
    staff_only: bool
    reporter: int | None
    reporter_name: str = ""


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The catalogue in use."""
    return parsed_catalogue(json.loads(DATA.read_text(encoding="utf-8")))


def kind_of(code: str) -> Kind:
    """The kind of that code; ValueError when the catalogue has none."""
    try:
        return catalogue().kinds[code]
    except KeyError:
        raise ValueError(f"{code!r} is not a kind of signal") from None


def parsed_catalogue(data: Mapping[str, Any]) -> Catalogue:
    """A catalogue from its JSON. Unknown keys, severities and readers are refused."""
    kinds = {code: _kind(code, row) for code, row in data["kinds"].items()}
    late, linked, reporters = data["late_accounts"], data["linked"], data["reporters"]
    if "" not in late["months_after_year_end"]:
        raise BadCatalogue("late_accounts: the months of all other countries are missing")
    if unknown := (set(linked["trouble"]) | set(data["feed_kinds"])) - set(kinds):
        raise BadCatalogue(f"{sorted(unknown)} are no kinds")
    return Catalogue(
        edition=data["edition"],
        kinds=kinds,
        enough_reporters=reporters["enough"],
        reporters_within_months=reporters["within_months"],
        late_accounts=LateAccounts(late["months_after_year_end"], late["grace_days"], late["given_up_after_months"]),
        linked=Linked(
            tuple(linked["relations"]),
            {code: row["public"] for code, row in linked["trouble"].items()},
            linked["downgrade_from_grade"],
            linked["within_days"],
        ),
        feed_kinds=frozenset(data["feed_kinds"]),
    )


def _kind(code: str, row: Mapping[str, Any]) -> Kind:
    if off := set(row) ^ {"told_by", "severity", "seen_by", "score_within_days", "facts", "advice"}:
        raise BadCatalogue(f"{code}: keys are {sorted(off)} off")
    if row["severity"] not in ("ok", "info", "warn", "bad"):
        raise BadCatalogue(f"{code}: {row['severity']!r} is no severity")
    if row["seen_by"] not in SEEN_BY or row["told_by"] not in (SIGNALS, SCORES, COUNTRIES):
        raise BadCatalogue(f"{code}: nobody of that name sees or tells it")
    if row["severity"] != "info" and not row["advice"]:
        raise BadCatalogue(f"{code}: says nothing of what to do now")
    return Kind(
        code,
        row["told_by"],
        row["severity"],
        row["seen_by"],
        row["score_within_days"],
        tuple(row["facts"]),
        tuple(row["advice"]),
    )


# --- how soon ---------------------------------------------------------------------------------------------------------


def score_by(kind: Kind, next_score_on: date | None, today: date) -> date | None:
    """The day of the next score after an event of `kind`: never later than it was; None where there was none."""
    if kind.score_within_days is None:
        return next_score_on
    soon = today + timedelta(days=kind.score_within_days)
    return min(next_score_on, soon) if next_score_on else soon


def causes_of_a_regrade() -> tuple[list[str], list[str]]:
    """(what lowers, what lifts): kinds of signals after which a buyer is scored at once, the gravest first. Bad news
    brings no better grade about, good news no worse one; new accounts may bring either."""
    order = ("bad", "warn", "info", "ok")
    at_once = [kind for kind in catalogue().kinds.values() if kind.told_by == SIGNALS and kind.score_within_days == 0]
    gravest = sorted(at_once, key=lambda kind: order.index(kind.severity))
    lowering = [kind.code for kind in gravest if kind.severity != "ok"]
    return lowering, [kind.code for kind in gravest if kind.severity in ("info", "ok")]


# --- late accounts ----------------------------------------------------------------------------------------------------


def accounts_expected_on(period_end: date, country: str, rule: LateAccounts) -> date:
    """The day by which the accounts of the year after `period_end` are expected: a year, the months of the country's
    law for publishing them, and some days of grace."""
    months = rule.months.get(country, rule.months[""])
    return plus_months(period_end, 12 + months) + timedelta(days=rule.grace_days)


def late_when_last_to(today: date, country: str, rule: LateAccounts) -> tuple[date, date]:
    """(first, last) year-ends such that, when they are a buyer's last, its next accounts are late on `today`.

    Those before the first were given up long ago: another signal would say nothing. Lists compare with these two days
    instead of restating the rule.
    """
    latest = plus_months(today - timedelta(days=rule.grace_days + 1), -12 - rule.months.get(country, rule.months[""]))
    # Months clamp (29 February, 31st), so that the day worked out backwards may be some days early, never late.
    while accounts_expected_on(latest + timedelta(days=1), country, rule) < today:
        latest += timedelta(days=1)
    return plus_months(today, -rule.given_up_after_months), latest


# --- what a reader sees ----------------------------------------------------------------------------------------------


def seen_by_staff(told: Iterable[Told]) -> list[Seen]:
    """Every signal as it is, with its reporter."""
    return [
        Seen(kind_of(t.kind), t.happened_on, t.source, t.facts, t.reporter_name or None, t.staff_only) for t in told
    ]


def seen_by_exporters(told: Sequence[Told], rule: Catalogue) -> list[Seen]:
    """What an exporter may see of a buyer's signals: public facts once, reports of policyholders only by month and from
    enough of them, nothing that is for staff."""
    open_to_all = [t for t in told if not t.staff_only]
    return [*_public(open_to_all, rule), *_reported(open_to_all, rule)]


def _public(told: Iterable[Told], rule: Catalogue) -> list[Seen]:
    """A public fact that several firms brought proof of is one fact; who brought it, and that it came by a claim, is
    left out."""
    found: dict[tuple[str, date, str], Seen] = {}
    for t in told:
        kind = rule.kinds[t.kind]
        if kind.seen_by != EXPORTERS:
            continue
        source = "" if t.reporter else t.source
        facts = {} if t.reporter else {name: t.facts[name] for name in kind.facts if name in t.facts}
        place = (t.kind, t.happened_on, source and json.dumps(facts, sort_keys=True, default=str))
        found.setdefault(place, Seen(kind, t.happened_on, source, facts))
    return list(found.values())


def _reported(told: Iterable[Told], rule: Catalogue) -> list[Seen]:
    by_kind: dict[str, list[Told]] = defaultdict(list)
    for t in told:
        if rule.kinds[t.kind].seen_by == ENOUGH_REPORTERS:
            by_kind[t.kind].append(t)
    return [line for kind, rows in by_kind.items() for line in _by_month(rule.kinds[kind], rows, rule)]


def _by_month(kind: Kind, rows: Sequence[Told], rule: Catalogue) -> list[Seen]:
    """One line for each month in which it was reported and up to whose end enough firms had reported it."""
    months = {t.happened_on.replace(day=1) for t in rows}
    shown = []
    for month in sorted(months):
        since, until = plus_months(month, 1 - rule.reporters_within_months), plus_months(month, 1)
        within = [t for t in rows if since <= t.happened_on < until]
        if len({t.reporter for t in within if t.reporter}) >= rule.enough_reporters:
            shown.append(Seen(kind, month, by_month=True))
    return shown


# The facts that are a line of their own, in this order, worded `fact_<name>`.
LINES = (
    "court", "reference", "amount", "status", "former_name", "name", "former_address", "address", "period_end_on",
    "expected_on",
)  # fmt: skip


def fact_lines(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is known of an event besides its kind and day, a sentence each: codes with their facts, for `say`."""
    found = [{"code": f"fact_{name}", "facts": dict(facts)} for name in LINES if facts.get(name)]
    if facts.get("relation") and facts.get("linked_name"):
        found.append({"code": f"fact_linked_{facts['relation']}", "facts": {"linked_name": facts["linked_name"]}})
    if facts.get("trouble"):
        found.append({"code": f"signal_{facts['trouble']}", "facts": {}})
    return found


# --- countries --------------------------------------------------------------------------------------------------------

HOUSE_GRADES = ("AA", "A", "BB", "B", "C", "D")  # best to worst
Rating = tuple[str, int, int | None]  # house grade, house level 1-4, OECD class or None


def country_worsened(old: Rating, new: Rating) -> bool:
    """Whether a country's new rating is a downgrade: the house grade fell, or under the same grade the level or the
    OECD class rose. To become classified, or to be left out by the OECD, is neither."""
    if old[0] != new[0]:
        return HOUSE_GRADES.index(new[0]) > HOUSE_GRADES.index(old[0])
    classes = new[2] is not None and old[2] is not None and new[2] > old[2]
    return new[1] > old[1] or (classes and new[1] == old[1])
