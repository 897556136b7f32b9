"""A small real mail server for tests: takes mail, refuses it, or hangs up in the middle, as told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any


class MailServer(socketserver.ThreadingTCPServer):
    """Answers by `manner`: "" takes everything, "busy" 451 and "never" 554 after DATA, "unknown" 550 and "later" 450 to
    RCPT, "hangs up" closes the line after the mail's last byte, "shuts" greets with 421, "closes when idle" takes one
    mail and closes."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.manner = ""
        self.taken: list[Message] = []
        self.lines: list[Any] = []


class Conversation(socketserver.StreamRequestHandler):
    """One line."""

    server: MailServer

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def handle(self) -> None:
        self.server.lines.append(self.connection)
        if self.server.manner == "shuts":
            self.say("421 closed")
            return
        self.say("220 hello")
        while line := self.rfile.readline():
            if not self.obey(line.strip().upper()):
                return

    def obey(self, said: bytes) -> bool:
        manner = self.server.manner
        if said.startswith(b"RCPT") and manner in ("unknown", "later"):
            self.say("550 no such person" if manner == "unknown" else "450 try later")
        elif said == b"DATA":
            self.say("354 go on")
            return self.take()
        elif said == b"QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 ok")
        return True

    def take(self) -> bool:
        content = b""
        while (line := self.rfile.readline()) != b".\r\n":
            content += line
        if self.server.manner == "hangs up":
            return False
        if self.server.manner in ("busy", "never"):
            self.say("451 busy" if self.server.manner == "busy" else "554 never")
            return True
        self.server.taken.append(message_from_bytes(content))
        self.say("250 taken")
        return self.server.manner != "closes when idle"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """The server, answering on `server_address`."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(timeout=10)
