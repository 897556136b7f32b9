"""Letters a firm may send to a buyer: the portal words them, the firm sends them. Nothing is sent from here."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.access import reads
from buyers.models import BookEntry

# What each letter is called; its words are in templates/buyers/letters/<kind>.txt.
LETTERS = {
    "security": _("Letter: asking for security"),
    "reminder": _("Letter: a reminder before the due date"),
    "payment": _("Letter: asking for payment"),
    "accounts": _("Letter: asking for the annual accounts"),
}
LANGUAGES = {"en": "English", "zh-hans": "简体中文"}


@reads
def buyer_letter(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A letter to a buyer of the firm's book, in the language the address asks for; `?file` answers the text alone."""
    if kind not in LETTERS:
        raise Http404
    entries = BookEntry.objects.visible_to(request.user).of(request.firm).select_related("buyer")
    entry = get_object_or_404(entries.current(), buyer=pk)
    asked = request.GET.get("language", "")
    language = asked if asked in LANGUAGES else translation.get_language()
    letter = worded(entry, kind, language, request.user)
    if "file" in request.GET:
        name = f"{kind}-{entry.buyer_id}.txt"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(letter, content_type="text/plain; charset=utf-8", headers=headers)
    context = {
        "buyer": entry.buyer, "kind": kind, "title": LETTERS[kind], "letter": letter, "language": language,
        "languages": LANGUAGES.items(), "lines": letter.count("\n") + 2,
    }  # fmt: skip
    return render(request, "buyers/buyer_letter.html", context)


def worded(entry: BookEntry, kind: str, language: str | None, by: Any) -> str:
    """The letter's text in `language`, as plain text."""
    facts = {"buyer": entry.buyer, "entry": entry, "firm": entry.exporter, "by": by, "day": timezone.localdate()}
    with translation.override(language):
        return render_to_string(f"buyers/letters/{kind}.txt", facts).strip() + "\n"
