"""The portal's addresses, and two pages that say nothing: what benchmarks/pages.py compares with."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context, Template
from django.urls import path

from accounts.access import person, reads
from portal.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

EMPTY = Template("<!doctype html><html><title>Empty</title><p>{{ user }}</p></html>")


@person
def empty(request: HttpRequest) -> HttpResponse:
    """What Django itself costs: session, person, template."""
    return HttpResponse(EMPTY.render(Context({"user": request.user})))


@reads
def shell(request: HttpRequest) -> HttpResponse:
    """What the portal's frame costs: all its middleware, base.html, the rail and the bell."""
    return render(request, "base.html")


urlpatterns = [*urlpatterns, path("empty", empty), path("shell", shell)]
