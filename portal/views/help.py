"""Help: the main job in steps, and the words of the trade."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import person
from portal.glossary import TERMS


@person
def help(request: HttpRequest) -> HttpResponse:
    """The same for everyone signed in; links lead where the reader may go."""
    return render(request, "portal/help.html", {"terms": TERMS})
