"""Law 5: every address says who may open it, and is tried by nobody, reader, editor, owner, a rival firm and staff.

The table below names an example of every object that stands in a path; a new address without one fails here. Brokers
and banks have no role yet; whoever adds one adds it to `RANK`.
"""

from collections.abc import Callable
from copy import copy
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models.roles import CLAIMS_HANDLER, POLICY_ADMINISTRATOR, SENIOR_UNDERWRITER, UNDERWRITER
from accounts.tests.factories import exporter, member, operator, person, signed_in, staff
from policies.models import CreditLimit
from tests.addresses import Address, addresses
from tests.world import World, grown_world

pytestmark = pytest.mark.django_db

KNOWN = {"anyone", "person", "reader", "editor", "owner", "staff"}
RANK = {"reader": 0, "editor": 1, "owner": 2}

# allauth's pages, by what they ask for; those of features we have off are closed in accounts/urls.py.
OF_ALLAUTH = {
    "account_login": "anyone",
    "account_reset_password": "anyone",
    "account_reset_password_done": "anyone",
    "account_reset_password_from_key": "anyone",
    "account_reset_password_from_key_done": "anyone",
    "account_inactive": "anyone",
    "mfa_authenticate": "anyone",
    "account_logout": "person",
    "account_change_password": "person",
    "account_reauthenticate": "person",
    "mfa_index": "person",
    "mfa_reauthenticate": "person",
    "mfa_activate_totp": "person",
    "mfa_deactivate_totp": "person",
    "mfa_view_recovery_codes": "person",
    "mfa_generate_recovery_codes": "person",
    "mfa_download_recovery_codes": "person",
    "usersessions_list": "person",
}

# What stands in the paths: an object of the firm "ours", made by tests/world.py.
EXAMPLES: dict[str, Callable[[World], dict[str, Any]]] = {}


# Paths with an argument that names no object of the firm's.
OF_NO_OBJECT = {"country", "export_buyers"}


# Addresses that find their object by what the form says; an empty form names none.
BY_FORM = {"add_buyer", "grade_lookup", "change_person", "switch_firm"}


def example(*names: str, **of: Callable[[World], Any]) -> None:
    """Registers what the paths of `names` are tried with."""
    for name in names:
        EXAMPLES[name] = lambda world: {key: value(world) for key, value in of.items()}


example("buyer", "score_history", pk=lambda w: w.buyer.pk)
example("buyer_report", "buyer_report_pdf", "looked_up_grade", pk=lambda w: w.buyer.pk)
example("change_role", "end_membership", pk=lambda w: w.other_member.pk)
example("resend_invitation", "revoke_invitation", pk=lambda w: w.invitation.pk)
example("open_invitation", token=lambda w: "not-a-token")
example("account_confirm_email", key=lambda w: "not-a-key")
example("alert", "alert_done", pk=lambda w: w.alert.pk)
example("buyer_letter", pk=lambda w: w.buyer.pk, kind=lambda w: "security")
example("notice", pk=lambda w: w.notice.pk)
example("document", pk=lambda w: w.document.pk)
example("file_claim", "report_overdue", buyer=lambda w: w.buyer.pk)
example(
    "claim", "amend_claim", "send_claim", "hand_back_claim", "withdraw_claim", "add_claim_invoice", "attach_papers",
    pk=lambda w: w.claim.pk,
)  # fmt: skip
example("add_ledger_invoice", pk=lambda w: w.claim.pk, invoice=lambda w: w.invoice.pk)
example("remove_claim_invoice", pk=lambda w: w.claim.pk, item=lambda w: w.item.pk)
example("remove_paper", pk=lambda w: w.claim.pk, paper=lambda w: w.paper.pk)
example("answer_paper_request", pk=lambda w: w.paper_request.pk)
example("ask_limit", "limit_preview", buyer=lambda w: w.buyer.pk)
example(
    "limit_request", "withdraw_limit_request", "send_reviewed_request", "hand_back_request",
    pk=lambda w: w.request.pk,
)  # fmt: skip
example("appeal_decision", pk=lambda w: w.decision.pk)
example("book_entry_edit", "archive_buyer", "restore_buyer", pk=lambda w: w.entry.pk)
example("country", code=lambda w: "DE")
example("export_buyers", kind=lambda w: "csv")
example(
    "customer_list", "customer_list_columns", "choose_customers", "choose_namesakes", "add_customers", "give_up_list",
    pk=lambda w: w.customer_list.pk,
)  # fmt: skip
example("export_list", "ask_list_result", pk=lambda w: w.customer_list.pk, kind=lambda w: "csv")
example("buyer_proposal", "withdraw_proposal", pk=lambda w: w.proposal.pk)
example("send_accounts", pk=lambda w: w.buyer.pk)
example("accounts_sent", "withdraw_accounts", pk=lambda w: w.sent_accounts.pk)
example("limit", pk=lambda w: CreditLimit.objects.get(policy=w.policy, buyer=w.buyer).pk)


@pytest.fixture
def world() -> World:
    return grown_world()


def path_of(address: Address, world: World) -> str:
    return reverse(address.name, kwargs=EXAMPLES[address.name](world) if address.arguments else None)


def answered(client: Client, path: str, method: str = "get") -> tuple[int, str]:
    """Status and where it leads, with nothing left behind. An address that takes only POST is sent an empty form."""
    kept = copy(client.cookies)
    with transaction.atomic():
        response = getattr(client, method)(path)
        if response.status_code == 405:
            response = client.post(path)
        transaction.set_rollback(True)
    client.cookies = kept  # some pages sign out
    return response.status_code, response.headers.get("Location", "")


def ours() -> list[Address]:
    return [a for a in addresses() if a.ours]


def for_members() -> list[Address]:
    return [a for a in ours() if a.access in RANK]


def test_every_address_of_ours_says_who_may_open_it():
    assert [a.name for a in ours() if a.access not in KNOWN] == []


def test_every_address_of_allauth_is_in_the_table():
    closed = {a.name for a in ours()}
    assert sorted({a.name for a in addresses() if not a.ours} - closed) == sorted(OF_ALLAUTH)


def test_every_address_with_an_object_has_an_example():
    assert [a.name for a in ours() if a.arguments and a.name not in EXAMPLES] == []


def test_nobody_is_asked_to_sign_in(world: World, client: Client):
    wrong = []
    for address in ours():
        status, location = answered(client, path_of(address, world))
        asked = status == 302 and location.startswith("/accounts/login/")
        if status >= 500 or asked == (address.access == "anyone"):
            wrong.append((address.name, status, location))
    assert wrong == []


def test_nobody_is_asked_to_sign_in_before_allauths_pages(client: Client):
    for name in (name for name, access in OF_ALLAUTH.items() if access == "person"):
        status, location = answered(client, reverse(name))
        assert (name, status, location[:16]) == (name, 302, "/accounts/login/")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", list(RANK))
def test_a_member_opens_what_the_role_allows(role: str, method: str, world: World, client: Client):
    signed_in(client, member(world.firm, role), world.firm)
    wrong = []
    for address in for_members():
        status, location = answered(client, path_of(address, world), method)
        allowed = RANK[role] >= RANK[address.access or ""]
        fine = status in {200, 302, 303, 400, 405, 409, 422} and "/accounts/login/" not in location
        fine = fine or (status == 404 and address.name in BY_FORM)
        if (fine if allowed else status == 403) is False:
            wrong.append((address.name, status, location))
    assert wrong == []


def test_a_rival_firm_finds_nothing(world: World, client: Client):
    rival = exporter(name="Rival Ltd")
    signed_in(client, member(rival, "owner"), rival)
    wrong = []
    for address in (a for a in for_members() if a.arguments and a.name not in OF_NO_OBJECT):
        path = path_of(address, world)
        read = client.get(path, follow=True).status_code
        written = answered(client, path, "post")[0]
        if read not in {404, 405} or written != 404:
            wrong.append((address.name, read, written))
    assert wrong == []


def test_staff_and_people_without_a_firm_are_led_to_their_place(world: World, client: Client):
    signed_in(client, staff(UNDERWRITER))
    alone = signed_in(Client(), person())
    wrong = []
    for address in for_members():
        path = path_of(address, world)
        found = answered(client, path), answered(alone, path)
        if found != ((302, reverse("admin:index")), (302, reverse("no_firm"))):
            wrong.append((address.name, found))
    assert wrong == []


def test_everyone_signed_in_opens_their_own_pages(world: World, client: Client):
    signed_in(client, member(world.firm, "reader"), world.firm)
    wrong = []
    for address in (a for a in ours() if a.access == "person"):
        status, location = answered(client, path_of(address, world))
        if status >= 500 or status == 403 or "/accounts/login/" in location:
            wrong.append((address.name, status, location))
    assert wrong == []


# --- the office ------------------------------------------------------------------------------------------------------


def office_paths() -> list[str]:
    """Every address of the office, a number or a UUID standing for whatever object it wants."""
    found = {reverse("admin:index")}
    for address in addresses("admin"):
        for stand_in in ("1", str(UUID(int=1)), "buyers"):
            try:
                found.add(reverse(f"admin:{address.name}", kwargs=dict.fromkeys(address.arguments, stand_in)))
                break
            except NoReverseMatch:
                continue
    return sorted(found - {reverse("admin:login"), reverse("admin:logout")})


def test_the_office_has_pages_of_its_own():
    assert len([a for a in addresses("admin") if a.access == "staff"]) >= 8


def test_the_office_is_closed_to_strangers_and_to_exporters_people(world: World, client: Client):
    owner = signed_in(Client(), member(world.firm, "owner"), world.firm)
    wrong = []
    for path in office_paths():
        stranger, insured = answered(client, path), answered(owner, path)
        if stranger[0] != 302 or "login" not in stranger[1] or insured[0] not in {302, 403, 404}:
            wrong.append((path, stranger, insured))
    assert wrong == []


@pytest.mark.parametrize("group", [UNDERWRITER, SENIOR_UNDERWRITER, CLAIMS_HANDLER, POLICY_ADMINISTRATOR])
def test_staff_without_a_second_factor_open_nothing(group: str, client: Client):
    user = staff(group)
    user.authenticator_set.all().delete()
    signed_in(client, user)
    for name in ("admin:index", "help"):
        assert client.get(reverse(name)).headers.get("Location", "").startswith(reverse("mfa_activate_totp"))


@pytest.mark.parametrize("group", [UNDERWRITER, SENIOR_UNDERWRITER, CLAIMS_HANDLER, POLICY_ADMINISTRATOR, "operator"])
def test_staff_meet_no_broken_page_in_the_office(group: str, world: World, client: Client):
    signed_in(client, operator() if group == "operator" else staff(group, amount=500_000))
    assert [(path, status) for path in office_paths() if (status := answered(client, path)[0]) >= 500] == []


def test_staff_see_the_office_of_their_own_group_only(world: World, client: Client):
    signed_in(client, staff(CLAIMS_HANDLER))
    assert answered(client, reverse("admin:referred_limits"))[0] == 403
    assert answered(client, reverse("admin:claims_worklist"))[0] == 200
    other = signed_in(Client(), staff(UNDERWRITER))
    assert answered(other, reverse("admin:claims_worklist"))[0] == 403
