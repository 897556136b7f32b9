"""The next sensible step with a buyer: one, and why. What a careful credit controller would do first."""

from dataclasses import dataclass
from decimal import Decimal

SOON_DAYS = 30


@dataclass(frozen=True)
class Situation:
    """What an exporter knows of one buyer today. Amounts in the limit's currency; None means there is none."""

    excluded: bool = False
    insolvent: bool = False
    has_policy: bool = True
    claim_open: bool = False
    papers_asked: bool = False
    request_open: bool = False
    fell: bool = False  # a downgrade nobody has dealt with
    limit: Decimal | None = None
    under_review: bool = False  # nobody at the insurer has looked at the limit since the buyer was regraded
    limit_ends_in: int | None = None  # days
    owed: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)


def next_step(facts: Situation) -> str:
    """The code of the step, worded in portal/wording.py; its button is in portal/views/buyer.py.

    Cover already at risk comes before cover one would like to have, and what others wait for before one's own wishes.
    """
    if facts.papers_asked:
        return "send_papers_asked_for"
    if facts.insolvent and not facts.claim_open and facts.owed > 0:
        return "file_claim_for_insolvency"
    if facts.excluded:
        return "sell_without_cover"
    if facts.fell:
        return "deal_with_downgrade"
    if facts.overdue > 0 and not facts.claim_open:
        return "chase_what_is_overdue"
    return _step_with_limit(facts)


def _step_with_limit(facts: Situation) -> str:
    if facts.request_open:
        return "await_decision_on_limit"
    if not facts.has_policy:
        return "await_policy"
    if facts.insolvent:
        return "stop_selling_on_credit"
    if not facts.limit:
        return "ask_for_first_limit"
    if facts.under_review:  # more is not asked for, nor is it given, before somebody has looked
        return "under_review"
    if facts.owed > facts.limit:
        return "ask_for_higher_limit"
    if facts.limit_ends_in is not None and facts.limit_ends_in <= SOON_DAYS:
        return "ask_to_prolong_limit"
    return "nothing_to_do_now"
