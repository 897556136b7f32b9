"""What a person called a file, made fit to be shown and sent as a download's name. It is never used as a path."""

import re
import unicodedata

LONGEST = 200  # as the column
LONGEST_ENDING = 10

# Control marks, invisible formatting (right-to-left override among it), halves of characters, private and unassigned.
UNSHOWN = {"Cc", "Cf", "Cs", "Co", "Cn"}
# Read as folders or devices by one system or another.
RESERVED = re.compile(r'[<>:"|?*]')


def shown_name(given: str) -> str:
    """The last part of `given` without marks that hide or mislead, at most 200 characters, its ending kept.

    ``../../etc/passwd`` becomes ``passwd``, a right-to-left override that makes ``cod.exe`` read ``exe.doc`` goes away,
    Chinese stays; "document" when nothing is left.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    plain = "".join(" " if c.isspace() else c for c in last)
    plain = "".join(c for c in plain if unicodedata.category(c) not in UNSHOWN)
    plain = RESERVED.sub("_", " ".join(plain.split())).strip(". ")
    if not plain:
        return "document"
    stem, ending = parted(plain)
    return stem[: LONGEST - len(ending)] + ending


def parted(name: str) -> tuple[str, str]:
    """The name and its ending with the point, the ending empty when there is none or it is no ending ("v1. final")."""
    stem, point, ending = name.rpartition(".")
    if not point or not stem or not ending.isalnum() or len(ending) > LONGEST_ENDING:
        return name, ""
    return stem, f".{ending}"


def with_ending(name: str, endings: tuple[str, ...]) -> str:
    """`name`, the first of `endings` put behind it unless it has one of them: a PNG named scan.pdf is scan.pdf.png."""
    if parted(name)[1].lower() in endings:
        return name
    return name[: LONGEST - len(endings[0])] + endings[0]
