"""The portal's addresses, and three pages that say nothing: what benchmarks/pages.py compares with."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context, Engine, RequestContext, Template
from django.urls import path

from accounts.access import person, reads
from portal.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

EMPTY = Template("<!doctype html><html><title>Empty</title><p>{{ user }}</p></html>")


# The context processors of `django-admin startproject`.
DEFAULT = Engine(
    context_processors=[
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]
).from_string("<!doctype html><html><title>Empty</title><p>{{ user }}</p></html>")


@person
def plain(request: HttpRequest) -> HttpResponse:
    """What any Django page costs: one that names the person signed in."""
    return HttpResponse(DEFAULT.render(RequestContext(request)))


@person
def empty(request: HttpRequest) -> HttpResponse:
    """What Django itself costs: session, person, template."""
    return HttpResponse(EMPTY.render(Context({"user": request.user})))


@reads
def shell(request: HttpRequest) -> HttpResponse:
    """What the portal's frame costs: all its middleware, base.html, the rail and the bell."""
    return render(request, "base.html")


urlpatterns = [*urlpatterns, path("empty", empty), path("plain", plain), path("shell", shell)]
