"""The test databases are clones of one that was migrated once, not migrated by every worker.

The migrated one is also kept, as SQL, in pytest's cache (`--cache-clear` forgets it) under a fingerprint of all that
makes it. Both only on the run's own throw-away server: one that the environment names is treated as Django does.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from scripts.bootstrap import alone
from scripts.places import ROOT
from scripts.postgres import binaries
from scripts.throwaway import MARK

TEMPLATE = "migrated"
FLOORS = ("kernel", "accounts", "desk", "buyers", "policies", "receivables", "claims", "portal")
# A migration that runs our own code makes rows by it, so then all code is part of the fingerprint.
RUNS_OUR_CODE = re.compile(rf"^\s*(?:from|import) ({'|'.join(FLOORS)})\b(?!\.models)", re.MULTILINE)


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None, django_db_blocker) -> bool:
    """Put a clone where pytest-django is about to make the test database, and say that it may be kept."""
    folder = os.environ.get(MARK)
    if not folder or not request.getfixturevalue("django_db_use_migrations"):
        return bool(request.config.getvalue("reuse_db"))
    with django_db_blocker.unblock(), alone(Path(folder) / "template.lock", waiting=""):
        clone(request.config.cache.mkdir("migrated"))
    return True


def clone(cache: Path) -> None:
    """Make this worker's test database out of the template, and the template if this worker is the first to ask."""
    name = connection.creation._get_test_db_name()
    with psycopg.connect(**whereabouts("postgres"), autocommit=True) as server:
        known = {row[0] for row in server.execute("SELECT datname FROM pg_database")}
        if TEMPLATE not in known:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
            fill(cache / f"{fingerprint()}.sql")
        if name not in known:
            words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            server.execute(words.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))


def fill(kept: Path) -> None:
    """Fill the template from the kept SQL, or by migrating, and then keep the SQL for the next run."""
    if kept.exists():
        tool("psql", "--no-psqlrc", "-q", "-o", os.devnull, "-v", "ON_ERROR_STOP=1", "-f", str(kept))
        return
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = TEMPLATE
    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    connection.close()
    connection.settings_dict["NAME"] = usual
    for older in kept.parent.glob("*.sql"):
        older.unlink(missing_ok=True)
    draft = kept.with_suffix(f".{os.getpid()}")
    tool("pg_dump", "-f", str(draft))
    draft.replace(kept)


def tool(program: str, *words: str) -> None:
    """Run one of PostgreSQL's programs on the template."""
    where = whereabouts(TEMPLATE)
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
    environment = {name: str(where[key]) for name, key in names.items()}
    subprocess.run([str(binaries() / program), "--no-password", *words], env=environment, check=True)


def whereabouts(database: str) -> dict[str, object]:
    """How to reach a database of the run's server."""
    settings = connection.settings_dict
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    return {key: settings[name] for key, name in keys.items()} | {"dbname": database}


def fingerprint() -> str:
    """A digest of the locked packages, the migrations and the models, and of all code where a migration runs it."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for file in sources():
        digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def sources() -> Iterator[Path]:
    """The files that make the migrated database what it is."""
    ours = [ROOT / name for name in FLOORS if (ROOT / name).is_dir() and (name == "kernel" or apps.is_installed(name))]
    files = [file for app in ours for file in sorted(app.rglob("*.py")) if "tests" not in file.parts]
    migrations = [file for file in files if file.parent.name == "migrations"]
    everything = any(RUNS_OUR_CODE.search(file.read_text(encoding="utf-8")) for file in migrations)
    for file in files:
        if everything or file in migrations or "models" in (file.parent.name, file.stem) or file.stem == "apps":
            yield file
