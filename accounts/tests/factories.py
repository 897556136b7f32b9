"""People and firms for tests of every floor: quick to make, with everything the middleware asks for.

`person()`, `exporter()`, `member(firm, role)`, `staff(group)` and `signed_in(client, user, firm)` are all that tests of
higher floors need; a member of staff comes with a working second factor.
"""

import itertools
import time
from decimal import Decimal
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import Exporter, Membership, StaffAuthority, User
from accounts.models.roles import POLICY_ADMINISTRATOR, UNDERWRITER, Role

PASSWORD = "correct horse battery"

_numbers = itertools.count(1)


def person(*, name: str = "", email: str = "", password: str | None = PASSWORD, **columns: Any) -> User:
    """Somebody who may sign in, of no firm yet. The address is unique unless one is given."""
    number = next(_numbers)
    return User.objects.create_user(
        email or f"person{number}@example.com", password, name=name or f"Person {number}", **columns
    )


def operator() -> User:
    """The operator: a superuser with a second factor."""
    user = person(name="Operator", is_staff=True, is_superuser=True)
    second_factor(user)
    return user


def exporter(*, name: str = "", country: str = "DE", created_by: User | None = None, **columns: Any) -> Exporter:
    """An insured firm without members."""
    name = name or f"Exporter {next(_numbers)} GmbH"
    return Exporter.objects.create(
        name=name, country=country, created_by=created_by or staff(POLICY_ADMINISTRATOR), **columns
    )


def member(exporter: Exporter, role: str = Role.EDITOR, user: User | None = None, **columns: Any) -> User:
    """A person (a new one unless given) with `role` in the firm."""
    user = user or person(**columns)
    Membership.objects.create(exporter=exporter, user=user, role=role)
    return user


def staff(
    group: str = UNDERWRITER,
    amount: Decimal | int | str | None = None,
    currency: str = "EUR",
    worst_grade: int = 10,
    best_grade: int = 1,
    **columns: Any,
) -> User:
    """A member of staff in `group` with a second factor; with an authority row when `amount` is given."""
    user = person(is_staff=True, **columns)
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    second_factor(user)
    if amount is not None:
        StaffAuthority.objects.create(
            user=user, amount=Decimal(amount), currency=currency, best_grade=best_grade, worst_grade=worst_grade
        )
    return user


def second_factor(user: User) -> list[str]:
    """Sets up TOTP and recovery codes as the page would; answers the unused recovery codes."""
    TOTP.activate(user, generate_totp_secret())
    return RecoveryCodes.activate(user).get_unused_codes()


def current_code(user: User) -> str:
    """What the person's authenticator app shows now."""
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    return format_hotp_value(hotp_value(decrypt(row.data["secret"]), int(time.time()) // 30))


def signed_in(client: Client, user: User, firm: Exporter | None = None) -> Client:
    """The client, signed in as `user` (password and, where there is one, second factor given), `firm` chosen."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(user)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time(), "email": user.email},
        *(
            {"method": "mfa", "at": time.time(), "id": row.pk, "type": row.type, "reauthenticated": True}
            for row in Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
        ),
    ]
    if firm is not None:
        session["firm"] = firm.pk
    session.save()
    client.get("/healthz")  # as after a real sign-in, the session is noted before the first page
    return client
