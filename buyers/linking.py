"""Which links between companies may stand: nobody is linked to itself, no group goes round in a circle."""

from collections.abc import Collection
from datetime import date

from kernel.refusals import Refusal, refusal

PARENT, MAIN_CUSTOMER, MAIN_SUPPLIER = "parent", "main_customer", "main_supplier"
RELATIONS = (PARENT, MAIN_CUSTOMER, MAIN_SUPPLIER)


def link_refused(
    buyer: int,
    other: int,
    relation: str,
    above_other: Collection[int],
    parent: int | None,
    since: date | None,
    today: date,
) -> tuple[Refusal, ...]:
    """Why `other` cannot be `relation` of `buyer`. `above_other`: `other`, its parent, and so on up to the head of its
    group; `parent`: the parent `buyer` has at present.

    Refuses `relation_unknown`, `link_to_itself`, `link_goes_in_a_circle`, `parent_known` (end that link first),
    `link_in_future`. Who buys from whom may go in circles; who owns whom may not.
    """
    if relation not in RELATIONS:
        return (refusal("relation_unknown", "relation", relation=relation[:20]),)
    found: list[Refusal] = []
    if buyer == other:
        found.append(refusal("link_to_itself", "other"))
    elif relation == PARENT and buyer in above_other:
        found.append(refusal("link_goes_in_a_circle", "other"))
    elif relation == PARENT and parent not in (None, other):
        found.append(refusal("parent_known", "other"))
    if since and since > today:
        found.append(refusal("link_in_future", "since", since_on=since.isoformat()))
    return tuple(found)


def end_refused(since: date | None, ended_on: date, ended: bool, today: date) -> tuple[Refusal, ...]:
    """Why a link cannot end on `ended_on`: it has ended, the day is to come, or lies before it began."""
    if ended:
        return (refusal("link_has_ended"),)
    if ended_on > today:
        return (refusal("link_in_future", "ended_on", since_on=ended_on.isoformat()),)
    return (refusal("link_ends_before_it_began", "ended_on"),) if since and ended_on < since else ()
