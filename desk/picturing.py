"""A page of a file as a picture that is drawn here: what a person sees of it without opening it.

Nothing of the file itself reaches the reader's browser, so that a file goes out as a download only. Drawing takes place
in a process of its own that has little memory and little time: a file that needs more has no picture.
"""

import resource
import subprocess
import sys
from pathlib import Path

import typst

# What typst can draw, by the names it has for them. Others (Word, Excel, TIFF, HEIC) have no picture.
DRAWN = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
MOST_PAGES = 50

_ROOT = Path(__file__).resolve().parent.parent
_SECONDS, _MEMORY = 10, 1536 * 1024 * 1024
_WIDTH, _SHARPNESS = "600pt", 110.0


def page_picture(path: Path, content_type: str, page: int = 1) -> bytes | None:
    """A PNG of the page (from 1), or None: no such page, no file of these kinds, damaged, or too much to draw."""
    kind = DRAWN.get(content_type)
    if kind is None or not 1 <= page <= (MOST_PAGES if kind == "pdf" else 1) or not path.is_file():
        return None
    drawing = [sys.executable, "-m", "desk.picturing", str(path), kind, str(page)]
    try:
        made = subprocess.run(drawing, cwd=_ROOT, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return made.stdout if made.returncode == 0 and made.stdout.startswith(b"\x89PNG") else None


def _drawn(path: Path, kind: str, page: int) -> bytes:
    number = f", page: {page:d}" if kind == "pdf" else ""
    sheet = (
        "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
        f'#image(sys.inputs.file, format: "{kind}", width: {_WIDTH}{number})'
    )
    compiler = typst.Compiler(sheet.encode(), root=str(path.parent), sys_inputs={"file": path.name})
    made = compiler.compile(format="png", ppi=_SHARPNESS)
    assert isinstance(made, bytes)  # one page
    return made


def main(path: str, kind: str, page: str) -> None:
    """What the process does: the picture on its output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    sys.stdout.buffer.write(_drawn(Path(path), kind, int(page)))


if __name__ == "__main__":
    main(*sys.argv[1:])
