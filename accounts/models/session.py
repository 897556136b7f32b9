"""Where sessions are kept: Django's table, read by a prepared query, since every page begins with it."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models.prepared import Given, prepared


class SessionStore(db.SessionStore):
    """Django's own, to the name: what it signs with the name of its class stays valid."""

    def _get_session_from_db(self) -> Session | None:
        found = lasting_sessions.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found


@prepared
def lasting_sessions(key: Given, now: Given) -> QuerySet[Any]:
    """The session of that key, unless it has ended."""
    return Session.objects.filter(session_key=key, expire_date__gt=now)
