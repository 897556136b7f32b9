"""Browsers as people call them, so that they know their own among the sessions listed.

A User-Agent names its ancestors too (Edge says Chrome and Safari), so the order of the marks matters.
"""

import re

BROWSERS = (
    ("Edge", r"Edg(?:A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("WeChat", r"MicroMessenger/(\d+)"),
    ("QQ", r"QQBrowser/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+).* Safari/"),
)
SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("HarmonyOS", r"OpenHarmony|HarmonyOS"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)


def browser_named(user_agent: str) -> str:
    """ "Firefox 128 · Windows"; the beginning of the text itself where it is none we know."""
    found = [f"{name} {match[1]}" for name, mark in BROWSERS if (match := re.search(mark, user_agent)) is not None][
        :1
    ] + [name for name, mark in SYSTEMS if re.search(mark, user_agent)][:1]
    return " · ".join(found) or user_agent[:80]
