"""Setting a document with typst: a template of the house and plain data in, the bytes of a PDF out.

The data goes in as one JSON input and stays text: nothing in it is ever read as markup (a name like `#include` prints
as it is). Nothing but the template and the packages of fonts is read, no clock is asked and no network: the same data
gives the same bytes.
"""

import json
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

# Latin, Greek, Cyrillic and Chinese, Japanese, Korean come in the first; names of the Gulf, of India, of Thailand need
# the others.
FONTS = [files(f"justmytype_intl_{part}") / "fonts" for part in ("cjk", "rtl", "sea", "south_asia")]
# Archives keep it, and every font is inside.
STANDARD = "a-2b"


def typeset(template: Path, data: Mapping[str, Any]) -> bytes:
    """The PDF of `data` (JSON-safe) as `template` sets it: PDF/A-2b, unless a character stands in it that no font has
    (some scripts, emoji): then a plain PDF that shows a box there, rather than none."""
    text = json.dumps(printable(data), ensure_ascii=False, sort_keys=True)
    try:
        return _compiled(template, text, [STANDARD])
    except typst.TypstError:
        return _compiled(template, text, [])


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """The fonts of the packages and those inside typst; none of the machine's, which differ."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(at) for at in FONTS])


def printable(value: Any) -> Any:
    """`value` without characters nobody sees that turn text round or break it: they have no place on paper."""
    if isinstance(value, str):
        return "".join(c for c in value if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    if isinstance(value, Mapping):
        return {str(name): printable(inner) for name, inner in value.items()}
    return [printable(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _compiled(template: Path, text: str, standards: list[Any]) -> bytes:
    # A compiler for each try: one that failed remembers no input.
    compiler = typst.Compiler(
        template.read_bytes(), root=str(template.parent), font_paths=fonts(), sys_inputs={"data": text}
    )
    made = compiler.compile(format="pdf", pdf_standards=standards, timestamp=0)
    assert isinstance(made, bytes)  # one file, not one a page
    return made
