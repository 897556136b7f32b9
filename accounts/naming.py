"""Names as people write them: any script, one line, nothing that could turn a mail's header or a reader's eye."""

import unicodedata

from kernel.refusals import Refusal, refusal

# Marks that turn the direction of what follows: a name could make the text around it read otherwise than it stands.
TURNING_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def tidied(name: str) -> str:
    """Without blanks around it, and with single blanks inside. Line breaks stay, to be refused rather than hidden."""
    return " ".join(part for part in name.strip(" \u3000\u00a0").split(" ") if part)


def name_refused(name: str, longest: int, about: str = "name") -> tuple[Refusal, ...]:
    """Refuses a name without a letter or digit, one longer than `longest`, and control characters, line breaks too."""
    if any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} or char in TURNING_MARKS for char in name):
        return (refusal("name_not_one_line", about),)
    if not any(char.isalnum() for char in name):
        return (refusal("name_missing", about),)
    if len(name) > longest:
        return (refusal("name_too_long", about, longest=longest),)
    return ()
