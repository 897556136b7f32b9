"""Fixtures `chromium_path`, `browser` and `page`: an installed Chromium, driven by playwright."""

import os
import shutil
from collections.abc import Iterator

import pytest

REQUIRED = "FAIRLEAD_REQUIRE_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Without these Chromium as root does not start, and looks for its maker's hosts until the page's time is out.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The installed Chromium: CHROMIUM_PATH, or the first of the usual names on PATH."""
    found = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    reason = "no Chromium: install the package chromium, or name one in CHROMIUM_PATH"
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{reason} ({REQUIRED}=1 does not let this test skip)")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator:
    """A running Chromium for the tests of one module (`browser.new_context(locale="zh-CN")`).

    For a module, not longer: playwright's loop stays in this thread, where the ORM and asyncio.run then refuse to work.
    The ORM is told not to mind; the rest is over with the module.
    """
    from playwright.sync_api import sync_playwright  # a second to load, for these tests only

    unsafe = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield chromium
        chromium.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
    if unsafe is not None:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = unsafe


@pytest.fixture
def page(browser, portal_server) -> Iterator:
    """A fresh page whose addresses begin at the portal: `page.goto("/")`."""
    context = browser.new_context(base_url=portal_server.url, locale="en-GB")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()
