"""Compile ``.po`` catalogues to ``.mo`` with Babel, so that no gettext is needed on the machine."""

import os
from collections.abc import Iterator
from pathlib import Path


def compile_stale(root: Path) -> int:
    """Compile every catalogue that is newer than its compiled form; return how many there were."""
    stale = [catalogue for catalogue in catalogues(root) if is_stale(catalogue)]
    for catalogue in stale:
        compile_one(catalogue)
    return len(stale)


def catalogues(root: Path) -> Iterator[Path]:
    """The portal's catalogue and those of its apps."""
    yield from sorted(root.glob("locale/*/LC_MESSAGES/*.po"))
    yield from sorted(root.glob("[a-z]*/locale/*/LC_MESSAGES/*.po"))


def is_stale(catalogue: Path) -> bool:
    """Whether the compiled form is missing or older. Both times are the file system's, so they compare."""
    compiled = catalogue.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < catalogue.stat().st_mtime_ns


def compile_one(catalogue: Path) -> None:
    """Write the compiled catalogue beside its source; renamed into place, as two starts may do it at once."""
    # Imported here: Babel is in .venv only, and a start without news need not load it.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    draft = catalogue.with_suffix(f".{os.getpid()}.mo")
    with open(catalogue, "rb") as source, open(draft, "wb") as target:
        write_mo(target, read_po(source, locale=catalogue.parts[-3]))
    draft.replace(catalogue.with_suffix(".mo"))
