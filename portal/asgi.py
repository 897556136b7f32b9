"""The portal behind uvicorn: live events as Django's async views, every other page as Django WSGI in a few threads.

Not everything as ASGI, because there Django reads a whole request body onto the disk before any view could refuse it,
and turns a file that it sends into a list in memory. Through threads both are read and written as they flow.
"""

import asyncio
import os
from collections.abc import Callable, MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

Message = MutableMapping[str, Any]
LIVE = "/live/"
# Each thread may hold a database connection, so their number bounds both.
THREADS = int(os.environ.get("PORTAL_THREADS", "8"))
# For the form's other fields and the lines between the parts of an upload.
ROOM_FOR_FIELDS = 1024 * 1024
# In both languages: at this point nobody has looked at who asks.
TOO_LARGE = "The upload is too large. 上传的文件过大。\n"


def largest_body() -> int:
    """The most bytes a request may announce: one upload of as many documents as the portal takes at once."""
    return settings.DOCUMENT_MAX_BYTES * settings.DOCUMENTS_PER_UPLOAD + ROOM_FOR_FIELDS


def pages(wsgi: Callable, threads: int = THREADS) -> Callable:
    """The WSGI application as ASGI. A body that announces too many bytes is refused before one of them is read."""
    inner = WSGIMiddleware(wsgi, workers=threads)

    async def outer(scope: Message, receive: Callable, send: Callable) -> None:
        if scope["type"] == "http" and announced(scope) > largest_body():
            await refuse(send)
        else:
            await inner(scope, whole(receive), send)  # type: ignore[arg-type]

    return outer


def announced(scope: Message) -> int:
    """The body's length according to its header. Without one, Django's WSGI reads no body at all."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


async def refuse(send: Callable) -> None:
    """Answer 413 and let the server close the connection under the sender."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": TOO_LARGE.encode()})


def whole(receive: Callable) -> Callable:
    """Make a sender who hangs up half-way an error, or the half that came would be taken for the whole file."""

    async def checked() -> Message:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError("the sender hung up before the body was complete")
        return message

    return checked


def bodiless(inner: Callable) -> Callable:
    """Live events take no body: whatever is sent is left unread, for Django's ASGI would first keep all of it."""

    async def outer(scope: Message, receive: Callable, send: Callable) -> None:
        begun = False

        async def nothing_but_the_end() -> Message:
            nonlocal begun
            if not begun:
                begun = True
                return {"type": "http.request", "body": b"", "more_body": False}
            while (message := await receive())["type"] != "http.disconnect":
                pass
            return message

        await inner(scope, nothing_but_the_end, send)

    return outer


def few_at_once(inner: Callable, number: int = THREADS) -> Callable:
    """At most `number` streams are in the act of opening, which takes a thread and a connection to the database each;
    once the first byte is on its way both are free. When a server starts again, all open pages come back together."""
    gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    async def outer(scope: Message, receive: Callable, send: Callable) -> None:
        gate = gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(number))
        inside = True

        async def opened(message: Message) -> None:
            nonlocal inside
            if inside and message["type"] == "http.response.body":
                inside = False
                gate.release()
            await send(message)

        await gate.acquire()
        try:
            await inner(scope, receive, opened)
        finally:
            if inside:
                gate.release()

    return outer


live = few_at_once(bodiless(get_asgi_application()))
page = pages(get_wsgi_application())


async def application(scope: Message, receive: Callable, send: Callable) -> None:
    """The whole portal."""
    to: Callable = live if scope["type"] == "http" and scope["path"].startswith(LIVE) else page
    await to(scope, receive, send)
