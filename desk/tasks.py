"""What the queue does for this floor; the rows it works on stand before it is woken."""

from celery import shared_task

from desk.actions.digest import make_digests
from desk.actions.document import forget_orphans
from desk.adapters import deliver_mails


@shared_task
def send_mails() -> int:
    """Deliver what is queued; beat calls every minute for what a lost message left behind."""
    return deliver_mails()


@shared_task
def gather_mails() -> None:
    """Every ten minutes: the digests for whom it is morning."""
    if make_digests():
        send_mails.delay_on_commit()


@shared_task
def sweep_documents() -> int:
    """Delete files that no row points to; once a day."""
    return forget_orphans()
