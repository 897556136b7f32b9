"""``manage.py demo``: the whole portal on this machine, until Ctrl-C. The data stay for the next start."""

import argparse
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from scripts import household, servers
from scripts.household import Household
from scripts.supervisor import Child, Ended, Supervisor
from scripts.trouble import FULL, CannotStart, is_full, tail

HOST = "127.0.0.1"
PORTAL_TIER = 1  # stops before the servers it writes to
CELERY = ["-m", "celery", "-A", "portal"]
# Threads, not processes: a third of the memory, and no need of /dev/shm.
WORKER = [*CELERY, "worker", "-P", "threads", "-c", "4", "-l", "INFO", "--without-gossip", "--without-mingle"]
BEAT = [*CELERY, "beat", "-l", "INFO", "--pidfile="]
RESTARTS, WITHIN = 3, 60.0


class Asked(BaseException):
    """Somebody asked the demo to stop: Ctrl-C, a signal, or a terminal that was closed."""


def main(arguments: list[str]) -> int:
    """Run the demo; the exit code."""
    port = options(arguments).port
    hear_signals()
    try:
        with household.enter("demo") as (home, running):
            if running:
                return already(running)
            check_port(port)
            with Supervisor(home.notes) as supervisor:
                return Demo(home, supervisor, port).run()
    except Asked:
        print("\nStopped. The data are kept for the next start.", flush=True)
        return 0


def options(arguments: list[str]) -> argparse.Namespace:
    """The demo's own options."""
    parser = argparse.ArgumentParser(prog="manage.py demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="where the portal answers (8000)")
    return parser.parse_args(arguments)


def hear_signals() -> None:
    """Stop in order on every signal that asks. Set by hand: a shell's `&` starts us with Ctrl-C switched off."""

    def asked(*_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: None)  # asked once is enough; stopping goes on
        raise Asked

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, asked)


def already(running: dict) -> int:
    """Say who is at home; there is room for one in a data folder."""
    if running["command"] != "demo":
        raise CannotStart(f"`manage.py {running['command']}` (pid {running['pid']}) is using the data; end it first.")
    print(f"The demo is running already at {running['address']} (pid {running['pid']}).")
    print("Stop it with Ctrl-C in its terminal. `manage.py demo_people` prints who can sign in.")
    return 0


def check_port(port: int) -> None:
    """Refuse a port that is taken before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise CannotStart(f"port {port} cannot be used ({error}). Choose another: --port {port + 80}") from error


class Demo:
    """One run of the demo."""

    def __init__(self, home: Household, supervisor: Supervisor, port: int) -> None:
        self.home, self.supervisor, self.port = home, supervisor, port
        self.address = f"http://{HOST}:{port}"
        self.started = time.monotonic()
        self.restarts: dict[str, list[float]] = {}
        self.environment = dict(os.environ)

    def run(self) -> int:
        """Start everything in order, then watch over it."""
        self.say("Starting PostgreSQL and Valkey …" if self.own_servers() else "Using the servers you named …")
        named = servers.start(self.supervisor, self.home.folder)
        self.environment |= named | self.settings()
        self.home.announce(command="demo", address=self.address, environment=named)
        self.say("Preparing the data …")
        self.once("prepare", [str(Path(__file__).with_name("prepare.py"))])
        self.say("Starting the portal, its worker and its clock …")
        children = self.children()
        self.supervisor.start(children["web"])
        self.wait_until_healthy()
        # Only now: loading side by side, the three would keep whoever waits for the page waiting twice as long.
        self.supervisor.start(children["worker"])
        self.supervisor.start(children["beat"])
        self.greet()
        return self.watch()

    def own_servers(self) -> bool:
        """Whether any server is ours to start."""
        return any(not os.environ.get(variable) for variable in servers.KINDS)

    def settings(self) -> dict[str, str]:
        """What the portal needs to know to be a demo on this address."""
        asked = {"ALLOWED_HOSTS": "localhost,127.0.0.1", "SITE_URL": self.address}
        return {"DEMO": "1", "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"} | {
            name: os.environ.get(name, value) for name, value in asked.items()
        }

    def children(self) -> dict[str, Child]:
        """The portal's own processes, by name."""
        web = ["-m", "uvicorn", "portal.asgi:application", "--host", HOST, "--port", str(self.port)]
        # An open page listens for live events: without the time-out a stop would wait until it is closed.
        commands = {"web": [*web, "--timeout-graceful-shutdown", "3"], "worker": WORKER, "beat": BEAT}
        return {name: self.child(name, argv, str(self.log(name))) for name, argv in commands.items()}

    def child(self, name: str, argv: list[str], log: str = "") -> Child:
        """A Python process of the portal's."""
        return Child(name, [sys.executable, *argv], self.environment, log, grace=15, tier=PORTAL_TIER)

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self.home.folder / "logs" / f"{name}.log"

    def once(self, name: str, argv: list[str]) -> None:
        """Run a step to its end, its words on this terminal."""
        if code := self.supervisor.run(self.child(name, argv)):
            if is_full(self.home.folder):
                raise CannotStart(FULL)
            raise CannotStart(f"the step '{name}' failed (exit code {code}); what it said stands above.")

    def wait_until_healthy(self) -> None:
        """Wait for the portal's own word that it works."""
        log = self.log("web")
        if not self.supervisor.until(self.healthy, "web", log, seconds=90):
            raise CannotStart(f"the portal ended as it started. Its log ends:\n{tail(log)}")

    def healthy(self) -> bool:
        """Whether /healthz answers 200."""
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def greet(self) -> None:
        """Tell where to look and who can sign in."""
        self.say(f"Fairlead answers at {self.address}\n")
        self.once("people", [str(Path(__file__).with_name("prepare.py")), "people"])
        print(f"\nLogs: {self.home.folder / 'logs'}    Stop: Ctrl-C", flush=True)

    def watch(self) -> int:
        """Until asked to stop, or until something ended that cannot be restarted."""
        while True:
            if ended := self.supervisor.wait(3600):
                self.mend(ended)

    def mend(self, ended: Ended) -> None:
        """Restart a part of the portal, a few times; without a server there is nothing to go on with."""
        words = tail(self.log(ended.name))
        print(f"\n{ended.name} ended (exit code {ended.code}). Its log ends:\n{words}", flush=True)
        now = time.monotonic()
        recent = [moment for moment in self.restarts.get(ended.name, []) if now - moment < WITHIN] + [now]
        self.restarts[ended.name] = recent
        if ended.name not in self.children() or len(recent) > RESTARTS:
            raise CannotStart(f"{ended.name} does not stay up, so everything is being stopped.")
        print(f"Starting {ended.name} again.", flush=True)
        self.supervisor.start(self.children()[ended.name])

    def say(self, words: str) -> None:
        """A line of progress, with the seconds so far."""
        print(f"[{time.monotonic() - self.started:4.1f} s] {words}", flush=True)
