"""Every page there is, in both languages and at two widths: it opens, axe finds nothing, and every word is translated.

The addresses are walked from the resolver, so that a new page is looked at from its first day.
"""

from collections.abc import Callable, Iterator
from http.cookies import Morsel
from inspect import iscoroutinefunction
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone

from accounts.models import Exporter, User
from accounts.models.roles import UNDERWRITER, Role
from accounts.tests.factories import member, operator, signed_in, staff
from buyers.actions.merge import merge_buyers
from buyers.actions.proposal import confirm_proposal, propose_buyer, refuse_proposal
from buyers.models import Buyer, BuyerProposal, DirectoryImport, RefusedRow
from buyers.models.directory_import import ImportPhase
from buyers.models.file_run import ImportStage
from buyers.tests.factories import buyer
from policies.models import CreditLimit
from tests.addresses import Address, addresses
from tests.journey.screen import Screen
from tests.test_law_05_access import OF_ALLAUTH, ours, path_of
from tests.world import World, grown_world

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-hans"])

# Editions, files, browsers, and the columns of the directory's files.
TYPED = (
    "papers-2026-1", "order.pdf", "new@example.com", "Chrome", "Linux", "golden copy", "gzip",
    "legal_name", "founded_on", "name", "country", "category", "scheme", "number", "address", "city", "status",
    "sector", "period_end", "currency", "months", "source", "audited", "unit", "decimal_mark", "total_assets",
    "equity", "sales", "Companies House", "JSON Lines", "Natural Earth", "credit-2026-1", "test",
)  # fmt: skip


@LANGUAGES
def test_every_page_of_an_exporter(language: str, screens: Callable[..., Screen]) -> None:
    world = grown_world()
    client = signed_in(Client(), member(world.firm, Role.OWNER, name="Owner"), world.firm)
    paths = [path_of(a, world) for a in ours() if a.access in {"person", *Role.values}]
    paths += [reverse(name) for name, access in OF_ALLAUTH.items() if access == "person"]
    walked = walk(screens(language, names=names_of()), client, paths)
    assert len(walked) > 35


@LANGUAGES
def test_every_page_of_nobody(language: str, screens: Callable[..., Screen]) -> None:
    paths = [reverse(a.name) for a in ours() if a.access == "anyone" and not a.arguments]
    paths += [reverse(n) for n, access in OF_ALLAUTH.items() if access == "anyone" and not n.endswith("_from_key")]
    assert len(walk(screens(language), Client(), paths)) > 3


@LANGUAGES
def test_a_page_that_is_not_there_says_so(language: str, screens: Callable[..., Screen]) -> None:
    screen = screens(language)
    screen.page.goto("/no/such/page/")
    screen.look("404")
    found = [trouble for trouble in screen.inspection.troubles if "404" not in trouble.partition(": ")[2]]
    assert found == []


@LANGUAGES
def test_every_page_of_the_office(language: str, screens: Callable[..., Screen]) -> None:
    world = grown_world()
    client, clerk = signed_in(Client(), operator()), User.objects.get(name="Clerk")
    paths = [*office_paths(world), *proposals(world, clerk), *imports(), *merges(world)]
    walked = walk(screens(language, names=names_of()), client, paths)
    assert set(paths[-EXAMPLES:]) <= set(walked)
    assert len(walked) > 15 + EXAMPLES


EXAMPLES = 3 + 4 + 2  # of proposals, imports and merges


def proposals(world: World, clerk: User) -> Iterator[str]:
    """A proposal with a number that does not fit and an entry it may be, one that was confirmed, one refused."""
    told = {"by": clerk.pk, "exporter": world.firm.pk, "country": "DE"}
    numbered = propose_buyer(**told, name=world.buyer.name, scheme="VAT", value="DE136695976", form_key=uuid4())
    confirmed = propose_buyer(**told, name="Lorenz Armaturen GmbH", form_key=uuid4())
    refused = propose_buyer(**told, name="Nobody & Sons", form_key=uuid4())
    underwriter = staff(UNDERWRITER, name="Ursula Wendt")
    confirm_proposal(
        by=underwriter.pk, proposal=confirmed.pk, name=confirmed.name, country="DE", scheme="LEI",
        value="549300T8BM49AURSDO55",
    )  # fmt: skip
    refuse_proposal(by=underwriter.pk, proposal=refused.pk, reason="not_found_in_register")
    for row in (numbered, confirmed, refused):
        yield reverse("admin:decide_proposal", args=[row.pk])


def imports() -> Iterator[str]:
    """A file that waits, one that is being read, one that was taken with a refused row, and one that could not be."""
    states: list[dict[str, Any]] = [
        {},
        {"phase": ImportPhase.READING, "rows_read": 40, "shape": "plain"},
        {"stage": ImportStage.DONE, "phase": ImportPhase.WRITING, "shape": "plain", "rows_read": 3, "accepted": 2,
         "added": 1, "changed": 1, "refused": 1, "warned": 1, "finished_at": timezone.now()},
        {"stage": ImportStage.FAILED, "failure": "import_interrupted", "finished_at": timezone.now()},
    ]  # fmt: skip
    for number, columns in enumerate(states):
        run = DirectoryImport.objects.create(file_name=f"companies-{number}.csv", started_by=staff(), **columns)
        if run.refused:
            RefusedRow.objects.create(run=run, line=3, code="row_is_a_person", raw="companies-3.csv")
            RefusedRow.objects.create(run=run, line=4, code="row_unreadable", warning=True, raw="companies-4.csv")
        yield reverse("admin:directory_import", args=[run.pk])


def merges(world: World) -> Iterator[str]:
    """Two entries that look like one, and one that was merged already."""
    twin, gone = buyer(world.buyer.name), buyer("Lorenz Armaturen AG")
    merge_buyers(by=staff(UNDERWRITER).pk, source=gone.pk, into=world.buyer.pk)
    for source in (twin, gone):
        yield reverse("admin:merge_entries", args=[source.pk])


def names_of() -> tuple[str, ...]:
    """What nobody translates: names, and what was typed."""
    people = User.objects.values_list("name", "email")
    firms = Exporter.objects.values_list("name", flat=True)
    called = [word for one in people for word in one if word]
    proposed = BuyerProposal.objects.values_list("name", flat=True)
    return (*Buyer.objects.values_list("name", flat=True), *firms, *called, *TYPED, *proposed)


def office_paths(world: World) -> Iterator[str]:
    """The office's own pages, each with the object of the world it is about."""
    yield reverse("admin:index")
    subjects: dict[str, Any] = {
        "claims": world.claim, "policy": world.policy, "terms": world.policy, "limit": world.request,
        "entries": world.entry, "proposal": world.proposal,
        "review_limit": CreditLimit.objects.get(policy=world.policy, buyer=world.buyer),
        "merge_entries": world.buyer,
        "act_on_person": world.other_member.user,
    }  # fmt: skip
    for address in addresses("admin"):
        if address.access == "staff":
            yield from _path(address, subjects)


def _path(address: Address, subjects: dict[str, Any]) -> Iterator[str]:
    if not address.arguments:
        yield reverse(f"admin:{address.name}")
        return
    found = subjects.get(address.name) or next((row for word, row in subjects.items() if word in address.name), None)
    try:
        if found:
            yield reverse(f"admin:{address.name}", kwargs={address.arguments[0]: found.pk})
    except NoReverseMatch:
        return


def walk(screen: Screen, client: Client, paths: list[str]) -> list[str]:
    """Opens those of the paths that are pages (no files, no buttons) and inspects each."""
    cookie: Morsel | None = client.cookies.get("sessionid")
    if cookie:
        screen.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": screen.home}])
    walked = [path for path in dict.fromkeys(paths) if is_page(client, path)]
    for path in walked:
        step = f"all{path.replace('/', '-')}".rstrip("-")
        screen.inspection.where = step
        screen.page.goto(path)
        screen.look(step, axe="narrow")
    screen.inspection.settle()
    return walked


def is_page(client: Client, path: str) -> bool:
    """Whether the address answers a reader with a page of its own, found without a browser, which takes longer."""
    if iscoroutinefunction(resolve(path.partition("?")[0]).func):  # a stream of events, which never ends
        return False
    answer = client.get(path, HTTP_ACCEPT="text/html")
    html = answer.headers.get("Content-Type", "").startswith("text/html") and answer.status_code == 200
    return html and not answer.headers.get("Content-Disposition") and b"<html" in answer.content
