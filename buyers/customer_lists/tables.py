"""The file of what the rows of a list came to: the file's own columns, then outcome, reason, company, in words."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import IO, Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.wording import said
from buyers.models import Buyer, CustomerList, CustomerRow, Identifier
from buyers.models.buyer import BuyerStatus
from buyers.models.customer_list import Outcome
from buyers.tables import Column, country_name, written_csv, written_xlsx
from buyers.wording import WORDS

# What a page writes while a person waits, in half a second; a longer list's file is a worker's.
ROWS_WHILE_WAITING = 2_000
ROWS_AT_ONCE = 1_000


def written_result(row: CustomerList, kind: str, progress: Callable[[int], None] = lambda rows: None) -> IO[bytes]:
    """The file in the language in force, as "csv" or "xlsx"; `progress` is told how many rows are written."""
    found = row.rows.select_related("proposal").defer("name", "country", "facts", "unread").order_by("number")
    columns, rows = _columns(row), _with_buyers(found, progress)
    return written_csv(columns, rows) if kind == "csv" else written_xlsx(columns, rows, _("Matched customers"))


def _columns(row: CustomerList) -> list[Column]:
    """The file's own columns, then what each row came to."""
    given = [
        Column(f"cell{place}", heading or _("Column %(n)s") % {"n": place + 1}, _cell(place))
        for place, heading in enumerate(row.header)
    ]
    # Said once for the file, not once for each of 200,000 rows.
    outcomes = {value: str(label) for value, label in Outcome.choices}
    statuses = {value: str(label) for value, label in BuyerStatus.choices}
    person, machine, yes, no = _("a person"), _("the match"), _("yes"), _("no")
    reasons: dict[str, str] = {}

    def reason(row: CustomerRow) -> str:
        key = f"{row.reason}{sorted(row.reason_facts.items())}"
        if key not in reasons and len(reasons) < ROWS_AT_ONCE:
            reasons[key] = said(WORDS, row.reason, row.reason_facts)
        return reasons.get(key) or said(WORDS, row.reason, row.reason_facts)

    return [
        Column("row", _("Row number"), lambda r: r.number),
        *given,
        Column("outcome", _("Outcome"), lambda r: outcomes.get(r.outcome, "")),
        Column("reason", _("Reason"), reason),
        Column("buyer", _("Buyer"), lambda r: r.chosen.name if r.chosen else ""),
        Column("buyer_country", _("Country of the buyer"), lambda r: _country_of(r)),
        Column("numbers", _("Numbers"), lambda r: ", ".join(f"{n.scheme} {n.value}" for n in r.numbers)),
        Column("status", _("Status"), lambda r: statuses[r.chosen.status] if r.chosen else ""),
        Column("offered", _("Companies found"), lambda r: "; ".join(map(_named, r.offered))),
        Column("chosen", _("Who chose"), lambda r: person if r.by_hand else machine if r.chosen else ""),
        Column("book", _("In your book"), lambda r: yes if r.done else no),
        Column("proposal", _("Proposal"), lambda r: r.proposal.reference if r.proposal else ""),
    ]


def _cell(place: int) -> Any:
    return lambda r: r.cells[place] if place < len(r.cells) else ""


def _country_of(row: CustomerRow) -> str:
    return country_name(str(row.chosen.country), get_language()) if row.chosen and row.chosen.country else ""


def _named(buyer: Buyer) -> str:
    return f"{buyer.name} ({buyer.country})" if buyer.country else buyer.name


def _with_buyers(rows: QuerySet[CustomerRow], progress: Callable[[int], None]) -> Iterator[CustomerRow]:
    """The rows with their buyers and numbers, some at a time."""
    one_by_one, written = rows.iterator(chunk_size=ROWS_AT_ONCE), 0
    while piece := list(islice(one_by_one, ROWS_AT_ONCE)):
        yield from _numbered(piece)
        written += len(piece)
        progress(written)


def _numbered(rows: Sequence[CustomerRow]) -> Sequence[CustomerRow]:
    wanted = {row.chosen_id for row in rows if row.chosen_id}
    offered = {candidate["buyer"] for row in rows for candidate in row.candidates}
    buyers = Buyer.objects.only("name", "country", "status").in_bulk(list(wanted | offered))
    numbers: dict[int, list[Identifier]] = {}
    for number in Identifier.objects.filter(buyer__in=wanted).order_by("scheme", "value"):
        numbers.setdefault(number.buyer_id, []).append(number)
    for row in rows:
        row.chosen = buyers.get(row.chosen_id or 0)
        row.numbers = numbers.get(row.chosen_id or 0, [])  # type: ignore[attr-defined]
        found = (buyers.get(candidate["buyer"]) for candidate in row.candidates)
        row.offered = [buyer for buyer in found if buyer]  # type: ignore[attr-defined]
    return rows
