"""What an underwriter may do with a limit whose buyer was regraded: keep it, reduce it, withdraw it."""

from decimal import Decimal

from kernel.money import amount_refused
from kernel.refusals import Refusal, refusal
from policies.deciding import DECISION_REASONS, codes

KEEP, REDUCE, WITHDRAW = "keep", "reduce", "withdraw"
CHOICES = (KEEP, REDUCE, WITHDRAW)


def review_refused(
    choice: str, amount: Decimal | None, currency: str, present: Decimal, reasons: tuple[str, ...]
) -> tuple[Refusal, ...]:
    """Refuses a reduction that is none, and a cut without a reason the exporter can read. Amounts in `currency`."""
    if choice not in CHOICES:
        return (refusal("outcome_unknown", "choice"),)
    if choice == KEEP:
        return ()
    found: list[Refusal] = []
    if choice == REDUCE:
        wrong = amount_refused(amount if amount is not None else Decimal(0), currency)
        found.extend(wrong)
        if not wrong and amount is not None and amount >= present:
            found.append(refusal("reduction_not_below_present", "amount", present_amount=present, currency=currency))
    if not reasons:
        found.append(refusal("reason_missing", "reasons"))
    if set(reasons) - set(codes(DECISION_REASONS)):
        found.append(refusal("reason_unknown", "reasons"))
    return tuple(found)
