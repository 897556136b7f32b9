"""For all tests: real servers, a quick password hasher, the portal in a real web server, and a browser.

The servers start while this file is read, before any app's own conftest may import a model. xdist workers inherit
them through the environment.
"""

import os

import django
import pytest
from django.conf import settings

from scripts import throwaway, translations
from scripts.places import ROOT
from scripts.trouble import CannotStart

if settings.configured and not throwaway.everything_is_named():
    pytest.exit("unset DJANGO_SETTINGS_MODULE: it has the settings read before the servers are started", returncode=1)
try:
    translations.compile_stale(ROOT)
    SUPERVISOR = throwaway.start()
except CannotStart as trouble:
    pytest.exit(f"Fairlead: {trouble}", returncode=1)

django.setup()
# Hashing slowly is the point of a password hasher, but not of a test.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

pytest_plugins = ["tests.test_services.portal_server", "tests.test_services.browser", "tests.test_services.template"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """A worker that inherits the settings' name reads them before its conftest gives it a Redis database of its own:
    one worker's emptied cache would then forget the tries another one counts."""
    if SUPERVISOR:
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers once the last test is done; an interrupted run comes through here as well."""
    if SUPERVISOR:
        SUPERVISOR.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use a browser, and keep a module's on one worker, so that its browser starts once."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            item.add_marker(pytest.mark.xdist_group(f"browser {item.path.name}"))
