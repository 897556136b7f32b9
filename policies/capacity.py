"""How much the insurer takes on one buyer over all policies. Everything here is for staff: it is rivals' exposure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from policies.edition import Edition


@dataclass(frozen=True)
class Wish:
    """One row of the appetite that fits the buyer: `of` is "buyer", "grade" or "country"; amount in house currency."""

    of: str
    cap: Decimal
    off_cover: bool = False


@dataclass(frozen=True)
class Capacity:
    """The most that may be issued on the buyer (house currency), what set it, and what is off cover."""

    cap: Decimal
    set_by: str
    country_off_cover: bool = False
    buyer_off_cover: bool = False

    def room(self, issued: Decimal) -> Decimal:
        """What may still be issued; never below 0, even when a cap was lowered under what is out."""
        return max(self.cap - issued, Decimal(0))


def capacity(grade: int | None, wishes: Iterable[Wish], edition: Edition) -> Capacity:
    """The lowest cap that fits holds, but a cap of the buyer's own goes before those of its grade (models/capacity.py).

    Without a row for its grade the edition's cap holds; an ungraded buyer without a row of its own has none (0): a
    person sets one before the first limit.
    """
    rows = list(wishes)
    own = [w for w in rows if w.of == "buyer"] or [w for w in rows if w.of == "grade"]
    own = own or [Wish("edition", edition.exposure_cap.get(grade or 0, Decimal(0)))]
    country = [w for w in rows if w.of == "country"]
    lowest = min([*own, *(w for w in country if not w.off_cover)], key=lambda wish: wish.cap)
    return Capacity(
        lowest.cap,
        lowest.of,
        country_off_cover=any(w.off_cover for w in country),
        buyer_off_cover=any(w.off_cover for w in own),
    )
