"""What beat wakes every hour, so that the midnight of every policy's time zone is met."""

from celery import shared_task

from policies.actions.ends import expire_policies, lapse_limits, warn_of_limit_ends
from policies.models import Policy


@shared_task(name="policies.keep_limits_current")
def keep_limits_current() -> None:
    """Expire policies, end limits, put announced cuts in force, remind of ends: per time zone, in ranges."""
    for time_zone in Policy.objects.order_by("time_zone").values_list("time_zone", flat=True).distinct():
        expire_policies(time_zone=time_zone)
        while lapse_limits(time_zone=time_zone):
            pass
        while warn_of_limit_ends(time_zone=time_zone):
            pass
