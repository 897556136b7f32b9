"""The queue of customer lists: tasks wake work that already stands as rows; beat sweeps what a lost message left."""

from datetime import timedelta

from celery import shared_task
from celery.utils.log import get_task_logger
from django.conf import settings

from buyers.actions.list_result import forget_old_results, write_result
from buyers.actions.match import fail_customer_range, match_range, read_customer_list, turn_customer_list_away
from buyers.models import CustomerList, CustomerRange, ListResult
from buyers.models.customer_list import MOST_ATTEMPTS
from buyers.tasks import worker_name

logger = get_task_logger(__name__)


@shared_task
def match_lists() -> None:
    """Read one list that waits, wake the workers, and queue behind other work for the next list."""
    if read_next_list():
        match_lists.delay_on_commit()
    wake_matchers()


@shared_task
def match_rows() -> None:
    """Match one range, then queue behind other work for the next."""
    if match_next_range():
        match_rows.delay_on_commit()


@shared_task
def write_results() -> None:
    """Write one result file, then queue behind other work for the next."""
    if write_next_result():
        write_results.delay_on_commit()


@shared_task
def sweep_customer_lists() -> None:
    """Every minute: lists and ranges whose worker never came, or died, are given to others; what failed too often is
    closed, so that the rest of the list can be used."""
    for part in CustomerRange.objects.given_up():
        fail_customer_range(by=None, customer_range=part.pk, worker=part.claimed_by, failure=part.failure or "killed")
    if CustomerList.objects.filter(stage="confirmed").exists():
        match_lists.delay_on_commit()
    wake_matchers()
    if ListResult.objects.claimable().exists():
        write_results.delay_on_commit()


@shared_task
def sweep_results() -> None:
    """Every hour: result files nobody fetches any more."""
    forget_old_results(by=None)


def wake_matchers() -> None:
    """A message for each range to claim, up to MATCH_WORKERS in all: those at work go on to the next by themselves."""
    free = settings.MATCH_WORKERS - CustomerRange.objects.held().count()
    for _ in range(min(CustomerRange.objects.claimable().count(), free)):
        match_rows.delay_on_commit()


def read_next_list() -> bool:
    """Claim a list and read it; False when there was none. After MOST_ATTEMPTS broken readings it is turned away."""
    claimed = CustomerList.objects.claim_next(timedelta(seconds=settings.MATCH_LEASE_SECONDS))
    if claimed is None:
        return False
    if CustomerList.objects.filter(pk=claimed, attempts__gt=MOST_ATTEMPTS).exists():
        turn_customer_list_away(by=None, customer_list=claimed)
        return True
    try:
        read_customer_list(by=None, customer_list=claimed)
    except Exception:
        logger.exception("customer list %s could not be read", claimed)  # its claim runs out; the sweep tries again
    return True


def match_next_range() -> bool:
    """Claim a range and match it; False when there was none. A failure is written to the range, for another try."""
    worker = worker_name()
    claimed = CustomerRange.objects.claim_next(worker, timedelta(seconds=settings.MATCH_LEASE_SECONDS))
    if claimed is None:
        return False
    try:
        match_range(by=None, customer_range=claimed, worker=worker)
    except Exception as failure:
        logger.exception("customer range %s failed", claimed)
        fail_customer_range(
            by=None, customer_range=claimed, worker=worker, failure=f"{type(failure).__name__}: {failure}"
        )
    return True


def write_next_result() -> bool:
    """Claim a result file and write it; False when there was none. One at a time: the others match."""
    if ListResult.objects.held().exists():
        return False
    worker = worker_name()
    # 200,000 rows take two minutes on a busy machine.
    claimed = ListResult.objects.claim_next(worker, timedelta(seconds=2 * settings.MATCH_LEASE_SECONDS))
    if claimed is None:
        return False
    try:
        write_result(by=None, result=claimed, worker=worker)
    except Exception:
        logger.exception("result file %s could not be written", claimed)  # its claim runs out; the sweep tries again
    return True
