"""Finding a buyer in the directory: by number, by name, by part of a name in any script, in a country.

A name alone never selects a buyer (domain.md §1, "the right legal entity"): what is found is a list to choose from.
Every step is bounded: it reads one index and takes no more rows than the page shows. What an exporter finds says
nothing of other exporters: whether a buyer is in their books is neither shown nor part of the order.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet

from buyers.identity import normalised
from buyers.models import BookEntry, Buyer, Identifier
from buyers.models.buyer import EAST_ASIAN, BuyerCategory, spaced_out
from buyers.names import compared_name, sort_key
from kernel.refusals import Refusal, refusal

SHOWN = 50
SHORTEST, LONGEST = 2, 200
# A search that takes longer (a part of a name that thousands have) ends with what it has, and says so.
TIME_LIMIT_MS = 3_000

NUMBER, NAME, BEGINNING, PART = "number", "name", "beginning", "part"

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_RUNS = re.compile(f"({EAST_ASIAN}+)")
# Trigrams are taken from letters and digits standing together.
_THREE_TOGETHER = re.compile(r"[^\W_]{3}")


@dataclass
class Found:
    """A buyer of the directory, how it was found, and whether another one found bears the same name."""

    buyer: Buyer
    how: str
    identifiers: list[Identifier] = field(default_factory=list)
    same_name: bool = False
    entry: int | None = None  # in the searcher's own book


@dataclass
class Findings:
    """What a search found, at most SHOWN; `more`: there are others, the search wants to be narrowed."""

    rows: list[Found] = field(default_factory=list)
    more: bool = False
    refusals: tuple[Refusal, ...] = ()


def cleaned(text: str) -> str:
    """What was typed, without marks nobody sees, composed, on one line."""
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub(" ", text)).split())


def find_buyers(*, text: str, country: str = "", exporter: int | None = None) -> Findings:
    """Search the directory; `exporter`: whose own book the rows are marked by.

    Numbers first, then equal names, beginnings, parts of names, each by name. Refuses `query_too_short` and
    `query_too_long`.
    """
    text = cleaned(text)
    if len(text) < SHORTEST:
        return Findings(refusals=(refusal("query_too_short", "q"),))
    if len(text) > LONGEST:
        return Findings(refusals=(refusal("query_too_long", "q", length=LONGEST),))
    rows, more = _gathered(text, country)
    _complete(rows, exporter)
    return Findings(rows, more)


def buyers_with_number(text: str, country: str = "") -> list[Buyer]:
    """The buyers a number belongs to, whatever its kind; merges are followed."""
    value = normalised(text)
    values = {value, f"{country}{value}"} if country else {value}
    found = Identifier.objects.filter(value__in=values).select_related("buyer__merged_into").order_by("id")[: SHOWN + 1]
    present = {present.pk: present for present in (i.buyer.merged_into or i.buyer for i in found)}
    return [buyer for buyer in present.values() if not buyer.private_person]


def namesakes(name: str, country: str = "") -> list[Found]:
    """Entries that may be the company of this name: those with all its words, else with ever fewer of the first ones.

    Typing errors and other spellings are not looked through here.
    """
    words = cleaned(name)[:LONGEST].split()
    for number in range(len(words), 0, -1):
        if rows := find_buyers(text=" ".join(words[:number]), country=country).rows:
            return rows
    return []


def _gathered(text: str, country: str) -> tuple[list[Found], bool]:
    found: dict[int, Found] = {}
    if _may_be_number(text):
        found |= {b.pk: Found(b, NUMBER) for b in buyers_with_number(text, country)}
    directory = Buyer.objects.listed().filter(**({"country": country} if country else {}))
    key = sort_key(text)
    steps: list[tuple[str, Q | QuerySet[Buyer] | None]] = [
        (NAME, Q(sort_key=key)),
        (BEGINNING, Q(sort_key__startswith=key)),
        (PART, _parts(directory, text)),
    ]
    for how, step in steps:
        if step is None or len(found) > SHOWN:
            continue
        rows = directory.filter(step) if isinstance(step, Q) else step
        rows = rows.exclude(pk__in=list(found)).order_by("sort_key", "id")[: SHOWN + 1 - len(found)]
        in_time = _in_time(rows)
        if in_time is None:
            return list(found.values())[:SHOWN], True
        found |= {b.pk: Found(b, how) for b in in_time}
    return list(found.values())[:SHOWN], len(found) > SHOWN


def _may_be_number(text: str) -> bool:
    value = normalised(text)
    return len(value) >= 4 and any(c.isdigit() for c in value)


def _parts(directory: QuerySet[Buyer], text: str) -> QuerySet[Buyer] | None:
    """Buyers whose names have every word of `text` somewhere; None when no index can find them."""
    found, by_index = directory, False
    for word in text.split():
        found = found.filter(name__icontains=word)
        for run in _RUNS.split(word):
            if len(run) >= SHORTEST and _RUNS.fullmatch(run):
                # Two characters make no trigram; with blanks around each they make several.
                found = found.filter(name__regex=EAST_ASIAN).annotate(spaced=spaced_out(F("name")))
                found = found.filter(spaced__contains=" " + "  ".join(run) + " ")
                by_index = True
            elif _THREE_TOGETHER.search(run):
                by_index = True
    return found if by_index else None


def _in_time(rows: QuerySet[Buyer]) -> list[Buyer] | None:
    """The rows, or None when the database did not find them in time."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [TIME_LIMIT_MS])
            found = list(rows)
            # Inside somebody else's transaction the limit would stay.
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
            return found
    except OperationalError as late:
        if "statement timeout" not in str(late):
            raise
        return None


def _complete(rows: list[Found], exporter: int | None) -> None:
    """Numbers, own entries and equal names of what was found, in two queries whatever their number."""
    _give_numbers(rows)
    if exporter is not None:
        own = BookEntry.objects.current().filter(exporter=exporter, buyer__in=[row.buyer.pk for row in rows])
        entries = dict(own.values_list("buyer", "pk"))
        for row in rows:
            row.entry = entries.get(row.buyer.pk)
    names = Counter(compared_name(row.buyer.name) for row in rows)
    for row in rows:
        row.same_name = names[compared_name(row.buyer.name)] > 1


def _give_numbers(rows: Iterable[Found]) -> None:
    by_buyer = {row.buyer.pk: row for row in rows}
    numbers = Identifier.objects.filter(buyer__in=list(by_buyer)).order_by("scheme", "value")
    for number in numbers:
        by_buyer[number.buyer_id].identifiers.append(number)


def category_warning(buyer: Buyer) -> str:
    """The code of what a clerk should know before choosing this kind of entity; empty for a plain company."""
    if buyer.public_body:
        return "choice_is_public_body"
    return {
        BuyerCategory.BRANCH: "choice_is_branch",
        BuyerCategory.FUND: "choice_is_fund",
        BuyerCategory.INTERNATIONAL_ORGANIZATION: "choice_is_international",
    }.get(BuyerCategory(buyer.category), "")
