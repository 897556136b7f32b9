"""Values a deployment may not run with. Checked when the settings are read, so that an unsafe portal never starts."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "testserver"}


def unsafe_values(settings: Mapping[str, Any]) -> list[str]:
    """The sentences that say what is unsafe in `settings`; empty when they may be deployed.

    The demo may use plain HTTP and its own key, but only while it answers to loopback names alone.
    """
    found = []
    if len(settings["SECRET_KEY"]) < 32:
        found.append("SECRET_KEY must be set to at least 32 characters")
    if settings["DEMO"] and not set(settings["ALLOWED_HOSTS"]) <= LOOPBACK:
        found.append("DEMO prints passwords, so ALLOWED_HOSTS may name loopback hosts only")
    if settings["DEBUG"] or settings["DEMO"]:
        return found
    if not settings["ALLOWED_HOSTS"] or "*" in settings["ALLOWED_HOSTS"]:
        found.append("ALLOWED_HOSTS must name the portal's hosts, without '*'")
    if not settings["SITE_URL"].startswith("https://"):
        found.append("SITE_URL must begin with https://, mails link to it")
    if not settings["SESSION_COOKIE_SECURE"] or not settings["CSRF_COOKIE_SECURE"]:
        found.append("cookies must be secure")
    if not settings["SECURE_SSL_REDIRECT"]:
        found.append("SECURE_SSL_REDIRECT must be on")
    return found


def refuse_unsafe(settings: Mapping[str, Any]) -> None:
    """Raise ImproperlyConfigured with every unsafe value named at once."""
    found = unsafe_values(settings)
    if found:
        raise ImproperlyConfigured("Refusing to start: " + "; ".join(found) + ".")
