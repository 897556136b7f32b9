"""What a request needs of several apps: the time zone its reader's days and hours are told in."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.views.standing import latest_policy

KEPT_SECONDS = 60


class TimeZoneMiddleware:
    """A firm's people read moments in the time zone of their firm's policy, where its days begin and end too; staff in
    the office's. The zone stands on hover (`moment` in portal/templatetags/figures.py)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request)):
            return self.get_response(request)


def zone_of(request: HttpRequest) -> str:
    """The name of the reader's time zone; UTC for strangers and for firms without a policy."""
    if request.user.is_authenticated and request.user.is_staff:
        return settings.OFFICE_TIME_ZONE
    if request.firm is None:  # type: ignore[attr-defined]
        return settings.TIME_ZONE
    # A policy's zone never changes; which policy is the latest does, once a year.
    kept, key = caches["process"], f"zone:{request.firm.pk}"  # type: ignore[attr-defined]
    found = kept.get(key)
    if found is None and (policy := latest_policy.first(firm=request.firm)):  # type: ignore[attr-defined]
        kept.set(key, found := policy.time_zone, KEPT_SECONDS)
    return found or settings.TIME_ZONE
