"""What is watched about the demo's buyers: events, links between them, a sanctions list, grades set by a person."""

from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from buyers.actions.feed import hand_in_feed
from buyers.actions.link import link_buyers
from buyers.actions.linked_trouble import spread_trouble
from buyers.actions.override import confirm_override, propose_override
from buyers.actions.screening import screen_batch
from buyers.actions.signal import record_signal
from buyers.feeds.adapters import load_feed
from buyers.models.link import Relation
from demo.cast import Cast
from demo.clock import set_to
from demo.limits import SENIOR, UNDERWRITER
from policies.models.office import issued_on

SANCTIONS = Path(__file__).parent / "sanctions.xml"
SOURCE = "Fairlead demo"


class Happened(NamedTuple):
    """An event so many days ago."""

    days_ago: int
    buyer: str
    kind: str
    facts: dict[str, Any]


HAPPENED = (
    Happened(150, "tisza", "management_change", {"reference": "demo 06-09-011203"}),
    Happened(96, "zwaluw", "address_change",
             {"former_address": "Havenweg 12, Enschede", "address": "Gildestraat 4, Enschede"}),
    Happened(66, "pampasol", "insolvency_filed",
             {"court": "Juzgado de Rosario", "reference": "demo 1204/26", "status": "concurso preventivo"}),
    Happened(64, "guadalmar", "court_case",
             {"court": "Juzgado Mercantil, Málaga", "reference": "demo 411/26", "amount": "84000", "currency": "EUR"}),
    Happened(41, "selatan", "management_change", {"reference": "demo 200101"}),
    Happened(19, "nilevia", "court_case",
             {"court": "Alexandria Economic Court", "reference": "demo 77/26", "amount": "52000", "currency": "USD"}),
    Happened(9, "lagoonside", "strike_off_proposed", {"status": "strike-off notice"}),
    Happened(6, "castellaro", "management_change", {"reference": "demo BS-402117"}),
)  # fmt: skip

# Whom the buyer belongs to or lives on, and since how many days.
LINKED = (
    ("lindgraben", Relation.PARENT, "brunnmark", 2900),
    ("siamflow", Relation.PARENT, "brunnmark", 1100),
    ("almenara", Relation.MAIN_CUSTOMER, "guadalmar", 800),
    ("andelmar", Relation.MAIN_CUSTOMER, "pampasol", 410),
    ("douro", Relation.MAIN_SUPPLIER, "castellaro", 620),
)


class Set(NamedTuple):
    """A grade set by an underwriter so many days ago, to hold so many days from today; a second confirms it."""

    buyer: str
    grade: int
    days_ago: int
    until: int
    reason: str
    confirmed: bool


SET = (
    Set("mekongsun", 5, 50, 70, "Audited accounts seen at the buyer's office; they are filed next quarter.", True),
    Set("fuxing", 8, 1, 90, "Two banks have called their lines; the figures do not show it yet.", False),
)


def link(cast: Cast) -> None:
    """Who belongs to whom, as an underwriter enters it."""
    with set_to(cast.story.moment(380, 10)):
        for buyer, relation, other, days in LINKED:
            link_buyers(
                by=cast.staff[UNDERWRITER], buyer=cast.buyers[buyer].pk, relation=relation,
                other=cast.buyers[other].pk, source=SOURCE, since=cast.story.today - timedelta(days=days),
            )  # fmt: skip


def happen(cast: Cast, event: Happened) -> None:
    """The event as a publisher's file brings it, and what it means to those who live on that buyer."""
    with set_to(cast.story.moment(event.days_ago, 6)):
        day = cast.story.today - timedelta(days=event.days_ago)
        record_signal(
            by=None, buyer=cast.buyers[event.buyer].pk, kind=event.kind, happened_on=day, source=SOURCE,
            facts=event.facts, key=f"{event.kind}/{event.buyer}",
        )  # fmt: skip
        spread_trouble(by=None)


def set_grade(cast: Cast, grade: Set) -> None:
    """Asked for by one underwriter and, where it is, confirmed by another two hours later."""
    day = cast.story.today - timedelta(days=grade.days_ago)
    with set_to(cast.story.moment(grade.days_ago, 8)):
        at_stake = issued_on(cast.buyers[grade.buyer])
        asked = propose_override(
            by=cast.staff[UNDERWRITER], buyer=cast.buyers[grade.buyer].pk, grade=grade.grade, reason=grade.reason,
            until=cast.story.today + timedelta(days=grade.until), today=day, at_stake=at_stake,
        )  # fmt: skip
    if grade.confirmed:
        with set_to(cast.story.moment(grade.days_ago, 10)):
            at_stake = issued_on(asked.buyer.firm)
            confirm_override(by=cast.staff[SENIOR], override=asked.pk, today=day, at_stake=at_stake)


def screen(cast: Cast) -> None:
    """The invented list is taken in and everybody screened; the one hit waits for an underwriter."""
    with set_to(cast.story.moment(5, 5)):
        load_feed(hand_in_feed(by=None, kind="un_consolidated", file_name=SANCTIONS.name).pk, SANCTIONS)
        while screen_batch(by=None):
            pass
