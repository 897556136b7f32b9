"""The guard: a small process that starts the children, and stops them when its owner ends in any way, kill -9 too.

It hears orders as lines of JSON on a socket and answers on it. The owner's end closing is the last order: stop all.
The children are the guard's own, so between a child's birth and its being known there is no gap to leak it through.
Run as ``python -I -S -X utf8 guard.py SOCKET_FD NOTES_FOLDER``.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

# -I leaves the repository off the path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.processes import Known, end, kill_group, started_at


class Guard:
    """The children, the folder of notes about them, and the owner at the other end of the socket."""

    def __init__(self, owner: socket.socket, notes: Path) -> None:
        self.owner, self.notes = owner, notes
        self.parent = os.getppid()
        self.children: dict[str, tuple[subprocess.Popen, Known, int]] = {}
        self.doomed: list[str] = []
        self.heard = b""
        self.stopping = False
        self.wakened: socket.socket | None = None

    def watch(self) -> None:
        """Serve until the owner is gone or says stop, then stop the children and leave nothing."""
        wake = wake_on_signals(self)
        while not self.stopping:
            # The time-out is for an owner whose end of the socket lives on in a fork of it.
            ready, _, _ = select.select([self.owner, wake], [], [], 1.0)
            if wake in ready:
                wake.recv(512)
            self.report_ended()
            if self.owner in ready:
                self.listen()
            if os.getppid() != self.parent:
                self.stopping = True
        self.stop_all()

    def listen(self) -> None:
        """Read what the owner sent and carry out each whole line."""
        try:
            data = self.owner.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            self.stopping = True
        *lines, self.heard = (self.heard + data).split(b"\n")
        for line in lines:
            self.obey(json.loads(line))

    def obey(self, order: dict) -> None:
        """Carry out one order."""
        match order.pop("do"):
            case "start":
                self.start(**order)
            case "stop":
                self.stop_one(order["name"])
            case "remove at the end":
                self.doomed.append(order["path"])
            case "stop all":
                self.stopping = True

    def start(
        self, name: str, argv: list[str], env: dict[str, str], cwd: str, log: str, stop: int, grace: float, tier: int
    ) -> None:
        """Start a child in a session of its own, so that a Ctrl-C at the terminal is the owner's alone to handle."""
        try:
            with open(log, "ab") if log else contextlib.nullcontext() as out:
                child = subprocess.Popen(
                    argv, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
                )
        except OSError as error:
            self.say({"about": name, "failed": str(error)})
            return
        known = Known(name, child.pid, started_at(child.pid), stop, grace)
        self.children[name] = child, known, tier
        with contextlib.suppress(OSError):
            known.write(self.notes)
        self.say({"about": name, "pid": child.pid, "started": known.started})

    def report_ended(self) -> None:
        """Tell the owner of children that ended by themselves."""
        for name, (child, known, _) in list(self.children.items()):
            if child.poll() is not None:
                del self.children[name]
                kill_group(known.pid)  # what it may have started itself
                known.forget(self.notes)
                self.say({"about": name, "ended": child.returncode})

    def stop_one(self, name: str) -> None:
        """Stop one child now."""
        if name in self.children:
            end([self.children[name][1]])
        self.report_ended()

    def stop_all(self) -> None:
        """Stop the highest tier first: the portal before the servers it writes to."""
        for tier in sorted({tier for _, _, tier in self.children.values()}, reverse=True):
            end([known for _, known, its in self.children.values() if its == tier])
            self.report_ended()
        for path in self.doomed:
            shutil.rmtree(path, ignore_errors=True)

    def say(self, words: dict) -> None:
        """Answer the owner, who may be gone."""
        with contextlib.suppress(OSError):
            self.owner.sendall(json.dumps(words).encode() + b"\n")


def wake_on_signals(guard: Guard) -> socket.socket:
    """A socket that becomes readable when a child ends or the machine asks the guard to go."""
    wake, wakened = socket.socketpair()
    wake.setblocking(False)
    wakened.setblocking(False)
    signal.set_wakeup_fd(wakened.fileno(), warn_on_full_buffer=False)
    guard.wakened = wakened  # kept open as long as the guard lives
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: setattr(guard, "stopping", True))
    for unheeded in (signal.SIGINT, signal.SIGHUP):
        # Not SIG_IGN: the children would inherit that, and a server must hear these.
        signal.signal(unheeded, lambda *_: None)
    return wake


if __name__ == "__main__":
    Guard(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])).watch()
