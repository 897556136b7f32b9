"""News committed → heard by 200 open pages, while ordinary pages keep answering; against bare pub/sub in the same run.

    python benchmarks/live.py [--streams 200] [--events 40] [--seconds 20]

A real uvicorn process serves; this process holds the streams, asks for pages and commits the news (an alert to every
firm, told by `tell_firms` as a refresh tells it). Measured is from the commit to each stream's event. Baseline: the
same number of bare subscribers of the same broker in this process, from the publish to each one's message. Pages: Home
and the list of buyers in turns by four clients, without streams, with streams that hear nothing, with streams and news.
All streams open at once. Database of its own, dropped at the end.
"""

import argparse
import asyncio
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")
FIRMS, CLIENTS, PAUSE = 20, 4, 0.4
BEGUN = time.monotonic()
PAGES = ("/", "/buyers/")


def say(what: str) -> None:
    """What is being done, for who waits; the figures come at the end."""
    print(f"{time.monotonic() - BEGUN:5.0f} s  {what}", file=sys.stderr, flush=True)


def p(percent: int, values: list[float]) -> float:
    """A percentile in milliseconds."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] * 1000


# --- who is there ----------------------------------------------------------------------------------------------------


def filled(streams: int) -> tuple[list[Any], list[str]]:
    """Firms with some buyers, and the session of each person that listens."""
    from django.test import Client

    from accounts.tests.factories import exporter, member, signed_in
    from buyers.tests.factories import buyer, in_book
    from policies.tests.factories import policy

    firms = [exporter() for _ in range(FIRMS)]
    buyers = [buyer(grade=n % 10 + 1) for n in range(200)]
    for firm in firms[:CLIENTS]:
        policy(firm)
        for each in buyers:
            in_book(firm, each)
    people = [(member(firms[n % FIRMS]), firms[n % FIRMS]) for n in range(streams)]
    return firms, [signed_in(Client(), user, firm).cookies["sessionid"].value for user, firm in people]


@contextmanager
def served(database: str) -> Iterator[int]:
    """The portal in a process of its own; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": database, "DEMO": "1", "DEBUG": "", "LOG_LEVEL": "WARNING"}
    words = [
        "-m",
        "uvicorn",
        "portal.asgi:application",
        "--port",
        str(port),
        "--no-access-log",
        "--log-level",
        "warning",
    ]
    process = subprocess.Popen([sys.executable, *words, "--timeout-graceful-shutdown", "1"], cwd=ROOT, env=environment)
    try:
        for _ in range(600):
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/healthz")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


# --- streams ---------------------------------------------------------------------------------------------------------


class Streams:
    """Open streams in an event loop of their own thread, and when each heard which news."""

    def __init__(self, port: int, sessions: list[str]):
        self.port, self.sessions = port, sessions
        self.heard: dict[int, list[float]] = {}
        self.told = 0  # by name, or as a number where many came at once
        self.open = 0
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._tasks = [asyncio.run_coroutine_threadsafe(self._listen(session), self._loop) for session in sessions]
        deadline = time.monotonic() + 60
        while self.open < len(sessions):
            assert time.monotonic() < deadline, f"only {self.open} streams opened"
            time.sleep(0.05)

    async def _listen(self, session: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET /live/events HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={session}\r\n\r\n".encode())
        kind = ""
        while line := await reader.readline():
            if line.startswith(b"event: "):
                kind = line[7:].decode().strip()
                self.open += kind == "state"
            elif line.startswith(b"data: ") and kind == "news":
                now = time.time()
                said = json.loads(line[6:])
                self.told += said["new"]
                for news in said["news"]:
                    self.heard.setdefault(int(news["subject"].split(":")[1]), []).append(now)

    def close(self) -> None:
        """Leave all."""
        for task in self._tasks:
            task.cancel()
        time.sleep(0.5)  # they are cancelled in their own thread
        self._loop.call_soon_threadsafe(self._loop.stop)


def commit_news(firms: list[Any], events: int) -> dict[int, float]:
    """Tell every firm of `events` alerts, one after the other; when each was committed."""
    from django.db import transaction

    from desk.actions.notice import News, tell_firms
    from desk.gravity import Gravity

    at: dict[int, float] = {}
    for number in range(1, events + 1):
        facts = {"kind": "downgrade", "buyer_name": "Kesselring AG", "former_grade": 4, "grade": 7, "reasons": []}
        news = [News(firm.pk, f"alert:{number}", "/buyers/alerts/1/", facts, Gravity.WORSE) for firm in firms]
        with transaction.atomic():
            transaction.on_commit(lambda number=number: at.__setitem__(number, time.time()))  # before it is announced
            tell_firms(by=None, kind="buyers.regraded", news=news, mail=False)
        time.sleep(PAUSE)
    return at


# --- pages -----------------------------------------------------------------------------------------------------------


class Pages:
    """Clients that ask for pages in turns until they are told to stop."""

    def __init__(self, port: int, sessions: list[str]):
        self.spent: list[float] = []
        self.failed = 0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(port, session)) for session in sessions[:CLIENTS]]
        for thread in self._threads:
            thread.start()

    def _ask(self, port: int, session: str) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        number = 0
        while not self._over.is_set():
            start = time.perf_counter()
            line.request("GET", PAGES[number % 2], headers={"Cookie": f"sessionid={session}"})
            answer = line.getresponse()
            answer.read()
            self.failed += answer.status != 200
            self.spent.append(time.perf_counter() - start)
            number += 1
            time.sleep(0.05)  # people read

    def stop(self) -> list[float]:
        """What each page took, in seconds."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        assert not self.failed, f"{self.failed} pages failed"
        return self.spent


# --- the baseline ----------------------------------------------------------------------------------------------------


async def bare(subscribers: int, events: int) -> list[float]:
    """Seconds from a publish to each bare subscriber's message."""
    import redis.asyncio
    from django.conf import settings

    spent: list[float] = []
    ready = 0

    async def listen() -> None:
        nonlocal ready
        async with redis.asyncio.from_url(settings.REDIS_URL) as broker, broker.pubsub() as line:
            await line.subscribe("fairlead:benchmark")
            async for message in line.listen():
                if message["type"] == "subscribe":
                    ready += 1
                else:
                    spent.append(time.time() - float(message["data"]))

    tasks = [asyncio.create_task(listen()) for _ in range(subscribers)]
    while ready < subscribers:
        await asyncio.sleep(0.05)
    async with redis.asyncio.from_url(settings.REDIS_URL) as broker:
        for _ in range(events):
            await broker.publish("fairlead:benchmark", str(time.time()))
            await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    return spent


# --- the run ---------------------------------------------------------------------------------------------------------


def measured(options: argparse.Namespace, database: str) -> None:
    """Everything in one run, printed."""
    say(f"{FIRMS} firms and {options.streams} people sign in")
    firms, sessions = filled(options.streams)
    say("bare pub/sub")
    baseline = asyncio.run(bare(options.streams, options.events))
    with served(database) as port:
        say("pages without streams")
        warm = Pages(port, sessions)
        time.sleep(3)
        warm.stop()
        alone = asked_for(options.seconds, port, sessions)
        say(f"{options.streams} streams open")
        begun = time.monotonic()
        streams = Streams(port, sessions)
        opening = time.monotonic() - begun
        say("pages with streams")
        quiet = asked_for(options.seconds, port, sessions)
        say(f"pages with streams and {options.events} events")
        pages = Pages(port, sessions)
        committed = commit_news(firms, options.events)
        busy = pages.stop()
        wanted = options.events * options.streams
        wait_for(streams, wanted)
        streams.close()
    spent = [at - committed[number] for number, ats in streams.heard.items() for at in ats]
    print(f"{options.streams} streams of {FIRMS} firms, {options.events} events: {streams.told} of {wanted} told")
    print(f"{len(spent)} of them by name, the others as a number: of more than three at once only three are named")
    print(f"all of them open after {opening:.1f} s")
    for name, values in (("bare pub/sub", baseline), ("commit → open page", spent)):
        most = max(values) * 1000
        print(f"{name:24} median {p(50, values):8.1f} ms   p95 {p(95, values):8.1f} ms   most {most:8.1f} ms")
    print(f"p95 against bare pub/sub: {p(95, spent) / p(95, baseline):.1f} x; aim < 1000 ms")
    for name, values in (("pages, no stream", alone), ("pages, streams", quiet), ("pages, streams and news", busy)):
        print(f"{name:24} median {p(50, values):8.1f} ms   p95 {p(95, values):8.1f} ms   {len(values)} pages")


def asked_for(seconds: int, port: int, sessions: list[str]) -> list[float]:
    """Ask for pages for some time."""
    pages = Pages(port, sessions)
    time.sleep(seconds)
    return pages.stop()


def wait_for(streams: Streams, wanted: int) -> None:
    """Give the last ones time."""
    for _ in range(50):
        if streams.told >= wanted:
            return
        time.sleep(0.1)


def main() -> None:
    """Set up, measure, print, clean up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--events", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=15)
    options = parser.parse_args()
    django.setup()
    from django.conf import settings
    from django.db import connection

    from benchmarks.database import own_database

    settings.ALLOWED_HOSTS = ["testserver"]
    # As in the tests: a password of each person is hashed, and what that takes is not asked here.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    say("a database of its own is made")
    with own_database():
        of = connection.settings_dict
        measured(options, f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}")


if __name__ == "__main__":
    main()
