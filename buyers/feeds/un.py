"""The UN Security Council's consolidated list in its own XML: individuals and entities with aliases and addresses.

Read as a stream, without document types, entities or anything from the network (defusedxml): a file that has them is
refused, as is one cut short. Source of the elements: https://www.un.org/sc/resources/sc-sanctions.xsd.
"""

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from buyers.directory.unpacked import binary
from buyers.feeds.files import Opened, RowUnfit, Unfit, day, one_line, storable
from buyers.feeds.lists import ENTITY, INDIVIDUAL, STRONG, WEAK, ListEntry, ListName, country_code
from kernel.refusals import Refused, refusal

ROOT = "CONSOLIDATED_LIST"
_KINDS = {"INDIVIDUAL": INDIVIDUAL, "ENTITY": ENTITY}
_NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_ADDRESS_PARTS = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY", "NOTE")
LARGEST = 256 * 1024**2  # the list is some 2 MB
LONGEST_NAME = 500


def edition(file: Opened) -> date | None:
    """The day the file says it was generated on; None where it does not say."""
    _event, element = next(_elements(file, ("start",)))
    if element.tag != ROOT:
        raise Refused([refusal("xml_of_another_kind", "file", root=str(element.tag)[:60])])
    try:
        return day(element.get("dateGenerated", ""))
    except RowUnfit:
        return None


def entries(file: Opened) -> Iterator[ListEntry | Unfit]:
    """The entries of the file; `line` counts entries, as XML has no rows.

    Refuses `xml_of_another_kind`, `xml_unsafe` (a document type or entities), `xml_broken` (cut short, for instance),
    `file_too_large`, `list_empty`.
    """
    place, seen = 0, set()
    edition(file)
    for _event, element in _elements(file, ("end",)):
        if element.tag not in _KINDS:
            continue
        place += 1
        try:
            found = _entry(place, element)
            if found.source_id in seen:
                raise RowUnfit("entry_twice", number=found.source_id)
            seen.add(found.source_id)
            yield found
        except RowUnfit as unfit:
            yield Unfit(place, unfit.code, storable(_name(element)), unfit.facts)
        element.clear()
    if not seen:
        raise Refused([refusal("list_empty", "file")])


def _elements(file: Opened, events: tuple[str, ...]) -> Iterator[tuple[str, Element]]:
    try:
        with binary(file.path) as raw:
            yield from iterparse(_Bounded(raw), events=events, forbid_dtd=True)
    except DefusedXmlException:
        raise Refused([refusal("xml_unsafe", "file")]) from None
    except ParseError as broken:
        raise Refused([refusal("xml_broken", "file", line=broken.position[0])]) from None
    except (LookupError, UnicodeDecodeError, ValueError):
        raise Refused([refusal("xml_broken", "file", line=1)]) from None


class _Bounded:
    """A file that ends with a refusal when it goes on too long."""

    def __init__(self, raw: object):
        self.raw, self.left = raw, LARGEST

    def read(self, size: int = 65536) -> bytes:
        """The next bytes."""
        piece: bytes = self.raw.read(size)  # type: ignore[attr-defined]
        self.left -= len(piece)
        if self.left < 0:
            raise Refused([refusal("file_too_large", "file")])
        return piece


def _entry(place: int, element: Element) -> ListEntry:
    source_id = one_line(_text(element, "DATAID"), 40)
    if not source_id.isdigit():
        raise RowUnfit("entry_number_unreadable")
    name = one_line(_name(element), LONGEST_NAME)
    if not name:
        raise RowUnfit("name_missing")
    kind = _KINDS[element.tag]
    places = element.findall(f"{element.tag}_ADDRESS")
    countries = dict.fromkeys(country_code(_text(place, "COUNTRY")) for place in places)
    details = {
        "reference": _text(element, "REFERENCE_NUMBER")[:60],
        "remarks": " ".join(_text(element, "COMMENTS1").split())[:4000],
        "nationality": ", ".join(v.text or "" for v in element.findall("NATIONALITY/VALUE"))[:200],
        "born": ", ".join(filter(None, map(_born, element.findall("INDIVIDUAL_DATE_OF_BIRTH"))))[:200],
        "addresses": [text for place in places if (text := _address(place))][:20],
    }
    return ListEntry(
        place,
        source_id,
        kind,
        name,
        programs=one_line(_text(element, "UN_LIST_TYPE"), 200),
        countries=tuple(code for code in countries if code),
        listed_on=_day(_text(element, "LISTED_ON")),
        details={key: value for key, value in details.items() if value},
        names=tuple(_names(element, name)),
    )


def _names(element: Element, first: str) -> Iterator[ListName]:
    original = " ".join(_text(element, "NAME_ORIGINAL_SCRIPT").split())
    if original and original != first:
        yield ListName("original", original[:LONGEST_NAME])
    for place, alias in enumerate(element.findall(f"{element.tag}_ALIAS")):
        name = " ".join(_text(alias, "ALIAS_NAME").split())[:LONGEST_NAME]
        if name:
            weak = _text(alias, "QUALITY").strip().lower() == "low"
            yield ListName(f"a{place}", name, WEAK if weak else STRONG)


def _address(element: Element) -> str:
    told = (" ".join(_text(element, part).split()) for part in _ADDRESS_PARTS)
    return ", ".join(filter(None, told))[:500]


def _born(element: Element) -> str:
    """A day, or the year or years where no more is known."""
    years = "–".join(filter(None, (_text(element, "FROM_YEAR"), _text(element, "TO_YEAR"))))
    return _text(element, "DATE") or _text(element, "YEAR") or years


def _name(element: Element) -> str:
    return " ".join(filter(None, (_text(element, part).strip() for part in _NAME_PARTS)))


def _text(element: Element, tag: str) -> str:
    return element.findtext(tag) or ""


def _day(text: str) -> date | None:
    try:
        return day(text)
    except RowUnfit:
        return None  # an unreadable day of listing keeps nobody off the list
