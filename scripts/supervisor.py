"""The owner's side of the guard: start children, hear how they end, stop them."""

import contextlib
import json
import select
import signal
import socket
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from scripts.places import BARE_PYTHON, ROOT
from scripts.processes import Known, end, started_at
from scripts.trouble import CannotStart, tail

GUARD = ROOT / "scripts" / "guard.py"


@dataclass(frozen=True)
class Child:
    """What to start. An empty `log` shares this terminal. Higher tiers stop first."""

    name: str
    argv: list[str]
    env: dict[str, str]
    log: str = ""
    stop: int = signal.SIGTERM
    grace: float = 10.0
    tier: int = 0
    cwd: str = field(default=str(ROOT))


@dataclass(frozen=True)
class Ended:
    """A child that ended, with its exit code (negative: the signal that killed it)."""

    name: str
    code: int


class Supervisor:
    """A guard and its children, for a ``with`` block: leaving it, in whatever way, stops them all."""

    def __init__(self, notes: Path) -> None:
        self.children: dict[str, Known] = {}
        self._heard = b""
        self._endings: list[Ended] = []
        self._socket, theirs = socket.socketpair()
        with theirs:
            command = [*BARE_PYTHON, str(GUARD), str(theirs.fileno()), str(notes)]
            self.guard = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True, cwd="/"
            )
        Known("guard", self.guard.pid, started_at(self.guard.pid), grace=30.0).write(notes)
        self._notes = notes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, child: Child) -> Known:
        """Start the child and return it once it exists; CannotStart when its program cannot be run."""
        self._order(asdict(child) | {"do": "start"})
        while child.name not in self.children:
            self._listen(None)
        return self.children[child.name]

    def run(self, child: Child) -> int:
        """Start the child, wait for its end and return its exit code. The end of any other child meanwhile is kept."""
        self.start(child)
        while child.name in self.children:
            self._listen(None)
        mine = next(ended for ended in self._endings if ended.name == child.name)
        self._endings.remove(mine)
        return mine.code

    def wait(self, seconds: float) -> Ended | None:
        """The next child that ended by itself, or None after that many seconds."""
        deadline = time.monotonic() + seconds
        while not self._endings and (left := deadline - time.monotonic()) > 0:
            self._listen(left)
        return self._endings.pop(0) if self._endings else None

    def until(self, ready: object, name: str, log: Path, seconds: float) -> bool:
        """Wait until `ready()` is true. False when the child ended before that; CannotStart when time is out."""
        deadline = time.monotonic() + seconds
        while not ready():  # type: ignore[operator]
            if name not in self.children:
                return False
            if time.monotonic() > deadline:
                raise CannotStart(f"{name} was not ready after {seconds:.0f} seconds. Its log ends:\n{tail(log)}")
            self._listen(0.02)
        return True

    def end(self, name: str) -> None:
        """Stop one child and wait for it."""
        if name in self.children:
            self._order({"do": "stop", "name": name})
        while name in self.children:
            self._listen(None)
        self._endings = [ended for ended in self._endings if ended.name != name]

    def remove_at_the_end(self, path: Path) -> None:
        """Have the guard remove the folder when all children are stopped, however this process ends."""
        self._order({"do": "remove at the end", "path": str(path)})

    def stop(self) -> None:
        """Stop everything and wait for it. Safe to call twice."""
        if self.guard.poll() is None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
            self.guard.wait()
        end(reversed(self.children.values()))  # only finds any if the guard itself was killed
        self._socket.close()
        (self._notes / "guard.pid").unlink(missing_ok=True)

    def _order(self, order: dict) -> None:
        try:
            self._socket.sendall(json.dumps(order).encode() + b"\n")
        except OSError:
            self._guard_is_gone()

    def _listen(self, seconds: float | None) -> None:
        if not select.select([self._socket], [], [], seconds)[0]:
            return
        try:
            data = self._socket.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            self._guard_is_gone()
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            self._note(**json.loads(line))

    def _note(self, about: str, pid: int = 0, started: str = "", ended: int = 0, failed: str = "") -> None:
        if failed:
            raise CannotStart(f"{about} could not be started: {failed}")
        if pid:
            self.children[about] = Known(about, pid, started)
        else:
            del self.children[about]
            self._endings.append(Ended(about, ended))

    def _guard_is_gone(self) -> None:
        raise CannotStart("the guard process was killed; everything it watched is being stopped.")
