"""Where things lie: the repository, its virtual environment, and the folder that keeps data between starts."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
# A Python that starts in 15 ms: no site-packages, nothing from the environment, paths in UTF-8 in every locale.
BARE_PYTHON = [sys.executable, "-I", "-S", "-X", "utf8"]


def data_folder() -> Path:
    """The folder of the demo's data: ``DATA_DIR``, or ``.data`` beside manage.py."""
    return Path(os.environ.get("DATA_DIR") or ROOT / ".data").absolute()


def private_folder(path: Path) -> Path:
    """Make the folder, readable by its owner only, and return it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads. Renamed into place: a reader never sees half of it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
