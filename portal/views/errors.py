"""Pages for what went wrong: translated, with a way on, and never a raw traceback."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from accounts.access import anyone


@anyone
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return render(request, "400.html", status=400)


@anyone
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the person may see the thing, but not do this."""
    return render(request, "403.html", status=403)


@anyone
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, also for what belongs to another firm."""
    return render(request, "404.html", status=404)


@anyone
def server_error(request: HttpRequest) -> HttpResponse:
    """500, without context: what the shell shows of every page comes from the database, which may be what failed."""
    return HttpResponse(render_to_string("500.html"), status=500)


@anyone
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent from an old page or another site: says so, and that nothing was lost or sent."""
    return render(request, "403_csrf.html", status=403)
