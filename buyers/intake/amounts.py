"""Amounts as people write them in accounts. What could be read in two ways is refused, never guessed.

The rule (docs/formats/accounts.md, "Amounts"): blanks and apostrophes group digits; of a point and a comma the last is
the decimal mark; one that stands several times groups by threes; a single one with other than three digits behind it is
the decimal mark; a single one with three digits behind it ("1,234") is a group or a fraction, and is refused unless the
file says which mark is the decimal one.
"""

import re
import unicodedata
from decimal import Decimal

from kernel.refusals import Refusal, refusal

MARKS = ("", ".", ",")
UNITS = (1, 1_000, 1_000_000)
LONGEST = 40

# Blanks of all widths, and the apostrophes Swiss accounts are grouped with.
_GROUPERS = re.compile(r"[\s\u00a0\u2007\u2009\u202f'\u2019]")
_POWER = re.compile(r"[0-9.,]+E[+-]?[0-9]+", re.I)
_PLAIN = re.compile(r"[0-9]*(\.[0-9]+)?")


def read_amount(text: str, about: str = "", mark: str = "") -> Decimal | Refusal | None:
    """The amount in `text`, None where it is empty, or why it cannot be read. `mark`: the decimal mark, "" unknown.

    Refuses `amount_unreadable`, `amount_in_powers` (a spreadsheet's 1.2E+07 has lost digits), `amount_ambiguous`.
    """
    # NFKC: digits, commas and brackets of Chinese keyboards are wider, not other.
    plain = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-").replace("\u2013", "-")
    if not plain:
        return None
    if len(plain) > LONGEST:
        return refusal("amount_unreadable", about)
    if _POWER.fullmatch(plain.lstrip("+-")):
        return refusal("amount_in_powers", about)
    negative, digits = _signed(plain)
    found = _without_groups(_GROUPERS.sub("", digits), mark)
    if found is None:
        return refusal("amount_ambiguous", about, written=plain)
    if not found or not _PLAIN.fullmatch(found) or not found.isascii():
        return refusal("amount_unreadable", about)
    amount = Decimal(found)
    return -amount if negative else amount


def _signed(text: str) -> tuple[bool, str]:
    """Minus before, minus behind, or brackets as accountants write them."""
    if text.startswith("(") and text.endswith(")"):
        return True, text[1:-1]
    if text.startswith("-") or text.endswith("-"):
        return True, text[1:] if text.startswith("-") else text[:-1]
    return False, text.removeprefix("+")


def _without_groups(digits: str, mark: str) -> str | None:
    """Digits with a point where the decimal mark is; "" where it is no amount, None where it could be two."""
    mark = mark or _mark_of(digits)
    if mark == "?":
        return None
    whole, _, rest = digits.partition(mark) if mark else (digits, "", "")
    grouper = {".": ",", ",": "."}.get(mark, "," if "," in whole else ".")
    groups = whole.split(grouper)
    if grouper in rest or (mark and mark in rest) or (len(groups) > 1 and not _by_threes(groups)):
        return ""
    return "".join(groups) + (f".{rest}" if rest else "")


def _mark_of(digits: str) -> str:
    """The decimal mark of one amount: "." or ",", "" where it has none, "?" where that cannot be told."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return max(".,", key=digits.rfind)
    if points + commas != 1:
        return ""
    mark = "." if points else ","
    whole, _, rest = digits.partition(mark)
    # "0,125" and "1234,125" are no groups of three; "12,345" may be.
    may_be_group = len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    return "?" if may_be_group else mark


def _by_threes(groups: list[str]) -> bool:
    return 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
