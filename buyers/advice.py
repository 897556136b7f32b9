"""What a regrade or a signal means for the firm that sells to the buyer, and what it can do now (domain.md §3,
"Signals").

Grades 9 and 10 are the scale's own words: at risk of failure, insolvent. Deliveries to an insolvent buyer are not
covered (domain.md §4, "stop shipment").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from buyers.signals import ENOUGH_REPORTERS, EXPORTERS, SIGNALS, Told, catalogue, kind_of
from desk.gravity import Gravity

HIGH_RISK, SERIOUS, NEAR_FAILURE, INSOLVENT = 7, 8, 9, 10


@dataclass(frozen=True)
class Advice:
    """`meaning` and `steps` are codes for wording.py, the most pressing step first. `severity` is a status kind.

    `also` is what else it means, where an event and the regrade it brought about are told together.
    """

    meaning: str
    steps: tuple[str, ...]
    severity: str
    gravity: Gravity
    also: str = ""


INSOLVENCY = Advice("means_insolvent", ("stop_delivering", "file_the_claim"), "bad", Gravity.URGENT)


def advice(former: int | None, grade: int) -> Advice:
    """What a change of grade from `former` (None: not graded before) to `grade` asks for."""
    if grade >= INSOLVENT:
        return INSOLVENCY
    if former is None:
        severity = "info" if grade < HIGH_RISK else "warn"
        return Advice("means_first_grade", ("ask_for_cover",), severity, _gravity(grade, Gravity.NEWS))
    if grade < former:
        return Advice("means_upgrade", ("ask_for_more",), "ok", Gravity.NEWS)
    return _worse(grade)


def _worse(grade: int) -> Advice:
    gravity = _gravity(grade, Gravity.WORSE)
    if grade >= NEAR_FAILURE:
        last_calls = ("hold_deliveries", "collect_now", "report_own_overdue", "cut_the_limit", "get_security")
        return Advice("means_near_failure", last_calls, "bad", gravity)
    if grade >= HIGH_RISK:
        steps = ("cut_the_limit", "get_security", "report_own_overdue", "remind_earlier")
        return Advice("means_high_risk", steps, "bad", gravity)
    return Advice("means_weaker", ("watch_payments", "report_own_overdue", "remind_earlier"), "warn", gravity)


def _gravity(grade: int, least: Gravity) -> Gravity:
    """From grade 8 on it is serious, whatever it was before."""
    if grade >= SERIOUS:
        return Gravity.SERIOUS
    return max(least, Gravity.WORSE) if grade >= HIGH_RISK else least


# --- signals ---------------------------------------------------------------------------------------------------------

# Cover ends with these whatever else is known; they do not wait for a digest.
END_OF_COVER = frozenset({"insolvency_filed", "dissolved"})
BY_SEVERITY = {"bad": Gravity.SERIOUS, "warn": Gravity.WORSE, "info": Gravity.NEWS, "ok": Gravity.NEWS}


def signal_advice(code: str) -> Advice:
    """What a signal of that kind asks for, as the catalogue says (buyers/signals.py)."""
    kind = kind_of(code)
    gravity = Gravity.URGENT if code in END_OF_COVER else BY_SEVERITY[kind.severity]
    return Advice(kind.meaning, kind.advice, kind.severity, gravity)


def joint_advice(event: Advice, regrade: Advice) -> Advice:
    """What an event and the regrade it brought about ask for together: what the graver of the two says goes first, of
    equals the event. That cover has ended is said once."""
    first, then = (regrade, event) if regrade.gravity > event.gravity else (event, regrade)
    ended, both_ended = first.gravity == Gravity.URGENT, then.gravity == Gravity.URGENT
    # What else could be done would be about a limit that covers nothing more.
    steps = first.steps if ended and not both_ended else tuple(dict.fromkeys((*first.steps, *then.steps)))
    return Advice(first.meaning, steps, first.severity, first.gravity, "" if both_ended else then.meaning)


def alert_advice(kind: str, facts: Mapping[str, Any], of_score: bool) -> Advice:
    """What an alert of that kind asks for; of a signal that took a regrade in, both."""
    if "grade" not in facts:
        return signal_advice(kind)
    regrade = advice(facts.get("former_grade"), facts["grade"])
    return regrade if of_score else joint_advice(signal_advice(kind), regrade)


# --- what fits -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stake:
    """What a firm has on a buyer: a limit, open invoices, overdue ones (None: it keeps no invoices here, so nobody
    knows)."""

    limit: bool
    invoices: bool | None
    overdue: bool | None


LIMIT, INVOICES, OVERDUE, EITHER = "limit", "invoices", "overdue", "either"
NEEDED = {
    "cut_the_limit": LIMIT,
    "ask_for_more": LIMIT,
    "file_the_claim": INVOICES,
    "report_own_overdue": OVERDUE,
    "collect_now": INVOICES,
    "watch_payments": INVOICES,
    "remind_earlier": INVOICES,
    "get_security": EITHER,
}


def fitting(steps: Iterable[str], stake: Stake) -> tuple[str, ...]:
    """Those of `steps` the firm can take, or the word that nothing needs doing. Who has no limit cannot cut it, who is
    owed nothing has nothing to collect; who has neither is told so."""
    found: list[str] = []
    for step in steps:
        if step == "ask_for_more" and not stake.limit:
            found.append("ask_for_cover")
        elif step == "ask_for_cover" and stake.limit:
            continue
        elif _has(stake, NEEDED.get(step, "")):
            found.append(step)
    if not stake.limit and stake.invoices is False:
        found.append("nothing_at_stake")
    elif not found:
        found.append("nothing_to_collect")
    return tuple(dict.fromkeys(found))


def _has(stake: Stake, needed: str) -> bool:
    owed = stake.invoices is not False  # where nobody knows, it may be
    overdue = stake.overdue is not False
    return {LIMIT: stake.limit, INVOICES: owed, OVERDUE: overdue, EITHER: stake.limit or owed}.get(needed, True)


@dataclass(frozen=True)
class Alerting:
    """A signal that alerts. `facts` are for exporters; `enough`: how many policyholders must have reported the like
    within a year before others hear of it, 0 = it is public."""

    signal: int
    facts: Mapping[str, Any]
    enough: int


def alerting(signals: Iterable[tuple[int, int, Told]]) -> list[Alerting]:
    """Those of `signals` (id, buyer, what it says) that exporters are alerted of, the latest first.

    Not what is for staff. What policyholders report is told without anything they said of it, and of several reports
    of one kind about one buyer only the latest alerts: how many came is nobody's business.
    """
    rule, found, reported = catalogue(), [], set[tuple[int, str]]()
    for signal, buyer, told in sorted(signals, key=lambda row: (row[2].happened_on, row[0]), reverse=True):
        kind = kind_of(told.kind)
        if told.staff_only or kind.told_by != SIGNALS or kind.seen_by not in (EXPORTERS, ENOUGH_REPORTERS):
            continue
        if told.reporter is not None:
            if (buyer, told.kind) in reported:
                continue
            reported.add((buyer, told.kind))
        public = kind.seen_by == EXPORTERS
        facts = {name: told.facts[name] for name in kind.facts if name in told.facts} if told.reporter is None else {}
        day = told.happened_on if public else told.happened_on.replace(day=1)
        found.append(
            Alerting(signal, {**facts, "happened_on": day.isoformat()}, 0 if public else rule.enough_reporters)
        )
    return found
