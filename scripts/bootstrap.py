"""Make ``.venv`` when it is missing or out of date, then hand the command over to it. Standard library only."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts import installer, stamp
from scripts.places import ROOT, VENV, VENV_PYTHON
from scripts.trouble import CannotStart

# Set by images and machines that bring their own Python with everything installed: nothing is made, nothing checked.
OWN_PYTHON = "FAIRLEAD_OWN_PYTHON"
WAITING = "Another start is setting up the Python packages; waiting for it …"


def enter(argv: list[str], *, dev: bool) -> None:
    """Return when this is the right Python with the right packages; otherwise set up and start again in it."""
    if os.environ.get(OWN_PYTHON):
        return
    lock = stamp.DEV if dev else stamp.RUNTIME
    if stamp.fresh(lock):
        if inside():
            return
    else:
        set_up(lock)
    hand_over(argv)


def inside() -> bool:
    """Whether this very process runs in the repository's environment."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def set_up(lock: str) -> None:
    """Install the lock, one set-up at a time: a second start waits here and then finds the work done."""
    with alone(ROOT / ".venv.lock"):
        if stamp.fresh(lock):
            return
        installer.install(lock)
        stamp.write(lock)


def hand_over(argv: list[str]) -> None:
    """Become the environment's Python, in UTF-8 whatever the terminal's locale is."""
    environment = os.environ | {"PYTHONUTF8": "1"}
    environment.pop("PYTHONHOME", None)
    sys.stdout.flush()
    try:
        os.execve(VENV_PYTHON, [str(VENV_PYTHON), *argv], environment)
    except OSError as error:
        raise CannotStart(f"{VENV_PYTHON} does not run ({error.strerror}): delete .venv and start again.") from error


@contextmanager
def alone(path: Path, waiting: str = WAITING) -> Iterator[None]:
    """Hold a file lock; the kernel lets go of it however this process ends."""
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                print(waiting, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
