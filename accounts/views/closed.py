"""Doors of the sign-in library that this house keeps shut."""

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import anyone


@anyone
def no_such_page(request: HttpRequest, **named: str) -> HttpResponse:
    """404, as if the library had no such page."""
    raise Http404
