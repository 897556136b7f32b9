"""Servers for Django's other commands: the running demo's, or started in its data folder for the command's duration."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from scripts import household, servers
from scripts.supervisor import Supervisor

# These look at code only; starting servers for them would be waiting for nothing.
NEED_NO_SERVER = {
    "--help",
    "--version",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "startapp",
    "version",
}


@contextmanager
def servers_for(command: str) -> Iterator[None]:
    """Name servers in the environment while the command runs. An environment that names a database is left alone."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    os.environ.setdefault("DEMO", "1")
    if command in NEED_NO_SERVER:
        os.environ.setdefault("SECRET_KEY", "this command signs nothing, so its key is no secret")
        yield
        return
    with household.enter(command) as (home, running):
        if running:
            # A running demo has an address, another command that holds the servers has none.
            lend(running["environment"] | ({"SITE_URL": running["address"]} if "address" in running else {}))
            yield
            return
        with Supervisor(home.notes) as supervisor:
            named = servers.start(supervisor, home.folder)
            home.announce(command=command, environment=named)
            lend(named)
            yield


def lend(environment: dict[str, str]) -> None:
    """Name the servers, without overruling what the person set."""
    for name, value in environment.items():
        os.environ.setdefault(name, value)
