"""Live events: a stream of server-sent events for an open page."""

import json
import random
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, StreamingHttpResponse
from django.utils import translation

from accounts.access import person
from kernel.references import row_number
from portal.live.hub import Event, Full, hub
from portal.live.news import Asked

# Milliseconds before a browser comes back, each a little differently, so that a restarted server is not overrun.
COMES_BACK = (1_000, 3_000)
BUSY = Event("bye", {"why": "busy"})


@person
async def live_events(request: HttpRequest) -> HttpResponseBase:
    """The person's news while the page is open: notices of all their firms.

    `Last-Event-ID` (a browser's own after a lost line) or `after` is the number of the last notice the page knows;
    without one the stream begins with the present.
    """
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if not request.session.session_key:
        return HttpResponse(status=204)  # a browser takes this as: do not come back
    known = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    asked = Asked(
        person=request.user.pk,
        session=request.session.session_key,
        proof=request.user.get_session_auth_hash(),
        firms=frozenset(firm.pk for firm in request.firms),  # type: ignore[attr-defined]
        language=translation.get_language() or "en",
        since=row_number(known) or None,
    )
    return StreamingHttpResponse(
        told(asked),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def told(asked: Asked) -> AsyncIterator[bytes]:
    """The events of one page, as they go over the wire."""
    # The request has asked the database who this is. Its connection is of this request's thread, and without this line
    # it would be held for as long as the page is open: thirty pages, and an ordinary one finds none left.
    await sync_to_async(connections.close_all)()
    yield f"retry: {random.randint(*COMES_BACK)}\n\n".encode()
    try:
        async with hub().listening(asked) as stream:
            while True:
                event = await stream.waiting.get()
                yield written(event)
                if event.name == "bye":
                    return
    except Full:
        yield written(BUSY)


def written(event: Event) -> bytes:
    """An event in the format of the HTML standard, §9.2 (Server-sent events)."""
    number = "" if event.number is None else f"id: {event.number}\n"
    return f"{number}event: {event.name}\ndata: {json.dumps(event.data, ensure_ascii=False)}\n\n".encode()
