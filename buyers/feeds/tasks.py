"""The queue's part in watching buyers: what nobody reports is looked for by date."""

from celery import shared_task

from buyers.actions.late_accounts import find_late_accounts


@shared_task
def look_for_late_accounts() -> int:
    """Daily: a signal for every buyer whose accounts should have come."""
    return find_late_accounts(by=None)
