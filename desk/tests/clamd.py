"""A small real server that speaks clamd's INSTREAM, for as long as a test needs it."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def clamd(answer: bytes | None = None) -> Iterator[str]:
    """Its address. Answers OK or FOUND by what the stream contains, or always `answer` (b"" closes without a word)."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(10)
    thread = threading.Thread(target=_serve, args=(server, answer), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for the next line
        server.close()
        thread.join(timeout=10)


def _serve(server: socket.socket, answer: bytes | None) -> None:
    while True:
        try:
            line, _address = server.accept()
        except OSError:
            return
        with line:
            line.settimeout(10)
            _converse(line, answer)


def _converse(line: socket.socket, answer: bytes | None) -> None:
    assert _exactly(line, 10) == b"zINSTREAM\0"
    content = b""
    while length := struct.unpack("!L", _exactly(line, 4))[0]:
        content += _exactly(line, length)
    if answer is None:
        answer = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
    line.sendall(answer)


def _exactly(line: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        got += line.recv(count - len(got))
    return got
