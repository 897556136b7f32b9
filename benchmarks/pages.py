"""A buyer's page, the limit form and Home with 50,000 buyers in the book, against an empty signed-in page.

    python benchmarks/pages.py [--entries 50000] [--rounds 60]

Baseline: a page with one line of template for a signed-in person, with Django's session and authentication middleware
and nothing else. Beside it the portal's own empty page (all middleware, base.html), to tell what the frame costs and
what the page. All in this process, in turns, through Django's test client; medians of the time that passes and of this
process's own processor time, which other work on the machine disturbs less and which leaves the database's out. Home is
measured with its sums kept and summed anew. Uses a database of its own, dropped at the end.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
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
PLAIN = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]


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


def medians(pages: dict[str, Callable[[], Any]], rounds: int) -> dict[str, tuple[float, float]]:
    """Milliseconds of each page (passed, of the processor), asked for in turns so that all meet the same weather."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in pages}
    for number in range(rounds + 3):
        for name, ask in pages.items():
            start, start_of_work = time.perf_counter(), time.process_time()
            response = ask()
            spent = (time.perf_counter() - start) * 1000, (time.process_time() - start_of_work) * 1000
            assert response.status_code == 200, (name, response.status_code)
            if number >= 3:  # the first rounds compile templates and plan queries
                taken[name].append(spent)
    return {
        name: (statistics.median(passed for passed, _work in times), statistics.median(work for _passed, work in times))
        for name, times in taken.items()
    }


def asked(clerk: Any, firm: Any, buyer: Any) -> dict[str, Callable[[], Any]]:
    """The pages by name."""
    from django.core.cache import cache
    from django.test import Client, override_settings
    from django.urls import reverse

    from accounts.tests.factories import signed_in

    client, plain = Client(), Client()
    signed_in(client, clerk, firm)
    with override_settings(MIDDLEWARE=PLAIN):
        signed_in(plain, clerk, firm).get("/empty")  # the client keeps the middleware of its first request

    def home_anew() -> Any:
        cache.clear()
        return client.get("/")

    return {
        "empty page": lambda: plain.get("/empty"),
        "portal's frame": lambda: client.get("/shell"),
        "buyer's page": lambda: client.get(reverse("buyer", args=[buyer.pk])),
        "limit form": lambda: client.get(reverse("ask_limit", args=[buyer.pk])),
        "home": lambda: client.get("/"),
        "home, summed anew": home_anew,
    }


def main() -> None:
    """Set up, measure, print, clean up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    django.setup()
    from django.conf import settings
    from django.db import connection

    # Not Django's test environment: that copies the context of every template rendered, and would be measured too.
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.ROOT_URLCONF = "benchmarks.empty_pages"
    former = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        people = filled(options.entries)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        found = medians(asked(*people), options.rounds)
    finally:
        connection.creation.destroy_test_db(former, verbosity=0)
    empty, frame = found["empty page"], found["portal's frame"]
    print(f"{options.entries:,} buyers in the book, median of {options.rounds}; aim: at most {AIM} x the empty page")
    print(
        "empty page: Django's sessions, authentication and one line of template; frame: the portal's, with no content"
    )
    print(f"{'':20} {'passed':>10} {'x empty':>8} {'x frame':>8}   {'processor':>10} {'x empty':>8} {'x frame':>8}")
    for name, spent in found.items():
        columns = (f"{t:7.2f} ms {t / e:8.2f} {t / f:8.2f}" for t, e, f in zip(spent, empty, frame, strict=True))
        print(f"{name:20} {'   '.join(columns)}")


if __name__ == "__main__":
    main()
