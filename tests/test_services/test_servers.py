"""The embedded servers: what the portal relies on, asked of the servers of this test run and of fresh ones."""

import os
import pwd
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from scripts import runas, servers
from scripts.places import private_folder
from scripts.supervisor import Supervisor


@pytest.mark.django_db
def test_chinese_text_has_trigrams() -> None:
    # Without a UTF-8 character type these are silently none, and no Chinese company is ever found.
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute(
            "SELECT array_length(show_trgm('上海国际贸易有限公司'), 1), similarity('上海国际', '上海国际贸易')"
        )
        trigrams, likeness = cursor.fetchone()
    assert trigrams > 8
    assert likeness > 0.4


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Servers with data in a folder whose name has spaces, quotes and Chinese in it."""
    for variable in servers.KINDS:
        monkeypatch.delenv(variable, raising=False)
    folder = tmp_path / "données 数据 \"x\" 'y'"
    with Supervisor(private_folder(folder / "run")) as supervisor:
        yield servers.start(supervisor, folder)


def test_the_database_asks_for_its_password(fresh: dict[str, str]) -> None:
    with psycopg.connect(fresh["DATABASE_URL"]) as opened:
        assert opened.execute("SHOW password_encryption").fetchone() == ("scram-sha-256",)
        assert opened.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        ctype = "SELECT datctype FROM pg_database WHERE datname = current_database()"
        assert opened.execute(ctype).fetchone() == ("C.UTF-8",)
        assert opened.execute("SHOW fsync").fetchone() == ("on",)
        secret, port = opened.info.password, opened.info.port
    assert len(secret) > 30
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host="127.0.0.1", port=port, user="fairlead", password="guessed")


def test_the_queue_asks_for_its_password(fresh: dict[str, str]) -> None:
    port = int(fresh["REDIS_URL"].rpartition(":")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(b"PING\r\n")
        assert line.recv(100).startswith(b"-NOAUTH")


def test_what_the_environment_names_is_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in servers.KINDS:
        monkeypatch.setenv(variable, "named by somebody")
    with Supervisor(private_folder(tmp_path / "run")) as supervisor:
        assert not servers.start(supervisor, tmp_path).keys() & servers.KINDS.keys()
        assert not supervisor.children


def test_data_without_their_password_are_not_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "postgresql").mkdir()
    with pytest.raises(servers.CannotStart, match="is gone"):
        servers.passwords(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_namespaces_runs_the_database_as_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(runas, "_works", lambda *_: False)
    shelter = runas.shelter_of(tmp_path / "postgresql")
    with Supervisor(private_folder(tmp_path / "run")) as supervisor:
        supervisor.remove_at_the_end(shelter)
        monkeypatch.delenv("DATABASE_URL", raising=False)
        url = servers.start(supervisor, tmp_path)["DATABASE_URL"]
        with psycopg.connect(url) as opened:
            assert opened.execute("SELECT 1").fetchone() == (1,)
        assert (shelter / "data" / "cluster").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    assert not shelter.exists()
