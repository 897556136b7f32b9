"""The queue of this floor: tasks wake work that already stands as rows."""

from celery import shared_task
from django.utils import timezone

from buyers.actions.score import score_buyer


@shared_task
def score_signalled(buyer: int) -> None:
    """Score one buyer about which there is news."""
    score_buyer(by=None, buyer=buyer, today=timezone.now().date())
