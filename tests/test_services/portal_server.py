"""Fixture `portal_server`: the portal in a real uvicorn against the test database, for browsers and raw sockets.

Not Django's live_server: that is another web server, and what streams or stalls differs between the two.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn
from django.db import connections


@dataclass(frozen=True)
class PortalServer:
    """Where the portal answers. Its text is the address without a closing slash."""

    port: int

    @property
    def url(self) -> str:
        """The address, such as http://127.0.0.1:40001."""
        return f"http://127.0.0.1:{self.port}"

    def __str__(self) -> str:
        return self.url

    def __add__(self, path: str) -> str:
        return self.url + path


@contextmanager
def serving(application, port: int = 0) -> Iterator[PortalServer]:
    """Serve an ASGI application from a thread of this process on a port of the loopback (0: a free one)."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        settings = uvicorn.Config(application, log_level="warning", lifespan="off", timeout_graceful_shutdown=2)
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, args=([listener],), name="portal-server", daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the web server ended as it started; its words stand above"
            time.sleep(0.01)
        yield PortalServer(listener.getsockname()[1])
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def _portal_running(django_db_setup) -> Iterator[PortalServer]:
    # Its threads must not keep a connection between requests: one that idles would hold up the emptying of the tables.
    database = connections.settings["default"]
    kept, database["CONN_MAX_AGE"] = database["CONN_MAX_AGE"], 0
    from portal.asgi import application  # only now: it reads the settings that the tests have

    with serving(application) as server:
        yield server
    database["CONN_MAX_AGE"] = kept


@pytest.fixture
def portal_server(transactional_db, settings, _portal_running: PortalServer) -> PortalServer:
    """The portal's address. The test's rows are committed for it to see, and the tables are emptied afterwards."""
    settings.SITE_URL = _portal_running.url
    return _portal_running
