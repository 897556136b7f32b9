"""What one currency is worth in another on a day, from quotations against the euro.

Source: the ECB publishes euro foreign exchange reference rates on its working days (ecb.europa.eu, "Euro foreign
exchange reference rates"): so many units of a currency for one euro. Everything else is a cross rate through the euro.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kernel.money import Rate
from kernel.refusals import Refusal, refusal

PIVOT = "EUR"
# The ECB's longest silence is Christmas and New Year around weekends (5 days). Older quotations are refused.
OLDEST = timedelta(days=10)


@dataclass(frozen=True)
class Quotation:
    """`value` units of `currency` for one euro on `day`; `source` last published anything at all on `published`."""

    currency: str
    value: Decimal
    day: date
    source: str
    published: date


def euro(day: date) -> Quotation:
    """The euro in itself."""
    return Quotation(PIVOT, Decimal(1), day, "", day)


def quotation_refused(currency: str, quotation: Quotation | None, day: date) -> tuple[Refusal, ...]:
    """Refuses a currency that is not quoted, whose series has ended by `day`, or whose quotation is too old for it."""
    if quotation is None:
        return (refusal("currency_not_quoted", "currency", currency=currency, day_on=day),)
    if quotation.published > quotation.day:  # its source went on without it: HRK after 2022, RUB after March 2022
        return (refusal("rate_series_ended", "currency", currency=currency, day_on=day, last_on=quotation.day),)
    if day - quotation.day > OLDEST:
        return (refusal("rate_too_old", "currency", currency=currency, day_on=day, last_on=quotation.day),)
    return ()


def crossed(base: Quotation, quote: Quotation, day: date) -> Rate:
    """What one unit of `base` is worth in `quote` on `day`.

    The value keeps Decimal's 28 digits: only the converted amount is rounded (kernel.money.converted). The rate bears
    the older of the two days of quotation.
    """
    quoted = [q for q in (base, quote) if q.currency != PIVOT]
    return Rate(
        base=base.currency,
        quote=quote.currency,
        value=quote.value / base.value,
        day=min((q.day for q in quoted), default=day),
        source=quoted[0].source if quoted else PIVOT,
    )
