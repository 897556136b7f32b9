"""``manage.py demo_people``: who can sign in to the demo, with passwords and, for staff, the second factor's code.

Only in a demo that answers to loopback names alone (portal/safety.py): what is printed here is no secret any more.
"""

import time
import unicodedata
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from demo.people import FIRMS, PEOPLE, STAFF, Someone
from portal.safety import LOOPBACK

STEP_SECONDS = 30
HEAD = ("Name", "Role", "Firm", "E-mail", "Password", "Code now")


class Command(BaseCommand):
    """A table a person can read in a terminal, Chinese names included."""

    help = "Print who can sign in to the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO or not set(settings.ALLOWED_HOSTS) <= LOOPBACK:
            raise CommandError("Passwords are printed only in a demo (DEMO=1) that answers to loopback names alone.")
        codes = current_codes()
        rows = [HEAD, *(row(someone, codes) for someone in (*PEOPLE, *STAFF))]
        widths = [max(width(r[i]) for r in rows) for i in range(len(HEAD))]
        for number, columns in enumerate(rows):
            self.stdout.write("  ".join(padded(c, w) for c, w in zip(columns, widths, strict=True)).rstrip())
            if not number:
                self.stdout.write("  ".join("-" * w for w in widths))
        self.stdout.write(f"\nStaff sign in at {settings.SITE_URL}/office/ ; a code holds for {STEP_SECONDS} seconds:")
        self.stdout.write("run `python3 manage.py demo_people` for the next one.")


def row(someone: Someone, codes: dict[str, str]) -> tuple[str, ...]:
    """One line of the table; somebody in two firms has both roles in it."""
    names = {firm.key: firm.name for firm in FIRMS}
    role = ", ".join(dict.fromkeys(role for _firm, role in someone.roles)) or someone.group
    firms = " + ".join(names[firm] for firm, _role in someone.roles) or "Fairlead"
    return someone.name, role, firms, someone.email, someone.password, codes.get(someone.email, "")


def current_codes() -> dict[str, str]:
    """What each member of staff's authenticator app would show now."""
    emails = dict(User.objects.filter(email__in=[s.email for s in STAFF]).values_list("pk", "email"))
    found = Authenticator.objects.filter(user__in=emails, type=Authenticator.Type.TOTP)
    step = int(time.time()) // STEP_SECONDS
    return {emails[a.user_id]: format_hotp_value(hotp_value(decrypt(a.data["secret"]), step)) for a in found}


def width(text: str) -> int:
    """Columns a terminal gives the text: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, columns: int) -> str:
    """The text, filled up to so many columns."""
    return text + " " * (columns - width(text))
