"""Servers for one test run: made afresh in a temporary folder, removed with it, however the run ends."""

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from scripts import servers
from scripts.places import private_folder
from scripts.processes import end, left_over
from scripts.supervisor import Supervisor

PREFIX = "fairlead-test-"
# Names the folder of a run's own servers, for its workers too; absent where somebody else's are used.
MARK = "FAIRLEAD_THROWAWAY"


def start() -> Supervisor | None:
    """Start what the environment does not name and name it there, for this process and the workers it will start.

    Returns the supervisor to stop at the end (it also stops at exit, and when the process is killed), or None when the
    environment names everything: that is so in an xdist worker, and for whoever brings servers of their own.
    """
    settle_environment()
    if everything_is_named():
        return None
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    supervisor = Supervisor(private_folder(folder / "run"))
    atexit.register(supervisor.stop)
    supervisor.remove_at_the_end(folder)
    own_database = not os.environ.get("DATABASE_URL")
    os.environ.update(servers.start(supervisor, folder, forgetful=True))
    if own_database:
        os.environ[MARK] = str(folder)
    return supervisor


def everything_is_named() -> bool:
    """Whether the environment leaves nothing to start."""
    return all(os.environ.get(variable) for variable in servers.KINDS)


def settle_environment() -> None:
    """Tests run as the demo does: plain HTTP, plain static files, a key and a data folder of the run's own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(32))
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and os.environ.get("REDIS_URL", "").endswith("/0"):
        # Workers share one server; a database each keeps one's rate limits and locks out of the other's tests.
        os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'][:-2]}/{int(worker.removeprefix('gw')) % 15 + 1}"


def sweep() -> None:
    """Remove what an earlier run left when even its guard was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        notes = folder / "run"
        if folder.stat().st_uid != os.geteuid() or not (notes / "guard.pid").exists():
            continue
        orphans = left_over(notes)
        if not any(orphan.name == "guard" for orphan in orphans):
            end(orphans)
            shutil.rmtree(folder, ignore_errors=True)
