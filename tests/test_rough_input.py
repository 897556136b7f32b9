"""No address answers bad input with an error of ours: whatever is sent, the status stays below 500.

Every address is tried with things nobody's browser sends: numbers no column holds, NUL, digits that are none, bodies
that are no form. Then every form of weight, filled in well but for one field. Each try is rolled back.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import transaction
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import member, operator, signed_in, staff
from buyers.tests.factories import in_book
from claims.models import Claim
from policies.models import CreditLimit, PolicyTerms
from policies.tests.scene import good_buyer
from tests.addresses import Address, addresses
from tests.test_law_05_access import EXAMPLES, ours
from tests.world import World, grown_world

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
# Percent-encoded as they go over the wire, since some of them no str can hold.
ROUGH = {
    "NUL": "%00",
    "digits that are none": "%C2%B2",
}
NUMBERS = ("-99999", "99999", "1000000000000000", "0.00001", "1E999999", "NaN")
DAYS = ("2027-02-29", "0001-01-01", "9999-12-31", "99999-01-01")
WORDS = ("%00", "x" * 70_000, "%ED%A0%80", "")
# What pages read from the address.
OF_ADDRESSES = (
    "q", "view", "stage", "from", "kind", "show", "whose", "after", "before", "next", "number", "act", "person",
    "country", "page", "p", "o", "sort", "grade", "buyer", "state", "currency", "name", "all", "columns", "_facets",
)  # fmt: skip
# What views read from a form that no page shows to everybody.
OF_FORMS = ("act", "firm", "person", "buyer", "form_key", "taken_from", "reason", "role", "language", "back", "into")
FIELD = re.compile(r"<(?:input|select|textarea)[^>]*?\bname=\"([^\"]+)\"")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refused requests are no news."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world() -> World:
    return grown_world()


@pytest.fixture
def owner(world: World) -> Client:
    return signed_in(Client(raise_request_exception=False), member(world.firm, "owner"), world.firm)


@pytest.fixture
def office() -> Client:
    return signed_in(Client(raise_request_exception=False), operator())


@contextmanager
def forgotten(client: Client) -> Iterator[None]:
    """Nothing that is done inside stays."""
    kept = copy(client.cookies)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = kept


def status_of(client: Client, method: str, path: str, **sent: Any) -> int:
    with forgotten(client):
        answer = client.generic(method, path, **sent)
        if answer.streaming:
            list(answer)  # read to its end, its file is closed
        return int(answer.status_code)


def pages(world: World) -> list[str]:
    """All but the streams of news: they let the database go before they begin, and this test lives in a transaction."""
    found = [reverse(a.name, kwargs=EXAMPLES[a.name](world) if a.arguments else None) for a in ours()]
    return [path for path in found if not path.startswith("/live/")]


def of_office() -> list[Address]:
    return [a for a in addresses("admin") if a.access == "staff"]


def office_pages(world: World) -> list[str]:
    """Our pages of the office, about rows that are there."""
    found = []
    for address in of_office():
        row = next((pk for word, pk in rows_of(world).items() if word in address.name), world.buyer.pk)
        found.append(reverse(f"admin:{address.name}", kwargs=dict.fromkeys(address.arguments, row)))
    return found


def rows_of(world: World) -> dict[str, Any]:
    limit = CreditLimit.objects.get(policy=world.policy, buyer=world.buyer).pk
    return {
        "review_limit": limit, "document": world.document.pk, "policy": world.policy.pk, "terms": world.policy.pk,
        "proposal": world.proposal.pk, "claim": world.claim.pk, "papers": world.claim.pk, "limit": world.request.pk,
    }  # fmt: skip


def fields_of(client: Client, path: str) -> set[str]:
    """What the page's forms ask for."""
    with forgotten(client):
        answer = client.get(path, follow=True)
        return set() if answer.streaming else set(FIELD.findall(answer.content.decode(errors="replace")))


@pytest.mark.parametrize("number", ["0", str(2**63), "9" * 20, "9" * 5_000, "%C2%B2", "x", "-1", "%00"])
def test_a_path_may_name_any_number(number: str, world: World, owner: Client, office: Client) -> None:
    wrong = []
    for client, prefix, found in ((owner, "", ours()), (office, "admin:", of_office())):
        for address in (a for a in found if a.arguments):
            row = "00000000-0000-0000-0000-000000000001" if "document" in address.name else "1234567890"
            kwargs = EXAMPLES[address.name](world) if not prefix else {}
            path = reverse(f"{prefix}{address.name}", kwargs=kwargs or dict.fromkeys(address.arguments, row))
            path = re.sub(r"[0-9a-f-]{36}|\d+", lambda _: number, path)
            wrong += [(path[:99], s) for m in ("GET", "POST") if (s := status_of(client, m, path)) >= 500]
    assert wrong == []


@pytest.mark.parametrize("value", ROUGH.values(), ids=ROUGH)
def test_an_address_and_a_form_may_say_anything(value: str, world: World, owner: Client, office: Client) -> None:
    wrong = []
    query = "&".join(f"{name}={value}" for name in OF_ADDRESSES)
    for client, paths in ((owner, pages(world)), (office, office_pages(world))):
        for path in paths:
            fields = (fields_of(client, path) | set(OF_FORMS)) - {"csrfmiddlewaretoken"}
            body = "&".join(f"{quote(name)}={value}" for name in fields)
            wrong += [
                (path, method, status)
                for method, sent in (("GET", {"QUERY_STRING": query}), ("POST", {"data": body, "content_type": FORM}))
                if (status := status_of(client, method, path, **sent)) >= 500
            ]
    assert wrong == []


BODIES = {
    "json": ("POST", b'{"a":', "application/json"),
    "no boundary": ("POST", b"x", "multipart/form-data"),
    "cut off": ("POST", b'--b\r\nContent-Disposition: form-data; name="f', "multipart/form-data; boundary=b"),
    "no type": ("POST", b"\xff\xfe\x00", ""),
    "unknown charset": ("POST", b"a=b", f"{FORM}; charset=nonsense"),
    "put": ("PUT", b"x", "text/plain"),
    "options": ("OPTIONS", b"", ""),
    "head": ("HEAD", b"", ""),
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_may_be_no_form(body: tuple[str, bytes, str], world: World, owner: Client, office: Client) -> None:
    method, data, content_type = body
    sent = {"data": data, "content_type": content_type}
    wrong = [
        (path, status)
        for client, paths in ((owner, pages(world)), (office, office_pages(world)))
        for path in paths
        if (status := status_of(client, method, path, **sent)) >= 500
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ACCEPT_LANGUAGE": "zz-ZZ;q=nan,*;q=2,\x00," + "x-" * 5_000},
        {"HTTP_COOKIE": "django_language=../../etc; sessionid=%00\x00; csrftoken=" + "x" * 9_000},
        {"HTTP_REFERER": "http://testserver//evil.example/\x00", "HTTP_HX_REQUEST": "true"},
        {"HTTP_HX_CURRENT_URL": "http://[::1", "HTTP_HX_REQUEST": "true"},
        {"HTTP_X_FORWARDED_FOR": "not an address", "REMOTE_ADDR": "127.0.0.1"},
        {"HTTP_HOST": "evil.example"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_headers_may_say_anything(headers: dict[str, str], world: World, owner: Client) -> None:
    nobody = Client(raise_request_exception=False)
    for client in (owner, nobody):
        for name in ("home", "limits", "account_login", "invitation", "switch_firm"):
            for method in ("GET", "POST"):
                assert (name, method, status_of(client, method, reverse(name), **headers) < 500) == (name, method, True)


# --- forms filled in well but for one field --------------------------------------------------------------------------


def rough_for(name: str, value: Any) -> tuple[str, ...]:
    """What to put in place of a good value: the kinds of bad input its kind is prone to."""
    if name.endswith(("_on", "_from", "_to", "_by", "until", "period_end")):
        return (*DAYS, "")
    if isinstance(value, (int, float)) or str(value).replace(".", "").isdigit():
        return (*NUMBERS, "", "%C2%B2")
    return (*WORDS, "99999999999999999999")


def answers(
    client: Client, path: str, good: dict[str, Any], only: dict[str, Any] | None = None
) -> list[tuple[str, str, str, int]]:
    """What breaks when one field after the other (of those named in `only`) is spoilt. The good form must be taken."""
    found = []
    whole = {name: quote(str(value), safe="") for name, value in good.items() if value is not None}
    assert status_of(client, "POST", path, data=_body(whole), content_type=FORM) in (200, 302), path
    for name in only or whole:
        for rough in rough_for(name, good[name]):
            body = _body({**whole, name: rough})
            if (status := status_of(client, "POST", path, data=body, content_type=FORM)) >= 500:
                found.append((path, name, rough[:30], status))
    return found


def _body(fields: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in fields.items())


def draft(world: World) -> Claim:
    made = Claim.objects.get(pk=world.claim.pk)
    made.pk, made.form_key, made.stage = None, uuid4(), "draft"
    made.filed_at = made.filed_by_id = made.decide_by = made.clock_stopped_on = None
    made.save(force_insert=True)
    return made


def test_an_exporters_forms_hold_whatever_one_field_says(world: World, owner: Client) -> None:
    today = timezone.now().date()
    other = good_buyer()
    entry = in_book(world.firm, other)
    claim = draft(world)
    wanted = {
        "kind": "new", "amount": "100000", "currency": "EUR", "terms_days": 60, "turnover": "900000",
        "until": today + timedelta(days=60), "comment": "please", "own_reference": "a", "form_key": uuid4(),
    }  # fmt: skip
    event = {"cause": "insolvency", "event_on": today, "own_reference": "r", "account": "words"}
    invoice = {"number": "A", "delivered_on": today, "issued_on": today, "due_on": today, "net": "100", "vat": "10"}
    forms = [
        ("ask_limit", [other.pk], wanted),
        ("limit_preview", [other.pk], wanted),
        ("appeal_decision", [world.decision.pk], {"amount": "90000", "comment": "new", "form_key": uuid4()}),
        ("file_claim", [other.pk], {**event, "policy": world.policy.pk, "currency": "EUR", "form_key": uuid4()}),
        ("amend_claim", [claim.pk], event),
        ("add_claim_invoice", [claim.pk], invoice),
        ("book_entry_edit", [entry.pk], {"own_reference": "r", "notes": "n", "affiliate": "on"}),
        ("propose_buyer", [], {"name": "New", "country": "FR", "scheme": "", "value": "", "form_key": uuid4(),
                               "looked": "on", "comment": "c", "website": "https://a.example", "city": "c"}),
        ("invite_member", [], {"email": "a@example.com", "name": "A", "role": "reader", "language": "en"}),
        ("profile", [], {"name": "A", "language": "en"}),
        ("change_role", [world.other_member.pk], {"role": "editor"}),
    ]  # fmt: skip
    assert [wrong for name, args, good in forms for wrong in answers(owner, reverse(name, args=args), good)] == []


def test_the_offices_forms_hold_whatever_one_field_says(world: World, office: Client) -> None:
    today = timezone.now().date()
    day = {"valid_from": today + timedelta(days=1), "valid_to": today + timedelta(days=9)}
    terms = model_to_dict(
        PolicyTerms.objects.get(policy=world.policy), exclude=["id", "policy", "valid_from", "valid_to"]
    )
    bound = {"number": "TC-9", "currency": "EUR", "time_zone": "UTC", "calendar_country": "DE",
             "exporter": world.firm.pk, "starts_on": today, "ends_on": today + timedelta(days=90)}  # fmt: skip
    limit = rows_of(world)["review_limit"]
    forms = [
        ("decide_limit", [world.request.pk], {"outcome": "partly_approved", "amount": "100", "reasons": "slow_payment",
                                              "valid_to": today + timedelta(days=9), "words": "w"}),
        ("review_limit", [limit], {"choice": "reduce", "amount": "100", "reasons": "slow_payment", "words": "w"}),
        ("policies_policy_add", [], {**bound, **terms}, bound),
        ("change_terms", [world.policy.pk], {**terms, **day, "premium_rate": "0.3"}, day),
        ("administer_policy", [world.policy.pk], {"act": "suspend", "reason": "r"}),
        ("policies_appetite_add", [], {"grade": 4, "country": "", "buyer": "", "cap": "1000", **day}),
        ("accounts_exporter_add", [], {"name": "F", "country": "DE", "registration": "r", "owner_name": "O",
                                       "owner_email": "o@example.com", "owner_language": "en"}),
        ("accounts_staffauthority_add", [], {"user": staff().pk, "amount": "100", "best_grade": 1, "worst_grade": 9}),
        ("accounts_user_add", [], {"email": "s@example.com", "name": "S", "groups": "underwriter"}),
    ]  # fmt: skip
    assert [
        w
        for name, args, good, *only in forms
        for w in answers(office, reverse(f"admin:{name}", args=args), good, *only)
    ] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_a_policys_terms_may_be_any_number(number: str, world: World, office: Client) -> None:
    """All at once, since each is looked at by itself and only what all let through reaches the rows."""
    today = timezone.now().date()
    terms = model_to_dict(
        PolicyTerms.objects.get(policy=world.policy), exclude=["id", "policy", "valid_from", "valid_to"]
    )
    terms |= {name: number for name, value in terms.items() if str(value or 0).replace(".", "").isdigit()}
    good = {**terms, "insured_percentage": "90", "premium_rate": "0.3", "unnamed_percentage": "50"}
    path = reverse("admin:change_terms", args=[world.policy.pk])
    for sent in (terms, good):
        body = _body({name: quote(str(value)) for name, value in {**sent, "valid_from": today}.items()})
        assert status_of(office, "POST", path, data=body, content_type=FORM) < 500
