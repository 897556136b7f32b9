"""Whether a claim may be filed as it stands (domain.md §4 and §9). Missing papers do not stop it: days lost may."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.deadlines import ClaimTerms, opens_on
from kernel.refusals import Refusal, refusal

INSOLVENCY, PROTRACTED_DEFAULT, POLITICAL = "insolvency", "protracted_default", "political"


@dataclass(frozen=True)
class ItemFacts:
    """A claimed invoice. `open_amount` is gross, in `currency`."""

    number: str
    buyer: int
    policy: int
    currency: str
    delivered_on: date
    due_on: date
    open_amount: Decimal


@dataclass(frozen=True)
class ClaimFacts:
    """A claim to be filed. `cover_ends_on` is the last day whose deliveries the policy covers, however it ended."""

    buyer: int
    policy: int
    cause: str
    event_on: date
    currency: str
    items: tuple[ItemFacts, ...]
    cover_starts_on: date
    cover_ends_on: date
    terms: ClaimTerms


def event_refused(event_on: date, today: date) -> tuple[Refusal, ...]:
    """Refuses an insolvency or default that has not happened yet."""
    return (refusal("event_in_future", "event_on"),) if event_on > today else ()


def filing_refused(claim: ClaimFacts, today: date) -> tuple[Refusal, ...]:
    """Every reason why the claim cannot be filed on `today`; empty when it can.

    A policy that has ended is no reason by itself: what was delivered while it was in force runs off under it.
    """
    if not claim.items:
        return (*event_refused(claim.event_on, today), refusal("no_invoice_claimed", "items"))
    found = [*event_refused(claim.event_on, today)]
    for item in claim.items:
        found += _item_refused(item, claim, today)
    if claim.cause == PROTRACTED_DEFAULT and not found:
        opens = opens_on((item.due_on for item in claim.items), claim.terms)
        if today < opens:
            found.append(refusal("filing_not_open_yet", "items", opens_on=opens))
    return tuple(found)


def _item_refused(item: ItemFacts, claim: ClaimFacts, today: date) -> list[Refusal]:
    found = []
    if item.buyer != claim.buyer:
        found.append(refusal("invoice_of_another_buyer", "items", number=item.number))
    if item.policy != claim.policy:
        found.append(refusal("invoice_under_another_policy", "items", number=item.number))
    if item.currency != claim.currency:
        found.append(
            refusal("invoice_in_another_currency", "items", number=item.number, currency=item.currency,
                    claimed=claim.currency)
        )  # fmt: skip
    if item.open_amount <= 0:
        found.append(refusal("invoice_already_paid", "items", number=item.number))
    if claim.cause == PROTRACTED_DEFAULT and item.due_on >= today:
        found.append(refusal("invoice_not_due_yet", "items", number=item.number, due_on=item.due_on))
    if not claim.cover_starts_on <= item.delivered_on <= claim.cover_ends_on:
        found.append(
            refusal("delivered_outside_policy", "items", number=item.number, delivered_on=item.delivered_on,
                    starts_on=claim.cover_starts_on, ends_on=claim.cover_ends_on)
        )  # fmt: skip
    return found
