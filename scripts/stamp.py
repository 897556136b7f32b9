"""What is installed in ``.venv``: a note of the locks' sha256, so that a start without news costs a millisecond."""

import hashlib
import json
import platform

from scripts.places import ROOT, VENV, VENV_PYTHON, write_private

RUNTIME, DEV = "requirements.txt", "requirements-dev.txt"
NOTE = VENV / "fairlead.json"


def wanted(lock: str) -> str:
    """The sha256 of a lock file as it is in the repository now."""
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def fresh(lock: str) -> bool:
    """Whether ``.venv`` holds what this lock asks for, at the place it was made for (a moved one has dead paths)."""
    note = read()
    return usable() and note["locks"].get(lock) == wanted(lock)


def usable() -> bool:
    """Whether the environment can be kept and added to, rather than made anew."""
    return VENV_PYTHON.exists() and read()["place"] == str(VENV)


def write(lock: str) -> None:
    """Note that this lock is installed. The development lock contains the runtime lock, so it counts for both."""
    locks = read()["locks"] | {name: wanted(name) for name in {lock, RUNTIME}}
    write_private(NOTE, json.dumps({"place": str(VENV), "python": platform.python_version(), "locks": locks}))
    NOTE.chmod(0o644)


def read() -> dict:
    """The note, or an empty one when there is none or it is damaged."""
    try:
        return {"place": "", "locks": {}} | json.loads(NOTE.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return {"place": "", "locks": {}}
