"""Amounts: Decimals with a currency, one rounding, one conversion. Floats never touch them."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from kernel.currencies import MINOR_UNITS
from kernel.refusals import Refusal, refusal

# Columns hold 15 digits before the point and 4 after it (the finest ISO minor unit).
LARGEST = Decimal("999999999999999.9999")


@dataclass(frozen=True)
class Money:
    """An amount in a currency, e.g. ``Money(Decimal("120000"), "USD")``."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


@dataclass(frozen=True)
class Rate:
    """What one unit of `base` is worth in `quote` on `day`, and who published it."""

    base: str
    quote: str
    value: Decimal
    day: date
    source: str


def minor_units(currency: str) -> int:
    """Digits after the point of `currency` (ISO 4217); KeyError when it is none."""
    return MINOR_UNITS[currency]


def rounded(amount: Decimal, currency: str) -> Decimal:
    """`amount` half-up to the currency's minor unit: the only rounding in the house (seams.md, "Rounding")."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), rounding=ROUND_HALF_UP)


def converted(amount: Decimal, rate: Rate) -> Money:
    """`amount` of `rate.base` in `rate.quote`, rounded once."""
    return Money(rounded(amount * rate.value, rate.quote), rate.quote)


def decimals_refused(amount: Decimal, currency: str, about: str = "amount") -> tuple[Refusal, ...]:
    """Refuses more digits after the point than the currency has (100.5 JPY) and amounts no column holds."""
    if not amount.is_finite():
        return (refusal("not_an_amount", about),)
    if abs(amount) > LARGEST:
        return (refusal("amount_too_large", about),)
    if amount != rounded(amount, currency):
        return (refusal("too_many_decimals", about, currency=currency, digits=minor_units(currency)),)
    return ()


def amount_refused(amount: Decimal, currency: str, about: str = "amount") -> tuple[Refusal, ...]:
    """Refuses what cannot be asked, owed or paid: unknown currency, nothing, less than nothing, stray decimals."""
    if currency not in MINOR_UNITS:
        return (refusal("unknown_currency", "currency", currency=currency),)
    if amount.is_finite() and amount <= 0:
        return (refusal("amount_not_positive", about),)
    return decimals_refused(amount, currency, about)


def parsed_amount(text: str) -> Decimal | None:
    """The amount in a file's cell ("1234.50", "1,234.50"); None when it cannot be read without guessing.

    A comma is accepted only as a thousands mark before a point or in full groups of three; "1,5" is refused.
    """
    plain = text.strip().replace("\u00a0", "").replace(" ", "")
    if "," in plain:
        whole, _, rest = plain.partition(".")
        groups = whole.lstrip("+-").split(",")
        if any(len(g) != 3 for g in groups[1:]) or not 1 <= len(groups[0]) <= 3 or "," in rest:
            return None
        plain = plain.replace(",", "")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
