"""Automatic decisions per second, sixteen clients on one buyer, against the bare SQL of the same rows.

    python benchmarks/decide_limits.py [--clients 16] [--each 25]

The baseline does under the same lock what a decision cannot do without: lock the capacity, insert a request, a
decision, a limit, the audit rows and the notices, update the capacity, commit. It asks no rule and reads no fact. Both
run in this process with a connection per thread, then the decisions once more from processes. Capacity is checked after
each. Uses a database of its own, dropped at the end.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from threading import Barrier
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
CAP_IN_FIRMS = 0.8  # the cap is reached before the last firms have asked: they must be referred


def run(clients: int, each: int) -> dict[str, Any]:
    """Sets up, measures baseline and decisions, checks the capacity; figures per second."""
    from django.db import connection
    from django.db.models import Sum

    from kernel.refusals import Refused
    from policies.models import BuyerCapacity, CreditLimit, LimitRequest
    from policies.tests.factories import appetite
    from policies.tests.scene import good_buyer, scene

    def firms(number: int) -> tuple[Any, list[Any]]:
        buyer = good_buyer()
        cap = int(number * CAP_IN_FIRMS) * 100_000
        appetite(cap, buyer=buyer)
        return buyer, [scene(buyer=buyer) for _ in range(number)]

    def timed(work: list[list[Any]], act: Any) -> float:
        barrier = Barrier(len(work) + 1)

        def client(items: list[Any]) -> None:
            connection.ensure_connection()
            barrier.wait()
            for item in items:
                act(item)
            connection.close()

        with ThreadPoolExecutor(len(work)) as pool:
            done = [pool.submit(client, items) for items in work]
            barrier.wait()
            start = time.perf_counter()
            for one in done:
                one.result()
            return time.perf_counter() - start

    def share(items: list[Any]) -> list[list[Any]]:
        return [items[n::clients] for n in range(clients)]

    def checked(buyer: Any) -> dict[str, int]:
        issued = CreditLimit.objects.filter(buyer=buyer).aggregate(sum=Sum("house_amount"))["sum"]
        cap = buyer.appetite.get().cap
        assert issued == BuyerCapacity.objects.get(buyer=buyer).issued <= cap, (issued, cap)
        stages = LimitRequest.objects.filter(buyer=buyer).values_list("stage", flat=True)
        return {stage: list(stages).count(stage) for stage in sorted(set(stages))} | {
            "issued": int(issued),
            "cap": int(cap),
        }

    total = clients * each
    base_buyer, base = firms(total)
    base[0].ask()  # warms up; makes the capacity row and a request whose rows the baseline copies
    sql = _baseline_sql(base[0])
    bare = timed(share(base[1:]), lambda s: _bare(connection, sql, s))

    buyer, own = firms(total)
    scene().ask()
    ours = timed(share(own), lambda s: s.ask())
    by_threads = checked(buyer)

    buyer, own = firms(total)
    elapsed = _in_processes(share(own))
    by_processes = checked(buyer)
    _ = (base_buyer, Refused)
    return {
        "clients": clients,
        "decisions": total,
        "baseline_per_second": round((total - 1) / bare),
        "decisions_per_second": round(total / ours),
        "ratio_to_baseline": round((ours / total) / (bare / (total - 1)), 2),
        "decisions_per_second_in_processes": round(total / elapsed),
        "threads": by_threads,
        "processes": by_processes,
    }


def _baseline_sql(s: Any) -> dict[str, Any]:
    """INSERT … SELECT of the rows a decision left: request, decision, limit, trail, notices."""
    from desk.models import Notice
    from policies.models import CreditLimit, LimitDecision, LimitRequest

    def copy(model: Any, changed: tuple[str, ...], where: str) -> str:
        columns = [f.column for f in model._meta.concrete_fields if f.column != "id"]
        values = [f"%({c})s" if c in changed else c for c in columns]
        table = model._meta.db_table
        into, taken = ", ".join(columns), ", ".join(values)
        return f"INSERT INTO {table} ({into}) SELECT {taken} FROM {table} WHERE {where} RETURNING id"

    notice = Notice.objects.filter(kind="policies.limit_decided").latest("id").pk
    columns = [f.column for f in Notice._meta.concrete_fields if f.column != "id"]
    other = {"exporter_id": "m.exporter_id", "recipient_id": "m.user_id", "message_id": "gen_random_uuid()",
             "subject": "%(subject)s", "channel": "w.channel", "stage": "w.stage"}  # fmt: skip
    values = ", ".join(other.get(column, f"n.{column}") for column in columns)
    notices = (
        f"INSERT INTO desk_notice ({', '.join(columns)}) SELECT {values} FROM desk_notice n "
        "CROSS JOIN (VALUES ('page', ''), ('mail', 'queued')) AS w (channel, stage) "
        f"JOIN accounts_membership m ON m.exporter_id = %(exporter_id)s WHERE n.id = {notice} ON CONFLICT DO NOTHING"
    )
    return {
        "notices": notices,
        "buyer": s.buyer.pk,
        "request": copy(
            LimitRequest, ("exporter_id", "policy_id", "form_key"), f"id = {LimitRequest.objects.latest('id').pk}"
        ),
        "decision": copy(
            LimitDecision, ("exporter_id", "policy_id", "request_id"), f"id = {LimitDecision.objects.latest('id').pk}"
        ),
        "limit": copy(
            CreditLimit, ("exporter_id", "policy_id", "decision_id"), f"id = {CreditLimit.objects.latest('id').pk}"
        ),
    }


EVENT = """INSERT INTO accounts_auditevent (at, action, exporter_id, subject, details, correlation)
           VALUES (now(), 'baseline', %s, 'x:1', '{}', gen_random_uuid())"""


def _bare(connection: Any, sql: dict[str, Any], s: Any) -> None:
    from django.db import transaction

    values = {"exporter_id": s.firm.pk, "policy_id": s.policy.pk, "form_key": uuid.uuid4()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT issued FROM policies_buyercapacity WHERE buyer_id = %s FOR UPDATE", [sql["buyer"]])
        for name in ("request", "decision", "limit"):
            cursor.execute(sql[name], values)
            values[f"{name}_id"] = cursor.fetchone()[0]
        cursor.execute(sql["notices"], {**values, "subject": f"x:{values['decision_id']}"})
        cursor.execute(EVENT, [s.firm.pk])
        cursor.execute(EVENT, [s.firm.pk])
        cursor.execute(
            "UPDATE policies_buyercapacity SET issued = issued + %s WHERE buyer_id = %s", [Decimal(1), sql["buyer"]]
        )


def _in_processes(work: list[list[Any]]) -> float:
    """The same clients, each a process: seconds from the start signal to the last answer."""
    clients = []
    for own in work:
        asks = [
            {"by": s.clerk.pk, "policy": s.policy.pk, "buyer": s.buyer.pk, "kind": "new", "amount": "100000",
             "currency": "EUR", "terms_days": 60}
            for s in own
        ]  # fmt: skip
        clients.append(
            subprocess.Popen(
                [sys.executable, "-m", "policies.tests.asking_process", json.dumps(asks)],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
    for client in clients:
        assert client.stdout.readline().strip() == "ready"
    start = time.perf_counter()
    for client in clients:
        client.stdin.write("\n")
        client.stdin.flush()
    for client in clients:
        client.communicate(timeout=600)
        assert client.returncode == 0
    return time.perf_counter() - start


def main() -> None:
    """Prints the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--each", type=int, default=25)
    options = parser.parse_args()
    url = os.environ.get("DATABASE_URL")
    if not url:
        sys.exit(
            "Name a PostgreSQL server in DATABASE_URL (and a Redis in REDIS_URL); a database is made on it and dropped."
        )
    name = f"fairlead_bench_{os.getpid()}"
    os.environ["DATABASE_URL"] = f"{url.rsplit('/', 1)[0]}/{name}"
    import psycopg

    with psycopg.connect(f"{url.rsplit('/', 1)[0]}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            django.setup()
            from django.conf import settings

            # Some hundred people are made up for it; how slowly their passwords are hashed is not what is measured.
            settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
            from django.core.management import call_command
            from django.db import connections

            call_command("migrate", verbosity=0)
            print(json.dumps(run(options.clients, options.each), indent=2))
            connections.close_all()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    main()
