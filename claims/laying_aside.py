"""What keeps a buyer in an exporter's book (seams.md: "Higher apps place holds; a held entry can't be archived")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kernel.refusals import Refusal, refusal


@dataclass(frozen=True)
class HeldAmount:
    """An amount that stands on the buyer: a limit, overdue debts (`since`: the first due day among them)."""

    amount: Decimal
    currency: str
    since: date | None = None


@dataclass(frozen=True)
class Holds:
    """What of the firm's stands on a buyer, whichever entries of the directory are that buyer."""

    requests: Sequence[str] = ()  # references of open ones
    limits: Sequence[HeldAmount] = ()
    claims: Sequence[str] = ()  # references of open ones
    overdue: Sequence[HeldAmount] = ()


def laying_aside_refused(holds: Holds) -> tuple[Refusal, ...]:
    """Everything that has to end first; empty when the buyer can be laid aside."""
    return (
        *(refusal("held_by_request", reference=reference) for reference in holds.requests),
        *(_of("held_by_limit", held) for held in holds.limits),
        *(refusal("held_by_claim", reference=reference) for reference in holds.claims),
        *(_of("held_by_overdue_debt", held) for held in holds.overdue),
    )


def _of(code: str, held: HeldAmount) -> Refusal:
    return refusal(code, amount=held.amount, currency=held.currency, since_on=held.since)
