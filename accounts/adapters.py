"""How sign-in and the second factor behave here (django-allauth's hooks)."""

import logging
from base64 import b32encode, urlsafe_b64encode
from secrets import token_bytes
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import User

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: an invitation is the only door (accounts/views/invitation.py)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """The subject as it stands in the template, without the host's name before it."""
        return str(subject)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of the reset mail, with the portal's own address: a forged Host header must not get into it."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL.rstrip("/") + path.replace("UID-KEY", key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The mail in its reader's language: their own choice, else the language of the page that asked for it.

        A mail server that does not answer must not turn into an error page, which would also tell known addresses
        from unknown ones; the page says to try again, the log says why.
        """
        reader = context.get("user") or User.objects.filter(email__iexact=email).first()
        language = getattr(reader, "language", "") or translation.get_language()
        links = {"site_url": settings.SITE_URL.rstrip("/")}
        try:
            with translation.override(language):
                super().send_mail(template_prefix, email, context | links)
        except OSError:  # smtplib's errors are OSErrors too
            log.exception("mail %s not sent", template_prefix)
            if self.request:
                words = _("The mail could not be sent just now. Please try again in a few minutes.")
                messages.error(self.request, words)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """News about one's own account, to the address one signs in with."""
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email or user.email)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps encrypted, and counts only factors that can be asked for at sign-in."""

    def encrypt(self, text: str) -> str:
        """With a key of its own derived from SECRET_KEY, so that a copy of the database alone opens nothing."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Also under the keys in SECRET_KEY_FALLBACKS, so that SECRET_KEY can be changed."""
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            log.error("a second factor's secret does not open: was SECRET_KEY changed without SECRET_KEY_FALLBACKS?")
            # A random secret, so that no code fits; an empty one would make the codes predictable.
            return b32encode(token_bytes(20)).decode()

    def is_mfa_enabled(self, user: User, types: list[str] | None = None) -> bool:  # type: ignore[override]
        """Recovery codes alone are no second factor: they are the way back to one."""
        return super().is_mfa_enabled(user, types or [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


def note_second_factor(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """The session in which an authenticator app was set up counts as signed in by it: its first code was just typed."""
    if authenticator.type == Authenticator.Type.TOTP:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def second_factor_given(request: HttpRequest) -> bool:
    """Whether this very session was signed in with a second factor; that one is set up is not enough."""
    return any(step.get("method") == "mfa" for step in get_authentication_records(request, request.user))


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    digest = salted_hmac("accounts.second_factor", "key", secret=secret, algorithm="sha256").digest()
    return urlsafe_b64encode(digest)
