"""Pictures for the README, taken from a running demo: `python scripts/screenshots.py [--address …] [--to FOLDER]`.

Needs a Chromium (CHROMIUM_PATH, else one on PATH) and the development requirements. Pages are taken in both
languages, some of them narrow too. Signs in as the demo's people; their passwords stand in demo/people.py.
"""

import argparse
import io
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

CLERK = ("lin.yue@lanhai.example", "harbour-lantern-41")
LANGUAGES = ("en", "zh-Hans")
WIDE, NARROW = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
TALLEST = 1_900
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    """Take every picture; says how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--to", type=Path, default=Path("docs/screenshots"))
    parser.add_argument("--only", default="", help="a part of the pictures' names")
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    taken = 0
    with opened() as browser:
        for size, name in ((WIDE, "wide"), (NARROW, "narrow")):
            page = browser.new_context(viewport=size, locale="en-GB", timezone_id="Europe/Berlin").new_page()
            sign_in(page, asked.address)
            for language in LANGUAGES:
                speak(page, asked.address, language)
                for shot, find in PAGES.items():
                    if asked.only in shot and (name == "wide" or shot in NARROW_TOO):
                        taken += take(page, asked.address, find, asked.to / f"{shot}-{language[:2]}-{name}.png")
            page.context.close()
    print(f"{taken} pictures in {asked.to}")


@contextmanager
def opened() -> Iterator[Browser]:
    """A Chromium of this machine."""
    path = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def sign_in(page: Page, address: str) -> None:
    """As the clerk of the first exporter."""
    page.goto(f"{address}/accounts/login/")
    page.fill("input[name=login]", CLERK[0])
    page.fill("input[name=password]", CLERK[1])
    page.click("main button[type=submit]")
    page.wait_for_url(f"{address}/")


def speak(page: Page, address: str, language: str) -> None:
    """Switch the portal to `language` by its own switch, when it speaks another."""
    page.goto(f"{address}/")
    if page.locator("html").get_attribute("lang") == language:
        return
    # Submitted, not clicked: on a narrow page the switch lies folded in a menu.
    page.locator("button[name=language]").first.evaluate("button => button.form.requestSubmit(button)")
    page.wait_for_function("wanted => document.documentElement.lang === wanted", arg=language)


def take(page: Page, address: str, find: str, to: Path) -> int:
    """Open a page (a path, then what follows each '>': a link's text, or '@' and a part of its address); keep it."""
    path, *links = (part.strip() for part in find.split(">"))
    page.goto(address + path)
    for link in links:
        wanted = f"main a[href*={link[1:]!r}]" if link.startswith("@") else f"main a:has-text({link!r})"
        page.goto(address + str(page.locator(wanted).first.get_attribute("href")))
    page.evaluate("document.fonts.ready")
    time.sleep(0.1)
    to.write_bytes(reduced(page.screenshot(full_page=True)))
    return 1


def reduced(png: bytes) -> bytes:
    """The upper part of the picture in 256 colours, a third of its size and the same to the eye: all stay small."""
    smaller = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        upper = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
        upper.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(smaller, "PNG", optimize=True)
    return smaller.getvalue()


PAGES = {
    "home": "/",
    "find-buyer": "/buyers/find/?q=tools",
    "buyer": "/search?q=Kesselring > Kesselring",
    "ask-limit": "/search?q=JP-8801 > @/buyers/ > @/limits/ask/",
    "alert": "/buyers/alerts/ > Kesselring",
    "report": "/search?q=Kesselring > Kesselring > @/report/",
    "customer-list": "/buyers/lists/ > @/buyers/lists/1",
    "countries": "/countries/",
    "country": "/countries/TR/",
    "claim": "/search?q=Guadalmar > Guadalmar > CL-",
}
NARROW_TOO = ("home", "buyer", "report")

if __name__ == "__main__":
    main()
