"""The queue's part in watching buyers: publishers' files, screening, and what is looked for by date."""

from contextlib import suppress

from celery import Task, shared_task

from buyers.actions.country import follow_country_risks
from buyers.actions.late_accounts import find_late_accounts
from buyers.actions.linked_trouble import spread_trouble
from buyers.actions.screening import screen_batch
from buyers.feeds.adapters import FeedBusy, load_feed
from buyers.models import FeedRun, ScreeningDue, ScreeningRun

# While one file of a kind is taken in, the next looks in again after this many seconds.
LOOK_AGAIN = 15


@shared_task
def look_for_late_accounts() -> int:
    """Daily: a signal for every buyer whose accounts should have come."""
    return find_late_accounts(by=None)


@shared_task
def follow_countries() -> int:
    """Hourly: ratings of countries that were announced beforehand and are in force now."""
    return follow_country_risks(by=None)


@shared_task
def look_for_linked_trouble() -> int:
    """Every few minutes: what befell parents and main customers."""
    return spread_trouble(by=None)


@shared_task(bind=True, max_retries=None)
def take_in_feed(self: Task, run: int) -> None:
    """Take in one uploaded file; waits while another of its kind is at it."""
    try:
        load_feed(run)
    except FeedBusy:
        raise self.retry(countdown=LOOK_AGAIN) from None
    screen_whoever_is_due.delay_on_commit()


@shared_task
def sweep_feeds() -> None:
    """Uploads whose worker was killed, or whose message was lost, are taken up again; those at work hold the lock."""
    for run in FeedRun.objects.waiting().order_by("id"):
        with suppress(FeedBusy):
            load_feed(run.pk)


@shared_task
def screen_whoever_is_due() -> None:
    """Every minute: screen a batch of the new, the renamed, or of all after a list changed; then queue for the next."""
    if not (ScreeningDue.objects.exists() or ScreeningRun.objects.filter(finished_at__isnull=True).exists()):
        return
    if screen_batch(by=None):
        screen_whoever_is_due.delay_on_commit()
