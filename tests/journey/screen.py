"""A person before a browser: presses buttons and follows links by the words on them, in the browser's language."""

import os
import re
from typing import Any

from django.utils import translation
from django.utils.translation import gettext, pgettext

from accounts.models import User
from accounts.tests.factories import PASSWORD, current_code
from tests.journey.inspection import Inspection, _size

LOCALES = {"en": "en-GB", "zh-hans": "zh-CN"}
SHOTS = "/tmp/journey"


class Screen:
    """One browser context with one page. `names`: words that are nobody's to translate."""

    def __init__(self, browser: Any, home: str, language: str, names: tuple[str, ...] = (), **options: Any) -> None:
        self.language, self.home = language, home
        self.context = browser.new_context(
            base_url=home, locale=LOCALES[language], reduced_motion="reduce", viewport=_size("wide"), **options
        )
        self.context.set_default_timeout(20_000)
        self.inspection = Inspection(self.context, home, language, names)
        self.page = self.context.new_page()
        self.steps = 0

    def close(self) -> None:
        """The window is shut."""
        self.context.close()

    # --- words -------------------------------------------------------------------------------------------------------

    def said(self, words: str, context: str = "", **facts: Any) -> str:
        """`words` of the source in this screen's language."""
        with translation.override(self.language):
            found = pgettext(context, words) if context else gettext(words)
        return found % facts if facts else found

    # --- hands -------------------------------------------------------------------------------------------------------

    def press(self, words: str, within: str = "body", **facts: Any) -> None:
        """The button that says so."""
        self.page.locator(within).get_by_role("button", name=self.said(words, **facts), exact=not facts).first.click()

    def follow(self, words: str, within: str = "body") -> None:
        """The link that says so."""
        self.page.locator(within).get_by_role("link", name=self.said(words), exact=True).first.click()

    def go(self, words: str) -> None:
        """A place on the rail, or a worklist in the office's bar; how much waits there may stand behind its name."""
        name = re.compile(f"^{re.escape(self.said(words))}")
        self.page.locator("nav.rail-wide, .office-bar nav").get_by_role("link", name=name).first.click()

    def fill(self, **values: str) -> None:
        """Fields of the page's form, by name; a choice is chosen."""
        for name, value in values.items():
            field = self.page.locator(f"main [name='{name}']:visible").first
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def tick(self, name: str, value: str) -> None:
        """A box or a round button."""
        self.page.locator(f"main [name='{name}'][value='{value}']").check()

    # --- eyes --------------------------------------------------------------------------------------------------------

    def look(self, step: str, **how: Any) -> None:
        """Inspects the page, and keeps its picture when FAIRLEAD_SHOTS asks for it."""
        self.steps += 1
        shots = ""
        if os.environ.get("FAIRLEAD_SHOTS"):
            os.makedirs(SHOTS, exist_ok=True)
            shots = f"{SHOTS}/{self.language[:2]}-{{width}}-{step}.png"
        self.inspection.look(self.page, step, shots, **how)

    # --- the door ----------------------------------------------------------------------------------------------------

    def sign_in(self, user: User, password: str = PASSWORD) -> None:
        """From the sign-in page, with the second factor where there is one."""
        self.fill(login=user.email, password=password)
        self.press("Sign in", "main")
        if user.is_staff:
            self.page.wait_for_url("**/2fa/**")
            self.fill(code=current_code(user))
            self.press("Sign in", "main")

    def sign_out(self) -> None:
        """By the account's menu."""
        self.page.locator("details.account summary").click()
        self.press("Sign out", "details.account")
