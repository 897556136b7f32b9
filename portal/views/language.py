"""The language switch at the top of every page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views import i18n
from django.views.decorators.http import require_POST

from accounts.access import anyone
from accounts.actions.person import choose_language


@anyone
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Back to the page one came from, in the other language: kept in a cookie and, when signed in, with the person.

    Any other language than ours is ignored, as Django's own switch does.
    """
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES) and language != request.user.language:
        choose_language(by=request.user.pk, language=language)
    return i18n.set_language(request)
