"""Laying a buyer aside, with everything that may keep it in the book."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import writes
from buyers.models import BookEntry
from claims.actions.book import lay_buyer_aside
from claims.views.page import say_refused
from kernel.refusals import Refused


@require_POST
@writes
def archive_buyer(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay a buyer aside, or say what holds it."""
    own = BookEntry.objects.visible_to(request.user).of(request.firm)
    entry = get_object_or_404(own.select_related("buyer"), pk=pk)
    try:
        lay_buyer_aside(by=request.user.pk, entry=pk)
    except Refused as refused:
        say_refused(request, refused)
        return redirect("book_entry_edit", pk=pk)
    messages.success(request, _("%(name)s is laid aside. Its history is kept.") % {"name": entry.buyer.name})
    return redirect("buyers")
