"""What open pages are to be told, read from the rows in a few statements, however many pages are open.

Whether a page may still be told is asked with every look: its session, its person, the firms the person works for.
Runs in the hub's one thread, never in the event loop.
"""

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from accounts.models import Membership, User
from buyers.models import Alert
from desk.models import Notice
from desk.models.notice import Channel
from desk.wording import notice_words

# Of one person's news so many are looked at, and so many said one by one; the rest is a number.
MOST_SEEN, MOST_SAID = 100, 3
# Rows get their numbers before they are committed: one with a lower number may appear after one with a higher. Looking
# this far back finds it; what was said before is known by its number.
LOOK_BACK = timedelta(minutes=2)
NOTHING_OLDER = 2**62

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """An open page: whose, by which session, in which language, and the last notice it knows (None: from now on)."""

    person: int
    session: str
    proof: str  # of the password the session began with
    firms: frozenset[int]
    language: str
    since: int | None
    said: frozenset[int] | None = None  # the numbers of the last look; None before the first
    changes: frozenset["Changed"] = frozenset()  # what it was told of alerts


@dataclass(frozen=True)
class Changed:
    """An alert of a firm that somebody opened, ticked off or opened again, or that has more to say now. `version` is
    the alert's own; `done_by` a name, empty while it is open."""

    alert: int
    version: int
    done_by: str


@dataclass(frozen=True)
class Heard:
    """What there is for a page: how many unread, the numbers of all notices looked at and the last of them, how many of
    these are new, the gravest of the new ones in words; and the alerts that changed lately. `last` is None while there
    was none since the page opened: what is older is no news to it."""

    unread: int
    last: int | None
    seen: frozenset[int]
    new: int
    news: tuple[dict[str, Any], ...] = ()
    about: Mapping[str, int] = field(default_factory=dict)  # how many of the new ones by firm and row ("12:alert")
    changes: frozenset[Changed] = frozenset()


@dataclass(frozen=True)
class Ended:
    """The page may be told no more: its session or person is gone, or the person's firms are others now."""

    why: str  # session, firms


@dataclass(frozen=True)
class _Row:
    id: int
    gravity: int
    exporter: int | None
    kind: str
    subject: str

    @property
    def news(self) -> tuple[str, str, int | None]:
        """What it tells, whomever it tells it."""
        return self.kind, self.subject, self.exporter


def look(asked: Sequence[Asked], again_soon: bool = False) -> list[Heard | Ended]:
    """An answer for each page. The connection is held where the next look may come at once: to connect takes longer
    than to look. Else it is closed, for looks may be far apart, and a connection held is one that pages lack."""
    held = False
    try:
        answers = _answers(asked)
        held = again_soon
    finally:
        if not held:
            connection.close()
    return answers


def _answers(asked: Sequence[Asked]) -> list[Heard | Ended]:
    people = User.objects.filter(is_active=True).in_bulk({page.person for page in asked})
    ended = _ended(asked, people)
    rows, unread = _recent(asked), _unread(people)
    found = {
        place: (page, [row for row in rows[page.person] if row.exporter is None or row.exporter in page.firms])
        for place, page in enumerate(asked)
        if place not in ended
    }
    new = {place: _new(page, seen) for place, (page, seen) in found.items()}
    words = _Words(row for rows_said in new.values() for row in rows_said[:MOST_SAID])
    changes = _changes({firm for page, _seen in found.values() for firm in page.firms})
    return [
        ended.get(place) or replace(
            _heard(page, found[place][1], new[place], unread.get(page.person, 0), words),
            changes=frozenset().union(*(changes.get(firm, ()) for firm in page.firms)),
        )
        for place, page in enumerate(asked)
    ]  # fmt: skip


def _changes(firms: Iterable[int]) -> dict[int, set[Changed]]:
    """By firm the alerts that changed lately. A page that was away for longer loads itself anew."""
    lately = Alert.objects.filter(exporter__in=firms, changed_at__gt=timezone.now() - LOOK_BACK)
    found: dict[int, set[Changed]] = defaultdict(set)
    for row in lately.select_related("done_by").only("exporter_id", "changed_at", "done_by__name"):
        found[row.exporter_id].add(Changed(row.pk, row.version, row.done_by.name if row.done_by else ""))
    return found


def _ended(asked: Sequence[Asked], people: Mapping[int, User]) -> dict[int, Ended]:
    alive = Session.objects.filter(session_key__in={a.session for a in asked}, expire_date__gt=timezone.now())
    sessions = set(alive.values_list("session_key", flat=True))
    proofs = {pk: person.get_session_auth_hash() for pk, person in people.items()}
    firms: dict[int, set[int]] = defaultdict(set)
    for person, exporter in Membership.objects.current().filter(user__in=people).values_list("user", "exporter"):
        firms[person].add(exporter)
    found = {}
    for place, page in enumerate(asked):
        if page.session not in sessions or proofs.get(page.person) != page.proof:
            found[place] = Ended("session")
        elif page.firms != firms[page.person]:
            found[place] = Ended("firms")
    return found


def _unread(people: Iterable[int]) -> dict[int, int]:
    unread = Notice.objects.filter(recipient__in=people, channel=Channel.PAGE, read_at__isnull=True).order_by()
    return dict(unread.values("recipient").annotate(number=Count("id")).values_list("recipient", "number"))


# The newest rows of each person by one index; what is old is cut off after the limit, or the whole index would be read.
RECENT = """
    SELECT person.id, notice.id, notice.gravity, notice.exporter_id, notice.kind, notice.subject
    FROM jsonb_to_recordset(%(people)s::jsonb) AS person (id bigint, since bigint)
    CROSS JOIN LATERAL (
        SELECT id, gravity, exporter_id, kind, subject, created_at FROM desk_notice
        WHERE recipient_id = person.id AND channel = 'page' ORDER BY id DESC LIMIT %(most)s
    ) notice
    WHERE notice.id > person.since OR notice.created_at > %(back_to)s
    ORDER BY notice.id DESC
"""


def _recent(asked: Sequence[Asked]) -> dict[int, list[_Row]]:
    """Each person's latest notices, newest first, from the oldest `since` of their pages on."""
    since: dict[int, int] = {}
    for page in asked:
        known = NOTHING_OLDER if page.since is None else page.since
        since[page.person] = min(known, since.get(page.person, NOTHING_OLDER))
    people = json.dumps([{"id": person, "since": number} for person, number in since.items()])
    values: dict[str, Any] = {"people": people, "most": MOST_SEEN, "back_to": timezone.now() - LOOK_BACK}
    found: dict[int, list[_Row]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(RECENT, values)
        for person, *row in cursor.fetchall():
            found[person].append(_Row(*row))
    return found


def _new(page: Asked, seen: Sequence[_Row]) -> list[_Row]:
    """What the page was not told yet, the gravest first and of those the newest."""
    if page.said is None:  # its first look: what was there before it opened is no news, but known from now on
        new = [row for row in seen if page.since is not None and row.id > page.since]
    else:
        new = [row for row in seen if row.id not in page.said]
    return sorted(new, key=lambda row: (-row.gravity, -row.id))


def _heard(page: Asked, seen: Sequence[_Row], new: Sequence[_Row], unread: int, words: "_Words") -> Heard:
    numbers = frozenset(row.id for row in seen)
    said = tuple(filter(None, (words.of(row, page.language) for row in new[:MOST_SAID])))
    about = Counter(f"{row.exporter or ''}:{row.subject.split(':')[0]}" for row in new)
    return Heard(unread, max(numbers, default=page.since), numbers, len(new), said, about)


class _Words:
    """Notices in words. The same news for two hundred people of a firm is read once, and worded once per language."""

    def __init__(self, wanted: Iterable[_Row]):
        one_of_each = {row.news: row.id for row in wanted}
        found = Notice.objects.select_related("exporter").in_bulk(one_of_each.values()) if one_of_each else {}
        self._notices = {news: found[number] for news, number in one_of_each.items()}
        self._worded: dict[tuple[Any, ...], str] = {}

    def of(self, row: _Row, language: str) -> dict[str, Any] | None:
        """One notice as a page is told of it; None for one whose words are broken, which the log then says."""
        notice = self._notices[row.news]
        key = (row.news, language)
        if key not in self._worded:
            try:
                self._worded[key] = notice_words(notice, language).headline
            except Exception:
                log.exception("notice %s of kind %s cannot be worded", notice.pk, notice.kind)
                self._worded[key] = ""
        headline = self._worded[key]
        return headline and {  # type: ignore[return-value]
            "id": row.id,
            "headline": headline,
            "firm": notice.exporter.name if notice.exporter else "",
            "exporter": notice.exporter_id,
            "subject": notice.subject,
            "gravity": row.gravity,
        }
