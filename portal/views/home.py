"""Home: what must I do, what changed, where do I stand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import reads


@reads
def home(request: HttpRequest) -> HttpResponse:
    """The firm's first page."""
    return render(request, "portal/home.html")
