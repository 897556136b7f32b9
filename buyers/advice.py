"""What a regrade or a signal means for the firm that sells to the buyer, and what it can do now (domain.md §3,
"Signals").

Grades 9 and 10 are the scale's own words: at risk of failure, insolvent. Deliveries to an insolvent buyer are not
covered (domain.md §4, "stop shipment").
"""

from dataclasses import dataclass

from desk.gravity import Gravity

HIGH_RISK, SERIOUS, NEAR_FAILURE, INSOLVENT = 7, 8, 9, 10


@dataclass(frozen=True)
class Advice:
    """`meaning` and `steps` are codes for wording.py, the most pressing step first. `severity` is a status kind."""

    meaning: str
    steps: tuple[str, ...]
    severity: str
    gravity: Gravity


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
        steps = ("hold_deliveries", "collect_now", "cut_the_limit", "get_security")
        return Advice("means_near_failure", steps, "bad", gravity)
    if grade >= HIGH_RISK:
        return Advice("means_high_risk", ("cut_the_limit", "get_security", "remind_earlier"), "bad", gravity)
    return Advice("means_weaker", ("watch_payments", "remind_earlier"), "warn", gravity)


def _gravity(grade: int, least: Gravity) -> Gravity:
    """From grade 8 on it is serious, whatever it was before."""
    if grade >= SERIOUS:
        return Gravity.SERIOUS
    return max(least, Gravity.WORSE) if grade >= HIGH_RISK else least
