"""A page that listens to live events, over a plain socket: what a browser's EventSource does, in view of the test."""

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.test_services.portal_server import PortalServer


@dataclass(frozen=True)
class Said:
    """One event as it came, and when."""

    name: str
    data: dict[str, Any]
    number: str
    at: float


@dataclass
class Listener:
    """An open stream. `events` fills as they come; `over` once the server has ended it."""

    server: PortalServer
    session: str
    known: str = ""
    events: list[Said] = field(default_factory=list)
    over: bool = False

    def __enter__(self) -> "Listener":
        self._line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        headers = {"Cookie": f"sessionid={self.session}", **({"Last-Event-ID": self.known} if self.known else {})}
        self._line.request("GET", "/live/events", headers=headers)
        self.answer = self._line.getresponse()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._line.sock:
            self._line.sock.shutdown(2)
        self._thread.join(5)
        self._line.close()

    def _listen(self) -> None:
        found: dict[str, str] = {}
        try:
            for line in self.answer:
                name, _colon, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    found[name] = value
                elif "event" in found:
                    said = Said(found["event"], json.loads(found["data"]), found.get("id", ""), time.time())
                    self.events.append(said)
                    found = {}
        except (OSError, ValueError, http.client.HTTPException):
            pass
        self.over = True

    def wait(self, name: str, number: int = 1, seconds: float = 10) -> Said:
        """The `number`th event of that name."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = [event for event in list(self.events) if event.name == name]
            if len(found) >= number:
                return found[number - 1]
            time.sleep(0.01)
        raise AssertionError(f"no {name} came; there were {[event.name for event in self.events]}")

    def ended(self, seconds: float = 10) -> bool:
        """Whether the server ends it in time."""
        self._thread.join(seconds)
        return self.over

    def heard(self) -> list[str]:
        """The headlines told so far."""
        return [news["headline"] for event in list(self.events) for news in event.data.get("news", [])]
