"""Know a process again: a number alone may by now be somebody else's, so its start time goes with it."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.places import write_private


@dataclass(frozen=True)
class Known:
    """A running process and how to end it: the signal that asks, and the seconds before it is no longer asked."""

    name: str
    pid: int
    started: str
    stop: int = signal.SIGTERM
    grace: float = 10.0

    def alive(self) -> bool:
        """Whether this very process still runs (a zombie does not)."""
        return started_at(self.pid) == self.started

    def write(self, folder: Path) -> None:
        """Leave a note for the next start, which may find this process orphaned."""
        write_private(folder / f"{self.name}.pid", json.dumps(asdict(self)))

    def forget(self, folder: Path) -> None:
        """Take the note away, the process being gone."""
        (folder / f"{self.name}.pid").unlink(missing_ok=True)


def started_at(pid: int) -> str:
    """When the process started, in a form to compare; empty when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else f"{fields[19]} {_boot()}"
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _started_at_without_proc(pid)


def _boot() -> str:
    # The start time counts from boot, so a note from before a restart of the machine must not match.
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _started_at_without_proc(pid: int) -> str:
    asked = subprocess.run(["ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True)
    state, _, started = asked.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else started.strip()


def ask(pid: int, number: int) -> None:
    """Send a signal; a process that has just gone is fine."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def end(processes: Iterable[Known]) -> None:
    """Ask them all to stop, wait for each as long as it may take, and kill what is left, with its group."""
    waiting = [process for process in processes if process.alive()]
    begun = time.monotonic()
    for process in waiting:
        ask(process.pid, process.stop)
    while waiting and (waiting := [process for process in waiting if process.alive()]):
        for process in waiting:
            if time.monotonic() - begun > process.grace:
                kill_group(process.pid)
        time.sleep(0.02)


def kill_group(pid: int) -> None:
    """Kill a child and what it started: each child of ours leads a session and so a group of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def left_over(folder: Path) -> list[Known]:
    """The processes noted in the folder that still run, though whoever started them is gone."""
    return [known for note in sorted(folder.glob("*.pid")) if (known := _read(note)) and known.alive()]


def _read(note: Path) -> Known | None:
    try:
        return Known(**json.loads(note.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
