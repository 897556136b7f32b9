"""The data folder and who lives in it: one demo at a time, known to whoever knocks."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from scripts.places import data_folder, private_folder, write_private
from scripts.processes import end, left_over, started_at
from scripts.trouble import CannotStart, forbidden

ROOM_NEEDED = 200 * 2**20


@dataclass(frozen=True)
class Household:
    """The data folder, the notes about its processes, and the card on its door."""

    folder: Path

    @property
    def notes(self) -> Path:
        """The folder of pid notes."""
        return self.folder / "run"

    @property
    def card(self) -> Path:
        """Who is at home, at which address, with which servers. It holds passwords, so it is private."""
        return self.notes / "demo.json"

    def announce(self, **words: object) -> None:
        """Write the card."""
        write_private(self.card, json.dumps({"pid": os.getpid(), "started": started_at(os.getpid()), **words}))

    def at_home(self) -> dict | None:
        """What the card says, if whoever wrote it is still alive."""
        try:
            words = json.loads(self.card.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return words if started_at(words["pid"]) == words["started"] else None


@contextmanager
def enter(command: str) -> Iterator[tuple[Household, dict | None]]:
    """Open the data folder: either alone in it (the card is None), or as a guest of the demo that runs there.

    Being alone also means that nothing is left over: what a killed start left running is ended first.
    """
    home = Household(open_folder(data_folder()))
    with open(home.notes / "lock", "a", encoding="ascii") as lock:
        running = settle(home, lock)
        if running is None:
            end(reversed(left_over(home.notes)))
            home.announce(command=command)
        try:
            yield home, running
        finally:
            if running is None:
                home.card.unlink(missing_ok=True)


def settle(home: Household, lock: TextIO) -> dict | None:
    """Take the lock, or return the card of whoever holds it. Its holder may be just arriving or just leaving: wait."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
        except BlockingIOError:
            running = home.at_home()
        if running and "environment" in running:
            return running
        time.sleep(0.1)
    raise CannotStart(f"another command has been using {home.folder} for a minute; wait for it to end.")


def open_folder(folder: Path) -> Path:
    """Make the data folder if it is missing; refuse one that is somebody else's or has no room."""
    private_folder(folder)
    if folder.stat().st_uid != os.geteuid() or not os.access(folder, os.W_OK):
        raise CannotStart(forbidden(folder))
    space = os.statvfs(folder)
    if space.f_bavail * space.f_frsize < ROOM_NEEDED:
        raise CannotStart(f"the disk that holds {folder} is nearly full; the demo needs {ROOM_NEEDED >> 20} MB.")
    private_folder(folder / "run")
    return folder
