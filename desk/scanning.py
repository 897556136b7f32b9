"""Asking ClamAV about a stream, by its INSTREAM command (clamd(8)): the file is sent, never a path."""

import socket
import struct
from collections.abc import Iterable

SECONDS = 60
LONGEST_ANSWER = 4096


class ScanFailed(Exception):
    """The scanner could not be asked or did not answer as clamd does; the file stays outside until it can."""


def threat_in(pieces: Iterable[bytes], address: str) -> str:
    """The name of what clamd at `address` ("host:port") found in the file, '' when it is clean."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=SECONDS) as line:
            line.sendall(b"zINSTREAM\0")
            for piece in pieces:
                line.sendall(struct.pack("!L", len(piece)) + piece)
            line.sendall(struct.pack("!L", 0))
            answer = _answer(line)
    except (OSError, ValueError) as error:
        raise ScanFailed(str(error)) from error
    return _threat(answer)


def _answer(line: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        piece = line.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _threat(answer: str) -> str:
    """`stream: OK` or `stream: Eicar-Signature FOUND`; anything else is no answer."""
    said = answer.removeprefix("stream:").strip()
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ScanFailed(answer or "no answer")
