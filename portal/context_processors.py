"""What the shell of every page shows: firm, role, counts under the rail and the bell."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest

from accounts.models.prepared import Given, prepared
from desk.models import Notice


def shell(request: HttpRequest) -> dict[str, Any]:
    """`firm`, `firms`, `membership` and the number of unread notices; nothing for a stranger."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "firm": getattr(request, "firm", None),
        "firms": getattr(request, "firms", []),
        "membership": getattr(request, "membership", None),
        "unread_notices": unread_notices.first(recipient=user.pk) or 0,
    }


@prepared
def unread_notices(recipient: Given) -> QuerySet:
    """How many of a person's notices in the page are unread; no row for none."""
    unread = Notice.objects.in_page().filter(recipient=recipient, read_at__isnull=True)
    return unread.order_by().values("recipient").annotate(number=Count("id")).values_list("number", flat=True)
