"""Whether an underwriter may set a buyer's grade beside its scorecard's: what the card cannot know, and for a time.

Source: the house's underwriting rules (docs/scorecard.md, "Grades set by underwriters"), after what supervisors ask of
an override of a rating: reasoned, dated, monitored (EBA/GL/2017/16 on PD estimation).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from accounts.authority import Authority, within_authority
from kernel.refusals import Refusal, refusal

BEST, WORST = 1, 9  # 10 is insolvent, which is a fact and no opinion
SHORTEST_REASON = 20
LONGEST_DAYS = 366


def override_refused(
    grade: int, reason: str, until: date, today: date, computed: int | None, insolvent: bool
) -> tuple[Refusal, ...]:
    """Refuses a grade that is none, the one the card gives anyway, one for an insolvent or unrated buyer; a reason too
    short to be one; an end that is not ahead or more than a year away. `computed` is the card's grade."""
    found: list[Refusal] = []
    if computed is None:
        found.append(refusal("override_needs_a_score"))
    if insolvent:
        found.append(refusal("override_not_of_insolvency"))
    if not BEST <= grade <= WORST:
        found.append(refusal("override_grade_out_of_range", "grade", best=BEST, worst=WORST))
    elif grade == computed and not insolvent:
        found.append(refusal("override_changes_nothing", "grade", grade=grade))
    if len(reason.strip()) < SHORTEST_REASON:
        found.append(refusal("override_reason_too_short", "reason", shortest=SHORTEST_REASON))
    return (*found, *end_refused(until, today))


def end_refused(until: date, today: date) -> tuple[Refusal, ...]:
    """Refuses an end that is not ahead or too far; asked again when the second underwriter confirms."""
    if until <= today:
        return (refusal("override_end_not_ahead", "until", until_on=until),)
    if until > today + timedelta(days=LONGEST_DAYS):
        return (refusal("override_end_too_far", "until", longest=LONGEST_DAYS),)
    return ()


def authority_refused(
    grade: int, computed: int | None, at_stake: Decimal, authority: Authority | None
) -> tuple[Refusal, ...]:
    """Refuses to confirm beyond a personal authority, as limits are refused: the limits issued on the firm in house
    currency are over its amount, or the grade set or the scorecard's (`computed`) lies outside its grades. Of both,
    else who may decide on good buyers only could first make one of any."""
    by_both = (*within_authority(at_stake, grade, authority), *within_authority(at_stake, computed, authority))
    return tuple({no.code: no for no in by_both}.values())


def asking_refused(
    grade: int, computed: int | None, at_stake: Decimal, others: Sequence[Authority]
) -> tuple[Refusal, ...]:
    """Refuses to ask for what none of the others may confirm. One's own authority is not asked for: whoever knows a
    buyer best says so, whoever answers for it confirms. But a wish that nobody can grant would only keep others out."""
    if all(authority_refused(grade, computed, at_stake, authority) for authority in others):
        return (refusal("override_nobody_may_confirm", "grade"),)
    return ()
