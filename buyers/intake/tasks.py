"""The queue's part in taking in files of annual accounts."""

from celery import shared_task

from buyers.intake.adapters import load_accounts_file
from buyers.models import FeedRun


@shared_task
def take_in_accounts_file(run: int) -> None:
    """Take in one uploaded file."""
    load_accounts_file(run)


@shared_task
def sweep_accounts_files() -> None:
    """Uploads whose worker was killed, or whose message was lost, are taken up again where they stand."""
    for run in FeedRun.objects.waiting_accounts().order_by("id"):
        load_accounts_file(run.pk)
