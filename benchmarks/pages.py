"""A buyer's page, the limit form and Home with 50,000 buyers in the book, against an empty signed-in Django page.

    python benchmarks/pages.py [--entries 50000] [--rounds 60]

Asked for in turns, so that all meet the same weather, in two ways:

As served: over HTTP, from one process of uvicorn as docs/operations.md starts it. Baseline: a page of one line that
names the person signed in, behind the middleware and context processors `django-admin startproject` writes. This is
what somebody waits for, next to what any Django page would let them wait.

Bare: through Django's test client, in this process. Baseline: the same page behind the session and authentication
middleware alone; no server, no CSRF, no messages. The harder comparison: nobody deploys such a page. Medians of the
time that passes and of this process's own processor time, which other work on the machine disturbs less and which
leaves the database's out.

Beside them the portal's own empty page (all middleware, base.html), to tell what the frame costs and what the page.
Home is measured with its sums kept and summed anew. Uses a database of its own, dropped at the end; to sum anew it
empties the cache.
"""

import argparse
import http.client
import logging
import multiprocessing
import os
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
AIM = 3
BATCH = 5000
BARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
# As `django-admin startproject` writes it.
DEFAULT = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# What Django ships, for the baselines; the portal's own is in portal/settings.py.
SESSIONS = "django.contrib.sessions.backends.db"
EMPTY, FRAME, ANEW = "empty page", "portal's frame", "home, summed anew"
Ask = Callable[[], int]


def filled(entries: int) -> tuple[Any, Any, Any]:
    """A clerk, the firm and one of its buyers: `entries` in the book, limits on two of five, invoices on one of ten."""
    from accounts.tests.factories import exporter, member
    from buyers.models import BookEntry, Buyer
    from buyers.tests.factories import score
    from policies.models import CreditLimit, LimitDecision
    from policies.tests.factories import policy
    from receivables.models import Invoice

    today = date.today()
    issued = today - timedelta(days=30)
    firm = exporter()
    clerk, held = member(firm), policy(firm)
    buyers = Buyer.objects.bulk_create(
        (
            Buyer(name=f"Buyer {n:06d} GmbH", sort_key=f"buyer {n:06d} gmbh", country="DE", grade=n % 10 + 1)
            for n in range(entries)
        ),
        batch_size=BATCH,
    )
    BookEntry.objects.bulk_create(
        (BookEntry(exporter=firm, buyer=b, sort_key=b.sort_key, added_by=clerk) for b in buyers), batch_size=BATCH
    )
    common = {"exporter": firm, "policy": held, "currency": held.currency}
    decisions = LimitDecision.objects.bulk_create(
        (
            LimitDecision(
                **common, buyer=b, outcome="approved", amount=10_000 + n, terms_days=60, valid_from=today,
                valid_to=today + timedelta(days=300), edition="2026-1", house_amount=10_000 + n, rate=1, rate_day=today,
            )
            for n, b in enumerate(buyers[: entries * 2 // 5])
        ),
        batch_size=BATCH,
    )  # fmt: skip
    CreditLimit.objects.bulk_create(
        (
            CreditLimit(
                **common, buyer_id=d.buyer_id, decision=d, amount=d.amount, valid_to=d.valid_to,
                house_amount=d.house_amount, reviewed_at=d.decided_at,
            )
            for d in decisions
        ),
        batch_size=BATCH,
    )  # fmt: skip
    Invoice.objects.bulk_create(
        (
            Invoice(
                **common, buyer=b, number=f"26-{n:06d}", net=Decimal(1000 + n), delivered_on=issued, issued_on=issued,
                due_on=issued + timedelta(days=n % 90), recorded_by=clerk,
            )
            for n, b in enumerate(buyers[: entries // 10])
        ),
        batch_size=BATCH,
    )  # fmt: skip
    for grade in (3, 4, 4, 5, 7):
        score(buyers[0], grade=grade)
    return clerk, firm, buyers[0]


def medians(pages: dict[str, Ask], rounds: int) -> dict[str, tuple[float, float]]:
    """Milliseconds of each page (passed, of this process's processor), asked for in turns."""
    from django.core.cache import cache

    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in pages}
    for number in range(rounds + 3):
        for name, ask in pages.items():
            if name == ANEW:
                cache.clear()
            start, start_of_work = time.perf_counter(), time.process_time()
            status = ask()
            spent = (time.perf_counter() - start) * 1000, (time.process_time() - start_of_work) * 1000
            assert status == 200, (name, status)
            if number >= 3:  # the first rounds compile templates and plan queries
                taken[name].append(spent)
    return {
        name: (statistics.median(passed for passed, _work in times), statistics.median(work for _passed, work in times))
        for name, times in taken.items()
    }


def paths(buyer: Any) -> dict[str, str]:
    """The portal's pages by name."""
    from django.urls import reverse

    return {
        FRAME: "/shell",
        "buyer's page": reverse("buyer", args=[buyer.pk]),
        "limit form": reverse("ask_limit", args=[buyer.pk]),
        "home": "/",
        ANEW: "/",
    }


def bare(clerk: Any, firm: Any, buyer: Any) -> dict[str, Ask]:
    """The pages through the test client."""
    from django.test import Client, override_settings

    from accounts.tests.factories import signed_in

    client, plain = Client(), Client()
    signed_in(client, clerk, firm)
    with override_settings(MIDDLEWARE=BARE, SESSION_ENGINE=SESSIONS):
        signed_in(plain, clerk, firm).get("/empty")  # the client keeps the middleware of its first request
    asked: dict[str, Ask] = {EMPTY: lambda: plain.get("/empty").status_code}
    return asked | {name: lambda path=path: client.get(path).status_code for name, path in paths(buyer).items()}


@contextmanager
def served(clerk: Any, firm: Any, buyer: Any) -> Iterator[dict[str, Ask]]:
    """The pages over one HTTP connection to one process of uvicorn."""
    from django.conf import settings
    from django.db import connections
    from django.test import Client

    from accounts.tests.factories import signed_in

    client = Client()
    cookie = signed_in(client, clerk, firm).cookies[settings.SESSION_COOKIE_NAME].value
    # Named as TCP, or asyncio leaves Nagle's delay on and every answer waits 40 ms for an acknowledgement.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.bind(("127.0.0.1", 0))
    door.listen()
    connections.close_all()  # the server makes its own
    server = multiprocessing.get_context("fork").Process(target=serve, args=(door,), daemon=True)
    server.start()
    line = http.client.HTTPConnection("127.0.0.1", door.getsockname()[1], timeout=60)
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", "Accept-Language": "en"}

    def ask(path: str) -> int:
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        answer.read()
        return answer.status

    pages = {EMPTY: "/plain", **paths(buyer)}
    try:
        yield {name: lambda path=path: ask(path) for name, path in pages.items()}  # type: ignore[misc]
    finally:
        line.close()
        server.terminate()
        server.join()


def serve(door: socket.socket) -> None:
    """The portal and the plain page in one process, through the same threads."""
    import uvicorn
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import override_settings

    from portal import asgi

    with override_settings(MIDDLEWARE=DEFAULT, SESSION_ENGINE=SESSIONS):
        plain = asgi.pages(WSGIHandler())

    async def both(scope: Any, receive: Any, send: Any) -> None:
        await (plain if scope.get("path") == "/plain" else asgi.application)(scope, receive, send)

    with open(os.devnull, "w") as nowhere:  # the lines of the log are written, but not on this screen
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        uvicorn.Server(uvicorn.Config(both, lifespan="off")).run(sockets=[door])


def main() -> None:
    """Set up, measure, print, clean up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    django.setup()
    from django.conf import settings
    from django.db import connection

    from benchmarks.database import own_database

    # Not Django's test environment: that copies the context of every template rendered, and would be measured too.
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    settings.ROOT_URLCONF = "benchmarks.empty_pages"
    # As in production, whatever this shell is set to: queries are not kept for a debug page. But without HTTPS.
    settings.DEBUG = settings.WHITENOISE_AUTOREFRESH = settings.SECURE_SSL_REDIRECT = False
    settings.SESSION_COOKIE_SECURE = False
    with own_database():
        people = filled(options.entries)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        with served(*people) as pages:
            as_served = medians(pages, options.rounds)
        with open(os.devnull, "w") as nowhere:
            quiet(nowhere)
            by_client = medians(bare(*people), options.rounds)
    print(f"{options.entries:,} buyers in the book, median of {options.rounds}; aim: at most {AIM} x the empty page")
    print("\nAs served, over HTTP; empty page: Django as startproject sets it up, naming the person signed in")
    print(f"{'':20} {'passed':>10} {'x empty':>8} {'x frame':>8}")
    for name, (passed, _work) in as_served.items():
        print(f"{name:20} {against(passed, as_served[EMPTY][0], as_served[FRAME][0])}")
    print("\nBare, through the test client; empty page: sessions, authentication and one line of template")
    print(f"{'':20} {'passed':>10} {'x empty':>8} {'x frame':>8}   {'processor':>10} {'x empty':>8} {'x frame':>8}")
    for name, spent in by_client.items():
        both = zip(spent, by_client[EMPTY], by_client[FRAME], strict=True)
        print(f"{name:20} {'   '.join(against(*figures) for figures in both)}")


def quiet(nowhere: Any) -> None:
    """Let the lines of the log be written, but not on this screen."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(nowhere)


def against(spent: float, empty: float, frame: float) -> str:
    """Milliseconds and how many times the empty page and the frame they are."""
    return f"{spent:7.2f} ms {spent / empty:8.2f} {spent / frame:8.2f}"


if __name__ == "__main__":
    main()
