"""What one currency is worth in another on a day, from quotations against the euro.

Source: the ECB publishes euro foreign exchange reference rates on its working days (ecb.europa.eu, "Euro foreign
exchange reference rates"): so many units of a currency for one euro. Everything else is a cross rate through the euro.
"""

import csv
import io
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


class BadFile(ValueError):
    """The file is not of the ECB's shape; says which line and why."""


@dataclass(frozen=True)
class Published:
    """One cell of the ECB's file."""

    currency: str
    day: date
    value: Decimal


def parsed_history(text: str) -> list[Published]:
    """The quotations of the ECB's eurofxref-hist.csv: a row per day, a column per currency, N/A where none.

    A series that has ended goes on as N/A: it gives no quotation. BadFile when the text has another shape.
    """
    reader = csv.reader(io.StringIO(text))
    head = [name.strip() for name in next(reader, [])]
    if head[:1] != ["Date"] or not all(len(name) == 3 for name in head[1:] if name):
        raise BadFile("the first line must be Date and currencies")
    found = []
    for row in reader:
        try:
            day = date.fromisoformat(row[0].strip())
            cells = [(c, cell.strip()) for c, cell in zip(head[1:], row[1:], strict=False) if c]
            found += [Published(c, day, Decimal(cell)) for c, cell in cells if cell not in ("N/A", "")]
        except (ValueError, ArithmeticError, IndexError) as wrong:
            raise BadFile(f"line {reader.line_num} is not a day with its rates") from wrong
    if any(not row.value.is_finite() or row.value <= 0 for row in found):
        raise BadFile("a rate must be above 0")
    return found


def moved(rows: list[Published], ending_on: date) -> list[Published]:
    """The rows whole weeks later (weekdays stay), the last one not after `ending_on`: so a demo never ages."""
    last = max((row.day for row in rows), default=ending_on)
    weeks = timedelta(weeks=max((ending_on - last).days // 7, 0))
    return [Published(row.currency, row.day + weeks, row.value) for row in rows]
