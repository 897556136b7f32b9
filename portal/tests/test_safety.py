"""A deployment with unsafe values never starts; the demo never listens to the world."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.safety import refuse_unsafe, unsafe_values
from tests.house import ROOT

SAFE = {
    "SECRET_KEY": "k" * 50,
    "DEBUG": False,
    "DEMO": False,
    "ALLOWED_HOSTS": ["portal.example"],
    "SITE_URL": "https://portal.example",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_SSL_REDIRECT": True,
}


def test_safe_values_are_accepted():
    assert unsafe_values(SAFE) == []
    refuse_unsafe(SAFE)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "k" * 31}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": []}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS"),
        ({"SITE_URL": "http://portal.example"}, "SITE_URL"),
        ({"SESSION_COOKIE_SECURE": False}, "cookies"),
        ({"CSRF_COOKIE_SECURE": False}, "cookies"),
        ({"SECURE_SSL_REDIRECT": False}, "SECURE_SSL_REDIRECT"),
        ({"DEMO": True, "ALLOWED_HOSTS": ["portal.example"]}, "DEMO"),
    ],
)
def test_an_unsafe_value_is_named(change, named):
    found = unsafe_values(SAFE | change)
    assert len(found) == 1
    assert named in found[0]


def test_debug_asks_for_a_key_only():
    assert unsafe_values(SAFE | {"DEBUG": True, "ALLOWED_HOSTS": [], "SITE_URL": "http://127.0.0.1:8000"}) == []


def test_the_demo_answers_to_loopback_names():
    assert unsafe_values(SAFE | {"DEMO": True, "ALLOWED_HOSTS": ["localhost", "127.0.0.1"]}) == []


def test_every_unsafe_value_is_told_at_once():
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY.*ALLOWED_HOSTS"):
        refuse_unsafe(SAFE | {"SECRET_KEY": "", "ALLOWED_HOSTS": []})


def settings_started_with(**changes: str) -> subprocess.CompletedProcess[str]:
    """Django's own deployment check in a process of its own, with an environment of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": "a-long-and-random-looking-key-0123456789-ABCDEFGHIJKLMN",
        "ALLOWED_HOSTS": "portal.example",
        "SITE_URL": "https://portal.example",
        "DATABASE_URL": "postgres://nobody@localhost/nothing",
    } | changes
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_deployed_settings_pass_djangos_own_check():
    told = settings_started_with()
    assert told.returncode == 0, told.stderr


def test_the_portal_does_not_start_without_a_key():
    told = settings_started_with(SECRET_KEY="")
    assert told.returncode != 0
    assert "SECRET_KEY must be set" in told.stderr
