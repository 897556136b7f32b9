"""One web process's ear: a single subscription to the broker, fanned out to the pages that are open in this process.

A message only wakes. What a page is told is then read from the rows, for all pages it concerns at once, in one thread
with one connection (portal/live/news.py). Every BEAT_SECONDS all pages are looked at without a message, so that a
broker that is away costs at most that long, and a page whose session ended is closed.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

import redis.asyncio
from django.conf import settings
from django.db import connections
from redis.exceptions import RedisError

from desk.live import firm_channel, person_channel
from portal.live.news import Asked, Ended, Heard, look

BEAT_SECONDS = 15.0
GATHER_SECONDS = 0.01  # so that one look serves what is announced together
REST_SECONDS = 1.0  # after the broker or the database was found away
PER_PERSON, PER_PROCESS = 6, 2_000
WAITING = 16  # events for a page that does not take them; then it is told to catch up

log = logging.getLogger(__name__)


class Full(Exception):
    """This process has as many open pages as it takes."""


@dataclass(frozen=True)
class Event:
    """What is sent: its name, its data, and the number a page names when it comes back (None: as before)."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    number: int | None = None


@dataclass(eq=False)
class Stream:
    """An open page that listens."""

    asked: Asked
    waiting: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(WAITING))

    @property
    def channels(self) -> list[str]:
        """Where what concerns it is announced."""
        return [person_channel(self.asked.person), *map(firm_channel, self.asked.firms)]

    def put(self, event: Event) -> None:
        """Hand it an event. One that does not take its events loses them and is told how many to catch up with."""
        if not self.waiting.full():
            self.waiting.put_nowait(event)
            return
        missed = 0
        alerts: list[dict[str, Any]] = []
        while not self.waiting.empty():
            lost = self.waiting.get_nowait().data
            missed, alerts = missed + lost.get("new", 0), alerts + lost.get("alerts", [])
        alerts += event.data.get("alerts", [])
        data = {**event.data, "new": missed + event.data.get("new", 0), "news": []}
        data |= {"alerts": alerts} if alerts else {}
        self.waiting.put_nowait(event if event.name == "bye" else Event("catch-up", data, event.number))

    def take(self, heard: Heard) -> None:
        """Put into an event what was found; nothing when the page knows it already."""
        first, before = self.asked.said is None, self.asked
        changed = sorted(heard.changes - before.changes, key=lambda change: change.version)
        self.asked = replace(before, since=heard.last, said=heard.seen, changes=heard.changes)
        data = {"unread": heard.unread, "new": heard.new, "news": list(heard.news), "about": dict(heard.about)}
        data |= {"alerts": [asdict(change) for change in changed]} if changed else {}
        if heard.new:
            self.put(Event("news", data, heard.last))
        elif first or changed or heard.unread != self.unread:
            self.put(Event("state", data, heard.last))
        self.unread = heard.unread

    unread: int = -1


class Hub:
    """The open pages of this process, by what concerns them."""

    def __init__(self) -> None:
        self.streams: dict[Stream, None] = {}  # in the order they came
        self._by_channel: dict[str, set[Stream]] = defaultdict(set)
        self._to_look: set[Stream] = set()
        self._wake = asyncio.Event()
        self._line: Any = None  # the subscription, while there is one
        self._thread = ThreadPoolExecutor(1, "live")
        self._tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def listening(self, asked: Asked) -> AsyncIterator[Stream]:
        """A stream for a page, from its first look until the page is left. Raises Full."""
        if len(self.streams) >= PER_PROCESS:
            raise Full
        own = [stream for stream in self.streams if stream.asked.person == asked.person]
        if len(own) >= PER_PERSON:  # the oldest gives way: it may be a line nobody holds any more
            self._end(own[0], "elsewhere")
        stream = Stream(asked)
        self.streams[stream] = None
        for channel in stream.channels:
            self._by_channel[channel].add(stream)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._tell())]
        try:
            await self._subscribe(stream.channels)
            self._look_at({stream})
            yield stream
        finally:
            await asyncio.shield(self._leave(stream))

    # --- the broker ---------------------------------------------------------------------------------------------------

    async def _subscribe(self, channels: list[str]) -> None:
        if self._line is not None:
            with suppress(RedisError):  # the listener finds it lost, and subscribes to all of them anew
                await self._line.subscribe(*channels)

    async def _leave(self, stream: Stream) -> None:
        self._forget(stream)
        idle = [channel for channel in stream.channels if not self._by_channel.get(channel)]
        for channel in idle:
            self._by_channel.pop(channel, None)
        if idle and self._line is not None:
            with suppress(RedisError):
                await self._line.unsubscribe(*idle)
        if not self.streams:
            await self._close()

    def _forget(self, stream: Stream) -> None:
        self.streams.pop(stream, None)
        self._to_look.discard(stream)
        for channel in stream.channels:
            self._by_channel[channel].discard(stream)

    async def _close(self) -> None:
        """Nobody listens: give the broker's line, the tasks and the database's connection back until somebody does."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(self._thread, connections.close_all)

    async def _hear(self) -> None:
        """Keep the one subscription, for as long as there are pages."""
        while True:
            try:
                await self._hear_until_lost()
            except (RedisError, OSError) as trouble:
                log.warning("live news are not announced to this process for now: %r", trouble)
            await asyncio.sleep(REST_SECONDS)

    async def _hear_until_lost(self) -> None:
        # Its own pings find a line that is silently dead.
        async with (
            redis.asyncio.from_url(settings.REDIS_URL, health_check_interval=5) as broker,
            broker.pubsub() as line,
        ):
            await line.subscribe(*(begun := tuple(self._by_channel)))
            self._line = line
            try:
                if came := self._by_channel.keys() - set(begun):  # while the line was being laid
                    await line.subscribe(*came)
                while True:
                    if message := await line.get_message(timeout=5):
                        self._heard(message)
            finally:
                if self._line is line:  # a line that is given up late must not take its successor's place
                    self._line = None

    def _heard(self, message: dict[str, Any]) -> None:
        # Also what came before the broker had confirmed the subscription is to be looked for.
        if message["type"] in ("message", "subscribe"):
            self._look_at(self._by_channel.get(message["channel"].decode(), set()))

    # --- the rows -----------------------------------------------------------------------------------------------------

    def _look_at(self, streams: set[Stream]) -> None:
        if streams:
            self._to_look |= streams
            self._wake.set()

    async def _tell(self) -> None:
        """Look at what was woken, and now and then at everything."""
        loop = asyncio.get_running_loop()
        beat_at = loop.time() + BEAT_SECONDS
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(beat_at):
                    await self._wake.wait()
                    await asyncio.sleep(GATHER_SECONDS)
            self._wake.clear()
            if beats := loop.time() >= beat_at:
                beat_at = loop.time() + BEAT_SECONDS
                self._to_look |= set(self.streams)
            await self._look(loop, again_soon=not beats)
            if beats:
                for stream in list(self.streams):
                    stream.put(Event("beat"))

    async def _look(self, loop: asyncio.AbstractEventLoop, again_soon: bool) -> None:
        streams, self._to_look = list(self._to_look), set()
        if not streams:
            return
        try:
            answers = await loop.run_in_executor(self._thread, look, [s.asked for s in streams], again_soon)
        except Exception:  # the database may be away for a while; the pages stay open and are looked at again
            log.exception("live news could not be read")
            self._to_look |= set(streams) & set(self.streams)
            await asyncio.sleep(REST_SECONDS)
            return
        for stream, answer in zip(streams, answers, strict=True):
            if stream not in self.streams:
                continue
            if isinstance(answer, Ended):
                self._end(stream, answer.why)
            else:
                stream.take(answer)

    def _end(self, stream: Stream, why: str) -> None:
        stream.put(Event("bye", {"why": why}))
        self._forget(stream)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the event loop in force: a process has one, tests several."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
