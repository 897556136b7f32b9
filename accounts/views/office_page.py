"""The frame of the admin around a page of our own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def office_page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """The template with the admin's own context (bar, site's name, what the person may open) and the given one."""
    return render(request, template, {**admin.site.each_context(request), **context})
