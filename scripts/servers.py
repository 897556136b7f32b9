"""Start the embedded servers for whichever of DATABASE_URL and REDIS_URL the environment does not name."""

import json
import os
import secrets
import shutil
import socket
from pathlib import Path

from scripts.places import private_folder, write_private
from scripts.postgres import Postgres
from scripts.runas import shelter_of
from scripts.supervisor import Supervisor
from scripts.trouble import CannotStart, tail
from scripts.valkey import Valkey

KINDS: dict[str, type[Postgres] | type[Valkey]] = {"DATABASE_URL": Postgres, "REDIS_URL": Valkey}


def start(supervisor: Supervisor, folder: Path, *, forgetful: bool = False) -> dict[str, str]:
    """Start what is missing with its data in `folder`; return the variables that name it, SECRET_KEY among them."""
    private_folder(folder / "logs")
    words = passwords(folder)
    found = {"SECRET_KEY": os.environ.get("SECRET_KEY") or words["secret key"], "DATA_DIR": str(folder)}
    started = {}
    for variable, kind in KINDS.items():
        if not os.environ.get(variable):
            server = kind(folder, words[kind.name], forgetful=forgetful)
            if forgetful:
                supervisor.remove_at_the_end(shelter_of(folder / kind.name))
            server.prepare()
            started[variable] = server, launch(supervisor, server)
    for variable, (server, port) in started.items():
        found[variable] = server.url(wait(supervisor, server, port))
    return found


def launch(supervisor: Supervisor, server: Postgres | Valkey) -> int:
    """Start the server on a free port of the loopback and return the port."""
    if server.log.exists():
        server.log.replace(server.log.with_suffix(".log.1"))
    port = free_port()
    supervisor.start(server.child(port))
    return port


def wait(supervisor: Supervisor, server: Postgres | Valkey, port: int) -> int:
    """Wait until it answers; a port that somebody took in between is exchanged for another. Returns the port."""
    for _ in range(5):
        if supervisor.until(server.ready, server.name, server.log, seconds=120):
            return port
        supervisor.wait(0)
        if "in use" not in (words := tail(server.log)):
            raise CannotStart(f"{server.name} ended as it started. Its log ends:\n{words}")
        port = launch(supervisor, server)
    raise CannotStart(f"{server.name} found no free port.")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def passwords(folder: Path) -> dict[str, str]:
    """The servers' passwords and the demo's secret key: made once, at random, and kept in a private file."""
    file = folder / "passwords.json"
    if file.exists():
        return json.loads(file.read_text(encoding="utf-8"))
    if (folder / "postgresql").exists():
        raise CannotStart(f"{file} is gone, and without it the data cannot be opened. Remove {folder} to begin anew.")
    # New passwords mean that the folder was emptied to begin anew; what was kept outside it goes too.
    shutil.rmtree(shelter_of(folder / Postgres.name), ignore_errors=True)
    words = {name: secrets.token_urlsafe(32) for name in ("secret key", *(kind.name for kind in KINDS.values()))}
    write_private(file, json.dumps(words))
    return words
