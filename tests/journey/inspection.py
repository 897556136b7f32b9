"""What every page must be, whoever looks: accessible, in one language, within its window, and among its own hosts."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
FOUND = """async (rules) => (await axe.run(document, rules)).violations.map(
    (found) => `${found.id}: ${found.nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join(" | ")}`)"""

# Every text a reader meets, but for what has a language of its own and what somebody typed.
TEXTS = """() => {
    const found = [];
    const page = document.documentElement.lang;
    const ours = (element) => {
        const own = element.closest("[lang]");
        return own.lang === page && !element.closest("script, style, noscript, [translate=no]");
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.textContent.trim() && ours(node.parentElement)) found.push(node.textContent);
    }
    for (const name of ["aria-label", "title", "placeholder", "alt", "data-l"]) {
        document.querySelectorAll(`[${name}]`).forEach((element) => {
            if (ours(element)) found.push(element.getAttribute(name));
        });
    }
    found.push(document.title);
    return [...new Set(found.map((text) => text.replace(/\\s+/g, " ").trim()))];
}"""
TOO_WIDE = """() => {
    const width = document.scrollingElement.scrollWidth;
    if (width <= window.innerWidth) return "";
    const out = [...document.querySelectorAll("body *")].filter(
        (element) => element.getBoundingClientRect().right > window.innerWidth + 0.5);
    return `${width} px in ${window.innerWidth}: ${out.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" | ")}`;
}"""

CJK = re.compile("[㐀-鿿]")
ENGLISH = re.compile(r"(?<![\w.@/-])[A-Za-z]*[a-z]{2,}(?![\w@/])")
# Names of things that are called the same in Chinese.
SAME_IN_CHINESE = (
    "Fairlead", "English", "Excel", "GmbH", "OECD", "GLEIF", "Babel", "LEIs", "example.com", "Esc",
)  # fmt: skip
SUPERSEDED = ("htmx:sendAbort", "htmx:afterRequest")
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}


def wrong_words(texts: list[str], language: str, names: tuple[str, ...]) -> list[str]:
    """The texts that are not in the page's language, apart from names."""
    found = []
    for text in texts:
        rest = text
        for name in sorted((*names, *SAME_IN_CHINESE), key=len, reverse=True):
            rest = rest.replace(name, " ")
        rest = re.sub(r"\S+@\S+|https?://\S+|\b\S+\.(?:pdf|csv|xlsx|txt)\b", " ", rest)
        if (CJK.search(rest) if language == "en" else ENGLISH.search(rest)) is not None:
            found.append(text)
    return found


@dataclass
class Inspection:
    """Watches one browser context and looks at its pages; what is wrong is kept until `settle`."""

    context: Any
    home: str
    language: str
    names: tuple[str, ...] = ()
    where: str = "at first"
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("console", self._said)
        self.context.on("weberror", lambda failure: self.note(f"script failed: {failure.error}"))
        self.context.on("request", self._asked)
        self.context.on("response", self._answered)

    def note(self, trouble: str) -> None:
        """Something that must not be."""
        line = f"{self.where}: {trouble}"
        if line not in self.troubles:
            self.troubles.append(line)

    def _said(self, message: Any) -> None:
        # A refused policy (CSP) stands here too. htmx mentions a preview that a newer one took the place of.
        if message.type in ("error", "warning") and not message.text.startswith(SUPERSEDED):
            self.note(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" != self.home:
            self.note(f"asked another host: {request.url}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400:
            self.note(f"{response.status} at {response.url}")

    def look(
        self, page: Any, where: str, shots: str = "", widths: tuple[str, ...] = tuple(SIZES), axe: str = ""
    ) -> None:
        """The page as it stands, at each width; axe at every width, or only at the one named."""
        self.where = where
        page.wait_for_load_state()  # a click goes on as soon as the next page begins
        lang = page.locator("html").get_attribute("lang")
        if (lang or "").lower() != self.language:
            self.note(f"the page says it is in {lang}")
        for text in wrong_words(page.evaluate(TEXTS), self.language, self.names):
            self.note(f"not in {self.language}: {text}")
        page.evaluate(f"window.axe || (() => {{ {AXE} }})()")
        for width in widths:
            self._look_at(page, width, shots, with_axe=axe in ("", width))
        if widths[-1] != "wide":
            page.set_viewport_size(_size("wide"))

    def _look_at(self, page: Any, width: str, shots: str, with_axe: bool) -> None:
        page.set_viewport_size(_size(width))
        too_wide = page.evaluate(TOO_WIDE)
        if too_wide:
            self.note(f"{width}: wider than the window: {too_wide}")
        if with_axe:
            for found in page.evaluate(FOUND, RULES):
                self.note(f"{width}: {found}")
        if shots:
            page.screenshot(path=shots.format(width=SIZES[width][0]), full_page=True)

    def settle(self) -> None:
        """Fails with everything that was wrong on the way."""
        assert not self.troubles, f"{len(self.troubles)} troubles\n" + "\n".join(self.troubles)


def _size(width: str) -> dict[str, int]:
    return dict(zip(("width", "height"), SIZES[width], strict=True))
