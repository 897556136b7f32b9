"""Is the portal alive, and may traffic come?"""

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.access import anyone


@anyone
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; asks nothing of database or queue."""
    return HttpResponse("ok", content_type="text/plain")


@anyone
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database and cache answer, else 503 naming which does not."""
    found = {"database": _answers(_ask_database), "cache": _answers(_ask_cache)}
    return JsonResponse(found, status=200 if all(found.values()) else 503)


def _answers(ask: object) -> bool:
    try:
        ask()  # type: ignore[operator]
    except Exception:  # whatever is wrong with it, it is not ready
        return False
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1")


def _ask_cache() -> None:
    cache.get("readyz")
