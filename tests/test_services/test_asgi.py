"""Pages go through a few threads: bodies and files flow, and too large a body is refused before it is read."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from portal.asgi import announced, largest_body, pages
from tests.test_services.portal_server import PortalServer, serving
from tests.test_services.tiny_house import until

PIECE = b"x" * 65536


def line_to(server: PortalServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def served(wsgi: Callable) -> Iterator[PortalServer]:
    with serving(pages(wsgi, threads=2)) as server:
        yield server


def push(line: socket.socket, most: int) -> int:
    """Send until the other side takes no more; the bytes that went."""
    line.settimeout(1)
    sent = 0
    try:
        while sent < most:
            sent += line.send(PIECE)
    except OSError:  # a time-out, or the connection was closed under us
        pass
    return sent


def test_a_body_that_is_announced_too_large_is_refused_unread(portal_server: PortalServer) -> None:
    with line_to(portal_server) as line:
        line.sendall(
            f"POST /anything HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {largest_body() + 1}\r\n\r\n".encode()
        )
        answer = line.recv(4096)
        assert answer.startswith(b"HTTP/1.1 413")
        assert push(line, 64 * 2**20) < 16 * 2**20  # the connection is closed, not drained


def test_a_header_that_is_no_number_announces_nothing() -> None:
    assert announced({"headers": [(b"content-length", b"lots")]}) == 0
    assert announced({"headers": []}) == 0


def test_a_body_is_not_read_before_the_page_asks_for_it() -> None:
    asked = threading.Event()
    seen: list[int] = []

    def slow_reader(environ: dict, start_response: Callable) -> list[bytes]:
        asked.wait(20)
        seen.append(len(environ["wsgi.input"].read(10)))
        start_response("400 Bad Request", [("Content-Type", "text/plain")])
        return [b"no"]

    for server in served(slow_reader):
        with line_to(server) as line:
            line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000000\r\n\r\n")
            # What the kernel and the server buffer is some megabytes; the rest waits at the sender.
            assert push(line, 200_000_000) < 32_000_000
            asked.set()
            line.settimeout(10)
            assert line.recv(100).startswith(b"HTTP/1.1 400")
    assert seen == [10]


def test_a_file_flows_as_fast_as_its_reader_takes_it() -> None:
    made: list[int] = []

    def file(environ: dict, start_response: Callable) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        for number in range(2000):
            made.append(number)
            yield PIECE

    for server in served(file):
        with line_to(server) as line:
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert line.recv(100).startswith(b"HTTP/1.1 200")
            time.sleep(1)
            assert len(made) < 400  # 130 MB are not made for a reader that took a hundred bytes


def test_an_upload_that_breaks_off_is_an_error_and_not_a_short_file() -> None:
    outcome: list[object] = []

    def reads_all(environ: dict, start_response: Callable) -> list[bytes]:
        try:
            outcome.append(environ["wsgi.input"].read(1000))
        except OSError as error:
            outcome.append(type(error))
        start_response("200 OK", [])
        return []

    for server in served(reads_all):
        with line_to(server) as line:
            line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nonly the first half")
        until(lambda: outcome)
    assert outcome == [ConnectionResetError]


def test_a_page_still_answers_when_threads_wait_for_slow_senders() -> None:
    def reads_all(environ: dict, start_response: Callable) -> list[bytes]:
        if environ["CONTENT_LENGTH" if "CONTENT_LENGTH" in environ else "PATH_INFO"] == "10":
            environ["wsgi.input"].read(10)
        start_response("200 OK", [])
        return [b"here"]

    for server in served(reads_all):
        with line_to(server) as line:
            line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"here"


def test_the_portal_answers_in_the_real_web_server(portal_server: PortalServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", portal_server.port, timeout=20)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()


@pytest.mark.browser
def test_a_browser_opens_the_portal(page) -> None:
    answer = page.goto("/healthz")
    assert answer is not None
    assert answer.status == 200
