"""What the shell of every page shows: firm, role, counts under the rail and the bell."""

from typing import Any

from django.http import HttpRequest

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
        "unread_notices": Notice.objects.visible_to(user)
        .in_page()
        .filter(recipient=user, read_at__isnull=True)
        .count(),
    }
