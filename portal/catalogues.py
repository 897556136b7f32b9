"""The catalogues of messages: what code and templates say in English, and how each app's catalogue follows them.

Extraction is Babel's, templates are first turned into Python by Django's own templatize: so no gettext is needed, and
the law on missing messages can run anywhere.
"""

import io
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LOCALE = "zh_Hans"
HOUSE = "portal"  # its catalogue is the top-level locale/, which goes before every app's

# What marks a message in code: function -> which arguments are singular, plural and context.
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# allauth's template folders hold pages of accounts.
FOLDERS_OF = {"accounts": ("account", "mfa", "usersessions")}
TEMPLATES = (".html", ".txt")


@dataclass(frozen=True)
class Key:
    """What makes two messages the same: their context and their English."""

    context: str | None
    english: str | tuple[str, ...]

    def __str__(self) -> str:
        text = self.english if isinstance(self.english, str) else self.english[0]
        return f"{text!r} ({self.context})" if self.context else repr(text)


def catalogue_path(root: Path, app: str) -> Path:
    """Where an app's Chinese lies."""
    home = root if app == HOUSE else root / app
    return home / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def sources(root: Path, app: str, apps: Iterable[str]) -> Iterator[Path]:
    """The files whose messages belong to `app`: its Python (tests aside) and its templates.

    The house's are those of portal and every template folder that is no app's.
    """
    for path in sorted((root / app).rglob("*.py")):
        if not {"tests", "migrations"} & set(path.relative_to(root).parts):
            yield path
    templates = root / "templates"
    owners = {name: owner for owner in apps for name in (owner, *FOLDERS_OF.get(owner, ()))}
    for path in sorted(templates.rglob("*")):
        if path.suffix in TEMPLATES and owners.get(path.relative_to(templates).parts[0], HOUSE) == app:
            yield path


def messages_in(path: Path) -> Iterator[tuple[Key, list[str]]]:
    """The messages of one file, each with what its author tells the translator ("Translators: …")."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in TEMPLATES:
        text = as_python(text, str(path))
    for _line, found, comments, context in extract(
        "python", io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=("Translators",), strip_comment_tags=True
    ):
        english = tuple(found) if isinstance(found, tuple | list) else found
        if english and english != ("",):
            yield Key(context, english), [comment.lstrip(": ") for comment in comments]


def as_python(template: str, origin: str) -> str:
    """A template as Python with the same messages; in brackets, since its indentation means nothing to Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        return f"(\n{templatize(template, origin)}\n)\n"


def wanted(root: Path, app: str, apps: Iterable[str]) -> dict[Key, list[str]]:
    """Every message of an app, with the translator comments found on it."""
    found: dict[Key, list[str]] = {}
    for path in sources(root, app, apps):
        for key, comments in messages_in(path):
            notes = found.setdefault(key, [])
            notes.extend(note for note in comments if note not in notes)
    return found


def read(path: Path) -> Catalog:
    """A catalogue as it lies; an empty one when there is none yet."""
    if not path.exists():
        return Catalog(locale=LOCALE, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def updated(old: Catalog, found: dict[Key, list[str]]) -> Catalog:
    """A catalogue of exactly the messages `found`, with the translations `old` has; nothing is guessed."""
    new = Catalog(locale=LOCALE, charset="utf-8", fuzzy=False)
    for key, comments in sorted(found.items(), key=lambda item: (str(item[0].english), item[0].context or "")):
        before = translation(old, key)
        fuzzy = {"fuzzy"} if before is not None and before.fuzzy and filled(before) else set()
        new.add(
            key.english,
            string=before.string if before is not None else None,
            context=key.context,
            auto_comments=comments,
            user_comments=before.user_comments if before is not None else (),
            flags=fuzzy,
        )
    return new


def translation(catalogue: Catalog, key: Key) -> Message | None:
    """The catalogue's message for `key`: the same English with and without a plural are two messages."""
    singular = key.english if isinstance(key.english, str) else key.english[0]
    found = catalogue.get(singular, context=key.context)
    if found is None or (found.id if isinstance(found.id, str) else tuple(found.id)) != key.english:
        return None
    return found


def filled(message: Message) -> bool:
    """Whether every form of it is translated."""
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(strings) and all(strings)


def written(catalogue: Catalog) -> bytes:
    """The catalogue as a file that changes only where a message does: sorted, no line numbers, no dates."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    return HEADER.encode() + buffer.getvalue().strip() + b"\n"


HEADER = """msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def faults(catalogue: Catalog, found: dict[Key, list[str]]) -> Iterator[str]:
    """What is wrong with a catalogue: messages it lacks, has no use for, or only guesses."""
    for key in sorted(found, key=str):
        message = translation(catalogue, key)
        if message is None or not filled(message):
            yield f"not translated: {key}"
        elif message.fuzzy:
            yield f"fuzzy: {key}"
        else:
            yield from (f"{error}: {key}" for error in message.check(catalogue))
    for message in catalogue:
        key = key_of(message)
        if message.id and key not in found:
            yield f"no longer said: {key}"


def key_of(message: Message) -> Key:
    """A catalogue message's key."""
    return Key(message.context, message.id if isinstance(message.id, str) else tuple(message.id))


def quarrels(catalogues: dict[str, Catalog]) -> Iterator[str]:
    """English that two catalogues put into different Chinese: Django joins them all, so one of them would lose."""
    said: dict[Key, dict[str, list[str]]] = {}
    for app, catalogue in catalogues.items():
        for message in catalogue:
            if message.id and filled(message):
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                said.setdefault(key_of(message), {}).setdefault(forms[0], []).append(app)
    for key, ways in sorted(said.items(), key=lambda item: str(item[0])):
        if len(ways) > 1:
            words = "; ".join(f"{'/'.join(apps)}: {text}" for text, apps in sorted(ways.items()))
            yield f"said in two ways: {key}: {words}"
