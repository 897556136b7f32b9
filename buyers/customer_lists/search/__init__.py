"""Entries of the directory that rows of a customer list may mean: looked up for many rows at once.

Numbers and equal names of all rows are two queries; what neither finds is searched for by stages (names.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection

from buyers.customer_lists.search.names import buyers_called
from buyers.matching import MOST_CANDIDATES, Entity, Row
from buyers.models import Buyer, Identifier, Name
from buyers.models.buyer import BuyerStatus
from buyers.models.name import NameKind
from buyers.names import spelled

# A name that more entities share is to be chosen from in any case.
NAMESAKES = 20

_NAMESAKES = """
    SELECT q.place, n.buyer_id
    FROM unnest(%(places)s::int[], %(cores)s::text[], %(countries)s::text[]) q (place, core, country), LATERAL (
        SELECT buyer_id FROM buyers_name n
        WHERE n.core = q.core AND (q.country = '' OR n.country = q.country) ORDER BY n.id LIMIT %(limit)s
    ) n
"""


def entities_for(rows: Sequence[Row]) -> list[list[Entity]]:
    """For each row the entities it may mean."""
    found = _numbered(rows)
    for place, buyer in _namesakes(rows, found):
        found[place].add(buyer)
    searched = {place: (row.name, row.country) for place, row in enumerate(rows) if not found[place] and row.name}
    called = buyers_called(searched.values(), MOST_CANDIDATES + 1)
    for place, one in searched.items():
        found[place].update(called[one])
    entities = _entities({buyer for buyers in found.values() for buyer in buyers})
    return [
        list({entities[buyer].buyer: entities[buyer] for buyer in sorted(found[place]) if buyer in entities}.values())
        for place in range(len(rows))
    ]


def _numbered(rows: Sequence[Row]) -> dict[int, set[int]]:
    """Place of a row -> buyers that have one of its numbers. A register's number is kept with its country before it."""
    wanted: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        for scheme, value in row.numbers:
            wanted[scheme, value].append(place)
    found: dict[int, set[int]] = defaultdict(set)
    known = Identifier.objects.filter(value__in={value for _scheme, value in wanted})
    for buyer, scheme, value in known.values_list("buyer", "scheme", "value"):
        for place in (*wanted.get((scheme, value), ()), *wanted.get(("", value), ())):
            found[place].add(buyer)
    return found


def _namesakes(rows: Sequence[Row], numbered: dict[int, set[int]]) -> list[tuple[int, int]]:
    asked = [(place, spelled(row.name).key, row.country) for place, row in enumerate(rows) if not numbered.get(place)]
    asked = [one for one in asked if one[1]]
    if not asked:
        return []
    places, cores, countries = map(list, zip(*asked, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_NAMESAKES, {"places": places, "cores": cores, "countries": countries, "limit": NAMESAKES + 1})
        return cursor.fetchall()


def _entities(buyers: Iterable[int]) -> dict[int, Entity]:
    """Each of the buyers as the entry it is today, with what the rule asks of it."""
    rows = Buyer.objects.select_related("merged_into").in_bulk(list(buyers))
    present = {pk: row.firm for pk, row in rows.items()}
    pks = {row.pk for row in present.values()}
    numbers: dict[int, set[tuple[str, str]]] = defaultdict(set)
    former: dict[int, set[str]] = defaultdict(set)
    merged = {pk: row.pk for pk, row in present.items()} | {pk: pk for pk in pks}
    asked = list(merged)
    for buyer, scheme, value in Identifier.objects.filter(buyer__in=asked).values_list("buyer", "scheme", "value"):
        numbers[merged[buyer]].add((scheme, value))
    for buyer, text in Name.objects.filter(buyer__in=asked).exclude(kind=NameKind.CURRENT).values_list("buyer", "text"):
        former[merged[buyer]].add(text)
    for pk, row in rows.items():
        if merged[pk] != pk:  # what the entry merged into it was called
            former[merged[pk]].add(row.name)
    made = {
        row.pk: Entity(
            row.pk, row.name, str(row.country or ""), row.address, row.city, row.private_person,
            row.status == BuyerStatus.DISSOLVED, frozenset(numbers[row.pk]), tuple(sorted(former[row.pk] - {row.name})),
        )
        for row in present.values()
    }  # fmt: skip
    return {pk: made[row.pk] for pk, row in present.items()}
