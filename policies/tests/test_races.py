"""Invariants that span rows hold under real concurrency: own connections, in threads and in processes."""

import json
import os
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal as D
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Sum

from accounts.models import AuditEvent
from kernel.refusals import Refused
from policies.actions.decision import countersign_decision, decide_limit_request, return_decision
from policies.actions.request import withdraw_limit_request
from policies.models import BuyerCapacity, CreditLimit, LimitDecision, LimitRequest
from policies.tests.factories import appetite
from policies.tests.scene import Scene, good_buyer, scene, senior, underwriter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("races")]
CLIENTS = 16


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Every act in a thread with a connection of its own, started together; results, or the codes of refusals."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            return act()
        except Refused as refused:
            return str(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=120) for future in [pool.submit(run, act) for act in acts]]


def rivals(number: int, cap: int) -> list[Scene]:
    """Firms that all know one buyer, on which the insurer takes no more than `cap`."""
    buyer = good_buyer()
    appetite(cap, buyer=buyer)
    return [scene(buyer=buyer) for _ in range(number)]


def capacity_holds(cap: int) -> None:
    """The one row agrees with the limits it sums up, and the cap was not passed."""
    issued = CreditLimit.objects.aggregate(sum=Sum("house_amount"))["sum"] or D(0)
    assert issued == BuyerCapacity.objects.get().issued
    assert issued <= cap


def test_sixteen_firms_ask_at_the_same_instant_and_the_last_million_is_given_once() -> None:
    firms = rivals(CLIENTS, cap=550_000)
    found = at_once(*(lambda s=s: s.ask().stage for s in firms))  # type: ignore[misc]
    assert Counter(found) == {"decided": 5, "referred": 11}  # 5 × 100,000; nobody gets the rest of 50,000
    capacity_holds(550_000)


def test_the_cap_holds_between_processes_too() -> None:
    firms = rivals(3, cap=550_000)  # of 3 × 300,000
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + settings.DATABASES["default"]["NAME"]
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    clients = []
    for s in firms:
        base = {"by": s.clerk.pk, "policy": s.policy.pk, "buyer": s.buyer.pk, "currency": "EUR", "terms_days": 60}
        asks = [
            {**base, "kind": kind, "amount": amount}
            for kind, amount in (("new", "100000"), ("increase", "200000"), ("increase", "300000"))
        ]
        clients.append(
            subprocess.Popen(
                [sys.executable, "-m", "policies.tests.asking_process", json.dumps(asks)],
                env=environment, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
    for client in clients:
        assert client.stdout.readline().strip() == "ready"  # type: ignore[union-attr]
    for client in clients:
        client.stdin.write("\n")  # type: ignore[union-attr]
        client.stdin.flush()  # type: ignore[union-attr]
    answers = [json.loads(client.communicate(timeout=120)[0]) for client in clients]
    assert all(client.returncode == 0 for client in clients)
    assert LimitRequest.objects.filter(stage="decided").exists()
    assert any("referred" in answer for answer in answers)
    capacity_holds(550_000)


def test_a_double_click_makes_one_request() -> None:
    s, key = scene(), uuid.uuid4()
    found = at_once(*[lambda: s.ask(form_key=key).pk] * 4)
    assert len(set(found)) == 1
    assert (LimitRequest.objects.count(), LimitDecision.objects.count()) == (1, 1)
    assert AuditEvent.objects.filter(action="ask_for_limit").count() == 4


def test_two_browsers_open_one_request() -> None:
    s = scene()
    found = at_once(*[lambda: s.ask(comment="Please look.").stage] * 6)
    assert Counter(found) == {"referred": 1, "request_open_already": 5}


def test_withdrawn_or_decided_but_never_both() -> None:
    for _ in range(5):
        s, by = scene(), underwriter().pk
        made = s.ask(comment="Please look.")
        found = at_once(
            lambda s=s, made=made: withdraw_limit_request(by=s.clerk.pk, request=made.pk).stage,
            lambda by=by, made=made: (
                decide_limit_request(by=by, request=made.pk, outcome="approved", amount=D(100_000)).stage
            ),
        )
        stage = LimitRequest.objects.get(pk=made.pk).stage
        assert sorted(found) == sorted([stage, "stage_has_moved_on"])
        assert CreditLimit.objects.filter(policy=s.policy).exists() == (stage == "decided")


def test_one_countersignature_counts_and_a_return_beside_it_never_undoes_it() -> None:
    s = scene()
    made = s.ask(comment="Please look.")
    decide_limit_request(by=underwriter(amount=10).pk, request=made.pk, outcome="approved", amount=D(100_000))
    seniors = [senior().pk for _ in range(3)]
    found = at_once(
        *(lambda by=by: countersign_decision(by=by, request=made.pk).stage for by in seniors),  # type: ignore[misc]
        lambda: return_decision(by=seniors[0], request=made.pk).stage,
    )
    stage = LimitRequest.objects.get(pk=made.pk).stage
    assert stage in ("decided", "referred")
    assert LimitDecision.objects.count() == (stage == "decided")
    assert Counter(found)["stage_has_moved_on"] == 3


def test_two_underwriters_never_pass_the_cap_together() -> None:
    firms = rivals(6, cap=250_000)
    made = [s.ask(comment="Please look.") for s in firms]
    people = [underwriter().pk for _ in firms]
    found = at_once(
        *(
            lambda by=by, one=one: (
                decide_limit_request(by=by, request=one.pk, outcome="approved", amount=D(100_000)).stage
            )
            for by, one in zip(people, made, strict=True)
        )  # type: ignore[misc]
    )
    assert Counter(found) == {"decided": 2, "over_capacity": 4}
    capacity_holds(250_000)


def test_asking_for_two_buyers_in_opposite_order_never_deadlocks() -> None:
    first, second = good_buyer(), good_buyer()
    ones = [scene(buyer=first) for _ in range(4)]
    others = [scene(buyer=second) for _ in range(4)]
    found = at_once(*(lambda s=s: s.ask().stage for s in [*ones, *others]))  # type: ignore[misc]
    assert Counter(found) == {"decided": 8}
