"""What people say about themselves: their name and their language."""

from zoneinfo import available_timezones

from django.conf import settings

from accounts.audit import action, record
from accounts.models import User
from accounts.models.person import MailRhythm
from accounts.naming import name_refused, tidied
from kernel.refusals import refusal, refuse


@action
def choose_language(*, by: int, language: str) -> User:
    """The language of every page and mail for this person from now on; '' goes by the browser again."""
    refuse(_language_refused(language))
    person = User.objects.select_for_update(no_key=True).get(pk=by)
    person.language = language
    person.save(update_fields=["language"])
    record(by=by, subject=person, language=language)
    return person


@action
def change_profile(*, by: int, name: str, language: str) -> User:
    """The person's own name and language. Refuses a name that is none, and a language the portal does not speak."""
    name = tidied(name)
    refuse(name_refused(name, longest=150) + _language_refused(language))
    person = User.objects.select_for_update(no_key=True).get(pk=by)
    former, person.name, person.language = person.name, name, language
    person.save(update_fields=["name", "language"])
    record(by=by, subject=person, name=name, former_name=former, language=language)
    return person


@action
def choose_mail_rhythm(*, by: int, rhythm: str, time_zone: str) -> User:
    """When mails about buyers come to the person, and whose morning that is. Refuses what is no rhythm and no zone."""
    refuse(_rhythm_refused(rhythm, time_zone))
    person = User.objects.select_for_update(no_key=True).get(pk=by)
    person.mail_rhythm, person.time_zone = rhythm, time_zone
    person.save(update_fields=["mail_rhythm", "time_zone"])
    record(by=by, subject=person, rhythm=rhythm, time_zone=time_zone)
    return person


def _rhythm_refused(rhythm: str, time_zone: str) -> tuple:
    found = () if rhythm in MailRhythm.values else (refusal("mail_rhythm_unknown", "rhythm"),)
    known = time_zone in available_timezones()
    return found if known else (*found, refusal("time_zone_unknown", "time_zone"))


def _language_refused(language: str) -> tuple:
    return () if language in {"", *dict(settings.LANGUAGES)} else (refusal("language_unknown", "language"),)
