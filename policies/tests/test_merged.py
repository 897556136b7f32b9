"""Two entries of the directory turn out to be one firm: its limits, requests and decisions count as one firm's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.clock import today_in
from accounts.tests.factories import signed_in
from buyers.actions.merge import merge_buyers
from buyers.models import BookEntry, Buyer
from kernel.refusals import Refused
from policies.actions.decision import decide_limit_request
from policies.actions.ends import lapse_limits
from policies.actions.request import send_reviewed_request, withdraw_limit_request
from policies.actions.review import review_limit
from policies.models import BuyerCapacity, CreditLimit, LimitDecision, LimitRequest, PolicyTerms
from policies.models.facts import setting_of
from policies.requesting import Setting
from policies.tests.factories import decision, limit_request
from policies.tests.scene import Scene, good_buyer, rates, scene, senior, underwriter

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date


def merged(s: Scene, **columns: Any) -> Buyer:
    """The buyer of the scene turns out to be another entry, from which the firm asks from now on."""
    into = good_buyer(**columns)
    merge_buyers(by=underwriter().pk, source=s.buyer.pk, into=into.pk)
    s.buyer = Buyer.objects.get(pk=into.pk)
    return s.buyer


def facts(s: Scene) -> Setting:
    today = today_in(s.policy.time_zone)
    return setting_of(s.policy, PolicyTerms.objects.terms_on(s.policy.pk, today), s.buyer, today, "EUR")


def refusals(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [r.code for r in caught.value.refusals]


def issued(buyer: Buyer) -> D:
    return BuyerCapacity.objects.get(buyer=buyer).issued


def test_a_limit_on_the_old_entry_is_the_present_limit_of_the_firm() -> None:
    s = scene()
    decision(policy=s.policy, buyer=s.buyer, amount=D(100_000))
    merged(s)
    assert (facts(s).present, facts(s).present_currency) == (D(100_000), "EUR")
    with pytest.raises(Refused) as caught:
        s.ask()
    assert refusals(caught) == ["limit_there_already"]


def test_a_request_open_on_the_old_entry_stands_in_the_way_of_another() -> None:
    s = scene()
    first = s.ask(comment="Please look.")
    merged(s)
    assert facts(s).open_request == str(first.reference)
    with pytest.raises(Refused) as caught:
        s.ask()
    assert refusals(caught) == ["request_open_already"]
    assert LimitRequest.objects.count() == 1


def test_of_two_requests_open_when_their_buyers_became_one_neither_is_sent_before_the_other_is_gone() -> None:
    s = scene(firm={"reviewed_acts": ["policies.ask_for_limit"]})
    first = s.ask()
    other = good_buyer()
    BookEntry.objects.create(exporter=s.firm, buyer=other, added_by=s.owner, sort_key=other.sort_key)
    second = s.ask(buyer=other.pk)
    merge_buyers(by=underwriter().pk, source=s.buyer.pk, into=other.pk)
    with pytest.raises(Refused) as caught:
        send_reviewed_request(by=s.colleague.pk, request=second.pk)
    assert [(r.code, r.facts["reference"]) for r in caught.value.refusals] == [
        ("request_open_already", str(first.reference))
    ]
    withdraw_limit_request(by=s.clerk.pk, request=first.pk)
    assert send_reviewed_request(by=s.colleague.pk, request=second.pk).stage == "decided"


def test_an_increase_takes_the_place_of_the_old_entrys_limit_and_history_stays() -> None:
    s = scene()
    old = s.buyer
    s.ask()
    row, former = CreditLimit.objects.get(), LimitDecision.objects.get()
    new = merged(s)
    s.ask(kind="increase", amount=D(150_000))
    made = LimitDecision.objects.latest("pk")
    assert (made.buyer, made.supersedes, made.outcome) == (new, former, "approved")
    assert LimitDecision.objects.get(pk=former.pk).buyer == old
    now = CreditLimit.objects.get()
    assert (now.pk, now.buyer, now.decision, now.amount) == (row.pk, new, made, D(150_000))
    assert (issued(old), issued(new)) == (D(0), D(150_000))


def test_limits_on_both_entries_become_one_with_the_next_decision() -> None:
    s = scene()
    old, new = s.buyer, good_buyer()
    decision(policy=s.policy, buyer=old, amount=D(100_000))
    kept = decision(policy=s.policy, buyer=new, amount=D(40_000))
    merge_buyers(by=underwriter().pk, source=old.pk, into=new.pk)
    s.buyer = Buyer.objects.get(pk=new.pk)
    assert facts(s).present == D(100_000)  # the larger one
    s.ask(kind="increase", amount=D(120_000))
    rows = {row.buyer_id: row for row in CreditLimit.objects.all()}
    assert (rows[new.pk].amount, rows[old.pk].amount, rows[old.pk].house_amount) == (D(120_000), D(0), D(0))
    assert rows[old.pk].lapsed_at is not None
    assert (issued(old), issued(new)) == (D(0), D(120_000))
    assert LimitDecision.objects.latest("pk").supersedes == kept  # the latest of the firm's


def test_a_cut_of_the_firms_limit_ends_what_the_other_entry_had_on_the_same_day() -> None:
    s = scene(limit_notice_days=5)
    old, new = s.buyer, good_buyer()
    decision(policy=s.policy, buyer=old, amount=D(100_000))
    decision(policy=s.policy, buyer=new, amount=D(40_000))
    merge_buyers(by=underwriter().pk, source=old.pk, into=new.pk)
    s.buyer = Buyer.objects.get(pk=new.pk)
    s.ask(kind="reduction", amount=D(60_000))
    first = TODAY() + timedelta(days=6)
    rows = {row.buyer_id: row for row in CreditLimit.objects.all()}
    assert (rows[old.pk].upcoming_on, rows[old.pk].upcoming.amount) == (first, D(60_000))
    assert (rows[new.pk].amount, rows[new.pk].valid_to, rows[new.pk].upcoming) == (
        D(40_000), first - timedelta(days=1), None,
    )  # fmt: skip


def test_what_was_asked_on_the_old_entry_is_decided_for_the_firm() -> None:
    s = scene()
    made = s.ask(comment="Please look.")
    new = merged(s)
    decide_limit_request(by=underwriter().pk, request=made.pk, outcome="approved", amount=D(100_000))
    assert LimitDecision.objects.get().buyer == new
    assert (LimitRequest.objects.get().buyer_id != new.pk, CreditLimit.objects.get().buyer) == (True, new)


def test_an_announced_cut_made_on_the_old_entry_still_comes_when_its_day_has_come() -> None:
    s = scene(limit_notice_days=0)
    decision(policy=s.policy, buyer=s.buyer, amount=D(100_000))
    old = s.buyer
    s.ask(kind="reduction", amount=D(60_000))
    new = merged(s)
    s.ask(kind="reduction", amount=D(50_000), until=None)
    CreditLimit.objects.update(upcoming_on=TODAY())
    assert lapse_limits(time_zone=s.policy.time_zone) == 1
    row = CreditLimit.objects.get()
    assert (row.amount, issued(old) + BuyerCapacity.objects.get(buyer=new).issued) == (D(50_000), row.house_amount)


def test_a_limit_on_the_old_entry_is_reviewed_when_the_firm_is_regraded() -> None:
    s = scene()
    decision(policy=s.policy, buyer=s.buyer)
    new = merged(s)
    assert not CreditLimit.objects.to_review().exists()
    Buyer.objects.filter(pk=new.pk).update(regraded_at=timezone.now(), grade=8)
    limit = CreditLimit.objects.to_review().get()
    review_limit(by=underwriter().pk, limit=limit.pk, choice="keep")
    assert not CreditLimit.objects.to_review().exists()


def test_pages_show_the_limit_under_the_firm_it_is_today(client: Client) -> None:
    s = scene()
    s.ask()
    old = s.buyer
    new = merged(s, name="Survivor AG")
    signed_in(client, s.clerk, s.firm)
    shown = client.get(reverse("limits")).content.decode()
    assert "Survivor AG" in shown
    assert old.name not in shown
    assert reverse("buyer", args=[new.pk]) in shown
    assert "Survivor AG" in client.get(reverse("limits"), {"q": "survivor"}).content.decode()
    page = client.get(reverse("ask_limit", args=[new.pk])).content.decode()
    assert "Change the limit on Survivor AG" in page
    limit = CreditLimit.objects.get()
    detail = client.get(reverse("limit", args=[limit.pk])).content.decode()
    assert "Limit on Survivor AG" in detail
    s.ask(kind="increase", amount=D(150_000))
    detail = client.get(reverse("limit", args=[limit.pk])).content.decode()
    assert detail.count("<tr>") == 3  # the heading and both decisions
    requests = client.get(reverse("limits"), {"view": "requests"}).content.decode()
    assert requests.count("Survivor AG") >= 2


def test_the_office_sees_the_present_limit_of_the_firm(client: Client) -> None:
    s = scene()
    decision(policy=s.policy, buyer=s.buyer, amount=D(100_000))
    made = s.ask(kind="increase", amount=D(200_000), comment="Please look.")
    new = merged(s, name="Survivor AG")
    moved = limit_request(s.policy, new, kind="increase", stage="withdrawn")
    assert moved.buyer == new
    signed_in(client, underwriter())
    listed = client.get(reverse("admin:referred_limits")).content.decode()
    assert "Survivor AG" in listed
    assert "100,000.00" in listed
    page = client.get(reverse("admin:decide_limit", args=[made.pk])).content.decode()
    assert "Survivor AG" in page
    assert "(no limit now)" not in page


def test_a_buyer_merged_while_a_request_waits_for_the_lock_is_asked_on_the_firm_it_became(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What was read before the lock is read again when the lock shows another firm.
    from policies.actions import request as actions

    s = scene()
    into = good_buyer()
    real, calls = actions.HeldBuyer.lock, []

    def lock(buyer: int) -> Any:
        if not calls:
            merge_buyers(by=underwriter().pk, source=s.buyer.pk, into=into.pk)
        calls.append(buyer)
        return real(buyer)

    monkeypatch.setattr(actions.HeldBuyer, "lock", lock)
    made = s.ask()
    assert (made.buyer, made.stage) == (into, "decided")


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_a_merge_waits_for_whoever_is_asking_and_whoever_asks_waits_for_a_merge() -> None:
    s, by = scene(), senior().pk
    into = good_buyer()
    rates()

    def merge() -> str:
        try:
            with transaction.atomic():
                connection.cursor().execute("SET LOCAL lock_timeout = '300ms'")
                merge_buyers(by=by, source=s.buyer.pk, into=into.pk)
            return "merged"
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        s.ask()
        assert pool.submit(merge).result(timeout=60) == "OperationalError"
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(merge).result(timeout=60) == "merged"
    assert LimitDecision.objects.count() == 1
