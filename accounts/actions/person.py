"""What people say about themselves: their name and their language."""

from django.conf import settings

from accounts.audit import action, record
from accounts.models import User
from accounts.naming import name_refused, tidied
from kernel.refusals import refusal, refuse


@action
def choose_language(*, by: int, language: str) -> User:
    """The language of every page and mail for this person from now on; '' goes by the browser again."""
    refuse(_language_refused(language))
    person = User.objects.select_for_update().get(pk=by)
    person.language = language
    person.save(update_fields=["language"])
    record(by=by, subject=person, language=language)
    return person


@action
def change_profile(*, by: int, name: str, language: str) -> User:
    """The person's own name and language. Refuses a name that is none, and a language the portal does not speak."""
    name = tidied(name)
    refuse(name_refused(name, longest=150) + _language_refused(language))
    person = User.objects.select_for_update().get(pk=by)
    former, person.name, person.language = person.name, name, language
    person.save(update_fields=["name", "language"])
    record(by=by, subject=person, name=name, former_name=former, language=language)
    return person


def _language_refused(language: str) -> tuple:
    return () if language in {"", *dict(settings.LANGUAGES)} else (refusal("language_unknown", "language"),)
