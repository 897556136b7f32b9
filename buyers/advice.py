"""What a regrade means for the firm that sells to the buyer, and what it can do now (domain.md §3, "Signals").

Grades 9 and 10 are the scale's own words: at risk of failure, insolvent. Deliveries to an insolvent buyer are not
covered
(domain.md §4, "stop shipment").
"""

from dataclasses import dataclass

HIGH_RISK, NEAR_FAILURE, INSOLVENT = 7, 9, 10


@dataclass(frozen=True)
class Advice:
    """`meaning` and `steps` are codes for wording.py, the most pressing step first. `severity` is a status kind."""

    meaning: str
    steps: tuple[str, ...]
    severity: str


def advice(former: int | None, grade: int) -> Advice:
    """What a change of grade from `former` (None: not graded before) to `grade` asks for."""
    if grade >= INSOLVENT:
        return Advice("means_insolvent", ("stop_delivering", "file_the_claim"), "bad")
    if former is None:
        return Advice("means_first_grade", ("ask_for_cover",), "info" if grade < HIGH_RISK else "warn")
    if grade < former:
        return Advice("means_upgrade", ("ask_for_more",), "ok")
    if grade >= NEAR_FAILURE:
        return Advice("means_near_failure", ("hold_deliveries", "collect_now", "cut_the_limit", "get_security"), "bad")
    if grade >= HIGH_RISK:
        return Advice("means_high_risk", ("cut_the_limit", "get_security", "remind_earlier"), "bad")
    return Advice("means_weaker", ("watch_payments", "remind_earlier"), "warn")
