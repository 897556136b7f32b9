"""Makes the demo's data: all of the invented part in one transaction, so that an interrupted start leaves none of it.

Files of claims are written before their rows are certain; what an interrupted start leaves of them is swept by
`desk.actions.document.forget_orphans`.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Exporter, User
from buyers.actions.directory_file import hand_in_directory_file
from buyers.actions.score_run import plan_refresh
from buyers.adapters import load_directory_file
from buyers.models import Alert, BookEntry, Buyer, DirectoryImport
from buyers.models.file_run import ImportStage
from buyers.tasks import work_on_next_range
from demo import claims, customers, directory, firms, ledger, limits, monitoring
from demo.cast import Cast
from demo.clock import Story, set_to
from demo.people import FIRMS, PEOPLE, STAFF
from desk.models import Notice
from desk.models.notice import Channel, MailStage
from policies.actions.ends import lapse_limits, warn_of_limit_ends
from policies.models import Policy

# Days ago on which all scores were refreshed: often enough for a trend, ending on the eve.
REFRESHES = (720, 630, 540, 450, 360, 270, 180, 120, 85, 55, 25, 2)
BOOKS_BEGAN = 400
SEEN_BEFORE = 4  # news older than so many days has been read
SEED_LOCK = 20_261_122


def seed(say: Callable[[str], None]) -> bool:
    """Bring the demo's data up to today; True when the invented part was made now, False when it was there."""
    story = Story(timezone.now())
    real_names(say)
    with transaction.atomic():
        with connection.cursor() as cursor:  # two starts at once make one demo
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEED_LOCK])
        directory.keep_rates(story)
        if Exporter.objects.filter(registration=FIRMS[0].registration).exists():
            return False
        invent(story, say)
    return True


def real_names(say: Callable[[str], None]) -> None:
    """The sample of GLEIF's names, through the portal's own import; running it again changes nothing."""
    path = directory.gleif_file()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    name = f"gleif-{digest}.csv.gz"
    if DirectoryImport.objects.filter(file_name=name, stage=ImportStage.DONE).exists():
        return
    run = load_directory_file(hand_in_directory_file(by=None, file_name=name, shape="gleif").pk, path)
    say(f"{run.accepted:,} real names from GLEIF, ungraded")


def invent(story: Story, say: Callable[[str], None]) -> None:
    """Firms, people, buyers, and what happened between them, in the order of its days."""
    call_command("load_countries", stdout=StringIO())
    call_command("load_governance", stdout=StringIO())
    directory.carry_countries_back(story)
    cast = Cast(story)
    staff = firms.make_staff(story)
    cast.staff = {user.email: user.pk for user in staff.values()}
    cast.firms = firms.make_firms(story, staff["policy administrator"])
    cast.people = firms.make_people(story, cast.firms)
    cast.policies = {key: Policy.objects.get(exporter=firm) for key, firm in cast.firms.items()}
    cast.buyers = directory.make_buyers(story)
    directory.make_accounts(story, cast.buyers)
    directory.make_experience(story, cast.buyers, cast.firms)
    for _days_ago, _order, act in sorted(acts(cast), key=lambda act: (-act[0], act[1])):
        act()
    read_old_news(cast)
    say(f"{len(FIRMS)} firms, {len(PEOPLE) + len(STAFF)} people, {len(cast.buyers)} invented buyers")


def acts(cast: Cast) -> list[tuple[int, int, Callable[[], object]]]:
    """(days ago, order within the day, act)."""
    found: list[tuple[int, int, Callable[[], object]]] = [(BOOKS_BEGAN, 0, lambda: fill_books(cast))]
    found += [(days_ago, 1, lambda d=days_ago: refresh(cast, d)) for days_ago in REFRESHES]  # type: ignore[misc]
    for wish in (*limits.SPECIAL, *limits.ordinary()):
        found.append((wish.days_ago, 2, lambda w=wish: limits.ask(cast, w)))  # type: ignore[misc]
        found.append((max(wish.days_ago - 3, 1), 3, lambda w=wish: limits.settle(cast, w)))  # type: ignore[misc]
    found += [(line.delivered, 4, lambda i=line: ledger.record_line(cast, i)) for line in ledger.LINES]  # type: ignore[misc]
    found += [(62, 5, lambda: claims.insolvency(cast)), (21, 5, lambda: claims.in_progress(cast))]
    found += [
        (2, 5, lambda: claims.draft(cast)),
        (3, 5, lambda: directory.make_interim_accounts(cast.story, cast.buyers)),
    ]
    found += [(380, 5, lambda: monitoring.link(cast)), (5, 5, lambda: monitoring.screen(cast))]
    found += [(event.days_ago, 5, lambda e=event: monitoring.happen(cast, e)) for event in monitoring.HAPPENED]  # type: ignore[misc]
    found += [(grade.days_ago, 5, lambda g=grade: monitoring.set_grade(cast, g)) for grade in monitoring.SET]  # type: ignore[misc]
    found += [(2, 5, lambda: customers.bring_accounts(cast)), (1, 5, lambda: customers.bring_list(cast))]
    found += [(1, 5, lambda: customers.propose(cast))]
    found += [(days_ago, 6, lambda d=days_ago: limits.withdraw_and_cut(cast, d)) for days_ago in limits.CUT_DAYS]  # type: ignore[misc]
    found += [(0, 7, lambda: ends_of_limits(cast))]
    return found


def fill_books(cast: Cast) -> None:
    """Each firm's buyers in its book under its own references: rows at once, as an import of a book would make them."""
    added_at = cast.story.moment(BOOKS_BEGAN, 7)
    BookEntry.objects.bulk_create(
        BookEntry(
            exporter=firm,
            buyer=cast.buyers[row["key"]],
            own_reference=row[key],
            affiliate=row["health"] == "affiliate",
            sort_key=cast.buyers[row["key"]].sort_key,
            added_at=added_at,
            added_by_id=cast.editor(key),
        )
        for row in directory.invented()
        for key, firm in cast.firms.items()
        if row[key]
    )


def refresh(cast: Cast, days_ago: int) -> None:
    """The scores as beat and worker would have refreshed them that night."""
    with set_to(cast.story.moment(days_ago, 1)):
        Buyer.objects.filter(fictitious=True, next_score_on__isnull=False).update(next_score_on=timezone.now().date())
        plan_refresh(by=None, today=timezone.now().date())
        while work_on_next_range():
            pass


def ends_of_limits(cast: Cast) -> None:
    """Limits whose day has come end; those whose day is near are put on the firms' desks."""
    for zone in sorted({policy.time_zone for policy in cast.policies.values()}):
        while lapse_limits(time_zone=zone):
            pass
        while warn_of_limit_ends(time_zone=zone):
            pass


def read_old_news(cast: Cast) -> None:
    """News from before the last visits counts as read and its mails as sent, alerts from then as dealt with."""
    before = cast.story.moment(SEEN_BEFORE)
    old = Notice.objects.filter(created_at__lt=before)
    old.filter(channel=Channel.PAGE).update(read_at=F("created_at"))
    old.filter(channel=Channel.MAIL).update(stage=MailStage.SENT, sent_at=F("created_at"), attempts=1)
    for key, firm in cast.firms.items():
        Alert.objects.filter(exporter=firm, raised_at__lt=cast.story.moment(30)).update(
            done_at=F("raised_at") + timedelta(hours=32), done_by=cast.editor(key)
        )
    User.objects.filter(pk__in=[user.pk for user in cast.people.values()]).update(seen_changes_at=before)
